//! A simulator of the ledger: many people who do everything that can be done, rightly and wrongly, in blocks that are taken
//! back again, by numbers that a seed draws. After every step what must hold is computed from the rows alone.

mod acts;
mod dice;
mod invariants;
mod root;
mod schedule;
mod tally;
mod world;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use gridnet_core::Engine;
use gridnet_protocol::ledger::Ledger;
use gridnet_protocol::state::Memory;
use gridnet_protocol::transaction::Transaction;
use gridnet_tests::chain::Chain;

use self::dice::Dice;
use self::tally::Tally;
use self::world::World;

/// How long a run is. Without it there are several short ones.
const STEPS: &str = "GRIDNET_SIMULATOR_STEPS";
/// What a long run draws from; 1 without it.
const SEED: &str = "GRIDNET_SIMULATOR_SEED";
/// Seeds and steps of the short runs.
const SHORT: (u64, u64) = (6, 150);
/// A run of so many steps must have seen everything.
const ENOUGH: u64 = 2_000;

/// One thread: a block here has a handful of signatures.
static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::builder().device("cpu").threads(1).build().expect("a CPU"));

/// A run.
struct Simulation {
    seed: u64,
    step: u64,
    dice: Dice,
    chain: Chain<'static>,
    world: World,
    /// The ledger as it was at the last heights.
    remembered: BTreeMap<u32, Ledger<Memory>>,
    /// Transactions that each sends in the block in the making.
    queued: BTreeMap<&'static str, u64>,
    /// What was tried last.
    last: Option<Transaction>,
    tally: Tally,
}

impl Drop for Simulation {
    /// Says how to see again what went wrong.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let (seed, step) = (self.seed, self.step);
            let command = "cargo test --profile ci -p gridnet-tests --test protocol simulator";
            eprintln!("step {step}, after trying {:?}", self.last);
            eprintln!("to see it again: {SEED}={seed} {STEPS}={} {command}", step + 1);
        }
    }
}

/// Runs a seed, and all the way back.
fn run(seed: u64, steps: u64) -> Tally {
    let mut simulation = Simulation::begin(seed);
    for step in 0..steps {
        simulation.step = step;
        simulation.go();
    }
    simulation.end()
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

#[test]
fn what_must_hold_holds_whatever_comes() {
    let mut tally = Tally::default();
    let steps = number(STEPS);
    match steps {
        Some(steps) => tally = run(number(SEED).unwrap_or(1), steps),
        None => (1..=SHORT.0).for_each(|seed| tally.add(run(seed, SHORT.1))),
    }
    println!("{tally}");
    let is_enough = steps.is_none_or(|steps| steps >= ENOUGH);
    let missing = tally.missing();
    assert!(!is_enough || missing.is_empty(), "never seen: {missing:?}\n{tally}");
}

/// Whoever reports a seed must be able to rely on it.
#[test]
fn a_seed_gives_the_same_run() {
    let tip = |seed| {
        let mut simulation = Simulation::begin(seed);
        (0..30).for_each(|_| simulation.go());
        simulation.chain.ledger.tip().expect("memory").id
    };
    assert_eq!(tip(7), tip(7));
    assert_ne!(tip(7), tip(8));
}
