//! Watchers: they look after contracts for others, and need no key for it. A state speaks for itself, and anybody may
//! submit it.

use std::collections::BTreeMap;

use super::on_chain::{OnChain, answers};
use super::state::SignedState;
use super::terms::{Contract, SignedContract};
use crate::reason::Objection;
use crate::value::ContractId;
use crate::{Error, Network};

/// Keeps the newest state of each of many contracts. What it holds is made of what was given to it; whoever wants it to
/// outlive the program keeps the contracts and states themselves, and gives them to a new one.
#[derive(Clone, Debug)]
pub struct Watcher {
    watched: BTreeMap<ContractId, Watched>,
    max: usize,
}

#[derive(Clone, Debug)]
struct Watched {
    contract: Contract,
    newest: Option<SignedState>,
}

impl Watcher {
    /// Of at most so many contracts.
    pub fn new(max: usize) -> Watcher {
        Watcher { watched: BTreeMap::new(), max }
    }

    /// Begins to watch a contract, which all parties must have signed. One that is watched already stays as it is.
    ///
    /// # Errors
    /// [`Error::Contract`] when it is bad, [`Error::TooMany`] when as many are watched as can be.
    pub fn watch(
        &mut self,
        network: Network,
        window_min: u32,
        contract: SignedContract,
    ) -> Result<ContractId, Error> {
        contract.check(network, window_min).map_err(Error::Contract)?;
        let id = contract.id(network);
        if !self.watched.contains_key(&id) {
            if self.watched.len() >= self.max {
                let (got, max) = (self.max as u64 + 1, self.max as u64);
                return Err(Error::TooMany { what: "the contracts of a watcher", got, max });
            }
            self.watched.insert(id, Watched { contract: contract.body, newest: None });
        }
        Ok(id)
    }

    /// Watches a contract no longer: it is over.
    pub fn forget(&mut self, contract: &ContractId) {
        self.watched.remove(contract);
    }

    /// A state that somebody sends. Whether it is newer than what was known.
    ///
    /// # Errors
    /// [`Objection::OtherContract`] when its contract is not watched, [`Objection::Signature`] when not all have signed it.
    pub fn hear(&mut self, network: Network, state: SignedState) -> Result<bool, Objection> {
        let watched = self.watched.get_mut(&state.body.contract).ok_or(Objection::OtherContract)?;
        // A flood of old states costs no signatures.
        if watched.newest.as_ref().is_some_and(|newest| state.body.sequence <= newest.body.sequence) {
            return Ok(false);
        }
        state.check(network, &watched.contract)?;
        watched.newest = Some(state);
        Ok(true)
    }

    /// The newest state of a contract: what a party asks for that was restored.
    pub fn newest(&self, contract: &ContractId) -> Option<&SignedState> {
        self.watched.get(contract)?.newest.as_ref()
    }

