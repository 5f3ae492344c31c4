//! Readings: what a meter's registers stood at, signed by the meter.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{SignedDigest, is_good};
use crate::encoding::{decode, encode};
use crate::reason::Misread;
use crate::value::{MeterId, ReadingId, Slot, WattHours, Watts};
use crate::{Error, Kind, Network, PublicKey, Signature, Signer, sign};

/// Slots of an hour: what watts are divided by.
const SLOTS_OF_AN_HOUR: u128 = 4;

/// What a reading says. Registers are cumulative: the newest reading says all that the ones before it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Reading {
    /// Whose it is.
    pub meter: MeterId,
    /// The slot at whose end the registers stood so.
    pub slot: Slot,
    /// How many readings the meter has signed before.
    pub sequence: u64,
    /// Energy taken from the grid since ever.
    pub import: WattHours,
    /// Energy given to the grid since ever.
    pub export: WattHours,
    /// The reading before this one; zeros in the first.
    pub previous: ReadingId,
}

impl Reading {
    /// Its id.
    pub fn id(&self, network: Network) -> ReadingId {
        ReadingId(sign::id(network, Kind::Reading, self))
    }

    /// Has the meter sign it.
    ///
    /// # Errors
    /// [`Error::Signer`].
    pub fn sign_by(self, network: Network, meter: &dyn Signer) -> Result<SignedReading, Error> {
        let signature = sign::sign_by(meter, network, Kind::Reading, &self)?;
        Ok(SignedReading { body: self, signature })
    }
}

/// A signed reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct SignedReading {
    /// What it says.
    pub body: Reading,
    /// The meter's signature of that.
    pub signature: Signature,
}

impl SignedReading {
    /// Its id.
    pub fn id(&self, network: Network) -> ReadingId {
        self.body.id(network)
    }

    /// Its signature, which should be by the meter's key.
    pub fn signed(&self, network: Network, key: PublicKey) -> SignedDigest {
        (key, sign::digest(network, Kind::Reading, &self.body), self.signature)
    }

    /// Whether the meter's key signed it.
    pub fn is_signed(&self, network: Network, key: PublicKey) -> bool {
        is_good(&self.signed(network, key))
    }

    /// Its encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The reading of an encoding.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<SignedReading, Error> {
        decode("a reading", bytes)
    }
}

/// What somebody must know of a meter to judge its readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct MeterFacts {
    /// Its id.
    pub meter: MeterId,
    /// Its key.
    pub key: PublicKey,
    /// Most that can flow through it, either way.
    pub rating: Watts,
}

impl MeterFacts {
    /// What a reading leaves, and what it adds to what is kept: [`Kept::take`], the signature and the meter looked at.
    ///
    /// # Errors
    /// The first that holds, in the order of [`Misread`].
    pub fn take(
        &self,
        network: Network,
        kept: Option<&Kept>,
        reading: &SignedReading,
        now: Slot,
    ) -> Result<Taken, Misread> {
        self.take_verified(network, kept, reading, reading.is_signed(network, self.key), now)
    }

    /// The same, of a reading whose signature was looked at before.
    pub(super) fn take_verified(
        &self,
        network: Network,
        kept: Option<&Kept>,
        reading: &SignedReading,
        is_signed: bool,
        now: Slot,
    ) -> Result<Taken, Misread> {
        if !is_signed {
            return Err(Misread::Signature);
        }
        if reading.body.meter != self.meter {
            return Err(Misread::OtherMeter);
        }
        Kept::take(kept, &reading.body, reading.id(network), self.rating, now)
    }
}

/// What is kept of a meter's latest reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Kept {
    /// Its sequence.
    pub sequence: u64,
    /// Its slot.
    pub slot: Slot,
    /// Energy taken from the grid until then.
    pub import: WattHours,
    /// Energy given to the grid until then.
    pub export: WattHours,
    /// Its id.
    pub id: ReadingId,
}

/// What flowed between two readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interval {
    /// The last slot that is none of it.
    pub after: Slot,
    /// The last slot of it.
    pub until: Slot,
    /// Energy taken from the grid.
    pub import: WattHours,
    /// Energy given to the grid.
    pub export: WattHours,
}

/// A reading that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Taken {
    /// What is kept from now on.
    pub kept: Kept,
    /// What flowed since the one kept before. The first reading is what others are counted from: nobody knows when what
    /// it says flowed.
    pub interval: Option<Interval>,
}

