//! `gridnet export`: tables that add up to what the ledger says.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray as _;
use arrow_array::types::{UInt32Type, UInt64Type};
use arrow_array::{Array as _, RecordBatch, StructArray};
use gridnet_protocol::block::reward;
use gridnet_protocol::value::Height;
use gridnet_tests::chain::address;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::data::{CARRIERS, STORY, some_chain};
use crate::run::{gridnet, keys};

const TABLES: [&str; 5] = ["blocks", "transactions", "claims", "readings", "contracts"];

/// All rows of a table. There are few.
fn table(folder: &Path, name: &str) -> RecordBatch {
    let file = File::open(folder.join(format!("{name}.parquet"))).expect("a table");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let schema = reader.schema().clone();
    let batches: Vec<_> = reader.build().expect("rows").map(|batch| batch.expect("rows")).collect();
    match batches.as_slice() {
        [] => RecordBatch::new_empty(schema),
        // Its own schema has no metadata.
        [one] => one.clone().with_schema(schema).expect("the same columns"),
        _ => panic!("a small table is one batch"),
    }
}

fn numbers(table: &RecordBatch, name: &str) -> Vec<u64> {
    let column = table.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
    match column.as_primitive_opt::<UInt64Type>() {
        Some(numbers) => numbers.values().to_vec(),
        None => column.as_primitive::<UInt32Type>().values().iter().map(|&number| number.into()).collect(),
    }
}

fn texts(table: &RecordBatch, name: &str) -> Vec<String> {
    let column = table.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
    column.as_string::<i32>().iter().map(|text| text.unwrap_or_default().to_owned()).collect()
}

/// Exports the story, and gives where its chain and its tables are.
fn exported(more: &[&str]) -> (tempfile::TempDir, PathBuf, serde_json::Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, tables) = (folder.path().join("data"), folder.path().join("tables"));
    some_chain(&data);
    let plain = |path: &Path| path.to_str().expect("a plain name").to_owned();
    let (data, out) = (plain(&data), plain(&tables));
    let mut args = vec!["export", "--parquet", &out, "--data-dir", &data, "--json"];
    args.extend(more);
    let answer = gridnet(&args).ended(0).json();
    (folder, tables, answer)
}

#[test]
fn money_adds_up() {
    let (_folder, tables, answer) = exported(&[]);
    assert_eq!(
        keys(&answer),
        [
            "blocks",
            "claims",
            "contracts",
            "from",
            "network",
            "parquet",
            "readings",
            "seconds",
            "to",
            "transactions"
        ]
    );
    let [blocks, transactions, claims, readings, contracts] = TABLES.map(|name| table(&tables, name));
    for (name, table) in TABLES.iter().zip([&blocks, &transactions, &claims, &readings, &contracts]) {
        assert_eq!(answer[name], table.num_rows(), "{name}");
        let network = table.schema_ref().metadata().get("gridnet.network").map(String::as_str);
        assert_eq!(network, Some("regtest"), "{name}");
    }
    assert_eq!(blocks.num_rows(), STORY.blocks.len() + 1);
    assert_eq!((claims.num_rows(), readings.num_rows(), contracts.num_rows()), (2, 4, 1));

    // A producer gets the reward and what the block's transactions pay.
    let mut paid: BTreeMap<u64, u64> = BTreeMap::new();
    for (height, fee) in numbers(&transactions, "height").into_iter().zip(numbers(&transactions, "fee")) {
        *paid.entry(height).or_default() += fee;
    }
    let (fees, amounts) = (numbers(&blocks, "fees"), numbers(&blocks, "amount"));
    for (height, (fees, amount)) in fees.into_iter().zip(amounts).enumerate() {
        assert_eq!(paid[&(height as u64)], fees, "block {height}");
        assert_eq!(amount, reward(Height(height as u32)).0 + fees, "block {height}");
    }
    assert!(numbers(&blocks, "fees").iter().sum::<u64>() > 0);

    // A claim pays what it is worth, and each carrier has what its hops were paid.
    let hops = claims.column_by_name("hops").expect("hops").as_list::<i32>();
    let mut carried: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    let mut voids = Vec::new();
    let columns = ["total", "fee", "to_receiver", "burnt"].map(|name| numbers(&claims, name).into_iter());
    let [totals, fees, receivers, burnt] = columns;
    for (row, (((total, fee), receiver), burnt)) in totals.zip(fees).zip(receivers).zip(burnt).enumerate() {
        let hops = hops.value(row);
        let hops: &StructArray = hops.as_struct();
        let shares = hops.column_by_name("share").expect("shares").as_primitive::<UInt64Type>();
        let void = hops.column_by_name("void").expect("voids").as_string::<i32>();
        let identity = hops.column_by_name("identity").expect("identities").as_fixed_size_binary();
        let mut paid = 0;
        for hop in 0..hops.len() {
            if void.is_null(hop) {
                paid += shares.value(hop);
                *carried.entry(identity.value(hop).to_vec()).or_default() += shares.value(hop);
            } else {
                voids.push(void.value(hop).to_owned());
            }
        }
        assert_eq!(total, fee + receiver + burnt + paid, "claim {row}");
        assert!(total > 0 && fee > 0 && receiver > 0 && paid > 0, "claim {row}");
    }
    assert_eq!(voids, ["unregistered"]);
    let has = CARRIERS.map(|name| carried[address(name).0.as_slice()]);
    assert_eq!(has, STORY.carriers);

    // 6.2 kWh were settled.
    assert_eq!(texts(&contracts, "standing"), ["settled"]);
    assert_eq!(numbers(&contracts, "delivered"), [6_200]);
    assert_eq!(numbers(&readings, "export").into_iter().max(), Some(6_500));
    let kinds = texts(&transactions, "kind");
    let count = |kind: &str| kinds.iter().filter(|one| *one == kind).count();
    assert_eq!((count("coinbase"), count("claim"), count("open-contract")), (blocks.num_rows(), 2, 1));
}

