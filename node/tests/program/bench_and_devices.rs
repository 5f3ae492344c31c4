//! `gridnet bench` and `gridnet devices`.

use serde_json::Value;

use crate::run::{gridnet, keys, paths, vector, words};

fn rows(more: &str) -> Vec<Value> {
    let line = format!("bench --seconds 0.001 --json {more}");
    let bench = gridnet(&words(&line)).ended(0).json();
    assert_eq!(keys(&bench), ["results"]);
    bench["results"].as_array().expect("a list").clone()
}

#[test]
fn every_path_computes_the_same() {
    let known = String::from_utf8(vector("checksums.txt")).expect("text");
    let mut choices: Vec<String> = paths().iter().map(|path| format!("--simd {path}")).collect();
    choices.push(String::new());
    choices.push("--device cpu --device all --threads 3".to_owned());
    for choice in choices {
        let rows = rows(&choice);
        let computed: Vec<String> = rows
            .iter()
            .map(|row| {
                let text = |key: &str| row[key].as_str().expect("text").to_owned();
                format!("{} {} {}", text("primitive"), text("algorithm"), text("checksum"))
            })
            .collect();
        assert_eq!(computed, known.lines().collect::<Vec<_>>(), "{choice}");
    }
}

#[test]
fn every_row_measures_something() {
    for row in rows("--simd portable --threads 1") {
        assert_eq!(
            keys(&row),
            ["algorithm", "checksum", "device", "dispatches", "path", "per_second", "primitive", "what"]
        );
        let least = if row["primitive"] == "verify" { 100 } else { 1_000 };
        assert!(row["per_second"].as_u64().expect("a whole number") > least, "{row}");
        assert!(row["dispatches"].as_u64().expect("a whole number") > 0, "{row}");
        assert_eq!(row["device"], "cpu");
        let path = row["path"].as_str().expect("text");
        match row["primitive"].as_str() {
            Some("verify") => assert!(path.ends_with(", 1 thread"), "{row}"),
            _ => assert_eq!(path, "portable ×1 ×1, 1 thread"),
        }
    }
}

#[test]
fn signatures_have_a_row() {
    let rows = rows("--primitive verify --device cpu --threads 2");
    let [row] = &rows[..] else { panic!("one row: {rows:?}") };
    assert_eq!((&row["primitive"], &row["algorithm"]), (&"verify".into(), &"ed25519".into()));
    assert_eq!(row["what"], "verify signatures of 128 bytes, each of another key");
    assert_eq!(row["device"], "cpu");
    assert!(row["path"].as_str().is_some_and(|path| path.ends_with(", 2 threads")), "{row}");
}

#[test]
fn some_primitives_can_be_chosen() {
    for (choice, count) in [("--primitive walk", 4), ("--primitive verify --primitive digest", 5)] {
        let rows = rows(choice);
        assert_eq!(rows.len(), count, "{choice}");
        let names: Vec<&str> = rows.iter().map(|row| row["primitive"].as_str().expect("text")).collect();
        assert!(names.iter().all(|name| choice.contains(name)), "{choice}: {names:?}");
    }
}

#[test]
fn people_read_a_table() {
    let ran = gridnet(&words("bench --seconds 0.001")).ended(0);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 14, "{ran:?}");
    assert!(lines[0].starts_with("primitive") && lines[0].contains("per second"), "{ran:?}");
    assert!(lines[2].starts_with("search    sha256d  cpu"), "{ran:?}");
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "wider than a terminal: {ran:?}");
    assert_eq!(ran.err, "", "a pipe sees no progress");
}

#[test]
fn devices_are_listed_with_their_paths() {
    let listed = gridnet(&["devices", "--json"]).ended(0).json();
    assert_eq!(keys(&listed), ["devices", "selected"]);
    let device = &listed["devices"][0];
    assert_eq!(
        keys(device),
        [
            "available",
            "backend",
            "driver",
            "id",
            "kind",
            "name",
            "paths",
            "pci",
            "reason",
            "refused",
            "self_test"
        ]
    );
    assert_eq!(device["id"], "cpu");
    assert_eq!(device["kind"], "cpu");
    assert_eq!(device["self_test"], "passed");
    assert_eq!(device["available"], true);
    assert!(paths().contains(&"portable".to_owned()));
    assert_eq!(keys(&listed["selected"]), ["blake2b", "blake2s", "sha256", "sha256d"]);

    let plain = gridnet(&["devices"]).ended(0).out;
    for path in paths() {
        assert!(plain.contains(&path), "{plain}");
    }
    // `sha256     avx512 ×16 ×2, 2 threads`
    let sha256 = listed["selected"]["sha256"].as_str().expect("a name");
    assert!(sha256.contains(" ×") && sha256.contains("thread"), "{sha256}");
    assert!(plain.lines().any(|line| line.contains("sha256 ") && line.ends_with(sha256)), "{plain}");
    assert!(plain.contains("self-test  passed"), "{plain}");
}
