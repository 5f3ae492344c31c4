//! Certificates: what a meter is, by the word of whoever certifies it and with the consent of whoever owns it.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Area, MeterFacts, SignedDigest, is_good};
use crate::encoding::{decode, encode};
use crate::reason::Uncertified;
use crate::value::{MeterId, ReadingId, Watts};
use crate::{Error, Kind, Network, PublicKey, Signature, Signer, sign};

/// Where a meter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum MeterKind {
    /// At a generator.
    Generation = 0,
    /// Where somebody is connected to the grid.
    Connection = 1,
}

/// Where the energy comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Source {
    /// From what renews itself.
    Green = 0,
    /// From elsewhere.
    Grey = 1,
}

/// The meter that another one takes the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Replacement {
    /// The old meter.
    pub meter: MeterId,
    /// Its last reading.
    pub last: ReadingId,
}

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Certificate {
    /// What the meter signs its readings with. Its owner has no access to it.
    pub key: PublicKey,
    /// Where it stands.
    pub kind: MeterKind,
    /// Where its energy comes from.
    pub source: Source,
    /// In which part of the grid it is.
    pub area: Area,
    /// Most that can flow through it, either way.
    pub rating: Watts,
    /// Who answers for it: its manufacturer, or a grid operator.
    pub certifier: PublicKey,
    /// Whose it is. May be the certifier's own.
    pub owner: PublicKey,
    /// The meter that it takes the place of, if any: its registers begin anew.
    pub replaces: Option<Replacement>,
}

impl Certificate {
    /// The meter's id.
    pub fn id(&self, network: Network) -> MeterId {
        MeterId(sign::id(network, Kind::CertifierCertificate, self))
    }

    /// What somebody must know of the meter to judge its readings.
    pub fn facts(&self, network: Network) -> MeterFacts {
        MeterFacts { meter: self.id(network), key: self.key, rating: self.rating }
    }

    /// Whether it could be registered, its signatures aside.
    ///
    /// # Errors
    /// The first of [`Uncertified::BadKey`], [`Uncertified::SameKey`] and [`Uncertified::Rating`].
    pub fn check(&self) -> Result<(), Uncertified> {
        if [self.key, self.certifier, self.owner].iter().any(|key| key.admit().is_err()) {
            return Err(Uncertified::BadKey);
        }
        // Whoever had the meter's key could say what it likes for it.
        if [self.certifier, self.owner].contains(&self.key) {
            return Err(Uncertified::SameKey);
        }
        if self.rating == Watts(0) {
            return Err(Uncertified::Rating);
        }
        Ok(())
    }

    /// Has the certifier sign it.
    ///
    /// # Errors
    /// [`Error::Order`] when this is another's key, [`Error::Signer`].
    pub fn certify(&self, network: Network, certifier: &dyn Signer) -> Result<Signature, Error> {
        if certifier.public() != self.certifier {
            return Err(Error::Order("this key is not the certifier's"));
        }
        sign::sign_by(certifier, network, Kind::CertifierCertificate, self)
    }

    /// Has the owner sign it.
    ///
    /// # Errors
    /// [`Error::Order`] when this is another's key, [`Error::Signer`].
    pub fn consent(&self, network: Network, owner: &dyn Signer) -> Result<Signature, Error> {
        if owner.public() != self.owner {
            return Err(Error::Order("this key is not the owner's"));
        }
        sign::sign_by(owner, network, Kind::OwnerCertificate, self)
    }

    /// Has both sign it.
    ///
    /// # Errors
    /// As [`certify`](Certificate::certify) and [`consent`](Certificate::consent).
    pub fn sign_by(
        self,
        network: Network,
        certifier: &dyn Signer,
        owner: &dyn Signer,
    ) -> Result<SignedCertificate, Error> {
        let certifier_signature = self.certify(network, certifier)?;
        let owner_signature = self.consent(network, owner)?;
        Ok(SignedCertificate { body: self, certifier_signature, owner_signature })
    }
}

/// A certificate that both have signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct SignedCertificate {
    /// What it says.
    pub body: Certificate,
    /// The certifier's signature of that.
    pub certifier_signature: Signature,
    /// The owner's, of the same.
    pub owner_signature: Signature,
}

impl SignedCertificate {
    /// The meter's id.
    pub fn id(&self, network: Network) -> MeterId {
        self.body.id(network)
    }

    /// Its signatures: the certifier's, then the owner's.
    pub fn signed(&self, network: Network) -> [SignedDigest; 2] {
        let Certificate { certifier, owner, .. } = &self.body;
        let digest = |kind| sign::digest(network, kind, &self.body);
        [
            (*certifier, digest(Kind::CertifierCertificate), self.certifier_signature),
            (*owner, digest(Kind::OwnerCertificate), self.owner_signature),
        ]
    }

    /// All that can be said of it without the ledger.
    ///
    /// # Errors
    /// The first that holds, in the order of [`Uncertified`].
    pub fn check(&self, network: Network) -> Result<(), Uncertified> {
        self.body.check()?;
        let [certifier, owner] = self.signed(network);
        if !is_good(&certifier) {
            return Err(Uncertified::CertifierSignature);
        }
        if !is_good(&owner) {
            return Err(Uncertified::OwnerSignature);
        }
        Ok(())
    }

