//! The state: rows of every table, roots over all rows of a state, proofs about one of them.

use std::collections::{BTreeMap, BTreeSet};

use gridnet_protocol::Network;
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::ledger::Ledger;
use gridnet_protocol::state::{Memory, Presence, StateProof, Table, prove};
use serde_json::{Value, json};

use super::hexed;
use super::story::Story;
use crate::chain::TABLES;
use crate::world::secret;

/// Rows of a table that are shown.
const ROWS: usize = 8;

pub(super) fn state(story: &Story<'_>) -> Value {
    let mut ledgers: Vec<(String, Ledger<Memory>)> = Network::ALL
        .map(|network| {
            let ledger = Ledger::open(network, Memory::default()).expect("memory");
            (format!("{}'s first", network.name()), ledger)
        })
        .to_vec();
    ledgers.extend(story.moments.iter().cloned());
    let largest = &ledgers.last().expect("a moment").1;
    json!({
        "rows": rows(&ledgers),
        "states": ledgers.iter().map(whole).collect::<Vec<_>>(),
        "proofs": proofs(largest),
    })
}

/// Keys and values.
type Rows = BTreeSet<(Vec<u8>, Vec<u8>)>;

/// Rows of every table, each that differs once.
fn rows(ledgers: &[(String, Ledger<Memory>)]) -> Vec<Value> {
    let mut seen: BTreeMap<Table, Rows> = BTreeMap::new();
    for (_, ledger) in ledgers.iter().rev() {
        for table in TABLES {
            let rows = seen.entry(table).or_default();
            for (key, value) in ledger.store().rows(table) {
                if rows.len() < ROWS {
                    rows.insert((key.to_vec(), value.to_vec()));
                }
            }
        }
    }
    let row = |table: Table, key: &[u8], value: &[u8]| {
        json!({
            "name": format!("{table:?}"),
            "table": table as u8,
            "key": hexed(key),
            "value": hexed(value),
            "place": hexed(gridnet_protocol::tagged::Tag::STATE_KEY.hash(&[&[table as u8], key])),
            "value_hash": hexed(gridnet_protocol::tagged::Tag::STATE.hash(&[value])),
        })
    };
    assert!(seen.values().all(|rows| !rows.is_empty()), "every table has a row: {seen:?}");
    let rows = seen.iter().flat_map(|(table, rows)| rows.iter().map(|(key, value)| row(*table, key, value)));
    rows.collect()
}

/// All rows of a state, and the root over them.
fn whole((name, ledger): &(String, Ledger<Memory>)) -> Value {
    let store = ledger.store();
    let of =
        |table| store.rows(table).map(move |(key, value)| json!([table as u8, hexed(key), hexed(value)]));
    let rows: Vec<Value> = TABLES.into_iter().flat_map(of).collect();
    json!({"name": name, "rows": rows, "root": hexed(ledger.root().expect("memory"))})
}

/// What proofs show, and what they do not.
fn proofs(ledger: &Ledger<Memory>) -> Vec<Value> {
    let (store, height) = (ledger.store(), ledger.tip().expect("memory").height);
    let root = ledger.root().expect("memory");
    let mut entries = Vec::new();
    let mut add =
        |name: &str, root: [u8; 32], table: Table, key: &[u8], value: Option<&[u8]>, proof: &[u8]| {
            let presence = value.map_or(Presence::IsNot, Presence::Is);
            let read = decode::<StateProof>("a proof", proof);
            let holds = read.is_ok_and(|read| read.shows(&root, table, key, presence));
            entries.push(json!({
                "name": name,
                "root": hexed(root),
                "table": table as u8,
                "key": hexed(key),
                "value": value.map(hexed),
                "proof": hexed(proof),
                "holds": holds,
            }));
        };
    for table in TABLES {
        let Some((key, value)) = store.rows(table).next() else { continue };
        let (_, proof) = prove(store, height, table, key).expect("memory");
        add("a row that is there", root, table, key, Some(value), &encode(&proof));
    }
    // Rows that are not there: where nothing is, and where another row is.
    for place in 0..12 {
        let key = secret(&format!("nobody {place}"));
        let (_, proof) = prove(store, height, Table::Accounts, &key).expect("memory");
        add("a row that is not there", root, Table::Accounts, &key, None, &encode(&proof));
    }
    let accounts: Vec<(&[u8], &[u8])> = store.rows(Table::Accounts).collect();
    let [(key, value), (other_key, other_value)] = [accounts[0], accounts[1]];
    let there = encode(&prove(store, height, Table::Accounts, key).expect("memory").1);
    let nobody = secret("nobody 0");
    let absent = encode(&prove(store, height, Table::Accounts, &nobody).expect("memory").1);
    let accounts = Table::Accounts;
    let mut altered = value.to_vec();
    altered[0] ^= 1;
    add("another value", root, accounts, key, Some(&altered), &there);
    add("another row's value", root, accounts, key, Some(other_value), &there);
    add("another row", root, accounts, other_key, Some(other_value), &there);
    add("another table", root, Table::Authorities, key, Some(value), &there);
    add("a table that the root does not commit to", root, Table::Nodes, key, Some(value), &there);
    add("that it is not there, though it is", root, accounts, key, None, &there);
    add("that it is there, though it is not", root, accounts, &nobody, Some(value), &absent);
    add("that another is not there", root, accounts, other_key, None, &absent);
    let mut other_root = root;
    other_root[9] ^= 1;
    add("another root", other_root, accounts, key, Some(value), &there);
    for place in [0, 1, 33, 65, 69, 70, 101, there.len() - 1] {
        let mut spoiled = there.clone();
        spoiled[place] ^= 1;
        add(&format!("byte {place} changed"), root, accounts, key, Some(value), &spoiled);
    }
    add("a byte more", root, accounts, key, Some(value), &[&there[..], &[0]].concat());
    add("a byte short", root, accounts, key, Some(value), &there[..there.len() - 1]);
    add("no proof", root, accounts, key, Some(value), &[]);
    // 257 neighbours, of which the last 256 might be good.
    let many = [&there[..65], &257u32.to_le_bytes(), &[0; 257]].concat();
    add("more neighbours than a key has bits", root, accounts, key, Some(value), &many);
    entries
}
