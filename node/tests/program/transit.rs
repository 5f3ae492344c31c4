//! Tables of transit pools, chains and identities: made up, verified, and refused.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::run::{Ran, gridnet, keys, words};
use crate::tables::{some_chains, some_identities, verdicts};

/// A folder, and a way to run the program on files in it.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Place {
        Place(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// Runs a command line in which `@name` is a file here.
    pub(crate) fn run(&self, line: &str) -> Ran {
        let folder = self.0.path().to_str().expect("a plain name");
        let line = line.replace('@', &format!("{folder}/"));
        gridnet(&words(&line))
    }
}

/// What `generate` said it planted, as rows.
fn planted(made: &Value) -> Vec<(u64, String)> {
    let planted = made["planted"].as_array().expect("a list");
    let row = |row: &Value| {
        (row["index"].as_u64().expect("a row"), row["reason"].as_str().expect("a code").to_owned())
    };
    planted.iter().map(row).collect()
}

#[test]
fn what_is_planted_is_found_in_either_form_of_file() {
    let place = Place::new();
    for ending in ["parquet", "arrow"] {
        let line = format!(
            "transit generate --count 1500 --hops 2 --length 7 --bad-share 0.02 --seed 4 --out @a.{ending} --json"
        );
        let made = place.run(&line).ended(0);
        assert_eq!(made.err, "");
        let made = made.json();
        assert_eq!(keys(&made), ["count", "planted"]);
        let planted = planted(&made);
        assert_eq!((made["count"].as_u64(), planted.len()), (Some(1500), 30));
        let ran =
            place.run(&format!("verify transit @a.{ending} --out @v.parquet --device cpu --json")).ended(1);
        assert_eq!(ran.err, "");
        let said = ran.json();
        assert_eq!(
            keys(&said),
            ["bad", "count", "devices", "first_bad", "pools_per_second", "reasons", "seconds", "valid"]
        );
        assert_eq!((&said["count"], &said["valid"], &said["bad"]), (&json!(1500), &json!(1470), &json!(30)));
        assert_eq!(said["first_bad"][0], json!({"index": planted[0].0, "reason": planted[0].1}));
        let all = verdicts(&place.path("v.parquet"));
        assert_eq!(all.len(), 1500);
        assert!(all.iter().zip(0..).all(|((index, _), row)| *index == row));
        let found: Vec<(u64, String)> =
            all.into_iter().filter_map(|(index, reason)| Some((index, reason?))).collect();
        assert_eq!(found, planted);
        // Thirty bad ones are each of fourteen reasons twice, and two of them once more.
        let reasons = said["reasons"].as_object().expect("counts");
        assert_eq!(reasons.len(), 14, "{reasons:?}");
        assert_eq!(reasons.values().filter_map(Value::as_u64).sum::<u64>(), 30);
        let device = &said["devices"][0];
        assert_eq!(device["id"], "cpu");
        assert!(device["signatures"].as_u64() > Some(1500 * 5), "{device}");
        assert!(device["steps"].as_u64() > Some(1400 * 7), "{device}");
    }
}

#[test]
fn the_same_seed_makes_the_same_table() {
    let place = Place::new();
    let make = |name: &str, seed: u32| {
        let line = format!("transit generate --count 30 --seed {seed} --out @{name}.parquet --json");
        place.run(&line).ended(0);
        std::fs::read(place.path(&format!("{name}.parquet"))).expect("a table")
    };
    let (a, b, c) = (make("a", 1), make("b", 1), make("c", 2));
    assert!(a == b && a != c);
}

#[test]
fn good_ones_are_good_and_the_plain_loop_is_compared_with() {
    let place = Place::new();
    place.run("transit generate --count 100 --hops 0 --length 3 --bad-share 0 --out @a.parquet").ended(0);
    let said = place.run("verify transit @a.parquet --compare 10 --json").ended(0).json();
    assert_eq!((&said["bad"], &said["reasons"], &said["first_bad"]), (&json!(0), &json!({}), &json!([])));
    assert!(said["ratio"].as_f64().is_some_and(|ratio| ratio > 0.0), "{said}");
    assert!(said["plain_pools_per_second"].as_u64().is_some_and(|rate| rate > 0), "{said}");
    let plain = place.run("verify transit @a.parquet --compare 10").ended(0);
    assert!(plain.out.starts_with("all 100 transit pools are valid\n"), "{plain:?}");
    assert!(plain.out.contains("times as fast as a plain loop on one core"), "{plain:?}");
}

