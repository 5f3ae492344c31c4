//! cargo-deny: licences, duplicate crates, sources and security advisories of everything we depend on. The rules
//! are in `deny.toml`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{cargo, on_path, run, succeeds, text_of};
use crate::repo::{Repo, cache};

/// The version that is built where no usable one is found (2 minutes on two cores, once).
const VERSION: &str = "0.20.2";
/// The versions that read our `deny.toml` the same way.
const USABLE: &str = "cargo-deny 0.20.";

/// Finds cargo-deny, or builds it into the cache.
pub(crate) fn set_up() -> Result<PathBuf> {
    let tools = cache()?.join("tools");
    let ours = tools.join("bin/cargo-deny");
    let found =
        [Some(ours.clone()), on_path("cargo-deny")].into_iter().flatten().find(|program| is_usable(program));
    if let Some(program) = found {
        return Ok(program);
    }
    println!("building cargo-deny {VERSION} into {} (once)", tools.display());
    let mut install = cargo(".", "install");
    install.args(["cargo-deny", "--version", VERSION, "--locked", "--root"]).arg(&tools);
    // Its build belongs neither among our artefacts nor into our cache of them.
    run(install.env_remove("CARGO_TARGET_DIR"))?;
    Ok(ours)
}

fn is_usable(program: &Path) -> bool {
    program.is_file()
        && text_of(Command::new(program).arg("--version")).is_ok_and(|text| text.starts_with(USABLE))
}

/// Holds the dependencies against `deny.toml`. Advisories are checked when their database can be fetched.
pub(crate) fn check(repo: &Repo, program: &Path) -> Result<()> {
    let deny = |words: &[&str]| {
        let mut command = Command::new(program);
        // A network that neither answers nor refuses must not hold us up, nor may git ask for a password.
        let patience = [
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_HTTP_LOW_SPEED_LIMIT", "1000"),
            ("GIT_HTTP_LOW_SPEED_TIME", "20"),
        ];
        command.current_dir(repo.root()).args(words).envs(patience);
        command
    };
    let lasting = run(&mut deny(&["check", "licenses", "bans", "sources"]));
    let advisories = if succeeds(&mut deny(&["fetch", "db"])) {
        run(&mut deny(&["check", "advisories"]))
    } else {
        println!("advisories: not checked (no network)");
        Ok(())
    };
    lasting.and(advisories).context("the dependencies break a rule of deny.toml")
}