/// What the tests of other languages read. `GRIDNET_WRITE_TABLES=1` writes it anew.
#[test]
fn the_published_tables_are_these() {
    let (_folder, tables, _) = exported(&[]);
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/export");
    for name in TABLES {
        let file = format!("{name}.parquet");
        if std::env::var_os("GRIDNET_WRITE_TABLES").is_some() {
            std::fs::create_dir_all(&published).expect("a folder");
            std::fs::copy(tables.join(&file), published.join(&file)).expect("a table");
        }
        assert_eq!(table(&tables, name), table(&published, name), "{name}");
    }
}

#[test]
fn a_part_is_what_the_whole_has_there() {
    let (_folder, tables, _) = exported(&[]);
    let last = STORY.blocks.len().to_string();
    let (_other, part, answer) = exported(&["--from", "5", "--to", &last]);
    assert_eq!(
        (answer["from"].as_u64(), answer["blocks"].as_u64()),
        (Some(5), Some(STORY.blocks.len() as u64 - 4))
    );
    let (whole, part) = (table(&tables, "blocks"), table(&part, "blocks"));
    assert_eq!(whole.slice(5, whole.num_rows() - 5), part);
}

#[test]
fn what_cannot_be_exported_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a plain name").to_owned();
    let (data, out) = (path("data"), path("tables"));
    let run = |more: &[&str]| {
        let mut args = vec!["export", "--parquet", &out, "--data-dir", &data];
        args.extend(more);
        let ran = gridnet(&args).ended(2);
        assert_eq!(ran.out, "", "{ran:?}");
        ran.err
    };
    let none = run(&[]);
    assert!(none.contains("there is no chain yet") && none.contains("data"), "{none}");
    assert!(!Path::new(&data).exists(), "reading makes nothing");
    some_chain(Path::new(&data));
    let beyond = run(&["--to", "1000000"]);
    assert!(beyond.contains("--to: the last block is at height"), "{beyond}");
    let backwards = run(&["--from", "3", "--to", "2"]);
    assert!(backwards.contains("--from: expected at most 2, got 3"), "{backwards}");
    let other = run(&["--network", "test"]);
    assert!(other.contains("holds the chain of regtest, and test was asked for"), "{other}");
    let lock = gridnet_node::storage::DirectoryLock::take(Path::new(&data)).expect("nobody uses it");
    let used = run(&[]);
    assert!(used.contains("a node uses") && used.contains("stop it first"), "{used}");
    drop(lock);
    assert!(!Path::new(&out).join("blocks.parquet").exists(), "no table of a part");
}
