//! Tables for tests, written and read with the field's own crates.

use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray as _;
use arrow_array::types::UInt64Type;
use arrow_array::{Array as _, RecordBatch};
use gridnet_core::proof::identity::mint;
use gridnet_core::{Control, Engine, HashFunction};
use gridnet_protocol::pool::ChainFunction;
use gridnet_protocol::sample::signatures::Signatures;
use gridnet_protocol::table::{chains, identities, signatures};
use gridnet_protocol::value::{Height, Units};
use gridnet_protocol::verify::{Chain, Identity, SignedMessage};
use gridnet_protocol::{Address, Network, identity};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Writes a table.
pub(crate) fn write(path: &Path, table: &RecordBatch) {
    let file = File::create(path).expect("a file");
    let mut writer = ArrowWriter::try_new(file, table.schema(), None).expect("columns");
    writer.write(table).expect("rows");
    writer.close().expect("the end");
}

/// Chains of three lengths; the second and the fifth are wrong if that is wanted.
pub(crate) fn some_chains(path: &Path, good: bool) {
    let chain = |index: u32| {
        let function = ChainFunction::ALL[index as usize % 2];
        let hash = |value: [u8; 32], _| function.hash_function().hash(&value);
        let mut end = (0..index * 10).fold([index as u8; 32], hash);
        if !good && [1, 4].contains(&index) {
            end[7] ^= 1;
        }
        Chain { function, start: [index as u8; 32], steps: index * 10, end }
    };
    write(path, &chains::write(&(0..6).map(chain).collect::<Vec<_>>()).expect("a table"));
}

/// Identities of regtest; the third one's proof is another's if that is wanted.
pub(crate) fn some_identities(path: &Path, good: bool) {
    let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
    let target = identity::target(Network::Regtest);
    let made = |index: u8| {
        let address = Address(HashFunction::Sha256.hash(&[index]));
        let of = if !good && index == 2 { Address([9; 32]) } else { address };
        let minted = mint(&engine, &of.0, target, 32, &Control::default()).expect("a proof");
        let (registered, stake) = (Height(1), Units(5));
        (address, Identity { proof: minted.value.proof, registered, revoked: false, stake })
    };
    let made: Vec<_> = (0..5).map(made).collect();
    write(path, &identities::write(&made, None).expect("a table"));
}

/// Signatures of messages of three lengths; four of them are bad in a way each if that is wanted.
pub(crate) fn some_signatures(path: &Path, good: bool) {
    let signed = |index: usize| {
        let mut made = Signatures::new(index as u64, [32, 0, 200][index % 3]);
        made.grow(1);
        let first = made.first(1);
        let (key, message) = (first.keys[0], first.messages.to_vec());
        SignedMessage { key, message, signature: first.signatures[0] }
    };
    let mut rows: Vec<SignedMessage> = (0..200).map(signed).collect();
    if !good {
        rows[10].key = [2; 32];
        rows[20].signature[..32].fill(2);
        rows[30].signature[63] |= 0xf0;
        rows[40].signature = rows[41].signature;
    }
    write(path, &signatures::write(&rows).expect("a table"));
}

/// The reasons of a table of verdicts, with the indices of its rows; those that are valid have none.
pub(crate) fn verdicts(path: &Path) -> Vec<(u64, Option<String>)> {
    let file = File::open(path).expect("a table of verdicts");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("rows");
    let mut all = Vec::new();
    for batch in reader {
        let batch = batch.expect("rows");
        let column = |name: &str| batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
        let index = column("index").as_primitive::<UInt64Type>();
        let valid = column("valid").as_boolean();
        let reason = column("reason").as_string::<i32>();
        for row in 0..batch.num_rows() {
            let reason = (!reason.is_null(row)).then(|| reason.value(row).to_owned());
            assert_eq!(valid.value(row), reason.is_none(), "row {row}");
            all.push((index.value(row), reason));
        }
    }
    all
}
