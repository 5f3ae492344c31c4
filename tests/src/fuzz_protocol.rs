//! Fuzz targets of the protocol: every decoder, and the whole verifier.

use std::sync::LazyLock;

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_core::{Control, Engine};
use gridnet_protocol::custody::{Candidate, Custody};
use gridnet_protocol::datagram::Datagram;
use gridnet_protocol::encoding::{List, decode, encode};
use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::ledger::genesis;
use gridnet_protocol::pool::{OwnedPool, PoolCard, Registration};
use gridnet_protocol::reason::Reason;
use gridnet_protocol::spv::receipt::{Options, Receipt};
use gridnet_protocol::spv::{Checkpoint, HeaderChain, Headers, StateEntry, TransactionProof};
use gridnet_protocol::state::Table;
use gridnet_protocol::token::Token;
use gridnet_protocol::transit::ClaimedPool;
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::{Height, Time};
use gridnet_protocol::verify::{Sequence, verify_transit_pools};

use crate::fuzz_targets::Reached;
use crate::receipts::Sale;
use crate::world::{Course, NETWORK, NOW, World};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    Engine::builder().device("cpu").threads(1).build().expect("the CPU's paths pass their self-test")
});

/// The first block alone.
static CHAIN: LazyLock<HeaderChain> = LazyLock::new(|| {
    let (start, now) = (Checkpoint::first(NETWORK), Time(u64::MAX));
    let headers = Headers::new([genesis(NETWORK).header]).expect("one");
    HeaderChain::verify(&ENGINE, NETWORK, start, &headers, now, &Control::default()).expect("it is known")
});

static WORLD: LazyLock<World> = LazyLock::new(|| World::new(&ENGINE));

/// Good encodings: a first byte that says of what, and the bytes.
pub fn good_encodings() -> Vec<Vec<u8>> {
    let mut world = World::new(&ENGINE);
    let session = world.session(&Course { by_bearer: vec![1], ..Course::default() });
    let (token, custody) = (session.token, session.custody.clone());
    let card = world.pool.card(token.bank).expect("a card");
    let datagram = Datagram {
        token,
        card: Some(card.clone()),
        custody: custody.clone(),
        destination: crate::world::carrier("ann"),
        expiry: NOW,
        payload: gridnet_protocol::datagram::Payload::new(vec![7; 20]).expect("short"),
    };
    let claim = world.claim(world.assemble(&session));
    let mut sale = Sale::new(&ENGINE);
    let from = sale.street.chain.height() - 3;
    let receipt = sale.receipt(&Policy::default(), from, 6);
    let settled = &receipt.evidence.settled;
    let entry = StateEntry {
        root: receipt.root.clone(),
        table: Table::Contracts,
        key: List::new("a key", receipt.evidence.contract.0.to_vec()).expect("short"),
        row: settled.clone(),
    };
    let block = &sale.street.chain.blocks[3].0;
    let inclusion = TransactionProof::of(block, Height(4), 0).expect("a coinbase");
    let encodings: [Vec<u8>; 12] = [
        token.to_bytes(),
        custody.to_bytes(),
        claim.to_bytes(),
        datagram.to_file(),
        FraudProof::new(NETWORK, token, token).to_bytes(),
        encode(world.pool.registration()),
        encode(&card),
        encode(&custody.links()[0].hop),
        world.pool.to_file().to_vec(),
        inclusion.to_bytes(),
        entry.to_bytes(),
        receipt.to_bytes(),
    ];
    (0..).zip(encodings).map(|(kind, bytes): (u8, _)| [&[kind][..], &bytes].concat()).collect()
}

