//! Every refusal is one sentence on standard error that names the argument, exit code 2, and nothing on standard
//! output.

use crate::run::{ADDRESS, Ran, fed, gridnet, paths, vector, words};

#[track_caller]
fn refused(ran: &Ran, argument: &str, what: &str) {
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.out, "", "{ran:?}");
    assert!(ran.err.starts_with("error: ") && ran.err.lines().count() == 1, "not one sentence: {ran:?}");
    assert!(ran.err.contains(argument), "does not name {argument}: {ran:?}");
    assert!(ran.err.contains(what), "does not say {what:?}: {ran:?}");
}

#[track_caller]
fn check(line: &str, argument: &str, what: &str) {
    // With and without --json: an error is text on standard error.
    refused(&gridnet(&words(line)), argument, what);
    if !line.contains("completions") && !line.contains("--json") {
        refused(&gridnet(&words(&format!("{line} --json"))), argument, what);
    }
}

#[test]
fn mine_refuses() {
    check("mine --header 0", "--header", "expected 160 hex digits, got 1");
    check(&format!("mine --header {}", "0".repeat(159)), "--header", "got 159");
    check(&format!("mine --header {}", "0".repeat(162)), "--header", "got 162");
    check(&format!("mine --header {}g", "0".repeat(159)), "--header", "character 160 is 'g'");
    check("mine --header genesys", "--header", "the word genesis");
    // Bits of zero encode no target.
    check(&format!("mine --header {}", "0".repeat(160)), "--header", "--target");
    check("mine --target 00", "--target", "expected 64 hex digits, got 2");
    check("mine --target ÿ", "--target", "character 1");
    check("mine --algorithm sha1", "--algorithm", "sha256d");
    check("mine --start 5 --end 5", "--start", "below --end");
    check("mine --start 6 --end 5", "--start", "below --end");
    check("mine --start 4294967296", "--start", "4294967295");
    check("mine --start -1", "--start", "got \"-1\"");
    check("mine --start 1e3", "--start", "whole number");
    check("mine --end 0", "--end", "from 1 to 4294967296");
    check("mine --end 4294967297", "--end", "from 1 to 4294967296");
    check("mine --end 99999999999999999999999", "--end", "from 1 to 4294967296");
    check("mine --limit 0", "--limit", "from 1 to");
    check("mine --threads 0", "--threads", "from 1 to");
    check("mine --threads 1000000", "--threads", "from 1 to");
    check("mine --device tpu", "--device", "cpu");
    check("mine --device tpu --device cpu", "--device", "tpu");
    check("mine --simd sse9", "--simd", "portable");
    check("mine --header", "--header", "expected a value");
    check("mine --algoritm sha256", "--algoritm", "--algorithm");
    check("mine genesis", "genesis", "--help");
    check("mine --json --json", "--json", "multiple times");
}

#[test]
fn a_path_of_another_cpu_is_refused_with_what_there_is() {
    let here = paths();
    let away = ["neon", "armv8-sha", "avx512", "avx2", "sha-ni"]
        .into_iter()
        .find(|path| !here.contains(&(*path).to_owned()));
    let away = away.expect("no CPU has the paths of two architectures");
    for command in ["mine", "bench"] {
        check(&format!("{command} --simd {away}"), "--simd", "portable");
    }
}

#[test]
fn verify_headers_refuses() {
    check("verify headers /no/such/file", "FILE", "cannot be read");
    check("verify headers /", "FILE", "directory");
    check("verify headers", "FILE", "--help");
    check("verify headers - --algorithm md5", "--algorithm", "sha256d");
    check("verify headers - --retarget lwma", "--retarget", "asert");
    check("verify headers - --spacing 600", "--spacing", "asert");
    check("verify headers - --retarget none --half-life 600", "--half-life", "asert");
    check("verify headers - --retarget asert --half-life 600", "--spacing", "asert");
    check("verify headers - --retarget asert --spacing 600", "--half-life", "asert");
    check("verify headers - --retarget asert --half-life 600 --spacing 0", "--spacing", "from 1 to");
    check("verify headers - --retarget asert --half-life 2147483648 --spacing 1", "--half-life", "from 1 to");
    let bytes = vector("bitcoin-headers-822528-826559.bin");
    for (length, what) in
        [(0, "empty"), (1, "cut off"), (79, "cut off"), (81, "cut off"), (4032 * 80 - 1, "cut off")]
    {
        for more in ["", " --json"] {
            let ran = fed(&words(&format!("verify headers -{more}")), &bytes[..length]);
            refused(&ran, "FILE", what);
        }
    }
}

