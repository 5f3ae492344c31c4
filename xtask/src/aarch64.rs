//! The engine's tests and those of the C++ library on 64-bit Arm: built on x86-64, run under QEMU.
//!
//! The compiler is the one in use where rustup gave it the target. Where it did not, a whole compiler is unpacked
//! from Debian's packages into the cache: `rustc-web` (the newest one that Debian keeps, for its browsers) with
//! the standard library of both architectures. Nothing of it is installed, because it would displace the system's
//! own compiler, and apt learns of the second architecture only in a state folder of our own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::semver::Version;

use crate::command::{cargo, on_path, run, run_tests, text_of};
use crate::cpp;
use crate::dist::{self, Tools};
use crate::machine::{AARCH64_PATHS, PathsFile};
use crate::repo::{Repo, cache};
use crate::setup;
use crate::tally::Tally;

const TARGET: &str = "aarch64-unknown-linux-gnu";
const LINKER: &str = "aarch64-linux-gnu-gcc";
const RUNNER: &str = "qemu-aarch64-static -L /usr/aarch64-linux-gnu";
/// The crates whose tests run there: those that have code of their own for it.
const CRATES: [&str; 2] = ["gridnet-simd", "gridnet-core"];
/// How the C++ library's tests are built and run there.
const CPP: cpp::Build = cpp::Build {
    name: "aarch64",
    compiler: "aarch64-linux-gnu-g++",
    standard: "17",
    flags: "",
    settings: &["-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64"],
    runner: &["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"],
};
/// The oldest compiler that the workspace can be built with.
const RUST_VERSION: &str = env!("CARGO_PKG_RUST_VERSION");

/// The script that stands for the unpacked compiler.
const WRAPPER: &str = r#"#!/bin/sh
# This folder's compiler with this folder's libraries, wherever the folder lies.
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH="$here/usr/lib/x86_64-linux-gnu" exec "$here/usr/bin/rustc" --sysroot "$here/usr" "$@"
"#;

/// A compiler that can build for aarch64.
pub(crate) enum Compiler {
    /// The one that cargo uses anyway.
    Current,
    /// The one unpacked from Debian's packages.
    Unpacked(PathBuf),
}

/// Gets the linker, QEMU, the compiler and what the C++ tests need ready.
pub(crate) fn set_up() -> Result<Compiler> {
    ensure!(cfg!(all(target_os = "linux", target_arch = "x86_64")), "this is not an x86-64 Linux machine");
    setup::packages(setup::FOR_AARCH64)?;
    cpp::set_up()?;
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let library = text_of(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]))?;
    if Path::new(library.trim_end()).exists() {
        return Ok(Compiler::Current);
    }
    unpacked(&cache()?.join("rust-aarch64")).map(Compiler::Unpacked)
}

/// Builds and runs the tests, and checks that every path that the CPU under QEMU offers was among them.
pub(crate) fn test(repo: &Repo, compiler: &Compiler) -> Result<Tally> {
    let paths = PathsFile::new("aarch64")?;
    let (variable, file) = paths.variable();
    let mut tests = cross(repo, compiler, "test");
    tests.arg("--tests").args(CRATES.iter().flat_map(|name| ["--package", name]));
    tests.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", RUNNER);
    let mut tally = run_tests(tests.env(variable, file))?;
    tally += Tally::of_check(paths.check(&AARCH64_PATHS));
    tally += test_cpp(repo, compiler)?;
    Ok(tally)
}

/// The same, of the C++ library: what a gateway on a small Arm box links.
fn test_cpp(repo: &Repo, compiler: &Compiler) -> Result<Tally> {
    run(cross(repo, compiler, "build").args(["--package", "gridnet-ffi"]))?;
    let folder = repo.target().join("aarch64");
    let (archive, prefix) = (folder.join(TARGET).join("ci/libgridnet_ffi.a"), folder.join("cpp/prefix"));
    dist::install(repo, &archive, &prefix, &Tools::of(Some(TARGET))?)?;
    CPP.test(repo, &prefix, &folder.join("cpp"))
}

/// The cargo that builds for there, without graphics processors: there is none under QEMU.
fn cross(repo: &Repo, compiler: &Compiler, subcommand: &str) -> Command {
    let mut command = cargo(repo.root(), subcommand);
    command.args(["--profile", "ci", "--no-default-features", "--target", TARGET]);
    // Another compiler would rebuild everything in the shared target folder.
    command.arg("--target-dir").arg(repo.target().join("aarch64"));
    command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", LINKER);
    if let Compiler::Unpacked(rustc) = compiler {
        command.env("RUSTC", rustc);
    }
    command
}

