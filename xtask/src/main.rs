//! `cargo xtask`: every chore of this workspace as a command, in plain Rust, so that a clone and cargo are all
//! that a newcomer needs. It knows cargo, apt and the files of the repository; it knows nothing of hashing.

#![forbid(unsafe_code)]

mod aarch64;
mod command;
mod cpp;
mod deny;
mod dist;
mod machine;
mod perf;
mod python;
mod repo;
mod setup;
mod shaders;
mod stages;
mod tally;
mod test;
mod third_party;
mod tidy;
mod vulkan;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::repo::Repo;

/// The chores of this workspace.
///
/// New here? `cargo xtask test` sets the machine up and runs everything.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Set this machine up and run every check and every test.
    ///
    /// Works on a fresh Debian machine that has cargo and a C compiler: what else is needed is installed where
    /// that is allowed, and named where it is not. A stage that fails does not stop the others; only a failing
    /// build does. The last line is the count, for example `412 passed, 0 failed`, and the exit status is zero
    /// only when nothing failed.
    ///
    /// While working on one thing, run one stage: `cargo xtask test --stage engine`.
    Test(test::Args),
    /// The same as `test`, and the minutes of each stage held against their budget.
    ///
    /// With CI=true in the environment, as in `.ci/run`, `test` does the same, and a stage that cannot run is a
    /// failure, not a skip. It also prints the machine it ran on, because a time without its machine says nothing.
    Ci(test::Args),
    /// Install what the tests need: Debian packages (software Vulkan among them), cargo-deny, the aarch64 compiler,
    /// Python's tools.
    ///
    /// Does nothing that is already done, so it is safe to repeat. As root, or with a sudo that asks no password,
    /// packages are installed; otherwise the command to run is printed.
    Setup,
    /// Hold the repository against its own rules: who may depend on whom, where unsafe may stand, what the
    /// documents name.
    ///
    /// The tables of allowed edges and of external crates are read from ARCHITECTURE.md. Each line of output names
    /// a place and says what is wrong with it. Warnings (long files and functions) never fail.
    Tidy,
    /// Build the engine's tests for 64-bit Arm and run them under QEMU.
    ///
    /// The NEON and ARMv8 SHA paths are run this way on an x86-64 machine. The compiler is your own when
    /// `rustup target add aarch64-unknown-linux-gnu` was done, and otherwise one that is unpacked from Debian's
    /// packages into a folder of its own; your system and your rustup stay as they are.
    Aarch64 {
        /// Only get the compiler, the linker and QEMU ready.
        #[arg(long)]
        setup_only: bool,
    },
    /// Make what is handed on: the C++ library, the Python wheel.
    #[command(subcommand)]
    Dist(dist::What),
    /// Write the GPU kernels anew from their templates and functions, into shaders/wgsl.
    ///
    /// Needed after a change in shaders/templates or shaders/src; a test fails until it is done.
    Shaders,
    /// Write the published vectors anew, into tests/vectors/protocol and tests/vectors/ledger.
    ///
    /// Needed after a change of what is valid; a test fails until it is done. What they say is then to be confirmed by the
    /// independent implementation in tests/oracle, which another test runs.
    Vectors,
    /// Measure our kernels against published crates, and rewrite the tables of docs/performance.md.
    ///
    /// One run on one core, everybody in turns; several minutes, best on a machine that does nothing else. With rows
    /// named (`cargo xtask perf walk-blake2s`) only these are measured and printed. Criterion's benchmarks, of every
    /// primitive and path, are `cargo bench --package gridnet-benches`.
    Perf(perf::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().chore) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> anyhow::Result<ExitCode> {
    let repo = Repo::find()?;
    match chore {
        Chore::Test(args) if crate::repo::in_ci() => test::run(&repo, &args, test::Report::Budgets),
        Chore::Test(args) => test::run(&repo, &args, test::Report::Minutes),
        Chore::Ci(args) => test::run(&repo, &args, test::Report::Budgets),
        Chore::Setup => setup::all(&repo).map(|()| ExitCode::SUCCESS),
        Chore::Tidy => tidy::run(&repo).map(ExitCode::from),
        Chore::Aarch64 { setup_only: true } => aarch64::set_up().map(|_| ExitCode::SUCCESS),
        Chore::Aarch64 { setup_only: false } => aarch64::test(&repo, &aarch64::set_up()?).map(|tally| {
            println!("\n{tally}");
            ExitCode::from(tally)
        }),
        Chore::Dist(what) => dist::make(&repo, what).map(|()| ExitCode::SUCCESS),
        Chore::Shaders => shaders::write(&repo).map(|()| ExitCode::SUCCESS),
        Chore::Vectors => {
            let mut vectors = command::cargo(repo.root(), "run");
            vectors.args(["--profile", "ci", "--package", "gridnet-tests", "--example", "vectors"]);
            command::run(&mut vectors).map(|()| ExitCode::SUCCESS)
        }
        Chore::Perf(args) => perf::run(&repo, &args).map(|()| ExitCode::SUCCESS),
    }
}