#[test]
fn what_the_ledger_is_can_be_said_otherwise() {
    let place = Place::new();
    place.run("transit generate --count 20 --length 3 --bad-share 0 --out @a.parquet").ended(0);
    let only = |options: &str, code: &str| {
        let said = place.run(&format!("verify transit @a.parquet {options} --json")).ended(1).json();
        assert_eq!(said["reasons"], json!({ code: 20 }), "{options}");
    };
    only("--time 5", "expiry");
    only("--height 4000000000", "expiry");
    let elsewhere = place.run("verify transit @a.parquet --network main").ended(2);
    assert!(
        elsewhere.err.contains("the network of this table must be main, and is regtest"),
        "{elsewhere:?}"
    );
    std::fs::remove_file(place.path("a.identities.parquet")).expect("it is there");
    only("", "pool");
    let without = place.run("verify transit @a.parquet").ended(1);
    assert!(without.err.contains("no identity is registered"), "{without:?}");
    // Another's table of identities does not know these owners.
    some_identities(&place.path("others.parquet"), true);
    let others = format!("--identities {}", place.path("others.parquet").display());
    only(&others, "pool");
    only(&format!("{others} --network main"), "network");
}

#[test]
fn chains_and_identities_are_verified() {
    let place = Place::new();
    some_chains(&place.path("good.parquet"), true);
    some_chains(&place.path("bad.parquet"), false);
    let said = place.run("verify chains @good.parquet --json").ended(0).json();
    assert_eq!((&said["count"], &said["valid"]), (&json!(6), &json!(6)));
    let said = place.run("verify chains @bad.parquet --out @v.parquet --json").ended(1).json();
    assert_eq!(said["reasons"], json!({"walk": 2}));
    let walk = || Some("walk".to_owned());
    let expected = vec![(0, None), (1, walk()), (2, None), (3, None), (4, walk()), (5, None)];
    assert_eq!(verdicts(&place.path("v.parquet")), expected);

    some_identities(&place.path("good.parquet"), true);
    some_identities(&place.path("bad.parquet"), false);
    place.run("verify identities @good.parquet --network regtest").ended(0);
    let said = place.run("verify identities @bad.parquet --network regtest --json").ended(1).json();
    assert_eq!(said["first_bad"], json!([{"index": 2, "reason": "high-hash"}]));
    // On another network that much work is not enough.
    let said = place.run("verify identities @good.parquet --network main --json").ended(1).json();
    assert_eq!(said["reasons"], json!({"high-hash": 5}));
    let unsaid = place.run("verify identities @good.parquet").ended(2);
    assert!(unsaid.err.starts_with("error: --network: is needed"), "{unsaid:?}");
}

