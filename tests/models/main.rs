//! The two games that are played about money, each as a model whose whole state space is looked at: contracts that are
//! closed and answered ([`contract`]), claims that race for one bank ([`claims`]). The models call the rules themselves,
//! and add only who may do what when. And a proof by enumeration, within bounds, of how money is split ([`split`]).
//!
//! No model has a cycle, which each asserts with every step: so every run ends, and what is true of all states that have
//! no successor is what every run comes to.
#![forbid(unsafe_code)]

mod claims;
mod contract;
mod split;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::Hash;
use std::time::Instant;

use stateright::{Checker, Expectation, HasDiscoveries, Model};

/// Looks at every state of a model: each property holds, each end that there should be is reached. How many states there
/// are.
fn explore<M>(name: &str, model: M) -> usize
where
    M: Model<State: Clone + Debug + Hash + PartialEq + Send + Sync, Action: Clone + Debug + PartialEq>
        + Send
        + Sync
        + 'static,
{
    let begin = Instant::now();
    let checker = model.checker().spawn_bfs().join();
    checker.assert_properties();
    // The checker ends early only when nothing is left to be found; what always holds is never found to fail.
    let holds = |expectation: &Expectation| *expectation == Expectation::Always;
    assert!(checker.model().properties().iter().any(|property| holds(&property.expectation)));
    assert!(checker.is_done(), "no state is left out");
    let (states, steps, depth) = (checker.unique_state_count(), checker.state_count(), checker.max_depth());
    let seconds = begin.elapsed().as_secs_f32();
    println!("{name}: {states} states, {steps} steps to them, {depth} deep, in {seconds:.1} s");
    states
}

/// That the checker finds a state in which a property of a broken model does not hold.
fn finds<M>(model: M, property: &'static str)
where
    M: Model<State: Clone + Debug + Hash + PartialEq + Send + Sync, Action: Clone + Debug + PartialEq>
        + Debug
        + Send
        + Sync
        + 'static,
{
    let name = format!("{model:?}");
    let found = HasDiscoveries::AnyOf(BTreeSet::from([property]));
    let checker = model.checker().finish_when(found).spawn_dfs().join();
    let path = checker.discovery(property);
    let path = path.unwrap_or_else(|| panic!("{name}: it should not be true that {property}"));
    println!("{name}: not {property}: {:?}", path.into_actions());
}
