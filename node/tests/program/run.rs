//! Runs the program and looks at what it said.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The program.
pub(crate) const GRIDNET: &str = env!("CARGO_BIN_EXE_gridnet");

/// An address, and a value to walk from.
pub(crate) const ADDRESS: &str = "6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874";

/// Bitcoin's first header without its nonce.
pub(crate) const GENESIS_HEAD: &str = "01000000\
    0000000000000000000000000000000000000000000000000000000000000000\
    3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d";

/// Its nonce, as it stands in the header, and its hash, as explorers print it.
pub(crate) const GENESIS_NONCE: &str = "1dac2b7c";
pub(crate) const GENESIS_HASH: &str = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the program without input.
pub(crate) fn gridnet<S: AsRef<str>>(args: &[S]) -> Ran {
    fed(args, b"")
}

/// Runs the program with bytes on its standard input.
pub(crate) fn fed<S: AsRef<str>>(args: &[S], input: &[u8]) -> Ran {
    let mut child = Command::new(GRIDNET)
        .args(args.iter().map(AsRef::as_ref))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that refuses its arguments does not read.
    let _ = child.stdin.take().expect("stdin is piped").write_all(input);
    Ran::from(child.wait_with_output().expect("the program ends"))
}

/// The words of a command line without quotes.
pub(crate) fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

impl From<std::process::Output> for Ran {
    fn from(output: std::process::Output) -> Ran {
        let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ran {
    /// The one JSON object on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert!(self.out.ends_with('\n') && self.out.lines().count() == 1, "not one line: {self:?}");
        let value: Value = serde_json::from_str(&self.out).expect("standard output is JSON");
        assert!(value.is_object(), "not an object: {self:?}");
        value
    }

    /// The same run, having ended with this code.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }
}

/// The keys of an object, sorted.
#[track_caller]
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The paths that this CPU has.
pub(crate) fn paths() -> Vec<String> {
    let devices = gridnet(&["devices", "--json"]).ended(0).json();
    let paths = devices["devices"][0]["paths"].as_array().expect("a list of paths").clone();
    paths.iter().map(|path| path.as_str().expect("a name").to_owned()).collect()
}

/// A file of `tests/vectors`.
pub(crate) fn vector(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
