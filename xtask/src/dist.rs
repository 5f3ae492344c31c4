//! What is handed on: the C++ library as a folder that any build system can use, and the Python package as a wheel.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::Subcommand;

use crate::command::{cargo, run};
use crate::repo::Repo;
use crate::{python, third_party};

/// What to make.
#[derive(Subcommand)]
pub(crate) enum What {
    /// The C++ library: headers, libgridnet.a, libgridnet.so, a CMake package, a pkg-config file, licences.
    ///
    /// Needs a C++ compiler. The folder can be moved, and packed: nothing in it names where it was made. Use it with
    /// `cmake -DCMAKE_PREFIX_PATH=DIR` and `find_package(gridnet)`, or `PKG_CONFIG_PATH=DIR/lib/pkgconfig`.
    Cpp(Cpp),
    /// The Python package: a wheel for this kind of machine and every CPython from 3.11 on.
    ///
    /// Needs Python 3.11 or newer. `pip install DIR/gridnet-*.whl` needs neither Rust nor a compiler.
    Python(Python),
}

/// Where to.
#[derive(clap::Args)]
pub(crate) struct Python {
    /// Where the wheel goes.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// How.
#[derive(clap::Args)]
pub(crate) struct Cpp {
    /// Where the tree goes; what is there of an earlier one is replaced where it differs.
    #[arg(long, value_name = "DIR")]
    prefix: PathBuf,
    /// A smaller library, for gateways: without graphics processors and AVX-512, optimised for size.
    #[arg(long)]
    lean: bool,
    /// For another kind of machine, `aarch64-unknown-linux-gnu`, with its compiler: `aarch64-linux-gnu-g++`.
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// Of an archive that cargo built before, libgridnet_ffi.a, instead of building one.
    #[arg(long, value_name = "FILE", conflicts_with = "lean")]
    archive: Option<PathBuf>,
}

/// The programs that a library is made with.
pub(crate) struct Tools {
    /// What their names begin with: nothing for this kind of machine.
    prefix: &'static str,
}

impl Tools {
    /// Those of a target, by the names that Debian gives them.
    pub(crate) fn of(target: Option<&str>) -> Result<Tools> {
        let known = |triple| match triple {
            "aarch64-unknown-linux-gnu" => Ok("aarch64-linux-gnu-"),
            "armv7-unknown-linux-gnueabihf" => Ok("arm-linux-gnueabihf-"),
            "riscv64gc-unknown-linux-gnu" => Ok("riscv64-linux-gnu-"),
            "x86_64-unknown-linux-gnu" => Ok("x86_64-linux-gnu-"),
            other => {
                bail!("nobody knows the compiler for {other}: build the archive with cargo, link it yourself")
            }
        };
        Ok(Tools { prefix: target.map_or(Ok(""), known)? })
    }

