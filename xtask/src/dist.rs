//! What is handed on: the C++ library as a folder that any build system can use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Subcommand;

use crate::command::{cargo, run};
use crate::repo::Repo;

/// What to make.
#[derive(Subcommand)]
pub(crate) enum What {
    /// The C++ library: headers, libgridnet.a, libgridnet.so, a CMake package, a pkg-config file, licences.
    ///
    /// Needs a C++ compiler. The folder can be moved, and packed: nothing in it names where it was made. Use it with
    /// `cmake -DCMAKE_PREFIX_PATH=DIR` and `find_package(gridnet)`, or `PKG_CONFIG_PATH=DIR/lib/pkgconfig`.
    Cpp(Cpp),
}

/// How.
#[derive(clap::Args)]
pub(crate) struct Cpp {
    /// Where the tree goes; what is there of an earlier one is replaced.
    #[arg(long, value_name = "DIR")]
    prefix: PathBuf,
    /// Without graphics processors: a smaller library, for gateways.
    #[arg(long)]
    lean: bool,
}

/// Makes it.
pub(crate) fn make(repo: &Repo, what: What) -> Result<()> {
    let What::Cpp(Cpp { prefix, lean }) = what;
    let mut build = cargo(repo.root(), "build");
    build.args(["--release", "--package", "gridnet-ffi"]);
    if lean {
        build.arg("--no-default-features");
    }
    run(&mut build)?;
    install(repo, &repo.target().join("release/libgridnet_ffi.a"), &prefix)?;
    println!("the C++ library is in {}", prefix.display());
    Ok(())
}

/// Puts an archive that cargo built, and everything that goes with it, into a folder.
pub(crate) fn install(repo: &Repo, archive: &Path, prefix: &Path) -> Result<()> {
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
    for (template, folder) in
        [("gridnetConfig.cmake", &cmake), ("gridnetConfigVersion.cmake", &cmake), ("gridnet.pc", &pkgconfig)]
    {
        let text = fs::read_to_string(source.join("ffi/dist").join(template))?;
        let text = text.replace("@VERSION@", &version).replace("@SOVERSION@", &soversion);
        ensure!(!text.contains('@'), "{template} has a word that nobody knows");
        fs::write(folder.join(template), text)?;
    }
    let static_library = lib.join("libgridnet.a");
    fs::copy(archive, &static_library).with_context(|| format!("there is no {}", archive.display()))?;
    run(Command::new("strip").arg("--strip-debug").arg(&static_library))?;
    let name = format!("libgridnet.so.{version}");
    let mut link = Command::new("c++");
    link.arg("-shared").arg("-o").arg(lib.join(&name));
    link.arg("-Wl,--whole-archive").arg(&static_library).arg("-Wl,--no-whole-archive");
    link.arg(format!("-Wl,-soname,libgridnet.so.{soversion}"));
    link.arg(format!("-Wl,--version-script,{}", source.join("ffi/dist/gridnet.map").display()));
    run(link.args(["-Wl,--gc-sections", "-Wl,-z,defs", "-s", "-lpthread", "-ldl", "-lm"]))?;
    for alias in [format!("libgridnet.so.{soversion}"), "libgridnet.so".to_owned()] {
        let alias = lib.join(alias);
        if alias.is_symlink() {
            fs::remove_file(&alias)?;
        }
        std::os::unix::fs::symlink(&name, &alias)?;
    }
    Ok(())
}

fn copy(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().context("a file has a name")?;
    fs::copy(file, folder.join(name)).with_context(|| format!("cannot copy {}", file.display()))?;
    Ok(())
}