#[test]
fn tables_that_cannot_be_read_are_refused_by_name() {
    let place = Place::new();
    let refused = |line: &str, words: &[&str]| {
        let ran = place.run(line).ended(2);
        assert!(ran.out.is_empty() && ran.err.starts_with("error: "), "{ran:?}");
        assert!(!ran.err.contains("panicked"), "{ran:?}");
        for word in words {
            assert!(ran.err.contains(word), "{word}: {ran:?}");
        }
    };
    some_chains(&place.path("chains.parquet"), true);
    refused("verify transit @none.parquet", &["FILE", "none.parquet"]);
    refused("verify transit @chains.csv", &["must end in .parquet or .arrow"]);
    refused("verify transit @chains.parquet", &["gridnet.network", "missing"]);
    refused(
        "verify transit @chains.parquet --network regtest --height 1 --time 1",
        &["FILE", "column", "network", "missing"],
    );
    refused("verify identities @chains.parquet --network main", &["column address"]);
    std::fs::write(place.path("text.parquet"), "no table at all").expect("a file");
    refused("verify chains @text.parquet", &["cannot be read"]);
    let whole = std::fs::read(place.path("chains.parquet")).expect("the table");
    std::fs::write(place.path("cut.parquet"), &whole[..whole.len() / 2]).expect("a file");
    refused("verify chains @cut.parquet", &["cannot be read"]);
    std::fs::write(place.path("cut.arrow"), &whole).expect("a file");
    refused("verify chains @cut.arrow", &["cannot be read"]);
    refused("verify chains @chains.parquet --out @no/such/folder.parquet", &["--out", "cannot be written"]);
    refused("verify chains @chains.parquet --out @v.txt", &["--out", "must end in"]);
    refused("verify chains @chains.parquet --out @chains.parquet", &["--out", "the table that is verified"]);
    refused("transit generate --count 0 --out @a.parquet", &["--count"]);
    refused("transit generate --count 5 --hops 33 --out @a.parquet", &["--hops", "0 to 32"]);
    refused("transit generate --count 5 --bad-share 1.5 --out @a.parquet", &["--bad-share", "from 0 to 1"]);
    refused("transit generate --count 5 --bad-share -1 --out @a.parquet", &["--bad-share"]);
    assert!(!Path::new(&place.path("a.parquet")).exists());
}

/// A Parquet file with any byte changed is read or refused, but never ends the program otherwise.
#[test]
fn a_damaged_table_is_refused_or_judged() {
    let place = Place::new();
    some_chains(&place.path("chains.parquet"), true);
    let whole = std::fs::read(place.path("chains.parquet")).expect("the table");
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        std::fs::write(place.path("damaged.parquet"), damaged).expect("a file");
        let ran = place.run("verify chains @damaged.parquet --device cpu --threads 1 --json");
        assert!(matches!(ran.code, Some(0..=2)), "byte {at}: {ran:?}");
    }
}

/// What the ledger holds is what the first row of a bank says, however the table is cut into batches.
#[test]
fn verdicts_do_not_depend_on_how_a_table_is_cut() {
    use arrow_array::RecordBatch;
    use gridnet_protocol::settlement::Kept;
    use gridnet_protocol::table::transit;
    use gridnet_protocol::table::{Given, Ledger};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let place = Place::new();
    place.run("transit generate --count 6 --hops 1 --length 3 --bad-share 0 --out @a.parquet").ended(0);
    let file = std::fs::File::open(place.path("a.parquet")).expect("the table");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let ledger = Ledger::read(reader.schema(), &Given::default()).expect("what it says of the ledger");
    let batch = reader.build().expect("rows").next().expect("a batch").expect("rows");
    let mut rows = transit::read(&batch).expect("rows");
    // Row 0 says that nothing is kept of its bank, and its copy behind the others says otherwise; of row 1's pool the
    // copy says nothing.
    let mut copy = rows[0].clone();
    let ceiling = copy.claim.as_ref().and_then(|claim| claim.bank.as_ref()).expect("a proof").ceiling;
    copy.kept = Some(Kept { depth: gridnet_protocol::value::Depth(2), ..Kept::new(ceiling) });
    rows.push(copy);
    let verdicts_of = |name: &str, tables: &[RecordBatch]| {
        let path = place.path(name);
        let file = std::fs::File::create(&path).expect("a file");
        let mut writer = arrow_ipc::writer::FileWriter::try_new(file, &tables[0].schema()).expect("columns");
        tables.iter().for_each(|table| writer.write(table).expect("rows"));
        writer.finish().expect("the end");
        let identities = place.path("a.identities.parquet");
        let line = format!("verify transit @{name} --identities {} --out @v.parquet", identities.display());
        place.run(&line).ended(1);
        verdicts(&place.path("v.parquet"))
    };
    let whole = transit::write(&rows, &ledger).expect("a table");
    let together = verdicts_of("whole.arrow", std::slice::from_ref(&whole));
    let cut: Vec<RecordBatch> = (0..whole.num_rows()).map(|row| whole.slice(row, 1)).collect();
    assert_eq!(verdicts_of("cut.arrow", &cut), together);
    assert_eq!(together[0], (0, None));
    assert_eq!(together[6], (6, Some("stale".to_owned())));
}
