//! The published vectors of the protocol: JSON that says what is good, what is bad, and what everything hashes to. Written
//! by `cargo xtask vectors`; held against this code and against an independent implementation in Python by the tests.

mod basics;
mod claims;
mod sessions;

use gridnet_core::Engine;
use serde_json::Value;

/// The files, by their names in `vectors/protocol`.
pub fn all() -> Vec<(&'static str, String)> {
    let engine = Engine::builder().device("cpu").build().expect("the CPU's paths pass their self-test");
    let files = [
        ("payouts.json", basics::payouts()),
        ("keys.json", basics::keys()),
        ("identities.json", basics::identities(&engine)),
        ("pools.json", basics::pools(&engine)),
        ("tokens.json", sessions::tokens(&engine)),
        ("custody.json", sessions::custody(&engine)),
        ("datagrams.json", sessions::datagrams(&engine)),
        ("fraud.json", sessions::frauds(&engine)),
        ("transit.json", claims::transit(&engine)),
    ];
    files.map(|(name, value)| (name, text(&value))).to_vec()
}

/// One entry a line, so that a change shows where it is.
fn text(file: &Value) -> String {
    let lists = file.as_object().expect("a file is lists by their names");
    let list = |(name, entries): (&String, &Value)| {
        let entries = entries.as_array().expect("a list");
        let lines: Vec<String> = entries.iter().map(|entry| format!("    {entry}")).collect();
        format!("  {name:?}: [\n{}\n  ]", lines.join(",\n"))
    };
    format!("{{\n{}\n}}\n", lists.iter().map(list).collect::<Vec<_>>().join(",\n"))
}

/// Bytes as text.
fn hexed(bytes: impl AsRef<[u8]>) -> Value {
    Value::String(hex::encode(bytes))
}

/// A number of 64 bits as text.
fn long(number: u64) -> Value {
    Value::String(number.to_string())
}