impl Kept {
    /// What a reading leaves, and what it adds to what is kept. Its signature and its meter are not looked at here. `now`
    /// is the slot that the present is in.
    ///
    /// # Errors
    /// The first that holds, from [`Misread::Sequence`] on.
    pub fn take(
        kept: Option<&Kept>,
        reading: &Reading,
        id: ReadingId,
        rating: Watts,
        now: Slot,
    ) -> Result<Taken, Misread> {
        if let Some(kept) = kept {
            if reading.sequence <= kept.sequence {
                return Err(Misread::Sequence);
            }
            if reading.slot <= kept.slot {
                return Err(Misread::Slot);
            }
        }
        if reading.slot > now {
            return Err(Misread::Future);
        }
        let interval = kept.map(|kept| kept.until(reading, rating)).transpose()?;
        let Reading { sequence, slot, import, export, .. } = *reading;
        Ok(Taken { kept: Kept { sequence, slot, import, export, id }, interval })
    }

    /// What flowed since, by a later reading.
    fn until(&self, reading: &Reading, rating: Watts) -> Result<Interval, Misread> {
        let grown = |now: WattHours, before: WattHours| now.0.checked_sub(before.0).ok_or(Misread::Backwards);
        let import = grown(reading.import, self.import)?;
        let export = grown(reading.export, self.export)?;
        let slots = reading.slot.0 - self.slot.0;
        let most = (u128::from(rating.0) * u128::from(slots)).div_ceil(SLOTS_OF_AN_HOUR);
        if u128::from(import.max(export)) > most {
            return Err(Misread::TooMuch);
        }
        if self.sequence.checked_add(1) == Some(reading.sequence) && reading.previous != self.id {
            return Err(Misread::Previous);
        }
        let (import, export) = (WattHours(import), WattHours(export));
        Ok(Interval { after: self.slot, until: reading.slot, import, export })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Interval, Kept, MeterFacts, Reading, SignedReading};
    use crate::reason::Misread;
    use crate::value::{MeterId, ReadingId, Slot, WattHours, Watts};
    use crate::{Network, SecretKey};

    const NETWORK: Network = Network::Test;

    pub(crate) fn facts(seed: u8, rating: u32) -> MeterFacts {
        let key = SecretKey::from_seed([seed; 32]).public();
        MeterFacts { meter: MeterId([seed; 32]), key, rating: Watts(rating) }
    }

    fn reading(sequence: u64, slot: u64, import: u64, export: u64) -> Reading {
        Reading {
            meter: MeterId([7; 32]),
            slot: Slot(slot),
            sequence,
            import: WattHours(import),
            export: WattHours(export),
            previous: ReadingId([0; 32]),
        }
    }

    fn signed(reading: Reading) -> SignedReading {
        reading.sign_by(NETWORK, &SecretKey::from_seed([7; 32])).expect("a key in memory signs")
    }

    const KEPT: Kept = Kept {
        sequence: 5,
        slot: Slot(100),
        import: WattHours(1_000),
        export: WattHours(2_000),
        id: ReadingId([9; 32]),
    };

    fn take(reading: &Reading, now: u64) -> Result<Option<Interval>, Misread> {
        let rating = Watts(10_001);
        let taken = Kept::take(Some(&KEPT), reading, ReadingId([3; 32]), rating, Slot(now))?;
        let kept = taken.kept;
        assert_eq!((kept.sequence, kept.slot), (reading.sequence, reading.slot));
        assert_eq!((kept.import, kept.export, kept.id), (reading.import, reading.export, ReadingId([3; 32])));
        Ok(taken.interval)
    }

    #[test]
    fn each_rule_is_looked_at() {
        let good = reading(7, 102, 1_000, 2_100);
        let interval =
            Interval { after: Slot(100), until: Slot(102), import: WattHours(0), export: WattHours(100) };
        assert_eq!(take(&good, 102), Ok(Some(interval)));
        let bad = |change: fn(&mut Reading)| {
            let mut other = good;
            change(&mut other);
            take(&other, 102)
        };
        assert_eq!(bad(|r| r.sequence = 5), Err(Misread::Sequence));
        assert_eq!(bad(|r| r.sequence = 0), Err(Misread::Sequence));
        assert_eq!(bad(|r| r.slot = Slot(100)), Err(Misread::Slot));
        assert_eq!(bad(|r| r.slot = Slot(0)), Err(Misread::Slot));
        assert_eq!(bad(|r| r.slot = Slot(103)), Err(Misread::Future));
        assert_eq!(bad(|r| r.import = WattHours(999)), Err(Misread::Backwards));
        assert_eq!(bad(|r| r.export = WattHours(1_999)), Err(Misread::Backwards));
        // Two slots at 10,001 W: 5,000.5 Wh, rounded up.
        assert!(bad(|r| (r.import, r.export) = (WattHours(6_001), WattHours(7_001))).is_ok());
        assert_eq!(bad(|r| r.import = WattHours(6_002)), Err(Misread::TooMuch));
        assert_eq!(bad(|r| r.export = WattHours(7_002)), Err(Misread::TooMuch));
        // Which one came before is known only of the very next.
        assert!(bad(|r| r.previous = ReadingId([1; 32])).is_ok());
        assert_eq!(bad(|r| r.sequence = 6), Err(Misread::Previous));
        assert!(bad(|r| (r.sequence, r.previous) = (6, KEPT.id)).is_ok());
    }

