//! The Python package: made as a wheel, held against its own rules, and tested as it is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{run, run_tests, succeeds};
use crate::repo::Repo;
use crate::setup::{Package, packages};
use crate::tally::Tally;

const NEEDED: &[Package] = &[Package { name: "python3", gives: "python3", why: "what the package is for" }];

/// An environment with the tools that make and test the package.
pub(crate) struct Tools {
    folder: PathBuf,
}

/// Gets the machine ready: the environment is made again when what is asked for has changed.
pub(crate) fn set_up(repo: &Repo) -> Result<Tools> {
    packages(NEEDED)?;
    let asked = fs::read_to_string(repo.root().join("python/requirements.txt"))?;
    let tools = Tools { folder: repo.target().join("python/tools") };
    let made_for = tools.folder.join("requirements.txt");
    if fs::read_to_string(&made_for).is_ok_and(|made_for| made_for == asked) {
        return Ok(tools);
    }
    environment(&tools.folder)?;
    let mut install = tools.program("pip");
    install.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    run(install.arg(repo.root().join("python/requirements.txt")))?;
    fs::write(made_for, asked)?;
    Ok(tools)
}

/// A fresh environment of Python's. Debian has that in a package of its own.
fn environment(folder: &Path) -> Result<()> {
    let make = || {
        let mut make = Command::new("python3");
        make.args(["-m", "venv", "--clear"]).arg(folder);
        make
    };
    if !succeeds(&mut make()) {
        const VENV: Package = Package {
            name: "python3-venv",
            gives: "/no/file/shows/it",
            why: "makes environments of Python's",
        };
        // What it brings is no program, and is not there to be found: trying is what shows it.
        let _ = packages(&[VENV]);
        run(&mut make())?;
    }
    Ok(())
}

impl Tools {
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join("bin").join(name));
        command.env_remove("PYTHONPATH").env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Makes the wheel, and gives its file.
    pub(crate) fn wheel(&self, repo: &Repo, profile: &str) -> Result<PathBuf> {
        let out = empty(repo.target().join("python/wheel").join(profile))?;
        let mut make = self.program("maturin");
        make.args(["build", "--quiet", "--locked", "--strip", "--profile", profile, "--manifest-path"]);
        make.arg(repo.root().join("python/Cargo.toml")).arg("--out").arg(&out);
        run(make.arg("--target-dir").arg(repo.target()))?;
        only_wheel(&out)
    }

    /// Makes the same wheel of a library that is there already: maturin would have cargo choose other features for shared
    /// dependencies than the whole workspace does, and so compile the kernels a second time, for many minutes.
    fn packed(&self, repo: &Repo, library: &Path) -> Result<PathBuf> {
        let (source, folder) = (repo.root().join("python"), repo.target().join("python"));
        let (unpacked, out) = (empty(folder.join("unpacked"))?, empty(folder.join("packed"))?);
        let package = unpacked.join("gridnet");
        fs::create_dir(&package)?;
        for file in fs::read_dir(source.join("gridnet"))? {
            let file = file?;
            if file.file_type()?.is_file() {
                fs::copy(file.path(), package.join(file.file_name()))?;
            }
        }
        fs::copy(library, package.join("_native.abi3.so"))
            .with_context(|| format!("cannot copy {}", library.display()))?;
        let mut about = self.program("maturin");
        about.current_dir(&source).args(["pep517", "write-dist-info", "--metadata-directory"]);
        run(about.arg(&unpacked).arg("--interpreter").arg(self.folder.join("bin/python3")))?;
        run(self.program("wheel").arg("pack").arg(&unpacked).arg("--dest-dir").arg(&out))?;
        only_wheel(&out)
    }
}

/// The folder, with nothing in it.
fn empty(folder: PathBuf) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn only_wheel(folder: &Path) -> Result<PathBuf> {
    let made = fs::read_dir(folder)?.next().context("no wheel was made")??.path();
    ensure!(made.extension().is_some_and(|ending| ending == "whl"), "{} is no wheel", made.display());
    Ok(made)
}

/// Makes the package and tests it.
pub(crate) fn test(repo: &Repo, tools: &Tools, library: &Path) -> Result<Tally> {
    let source = repo.root().join("python");
    let mut tally = Tally::default();
    for words in [&["format", "--check", "."][..], &["check", "."]] {
        let mut ruff = tools.program("ruff");
        tally += Tally::of_check(run(ruff.current_dir(&source).args(words)));
    }
    let wheel = tools.packed(repo, library)?;
    run(tools.program("pip").args(["install", "--quiet", "--no-deps", "--force-reinstall"]).arg(&wheel))?;
    let mut mypy = tools.program("mypy");
    tally += Tally::of_check(run(mypy.current_dir(&source).args(["--package", "gridnet"])));
    let mut stubs = tools.program("stubtest");
    tally += Tally::of_check(run(stubs.current_dir(&source).args([
        "--mypy-config-file",
        "pyproject.toml",
        "gridnet._native",
    ])));
    // The package as it is installed, not the files here, which have no extension beside them.
    let mut tests = tools.program("pytest");
    tests.current_dir(&source).args(["--import-mode=importlib", "-p", "no:cacheprovider"]);
    tests.args(["--doctest-modules", "--pyargs", "gridnet", "tests"]).env("NODEVICE_SELECT", "1");
    tally += run_tests(&mut tests)?;
    tally += Tally::of_check(installed(&wheel, &repo.target().join("python/clean")));
    ensure!(tally.ran() > 10, "the Python tests did not run");
    Ok(tally)
}

/// The wheel in a fresh environment, where no compiler is to be found: it installs, and verifies.
fn installed(wheel: &Path, clean: &Path) -> Result<()> {
    environment(clean)?;
    let mut install = Command::new(clean.join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]);
    run(install.arg(wheel).env("PATH", clean.join("bin")))?;
    let program = "import gridnet; claims = gridnet.sample_transit_pools(1_000, bad_share=0.01); \
                   verdicts = gridnet.verify_transit_pools(claims.table, claims.identities); \
                   assert verdicts['valid'].to_pylist().count(False) == 10";
    run(Command::new(clean.join("bin/python")).args(["-c", program]).env("PATH", clean.join("bin")))
}
