//! Where things are: the repository, its crates and files, and the cache outside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

use crate::command::text_of;

/// The repository and what cargo knows of its workspace.
pub(crate) struct Repo {
    pub(crate) metadata: Metadata,
}

impl Repo {
    /// The repository that this program was started in by `cargo xtask`.
    pub(crate) fn find() -> Result<Repo> {
        let here = std::env::var_os("CARGO_MANIFEST_DIR").context("start this as `cargo xtask`")?;
        let metadata = MetadataCommand::new().no_deps().current_dir(here).exec()?;
        Ok(Repo { metadata })
    }

    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// The files that git tracks or would track, relative to the root, with forward slashes.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let mut git = Command::new("git");
        git.current_dir(self.root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listed = text_of(&mut git).context("tidy looks at the files that git knows")?;
        let mut files: Vec<String> =
            listed.split('\0').filter(|file| self.root().join(file).is_file()).map(str::to_owned).collect();
        files.sort();
        files.dedup();
        Ok(files)
    }
}

/// Where tools that took long to get are kept for the next run and the next clone.
pub(crate) fn cache() -> Result<PathBuf> {
    let home = std::env::home_dir().context("there is no home folder to keep tools in: set HOME")?;
    Ok(home.join(".cache/gridnet"))
}

/// Whether a stage that cannot run must fail instead of being skipped.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}
