//! Blocks and transactions as bytes: one form, and nothing else is read.

use gridnet_core::proof::header::Header;
use gridnet_core::{Control, Engine};

use super::{Block, Coinbase, compact_size, merkle, read_compact_size};
use crate::encoding::{decode, encode};
use crate::pool::ChainFunction;
use crate::sample::{Plan, Sampler};
use crate::transaction::{Action, Body, Claims, IdentityRegistration, Opened, Posted, Transaction};
use crate::value::{Height, Units};
use crate::{Address, Error, Network, SecretKey};

fn transfer(sequence: u64) -> Transaction {
    let key = SecretKey::from_seed([1; 32]);
    let action = Action::Transfer { to: Address([2; 32]), amount: Units(3) };
    let body = Body { sender: key.public(), sequence, fee: Units(4_000), action };
    body.sign(Network::Regtest, &key).expect("a signature")
}

fn coinbase(extranonce: u8) -> Transaction {
    Transaction::Coinbase(Coinbase {
        height: Height(7),
        extranonce: [extranonce; 12],
        payout: Address([5; 32]),
        amount: Units(6),
        state: [8; 32],
    })
}

/// A claim of two transit pools of three hops and a hundred hashes.
fn claim() -> Transaction {
    let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
    let plan = Plan { count: 2, hops: 3, length: 100, bad_in_a_million: 0, seed: 4 };
    let mut sampler = Sampler::new(plan, ChainFunction::Blake2s).expect("a plan");
    let samples = sampler.batch(&engine, 0, &Control::default()).expect("samples");
    let pools = samples.into_iter().map(|sample| sample.claim).collect();
    Transaction::Posted(Posted::Claim(Claims::new(pools).expect("two")))
}

/// One of each kind that is small.
fn small() -> Vec<Transaction> {
    let identity = IdentityRegistration { address: Address([9; 32]), repetitions: 2, nonce: 3 };
    let opening = crate::custody::Opening { identity: Address([1; 32]), blind: [2; 32] };
    let opened = Opened { held: [3; 32], opening };
    let posted = [Posted::Open(opened), Posted::RegisterIdentity(identity)];
    let posted = posted.into_iter().map(Transaction::Posted);
    [coinbase(0), transfer(0)].into_iter().chain(posted).collect()
}

fn block() -> Block {
    let transactions = vec![coinbase(0), transfer(0), claim(), transfer(1)];
    let mut block = Block { header: Header::GENESIS, transactions };
    block.header.merkle_root = block.merkle_root().expect("transactions").0;
    block
}

#[test]
fn a_block_has_one_form() {
    let block = block();
    let bytes = block.to_bytes();
    assert_eq!(Block::from_bytes(&bytes), Ok(block.clone()));
    assert_eq!(&bytes[..80], &block.header.to_bytes());
    assert_eq!(bytes[80], 4, "so many transactions");
    let refused = |bytes: &[u8]| {
        assert!(matches!(Block::from_bytes(bytes), Err(Error::Encoding { .. })), "{} bytes", bytes.len());
    };
    (0..bytes.len()).step_by(37).for_each(|length| refused(&bytes[..length]));
    refused(&[&bytes[..], &[0]].concat());
    // The same number, written longer; a number that is not true.
    refused(&[&bytes[..80], &[0xfd, 4, 0], &bytes[81..]].concat());
    refused(&[&bytes[..80], &[0xff; 9], &bytes[81..]].concat());
    refused(&vec![0; super::BYTES_MAX + 1]);
}

#[test]
fn a_block_is_read_no_further_than_it_may_weigh() {
    let Transaction::Posted(Posted::Claim(claims)) = claim() else { panic!("a claim") };
    let with = |steps: u32| {
        let mut pool = claims.as_slice()[0].clone();
        pool.steps = steps;
        let claim = Transaction::Posted(Posted::Claim(Claims::new(vec![pool]).expect("one")));
        Block { header: Header::GENESIS, transactions: vec![coinbase(0), claim] }.to_bytes()
    };
    assert!(Block::from_bytes(&with(1 << 24)).is_ok());
    let Err(Error::Encoding { why, .. }) = Block::from_bytes(&with(1 << 25)) else { panic!("too heavy") };
    assert!(why.contains("weighs more"), "{why}");
    // A claim of nothing, of which a block would hold hundreds of thousands.
    assert!(decode::<Transaction>("a transaction", &[2, 0, 0, 0, 0, 0]).is_err());
    assert!(Claims::new(Vec::new()).is_err());
}

