//! Transactions, signed and sent; and any method of a node.

use std::collections::BTreeMap;

use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::ledger::{fraud_commitment, least_fee, regtest_key};
use gridnet_protocol::transaction::{Action, Posted, Signed, Subject, Transaction};
use gridnet_protocol::value::Units;
use gridnet_protocol::{Address, Network};
use serde_json::{Value, json};

use crate::fake_node::FakeNode;
use crate::run::{Ran, keys, vector};
use crate::wallet::{Place, refused};

const NETWORK: Network = Network::Regtest;

/// One transaction of each kind, as the published chain has it.
pub(crate) fn one_of_each() -> BTreeMap<String, Transaction> {
    let vectors: Value = serde_json::from_slice(&vector("protocol/transactions.json")).expect("JSON");
    let entries = vectors["transactions"].as_array().expect("a list").iter();
    let decoded = entries.map(|entry| {
        let bytes = hex::decode(entry["transaction"].as_str().expect("hex")).expect("hex");
        let transaction = decode("a transaction", &bytes).expect("a transaction");
        (entry["name"].as_str().expect("a name").to_owned(), transaction)
    });
    decoded.collect()
}

/// What others made, as files: everything that commands take. And what of it is named by its id.
pub(crate) fn write_objects(write: &dyn Fn(&str, &[u8])) -> BTreeMap<&'static str, String> {
    let mut ids = BTreeMap::new();
    for (name, transaction) in one_of_each() {
        match &transaction {
            Transaction::Coinbase(_) => {}
            Transaction::Posted(Posted::Claim(claims)) => {
                write("transit.claim", &encode(&claims.as_slice()[0]))
            }
            Transaction::Posted(Posted::Open(opened)) => {
                write("hop.opening", &encode(&opened.opening));
                ids.insert("held", hex::encode(opened.held));
            }
            Transaction::Posted(Posted::RegisterIdentity(_)) => {}
            Transaction::Signed(Signed { body, .. }) => match &body.action {
                Action::ProveFraud { proof } => write("fraud.proof", &encode(proof)),
                Action::RegisterMeter { certificate } => write("meter.certificate", &encode(certificate)),
                Action::Read { readings } => write("meter.reading", &encode(&readings.as_slice()[0])),
                Action::ProveEquivocation { proof } => write("meter.proof", &encode(proof)),
                Action::OpenContract { contract } => {
                    write("signed.contract", &encode(contract));
                    ids.insert("contract", contract.id(NETWORK).to_string());
                }
                Action::AnswerContract { state, .. } => write("signed.state", &encode(state)),
                Action::EndContract { state } => write("final.state", &encode(state)),
                _ => {}
            },
        }
        if name == "transfer" {
            write("signed.transaction", hex::encode(encode(&transaction)).as_bytes());
        }
    }
    ids
}

/// A wallet beside a node that knows no rules, and the files of what others made.
fn place(node: &FakeNode) -> (Place, BTreeMap<&'static str, String>) {
    let place = Place::new().beside(node);
    place.zeros(2);
    let ids = write_objects(&|name, bytes| place.write(name, bytes));
    (place, ids)
}

fn own(place: &Place, account: usize) -> Address {
    let wallet = gridnet_node::wallet::Wallet::from_file(&place.read("w")).expect("a wallet");
    wallet.accounts()[account].address()
}

/// The transaction that a node was sent.
#[track_caller]
fn sent(node: &FakeNode) -> Transaction {
    let asked = node.asked();
    let (method, params) = asked.last().expect("something was sent");
    assert_eq!(method, "sendrawtransaction", "{asked:?}");
    let bytes = hex::decode(params[0].as_str().expect("hex")).expect("hex");
    decode("a transaction", &bytes).expect("a transaction")
}

