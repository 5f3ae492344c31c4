//! `docs/rpc.md` is what the server does: every method is there with its parameters, every error, and each example is sent to
//! a node and answered as it says.

use std::collections::BTreeSet;
use std::sync::Arc;

use gridnet_core::Engine;
use gridnet_node::rpc::auth::Scope;
use gridnet_node::rpc::{Code, Limits, Parts, all};
use gridnet_protocol::Address;
use gridnet_tests::receipts::Sale;
use serde_json::Value;

use crate::control::{Miner, Purse};
use crate::run::{Running, payee, run_with};
use crate::websocket::Socket;

/// What is told over WebSockets, and how that is ended.
const SUBSCRIPTIONS: [&str; 4] =
    ["chain.subscribe", "chain.unsubscribe", "mempool.subscribe", "mempool.unsubscribe"];

fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rpc.md");
    std::fs::read_to_string(path).expect("the document")
}

/// A method's section: its name, how it is called, and the rest.
fn sections(document: &str) -> Vec<(String, String, String)> {
    let parts = document.split("\n### `").skip(1);
    let section = |part: &str| {
        let part = part.split("\n## ").next().expect("a part");
        let (usage, rest) = part.split_once("`\n").expect("a heading in code");
        let name = usage.split(' ').next().expect("a name");
        (name.to_owned(), usage.to_owned(), rest.to_owned())
    };
    parts.map(section).collect()
}

#[test]
fn every_method_is_there_with_its_parameters() {
    let document = document();
    let sections = sections(&document);
    let named: Vec<&str> = sections.iter().map(|(name, ..)| name.as_str()).collect();
    let known: BTreeSet<&str> = all().map(|method| method.name).chain(SUBSCRIPTIONS).collect();
    assert_eq!(named.iter().copied().collect::<BTreeSet<_>>(), known);
    assert_eq!(named.len(), known.len(), "one stands there twice");
    for method in all() {
        let (_, usage, text) = sections.iter().find(|(name, ..)| name == method.name).expect("it is there");
        assert_eq!(*usage, method.usage());
        assert_eq!(text.contains("*Control.*"), method.scope == Scope::Control, "{usage}");
    }
    for (name, _, text) in &sections {
        assert!(examples(text).len() == 1, "{name} has one example");
    }
}

#[test]
fn every_error_is_there() {
    let document = document();
    let (_, section) = document.split_once("\n## Errors\n").expect("a section");
    let section = section.split("\n## ").next().expect("a section");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()?.parse().ok());
    let listed: Vec<i32> = rows.collect();
    assert_eq!(listed, Code::ALL.iter().map(|code| *code as i32).collect::<Vec<_>>());
}

/// The examples of a section: what is sent, and what comes back.
fn examples(text: &str) -> Vec<(&str, &str)> {
    let mut lines = text.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(sent) = line.strip_prefix("--> ") {
            let answer = lines.next().and_then(|line| line.strip_prefix("<-- "));
            found.push((sent, answer.expect("an answer follows")));
        }
    }
    found
}

/// Whether an answer is what is written: "…" at the end of a text stands for the rest of it, alone for anything.
fn is_as_written(answer: &Value, written: &Value) -> bool {
    match (answer, written) {
        (_, Value::String(text)) if text == "…" => true,
        (Value::String(answer), Value::String(written)) => match written.strip_suffix('…') {
            Some(begin) => answer.starts_with(begin),
            None => answer == written,
        },
        (Value::Array(answers), Value::Array(written)) => {
            let all = answers.iter().zip(written).all(|(answer, written)| is_as_written(answer, written));
            // A list may end early.
            match written.last() {
                Some(Value::String(text)) if text == "…" => answers.len() >= written.len() && all,
                _ => answers.len() == written.len() && all,
            }
        }
        (Value::Object(answer), Value::Object(written)) => {
            answer.keys().eq(written.keys())
                && answer.iter().all(|(name, value)| is_as_written(value, &written[name]))
        }
        (answer, written) => answer == written,
    }
}

/// A node on whose chain a sale was settled, with a miner and an account lent to it.
fn town() -> Running {
    let engine = Engine::builder().device("cpu").threads(1).build().expect("the CPU's paths are good");
    let mut sale = Sale::new(&engine);
    sale.street.chain.wait(8);
    let parts = Parts {
        payout: Some(Address::of(&payee().public())),
        miner: Some(Arc::new(Miner::default())),
        wallet: Some(Arc::new(Purse)),
        stop: Some(Box::new(|| {})),
    };
    let running = run_with(Limits::default(), parts);
    running.node.set_now(sale.street.chain.now).expect("a clock that can be set");
    let blocks = sale.street.chain.blocks.iter().map(|(block, _)| block.clone()).collect();
    running.node.submit_blocks(blocks).expect("they are taken");
    running
}

#[test]
fn every_example_is_answered_as_it_says() {
    let running = town();
    let mut socket = Socket::open(&running, Scope::Control);
    let mut wrong = Vec::new();
    for (name, _, text) in sections(&document()) {
        for (sent, written) in examples(&text) {
            let answer = if SUBSCRIPTIONS.contains(&name.as_str()) {
                socket.send(sent);
                socket.next().expect("an answer")
            } else {
                serde_json::from_str(&running.post(sent).body).expect("JSON")
            };
            assert!(sent.contains(&format!("\"{name}\"")), "{name}: {sent}");
            let as_written =
                serde_json::from_str(written).is_ok_and(|written| is_as_written(&answer, &written));
            if !as_written {
                wrong.push(format!("{name}\n<-- {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "these are answered otherwise:\n{}", wrong.join("\n"));
}
