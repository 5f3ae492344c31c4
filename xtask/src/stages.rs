//! What each stage of `cargo xtask test` does.
//!
//! The whole workspace is built once, in profile `ci` with all targets, and the test programs of that build are
//! started directly. `cargo test --package` would choose other features for shared dependencies, crate by crate,
//! and compile them again.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{Artifact, Message};

use crate::command::{cargo, run, run_tests};
use crate::machine::{Machine, PathsFile};
use crate::repo::{Repo, in_ci};
use crate::tally::Tally;
use crate::{aarch64, cpp, deny, python, setup, tidy, vulkan};

/// The crates whose tests are the engine's.
const ENGINE: &[&str] =
    &["gridnet-simd", "gridnet-shaders", "gridnet-core", "gridnet-tests", "gridnet-benches"];
const PROTOCOL: &[&str] = &["gridnet-protocol", "gridnet-tests"];
const NODE: &[&str] = &["gridnet-node"];
const FFI: &[&str] = &["gridnet-ffi"];
const XTASK: &[&str] = &["xtask"];

/// What makes tests long: rounds of random signatures, some 27,000 of them each (core/tests/signatures/random.rs), steps of a
/// run of the ledger's simulator (tests/protocol/simulator/mod.rs), nodes that are killed (node/tests/core/crash.rs), runs on
/// each kind of failing disk (node/tests/core/faults.rs), blocks that a node mines by itself (node/tests/core/long_chain.rs).
const LONG: [(&str, &str); 5] = [
    ("GRIDNET_SIGNATURE_ROUNDS", "37"),
    ("GRIDNET_SIMULATOR_STEPS", "10000"),
    ("GRIDNET_CRASH_ROUNDS", "1000"),
    ("GRIDNET_FAULT_ROUNDS", "250"),
    ("GRIDNET_CHAIN_BLOCKS", "10000"),
];

/// A part of the whole run. The order here is the order of running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Stage {
    /// Install what the tests need
    Setup,
    /// Formatting is rustfmt's
    Fmt,
    /// Every crate, test and benchmark compiles
    Build,
    /// Clippy has nothing to say
    Clippy,
    /// Licences, sources, duplicates and advisories of the dependencies
    Deny,
    /// The repository keeps its own rules
    Tidy,
    /// The documentation builds without warnings, and its examples run
    Doc,
    /// Tests of xtask itself
    Xtask,
    /// Tests of the engine, on every path that this CPU offers
    Engine,
    /// Tests of the engine on a graphics processor, a software one where there is no other
    Gpu,
    /// Tests of the protocol
    Protocol,
    /// Tests of the node
    Node,
    /// Tests of the C++ library, as its users install it
    Cpp,
    /// Tests of the Python package, as its users install it
    Python,
    /// Tests of the engine's aarch64 paths, under QEMU
    Aarch64,
    /// The published rivals that the benchmarks compare with still compile (only with --long)
    Rivals,
}

/// A program that cargo built to run the tests of one target.
struct TestProgram {
    package: String,
    target: String,
    folder: PathBuf,
    file: PathBuf,
}

impl TestProgram {
    fn is_gpu(&self) -> bool {
        self.target.ends_with(" gpu")
    }

    /// Of the tests across crates, which stage a program belongs to.
    fn is_protocol(&self) -> bool {
        let is_across = self.target.ends_with(" protocol") || self.target.ends_with(" models");
        self.package == "gridnet-protocol" || is_across
    }
}

/// What one run keeps between its stages.
pub(crate) struct Stages<'a> {
    repo: &'a Repo,
    /// Whether tests that can be had longer are to be.
    long: bool,
    built: Option<Vec<TestProgram>>,
}

impl<'a> Stages<'a> {
    pub(crate) fn new(repo: &'a Repo, long: bool) -> Self {
        Stages { repo, long, built: None }
    }

