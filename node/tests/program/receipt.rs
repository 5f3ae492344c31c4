//! `gridnet receipt`.

use std::path::Path;
use std::sync::LazyLock;

use gridnet_core::Engine;
use gridnet_core::proof::header::display_order;
use gridnet_protocol::encoding::List;
use gridnet_protocol::transaction::{Action, Subject};
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::Height;
use gridnet_tests::chain::address;
use gridnet_tests::receipts::Sale;
use gridnet_tests::world::NETWORK;
use serde_json::json;

use crate::run::{Ran, gridnet, keys, words};

/// Later than any block that the tests make.
const TIME: &str = "--network regtest --time 2000000000";

/// A receipt without marks, one with a mark of tom's, and a block to begin at.
struct Made {
    clean: Vec<u8>,
    marked: Vec<u8>,
    checkpoint: String,
    last: u32,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
    let mut sale = Sale::new(&engine);
    let from = sale.street.chain.height();
    let checkpoint = format!("{from}:{}", hex::encode(display_order(&sale.street.chain.header(from).id())));
    sale.street.chain.act("tom", Action::RegisterAuthority);
    let clean = sale.receipt(&Policy::of([address("tom")]), 0, 6).to_file();
    let reason = List::new("a reason", b"its \"seal\" is broken\n".to_vec()).expect("short");
    let subject = Subject::Meter(sale.street.roof);
    sale.street.chain.act("tom", Action::Mark { subject, reason, effective: Height(0) });
    let marked = sale.receipt(&Policy::of([address("tom")]), from, 6).to_file();
    Made { clean, marked, checkpoint, last: sale.street.chain.height() }
});

/// Writes a receipt for which nobody's marks count.
pub(crate) fn some_receipt(path: &Path) {
    std::fs::write(path, &MADE.clean).expect("the file is written");
}

fn verify(receipt: &[u8], more: &str) -> Ran {
    let folder = tempfile::tempdir().expect("a folder for a file");
    let path = folder.path().join("sale.receipt");
    std::fs::write(&path, receipt).expect("the file is written");
    let path = path.to_str().expect("a temporary folder has a plain name");
    gridnet(&words(&format!("receipt verify {path} {more}")))
}

#[test]
fn a_receipt_is_told_in_full() {
    let made = &*MADE;
    let tom = address("tom").to_text(NETWORK);
    let ran = verify(&made.clean, &format!("{TIME} --trust {tom} --json")).ended(0);
    let answer = ran.json();
    assert_eq!(keys(&answer), ["limits", "objections", "part", "reason", "receipt", "valid"]);
    assert_eq!((&answer["valid"], &answer["reason"]), (&json!(true), &json!(null)));
    assert_eq!(answer["limits"], json!(["headers", "agreed"]));
    let receipt = &answer["receipt"];
    assert_eq!(
        keys(receipt),
        [
            "authorities",
            "buyer",
            "contract",
            "delivered_wh",
            "depth",
            "marks",
            "network",
            "opened_height",
            "paid",
            "readings",
            "seller",
            "settled_height",
            "settled_time",
            "start",
            "state_height",
            "tip",
            "work",
        ]
    );
    assert_eq!((&receipt["delivered_wh"], &receipt["depth"]), (&json!("6200"), &json!(6)));
    assert_eq!(receipt["seller"]["owner"], json!(address("sue").to_text(NETWORK)));
    assert_eq!(receipt["seller"]["exported_wh"], json!("6500"));
    assert_eq!(receipt["buyer"]["imported_wh"], json!("6200"));
    assert_eq!(
        keys(&receipt["seller"]),
        ["area", "certifier", "exported_wh", "imported_wh", "meter", "owner", "rating_w", "source"]
    );
    let paid = |place: usize| (&receipt["paid"][place]["role"], &receipt["paid"][place]["units"]);
    assert_eq!(paid(0), (&json!("seller"), &json!("620")));
    assert_eq!(paid(1), (&json!("buyer"), &json!("9318")));
    assert_eq!(paid(2), (&json!("line owner"), &json!("62")));
    assert_eq!((&receipt["authorities"], &receipt["marks"]), (&json!([tom]), &json!([])));
    assert!(ran.err.contains("note: Headers show work") && ran.err.lines().count() == 2, "{ran:?}");
    let plain = verify(&made.clean, TIME).ended(0);
    assert!(plain.out.starts_with("valid: "), "{plain:?}");
    for line in ["6,200 Wh delivered; settled at height", "620 units to the seller, rgrid1", "6,500 Wh given"]
    {
        assert!(plain.out.contains(line), "{line}: {plain:?}");
    }
}