/// What decodes is encoded by the same bytes, and nothing that is decoded panics when it is looked at.
pub fn decoders(data: &[u8]) -> Reached {
    let Some((kind, bytes)) = data.split_first() else { return Reached::Refusal };
    let decoded = match kind % 12 {
        0 => canonical::<Token>(bytes).map(|token| look(token.check(NETWORK))),
        1 => canonical::<Custody>(bytes).map(|custody| {
            let world = &*WORLD;
            let token = good_token();
            look((custody.check(NETWORK, &token), custody.open(&token, &world.receiver.secret)));
        }),
        2 => canonical::<ClaimedPool>(bytes).map(|claim| {
            assert!(claim.weight() >= bytes.len() as u64);
            look(claim.pool.check(NETWORK));
        }),
        3 => Datagram::from_file(bytes).ok().map(|datagram| {
            assert_eq!(datagram.to_file(), bytes);
            look(datagram.check(NETWORK, NOW, None));
        }),
        4 => canonical::<FraudProof>(bytes).map(|proof| look(proof.check(NETWORK))),
        5 => canonical::<Registration>(bytes).map(|registration| look(registration.check())),
        6 => canonical::<PoolCard>(bytes).map(|card| look(card.is_of(NETWORK, &good_token()))),
        7 => canonical::<Candidate>(bytes).map(look),
        8 => OwnedPool::resume(bytes).ok().map(|mut pool| {
            assert_eq!(*pool.to_file(), bytes);
            draw_all(&mut pool);
        }),
        9 => canonical::<TransactionProof>(bytes).map(|proof| look(proof.verify(&CHAIN))),
        10 => canonical::<StateEntry>(bytes).map(|entry| look(entry.verify(&CHAIN))),
        _ => canonical::<Receipt>(bytes).map(|receipt| {
            // As somebody takes it who believes whatever it begins with.
            let start =
                Checkpoint { height: receipt.start, id: receipt.headers.first_id().unwrap_or_default() };
            let policy = Policy::default();
            let options = Options { network: NETWORK, start, depth: 0, policy, now: Time(u64::MAX) };
            look(receipt.verify(&ENGINE, &options, &Control::default()));
        }),
    };
    if decoded.is_some() { Reached::Answer } else { Reached::Refusal }
}

/// Whatever it says, it was said without a panic.
fn look<T>(_: T) {}

fn good_token() -> Token {
    static TOKEN: LazyLock<Token> = LazyLock::new(|| World::new(&ENGINE).session(&Course::default()).token);
    *TOKEN
}

/// The value of an encoding, which is the only one that it has.
fn canonical<T: BorshDeserialize + BorshSerialize>(bytes: &[u8]) -> Option<T> {
    let value = decode::<T>("a value", bytes).ok()?;
    assert_eq!(encode(&value), bytes);
    Some(value)
}

/// Issues tokens from every bank of a pool that may have been tampered with.
fn draw_all(pool: &mut OwnedPool) {
    let length = pool.registration().length;
    let given: Vec<u32> = pool.issued().map(|depth| depth.0).collect();
    for (bank, given) in (0..).zip(given) {
        for depth in [given + 1, given + 2, length] {
            let course = Course { depth, ..Course::default() };
            let ask = gridnet_protocol::pool::owner::Ask {
                receiver: WORLD.receiver.public,
                content: course.content,
                terms: course.terms,
                issued: course.times.0,
                expiry: course.times.1,
                depth: gridnet_protocol::value::Depth(depth),
                source: gridnet_protocol::pool::owner::Source::Bank(bank),
            };
            let _ = pool.issue(&ask, |_| Ok::<(), ()>(()));
        }
    }
}

/// A transit pool is bad for what it says on its own, or for what the ledger holds, whichever comes first; and twice in a
/// list it is paid once.
pub fn verifier(data: &[u8]) -> Reached {
    let Ok(claim) = ClaimedPool::from_bytes(data) else { return Reached::Refusal };
    let context = &WORLD.context;
    let claims = [claim.clone(), claim.clone()];
    let answer = verify_transit_pools(&ENGINE, &claims, context, &Control::default());
    let verdicts = answer.expect("an answer").verdicts;
    assert_eq!(Sequence::default().verify_plainly(&claim, context), verdicts[0]);
    match &verdicts[0] {
        Ok(settled) => {
            assert_eq!(claim.pool.check(NETWORK), Ok(()));
            let shares = settled.hops.iter().filter(|hop| !hop.is_burnt()).map(|hop| hop.share.0);
            let parts = [settled.fee.0, settled.receiver.0, settled.burnt.0].into_iter().chain(shares);
            assert_eq!(parts.sum::<u64>(), settled.total.0);
            assert_eq!(verdicts[1], Err(Reason::Stale));
        }
        Err(reason) => {
            // What it says on its own never comes before the verdict's reason.
            assert!(claim.pool.check(NETWORK).err().is_none_or(|own| own >= *reason));
            assert_eq!(verdicts[1], verdicts[0]);
        }
    }
    Reached::Answer
}

/// Claims that are good, for [`verifier`].
pub fn good_claims() -> Vec<Vec<u8>> {
    let mut world = World::new(&ENGINE);
    let courses = [
        Course { by_bearer: vec![0], ..Course::default() },
        Course { carriers: vec![], depth: 21, ..Course::default() },
    ];
    courses.iter().map(|course| world.claimed(course).to_bytes()).collect()
}