    /// The state to answer with, when somebody closes a contract with an older one.
    pub fn advise(&self, contract: &ContractId, on_chain: OnChain) -> Option<SignedState> {
        match on_chain {
            OnChain::Closing { sequence, .. } => answers(self.newest(contract), sequence),
            OnChain::Open | OnChain::Settled => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Watcher;
    use crate::contract::state::tests::{sign_all as sign_state, state};
    use crate::contract::terms::tests::{NETWORK, WINDOW_MIN, contract, sign_all};
    use crate::contract::{Contract, OnChain, SignedState};
    use crate::encoding::List;
    use crate::reason::Objection;
    use crate::value::{ContractId, Height, WattHours};
    use crate::{Error, Network};

    fn watcher(max: usize) -> (Watcher, Contract, ContractId) {
        let mut watcher = Watcher::new(max);
        let id = watcher.watch(NETWORK, WINDOW_MIN, sign_all(contract())).expect("a good contract");
        (watcher, contract(), id)
    }

    fn closing(sequence: u64) -> OnChain {
        OnChain::Closing { sequence, until: Height(50) }
    }

    #[test]
    fn a_close_with_an_old_state_is_answered() {
        let (mut watcher, terms, id) = watcher(1);
        assert_eq!(watcher.advise(&id, closing(0)), None);
        for (sequence, is_newer) in [(2, true), (7, true), (5, false), (7, false)] {
            let heard = watcher.hear(NETWORK, sign_state(state(&terms, sequence, 10 * sequence)));
            assert_eq!(heard, Ok(is_newer), "{sequence}");
        }
        let newest = sign_state(state(&terms, 7, 70));
        for sequence in [0, 2, 6] {
            assert_eq!(watcher.advise(&id, closing(sequence)), Some(newest.clone()), "{sequence}");
        }
        // An equal one does not outdo.
        for sequence in [7, 8, u64::MAX] {
            assert_eq!(watcher.advise(&id, closing(sequence)), None, "{sequence}");
        }
        assert_eq!(watcher.advise(&id, OnChain::Open), None);
        assert_eq!(watcher.advise(&id, OnChain::Settled), None);
        assert_eq!(watcher.advise(&ContractId([0; 32]), closing(0)), None);
        watcher.forget(&id);
        assert_eq!(watcher.advise(&id, closing(0)), None);
    }

    #[test]
    fn only_newer_states_of_all_parties_are_kept() {
        let (mut watcher, terms, id) = watcher(1);
        let good = sign_state(state(&terms, 5, 50));
        assert_eq!(watcher.hear(NETWORK, good.clone()), Ok(true));
        assert_eq!(watcher.hear(NETWORK, good.clone()), Ok(false));
        assert_eq!(watcher.hear(NETWORK, sign_state(state(&terms, 4, 99))), Ok(false));
        let mut forged = good.clone();
        forged.body.sequence = 6;
        assert_eq!(watcher.hear(NETWORK, forged.clone()), Err(Objection::Signature));
        forged = sign_state(forged.body);
        let two = forged.signatures.as_slice()[..2].to_vec();
        let two = SignedState { signatures: List::new("signatures", two).expect("two"), ..forged.clone() };
        assert_eq!(watcher.hear(NETWORK, two), Err(Objection::Signature));
        assert_eq!(watcher.hear(Network::Main, forged.clone()), Err(Objection::OtherContract));
        let other = Contract { nonce: 1, ..terms };
        assert_eq!(watcher.hear(NETWORK, sign_state(state(&other, 9, 9))), Err(Objection::OtherContract));
        assert_eq!(watcher.newest(&id), Some(&good));
        assert_eq!(watcher.hear(NETWORK, forged), Ok(true));
    }

    #[test]
    fn no_more_contracts_than_it_takes() {
        let (mut watcher, terms, id) = watcher(2);
        let mut watch =
            |nonce| watcher.watch(NETWORK, WINDOW_MIN, sign_all(Contract { nonce, ..terms.clone() }));
        assert!(watch(1).is_ok_and(|other| other != id));
        assert!(matches!(watch(2), Err(Error::TooMany { got: 3, max: 2, .. })));
        assert_eq!(watch(0), Ok(id));
        watcher.forget(&id);
        let third = sign_all(Contract { nonce: 2, ..contract() });
        assert!(watcher.watch(NETWORK, WINDOW_MIN, third).is_ok());
        let none = Watcher::new(0).watch(NETWORK, WINDOW_MIN, sign_all(contract()));
        assert!(matches!(none, Err(Error::TooMany { got: 1, max: 0, .. })));
    }

    #[test]
    fn a_contract_that_is_bad_is_not_watched() {
        let mut watcher = Watcher::new(9);
        let bad = sign_all(Contract { limit: WattHours(0), ..contract() });
        let refused = watcher.watch(NETWORK, WINDOW_MIN, bad);
        assert_eq!(refused, Err(Error::Contract(Objection::Limit)));
        let mut bad = sign_all(contract());
        bad.signatures = List::default();
        let refused = watcher.watch(NETWORK, WINDOW_MIN, bad);
        assert_eq!(refused, Err(Error::Contract(Objection::Signature)));
    }

    /// Watching again what is watched does not lose what is known.
    #[test]
    fn what_is_known_stays_known() {
        let (mut watcher, terms, id) = watcher(1);
        watcher.hear(NETWORK, sign_state(state(&terms, 5, 50))).expect("good");
        watcher.watch(NETWORK, WINDOW_MIN, sign_all(terms)).expect("good");
        assert_eq!(watcher.newest(&id).map(|state| state.body.sequence), Some(5));
    }
}