    #[test]
    fn the_first_that_holds_is_named() {
        let mut all = reading(5, 100, 0, u64::MAX);
        assert_eq!(take(&all, 0), Err(Misread::Sequence));
        all.sequence = 6;
        assert_eq!(take(&all, 0), Err(Misread::Slot));
        all.slot = Slot(101);
        assert_eq!(take(&all, 0), Err(Misread::Future));
        assert_eq!(take(&all, 101), Err(Misread::Backwards));
        all.import = WattHours(1_000);
        assert_eq!(take(&all, 101), Err(Misread::TooMuch));
        all.export = WattHours(2_000);
        assert_eq!(take(&all, 101), Err(Misread::Previous));
    }

    #[test]
    fn the_first_reading_credits_nothing() {
        let first = reading(0, 100, u64::MAX, u64::MAX);
        let taken = Kept::take(None, &first, ReadingId([3; 32]), Watts(1), Slot(100)).expect("anything goes");
        assert_eq!((taken.interval, taken.kept.export), (None, WattHours(u64::MAX)));
        let future = Kept::take(None, &first, ReadingId([3; 32]), Watts(1), Slot(99));
        assert_eq!(future, Err(Misread::Future));
    }

    #[test]
    fn the_edges_of_64_bits_are_no_edges() {
        let mut kept = Kept { sequence: u64::MAX - 1, slot: Slot(0), ..KEPT };
        (kept.import, kept.export) = (WattHours(0), WattHours(0));
        let now = Slot(u64::MAX);
        for slot in [1 << 63, u64::MAX] {
            let mut far = reading(u64::MAX, slot, u64::MAX, u64::MAX);
            far.previous = kept.id;
            let take = |rating| Kept::take(Some(&kept), &far, kept.id, Watts(rating), now);
            let interval = take(u32::MAX).expect("time enough").interval.expect("not the first");
            assert_eq!((interval.until, interval.export), (Slot(slot), WattHours(u64::MAX)));
            assert_eq!(take(1), Err(Misread::TooMuch));
        }
        let last = Kept { sequence: u64::MAX, ..kept };
        let next = Kept::take(Some(&last), &reading(u64::MAX, 1, 0, 0), kept.id, Watts(1), now);
        assert_eq!(next, Err(Misread::Sequence));
    }

    #[test]
    fn a_meter_that_stands_still_is_read_all_the_same() {
        let taken = take(&reading(7, 101, 1_000, 2_000), 101).expect("nothing flowed").expect("an interval");
        assert_eq!((taken.import, taken.export), (WattHours(0), WattHours(0)));
    }

    #[test]
    fn only_the_meter_signs() {
        let facts = facts(7, 10_000);
        let good = signed(reading(0, 100, 0, 0));
        let take = |reading: &SignedReading| facts.take(NETWORK, None, reading, Slot(100));
        assert_eq!(take(&good).map(|taken| taken.kept.id), Ok(good.id(NETWORK)));
        let mut bad = good;
        bad.body.export = WattHours(1);
        assert_eq!(take(&bad), Err(Misread::Signature));
        let mut bad = good;
        bad.signature.0[40] ^= 1;
        assert_eq!(take(&bad), Err(Misread::Signature));
        assert_eq!(facts.take(Network::Main, None, &good, Slot(100)), Err(Misread::Signature));
        let other = signed(Reading { meter: MeterId([8; 32]), ..good.body });
        assert_eq!(take(&other), Err(Misread::OtherMeter));
        assert_ne!(other.id(NETWORK), good.id(NETWORK));
    }

    #[test]
    fn bytes_are_strict() {
        let good = signed(reading(1, 2, 3, 4));
        let bytes = good.to_bytes();
        assert_eq!(bytes.len(), 160);
        assert_eq!(SignedReading::from_bytes(&bytes), Ok(good));
        assert!(SignedReading::from_bytes(&bytes[1..]).is_err());
        assert!(SignedReading::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }
}
