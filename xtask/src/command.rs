//! Running other programs: to the end, for their text, or counting the tests they report.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::tally::Tally;

/// The cargo that runs us, in `dir`, with the first argument.
pub(crate) fn cargo(dir: impl AsRef<Path>, subcommand: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(dir).arg(subcommand);
    command
}

/// Runs a program to its end. An error when it cannot be started or does not end well.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    ensure!(status.success(), "`{}` failed ({status})", shown(command));
    Ok(())
}

/// What a program prints on its standard output. An error when it does not end well.
pub(crate) fn text_of(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    ensure!(output.status.success(), "`{}` failed ({})", shown(command), output.status);
    String::from_utf8(output.stdout).with_context(|| format!("`{}` did not print UTF-8", shown(command)))
}

/// Whether a program exists and ends well. What it says is nobody's business.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

/// Runs a test program: its output is passed on line by line and its results are counted meanwhile. A program
/// that ends badly without reporting a failed test (it crashed, or did not compile) counts as one failure.
pub(crate) fn run_tests(command: &mut Command) -> Result<Tally> {
    run_tests_into(command, io::stdout())
}

fn run_tests_into(command: &mut Command, mut to: impl Write) -> Result<Tally> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", shown(command)))?;
    let output = child.stdout.take().context("a piped output is there until it is taken")?;
    let tally = pass_on(output, &mut to)?;
    let status = child.wait()?;
    if status.success() || tally.failed > 0 {
        return Ok(tally);
    }
    writeln!(to, "`{}` ended with {status} and reported no failed test", shown(command))?;
    Ok(Tally { failed: 1, ..tally })
}

/// Copies lines as they come and adds up the counts among them.
fn pass_on(from: impl io::Read, mut to: impl Write) -> io::Result<Tally> {
    let mut tally = Tally::default();
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        tally += Tally::of_line(String::from_utf8_lossy(&line).trim_end()).unwrap_or_default();
        line.clear();
    }
    to.flush()?;
    Ok(tally)
}

/// Where a program lies on the search path.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A command as one would type it, with its program's file name only.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = [program].into_iter().chain(command.get_args()).map(OsStr::to_string_lossy);
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{on_path, pass_on, run, run_tests_into, succeeds, text_of};
    use crate::tally::Tally;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_is_passed_on_whole_and_counted() {
        let output = "running 2 tests\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
            \u{fffd} not a result\n\
            test result: FAILED. 1 passed; 3 failed; 4 ignored; 0 measured; 0 filtered out";
        let mut copy = Vec::new();
        let tally = pass_on(output.as_bytes(), &mut copy).unwrap();
        assert_eq!(tally, Tally { passed: 3, failed: 3, skipped: 4 });
        assert_eq!(String::from_utf8(copy).unwrap(), output);
    }

    #[test]
    fn a_crash_is_one_failure_and_a_reported_failure_is_not_counted_twice() {
        let mut said = Vec::new();
        assert_eq!(run_tests_into(&mut shell("kill -s SEGV $$"), &mut said).unwrap(), Tally::FAILED);
        assert!(String::from_utf8(said).unwrap().ends_with("and reported no failed test\n"));
        // Not to our own output: whoever runs these tests counts the results in it.
        let reported = "echo 'test result: FAILED. 0 passed; 1 failed; 0 ignored'; exit 101";
        assert_eq!(run_tests_into(&mut shell(reported), Vec::new()).unwrap(), Tally::FAILED);
        assert!(run_tests_into(&mut Command::new("no-such-program"), Vec::new()).is_err());
    }

    #[test]
    fn failing_programs_are_errors_that_name_the_command() {
        assert_eq!(
            run(&mut shell("exit 3")).unwrap_err().to_string(),
            "`sh -c exit 3` failed (exit status: 3)"
        );
        assert_eq!(text_of(&mut shell("echo hello")).unwrap(), "hello\n");
        assert!(text_of(&mut shell("exit 1")).is_err());
        assert!(succeeds(&mut shell("true")) && !succeeds(&mut shell("false")));
        assert!(on_path("sh").is_some() && on_path("no-such-program").is_none());
    }
}