    fn program(&self, name: &str, here: &str) -> Command {
        let named = if self.prefix.is_empty() { here.to_owned() } else { format!("{}{name}", self.prefix) };
        Command::new(named)
    }
}

/// Makes it.
pub(crate) fn make(repo: &Repo, what: What) -> Result<()> {
    let Cpp { prefix, lean, target, archive } = match what {
        What::Cpp(cpp) => cpp,
        What::Python(Python { out }) => {
            let wheel = python::set_up(repo)?.wheel(repo, "release")?;
            fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
            copy(&wheel, &out)?;
            let name = wheel.file_name().context("a file has a name")?;
            println!("the Python package is {}", out.join(name).display());
            return Ok(());
        }
    };
    let target = target.as_deref();
    let tools = Tools::of(target)?;
    let archive = match archive {
        Some(archive) => archive,
        None => build(repo, lean, target)?,
    };
    install(repo, &archive, &prefix, &tools)?;
    println!("the C++ library is in {}", prefix.display());
    Ok(())
}

fn build(repo: &Repo, lean: bool, target: Option<&str>) -> Result<PathBuf> {
    let mut build = cargo(repo.root(), "build");
    let profile = if lean { "lean" } else { "release" };
    build.args(["--package", "gridnet-ffi", "--profile", profile]);
    if lean {
        build.arg("--no-default-features");
    }
    if let Some(target) = target {
        build.args(["--target", target]);
    }
    run(&mut build)?;
    Ok(repo.target().join(target.unwrap_or_default()).join(profile).join("libgridnet_ffi.a"))
}

/// Puts an archive that cargo built, and everything that goes with it, into a folder. What is the same already is left
/// alone, so that what was linked with it need not be linked again.
pub(crate) fn install(repo: &Repo, archive: &Path, prefix: &Path, tools: &Tools) -> Result<()> {
    let version = &repo.metadata.packages.first().context("a workspace has packages")?.version;
    // Until 1.0 every minor version may change what is there.
    let soversion = match version.major {
        0 => format!("0.{}", version.minor),
        major => major.to_string(),
    };
    let version = version.to_string();
    let (lib, headers) = (prefix.join("lib"), prefix.join("include/gridnet"));
    let (cmake, pkgconfig) = (lib.join("cmake/gridnet"), lib.join("pkgconfig"));
    let licences = prefix.join("share/licenses/gridnet");
    for folder in [&headers, &cmake, &pkgconfig, &licences] {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let source = repo.root();
    for header in fs::read_dir(source.join("include/gridnet"))? {
        copy(&header?.path(), &headers)?;
    }
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&source.join(licence), &licences)?;
    }
    put(third_party::notices(repo, "gridnet-ffi")?.as_bytes(), &licences.join("THIRD-PARTY.txt"))?;
    for (template, folder) in
        [("gridnetConfig.cmake", &cmake), ("gridnetConfigVersion.cmake", &cmake), ("gridnet.pc", &pkgconfig)]
    {
        let text = fs::read_to_string(source.join("ffi/dist").join(template))?;
        let text = text.replace("@VERSION@", &version).replace("@SOVERSION@", &soversion);
        ensure!(!text.contains('@'), "{template} has a word that nobody knows");
        put(text.as_bytes(), &folder.join(template))?;
    }
    ensure!(archive.is_file(), "there is no {}", archive.display());
    let stripped = lib.join("stripped.a");
    run(tools.program("strip", "strip").arg("--strip-debug").arg("-o").arg(&stripped).arg(archive))?;
    let (static_library, name) = (lib.join("libgridnet.a"), format!("libgridnet.so.{version}"));
    let shared_library = lib.join(&name);
    let map = source.join("ffi/dist/gridnet.map");
    put(&fs::read(&stripped)?, &static_library)?;
    fs::remove_file(&stripped)?;
    if is_newer(&shared_library, &static_library) && is_newer(&shared_library, &map) {
        return Ok(());
    }
    let mut link = tools.program("g++", "c++");
    // In its place when it is whole.
    let linked = lib.join("linked.so");
    link.arg("-shared").arg("-o").arg(&linked);
    link.arg("-Wl,--whole-archive").arg(&static_library).arg("-Wl,--no-whole-archive");
    link.arg(format!("-Wl,-soname,libgridnet.so.{soversion}"));
    link.arg(format!("-Wl,--version-script,{}", map.display()));
    run(link.args(["-Wl,--gc-sections", "-Wl,-z,defs", "-s", "-lpthread", "-ldl", "-lm"]))?;
    fs::rename(&linked, &shared_library)?;
    for alias in [format!("libgridnet.so.{soversion}"), "libgridnet.so".to_owned()] {
        let alias = lib.join(alias);
        if alias.is_symlink() {
            fs::remove_file(&alias)?;
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(&name, &alias)?;
    }
    Ok(())
}

fn is_newer(file: &Path, than: &Path) -> bool {
    let changed = |file: &Path| fs::metadata(file).and_then(|about| about.modified()).ok();
    changed(file) > changed(than)
}

fn copy(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().context("a file has a name")?;
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    put(&bytes, &folder.join(name)).map(drop)
}

/// Writes a file unless it is there as it should be. Whether it was not.
fn put(bytes: &[u8], file: &Path) -> Result<bool> {
    if fs::read(file).is_ok_and(|there| there == bytes) {
        return Ok(false);
    }
    fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::put;

    #[test]
    fn what_is_the_same_is_left_alone() {
        let file = std::env::temp_dir().join(format!("gridnet-put-{}", std::process::id()));
        let modified = || file.metadata().and_then(|about| about.modified()).expect("a time");
        assert!(put(b"one", &file).expect("a file that can be written"));
        let written = modified();
        assert!(!put(b"one", &file).expect("a file that can be read"));
        assert_eq!(modified(), written);
        assert!(put(b"two", &file).expect("a file that can be written"));
        std::fs::remove_file(&file).expect("it is there");
    }
}
