//! Where output goes: progress on a terminal only, and readers that leave early.

use std::process::{Command, Stdio};

use crate::run::{GRIDNET, Ran, gridnet, words};

/// About two seconds of work that finds nothing.
const MINE: &str = "mine --header genesis --simd portable --threads 1 --end 6000000 --target \
    0000000000000000000000000000000000000000000000000000000000000000";

#[test]
fn a_pipe_sees_no_progress() {
    let ran = gridnet(&words(MINE)).ended(3);
    assert!(ran.err.lines().count() == 1 && ran.err.contains("self-test passed"), "{ran:?}");
    assert!(!ran.err.contains(['\r', '\x1b', '%']), "{ran:?}");
}

#[test]
fn a_terminal_sees_rate_and_time_left() {
    // script(1) gives the program a terminal and passes on what it draws.
    let line = format!("'{GRIDNET}' {MINE}");
    let output = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .output();
    let ran = match output {
        Ok(output) => Ran::from(output),
        Err(error) => return eprintln!("skipped: no script(1) to make a terminal with ({error})"),
    };
    assert_eq!(ran.code, Some(3), "{ran:?}");
    for part in ["mining ", "% ", " of 6.0 MH · ", "H/s · at most ", " s left"] {
        assert!(ran.out.contains(part), "no {part:?} in {ran:?}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let hex = "00".repeat(40) + " ";
    let many = hex.repeat(3000);
    check(&format!("digest --algorithm sha256 {many}"), 65);
    check("bench --seconds 0.001", 10);
    check("completions zsh", 10);
    check("--help", 10);

    /// Reads `bytes` and closes the pipe.
    #[track_caller]
    fn check(line: &str, bytes: usize) {
        let mut child = Command::new(GRIDNET)
            .args(words(line))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdout = child.stdout.take().expect("stdout is piped");
        std::io::Read::read_exact(&mut stdout, &mut vec![0; bytes]).expect("some output");
        drop(stdout);
        let ran = Ran::from(child.wait_with_output().expect("the program ends"));
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{:.40}", line);
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else {
        return eprintln!("skipped: this system has no /dev/full");
    };
    let output = Command::new(GRIDNET).arg("devices").stdout(full).output().expect("the program starts");
    let ran = Ran::from(output);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.starts_with("error: cannot write to standard output"), "{ran:?}");
}
