//! The vectors that Python made are what Python makes.

use std::process::Command;

use crate::input::{folder, vectors};

/// Each script and its file.
const SCRIPTS: [(&str, &str); 6] = [
    ("checksums.py", "checksums.txt"),
    ("blake2.py", "blake2.txt"),
    ("targets.py", "targets.txt"),
    ("asert.py", "asert.txt"),
    ("headers.py", "headers.txt"),
    ("ed25519.py", "ed25519/edges.txt"),
];

/// What a script prints; `None` where there is no Python to run it, which only CI does not accept.
fn run(script: &str) -> Option<String> {
    let script = folder().join("oracle").join(script);
    match Command::new("python3").arg("-B").arg(&script).output() {
        Ok(output) if output.status.success() => {
            Some(String::from_utf8(output.stdout).expect("scripts print ASCII"))
        }
        Ok(output) => panic!("{}: {}", script.display(), String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
            assert!(!in_ci, "CI needs python3: {error}");
            println!("skipped: python3 cannot be started: {error}");
            None
        }
    }
}

/// Where two texts first differ.
fn first_difference(fresh: &str, kept: &str) -> Option<usize> {
    let longest = fresh.lines().count().max(kept.lines().count());
    (0..longest).find(|&line| fresh.lines().nth(line) != kept.lines().nth(line))
}

#[test]
fn vectors_are_fresh() {
    for (script, file) in SCRIPTS {
        let Some(fresh) = run(script) else { return };
        let kept = vectors(file);
        assert!(kept.lines().count() > 10, "{file}");
        if fresh != kept {
            let line = first_difference(&fresh, &kept).map_or(0, |line| line + 1);
            panic!("line {line} of tests/vectors/{file} is not what tests/oracle/{script} prints");
        }
    }
}

#[test]
fn a_stale_line_is_found() {
    let kept = vectors("targets.txt");
    let stale = kept.replacen("1d00ffff", "1d00fffe", 1);
    let line = kept.lines().position(|line| line.contains("1d00ffff"));
    assert!(line.is_some());
    assert_eq!(first_difference(&stale, &kept), line);
    assert_eq!(first_difference(&kept, &kept), None);
}
