//! `cargo xtask tidy`: the repository held against its own rules. Each rule is a file here and a function from text
//! to findings, so that its tests are a few lines of good and bad text.

mod doc_paths;
mod edges;
mod lengths;
mod places;
mod unsafe_comments;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;

use anyhow::{Context, Result};
use proc_macro2::TokenStream;

use crate::repo::Repo;
use crate::tally::Tally;

/// Something a rule has to say about a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// A file, and a line of it where that is known.
    place: String,
    text: String,
    severity: Severity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Severity {
    /// Worth a look. Never fails.
    Warning,
    Error,
}

impl Finding {
    fn error(place: impl Into<String>, text: impl Into<String>) -> Finding {
        Finding { place: place.into(), text: text.into(), severity: Severity::Error }
    }

    fn warning(place: impl Into<String>, text: impl Into<String>) -> Finding {
        Finding { severity: Severity::Warning, ..Finding::error(place, text) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Error { "error" } else { "warning" };
        write!(f, "{}: {severity}: {}", self.place, self.text)
    }
}

/// Runs every rule over the repository and prints what they find. One check: it fails with the first error.
pub(crate) fn run(repo: &Repo) -> Result<Tally> {
    // Pictures have no text to look at, but documents lead to them.
    let all = repo.files()?;
    let paths: BTreeSet<&str> = all.iter().map(String::as_str).collect();
    let files = read_all(repo, &all)?;

    let mut findings = Vec::new();
    for file in &files {
        findings.extend(places::check(&file.path, &file.text));
        if file.path.ends_with(".rs") {
            match file.text.parse::<TokenStream>() {
                Ok(tokens) => {
                    findings.extend(unsafe_comments::check(&file.path, &file.text, tokens.clone()));
                    findings.extend(lengths::check(&file.path, &file.text, tokens));
                }
                Err(error) => findings.push(Finding::error(&file.path, format!("is not Rust: {error}"))),
            }
        }
        if is_document(&file.path) {
            findings.extend(doc_paths::check(&file.path, &file.text, &paths));
        }
    }
    for root in crate_roots(repo)? {
        let text = files.iter().find(|file| file.path == root).map_or("", |file| &file.text);
        findings.extend(unsafe_comments::check_root(&root, text));
    }
    let architecture = files.iter().find(|file| file.path == edges::SOURCE).map_or("", |file| &file.text);
    findings.extend(edges::check(architecture, &edges::crates(repo)));

    findings.sort();
    findings.dedup();
    Ok(report(&findings))
}

/// Prints findings, the errors last.
fn report(findings: &[Finding]) -> Tally {
    let (errors, warnings): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| finding.severity == Severity::Error);
    for finding in warnings.iter().chain(&errors) {
        println!("{finding}");
    }
    println!("tidy: {} errors, {} warnings", errors.len(), warnings.len());
    if errors.is_empty() { Tally::PASSED } else { Tally::FAILED }
}

/// A text file of the repository.
struct TextFile {
    path: String,
    text: String,
}

/// The files of the repository that are text.
fn read_all(repo: &Repo, paths: &[String]) -> Result<Vec<TextFile>> {
    let mut files = Vec::new();
    for path in paths {
        let bytes = fs::read(repo.root().join(path)).with_context(|| format!("cannot read {path}"))?;
        match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => files.push(TextFile { path: path.clone(), text }),
            _ => {}
        }
    }
    Ok(files)
}

/// The documents whose paths are checked: those at the root and in `docs`.
fn is_document(path: &str) -> bool {
    path.ends_with(".md") && (!path.contains('/') || path.starts_with("docs/"))
}

/// The root file of every target of every member, relative to the repository.
fn crate_roots(repo: &Repo) -> Result<BTreeSet<String>> {
    let targets = repo.metadata.packages.iter().flat_map(|package| &package.targets);
    targets
        .map(|target| {
            let path = target.src_path.strip_prefix(&repo.metadata.workspace_root)?;
            Ok(path.as_str().replace('\\', "/"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Finding, is_document, report};
    use crate::tally::Tally;

    #[test]
    fn only_errors_fail() {
        let warning = Finding::warning("a.rs", "is long");
        assert_eq!(report(&[]), Tally::PASSED);
        assert_eq!(report(std::slice::from_ref(&warning)), Tally::PASSED);
        assert_eq!(report(&[warning, Finding::error("a.rs", "is wrong")]), Tally::FAILED);
    }

    #[test]
    fn findings_read_like_a_compilers() {
        assert_eq!(Finding::error("core/src/lib.rs:3", "no").to_string(), "core/src/lib.rs:3: error: no");
    }

    #[test]
    fn documents_are_at_the_root_and_in_docs() {
        assert!(is_document("README.md") && is_document("docs/protocol.md"));
        assert!(!is_document("tests/README.md") && !is_document("docs/figure.svg"));
    }
}
