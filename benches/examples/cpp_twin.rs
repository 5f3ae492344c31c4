//! What C++ is measured against: the same calls on the same data, made from Rust. `benches/cpp/compare.sh` runs both.
//!
//! `cpp_twin write FILE [COUNT]` makes the data, `cpp_twin FILE` prints figures: transit pools a second for all of them at once, and
//! nanoseconds for one thing alone.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::Instant;

use gridnet_core::proof::header::Header;
use gridnet_core::{Control, Engine, Order};
use gridnet_protocol::datagram::{Datagram, Payload};
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::pool::{ChainFunction, Registration};
use gridnet_protocol::sample::{Plan, Sampler};
use gridnet_protocol::settlement::Kept;
use gridnet_protocol::transit::ClaimedPool;
use gridnet_protocol::value::{Content, Height, Time};
use gridnet_protocol::verify::{Context, Identity, verify_transit_pools};
use gridnet_protocol::{Address, Network};
use gridnet_tests::world::{Course, NETWORK, NOW, World, carrier};

/// Transit pools that are verified together, unless another number is asked for.
const COUNT: u64 = 65_536;
/// How often one thing is done for one figure.
const TURNS: u32 = 500;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", file] => std::fs::write(file, data(COUNT)?)?,
        ["write", file, count] => std::fs::write(file, data(count.parse()?)?)?,
        [file] => measure(&std::fs::read(file)?)?,
        _ => return Err("usage: cpp_twin FILE, or cpp_twin write FILE [COUNT]".into()),
    }
    Ok(())
}

/// Numbers, little-endian, each list after its length, each encoding after its own.
fn data(count: u64) -> Result<Vec<u8>, gridnet_core::Error> {
    let engine = Engine::builder().device("cpu").build()?;
    let plan = Plan { count, hops: 5, length: 100, bad_in_a_million: 20_000, seed: 1 };
    let mut sampler = Sampler::new(plan, ChainFunction::Blake2s).expect("a plan");
    let mut samples = Vec::new();
    for number in 0.. {
        let batch = sampler.batch(&engine, number, &Control::default())?;
        if batch.is_empty() {
            break;
        }
        samples.extend(batch);
    }
    let mut context = sampler.context().clone();
    samples.iter().for_each(|sample| sample.enter(&mut context));

    let mut out = Vec::new();
    out.extend(context.network.id().to_le_bytes());
    out.extend(context.height.0.to_le_bytes());
    out.extend(context.median_time.0.to_le_bytes());
    let blob = |out: &mut Vec<u8>, bytes: Vec<u8>| {
        out.extend((bytes.len() as u32).to_le_bytes());
        out.extend(bytes);
    };
    out.extend((context.pools.len() as u32).to_le_bytes());
    context.pools.values().for_each(|registration| blob(&mut out, encode(registration)));
    out.extend((context.identities.len() as u32).to_le_bytes());
    for (address, identity) in &context.identities {
        out.extend(address.0);
        out.extend(identity.proof.repetitions.to_le_bytes());
        out.extend(identity.proof.nonce.to_le_bytes());
        out.extend(identity.registered.0.to_le_bytes());
        out.push(identity.revoked.into());
        out.extend(identity.stake.0.to_le_bytes());
    }
    out.extend((context.kept.len() as u32).to_le_bytes());
    for ((pool, bank), kept) in &context.kept {
        out.extend(pool.0);
        out.extend(bank.to_le_bytes());
        out.extend(kept.depth.0.to_le_bytes());
        out.extend(kept.word.0);
        out.push(kept.session.is_some().into());
        out.extend(kept.session.unwrap_or_default().0);
    }
    out.extend((samples.len() as u32).to_le_bytes());
    samples.iter().for_each(|sample| blob(&mut out, sample.claim.to_bytes()));
    blob(&mut out, datagram(&engine).to_file());
    Ok(out)
}

