//! States of a contract: how much was delivered so far, by the word of all parties.

use borsh::{BorshDeserialize, BorshSerialize};

use super::partial::{self, Agreed};
use super::terms::Contract;
use crate::encoding::{List, decode, encode, limits};
use crate::meter::{SignedDigest, is_good};
use crate::reason::Objection;
use crate::value::{ContractId, WattHours};
use crate::{Error, Kind, Network, Signature};

/// What a state says. Before any was signed nothing is delivered, with the sequence 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct State {
    /// Of which contract.
    pub contract: ContractId,
    /// The higher one outdoes.
    pub sequence: u64,
    /// All that was delivered since the beginning.
    pub delivered: WattHours,
    /// Whether it ends the contract at once.
    pub is_final: bool,
}

impl Agreed for State {
    const KIND: Kind = Kind::State;
}

/// A state that all parties have signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct SignedState {
    /// What it says.
    pub body: State,
    /// Their signatures of that, in the contract's order.
    pub signatures: List<Signature, { limits::PARTIES }>,
}

impl SignedState {
    /// Its signatures, by the parties of its contract.
    ///
    /// # Errors
    /// [`Objection::Signature`] when there is not one for each party.
    pub fn signed(&self, network: Network, contract: &Contract) -> Result<Vec<SignedDigest>, Objection> {
        partial::signed(network, contract, &self.body, &self.signatures)
    }

    /// Whether it is a state of this contract that all parties have signed.
    ///
    /// # Errors
    /// [`Objection::OtherContract`] and [`Objection::Signature`].
    pub fn check(&self, network: Network, contract: &Contract) -> Result<(), Objection> {
        if self.body.contract != contract.id(network) {
            return Err(Objection::OtherContract);
        }
        let signed = self.signed(network, contract)?;
        if signed.iter().all(is_good) { Ok(()) } else { Err(Objection::Signature) }
    }

    /// Its encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The state of an encoding.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<SignedState, Error> {
        decode("a contract's state", bytes)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{SignedState, State};
    use crate::contract::Contract;
    use crate::contract::terms::tests::{NETWORK, contract, key};
    use crate::encoding::List;
    use crate::reason::Objection;
    use crate::value::WattHours;
    use crate::{Kind, Network, sign};

    pub(crate) fn state(terms: &Contract, sequence: u64, delivered: u64) -> State {
        let contract = terms.id(NETWORK);
        State { contract, sequence, delivered: WattHours(delivered), is_final: false }
    }

    /// Signed by the parties 1, 2 and 3.
    pub(crate) fn sign_all(body: State) -> SignedState {
        let signatures = (1..=3).map(|seed| sign::sign(&key(seed), NETWORK, Kind::State, &body)).collect();
        SignedState { signatures: List::new("signatures", signatures).expect("three"), body }
    }

    #[test]
    fn all_sign_one_state_of_one_contract() {
        let terms = contract();
        let good = sign_all(state(&terms, 1, 10));
        assert_eq!(good.check(NETWORK, &terms), Ok(()));
        assert_eq!(good.check(Network::Main, &terms), Err(Objection::OtherContract));
        let other = Contract { nonce: 1, ..terms.clone() };
        assert_eq!(good.check(NETWORK, &other), Err(Objection::OtherContract));
        let changed = |change: fn(&mut State)| {
            let mut bad = good.clone();
            change(&mut bad.body);
            bad.check(NETWORK, &terms)
        };
        assert_eq!(changed(|body| body.sequence = 2), Err(Objection::Signature));
        assert_eq!(changed(|body| body.delivered = WattHours(11)), Err(Objection::Signature));
        assert_eq!(changed(|body| body.is_final = true), Err(Objection::Signature));
        let signatures = good.signatures.as_slice();
        for bad in [
            signatures[..2].to_vec(),
            vec![],
            [signatures, &signatures[..1]].concat(),
            vec![signatures[0], signatures[2], signatures[1]],
        ] {
            let bad = SignedState { signatures: List::new("s", bad).expect("few"), ..good.clone() };
            assert_eq!(bad.check(NETWORK, &terms), Err(Objection::Signature));
        }
    }

    #[test]
    fn bytes_are_strict() {
        let good = sign_all(state(&contract(), 1, 10));
        let bytes = good.to_bytes();
        assert_eq!(SignedState::from_bytes(&bytes), Ok(good));
        // A yes that is neither 0 nor 1; nine signatures.
        for (place, byte) in [(48, 2), (49, 9)] {
            let mut bad = bytes.clone();
            bad[place] = byte;
            assert!(SignedState::from_bytes(&bad).is_err(), "{place}");
        }
        assert!(SignedState::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }
}
