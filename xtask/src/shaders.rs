//! `cargo xtask shaders`: the GPU kernels, written anew.

use std::fs;

use anyhow::{Context as _, Result};

use crate::command::{cargo, run};
use crate::repo::Repo;

/// Has the test of freshness write the kernels instead. They are emptied first: the build refuses kernels that do not
/// fit the code beside them, and would never come to write better ones.
pub(crate) fn write(repo: &Repo) -> Result<()> {
    let folder = repo.root().join("shaders/wgsl");
    for entry in fs::read_dir(&folder).context("cannot list shaders/wgsl")? {
        fs::write(entry?.path(), "").context("cannot empty a kernel")?;
    }
    let mut test = cargo(repo.root(), "test");
    test.args(["--package", "gridnet-shaders", "--profile", "ci", "--test", "fresh"]);
    run(test.env("GRIDNET_WRITE_SHADERS", "1"))
}
