//! The notices of others whose code is in what we hand on: their licences ask for them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{DependencyKind, MetadataCommand, Package, PackageId};

use crate::repo::Repo;

/// What a file of a notice begins with, in any case.
const NOTICES: [&str; 4] = ["licen", "copying", "copyright", "notice"];

/// All that a package's library is linked from, but our own crates, each with its licence's texts.
pub(crate) fn notices(repo: &Repo, package: &str) -> Result<String> {
    let metadata = MetadataCommand::new().current_dir(repo.root()).exec()?;
    let packages: HashMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let graph = metadata.resolve.as_ref().context("cargo resolves the dependencies")?;
    let edges: HashMap<&PackageId, Vec<&PackageId>> = graph
        .nodes
        .iter()
        .map(|node| {
            let linked = node.deps.iter().filter(|dependency| {
                dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
            });
            (&node.id, linked.map(|dependency| &dependency.pkg).collect())
        })
        .collect();
    let root = metadata.packages.iter().find(|found| found.name == package).context("no such package")?;
    let (mut seen, mut next) = (BTreeSet::new(), vec![&root.id]);
    while let Some(id) = next.pop() {
        if seen.insert(id) {
            next.extend(edges.get(id).into_iter().flatten());
        }
    }
    let mut linked: Vec<&Package> =
        seen.iter().map(|id| packages[*id]).filter(|package| package.source.is_some()).collect();
    linked.sort_by(|one, other| (&one.name, &one.version).cmp(&(&other.name, &other.version)));
    ensure!(!linked.is_empty(), "{package} is linked from others' code too");
    // Most of them have the same few texts.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut all = "What this library is linked from besides its own code:\n\n".to_owned();
    for package in linked {
        let name = format!("{} {}", package.name, package.version);
        writeln!(all, "{name}: {}", package.license.as_deref().unwrap_or("see below"))?;
        let folder = package.manifest_path.parent().context("a manifest is in a folder")?;
        for file in fs::read_dir(folder)? {
            let file = file?;
            let of = file.file_name().to_string_lossy().to_lowercase();
            if file.path().is_file() && NOTICES.iter().any(|notice| of.starts_with(notice)) {
                let text = String::from_utf8_lossy(&fs::read(file.path())?).trim().to_owned();
                texts.entry(text).or_default().push(name.clone());
            }
        }
    }
    for (text, of) in texts {
        writeln!(all, "\n==== {}\n\n{text}", of.join(", "))?;
    }
    Ok(all)
}