/// The compiler in `folder`, unpacked there now unless it was before for the same minimal version.
fn unpacked(folder: &Path) -> Result<PathBuf> {
    let rustc = folder.join("rustc");
    let stamp = folder.join("ready");
    if fs::read_to_string(&stamp).is_ok_and(|version| version == RUST_VERSION) {
        return Ok(rustc);
    }
    let other_ways = "`rustup target add aarch64-unknown-linux-gnu` is the other way to get a compiler";
    ensure!(on_path("apt-get").is_some(), "this is not a Debian system: {other_ways}");
    println!("unpacking Debian's compiler into {} (once, about 600 MB)", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    Apt::new(folder.join("apt"))?.unpack_compiler(folder).context(other_ways)?;
    fs::write(&rustc, WRAPPER)?;
    run(Command::new("chmod").arg("+x").arg(&rustc))?;
    let about = text_of(Command::new(&rustc).arg("-vV"))?;
    let release = about.lines().find_map(|line| line.strip_prefix("release: ")).unwrap_or_default();
    ensure!(
        is_new_enough(release),
        "Debian's rustc-web is {release:?}, we need {RUST_VERSION}: {other_ways}"
    );
    fs::write(stamp, RUST_VERSION)?;
    Ok(rustc)
}

fn is_new_enough(release: &str) -> bool {
    let minimum = Version::parse(&format!("{RUST_VERSION}.0")).expect("the manifest gives major.minor");
    Version::parse(release).is_ok_and(|release| release >= minimum)
}

/// An apt that knows two architectures and keeps all it fetches in a folder of its own. The system's apt keeps
/// its sources and signing keys to itself and its state as it was; no rights are needed.
struct Apt {
    folder: PathBuf,
}

impl Apt {
    fn new(folder: PathBuf) -> Result<Apt> {
        for part in ["lists/partial", "cache/archives/partial", "packages"] {
            fs::create_dir_all(folder.join(part))?;
        }
        Ok(Apt { folder })
    }

    fn command(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.arg("-qq").arg("-oAPT::Architecture=amd64").arg("-oAPT::Architectures=amd64,arm64");
        command.arg(format!("-oDir::State::Lists={}", self.folder.join("lists").display()));
        command.arg(format!("-oDir::Cache={}", self.folder.join("cache").display()));
        command.arg("-oAPT::Sandbox::User=root").args(words).current_dir(self.folder.join("packages"));
        command
    }

    /// Downloads the compiler's packages, unpacks them into `root` and deletes what was downloaded.
    fn unpack_compiler(self, root: &Path) -> Result<()> {
        run(&mut self.command("apt-get", &["update"]))?;
        let mut packages = self.missing_libraries("libstd-rust-web-dev")?;
        packages.extend(["rustc-web".to_owned(), "libstd-rust-web-dev:arm64".to_owned()]);
        let names: Vec<_> = packages.iter().map(String::as_str).collect();
        println!("fetching {}", names.join(" "));
        run(&mut self.command("apt-get", &[&["download"], &names[..]].concat()))?;
        for file in fs::read_dir(self.folder.join("packages"))? {
            run(Command::new("dpkg-deb").arg("-x").arg(file?.path()).arg(root))?;
        }
        Ok(fs::remove_dir_all(self.folder)?)
    }

    /// A package and all that it needs, less what the system has installed. The names carry versions (`libllvm22`)
    /// and move with every release, so they are asked for.
    fn missing_libraries(&self, package: &str) -> Result<BTreeSet<String>> {
        let only_needs = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"];
        let mut query = self.command("apt-cache", &["depends", "--recurse"]);
        let needed = text_of(query.args(only_needs.map(|kind| format!("--no-{kind}"))).arg(package))?;
        let installed =
            text_of(Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Abbrev} ${Package}\n"]))?;
        Ok(missing(&needed, &installed))
    }
}

/// The packages in `apt-cache depends` that are not in `dpkg-query`'s list. Indented lines are the edges between
/// them; names in angle brackets are virtual. Rust's own library is taken in any case: it belongs beside the
/// compiler.
fn missing(needed: &str, installed: &str) -> BTreeSet<String> {
    let installed: BTreeSet<&str> =
        installed.lines().filter_map(|line| line.strip_prefix("ii")).map(str::trim).collect();
    needed
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_alphanumeric()) && !line.contains(':'))
        .filter(|name| name.starts_with("libstd-rust") || !installed.contains(name))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{is_new_enough, missing};

    #[test]
    fn only_packages_that_the_system_lacks_are_fetched() {
        let needed = "libstd-rust-web-dev\n  Depends: libc6\n  Depends: libllvm22\n\
            libc6\nlibllvm22\n<libc-dev>\n|gcc\nlibc6:arm64\n";
        let installed = "ii  libc6\nii  libstd-rust-web-dev\nrc  libllvm22\nii  bash\n";
        let fetched: Vec<_> = missing(needed, installed).into_iter().collect();
        assert_eq!(fetched, ["libllvm22", "libstd-rust-web-dev"]);
    }

    #[test]
    fn an_older_or_unreadable_compiler_is_refused() {
        assert!(is_new_enough(&format!("{}.0", super::RUST_VERSION)));
        assert!(is_new_enough("2.0.0"));
        assert!(!is_new_enough("1.85.0"));
        assert!(!is_new_enough(""));
    }
}
