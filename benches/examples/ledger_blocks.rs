//! Blocks full of claims, applied in memory: transit pools a second, and what of the time signatures, walks and the state
//! take. Prints the table of docs/performance.md.
//!
//! Nothing inside the ledger reads a clock. So the same signatures and the same walks are given to the engine alone, in turns
//! with whole blocks, and the state's part is the rest: decoding costs, verdicts, rows, the root, the audit. Times are the
//! clock's, so the machine should be quiet.
#![forbid(unsafe_code)]

use std::time::Instant;

use gridnet_core::{Control, Engine, HashFunction, Verify, Walk};
use gridnet_protocol::block::Block;
use gridnet_protocol::transit::ClaimedPool;
use gridnet_protocol::{Kind, SecretKey, sign};
use gridnet_tests::chain::Chain;
use gridnet_tests::world::NETWORK;

#[path = "common/full.rs"]
mod full;

use self::full::{claims, full, settled};

/// Turns; the median of each column is printed.
const TURNS: usize = 9;

fn main() {
    let engine = Engine::builder().device("cpu").build().expect("a CPU");
    println!(
        "| hops | hashes | pools of a block | bytes | ms | pools/s | signatures | walks | state and the rest |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for hops in [1, 3, 8] {
        for length in [1, 100, 10_000] {
            row(&engine, hops, length);
        }
    }
}

fn row(engine: &Engine, hops: usize, length: u32) {
    let mut chain = settled(engine);
    let block = full(&mut chain, hops, length);
    let claims = claims(&block);
    let (signed, starts) = (signatures(&claims), starts(&claims));
    let turn = |_| [applied(&chain, &block), verified(engine, &signed), walked(engine, &starts, length)];
    // The first turn warms caches.
    turn(0);
    let turns: Vec<[f64; 3]> = (0..TURNS).map(turn).collect();
    let median = |value: &dyn Fn(&[f64; 3]) -> f64| {
        let mut values: Vec<f64> = turns.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values[TURNS / 2]
    };
    let count = claims.len() as f64;
    println!(
        "| {hops} | {length} | {count} | {} | {:.1} | {:.0} | {:.0} % | {:.0} % | {:.0} % |",
        block.to_bytes().len(),
        1e3 * median(&|turn| turn[0]),
        median(&|turn| count / turn[0]),
        median(&|turn| 100.0 * turn[1] / turn[0]),
        median(&|turn| 100.0 * turn[2] / turn[0]),
        median(&|turn| 100.0 * (turn[0] - turn[1] - turn[2]) / turn[0]),
    );
}

/// Seconds that a block takes from its bytes on. The chain is as it was afterwards.
fn applied(chain: &Chain<'_>, block: &Block) -> f64 {
    let (mut ledger, bytes) = (chain.ledger.clone(), block.to_bytes());
    let began = Instant::now();
    let block = Block::from_bytes(&bytes).expect("a block");
    ledger.apply(chain.engine, &block, chain.now, &Control::default()).expect("a good block");
    began.elapsed().as_secs_f64()
}

/// Signatures of as many keys as the claims have: the owner's and the receiver's come again and again, those of hops once.
struct Signatures {
    keys: Vec<[u8; 32]>,
    digests: Vec<[u8; 32]>,
    signatures: Vec<[u8; 64]>,
}

fn signatures(claims: &[ClaimedPool]) -> Signatures {
    let mut made = Signatures { keys: Vec::new(), digests: Vec::new(), signatures: Vec::new() };
    let often = [SecretKey::from_seed([1; 32]), SecretKey::from_seed([2; 32])];
    let mut add = |key: &SecretKey| {
        let subject = made.keys.len() as u64;
        made.keys.push(key.public().0);
        made.digests.push(sign::digest(NETWORK, Kind::Token, &subject));
        made.signatures.push(sign::sign(key, NETWORK, Kind::Token, &subject).0);
    };
    for (number, claim) in (0u64..).zip(claims) {
        // The owner's of the token; the receiver's of its keys, and of the transit pool.
        [&often[0], &often[1], &often[1]].into_iter().for_each(&mut add);
        for hop in 3..claim.pool.signatures() {
            let mut seed = [3; 32];
            seed[..8].copy_from_slice(&number.to_le_bytes());
            seed[8..16].copy_from_slice(&hop.to_le_bytes());
            add(&SecretKey::from_seed(seed));
        }
    }
    made
}

fn verified(engine: &Engine, signed: &Signatures) -> f64 {
    let Signatures { keys, digests, signatures } = signed;
    let question = Verify { keys, messages: digests.as_flattened(), length: 32, signatures };
    let began = Instant::now();
    let report = engine.verify(&question, &Control::default()).expect("verdicts");
    assert!(report.value.iter().all(Result::is_ok));
    began.elapsed().as_secs_f64()
}

fn starts(claims: &[ClaimedPool]) -> Vec<[u8; 32]> {
    claims.iter().map(|claim| claim.pool.token.word.0).collect()
}

fn walked(engine: &Engine, starts: &[[u8; 32]], length: u32) -> f64 {
    let steps = vec![u64::from(length); starts.len()];
    let question = Walk { function: HashFunction::BLAKE2S, starts, steps: &steps };
    let began = Instant::now();
    engine.walk(&question, &Control::default()).expect("ends");
    began.elapsed().as_secs_f64()
}