#[test]
fn a_checkpoint_is_where_it_begins() {
    let made = &*MADE;
    let ran = verify(&made.marked, &format!("{TIME} --checkpoint {} --json", made.checkpoint)).ended(0);
    assert!(!ran.err.contains("Headers show work"), "the checkpoint shows more: {ran:?}");
    let answer = ran.json();
    assert_eq!(answer["limits"], json!(["agreed"]));
    let (height, id) = made.checkpoint.split_once(':').expect("both");
    let start = json!({"height": height.parse::<u32>().expect("a number"), "id": id});
    assert_eq!(answer["receipt"]["start"], start);
    assert_eq!(answer["receipt"]["tip"]["height"], made.last);
    let other = format!("{height}:{}", "0".repeat(64));
    for (more, part) in [(format!("--checkpoint {other}"), height), (String::new(), height)] {
        let answer = verify(&made.marked, &format!("{TIME} {more} --json")).ended(1).json();
        assert_eq!((&answer["valid"], &answer["reason"]), (&json!(false), &json!("start")));
        assert_eq!((&answer["part"], &answer["receipt"]), (&json!(format!("header {part}")), &json!(null)));
    }
}

#[test]
fn what_shows_nothing_and_what_is_not_taken_end_with_1() {
    let made = &*MADE;
    let tom = address("tom").to_text(NETWORK);
    for (more, reason, part) in [
        ("--network regtest --time 2000000000 --depth 7", "shallow", "the state's root"),
        ("--network test --time 2000000000", "network", "the proof"),
        ("--network regtest --time 5", "time-too-new", "header 1"),
    ] {
        let answer = verify(&made.clean, &format!("{more} --json")).ended(1).json();
        assert_eq!((&answer["reason"], &answer["part"]), (&json!(reason), &json!(part)));
        let plain = verify(&made.clean, more).ended(1);
        assert_eq!(plain.out, format!("bad: it shows nothing: {part}: {reason}\n"));
    }
    let from = format!("{TIME} --checkpoint {}", made.checkpoint);
    let answer = verify(&made.marked, &format!("{from} --trust {tom} --json")).ended(1).json();
    assert_eq!((&answer["valid"], &answer["reason"]), (&json!(false), &json!("marked")));
    assert_eq!(answer["objections"][0]["authority"], json!(tom));
    assert_eq!(answer["receipt"]["marks"][0]["why"], json!("its \\\"seal\\\" is broken\\n"));
    let plain = verify(&made.marked, &format!("{from} --trust {tom}")).ended(1);
    assert!(
        plain.out.starts_with("not to be taken: ") && plain.out.contains("\n  marked: meter "),
        "{plain:?}"
    );
    // Whose marks do not count has no say; of whom nothing is said is missed.
    verify(&made.marked, &from).ended(0);
    let sue = address("sue").to_text(NETWORK);
    let answer = verify(&made.marked, &format!("{from} --trust {sue} --json")).ended(1).json();
    assert_eq!(answer["objections"], json!([{"reason": "unsaid", "authority": sue, "subject": null}]));
}

#[test]
fn what_is_no_receipt_is_refused() {
    let made = &*MADE;
    let refused = |ran: Ran, what: &str| {
        let ran = ran.ended(2);
        assert!(ran.out.is_empty() && ran.err.starts_with("error: ") && ran.err.contains(what), "{ran:?}");
        assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
    };
    let cut = &made.clean[..made.clean.len() - 1];
    refused(verify(b"", TIME), "does not begin with GN-rcpt_ and version 1");
    refused(verify(&made.clean[1..], TIME), "does not begin with GN-rcpt_");
    refused(verify(cut, TIME), "is no receipt that can be read");
    refused(gridnet(&words("receipt verify no-such-file")), "FILE: \"no-such-file\" cannot be read");
    refused(verify(&made.clean, "--trust grid1xyz"), "--trust: ");
    refused(verify(&made.clean, "--checkpoint 5"), "--checkpoint");
    refused(verify(&made.clean, "--checkpoint 5:ab"), "expected 64 hex digits, got 2");
    refused(verify(&made.clean, "--checkpoint x:ab"), "a height, a colon and 64 hex digits");
    refused(verify(&made.clean, "--depth -1"), "whole number");
}
