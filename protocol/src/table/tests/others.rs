//! The ledger's metadata, identities, chains, verdicts.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::UInt64Type;
use arrow_array::{Array as _, BinaryArray, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Schema};
use gridnet_core::proof::identity::Proof;

use super::samples::{Draw, ledger};
use super::{column, with_arrays};
use crate::pool::ChainFunction;
use crate::reason::{Reason, Void};
use crate::table::{Given, Ledger, chains, identities, network, signatures, transit, verdicts};
use crate::value::{Height, Time, Units};
use crate::verify::{Chain, HopShare, Identity, Settled};
use crate::{Address, Network};

#[test]
fn a_schema_says_of_which_ledger_it_is() {
    let schema = transit::schema(&ledger()).expect("a schema");
    assert_eq!(Ledger::read(&schema, &Given::default()), Ok(ledger()));
    assert_eq!(network(&schema), Ok(Some(Network::Regtest)));
    let expected =
        [("gridnet.network", "regtest"), ("gridnet.height", "7"), ("gridnet.median_time", "1700000000")];
    assert_eq!(*schema.metadata(), expected.map(|(key, text)| (key.to_owned(), text.to_owned())).into());
    // What is given stands instead.
    let given = Given { network: Some(Network::Main), height: Some(Height(8)), median_time: Some(Time(9)) };
    let other = Ledger { network: Network::Main, height: Height(8), median_time: Time(9) };
    assert_eq!(Ledger::read(&schema, &given), Ok(other));
    assert_eq!(Ledger::read(&Schema::empty(), &given), Ok(other));
    let only = Given { height: Some(Height(8)), ..Given::default() };
    assert_eq!(Ledger::read(&schema, &only), Ok(Ledger { height: Height(8), ..ledger() }));
}

#[test]
fn a_key_that_is_missing_or_wrong_is_named() {
    let schema = transit::schema(&ledger()).expect("a schema");
    let all = Given { network: Some(Network::Main), height: Some(Height(1)), median_time: Some(Time(2)) };
    let wrong = [
        ("gridnet.network", "mian", Given { network: None, ..all }),
        ("gridnet.height", "4294967296", Given { height: None, ..all }),
        ("gridnet.median_time", "-1", Given { median_time: None, ..all }),
    ];
    for (key, text, given) in wrong {
        let with = |change: &dyn Fn(&mut HashMap<String, String>)| {
            let mut metadata = schema.metadata().clone();
            change(&mut metadata);
            let schema = Schema::new_with_metadata(schema.fields().clone(), metadata);
            // With all others given, and with none.
            let errors = [given, Given::default()].map(|given| Ledger::read(&schema, &given));
            assert_eq!(errors[0], errors[1]);
            assert!(Ledger::read(&schema, &all).is_ok(), "what is given is not looked for");
            errors[0].as_ref().expect_err("it is wrong").to_string()
        };
        let missing = with(&|metadata| drop(metadata.remove(key)));
        assert!(missing.contains(key) && missing.ends_with("and is missing"), "{missing}");
        for text in [text, "", "1e3", "0x10", " 1"] {
            let wrong = with(&|metadata| drop(metadata.insert(key.to_owned(), text.to_owned())));
            assert!(wrong.contains(key) && wrong.ends_with(&format!("and is {text:?}")), "{wrong}");
        }
    }
    assert_eq!(network(&Schema::empty()), Ok(None));
}

fn some_identities() -> Vec<(Address, Identity)> {
    let mut draw = Draw(1);
    let identity = |draw: &mut Draw| Identity {
        proof: Proof { repetitions: draw.number() as u32, nonce: draw.number() as u32 },
        registered: Height(draw.number() as u32),
        revoked: draw.yes(),
        stake: Units(draw.number()),
    };
    (0..20).map(|_| (Address(draw.bytes()), identity(&mut draw))).collect()
}

