//! Proofs by headers, of a chain on which a sale was settled.

use gridnet_core::proof::header::Header;
use gridnet_core::{Control, Engine};
use gridnet_protocol::encoding::{List, encode};
use gridnet_protocol::spv::receipt::{Options, Receipt};
use gridnet_protocol::spv::{
    Checkpoint, HeaderChain, Headers, RootProof, RowProof, StateEntry, TransactionProof,
};
use gridnet_protocol::state::row::{Account, Meter};
use gridnet_protocol::state::{Row, Table};
use gridnet_protocol::transaction::{Action, Subject};
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::{Height, Time};
use gridnet_protocol::{Address, Error, Network};
use serde_json::{Value, json};

use super::{hexed, long};
use crate::chain::{Chain, address};
use crate::receipts::Sale;
use crate::world::NETWORK;

/// Everything of one chain.
pub(super) fn spv(engine: &Engine) -> Value {
    let mut sale = Sale::new(engine);
    sale.street.chain.act("tom", Action::RegisterAuthority);
    let reason = List::new("a reason", b"its seal is broken".to_vec()).expect("short");
    let (subject, effective) = (Subject::Meter(sale.street.roof), Height(0));
    sale.street.chain.act("tom", Action::Mark { subject, reason, effective });
    let tom = Policy::of([address("tom")]);
    let rows = row_proofs(&mut sale.street.chain);
    let receipt = sale.receipt(&tom, 0, 6);
    let chain = &sale.street.chain;
    let verified = verify(engine, chain.checkpoint(0), &chain.headers(0), chain.now).expect("a good chain");
    json!({
        "headers": headers(engine, chain),
        "transactions": transactions(chain, &verified),
        "rows": rows.iter().map(|(name, entry)| row(name, entry, &verified)).collect::<Vec<_>>(),
        "receipts": receipts(engine, &sale, &receipt),
    })
}

/// What is wrong, as a code and a part; nulls when nothing is.
fn fault<T>(answer: &Result<T, Error>) -> (Value, Value) {
    match answer {
        Ok(_) => (Value::Null, Value::Null),
        Err(Error::Spv { fault, part }) => (json!(fault.name()), json!(part.to_string())),
        Err(other) => panic!("{other}"),
    }
}

fn verify(engine: &Engine, start: Checkpoint, headers: &Headers, now: Time) -> Result<HeaderChain, Error> {
    HeaderChain::verify(engine, NETWORK, start, headers, now, &Control::default())
}

fn headers(engine: &Engine, chain: &Chain<'_>) -> Vec<Value> {
    let entry = |name: &str, start: Checkpoint, bytes: &[u8], now: Time| {
        let header = |header: &[u8]| Header::from_bytes(header.try_into().expect("80 bytes"));
        let headers = Headers::new(bytes.chunks_exact(80).map(header));
        let answer = verify(engine, start, &headers.expect("not too many"), now);
        let (reason, place) = fault(&answer);
        let shown = answer.ok().map(|chain| {
            let tip = json!({ "height": chain.height().0, "id": hexed(chain.tip()) });
            json!({ "tip": tip, "work": hexed(chain.work().to_be_bytes()) })
        });
        json!({
            "name": name, "network": NETWORK.name(), "start": checkpoint(start), "headers": hexed(bytes),
            "now": long(now.0), "reason": reason, "where": place, "shown": shown,
        })
    };
    let bytes = |from: u32| -> Vec<u8> {
        (from..=chain.height()).flat_map(|height| chain.header(height).to_bytes()).collect()
    };
    let changed = |place: usize| {
        let mut bytes = bytes(0);
        bytes[place] ^= 1;
        bytes
    };
    let (first, now) = (chain.checkpoint(0), chain.now);
    vec![
        entry("good", first, &bytes(0), now),
        entry("from a checkpoint", chain.checkpoint(9), &bytes(9), now),
        entry("another block", chain.checkpoint(9), &bytes(0), now),
        entry("none", first, &[], now),
        entry("a link", first, &changed(80 * 5 + 4), now),
        entry("other bits", first, &changed(80 * 5 + 72), now),
        entry("early", first, &bytes(0), Time(0)),
    ]
}

fn checkpoint(block: Checkpoint) -> Value {
    json!({ "height": block.height.0, "id": hexed(block.id) })
}

