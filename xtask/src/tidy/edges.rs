//! Dependencies: the edges between our crates that `ARCHITECTURE.md` allows, and the external crates that it gives
//! a reason for. Both are tables between a pair of markers, so that the document is the rule:
//!
//! ```text
//! <!-- tidy:edges -->                      <!-- tidy:deps -->
//! | crate | may depend on |                | crate | reason |
//! |---|---|                                |---|---|
//! | core | shaders, simd |                 | clap | command lines |
//! | tests | anything |                     <!-- /tidy:deps -->
//! <!-- /tidy:edges -->
//! ```

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::DependencyKind;

use super::Finding;
use crate::repo::Repo;

/// The document that holds both tables.
pub(super) const SOURCE: &str = "ARCHITECTURE.md";

/// The crate at the top, and the only ones that may use it, in whatever way.
const TOP: &str = "node";
const ABOVE_TOP: [&str; 2] = ["tests", "benches"];

/// A workspace member and what it names in its manifest.
pub(super) struct Crate {
    name: String,
    manifest: String,
    needs: Vec<Need>,
}

struct Need {
    name: String,
    /// Whether it is a member of this workspace.
    ours: bool,
    /// Whether only tests, examples and benchmarks use it.
    dev: bool,
}

/// The members of the workspace. Ours go by their short names.
pub(super) fn crates(repo: &Repo) -> Vec<Crate> {
    let members: BTreeSet<&str> =
        repo.metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let of = |package: &cargo_metadata::Package| Crate {
        name: short(&package.name).to_owned(),
        manifest: package
            .manifest_path
            .strip_prefix(&repo.metadata.workspace_root)
            .map_or_else(|_| package.manifest_path.to_string(), |path| path.as_str().replace('\\', "/")),
        needs: package
            .dependencies
            .iter()
            .map(|need| Need {
                name: short(&need.name).to_owned(),
                ours: members.contains(need.name.as_str()),
                dev: need.kind == DependencyKind::Development,
            })
            .collect(),
    };
    repo.metadata.packages.iter().map(of).collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix("gridnet-").unwrap_or(name)
}