#[test]
fn identities_are_read_again() {
    let rows = some_identities();
    let batch = identities::write(&rows, Some(Network::Test)).expect("written");
    assert_eq!(network(batch.schema_ref()), Ok(Some(Network::Test)));
    assert_eq!(identities::schema(Some(Network::Test)), Ok(batch.schema()));
    let all: Vec<_> = rows.iter().copied().map(Some).collect();
    assert_eq!(identities::read(&batch), Ok(all.clone()));
    assert_eq!(identities::read(&batch.slice(3, 4)).as_deref(), Ok(&all[3..7]));
    let unsaid = identities::write(&rows, None).expect("written");
    assert_eq!(network(unsaid.schema_ref()), Ok(None));
    // A row each is malformed, in each column.
    let mut arrays = batch.columns().to_vec();
    let bytes = rows.iter().enumerate().map(|(row, (address, _))| &address.0[..32 - usize::from(row == 1)]);
    arrays[column(&batch, "address")] = Arc::new(BinaryArray::from_iter_values(bytes));
    let flags = rows.iter().enumerate().map(|(row, (_, identity))| (row != 2).then_some(identity.revoked));
    arrays[column(&batch, "revoked")] = Arc::new(flags.collect::<BooleanArray>());
    let heights = rows.iter().map(|(_, identity)| i64::from(identity.registered.0)).enumerate();
    let heights = heights.map(|(row, height)| if row == 4 { -1 } else { height });
    arrays[column(&batch, "registered")] = Arc::new(Int64Array::from_iter_values(heights));
    let read = identities::read(&with_arrays(&batch, arrays.clone())).expect("a table");
    for (row, (read, identity)) in read.into_iter().zip(all).enumerate() {
        assert_eq!(read, identity.filter(|_| ![1, 2, 4].contains(&row)), "row {row}");
    }
    arrays[column(&batch, "revoked")] = Arc::clone(batch.column(column(&batch, "nonce")));
    let error = identities::read(&with_arrays(&batch, arrays)).expect_err("numbers are no booleans");
    assert_eq!(error.to_string(), "column revoked of this table must be booleans, and is UInt32");
}

#[test]
fn chains_are_read_again() {
    let mut draw = Draw(9);
    let functions = [ChainFunction::Blake2s, ChainFunction::Sha256];
    let chain = |row: usize| Chain {
        function: functions[row % 2],
        start: draw.bytes(),
        steps: draw.number() as u32,
        end: draw.bytes(),
    };
    let rows: Vec<Chain> = (0..9).map(chain).collect();
    let batch = chains::write(&rows).expect("written");
    assert_eq!(chains::schema(), Ok(batch.schema()));
    let all: Vec<_> = rows.iter().copied().map(Some).collect();
    assert_eq!(chains::read(&batch), Ok(all.clone()));
    let mut arrays = batch.columns().to_vec();
    let numbers = (0..9).map(|row| if row == 5 { 2 } else { row % 2 });
    arrays[column(&batch, "function")] = Arc::new(Int64Array::from_iter_values(numbers));
    let read = chains::read(&with_arrays(&batch, arrays)).expect("a table");
    for (row, (read, chain)) in read.into_iter().zip(all).enumerate() {
        assert_eq!(read, chain.filter(|_| row != 5), "row {row}");
    }
    let error = chains::read(&batch.project(&[0, 1, 3]).expect("columns")).expect_err("one is missing");
    assert_eq!(error.to_string(), "column steps of this table must be there, and is missing");
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let texts: &StringArray = batch.column(column(batch, name)).as_string();
    texts.iter().map(|text| text.map(str::to_owned)).collect()
}

