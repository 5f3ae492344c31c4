//! The paths that documents name: a link must lead somewhere, and a path in back-ticks must exist.

use std::collections::BTreeSet;

use super::Finding;

/// The endings that make a word a file of ours even without a folder before it.
const OURS: [&str; 3] = [".md", ".rs", ".toml"];
/// The endings that make the last part of a longer path a file.
const FILES: [&str; 14] = [
    ".md", ".rs", ".toml", ".wgsl", ".py", ".pyi", ".hpp", ".cpp", ".h", ".sh", ".json", ".html", ".css",
    ".csv",
];
/// Words that look like files of the repository and are not, and what they are.
const NOT_OURS: [(&str, &str); 1] = [("gridnet.toml", "the configuration file of whoever runs a node")];

/// Finds links and paths that lead nowhere. `files` are all files of the repository.
pub(super) fn check(document: &str, text: &str, files: &BTreeSet<&str>) -> Vec<Finding> {
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut findings = Vec::new();
    for (line, content) in outside_fences(text) {
        let mut found = |what: String| findings.push(Finding::error(format!("{document}:{line}"), what));
        for target in links(content) {
            if !join(folder, target).is_some_and(|path| exists(&path, files)) {
                found(format!("the link to {target} leads nowhere"));
            }
        }
        for word in code_words(content) {
            if looks_like_a_path(word, files) && !is_somewhere(word, folder, files) {
                found(format!("`{word}` is named but does not exist"));
            }
        }
    }
    findings
}

/// The lines, counted from 1, that are not part of a fenced block.
fn outside_fences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        fenced ^= fence;
        (!fence && !fenced).then_some((index + 1, line))
    })
}

/// The targets of the links of a line that lead into the repository, without their anchors.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split([')', ' ']).next()?.split('#').next()?;
        (!target.is_empty() && !target.contains(':')).then_some(target)
    })
}

/// What stands in back-ticks, without a line number at its end.
fn code_words(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2).map(|word| match word.rsplit_once(':') {
        Some((path, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => path,
        _ => word,
    })
}

/// Whether a word in back-ticks means a path of this repository: of plain characters, and either a file by its
/// ending or something inside a folder of ours. (`and/or`, `application/json` and `/dev/null` are none.)
fn looks_like_a_path(word: &str, files: &BTreeSet<&str>) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    if !word.chars().all(plain)
        || word.starts_with(['/', '-'])
        || NOT_OURS.iter().any(|(name, _)| *name == word)
    {
        return false;
    }
    let is_file =
        |endings: &[&str]| endings.iter().any(|ending| word.len() > ending.len() && word.ends_with(ending));
    match word.split_once('/') {
        None => is_file(&OURS),
        Some((first, _)) => is_file(&FILES) || exists(first, files),
    }
}

/// Whether a path exists from the root, from the document's folder, or as the end of some path, because a document
/// about `core/src` may well call a file there `engine/tune.rs`.
fn is_somewhere(word: &str, folder: &str, files: &BTreeSet<&str>) -> bool {
    let word = word.trim_end_matches('/');
    let ending = format!("/{word}");
    let inside = format!("/{word}/");
    [join("", word), join(folder, word)].into_iter().flatten().any(|path| exists(&path, files))
        || files.iter().any(|file| file.ends_with(&ending) || file.contains(&inside))
}

/// Whether a path from the root is a file or a folder with files in it.
fn exists(path: &str, files: &BTreeSet<&str>) -> bool {
    let inside = format!("{path}/");
    path.is_empty()
        || files.contains(path)
        || files.range(&*inside..).next().is_some_and(|file| file.starts_with(&inside))
}

/// The path from the root that is meant by one relative to a folder. `None` when it leaves the repository.
fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::check;

    const FILES: [&str; 6] = [
        "ARCHITECTURE.md",
        "docs/reasons.md",
        "docs/protocol.md",
        "core/src/lib.rs",
        "core/src/cpu/mod.rs",
        ".ci/run",
    ];

    fn found(document: &str, text: &str) -> Vec<String> {
        check(document, text, &FILES.into_iter().collect()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_exists_or_is_no_path_is_quiet() {
        for good in [
            "See [why](docs/reasons.md), [here](docs/reasons.md#speed) and [there](#top), [all](core/).",
            "Out to [the web](https://example.org/docs/nothing.md) or [mail](mailto:a@b.c).",
            "`core/src/lib.rs`, `core/src/lib.rs:12`, `core/src/`, `core`, `.ci/run`, `docs/`",
            "short for it: `lib.rs`, `cpu/mod.rs`, `src/cpu`",
            "`and/or`, `application/json`, `/dev/null`, `/etc/x.toml`, `~/.cache/x.md`, `h/s`, `x/y`",
            "`core/src/*.rs`, `docs/<name>.md`, `core/{a,b}.rs`, `cat docs/nothing.md`, `.rs`, `gridnet.toml`",
            "```\ncore/src/gone.rs and `docs/gone.md`\n```",
        ] {
            assert_eq!(found("README.md", good), [""; 0], "{good}");
        }
        assert_eq!(
            found("docs/protocol.md", "[up](../ARCHITECTURE.md), [beside](reasons.md), `reasons.md`"),
            [""; 0]
        );
    }

    #[test]
    fn what_does_not_exist_is_found() {
        for (bad, what) in [
            ("see\n[why](docs/gone.md)", "README.md:2: error: the link to docs/gone.md leads nowhere"),
            ("[why](reasons.md)", "README.md:1: error: the link to reasons.md leads nowhere"),
            ("[out](../ARCHITECTURE.md)", "README.md:1: error: the link to ../ARCHITECTURE.md leads nowhere"),
            ("`core/src/gone`", "README.md:1: error: `core/src/gone` is named but does not exist"),
            ("`core/src/gone.rs:7`", "README.md:1: error: `core/src/gone.rs` is named but does not exist"),
            ("`gone/kernel.wgsl`", "README.md:1: error: `gone/kernel.wgsl` is named but does not exist"),
            ("```\n```\n`gone.rs`", "README.md:3: error: `gone.rs` is named but does not exist"),
            ("`ib.rs`", "README.md:1: error: `ib.rs` is named but does not exist"),
        ] {
            assert_eq!(found("README.md", bad), [what], "{bad}");
        }
    }
}
