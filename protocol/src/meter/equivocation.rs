//! Proof that a meter said two things at once: that it cannot be trusted. Its owner, who does not have its key, is not to
//! blame.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{SignedDigest, SignedReading, is_good};
use crate::encoding::{decode, encode};
use crate::reason::NoEquivocation;
use crate::value::MeterId;
use crate::{Error, Network, PublicKey};

/// Two different readings of one meter and sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct EquivocationProof {
    /// The reading with the lower id.
    pub first: SignedReading,
    /// The other.
    pub second: SignedReading,
}

/// What a proof proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Equivocation {
    /// Which meter did it.
    pub meter: MeterId,
    /// The sequence that it gave twice: what it said before is not in doubt.
    pub sequence: u64,
}

impl EquivocationProof {
    /// The proof of two readings, in the right order.
    pub fn new(network: Network, one: SignedReading, other: SignedReading) -> EquivocationProof {
        let (first, second) = if one.id(network) <= other.id(network) { (one, other) } else { (other, one) };
        EquivocationProof { first, second }
    }

    /// The proof that is among these readings, if the meter that has this key gave a sequence twice: of its lowest. What
    /// another has signed is passed over.
    pub fn find(network: Network, key: PublicKey, readings: &[SignedReading]) -> Option<EquivocationProof> {
        let mut sorted: Vec<_> = readings.iter().map(|reading| (reading.id(network), reading)).collect();
        let said = |reading: &SignedReading| (reading.body.sequence, reading.body.meter);
        sorted.sort_by_key(|&(id, reading)| (said(reading), id));
        sorted.chunk_by(|(_, one), (_, next)| said(one) == said(next)).find_map(|same| {
            // Most sequences are there once: no signature need be looked at.
            if same.first().map(|(id, _)| id) == same.last().map(|(id, _)| id) {
                return None;
            }
            let mut signed = same.iter().filter(|(_, reading)| reading.is_signed(network, key));
            let (id, first) = *signed.next()?;
            let (_, second) = *signed.find(|(other, _)| *other != id)?;
            Some(EquivocationProof { first: *first, second: *second })
        })
    }

    /// Its signatures, which should both be by the meter's key.
    pub fn signed(&self, network: Network, key: PublicKey) -> [SignedDigest; 2] {
        [self.first.signed(network, key), self.second.signed(network, key)]
    }

    /// What it proves, its signatures aside.
    ///
    /// # Errors
    /// Why it proves nothing: the first that holds, in the order of [`NoEquivocation`].
    pub fn check_bodies(&self, network: Network) -> Result<Equivocation, NoEquivocation> {
        let (first, second) = (&self.first.body, &self.second.body);
        let holds = |holds: bool, otherwise: NoEquivocation| if holds { Ok(()) } else { Err(otherwise) };
        holds(first.id(network) < second.id(network), NoEquivocation::Order)?;
        holds(first.meter == second.meter, NoEquivocation::OtherMeter)?;
        holds(first.sequence == second.sequence, NoEquivocation::OtherSequence)?;
        Ok(Equivocation { meter: first.meter, sequence: first.sequence })
    }

    /// What it proves of the meter that has this key.
    ///
    /// # Errors
    /// Why it proves nothing: the first that holds, in the order of [`NoEquivocation`].
    pub fn check(&self, network: Network, key: PublicKey) -> Result<Equivocation, NoEquivocation> {
        let equivocation = self.check_bodies(network)?;
        if !self.signed(network, key).iter().all(is_good) {
            return Err(NoEquivocation::Signature);
        }
        Ok(equivocation)
    }

    /// Its encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The proof of an encoding.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<EquivocationProof, Error> {
        decode("a proof of equivocation", bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Equivocation, EquivocationProof};
    use crate::meter::{Reading, SignedReading};
    use crate::reason::NoEquivocation;
    use crate::value::{MeterId, ReadingId, Slot, WattHours};
    use crate::{Network, SecretKey};

    const NETWORK: Network = Network::Test;

