//! What is written down of a pool, and how it is read again: all secret.

use gridnet_core::proof::identity::Proof;
use zeroize::Zeroizing;

use super::{Master, NO_SUCH_BANK, OwnedPool, Owner, OwnerKey, Slot, tree};
use crate::encoding::{List, decode};
use crate::pool::Registration;
use crate::{Error, Network, PublicKey, SecretKey, secret_file};

/// What a file of an owned pool begins with; the last byte is the version: with the owner's secret key, or with its public
/// half where that is elsewhere.
const MAGIC: secret_file::Magic = *b"GN-owner\x01";
const MAGIC_ELSEWHERE: secret_file::Magic = *b"GN-owner\x02";

/// A change of one bank, to be written down before anything of it is shown.
pub struct Change<'a> {
    pub(super) pool: &'a OwnedPool,
    pub(super) bank: u16,
    pub(super) slot: &'a Slot,
}

impl Change<'_> {
    /// The bank.
    pub fn bank(&self) -> u16 {
        self.bank
    }

    /// All of the pool, changed: what [`OwnedPool::resume`] takes. Secret.
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        let slots = self.pool.slots.iter().enumerate();
        let slots = slots.map(|(bank, slot)| if bank == usize::from(self.bank) { self.slot } else { slot });
        self.pool.encode(slots)
    }

    /// The changed bank alone, less than 2 KiB: what [`OwnedPool::apply`] takes. Secret.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(2_048));
        borsh::to_writer(&mut *bytes, &(self.bank, self.slot)).expect("memory takes all that is written");
        bytes
    }
}

impl OwnedPool {
    /// Its file. Secret.
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        self.encode(self.slots.iter())
    }

    fn encode<'a>(&self, slots: impl Iterator<Item = &'a Slot>) -> Zeroizing<Vec<u8>> {
        let Owner { network, key, proof, master } = &self.owner;
        // As much as it will be, so that no part of it is left behind by growing.
        let mut bytes = Zeroizing::new(Vec::with_capacity(4_096 + self.slots.len() * 2_048));
        let (magic, key) = match key {
            OwnerKey::Held(key) => (MAGIC, key.seed()),
            OwnerKey::Elsewhere(key) => (MAGIC_ELSEWHERE, Zeroizing::new(key.0)),
        };
        bytes.extend(magic);
        let head = (network.id(), *key, proof.repetitions, proof.nonce, &master.0);
        let written = borsh::to_writer(&mut *bytes, &head)
            .and_then(|()| borsh::to_writer(&mut *bytes, &self.registration))
            .and_then(|()| borsh::to_writer(&mut *bytes, &(self.slots.len() as u32)))
            .and_then(|()| slots.into_iter().try_for_each(|slot| borsh::to_writer(&mut *bytes, slot)));
        written.expect("memory takes all that is written");
        secret_file::seal(&mut bytes);
        bytes
    }

    /// The pool of the newest file that was written, by whoever goes on where it stopped. An older copy would hand out
    /// hashes again: that is [`restore`](OwnedPool::restore)'s to take.
    ///
    /// # Errors
    /// [`Error::Encoding`] and [`Error::Key`].
    pub fn resume(file: &[u8]) -> Result<OwnedPool, Error> {
        const WHAT: &str = "an owned pool";
        type Head = (u32, [u8; 32], u32, u32, Master);
        let wrong = |why: &str| Error::Encoding { what: WHAT, why: why.to_owned() };
        let (version, bytes) = secret_file::open(WHAT, file, &[MAGIC, MAGIC_ELSEWHERE])?;
        let whole: (Head, Registration, List<Slot, 1_024>) = decode(WHAT, bytes)?;
        let ((network, key, repetitions, nonce, master), registration, slots) = whole;
        let network = Network::from_id(network).ok_or_else(|| wrong("it is of no network that is known"))?;
        let key = match version {
            0 => OwnerKey::Held(SecretKey::from_seed(key)),
            _ => OwnerKey::Elsewhere(PublicKey(key)),
        };
        let owner = Owner { network, key, proof: Proof { repetitions, nonce }, master };
        registration.check()?;
        let slots = slots.into_vec();
        let fits = |slot: &Slot| slot.bank.is_of(registration.length);
        if slots.len() != usize::from(registration.banks)
            || !slots.iter().all(fits)
            || tree(&slots).root() != registration.root
            || owner.address() != registration.owner
        {
            return Err(wrong("its parts do not belong together"));
        }
        Ok(OwnedPool { owner, registration, slots })
    }

    /// The pool of an old copy of a file. Banks below `first_unused` are closed for good, and so is every other that the
    /// copy says was used. What was used since the copy was made stands in the ledger, or with receivers: when in
    /// doubt, name the number of banks, to use none.
    ///
    /// # Errors
    /// As [`OwnedPool::resume`].
    pub fn restore(copy: &[u8], first_unused: u16) -> Result<OwnedPool, Error> {
        let mut pool = OwnedPool::resume(copy)?;
        for (bank, slot) in pool.slots.iter_mut().enumerate() {
            if bank < usize::from(first_unused) || slot.bank.given() > 0 {
                slot.bank.close();
            }
        }
        Ok(pool)
    }

    /// Puts in a change that was written down on its own after the file was.
    ///
    /// # Errors
    /// [`Error::Encoding`], and [`Error::Bank`] when the pool is newer than the change.
    pub fn apply(&mut self, change: &[u8]) -> Result<(), Error> {
        let (bank, slot): (u16, Slot) = decode("a change of an owned pool", change)?;
        let length = self.registration.length;
        let old = self.slots.get_mut(usize::from(bank)).ok_or(NO_SUCH_BANK(bank))?;
        if (slot.ceiling, slot.prefix) != (old.ceiling, old.prefix) || !slot.bank.is_of(length) {
            return Err(Error::Bank { bank, why: "is not the one that the change is about" });
        }
        if slot.bank.given() < old.bank.given() {
            return Err(Error::Bank { bank, why: "is newer than the change" });
        }
        *old = slot;
        Ok(())
    }
}