#[test]
fn the_root_is_over_all_transactions_in_their_order() {
    let block = block();
    assert_eq!(block.merkle_root(), Some((block.header.merkle_root, false)));
    let mut other = block.clone();
    other.transactions.swap(1, 3);
    assert_ne!(other.merkle_root(), block.merkle_root());
    // Of three the last one twice has the same root: that is seen.
    let mut three = block.clone();
    three.transactions.truncate(3);
    let (root, mutated) = three.merkle_root().expect("transactions");
    three.transactions.push(three.transactions[2].clone());
    assert_eq!((three.merkle_root(), mutated), (Some((root, true)), false));
    three.transactions.clear();
    assert_eq!(three.merkle_root(), None);
}

#[test]
fn a_transaction_is_proven_by_its_branch() {
    let block = block();
    let ids: Vec<_> = block.transactions.iter().map(Transaction::id).collect();
    for (index, id) in ids.iter().enumerate() {
        let branch = merkle::branch(&ids, index).expect("a transaction");
        assert_eq!(merkle::climb(id, index as u32, &branch), Some(block.header.merkle_root));
    }
}

#[test]
fn miners_change_nothing_but_the_extranonce() {
    let (one, other) = (encode(&coinbase(0)), encode(&coinbase(0xff)));
    let start = Coinbase::EXTRANONCE_OFFSET;
    let end = start + super::EXTRANONCE_BYTES;
    assert_eq!((&one[..start], &one[end..]), (&other[..start], &other[end..]));
    assert_eq!((&one[start..end], &other[start..end]), (&[0; 12][..], &[0xff; 12][..]));
    assert!(one.len() >= 60, "stock miners want that much");
}

#[test]
fn no_transaction_can_be_taken_for_a_node_of_the_tree() {
    for transaction in small().into_iter().chain([claim()]) {
        let bytes = encode(&transaction);
        assert_ne!(bytes.len(), 64, "{transaction:?}");
        assert_eq!(decode::<Transaction>("a transaction", &bytes), Ok(transaction));
    }
    for bytes in [&[3, 0][..], &[2, 9], &[]] {
        assert!(decode::<Transaction>("a transaction", bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn what_is_signed_is_everything_but_the_signature() {
    let Transaction::Signed(signed) = transfer(0) else { panic!("a transfer is signed") };
    assert!(signed.is_signed(Network::Regtest) && !signed.is_signed(Network::Main));
    assert_eq!(signed.body.account(), Address::of(&signed.body.sender));
    let bytes = encode(&signed);
    // Its last 64 bytes are the signature.
    for place in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[place] ^= 1;
        let read = decode::<crate::transaction::Signed>("a transaction", &bad);
        assert!(!read.is_ok_and(|read| read.is_signed(Network::Regtest)), "{place}");
    }
}

#[test]
fn weight_is_bytes_and_what_must_be_computed() {
    let weight = |transaction: &Transaction| transaction.weight() - encode(transaction).len() as u64;
    let small: Vec<u64> = small().iter().map(weight).collect();
    // A proof of two repetitions is 68 bytes: one block, which begins a sixteenth.
    assert_eq!(small, [0, 64, 0, 1]);
    // Two pools, each of seven signatures and a hundred hashes.
    assert_eq!(weight(&claim()), 2 * (7 * 64 + 7));
}

#[test]
fn numbers_have_one_form() {
    for (number, length) in [
        (0, 1),
        (0xfc, 1),
        (0xfd, 3),
        (0xffff, 3),
        (0x1_0000, 5),
        (0xffff_ffff, 5),
        (0x1_0000_0000, 9),
        (u64::MAX, 9),
    ] {
        let mut bytes = Vec::new();
        compact_size(number, &mut bytes);
        assert_eq!(bytes.len(), length);
        let mut rest = &bytes[..];
        assert_eq!(read_compact_size(&mut rest), Some(number));
        assert!(rest.is_empty());
        assert_eq!(read_compact_size(&mut &bytes[..length - 1]), None, "{number}, cut off");
    }
    for long in [&[0xfd, 0xfc, 0][..], &[0xfe, 0xff, 0xff, 0, 0], &[0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]]
    {
        assert_eq!(read_compact_size(&mut &long[..]), None, "{long:?} fits in less");
    }
}