    fn reading(meter: u8, sequence: u64, export: u64, signer: u8) -> SignedReading {
        let body = Reading {
            meter: MeterId([meter; 32]),
            slot: Slot(100),
            sequence,
            import: WattHours(0),
            export: WattHours(export),
            previous: ReadingId([0; 32]),
        };
        body.sign_by(NETWORK, &SecretKey::from_seed([signer; 32])).expect("a key in memory signs")
    }

    #[test]
    fn two_readings_of_one_sequence_are_proof() {
        let key = SecretKey::from_seed([7; 32]).public();
        let prove = |one, other| EquivocationProof::new(NETWORK, one, other);
        let proof = prove(reading(1, 5, 10, 7), reading(1, 5, 11, 7));
        let expected = Equivocation { meter: MeterId([1; 32]), sequence: 5 };
        assert_eq!(proof.check(NETWORK, key), Ok(expected));
        // Whoever makes it has them in either order.
        assert_eq!(prove(proof.second, proof.first), proof);
        let swapped = EquivocationProof { first: proof.second, second: proof.first };
        assert_eq!(swapped.check(NETWORK, key), Err(NoEquivocation::Order));
        let same = prove(proof.first, proof.first);
        assert_eq!(same.check(NETWORK, key), Err(NoEquivocation::Order));
        let meters = prove(reading(1, 5, 10, 7), reading(2, 5, 10, 7));
        assert_eq!(meters.check(NETWORK, key), Err(NoEquivocation::OtherMeter));
        let sequences = prove(reading(1, 5, 10, 7), reading(1, 6, 10, 7));
        assert_eq!(sequences.check(NETWORK, key), Err(NoEquivocation::OtherSequence));
        for (one, other) in [(7, 8), (8, 7), (8, 8)] {
            let forged = prove(reading(1, 5, 10, one), reading(1, 5, 11, other));
            assert_eq!(forged.check(NETWORK, key), Err(NoEquivocation::Signature));
        }
        // A signature is not part of what is said: the same reading signed anew is no second one.
        let mut again = proof.first;
        again.signature.0[40] ^= 1;
        assert_eq!(prove(proof.first, again).check(NETWORK, key), Err(NoEquivocation::Order));
    }

    #[test]
    fn it_is_found_among_many() {
        let key = SecretKey::from_seed([7; 32]).public();
        let find = |list: &[SignedReading]| EquivocationProof::find(NETWORK, key, list);
        let mut list: Vec<_> = (0..9).map(|sequence| reading(1, sequence, sequence, 7)).collect();
        // The same again, the same sequence of another meter, and what somebody else signed: nothing of it convicts.
        list.extend([list[4], reading(2, 4, 4, 7), reading(1, 5, 99, 8), reading(1, 6, 98, 8)]);
        let mut forged = list[3];
        forged.signature.0[40] ^= 1;
        list.push(forged);
        assert_eq!(find(&list), None);
        assert_eq!(find(&[]), None);
        list.insert(0, reading(1, 7, 99, 7));
        list.insert(5, reading(1, 5, 98, 7));
        let proof = find(&list).expect("two of them");
        assert_eq!(proof, EquivocationProof::new(NETWORK, reading(1, 5, 5, 7), reading(1, 5, 98, 7)));
        assert_eq!(proof.check(NETWORK, key).map(|proven| proven.sequence), Ok(5));
        // Of three the forged one may come first.
        list.reverse();
        assert_eq!(find(&list), Some(proof));
        assert_eq!(EquivocationProof::find(Network::Main, key, &list), None);
    }

    #[test]
    fn bytes_are_strict() {
        let proof = EquivocationProof::new(NETWORK, reading(1, 5, 10, 7), reading(1, 5, 11, 7));
        let bytes = proof.to_bytes();
        assert_eq!(EquivocationProof::from_bytes(&bytes), Ok(proof));
        assert!(EquivocationProof::from_bytes(&bytes[..319]).is_err());
        assert!(EquivocationProof::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }
}