/// On the network of the tests, with three hops.
fn datagram(engine: &Engine) -> Datagram {
    let mut world = World::new(engine);
    let (destination, expiry) = (carrier("destination"), Time(NOW.0 + 50));
    let payload = Payload::new(vec![7; 300]).expect("short");
    let content = Content::of_bundle(&destination, expiry, payload.as_bytes());
    let session = world.session(&Course { content, ..Course::default() });
    let card = world.pool.card(session.token.bank).ok();
    Datagram { token: session.token, card, custody: session.custody, destination, expiry, payload }
}

/// Reads what [`data`] wrote.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        self.0.split_off(..count).expect("the file goes on")
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().expect("as many bytes")
    }

    fn number(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    fn blob(&mut self) -> &'a [u8] {
        let count = self.number() as usize;
        self.take(count)
    }
}

fn measure(file: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
    let mut file = Reader(file);
    let network = Network::from_id(file.number()).ok_or("no network")?;
    let (height, time) = (Height(file.number()), Time(u64::from_le_bytes(file.array())));
    let mut context = Context::new(network, height, time);
    for _ in 0..file.number() {
        context.register(decode::<Registration>("a registration", file.blob())?);
    }
    for _ in 0..file.number() {
        let address = Address(file.array());
        let (repetitions, nonce) = (file.number(), file.number());
        let identity = Identity {
            proof: gridnet_core::proof::identity::Proof { repetitions, nonce },
            registered: Height(file.number()),
            revoked: file.array() == [1],
            stake: gridnet_protocol::value::Units(u64::from_le_bytes(file.array())),
        };
        context.identities.insert(address, identity);
    }
    for _ in 0..file.number() {
        let bank = (gridnet_protocol::value::PoolId(file.array()), u16::from_le_bytes(file.array()));
        let depth = gridnet_protocol::value::Depth(file.number());
        let word = gridnet_protocol::value::Word(file.array());
        let (has_session, session) = (file.array() == [1], file.array());
        let session = has_session.then_some(gridnet_protocol::value::Session(session));
        context.kept.insert(bank, Kept { depth, word, session });
    }
    let count = file.number();
    let claims: Result<Vec<ClaimedPool>, _> =
        (0..count).map(|_| ClaimedPool::from_bytes(file.blob())).collect();
    let claims = claims?;
    let datagram = Datagram::from_file(file.blob())?;

    let engine = Engine::builder().device("cpu").build()?;
    let began = Instant::now();
    let verified = verify_transit_pools(&engine, &claims, &context, &Control::default())?;
    let seconds = began.elapsed().as_secs_f64();
    let good = verified.verdicts.iter().filter(|verdict| verdict.is_ok()).count();
    println!("bulk {:.1}", claims.len() as f64 / seconds);

    let header = Header::GENESIS.to_bytes();
    let card = datagram.card.as_ref().ok_or("no card")?;
    let pool = &claims[0].pool;
    single("header", || {
        let header = Header::from_bytes(black_box(&header));
        header.target().is_ok_and(|target| target.is_met_by(&header.id(), Order::Little))
    });
    single("token", || black_box(&datagram.token).check(NETWORK).is_ok());
    single("card", || black_box(card).is_of(NETWORK, &datagram.token));
    single("custody", || black_box(&datagram.custody).check(NETWORK, &datagram.token).is_ok());
    single("datagram", || black_box(&datagram).check(NETWORK, NOW, None).is_ok());
    single("transit", || black_box(pool).check(network).is_ok());
    println!("good {good}");
    Ok(())
}

/// The median time that one call takes.
fn single(name: &str, call: impl Fn() -> bool) {
    let mut nanoseconds: Vec<u128> = (0..TURNS)
        .map(|_| {
            let began = Instant::now();
            assert!(black_box(call()), "{name} is good");
            began.elapsed().as_nanos()
        })
        .collect();
    nanoseconds.sort_unstable();
    println!("{name} {}", nanoseconds[nanoseconds.len() / 2]);
}
