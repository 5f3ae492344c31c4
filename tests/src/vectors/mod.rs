//! The published vectors of the protocol: JSON that says what is good, what is bad, and what everything hashes to. Written
//! by `cargo xtask vectors`; held against this code and against an independent implementation in Python by the tests.

mod agreements;
mod basics;
mod blocks;
mod chain;
mod claims;
mod deals;
mod meters;
mod party;
mod sessions;
mod spv;
mod state;
mod story;
mod transactions;

use gridnet_core::Engine;
use gridnet_protocol::ledger::Ledger;
use gridnet_protocol::state::Memory;
use gridnet_protocol::transaction::Transaction;
use serde_json::{Value, json};

/// The files, by their names in `vectors/protocol`.
pub fn all() -> Vec<(&'static str, String)> {
    let engine = Engine::builder().device("cpu").build().expect("the CPU's paths pass their self-test");
    let story = chain::story(&engine);
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
        ("transactions.json", transactions::transactions(&story)),
        ("blocks.json", blocks::blocks(&story)),
        ("energy.json", energy()),
        ("state.json", state::state(&story)),
        ("chain.json", story.file()),
    ];
    files.map(|(name, value)| (name, text(&value))).to_vec()
}

pub(crate) use self::party::deal;
pub(crate) use self::story::PEOPLE;

/// The published chain as it is while a contract is being closed, its transactions from beginning to end, and a block.
pub(crate) fn town(engine: &Engine) -> (Ledger<Memory>, Vec<Transaction>, Vec<u8>) {
    let story = chain::story(engine);
    let moment = story.moments.into_iter().find(|(name, _)| name == chain::CLOSING);
    let block = story.chain.blocks[1].0.to_bytes();
    (moment.expect("it is kept").1, story.taken, block)
}

/// Meters and contracts.
fn energy() -> Value {
    json!({
        "certificates": meters::certificates(),
        "readings": meters::readings(),
        "equivocations": meters::equivocations(),
        "commands": meters::commands(),
        "allotments": deals::allotments(),
        "deliveries": deals::deliveries(),
        "balances": deals::balances(),
        "contracts": deals::contracts(),
        "states": deals::states(),
    })
}

/// Those of the ledger, by their names in `vectors/ledger`. What made them is this code alone: they hold other languages'
/// faces against it, and this code against what it was.
pub fn of_the_ledger() -> Vec<(&'static str, String)> {
    let engine = Engine::builder().device("cpu").build().expect("the CPU's paths pass their self-test");
    vec![("spv.json", text(&spv::spv(&engine)))]
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
