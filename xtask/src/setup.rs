//! Getting a machine ready: the Debian packages that the tests need, each with its reason, and the two tools that
//! take longer to get (`deny.rs`, `aarch64.rs`). Everything here is done once and found done the next time.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::command::{on_path, run, succeeds};
use crate::repo::Repo;
use crate::{aarch64, cpp, deny, python, vulkan};

/// A Debian package, what it is needed for, and the program (or the file, by its absolute path) that shows it is
/// there, whichever way it came.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) gives: &'static str,
    pub(crate) why: &'static str,
}

/// What building and running the tests for 64-bit Arm needs.
pub(crate) const FOR_AARCH64: &[Package] = &[
    Package { name: "qemu-user-static", gives: "qemu-aarch64-static", why: "runs aarch64 programs" },
    Package { name: "gcc-aarch64-linux-gnu", gives: "aarch64-linux-gnu-gcc", why: "links aarch64 programs" },
    Package { name: "g++-aarch64-linux-gnu", gives: "aarch64-linux-gnu-g++", why: "the same for C++" },
    Package {
        name: "libc6-dev-arm64-cross",
        gives: "/usr/aarch64-linux-gnu/lib/crt1.o",
        why: "the C library that they are linked against and run with",
    },
];

impl Package {
    fn is_here(&self) -> bool {
        if self.gives.starts_with('/') {
            Path::new(self.gives).exists()
        } else {
            on_path(self.gives).is_some()
        }
    }
}

/// Sets everything up. What could not be set up is said, and does not stop the rest.
pub(crate) fn all(repo: &Repo) -> Result<()> {
    let mut incomplete = Vec::new();
    for (what, outcome) in [
        ("cargo-deny", deny::set_up().map(drop)),
        ("aarch64", aarch64::set_up().map(drop)),
        ("vulkan", vulkan::set_up()),
        ("c++", cpp::set_up()),
        ("python", python::set_up(repo).map(drop)),
    ] {
        match outcome {
            Ok(()) => println!("{what}: ready"),
            Err(why) => {
                println!("{what}: not ready: {why:#}");
                incomplete.push(what);
            }
        }
    }
    ensure!(incomplete.is_empty(), "could not set up {}", incomplete.join(" and "));
    Ok(())
}

/// Makes sure that packages are there, by installing them where that is allowed.
pub(crate) fn packages(wanted: &[Package]) -> Result<()> {
    let missing: Vec<_> = wanted.iter().filter(|package| !package.is_here()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|package| package.name).collect();
    let reasons: Vec<_> = missing.iter().map(|p| format!("{} ({})", p.gives, p.why)).collect();
    let Some(administrator) = administrator() else {
        bail!(
            "missing: {}. On Debian: sudo apt-get install --no-install-recommends {}",
            reasons.join(", "),
            names.join(" ")
        );
    };
    println!("installing {}", names.join(" "));
    let apt_get = |words: &[&str]| {
        let (program, before) = administrator.split_first().expect("there is always a program to start with");
        run(Command::new(program)
            .args(before)
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"])
            .args(words))
    };
    apt_get(&["update"])?;
    apt_get(&[&["install", "--yes", "--no-install-recommends"], &names[..]].concat())?;
    match missing.iter().find(|package| !package.is_here()) {
        Some(package) => bail!("{} is installed, but {} is not there", package.name, package.gives),
        None => Ok(()),
    }
}

/// The words that start a command (after `NAME=value` settings) with the right to install packages through
/// apt-get, if we have that right.
fn administrator() -> Option<&'static [&'static str]> {
    on_path("apt-get")?;
    if succeeds(Command::new("sh").args(["-c", r#"test "$(id -u)" = 0"#])) {
        Some(&["env"])
    } else if succeeds(Command::new("sudo").args(["-n", "true"])) {
        Some(&["sudo", "-n", "env"])
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Package, packages};

    #[test]
    fn what_is_here_is_not_installed_again() {
        let shell = Package { name: "no-such-package", gives: "sh", why: "a program on the search path" };
        let root = Package { name: "no-such-package", gives: "/", why: "a file" };
        let absent = Package { name: "no-such-package", gives: "/no/such/file", why: "missing" };
        assert!(shell.is_here() && root.is_here() && !absent.is_here());
        packages(&[shell, root]).unwrap();
    }
}