#[test]
fn identity_refuses() {
    let mint = format!("identity mint --address {ADDRESS}");
    check(&mint, "--target-bits", "--help");
    check("identity mint --target-bits 8", "--address", "--help");
    check("identity mint --target-bits 8 --address abc", "--address", "expected 64 hex digits, got 3");
    check(&format!("{mint} --target-bits 257"), "--target-bits", "from 0 to 256");
    check(&format!("{mint} --target-bits 8 --nonce-bits 0"), "--nonce-bits", "from 1 to 32");
    check(&format!("{mint} --target-bits 8 --nonce-bits 33"), "--nonce-bits", "from 1 to 32");
    let verify = format!("identity verify --address {ADDRESS} --target-bits 8");
    check(&format!("{verify} --repetitions 1"), "--nonce", "--help");
    check(&format!("{verify} --repetitions 1 --nonce 4294967296"), "--nonce", "from 0 to 4294967295");
    check(&format!("{verify} --repetitions x --nonce 0"), "--repetitions", "whole number");
}

#[test]
fn walk_and_digest_refuse() {
    let walk = format!("walk --algorithm sha256 --start {ADDRESS}");
    check(&walk, "--steps", "--help");
    check(&format!("{walk} --steps 0"), "--steps", "from 1 to");
    check(&format!("{walk} --steps 18446744073709551616"), "--steps", "from 1 to");
    check(&format!("{walk} --steps 1 --expect {ADDRESS}00"), "--expect", "got 66");
    check("walk --algorithm sha256 --start 0x00 --steps 1", "--start", "character 2 is 'x'");
    check(&format!("walk --start {ADDRESS} --steps 1"), "--algorithm", "--help");
    check("digest --algorithm sha256", "HEX", "--help");
    check("digest --algorithm sha256 00 0", "HEX", "message 2: expected two hex digits for each byte");
    check("digest --algorithm sha256 zz", "HEX", "character 1 is 'z'");
    check("digest --algorithm sha256 - -", "HEX", "only once");
    check("digest --algorithm sha256 --personal x 00", "--personal", "sha256 takes none");
    check("digest --algorithm blake2s --personal ninebytes 00", "--personal", "at most 8 bytes");
    check("digest --algorithm blake2b --personal seventeen-bytes-x 00", "--personal", "at most 16 bytes");
    refused(&fed(&words("digest --algorithm sha256 -"), b"00\n0g\n"), "HEX", "line 2");
    refused(&fed(&words("digest --algorithm sha256 -"), b"\xff\xfe"), "HEX", "standard input");
}

#[test]
fn bench_and_the_rest_refuse() {
    check("bench --seconds 0", "--seconds", "from 0.001");
    check("bench --seconds -1", "--seconds", "from 0.001");
    check("bench --seconds nan", "--seconds", "from 0.001");
    check("bench --seconds inf", "--seconds", "from 0.001");
    check("bench --threads 0", "--threads", "from 1 to");
    check("bench --device gpu:99:00.0", "--device", "cpu");
    check("bench --report /no/such/folder/report.json", "--report", "cannot write");
    check("bench --report -", "--report", "a file is needed");
    check("bench --device cpu --tune", "--tune", "no graphics processor");
    check("bench --primitive sign", "--primitive", "verify");
    check("bench --audit 0", "--audit", "from 1 to");
    check("mine --device 0", "--device", "no device answers to");
    check("mine --device gpu:15", "--device", "no device answers to");
    check("reproduce", "FILE", "--help");
    check("reproduce x --times 0", "--times", "from 1 to");
    check("devices extra", "extra", "--help");
    check("completions tcsh", "SHELL", "zsh");
    check("mien", "mien", "mine");
}

#[test]
fn long_and_odd_text_is_not_thrown_back_whole() {
    let long = "9".repeat(100_000);
    let ran = gridnet(&["mine", "--start", &long]);
    refused(&ran, "--start", "100000 bytes");
    assert!(ran.err.len() < 300, "{} bytes", ran.err.len());
    let ran = gridnet(&["mine", "--algorithm", "line\nbreak"]);
    refused(&ran, "--algorithm", r"line\nbreak");
    for line in [["mine", "--device", "no\ndevice"], ["bench", "--report", "no/such\nfolder/x"]] {
        let ran = gridnet(&line);
        refused(&ran, line[1], r"\n");
    }
    refused(&gridnet(&["reproduce", "no\nfile"]), "FILE", r"no\nfile");
    refused(&gridnet(&["mine", "--device", &long]), "--device", "100000 bytes");
    let ran = gridnet(&["verify", "headers", "no\nfile"]);
    refused(&ran, "FILE", r"no\nfile");
}

#[test]
fn nothing_asked_shows_the_help_as_an_error() {
    for line in ["", "verify", "identity"] {
        let ran = gridnet(&words(line)).ended(2);
        assert_eq!(ran.out, "");
        assert!(ran.err.contains("Usage: gridnet") && ran.err.contains("Examples:"), "{ran:?}");
    }
}
