//! The machine: its facts for a report, and the paths that its CPU offers according to the kernel. This is a
//! witness independent of the engine's own detection: an engine that overlooks AVX-512 is caught here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, process};

use anyhow::{Context, Result, ensure};

/// The environment variable that names the file to which tests append the name of each path they ran.
const PATHS_FILE: &str = "GRIDNET_PATHS_FILE";

/// What 64-bit Arm offers under QEMU, whatever the machine below it is.
pub(crate) const AARCH64_PATHS: [&str; 3] = ["armv8-sha", "neon", "portable"];

/// A path's name, and the CPU features (as `/proc/cpuinfo` spells them on its architecture) that make it run.
const PATHS: [(&str, &[&str]); 6] = [
    ("avx512", &["avx512f", "avx512bw", "avx512vl"]),
    ("avx2", &["avx2"]),
    ("sha-ni", &["sha_ni", "ssse3", "sse4_1"]),
    ("armv8-sha", &["asimd", "sha2"]),
    ("neon", &["asimd"]),
    ("portable", &[]),
];

/// What `/proc/cpuinfo` says, as far as we care. Empty on a system without one.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    model: Option<String>,
    features: BTreeSet<String>,
}

impl Machine {
    pub(crate) fn this() -> Machine {
        fs::read_to_string("/proc/cpuinfo").map_or_else(|_| Machine::default(), |text| Machine::of(&text))
    }

    fn of(cpuinfo: &str) -> Machine {
        let field = |names: &[&str]| {
            cpuinfo.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                names.contains(&name.trim()).then(|| value.trim())
            })
        };
        let features = field(&["flags", "Features"]).unwrap_or_default();
        Machine {
            model: field(&["model name"]).map(str::to_owned),
            features: features.split_whitespace().map(str::to_owned).collect(),
        }
    }

    /// The paths that this CPU can run, widest first.
    pub(crate) fn paths(&self) -> Vec<&'static str> {
        let has = |needs: &[&str]| needs.iter().all(|&feature| self.features.contains(feature));
        PATHS.into_iter().filter(|(_, needs)| has(needs)).map(|(path, _)| path).collect()
    }

    /// One line for a report.
    pub(crate) fn facts(&self) -> String {
        let model = self.model.as_deref().unwrap_or("CPU of unknown model");
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let arch = std::env::consts::ARCH;
        let wanted = ["avx2", "avx512f", "avx512bw", "avx512vl", "sha_ni", "asimd", "sha2"];
        let features: Vec<_> = wanted.into_iter().filter(|&name| self.features.contains(name)).collect();
        format!("{model}, {cores} cores, {arch}; features {}", features.join(" "))
    }
}

/// A fresh file in which tests say which paths they ran, deleted when dropped.
pub(crate) struct PathsFile(PathBuf);

impl PathsFile {
    pub(crate) fn new(stage: &str) -> Result<PathsFile> {
        let file = std::env::temp_dir().join(format!("gridnet-paths-{stage}-{}", process::id()));
        fs::write(&file, "").with_context(|| format!("cannot write {}", file.display()))?;
        Ok(PathsFile(file))
    }

    /// The variable and the value that a test program is started with.
    pub(crate) fn variable(&self) -> (&'static str, &Path) {
        (PATHS_FILE, &self.0)
    }

    /// Prints the paths that ran. An error when one of those that the CPU offers is missing.
    pub(crate) fn check(&self, offered: &[&str]) -> Result<()> {
        let text =
            fs::read_to_string(&self.0).with_context(|| format!("cannot read {}", self.0.display()))?;
        let ran: BTreeSet<&str> = text.lines().map(str::trim).collect();
        let (ran, missing): (Vec<&str>, Vec<&str>) = offered.iter().partition(|path| ran.contains(*path));
        println!("paths run: {}", ran.join(" "));
        ensure!(missing.is_empty(), "this CPU offers {}, but no test ran it", missing.join(" and "));
        Ok(())
    }
}

impl Drop for PathsFile {
    fn drop(&mut self) {
        // A file left behind in the temporary folder harms nobody.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{AARCH64_PATHS, Machine, PathsFile};

    #[test]
    fn offered_paths_follow_the_kernels_list_of_features() {
        let check = |cpuinfo: &str, paths: &[&str]| assert_eq!(Machine::of(cpuinfo).paths(), paths);
        check("", &["portable"]);
        check("model name\t: Zen\nflags\t\t: sse2 ssse3 sse4_1 avx2\n", &["avx2", "portable"]);
        check("flags : ssse3 sse4_1 sha_ni avx2", &["avx2", "sha-ni", "portable"]);
        // AVX-512 without its byte and vector-length parts cannot run the kernels.
        check("flags : avx2 avx512f", &["avx2", "portable"]);
        check("flags : avx512f avx512bw avx512vl", &["avx512", "portable"]);
        check("Features\t: fp asimd aes sha1 sha2", &AARCH64_PATHS);
    }

    #[test]
    fn facts_name_the_model_and_survive_a_machine_that_says_nothing() {
        let machine = Machine::of("processor : 0\nmodel name : AMD EPYC\nflags : avx2 sha_ni foo\n");
        assert!(machine.facts().starts_with("AMD EPYC, "));
        assert!(machine.facts().ends_with("features avx2 sha_ni"));
        assert!(Machine::default().facts().starts_with("CPU of unknown model, "));
    }

    #[test]
    fn a_path_that_no_test_ran_is_an_error() {
        let file = PathsFile::new("unit-test").unwrap();
        let (_, path) = file.variable();
        fs::write(path, "portable\navx2\navx2\n").unwrap();
        file.check(&["avx2", "portable"]).unwrap();
        let error = file.check(&["avx512", "avx2", "portable"]).unwrap_err().to_string();
        assert_eq!(error, "this CPU offers avx512, but no test ran it");
        let path = path.to_owned();
        drop(file);
        assert!(!path.exists());
    }
}
