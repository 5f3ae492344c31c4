//! The C++ library's tests: built against an installed tree as a stranger would, by two compilers, and looked at by
//! sanitizers and valgrind.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::command::{run, run_tests};
use crate::dist;
use crate::repo::Repo;
use crate::setup::{Package, packages};
use crate::tally::Tally;

/// What building and running them needs.
const NEEDED: &[Package] = &[
    Package { name: "cmake", gives: "cmake", why: "builds the C++ tests" },
    Package { name: "make", gives: "make", why: "what cmake hands its work to" },
    Package { name: "g++", gives: "g++", why: "one of two C++ compilers" },
    Package { name: "clang", gives: "clang++", why: "the other" },
    Package { name: "doctest-dev", gives: "/usr/include/doctest/doctest.h", why: "the C++ tests' framework" },
    Package { name: "pkg-config", gives: "pkg-config", why: "finds the library another way" },
    Package { name: "valgrind", gives: "valgrind", why: "finds memory that is used wrongly" },
];

/// A way to build them.
struct Build {
    name: &'static str,
    compiler: &'static str,
    standard: &'static str,
    flags: &'static str,
    /// What the programs are run by.
    runner: &'static [&'static str],
}

const BUILDS: [Build; 2] = [
    Build {
        name: "gcc",
        compiler: "g++",
        standard: "17",
        flags: "-g -fsanitize=address,undefined -fno-sanitize-recover=all",
        runner: &[],
    },
    Build {
        name: "clang",
        compiler: "clang++",
        standard: "20",
        // Debian 12's valgrind does not read what this clang writes by default.
        flags: "-gdwarf-4",
        runner: &[
            "valgrind",
            "--quiet",
            "--error-exitcode=9",
            "--leak-check=full",
            "--show-leak-kinds=definite",
            "--errors-for-leak-kinds=definite",
        ],
    },
];

/// Gets the machine ready.
pub(crate) fn set_up() -> Result<()> {
    packages(NEEDED)
}

/// Runs them, with the archive of a build.
pub(crate) fn test(repo: &Repo, archive: &Path) -> Result<Tally> {
    let folder = repo.target().join("cpp");
    let prefix = folder.join("prefix");
    dist::install(repo, archive, &prefix)?;
    let mut tally = Tally::default();
    for build in BUILDS {
        println!("\n-- {}, C++{}", build.compiler, build.standard);
        let made = build.make(&repo.root().join("tests/cpp"), &prefix, &folder)?;
        tally += run_tests(&mut build.program(&made.join("tests")))?;
        for program in ["shared", "no_exceptions"] {
            tally += Tally::of_check(run(&mut build.program(&made.join(program))));
        }
    }
    tally += Tally::of_check(miner(repo, &prefix, &folder));
    ensure!(tally.ran() > 10, "the C++ tests did not run");
    Ok(tally)
}

impl Build {
    fn make(&self, source: &Path, prefix: &Path, folder: &Path) -> Result<PathBuf> {
        let made = folder.join(self.name);
        let mut configure = Command::new("cmake");
        configure.arg("-S").arg(source).arg("-B").arg(&made);
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
        configure.arg(format!("-DCMAKE_CXX_COMPILER={}", self.compiler));
        configure.arg(format!("-DCMAKE_CXX_STANDARD={}", self.standard));
        run(configure.arg(format!("-DCMAKE_CXX_FLAGS={}", self.flags)))?;
        run(Command::new("cmake").arg("--build").arg(&made).args(["--parallel", "2"]))?;
        Ok(made)
    }

    fn program(&self, program: &Path) -> Command {
        let mut command = match self.runner {
            [] => Command::new(program),
            [runner, words @ ..] => {
                let mut command = Command::new(runner);
                command.args(words).arg(program);
                command
            }
        };
        // Graphics drivers leak, and are tested elsewhere.
        command.envs([("VK_DRIVER_FILES", "none"), ("VK_ICD_FILENAMES", "none"), ("NODEVICE_SELECT", "1")]);
        command
    }
}

/// The example, by pkg-config and without cmake: it finds what is known of a real header.
fn miner(repo: &Repo, prefix: &Path, folder: &Path) -> Result<()> {
    // A header of a network of one's own, whose target every second digest meets.
    let script = r#"set -e
        export PKG_CONFIG_PATH="$1/lib/pkgconfig"
        c++ -std=c++17 -Wall -Wextra -Werror $(pkg-config --cflags gridnet) "$2/ffi/examples/miner/miner.cpp" \
            -o "$3/miner" $(pkg-config --libs --static gridnet)
        "$3/miner" "not a header" 2>/dev/null && exit 1
        LD_LIBRARY_PATH="$1/lib" "$3/miner" "$(printf '%0144d' 0)ffff7f2000000000" | grep -q "^nonce "
    "#;
    run(Command::new("sh").args(["-c", script, "sh"]).arg(prefix).arg(repo.root()).arg(folder))
}