#[track_caller]
fn signed(node: &FakeNode) -> Signed {
    match sent(node) {
        Transaction::Signed(signed) => {
            assert!(signed.is_signed(NETWORK));
            signed
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_transfer_is_signed_sent_and_exact() {
    let node = FakeNode::start();
    let (place, _) = place(&node);
    let to = own(&place, 1);
    let line = format!("tx transfer --wallet @w --to {} --amount 12.50000001", to.to_text(NETWORK));
    let said = place.run(&format!("{line} --json")).ended(0).json();
    assert_eq!(keys(&said), ["fee", "sent", "sequence", "transaction", "txid", "weight"]);
    assert_eq!((&said["sent"], &said["sequence"]), (&json!(true), &json!("7")));
    let signed = signed(&node);
    assert_eq!(signed.body.action, Action::Transfer { to, amount: Units(1_250_000_001) });
    assert_eq!((signed.body.account(), signed.body.sequence), (own(&place, 0), 7));
    let transaction = Transaction::Signed(signed.clone());
    assert_eq!(signed.body.fee, least_fee(NETWORK, &transaction));
    assert_eq!(said["fee"], signed.body.fee.0.to_string());
    let mut id = transaction.id();
    id.reverse();
    assert_eq!(said["txid"], hex::encode(id));
    assert_eq!(said["weight"], transaction.weight());

    // By another account, another fee, another place in line.
    place.run(&format!("{line} --account account-1 --fee 0.5 --sequence 11")).ended(0);
    let other = self::signed(&node);
    assert_eq!(
        (other.body.account(), other.body.fee, other.body.sequence),
        (own(&place, 1), Units(50_000_000), 11)
    );
    // By a key of its own.
    place.write("key", regtest_key().to_file().as_slice());
    place.run(&line.replace("--wallet @w", "--key @key")).ended(0);
    assert_eq!(self::signed(&node).body.sender, regtest_key().public());
    refused(place.run(&format!("{line} --key @key")), &["--key", "--wallet"]);
}

#[test]
fn without_a_node_it_is_shown_and_sent_later() {
    let node = FakeNode::start();
    let (place, _) = place(&node);
    let to = own(&place, 1).to_text(NETWORK);
    let line = format!("tx transfer --wallet @w --to {to} --amount 1 --dry-run");
    // The sequence is asked for, and nothing is sent.
    let asked = place.run(&line).ended(0);
    assert_eq!(
        node.asked().iter().map(|(method, _)| method.as_str()).collect::<Vec<_>>(),
        ["ledger.account"]
    );
    let offline = place.with("GRIDNET_RPC_LISTEN", "").with("GRIDNET_DATA_DIR", "");
    let shown = offline.run(&format!("{line} --sequence 7")).ended(0);
    assert_eq!(shown.out, asked.out);
    // The action alone, signed without a node, is the same transaction.
    let Ok(Transaction::Signed(signed)) =
        decode("a transaction", &hex::decode(shown.out.trim()).expect("hex"))
    else {
        panic!("{shown:?}")
    };
    let action = hex::encode(encode(&signed.body.action));
    let by_hand = offline.run(&format!("tx sign {action} --sequence 7 --wallet @w")).ended(0);
    assert_eq!(by_hand.out, shown.out);
    assert!(node.asked().is_empty());
    let place = offline.beside(&node);
    place.write("signed", &shown.out);
    let said = place.run("tx send @signed --json").ended(0).json();
    assert_eq!((&said["sent"], &said["transaction"]), (&json!(true), &json!(shown.out.trim())));
    assert_eq!(sent(&node), Transaction::Signed(signed));
}

/// Every action and everything that is posted, each by its own command: what is sent is what was told.
#[test]
fn there_is_a_command_for_everything_that_a_transaction_can_do() {
    let node = FakeNode::start();
    let (place, ids) = place(&node);
    let (own, other) = (own(&place, 0), own(&place, 1).to_text(NETWORK));
    let (key, id) = (hex::encode(regtest_key().public().0), "07".repeat(32));
    let (held, contract) = (&ids["held"], &ids["contract"]);
    place
        .run("token-pool create --banks 1 --length 5 --value 9 --expiry 90 --network regtest --sequence 7 --wallet @w --out @pool")
        .ended(0);
    let lines = [
        ("transfer", format!("--to {other} --amount 1")),
        ("register-identity", "--stake 3 --device cpu".to_owned()),
        ("add-stake", format!("--identity {other} --amount 2")),
        ("withdraw-stake", "--amount 2".to_owned()),
        ("register-pool", "--pool @pool".to_owned()),
        ("reclaim-pool", format!("--pool {id}")),
        ("commit-fraud", "--proof @fraud.proof".to_owned()),
        ("prove-fraud", "--proof @fraud.proof".to_owned()),
        ("register-certifier", String::new()),
        ("register-meter", "--certificate @meter.certificate".to_owned()),
        ("read", "@meter.reading @meter.reading".to_owned()),
        ("prove-equivocation", "--proof @meter.proof".to_owned()),
        (
            "open-subvention",
            format!("--budget 5 --rate 0.1 --certifier {key} --area AT-9 --source grey --net --expiry 99"),
        ),
        ("credit-subvention", format!("--subvention {id} --meter {id}")),
        ("close-subvention", format!("--subvention {id}")),
        ("register-authority", String::new()),
        ("mark", format!("--pool {id} --reason why --effective 5")),
        ("unmark", format!("--identity {other}")),
        ("open-contract", "--contract @signed.contract".to_owned()),
        ("close-contract", format!("--contract {contract} --state @signed.state --reading @meter.reading")),
        (
            "answer-contract",
            "--state @signed.state --reading @meter.reading --reading @meter.reading".to_owned(),
        ),
        ("end-contract", "--state @final.state".to_owned()),
    ];
    for (place_of, (name, rest)) in lines.iter().enumerate() {
        place.run(&format!("tx {name} --wallet @w {rest}")).ended(0);
        let body = signed(&node).body;
        assert_eq!(gridnet_node::wallet::action_name(&body.action), *name);
        assert_eq!(usize::from(encode(&body.action)[0]), place_of, "one of each, in their order");
        assert_eq!((body.account(), body.sequence), (own, 7), "{name}");
        is_as_told(&place, (own, &other), (&id, contract), &body.action);
    }

    // What nobody signs needs no wallet.
    place.run("tx claim @transit.claim @transit.claim").ended(0);
    assert!(
        matches!(sent(&node), Transaction::Posted(Posted::Claim(claims)) if claims.as_slice().len() == 2)
    );
    place.run(&format!("tx open --held {held} --opening @hop.opening")).ended(0);
    assert!(
        matches!(sent(&node), Transaction::Posted(Posted::Open(opened)) if hex::encode(opened.held) == *held)
    );
    place.run("tx register-identity --wallet @w --free --device cpu").ended(0);
    match sent(&node) {
        Transaction::Posted(Posted::RegisterIdentity(identity)) => assert_eq!(identity.address, own),
        other => panic!("{other:?}"),
    }
}

/// What was told to the commands above, in the action that each made of it.
#[track_caller]
fn is_as_told(place: &Place, (own, other): (Address, &str), (id, contract): (&str, &str), action: &Action) {
    let file = |name: &str| place.read(name);
    match action {
        Action::RegisterIdentity { identity, stake } => {
            assert_eq!((identity.address, *stake), (own, Units::from_gnc(3)));
            assert_eq!(gridnet_protocol::identity::check(NETWORK, &own, identity.proof()), Ok(()));
        }
        Action::AddStake { identity, amount } => {
            assert_eq!((identity.to_text(NETWORK), *amount), (other.to_owned(), Units::from_gnc(2)));
        }
        Action::RegisterPool { pool } => {
            assert_eq!((pool.owner, pool.sequence, pool.length), (own, 7, 5))
        }
        Action::CommitFraud { commitment } => {
            let proof = decode("a proof", &file("fraud.proof")).expect("a proof");
            assert_eq!(*commitment, fraud_commitment(&proof, &own));
        }
        Action::ProveFraud { proof } => assert_eq!(encode(proof), file("fraud.proof")),
        Action::RegisterMeter { certificate } => {
            assert_eq!(encode(certificate), file("meter.certificate"))
        }
        Action::Read { readings } => assert_eq!(readings.as_slice().len(), 2),
        Action::ProveEquivocation { proof } => assert_eq!(encode(proof), file("meter.proof")),
        Action::OpenSubvention { terms } => {
            assert_eq!((terms.budget, terms.rate), (Units::from_gnc(5), Units(10_000_000)));
            assert_eq!(terms.area.as_ref().expect("an area").as_str(), "AT-9");
            assert_eq!(
                (terms.source.map(|source| source as u8), terms.net, terms.expiry.0),
                (Some(1), true, 99)
            );
        }
        Action::Mark { subject, reason, effective } => {
            assert!(matches!(subject, Subject::Pool(pool) if pool.to_string() == id));
            assert_eq!((reason.as_slice(), effective.0), (&b"why"[..], 5));
        }
        Action::Unmark { subject } => assert!(matches!(subject, Subject::Identity(_))),
        Action::OpenContract { contract } => assert_eq!(encode(contract), file("signed.contract")),
        Action::CloseContract { contract: closed, state, readings } => {
            assert_eq!(closed.to_string(), contract);
            assert_eq!(encode(state.as_ref().expect("a state")), file("signed.state"));
            assert_eq!(readings.as_slice().len(), 1);
        }
        Action::AnswerContract { state, readings } => {
            assert_eq!((encode(state), readings.as_slice().len()), (file("signed.state"), 2));
        }
        Action::EndContract { state } => assert_eq!(encode(state), file("final.state")),
        Action::Transfer { .. }
        | Action::WithdrawStake { .. }
        | Action::ReclaimPool { .. }
        | Action::RegisterCertifier
        | Action::CreditSubvention { .. }
        | Action::CloseSubvention { .. }
        | Action::RegisterAuthority => {}
    }
}

#[test]
fn what_cannot_be_is_refused_before_anybody_is_asked() {
    let node = FakeNode::start();
    let (place, _) = place(&node);
    let place = place.with("GRIDNET_PASSWORD", "");
    let to = own(&place, 1);
    let [regtest, main] = [Network::Regtest, Network::Main].map(|network| to.to_text(network));
    let tx = |line: &str| place.run(&format!("tx {line} --wallet @w"));
    refused(tx(&format!("transfer --to {main} --amount 1")), &["--to", "rgrid1 is expected"]);
    refused(tx(&format!("transfer --to {regtest} --amount 0.000000001")), &["--amount", "8 decimals"]);
    refused(tx("add-stake --amount 1 --identity x"), &["--identity"]);
    refused(tx("open-contract --contract 00ff"), &["--contract", "a signed contract"]);
    refused(tx("open-contract --contract @none"), &["--contract", "none"]);
    refused(tx("open-contract --contract @signed.state"), &["--contract", "signed.state"]);
    refused(tx("register-identity --repetitions 1"), &["--nonce"]);
    refused(tx("register-identity --repetitions 9999 --nonce 1"), &["--nonce", "bad-repetitions"]);
    refused(tx("register-identity --free --stake 1"), &["--stake"]);
    refused(
        tx("open-subvention --budget 1 --rate 1 --expiry 1 --certifier 00"),
        &["--certifier", "64 hex digits"],
    );
    let none = "00".repeat(32);
    refused(
        tx(&format!("open-subvention --budget 1 --rate 1 --expiry 1 --certifier {none}")),
        &["--certifier", "not admitted"],
    );
    refused(tx("mark --reason x --effective 1"), &["--meter"]);
    refused(
        tx(&format!("mark --reason x --effective 1 --meter {none} --pool {none}")),
        &["cannot be used with"],
    );
    let long = "x".repeat(65);
    refused(tx(&format!("mark --reason {long} --effective 1 --meter {none}")), &["--reason", "64"]);
    place
        .run("token-pool create --banks 1 --length 5 --value 9 --expiry 90 --network regtest --out @pool")
        .ended(0);
    refused(tx("register-pool --pool @pool"), &["--pool", "to register"]);
    refused(place.run("tx show 00"), &["FILE|HEX", "a transaction"]);
    refused(tx(&format!("transfer --to {regtest} --amount 1 --account other")), &["--account", "account-1"]);
    assert!(node.asked().is_empty());
    // The pool's place in line is known before it is signed.
    let place = place.with("GRIDNET_PASSWORD", "correct horse");
    place
        .run("token-pool create --banks 1 --length 5 --value 9 --expiry 90 --network regtest --wallet @w --out @mine")
        .ended(0);
    refused(place.run("tx register-pool --pool @mine --wallet @w"), &["--pool", "sequence 0", "is 7"]);
    refused(
        place.run("token-pool create --banks 1 --length 5 --value 9 --expiry 90 --wallet @w --out @t"),
        &["--wallet", "give --network regtest"],
    );
}

#[test]
fn a_transaction_is_shown_in_full() {
    let place = Place::new();
    for (name, transaction) in one_of_each() {
        place.write("t", encode(&transaction));
        let shown = place.run("tx show @t --network regtest --json").ended(0).json();
        let mut id = transaction.id();
        id.reverse();
        assert_eq!(shown["txid"], hex::encode(id), "{name}");
        match &transaction {
            Transaction::Signed(signed) => {
                assert_eq!(shown["signature_is_good"], true, "{name}");
                assert_eq!(shown["account"], signed.body.account().to_text(NETWORK));
                assert_eq!(shown["least_fee"], least_fee(NETWORK, &transaction).0.to_string());
            }
            Transaction::Coinbase(_) | Transaction::Posted(_) => assert!(shown.get("least_fee").is_none()),
        }
        let other = place.run("tx show @t --network main --json").ended(0).json();
        assert_ne!(other["signature_is_good"], true, "{name}");
        let text = place.run("tx show @t").ended(0);
        assert_eq!(serde_json::from_str::<Value>(&text.out).expect("JSON")["txid"], shown["txid"]);
    }
}

#[test]
fn any_method_of_a_node_is_called() {
    let node = FakeNode::start();
    let place = Place::new().beside(&node);
    assert_eq!(place.run("rpc getblockcount").ended(0).out, "9\n");
    assert_eq!(place.run("rpc getblockhash 0").ended(0).out, format!("{}\n", "00".repeat(32)));
    assert_eq!(place.run("rpc stop").ended(0).out, "");
    place.run("rpc ledger.account {\"address\":\"x\"}").ended(0);
    place.run("rpc getblockcount 00ff -1 [1]").ended(0);
    let asked = node.asked();
    let params: Vec<&Value> = asked.iter().map(|(_, params)| params).collect();
    let expected = [json!([]), json!([0]), json!([]), json!({ "address": "x" }), json!(["00ff", -1, [1]])];
    assert_eq!(params, expected.iter().collect::<Vec<_>>());
    let whole = place.run("rpc getblockcount --json").ended(0).json();
    assert_eq!((keys(&whole), &whole["result"]), (vec!["id", "jsonrpc", "result"], &json!(9)));

    let no = place.run("rpc none").ended(1);
    assert_eq!(
        (no.out.as_str(), no.err.as_str()),
        ("", "error: the node says: there is no such method (-32601)\n")
    );
    let no = place.run("rpc none --json").ended(1);
    assert_eq!(no.json()["error"]["code"], -32601);
}

#[test]
fn a_node_that_is_not_there_is_said_plainly() {
    let said = |ran: Ran, words: &[&str]| {
        assert!(
            ran.out.is_empty() && ran.err.starts_with("error: ") && ran.err.lines().count() == 1,
            "{ran:?}"
        );
        assert!(words.iter().all(|word| ran.err.contains(word)), "{words:?}: {ran:?}");
    };
    let node = FakeNode::start();
    let place = Place::new().beside(&node);
    // Nobody has this port while the listener holds another.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    said(place.run(&format!("rpc x --rpc {free}")).ended(1), &["nobody listens there", "gridnet node"]);
    said(place.run("rpc x --data-dir @none").ended(1), &["is missing", "--cookie"]);
    place.write("wrong", "__cookie__:11");
    said(place.run("rpc x --cookie @wrong").ended(1), &["does not take our cookie"]);
    place.write("odd", "nothing");
    said(place.run("rpc x --cookie @odd").ended(2), &["--cookie", "no cookie of a node"]);
    said(place.run("rpc x --rpc 192.0.2.1:9").ended(2), &["--rpc", "not this machine", "--cookie"]);
    said(place.run("rpc x --rpc 9332").ended(2), &["--rpc", "host:port"]);
    said(place.run("rpc x --timeout 0").ended(2), &["--timeout"]);
}