/// Holds the members' manifests against the tables of the document.
pub(super) fn check(document: &str, crates: &[Crate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    match table(document, "edges") {
        Ok(rows) => findings.extend(check_edges(&rows, crates)),
        Err(finding) => findings.push(finding),
    }
    match table(document, "deps") {
        Ok(rows) => findings.extend(check_reasons(&rows, crates)),
        Err(finding) => findings.push(finding),
    }
    findings
}

fn check_edges(rows: &[Row], crates: &[Crate]) -> Vec<Finding> {
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        rows.iter().flat_map(|row| names(&row.key).map(|name| (name, names(&row.value).collect()))).collect();
    let mut findings = Vec::new();
    for member in crates {
        let place = &member.manifest;
        let Some(allowed) = allowed.get(member.name.as_str()) else {
            findings.push(Finding::error(
                place,
                format!("{} has no row among the edges of {SOURCE}", member.name),
            ));
            continue;
        };
        for need in member.needs.iter().filter(|need| need.ours) {
            let listed = need.dev || allowed.contains(need.name.as_str()) || allowed.contains("anything");
            if !listed {
                let text = format!("{} may not depend on {} ({SOURCE})", member.name, need.name);
                findings.push(Finding::error(place, text));
            } else if need.name == TOP && !ABOVE_TOP.contains(&member.name.as_str()) {
                let text = format!("only {} may depend on {TOP}, in any way", ABOVE_TOP.join(" and "));
                findings.push(Finding::error(place, text));
            }
        }
    }
    findings
}

fn check_reasons(rows: &[Row], crates: &[Crate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut unused: BTreeMap<&str, &Row> = BTreeMap::new();
    for row in rows {
        if row.value.is_empty() {
            findings.push(Finding::error(row.place(), format!("{} has no reason", row.key)));
        }
        unused.extend(names(&row.key).map(|name| (name, row)));
    }
    let reasons: BTreeSet<&str> = unused.keys().copied().collect();
    for member in crates {
        for need in member.needs.iter().filter(|need| !need.ours) {
            unused.remove(need.name.as_str());
            if !reasons.contains(need.name.as_str()) {
                let text = format!("{} has no reason in the dependency table of {SOURCE}", need.name);
                findings.push(Finding::error(&member.manifest, text));
            }
        }
    }
    let stale =
        unused.iter().map(|(name, row)| Finding::warning(row.place(), format!("nothing depends on {name}")));
    findings.extend(stale);
    findings
}

/// A row of a table in the document: its first two cells, without back-ticks.
#[derive(Debug)]
struct Row {
    line: usize,
    key: String,
    value: String,
}

impl Row {
    fn place(&self) -> String {
        format!("{SOURCE}:{}", self.line)
    }
}

/// The rows between the markers of that name, without the heading.
fn table(document: &str, name: &str) -> Result<Vec<Row>, Finding> {
    let (open, close) = (format!("<!-- tidy:{name} -->"), format!("<!-- /tidy:{name} -->"));
    let missing = |marker: &str| Finding::error(SOURCE, format!("the line `{marker}` is missing"));
    let lines: Vec<&str> = document.lines().map(str::trim).collect();
    let start = lines.iter().position(|line| *line == open).ok_or_else(|| missing(&open))?;
    let length = lines[start..].iter().position(|line| *line == close).ok_or_else(|| missing(&close))?;

    let cells = |line: &str| -> Option<(String, String)> {
        let mut cells = line.strip_prefix('|')?.split('|').map(|cell| cell.trim().replace('`', ""));
        Some((cells.next()?, cells.next()?))
    };
    let rows = lines.iter().enumerate().take(start + length).skip(start);
    let rows = rows.filter_map(|(index, line)| {
        let (key, value) = cells(line)?;
        Some(Row { line: index + 1, key, value })
    });
    // The first row is the heading; the second, of dashes, divides.
    Ok(rows.skip(1).filter(|row| !row.key.trim_matches([':', '-']).is_empty()).collect())
}

/// The crates named in a cell.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([',', ' ']).map(|name| short(name.trim())).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Crate, Need, check};

    const DOCUMENT: &str = "\
# Architecture
<!-- tidy:edges -->
| crate | may depend on |
|---|---|
| `core` | `shaders`, `simd` |
| simd | |
| node | protocol, gridnet-core |
| python | anything |
| tests, benches | anything |
<!-- /tidy:edges -->

| another | table |
|---|---|

<!-- tidy:deps -->
| crate | reason |
|:---|---|
| `sha2`, `blake2` | oracles |
| clap | command lines |
<!-- /tidy:deps -->
";

    fn member(name: &str, needs: &str) -> Crate {
        // Written `core` for one of ours, `+clap` for one of others, `core?` for one that only tests use.
        let need = |word: &str| Need {
            name: word.trim_matches(['+', '?']).to_owned(),
            ours: !word.starts_with('+'),
            dev: word.ends_with('?'),
        };
        let needs = needs.split_whitespace().map(need).collect();
        Crate { name: name.to_owned(), manifest: format!("{name}/Cargo.toml"), needs }
    }

    fn found(document: &str, crates: &[Crate]) -> Vec<String> {
        check(document, crates).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn allowed_edges_and_explained_crates_are_quiet() {
        let crates = [
            member("simd", "core? +sha2?"),
            member("core", "simd +blake2"),
            member("node", "core +clap"),
            member("tests", "node core simd"),
            member("benches", "node?"),
        ];
        assert_eq!(found(DOCUMENT, &crates), [""; 0]);
    }

    #[test]
    fn a_forbidden_edge_is_found() {
        let crates = [member("simd", "core"), member("node", "core +sha2 +blake2 +clap")];
        assert_eq!(
            found(DOCUMENT, &crates),
            ["simd/Cargo.toml: error: simd may not depend on core (ARCHITECTURE.md)"]
        );
    }

    #[test]
    fn nothing_but_tests_and_benches_may_use_the_node_even_for_its_own_tests() {
        let crates = [member("core", "node? +sha2 +blake2 +clap"), member("python", "node")];
        let text = "only tests and benches may depend on node, in any way";
        assert_eq!(
            found(DOCUMENT, &crates),
            [format!("core/Cargo.toml: error: {text}"), format!("python/Cargo.toml: error: {text}")]
        );
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        let crates = [member("ffi", "core +sha2 +blake2 +clap")];
        assert_eq!(
            found(DOCUMENT, &crates),
            ["ffi/Cargo.toml: error: ffi has no row among the edges of ARCHITECTURE.md"]
        );
    }

    #[test]
    fn an_external_crate_without_a_reason_is_found_and_a_stale_reason_is_a_warning() {
        let crates = [member("simd", "+sha2 +rayon? +blake2")];
        assert_eq!(
            found(DOCUMENT, &crates),
            [
                "simd/Cargo.toml: error: rayon has no reason in the dependency table of ARCHITECTURE.md",
                "ARCHITECTURE.md:19: warning: nothing depends on clap",
            ]
        );
        let document = DOCUMENT.replace("oracles", "");
        let crates = [member("simd", "+sha2 +blake2 +clap")];
        assert_eq!(found(&document, &crates), ["ARCHITECTURE.md:18: error: sha2, blake2 has no reason"]);
    }

    #[test]
    fn missing_markers_are_found() {
        let open = |name| format!("ARCHITECTURE.md: error: the line `<!-- tidy:{name} -->` is missing");
        assert_eq!(found("", &[]), [open("edges"), open("deps")]);
        let unclosed = DOCUMENT.replace("<!-- /tidy:deps -->", "");
        assert!(found(&unclosed, &[])[0].ends_with("the line `<!-- /tidy:deps -->` is missing"));
    }
}