#[test]
fn verdicts_are_written() {
    let hop = |share, void| HopShare { share: Units(share), void };
    let settled = |hops: Vec<HopShare>| Settled {
        total: Units(100),
        fee: Units(10),
        receiver: Units(5),
        hops,
        burnt: Units(1),
    };
    let rows = [
        Ok(settled(vec![hop(40, None), hop(45, Some(Void::TooYoung))])),
        Err(Reason::Walk),
        Ok(settled(vec![])),
        Err(Reason::Shape),
        Ok(settled(vec![hop(u64::MAX, Some(Void::Unopened))])),
    ];
    let batch = verdicts::write(1 << 40, &rows).expect("written");
    assert_eq!(verdicts::schema(), Ok(batch.schema()));
    let indices: Vec<u64> = batch.column(0).as_primitive::<UInt64Type>().values().to_vec();
    assert_eq!(indices, [0, 1, 2, 3, 4].map(|row| (1 << 40) + row));
    let valid: Vec<_> = batch.column(column(&batch, "valid")).as_boolean().iter().collect();
    assert_eq!(valid, [true, false, true, false, true].map(Some));
    let reasons = texts(&batch, "reason");
    assert_eq!(reasons, [None, Some("walk"), None, Some("shape"), None].map(|text| text.map(str::to_owned)));
    for (name, amount) in [("total", 100), ("fee", 10), ("receiver", 5), ("burnt", 1)] {
        let amounts: Vec<_> =
            batch.column(column(&batch, name)).as_primitive::<UInt64Type>().iter().collect();
        assert_eq!(amounts, [Some(amount), None, Some(amount), None, Some(amount)], "{name}");
    }
    let hops = batch.column(column(&batch, "hops")).as_list::<i32>();
    assert_eq!(hops.value_offsets(), [0, 2, 2, 2, 2, 3]);
    assert_eq!((0..5).map(|row| hops.is_null(row)).collect::<Vec<_>>(), [false, true, false, true, false]);
    let hops = hops.values().as_struct();
    let shares = hops.column_by_name("share").expect("shares").as_primitive::<UInt64Type>();
    assert_eq!(shares.values().to_vec(), [40, 45, u64::MAX]);
    let void: Vec<_> = hops.column_by_name("void").expect("causes").as_string::<i32>().iter().collect();
    assert_eq!(void, [None, Some("too-young"), Some("unopened")]);
    assert_eq!(verdicts::write(u64::MAX, &rows).expect_err("no such index").name(), "overflow");
}

#[test]
fn short_verdicts_are_written() {
    let batch = verdicts::write_short(3, &[Ok(()), Err("repetitions"), Ok(())]).expect("written");
    assert_eq!(verdicts::short_schema(), Ok(batch.schema()));
    let names: Vec<_> = batch.schema_ref().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["index", "valid", "reason"]);
    assert_eq!(batch.column(0).as_primitive::<UInt64Type>().values().to_vec(), [3, 4, 5]);
    assert_eq!(texts(&batch, "reason"), [None, Some("repetitions".to_owned()), None]);
    assert_eq!(batch.column(1).as_boolean().iter().collect::<Vec<_>>(), [true, false, true].map(Some));
}

/// The columns of `docs/tables.md`, held against what is written.
#[test]
fn the_document_lists_every_column() {
    let document = include_str!("../../../../docs/tables.md");
    let listed = |heading: &str| -> Vec<(String, String)> {
        let (_, section) = document.split_once(&format!("\n## {heading}\n")).expect("a heading");
        let section = section.split("\n##").next().expect("the section");
        let rows = section.lines().filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
            Some((cells.next()?.trim_end_matches('`').to_owned(), cells.next()?.to_owned()))
        });
        rows.collect()
    };
    let written = |schema: &Schema| {
        let mut columns = Vec::new();
        schema.fields().iter().for_each(|field| list(field, "", &mut columns));
        columns
    };
    for (heading, schema) in [
        ("Transit pools", transit::schema(&ledger())),
        ("Identities", identities::schema(None)),
        ("Chains", chains::schema()),
        ("Signatures", signatures::schema()),
        ("Verdicts", verdicts::schema()),
    ] {
        assert_eq!(listed(heading), written(&schema.expect("a schema")), "{heading}");
    }

    fn list(field: &arrow_schema::Field, prefix: &str, columns: &mut Vec<(String, String)>) {
        let name = format!("{prefix}{}", field.name());
        let mut inner = Vec::new();
        let kind = match field.data_type() {
            DataType::FixedSizeBinary(width) => format!("{width} bytes"),
            DataType::Binary => "bytes".to_owned(),
            DataType::Utf8 => "text".to_owned(),
            DataType::Boolean => "boolean".to_owned(),
            DataType::Struct(fields) => {
                fields.iter().for_each(|field| list(field, &format!("{name}."), &mut inner));
                "struct".to_owned()
            }
            DataType::List(entry) => match entry.data_type() {
                DataType::Struct(fields) => {
                    fields.iter().for_each(|field| list(field, &format!("{name}."), &mut inner));
                    "list of structs".to_owned()
                }
                DataType::FixedSizeBinary(width) => format!("list of {width} bytes"),
                other => panic!("{other}"),
            },
            number => format!("`{}`", number.to_string().to_lowercase().replace("int", "")),
        };
        columns.push((name, format!("{kind}{}", if field.is_nullable() { ", or null" } else { "" })));
        columns.append(&mut inner);
    }
}