    /// Runs a stage. An error is a stage that could not do its work, and counts as one failure.
    pub(crate) fn run(&mut self, stage: Stage) -> Result<Tally> {
        match stage {
            Stage::Setup => {
                // Not a check: the stages that need what is missing will say so, each for itself.
                if let Err(error) = setup::all(self.repo) {
                    println!("{error:#}");
                }
                Ok(Tally::default())
            }
            Stage::Fmt => passed(run(self.cargo("fmt").args(["--all", "--check"]))),
            Stage::Build => passed(self.programs().map(drop)),
            Stage::Clippy => {
                passed(run(self.cargo("clippy").args(EVERYTHING).args(["--", "-D", "warnings"])))
            }
            Stage::Deny => match deny::set_up() {
                Ok(program) => passed(deny::check(self.repo, &program)),
                Err(why) => skipped(&why),
            },
            Stage::Tidy => Ok(tidy::run(self.repo)?),
            Stage::Doc => self.doc(),
            Stage::Xtask => self.tests(XTASK, None, |_| true),
            Stage::Engine => {
                let paths = PathsFile::new("engine")?;
                let of_engine = |program: &TestProgram| !program.is_gpu() && !program.is_protocol();
                let mut tally = self.tests(ENGINE, Some(&paths), of_engine)?;
                tally += Tally::of_check(paths.check(&Machine::this().paths()));
                Ok(tally)
            }
            Stage::Gpu => self.tests(ENGINE, None, TestProgram::is_gpu),
            Stage::Protocol => self.tests(PROTOCOL, None, TestProgram::is_protocol),
            Stage::Node => self.tests(NODE, None, |_| true),
            Stage::Cpp => match cpp::set_up() {
                Ok(()) => {
                    let mut tally = self.tests(FFI, None, |_| true)?;
                    tally += cpp::test(self.repo, &self.repo.target().join("ci/libgridnet_ffi.a"))?;
                    Ok(tally)
                }
                Err(why) => skipped(&why),
            },
            Stage::Python => match python::set_up(self.repo) {
                Ok(tools) => {
                    self.programs()?;
                    python::test(self.repo, &tools, &self.repo.target().join("ci/lib_native.so"))
                }
                Err(why) => skipped(&why),
            },
            Stage::Aarch64 if cfg!(target_arch = "aarch64") => {
                println!("this machine is aarch64 itself: the engine stage runs these tests");
                Ok(Tally::default())
            }
            Stage::Aarch64 => match aarch64::set_up() {
                Ok(compiler) => aarch64::test(self.repo, &compiler),
                Err(why) => skipped(&why),
            },
            Stage::Rivals => {
                let folder = self.repo.root().join("benches/rivals");
                let target = self.repo.target().join("rivals");
                passed(run(cargo(folder, "check").args(["--all-targets", "--target-dir"]).arg(target)))
            }
        }
    }

    fn cargo(&self, subcommand: &str) -> Command {
        cargo(self.repo.root(), subcommand)
    }

    fn doc(&self) -> Result<Tally> {
        let mut doc = self.cargo("doc");
        doc.args(["--workspace", "--no-deps", "--profile", "ci"]).env("RUSTDOCFLAGS", "-D warnings");
        let mut tally = Tally::of_check(run(&mut doc));
        tally += run_tests(self.cargo("test").args(["--workspace", "--doc", "--profile", "ci"]))?;
        Ok(tally)
    }

    /// Runs the tests of these crates, as far as they are wanted. They append to the file of paths where there is one.
    fn tests(
        &mut self,
        packages: &[&str],
        paths: Option<&PathsFile>,
        wanted: impl Fn(&TestProgram) -> bool,
    ) -> Result<Tally> {
        let mut tally = Tally::default();
        let long = if self.long { LONG.as_slice() } else { &[] };
        let of_these =
            |program: &&TestProgram| packages.contains(&program.package.as_str()) && wanted(program);
        for program in self.programs()?.iter().filter(of_these) {
            println!("\n-- {}: {}", program.package, program.target);
            let mut command = program.command();
            command.envs(paths.map(PathsFile::variable)).envs(vulkan::software());
            command.envs(long.iter().copied());
            tally += run_tests(&mut command)?;
        }
        ensure!(tally.ran() > 0, "no test ran in {}", packages.join(", "));
        Ok(tally)
    }

