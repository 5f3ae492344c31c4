//! What not all parties have signed yet, and how it becomes what all have.

use borsh::{BorshDeserialize, BorshSerialize};

use super::terms::Contract;
use crate::encoding::{List, decode, encode, limits};
use crate::meter::{SignedDigest, is_good};
use crate::reason::Objection;
use crate::{Error, Kind, Network, Signature, Signer, sign};

/// What all parties of a contract sign: the contract itself, and its states.
pub trait Agreed: BorshSerialize + BorshDeserialize + PartialEq {
    /// What it is signed as.
    const KIND: Kind;
}

/// Something that is to be signed by all parties of a contract, with the signatures that are there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Partial<T> {
    /// What is signed.
    pub body: T,
    /// A place for each party's signature, in their order.
    pub signatures: List<Option<Signature>, { limits::PARTIES }>,
}

impl<T: Agreed> Partial<T> {
    /// With the signature of nobody, for as many parties as the contract has.
    pub fn new(contract: &Contract, body: T) -> Partial<T> {
        let places = vec![None; contract.parties.as_slice().len()];
        Partial { body, signatures: List::new("signatures", places).expect("as many as parties") }
    }

    /// Whether every signature that is there is good.
    ///
    /// # Errors
    /// [`Objection::Signature`] when one is not, or there is not a place for each party.
    pub fn check(&self, network: Network, contract: &Contract) -> Result<(), Objection> {
        let (parties, places) = (contract.parties.as_slice(), self.signatures.as_slice());
        let digest = sign::digest(network, T::KIND, &self.body);
        let mut pairs = parties.iter().zip(places);
        let is_good = pairs.all(|(party, signature)| {
            signature.is_none_or(|signature| is_good(&(party.key, digest, signature)))
        });
        if is_good && parties.len() == places.len() { Ok(()) } else { Err(Objection::Signature) }
    }

    /// Has a party sign it.
    ///
    /// # Errors
    /// [`Error::Contract`] with [`Objection::Stranger`] when the key is no party's, [`Error::Signer`].
    pub fn sign(&mut self, network: Network, contract: &Contract, signer: &dyn Signer) -> Result<(), Error> {
        let stranger = Error::Contract(Objection::Stranger);
        let place = contract.place(&signer.public()).ok_or_else(|| stranger.clone())?;
        let signature = sign::sign_by(signer, network, T::KIND, &self.body)?;
        let mut places = std::mem::take(&mut self.signatures).into_vec();
        *places.get_mut(place).ok_or(stranger)? = Some(signature);
        self.signatures = List::new("signatures", places)?;
        Ok(())
    }

    /// Adds the signatures of another one of the same body.
    pub(super) fn add(&mut self, other: &Partial<T>) {
        let mut places = std::mem::take(&mut self.signatures).into_vec();
        for (place, signature) in places.iter_mut().zip(other.signatures.as_slice()) {
            *place = place.or(*signature);
        }
        self.signatures = List::new("signatures", places).expect("no more than before");
    }

    /// The signatures, if all are there.
    pub fn whole(&self) -> Option<List<Signature, { limits::PARTIES }>> {
        let signatures = self.signatures.as_slice().iter().copied().collect::<Option<Vec<_>>>()?;
        Some(List::new("signatures", signatures).expect("as many as places"))
    }

    /// Its encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// What an encoding is of.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Partial<T>, Error> {
        decode("something that is to be signed by all parties", bytes)
    }
}

/// The signatures of something that all parties should have signed.
///
/// # Errors
/// [`Objection::Signature`] when there is not one for each party.
pub(super) fn signed<T: Agreed>(
    network: Network,
    contract: &Contract,
    body: &T,
    signatures: &List<Signature, { limits::PARTIES }>,
) -> Result<Vec<SignedDigest>, Objection> {
    let (parties, signatures) = (contract.parties.as_slice(), signatures.as_slice());
    if parties.len() != signatures.len() {
        return Err(Objection::Signature);
    }
    let digest = sign::digest(network, T::KIND, body);
    Ok(parties.iter().zip(signatures).map(|(party, signature)| (party.key, digest, *signature)).collect())
}

#[cfg(test)]
mod tests {
    use super::Partial;
    use crate::contract::terms::tests::{NETWORK, contract, key};
    use crate::contract::{Contract, State};
    use crate::encoding::List;
    use crate::reason::Objection;
    use crate::value::WattHours;
    use crate::{Error, Network};

    fn state() -> State {
        let contract = contract().id(NETWORK);
        State { contract, sequence: 3, delivered: WattHours(5), is_final: false }
    }

    #[test]
    fn signatures_are_gathered_until_it_is_whole() {
        let terms = contract();
        let mut one = Partial::new(&terms, state());
        let mut other = one.clone();
        one.sign(NETWORK, &terms, &key(2)).expect("a party");
        other.sign(NETWORK, &terms, &key(1)).expect("a party");
        other.sign(NETWORK, &terms, &key(3)).expect("a party");
        assert_eq!(one.check(NETWORK, &terms), Ok(()));
        assert_eq!((one.whole(), other.whole()), (None, None));
        one.add(&other);
        assert_eq!(one.check(NETWORK, &terms), Ok(()));
        assert_eq!(one.whole().map(|list| list.as_slice().len()), Some(3));
        let bytes = one.to_bytes();
        assert_eq!(Partial::from_bytes(&bytes), Ok(one));
        assert!(Partial::<State>::from_bytes(&bytes[1..]).is_err());
    }

    #[test]
    fn only_parties_sign_and_only_for_themselves() {
        let terms = contract();
        let mut partial = Partial::new(&terms, state());
        let stranger = partial.sign(NETWORK, &terms, &key(4));
        assert_eq!(stranger, Err(Error::Contract(Objection::Stranger)));
        partial.sign(NETWORK, &terms, &key(2)).expect("a party");
        assert_eq!(partial.check(Network::Main, &terms), Err(Objection::Signature));
        let places = partial.signatures.as_slice().to_vec();
        for bad in [vec![places[1], None, None], places[..2].to_vec(), [&places[..], &[None]].concat()] {
            let signatures = List::new("signatures", bad).expect("no more than eight");
            let bad = Partial { signatures, ..partial.clone() };
            assert_eq!(bad.check(NETWORK, &terms), Err(Objection::Signature));
        }
        let mut bad = partial;
        bad.body.delivered = WattHours(6);
        assert_eq!(bad.check(NETWORK, &terms), Err(Objection::Signature));
        // Too few places for a party.
        bad.signatures = List::default();
        assert_eq!(bad.sign(NETWORK, &terms, &key(2)), Err(Error::Contract(Objection::Stranger)));
    }

    #[test]
    fn a_contract_is_signed_as_one() {
        let terms = contract();
        let mut partial: Partial<Contract> = Partial::new(&terms, terms.clone());
        for seed in [3, 1, 2] {
            partial.sign(NETWORK, &terms, &key(seed)).expect("a party");
        }
        let signatures = partial.whole().expect("all");
        let whole = crate::contract::SignedContract { body: terms, signatures };
        assert_eq!(whole.check(NETWORK, 6), Ok(()));
    }
}
