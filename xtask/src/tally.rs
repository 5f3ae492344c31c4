//! Counting: how many tests and checks passed, failed and were skipped, read from what test programs print.

use std::fmt;
use std::ops::AddAssign;
use std::process::ExitCode;

/// What a stage, or all of them together, came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    pub(crate) const PASSED: Tally = Tally { passed: 1, failed: 0, skipped: 0 };
    pub(crate) const FAILED: Tally = Tally { passed: 0, failed: 1, skipped: 0 };
    pub(crate) const SKIPPED: Tally = Tally { passed: 0, failed: 0, skipped: 1 };

    /// The counts of a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; ...`, the form
    /// in which Rust's test programs end; of `[doctest] test cases: 12 | 12 passed | 0 failed | 0 skipped`, the form of
    /// those in C++; or of `1 failed, 12 passed, 1 skipped in 0.04s`, that of Python's. `None` for any other line.
    pub(crate) fn of_line(line: &str) -> Option<Tally> {
        if let Some(tally) = Tally::of_pytest(line) {
            return Some(tally);
        }
        if let Some(counts) = line.strip_prefix("[doctest] test cases:") {
            let count = |word: &str| {
                counts
                    .split('|')
                    .find_map(|part| part.trim().strip_suffix(word)?.trim_end().parse::<u64>().ok())
            };
            return Some(Tally {
                passed: count("passed")?,
                failed: count("failed")?,
                skipped: count("skipped")?,
            });
        }
        let (_verdict, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let count = |word: &str| {
            counts.split("; ").find_map(|part| part.strip_suffix(word)?.trim_end().parse::<u64>().ok())
        };
        Some(Tally { passed: count("passed")?, failed: count("failed")?, skipped: count("ignored")? })
    }

    fn of_pytest(line: &str) -> Option<Tally> {
        let (counts, time) = line.trim_matches('=').trim().rsplit_once(" in ")?;
        let is_time = time.split(' ').next()?.strip_suffix('s')?.parse::<f64>().is_ok();
        let mut tally = is_time.then(Tally::default)?;
        for part in counts.split(", ") {
            let (count, word) = part.split_once(' ')?;
            let count: u64 = count.parse().ok()?;
            match word {
                "passed" => tally.passed += count,
                "failed" | "error" | "errors" => tally.failed += count,
                "skipped" => tally.skipped += count,
                "deselected" | "warning" | "warnings" => {}
                _ => return None,
            }
        }
        Some(tally)
    }

    /// One check that is no test. What went wrong is printed.
    pub(crate) fn of_check(outcome: anyhow::Result<()>) -> Tally {
        match outcome {
            Ok(()) => Tally::PASSED,
            Err(error) => {
                println!("failed: {error:#}");
                Tally::FAILED
            }
        }
    }

    /// How many tests ran.
    pub(crate) fn ran(self) -> u64 {
        self.passed + self.failed
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

impl From<Tally> for ExitCode {
    fn from(tally: Tally) -> ExitCode {
        if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn result_lines_are_counted_and_others_are_not() {
        let line =
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.04s";
        assert_eq!(Tally::of_line(line), Some(Tally { passed: 12, failed: 0, skipped: 1 }));
        let line = "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(Tally::of_line(line), Some(Tally { passed: 2, failed: 1, skipped: 0 }));
        let line = "[doctest] test cases:  7 |  4 passed | 2 failed | 1 skipped";
        assert_eq!(Tally::of_line(line), Some(Tally { passed: 4, failed: 2, skipped: 1 }));
        assert_eq!(Tally::of_line("[doctest] assertions: 99 | 99 passed | 0 failed |"), None);
        let line = "2 failed, 41 passed, 3 skipped, 1 warning, 1 error in 62.50s (0:01:02)";
        assert_eq!(Tally::of_line(line), Some(Tally { passed: 41, failed: 3, skipped: 3 }));
        assert_eq!(Tally::of_line("7 passed in 0.12s"), Some(Tally { passed: 7, failed: 0, skipped: 0 }));
        assert_eq!(Tally::of_line("1000 pools in 0.12s"), None);
        assert_eq!(Tally::of_line("7 passed in no time"), None);
        assert_eq!(Tally::of_line("test walk::agrees ... ok"), None);
        assert_eq!(Tally::of_line("test result: "), None);
        assert_eq!(Tally::of_line("test result: ok. many passed; 0 failed; 0 ignored"), None);
    }

    #[test]
    fn skips_are_named_only_when_there_are_some() {
        let mut tally = Tally { passed: 41, failed: 0, skipped: 0 };
        assert_eq!(tally.to_string(), "41 passed, 0 failed");
        tally += Tally::FAILED;
        tally += Tally::SKIPPED;
        assert_eq!(tally.to_string(), "41 passed, 1 failed, 1 skipped");
    }
}
