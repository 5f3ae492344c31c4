//! The independent implementation in Python agrees with the vectors, and does not agree with anything else.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A file of this crate.
fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs the checker; `None` where there is no Python, which only CI does not accept.
fn python(argument: &Path) -> Option<Output> {
    let script = here("oracle/protocol.py");
    match Command::new("python3").arg("-B").arg(script).arg(argument).output() {
        Ok(output) => Some(output),
        Err(error) => {
            let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
            assert!(!in_ci, "CI needs python3: {error}");
            println!("skipped: python3 cannot be started: {error}");
            None
        }
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

#[test]
fn python_agrees_with_every_vector() {
    let Some(output) = python(&here("vectors/protocol")) else { return };
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.lines().filter(|line| line.ends_with("agree")).count(), 14, "{said}");
}

/// By itself, and against what is spoiled of the vectors of the ledger.
#[test]
fn python_stands_on_its_own() {
    let Some(output) = python(Path::new("--self-test")) else { return };
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.lines().filter(|line| line.ends_with("is noticed")).count(), 5, "{said}");
}

/// One expected word of each file changed: each is noticed.
#[test]
fn python_notices_a_wrong_vector() {
    for (file, from, to) in [
        ("payouts.json", "\"burnt\":\"0\"", "\"burnt\":\"1\""),
        ("keys.json", "\"admitted\":true", "\"admitted\":false"),
        ("identities.json", "\"reason\":\"high-hash\"", "\"reason\":null"),
        ("pools.json", "\"coins\":\"1", "\"coins\":\"2"),
        ("tokens.json", "\"reason\":\"owner-signature\"", "\"reason\":\"receiver-binding\""),
        ("custody.json", "\"reason\":\"custody\"", "\"reason\":\"last-hand-over\""),
        ("datagrams.json", "\"reason\":\"content\"", "\"reason\":null"),
        ("fraud.json", "\"reason\":\"apart\"", "\"reason\":null"),
        ("transit.json", "\"reason\":\"stale\"", "\"reason\":\"expiry\""),
        ("transit.json", "\"fate\":\"held\"", "\"fate\":\"burnt\""),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        for entry in std::fs::read_dir(here("vectors/protocol")).expect("the vectors") {
            let entry = entry.expect("a file");
            let kept = std::fs::read_to_string(entry.path()).expect("text");
            let wrong = if entry.file_name() == file { kept.replacen(from, to, 1) } else { kept.clone() };
            assert_eq!(wrong != kept, entry.file_name() == file, "{file} has no {from}");
            std::fs::write(folder.path().join(entry.file_name()), wrong).expect("a copy");
        }
        let Some(output) = python(folder.path()) else { return };
        let said = text(&output);
        assert_eq!(output.status.code(), Some(1), "{file}: {from}: {said}");
        assert!(said.contains(file), "{said}");
    }
}