fn transactions(chain: &Chain<'_>, verified: &HeaderChain) -> Vec<Value> {
    let entry = |name: &str, proof: &TransactionProof| {
        let answer = proof.verify(verified);
        let (reason, place) = fault(&answer);
        json!({
            "name": name, "proof": hexed(proof.to_bytes()), "reason": reason, "where": place,
            "height": proof.height.0, "place": proof.place, "depth": answer.ok(),
            "id": hexed(proof.transaction.id()), "transaction": hexed(encode(&proof.transaction)),
        })
    };
    let place = chain.blocks.iter().position(|(block, _)| block.transactions.len() > 2);
    let place = place.expect("a block with transactions");
    let height = Height(place as u32 + 1);
    let proof =
        |at| TransactionProof::of(&chain.blocks[place].0, height, at).expect("one of its transactions");
    let good = proof(1);
    vec![
        entry("good", &good),
        entry("coinbase", &proof(0)),
        entry("another height", &TransactionProof { height: Height(height.0 + 1), ..good.clone() }),
        entry("another place", &TransactionProof { place: 2, ..good.clone() }),
        entry("no such block", &TransactionProof { height: Height(1 << 20), ..good }),
    ]
}

/// What stands in the ledger now, and the block after, which names the state's root.
fn row_proofs(chain: &mut Chain<'_>) -> Vec<(&'static str, StateEntry)> {
    let height = chain.ledger.tip().expect("memory").height;
    let of = |table: Table, key: Vec<u8>| {
        let row = RowProof::of(chain.ledger.store(), height, table, &key).expect("memory");
        (table, key, row)
    };
    let rows = [
        ("account", of(Account::TABLE, encode(&address("sue")))),
        ("no account", of(Account::TABLE, encode(&address("nobody")))),
        ("no meter", of(Meter::TABLE, vec![7; 32])),
    ];
    chain.wait(1);
    let root = RootProof::of(&chain.blocks[height.0 as usize].0).expect("a block has a coinbase");
    let entry = |(name, (table, key, row))| {
        let key = List::new("a key", key).expect("short");
        (name, StateEntry { root: root.clone(), table, key, row })
    };
    rows.map(entry).into()
}

fn row(name: &str, entry: &StateEntry, verified: &HeaderChain) -> Value {
    let (root, value) = entry.verify(verified).expect("a good proof");
    json!({
        "name": name, "proof": hexed(entry.to_bytes()), "table": entry.table as u8, "key": hexed(entry.key.as_slice()),
        "height": root.height.0, "root": hexed(root.root), "depth": root.depth, "value": value.map(hexed),
    })
}

fn receipts(engine: &Engine, sale: &Sale<'_>, receipt: &Receipt) -> Vec<Value> {
    let entry = |name: &str, receipt: &Receipt, options: &Options| {
        let answer = receipt.verify(engine, options, &Control::default());
        let (reason, place) = fault(&answer);
        let authorities: Vec<Value> = options.policy.authorities.iter().map(|one| hexed(one.0)).collect();
        json!({
            "name": name, "file": hexed(receipt.to_file()), "network": options.network.name(),
            "start": checkpoint(options.start), "depth": options.depth, "authorities": authorities,
            "now": long(options.now.0), "reason": reason, "where": place, "facts": answer.ok().map(|facts| json!({
                "contract": hexed(facts.contract.0), "opened": facts.opened.0, "settled": facts.settled.0,
                "settled_time": long(facts.settled_time.expect("its header is there").0),
                "delivered": long(facts.delivered.0),
                "paid": facts.paid.iter().map(|paid| long(paid.amount.0)).collect::<Vec<_>>(),
                "sides": ([&facts.seller, &facts.buyer].map(|side| json!({
                    "owner": hexed(side.owner.0), "meter": hexed(side.meter.0),
                    "area": side.row.certificate.area.as_str(),
                    "measured": side.measured().expect("it was read").map(|wh| long(wh.0)),
                }))),
                "readings": facts.readings.iter().map(|one| hexed(one.to_bytes())).collect::<Vec<_>>(),
                "marks": facts.marks.len(), "height": facts.root.height.0, "root": hexed(facts.root.root),
                "depth": facts.root.depth, "work": hexed(facts.work.to_be_bytes()),
                "objections": facts.objections().iter().map(|one| one.name()).collect::<Vec<_>>(),
            })),
        })
    };
    let (tom, nobody) = (Policy::of([address("tom")]), Policy::default());
    let both = Policy::of([address("tom"), Address([7; 32])]);
    let options = sale.options(&nobody, 0);
    let other = sale.street.chain.checkpoint(3).id;
    vec![
        entry("good", receipt, &options),
        entry("marked", receipt, &sale.options(&tom, 0)),
        entry("unsaid", receipt, &sale.options(&both, 0)),
        entry("shallow", receipt, &Options { depth: 7, ..options.clone() }),
        entry("another network", receipt, &Options { network: Network::Test, ..options.clone() }),
        entry(
            "another start",
            receipt,
            &Options { start: Checkpoint { height: Height(0), id: other }, ..options },
        ),
    ]
}