    /// The test programs of the workspace, built now if they were not yet.
    fn programs(&mut self) -> Result<&[TestProgram]> {
        let programs = match self.built.take() {
            Some(programs) => programs,
            None => self.build()?,
        };
        Ok(self.built.insert(programs))
    }

    fn build(&self) -> Result<Vec<TestProgram>> {
        let mut build = self.cargo("build");
        build.args(EVERYTHING).arg("--message-format=json-render-diagnostics").stdout(Stdio::piped());
        let mut child = build.spawn().context("cannot start cargo")?;
        let output = child.stdout.take().context("the output of cargo is missing")?;
        let mut programs = Vec::new();
        for message in Message::parse_stream(std::io::BufReader::new(output)) {
            if let Message::CompilerArtifact(artifact) = message? {
                programs.extend(self.test_program(artifact));
            }
        }
        ensure!(child.wait()?.success(), "the workspace does not build");
        programs.sort_by(|a, b| (&a.package, &a.target).cmp(&(&b.package, &b.target)));
        every_crate_has_a_stage(programs.iter().map(|program| program.package.as_str()))?;
        Ok(programs)
    }

    fn test_program(&self, artifact: Artifact) -> Option<TestProgram> {
        // A benchmark is a test program to cargo, but not to us.
        if !artifact.profile.test || artifact.target.is_bench() {
            return None;
        }
        let package = self.repo.metadata.packages.iter().find(|package| package.id == artifact.package_id)?;
        let kinds: Vec<_> = artifact.target.kind.iter().map(ToString::to_string).collect();
        // What an interpreter loads has no tests of its own; cargo makes a program of it all the same.
        if kinds == ["cdylib"] {
            return None;
        }
        Some(TestProgram {
            package: package.name.to_string(),
            target: format!("{} {}", kinds.join(" "), artifact.target.name),
            folder: package.manifest_path.parent()?.into(),
            file: artifact.executable?.into(),
        })
    }
}

/// What every build here selects, so that cargo always decides on the same features.
const EVERYTHING: [&str; 4] = ["--workspace", "--all-targets", "--profile", "ci"];

impl TestProgram {
    /// The program in the surroundings that cargo would give it: its own crate's, not xtask's.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.file);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CARGO_PKG_") {
                command.env_remove(name);
            }
        }
        command.current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder);
        command.env("CARGO_PKG_NAME", &self.package);
        command
    }
}

/// A test that no stage runs would rot unseen.
fn every_crate_has_a_stage<'a>(packages: impl Iterator<Item = &'a str>) -> Result<()> {
    let homeless: BTreeSet<_> =
        packages.filter(|package| ![ENGINE, PROTOCOL, NODE, FFI, XTASK].concat().contains(package)).collect();
    if let Some(package) = homeless.first() {
        bail!("{package} has tests, but no stage in xtask/src/stages.rs runs them");
    }
    Ok(())
}

/// One check that is no test.
fn passed(outcome: Result<()>) -> Result<Tally> {
    outcome.map(|()| Tally::PASSED)
}

/// A stage that this machine cannot run: said and counted, but in CI not accepted.
fn skipped(why: &anyhow::Error) -> Result<Tally> {
    ensure!(!in_ci(), "{why:#}");
    println!("skipped: {why:#}");
    Ok(Tally::SKIPPED)
}

#[cfg(test)]
mod tests {
    use super::every_crate_has_a_stage;

    #[test]
    fn a_crate_whose_tests_no_stage_runs_is_an_error() {
        every_crate_has_a_stage(["gridnet-core", "gridnet-node", "xtask"].into_iter()).unwrap();
        let error = every_crate_has_a_stage(["gridnet-core", "gridnet-new"].into_iter()).unwrap_err();
        assert!(error.to_string().starts_with("gridnet-new has tests"));
    }
}
