//! Ctrl-C: the work ends at once, what was covered is printed, exit code 130.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::run::{ADDRESS, GRIDNET, Ran, fed, words};

const NEVER: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The engine ends within 50 ms; the rest is for a busy machine.
const PROMPT: Duration = Duration::from_secs(2);

/// Runs a command line that would take for ever, and interrupts it.
fn interrupted(line: &str) -> Ran {
    let mut child = Command::new(GRIDNET)
        .args(words(line))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
    let mut err = String::new();
    if line.starts_with("mine") {
        // It says what it will do when it is ready to.
        while !err.contains("self-test") {
            assert_ne!(stderr.read_line(&mut err).expect("text"), 0, "ended early: {err}");
        }
    }
    sleep(Duration::from_millis(700));
    let kill = format!("kill -INT {}", child.id());
    let began = Instant::now();
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("there is a shell").success());
    while child.try_wait().expect("the program is ours").is_none() {
        if began.elapsed() > PROMPT {
            child.kill().expect("the program is ours");
            panic!("still running {PROMPT:?} after Ctrl-C: {line}");
        }
        sleep(Duration::from_millis(5));
    }
    stderr.read_to_string(&mut err).expect("text");
    let mut ran = Ran::from(child.wait_with_output().expect("the program ended"));
    ran.err = err;
    ran.ended(130)
}

#[test]
fn mine_says_what_was_covered_and_where_to_go_on() {
    let line = format!("mine --target {NEVER} --start 1000 --threads 1 --simd portable");
    let ran = interrupted(&format!("{line} --json"));
    let mined = ran.json();
    assert_eq!(mined["interrupted"], true);
    assert_eq!(mined["found"], false);
    assert_eq!(mined["nonce"], serde_json::Value::Null);
    let resume = mined["resume"].as_u64().expect("a nonce");
    let hashes = mined["hashes"].as_u64().expect("a number");
    assert!(hashes > 0 && resume == 1000 + hashes, "one thread covers what it hashes: {mined}");

    let plain = interrupted(&line);
    let said = plain.out.lines().next().expect("a line");
    let resume: u64 = said
        .strip_prefix("interrupted: nonces 1000 to ")
        .and_then(|rest| rest.split_once(" are covered; go on with --start "))
        .map(|(last, resume)| (last.parse().expect("a nonce"), resume.parse().expect("a nonce")))
        .map(|(last, resume): (u64, u64)| if last + 1 == resume { resume } else { 0 })
        .unwrap_or_else(|| panic!("{plain:?}"));
    assert!(resume > 1000, "{plain:?}");
}

#[test]
fn nothing_below_the_resume_point_is_missed() {
    // Nothing is found below the interruption that a run to the end of it would not find, on two threads.
    let easy = format!("0000{}", "f".repeat(60));
    let line = format!("mine --target {easy} --limit 1000000 --threads 2 --json");
    let first = interrupted(&format!("{line} --simd portable")).json();
    let resume = first["resume"].as_u64().expect("a nonce");
    assert!(first["found"].as_bool().expect("a flag"), "{first}");
    let again = fed(&words(&format!("{line} --end {resume}")), b"").ended(0).json();
    assert_eq!(first["hits"], again["hits"], "below {resume}");
}

#[test]
fn mint_says_how_far_it_came() {
    let line = format!("identity mint --address {ADDRESS} --target-bits 200 --nonce-bits 16");
    let minted = interrupted(&format!("{line} --json")).json();
    assert_eq!(minted["interrupted"], true);
    assert_eq!(minted["nonce"], serde_json::Value::Null);
    let (repetitions, hashes) =
        (minted["repetitions"].as_u64(), minted["hashes"].as_u64().expect("a number"));
    assert!(hashes > 0, "{minted}");
    assert_eq!(repetitions, Some((hashes >> 16) + 1), "{minted}");
    let plain = interrupted(&line);
    assert!(plain.out.starts_with("interrupted during repetition "), "{plain:?}");
}

#[test]
fn a_walk_can_be_gone_on_with() {
    let line = format!("walk --algorithm blake2b --start {ADDRESS} --steps 18446744073709551615");
    let walked = interrupted(&format!("{line} --json")).json();
    assert_eq!(walked["end"], serde_json::Value::Null);
    assert_eq!(walked["interrupted"], true);
    // Above 2^53: a string.
    let left: u64 = walked["resume"]["steps"].as_str().expect("a string").parse().expect("a number");
    let done = u64::MAX - left;
    assert!(done > 0, "{walked}");
    let start = walked["resume"]["start"].as_str().expect("hex");
    let check = format!("walk --algorithm blake2b --start {ADDRESS} --steps {done} --expect {start}");
    fed(&words(&check), b"").ended(0);

    let plain = interrupted(&line).out;
    assert!(plain.starts_with("interrupted after ") && plain.contains("go on with --start "), "{plain}");
}

#[test]
fn bench_keeps_its_finished_rows() {
    let bench = interrupted("bench --seconds 0.1 --threads 1 --json").json();
    assert_eq!(bench["interrupted"], true);
    let rows = bench["results"].as_array().expect("a list").len();
    assert!((1..12).contains(&rows), "{bench}");
    let plain = interrupted("bench --seconds 0.1 --threads 1").out;
    assert!(plain.ends_with("interrupted: the rows above are complete\n"), "{plain}");
}

#[test]
fn a_report_that_was_cut_short_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.json");
    let line = format!("bench --device cpu --seconds 0.2 --json --report {}", file.display());
    assert_eq!(interrupted(&line).json()["interrupted"], true);
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("it is JSON");
    assert_eq!(report["complete"], false, "{report}");
}
