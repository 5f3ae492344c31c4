//! The C++ library's tests: built against an installed tree as a stranger would, by two compilers, and looked at by
//! sanitizers and valgrind; and its examples.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{run, run_tests};
use crate::dist::{self, Tools};
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
    Package {
        name: "nlohmann-json3-dev",
        gives: "/usr/include/nlohmann/json.hpp",
        why: "reads the published vectors",
    },
    Package { name: "pkg-config", gives: "pkg-config", why: "finds the library another way" },
    Package { name: "valgrind", gives: "valgrind", why: "finds memory that is used wrongly" },
];

/// A way to build them.
pub(crate) struct Build {
    pub(crate) name: &'static str,
    pub(crate) compiler: &'static str,
    pub(crate) standard: &'static str,
    pub(crate) flags: &'static str,
    /// What cmake is told besides.
    pub(crate) settings: &'static [&'static str],
    /// What the programs are run by.
    pub(crate) runner: &'static [&'static str],
}

const BUILDS: [Build; 2] = [
    Build {
        name: "gcc",
        compiler: "g++",
        standard: "17",
        flags: "-g -fsanitize=address,undefined -fno-sanitize-recover=all",
        settings: &[],
        runner: &[],
    },
    Build {
        name: "clang",
        compiler: "clang++",
        standard: "20",
        // Debian 12's valgrind does not read what this clang writes by default.
        flags: "-gdwarf-4",
        settings: &[],
        runner: &[
            "valgrind",
            "--quiet",
            "--error-exitcode=9",
            // Otherwise a thread that waits for another may keep it from its turn for minutes.
            "--fair-sched=yes",
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
    dist::install(repo, archive, &prefix, &Tools::of(None)?)?;
    let mut tally = Tally::default();
    for build in BUILDS {
        tally += build.test(repo, &prefix, &folder)?;
    }
    tally += Tally::of_check(miner(repo, &prefix, &folder));
    tally += Tally::of_check(consumers(repo, archive, &prefix));
    for example in ["gateway", "meter"] {
        tally += Tally::of_check(played(example, repo, &prefix, &folder));
    }
    ensure!(tally.ran() > 10, "the C++ tests did not run");
    Ok(tally)
}

impl Build {
    /// Builds the tests in a folder of its own, and runs them.
    pub(crate) fn test(&self, repo: &Repo, prefix: &Path, folder: &Path) -> Result<Tally> {
        println!("\n-- {}, C++{}", self.compiler, self.standard);
        let made = self.make(&repo.root().join("tests/cpp"), prefix, folder)?;
        let mut tally = run_tests(&mut self.program(&made.join("tests")))?;
        for program in ["shared", "no_exceptions", "allocations"] {
            // What counts allocations is not built where something else has taken them over.
            let program = made.join(program);
            if program.exists() {
                tally += Tally::of_check(run(&mut self.program(&program)));
            }
        }
        Ok(tally)
    }

    fn make(&self, source: &Path, prefix: &Path, folder: &Path) -> Result<PathBuf> {
        let made = folder.join(self.name);
        let mut configure = Command::new("cmake");
        configure.arg("-S").arg(source).arg("-B").arg(&made);
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
        configure.arg(format!("-DCMAKE_CXX_COMPILER={}", self.compiler));
        configure.arg(format!("-DCMAKE_CXX_STANDARD={}", self.standard));
        configure.args(self.settings);
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
        without_gpus(&mut command);
        command
    }
}

/// Graphics drivers leak, and are tested elsewhere.
fn without_gpus(command: &mut Command) -> &mut Command {
    command.envs([("VK_DRIVER_FILES", "none"), ("VK_ICD_FILENAMES", "none"), ("NODEVICE_SELECT", "1")])
}

/// The example, by pkg-config and without cmake: it finds what is known of a real header.
fn miner(repo: &Repo, prefix: &Path, folder: &Path) -> Result<()> {
    // A header of a network of one's own, whose target every second digest meets.
    let script = r#"set -e
        export PKG_CONFIG_PATH="$1/lib/pkgconfig"
        c++ -std=c++17 -Wall -Wextra -Werror $(pkg-config --cflags gridnet) "$2/ffi/examples/miner/miner.cpp" \
            -o "$3/miner" $(pkg-config --libs --static gridnet)
        export LD_LIBRARY_PATH="$1/lib"
        if "$3/miner" "not a header"; then exit 1; else test $? -eq 2; fi
        "$3/miner" "$(printf '%0144d' 0)ffff7f2000000000" | grep -q "^nonce "
    "#;
    run(Command::new("sh").args(["-c", script, "sh"]).arg(prefix).arg(repo.root()).arg(folder))
}

/// Projects outside the tree, by `find_package` and by `add_subdirectory`: they tell a good transit pool from a bad one.
fn consumers(repo: &Repo, archive: &Path, prefix: &Path) -> Result<()> {
    let outside = std::env::temp_dir().join(format!("gridnet-consumer-{}", std::process::id()));
    fs::create_dir_all(&outside)?;
    let done = consumers_in(&outside, repo, archive, prefix);
    fs::remove_dir_all(&outside)?;
    done
}

fn consumers_in(outside: &Path, repo: &Repo, archive: &Path, prefix: &Path) -> Result<()> {
    let example = repo.root().join("ffi/examples/verify");
    let vectors = fs::read_to_string(repo.root().join("tests/vectors/protocol/transit.json"))?;
    let claim = vectors
        .lines()
        .find_map(|line| line.split_once("\"claim\":\"")?.1.split('"').next())
        .context("the vectors have a claim")?;
    let digits = |at: usize| u8::from_str_radix(&claim[at..at + 2], 16);
    let mut claim = (0..claim.len()).step_by(2).map(digits).collect::<Result<Vec<u8>, _>>()?;
    fs::write(outside.join("good"), &claim)?;
    claim[500] ^= 1;
    fs::write(outside.join("bad"), &claim)?;
    let script = r#"set -e
        mkdir -p "$1/found" "$1/part"
        cp "$2/CMakeLists.txt" "$2/verify.cpp" "$1/found"
        cp "$2/verify.cpp" "$1/part"
        sed "s|^find_package.*|add_subdirectory($3/ffi gridnet)|" "$2/CMakeLists.txt" > "$1/part/CMakeLists.txt"
        cmake -S "$1/found" -B "$1/found/build" "-DCMAKE_PREFIX_PATH=$4"
        cmake -S "$1/part" -B "$1/part/build" "-DGRIDNET_ARCHIVE=$5"
        for project in found part; do
            cmake --build "$1/$project/build"
            verify="$1/$project/build/verify"
            "$verify" 3 "$1/good" | grep "^good"
            if "$verify" 3 "$1/bad"; then exit 1; else test $? -eq 1; fi
            if "$verify" 3 "$1/none"; then exit 1; else test $? -eq 2; fi
        done
    "#;
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).arg(outside).arg(example).arg(repo.root());
    run(command.arg(prefix).arg(archive))
}

/// The examples that a script plays, each through several processes: a datagram on its way, and a meter.
fn played(name: &str, repo: &Repo, prefix: &Path, folder: &Path) -> Result<()> {
    let (example, made) = (repo.root().join("ffi/examples").join(name), folder.join(name));
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(&example).arg("-B").arg(&made);
    run(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())))?;
    run(Command::new("cmake").arg("--build").arg(&made).args(["--parallel", "2"]))?;
    run(without_gpus(Command::new("sh").arg(example.join("run.sh")).arg(&made)))
}