    /// Its encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The certificate of an encoding.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<SignedCertificate, Error> {
        decode("a certificate", bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Certificate, MeterKind, Replacement, SignedCertificate, Source};
    use crate::meter::Area;
    use crate::reason::Uncertified;
    use crate::value::{MeterId, ReadingId, Watts};
    use crate::{Error, Network, PublicKey, SecretKey};

    const NETWORK: Network = Network::Test;

    fn key(seed: u8) -> SecretKey {
        SecretKey::from_seed([seed; 32])
    }

    fn certificate() -> Certificate {
        Certificate {
            key: key(1).public(),
            kind: MeterKind::Generation,
            source: Source::Green,
            area: Area::new("north").expect("a name"),
            rating: Watts(10_000),
            certifier: key(2).public(),
            owner: key(3).public(),
            replaces: None,
        }
    }

    fn signed() -> SignedCertificate {
        certificate().sign_by(NETWORK, &key(2), &key(3)).expect("both sign")
    }

    #[test]
    fn each_rule_is_looked_at() {
        let changed = |change: fn(&mut Certificate)| {
            let mut body = certificate();
            change(&mut body);
            let certifier = if body.certifier == key(3).public() { key(3) } else { key(2) };
            // Who takes another's place in it signs nothing: bodies are looked at first.
            let unsigned = || SignedCertificate { body: body.clone(), ..signed() };
            let signed = body.clone().sign_by(NETWORK, &certifier, &key(3)).unwrap_or_else(|_| unsigned());
            signed.check(NETWORK)
        };
        assert_eq!(changed(|_| {}), Ok(()));
        // A grid operator's own meter.
        assert_eq!(changed(|body| body.certifier = body.owner), Ok(()));
        assert_eq!(changed(|body| body.rating = Watts(1)), Ok(()));
        for bad in [PublicKey([0; 32]), PublicKey([2; 32])] {
            let keys: [fn(&mut Certificate) -> &mut PublicKey; 3] =
                [|body| &mut body.key, |body| &mut body.certifier, |body| &mut body.owner];
            for key in keys {
                let mut body = certificate();
                *key(&mut body) = bad;
                assert_eq!(body.check(), Err(Uncertified::BadKey));
            }
        }
        assert_eq!(changed(|body| body.key = body.owner), Err(Uncertified::SameKey));
        assert_eq!(changed(|body| body.key = body.certifier), Err(Uncertified::SameKey));
        assert_eq!(changed(|body| body.rating = Watts(0)), Err(Uncertified::Rating));
    }

    #[test]
    fn both_sign_each_for_itself() {
        let good = signed();
        assert_eq!(good.check(NETWORK), Ok(()));
        assert_eq!(good.check(Network::Main), Err(Uncertified::CertifierSignature));
        let mut bad = good.clone();
        bad.certifier_signature.0[40] ^= 1;
        assert_eq!(bad.check(NETWORK), Err(Uncertified::CertifierSignature));
        let mut bad = good.clone();
        bad.owner_signature.0[40] ^= 1;
        assert_eq!(bad.check(NETWORK), Err(Uncertified::OwnerSignature));
        let mut bad = good.clone();
        bad.body.rating = Watts(10_001);
        assert_eq!(bad.check(NETWORK), Err(Uncertified::CertifierSignature));
        // Whoever is both signs twice: one signature is not good as the other.
        let own = Certificate { certifier: key(3).public(), ..certificate() };
        let mut own = own.sign_by(NETWORK, &key(3), &key(3)).expect("it signs");
        assert_eq!(own.check(NETWORK), Ok(()));
        own.owner_signature = own.certifier_signature;
        assert_eq!(own.check(NETWORK), Err(Uncertified::OwnerSignature));
        // Nobody signs in another's name.
        for (certifier, owner) in [(3, 3), (2, 2), (1, 3)] {
            let refused = certificate().sign_by(NETWORK, &key(certifier), &key(owner));
            assert!(matches!(refused, Err(Error::Order(_))), "{refused:?}");
        }
    }

    #[test]
    fn an_id_is_of_everything_but_the_signatures() {
        let good = signed();
        let mut other = good.clone();
        other.owner_signature.0[40] ^= 1;
        assert_eq!(good.id(NETWORK), other.id(NETWORK));
        let replaces = Some(Replacement { meter: MeterId([7; 32]), last: ReadingId([8; 32]) });
        let mut ids = vec![good.id(NETWORK), good.id(Network::Main)];
        ids.push(Certificate { replaces, ..certificate() }.id(NETWORK));
        ids.push(Certificate { source: Source::Grey, ..certificate() }.id(NETWORK));
        ids.push(Certificate { kind: MeterKind::Connection, ..certificate() }.id(NETWORK));
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 5);
        let facts = good.body.facts(NETWORK);
        assert_eq!(
            (facts.meter, facts.key, facts.rating),
            (good.id(NETWORK), key(1).public(), Watts(10_000))
        );
    }

    #[test]
    fn bytes_are_strict() {
        let good = signed();
        let bytes = good.to_bytes();
        assert_eq!(SignedCertificate::from_bytes(&bytes), Ok(good));
        for (place, byte, what) in
            [(32, 2, "a kind"), (33, 2, "a source"), (34, 17, "an area"), (34, 0, "no area")]
        {
            let mut bad = bytes.clone();
            bad[place] = byte;
            assert!(SignedCertificate::from_bytes(&bad).is_err(), "{what}");
        }
        assert!(SignedCertificate::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(SignedCertificate::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }
}
