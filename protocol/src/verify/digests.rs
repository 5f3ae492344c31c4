//! Many tagged hashes at once: messages of one tag and length are one batch for the engine.

use std::collections::BTreeMap;

use gridnet_core::{Control, Digest, Engine, Error, HashFunction, add_shares};

use super::Work;
use crate::tagged::Tag;
use crate::{Kind, Network};

/// Where a digest will be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(u32);

/// Messages to be hashed.
#[derive(Default)]
pub(super) struct Digests {
    batches: BTreeMap<([u8; 8], usize), Batch>,
    count: u32,
}

#[derive(Default)]
struct Batch {
    messages: Vec<u8>,
    slots: Vec<u32>,
}

/// What they hashed to.
pub(super) struct Digested(Vec<[u8; 32]>);

impl std::ops::Index<Slot> for Digested {
    type Output = [u8; 32];

    fn index(&self, slot: Slot) -> &[u8; 32] {
        &self.0[slot.0 as usize]
    }
}

impl Digests {
    /// Adds a message of these parts.
    pub(super) fn add(&mut self, tag: Tag, parts: &[&[u8]]) -> Slot {
        let length = parts.iter().map(|part| part.len()).sum();
        let batch = self.batches.entry((tag.bytes(), length)).or_default();
        for part in parts {
            batch.messages.extend_from_slice(part);
        }
        let slot = self.count;
        batch.slots.push(slot);
        self.count += 1;
        Slot(slot)
    }

    /// Adds what is signed of a body, given by its encoding.
    pub(super) fn add_signed(&mut self, network: Network, kind: Kind, parts: &[&[u8]]) -> Slot {
        self.add_of(Tag::SIGN, network, kind, parts)
    }

    /// Adds an object's id, given by its encoding.
    pub(super) fn add_id(&mut self, network: Network, kind: Kind, parts: &[&[u8]]) -> Slot {
        self.add_of(Tag::ID, network, kind, parts)
    }

    fn add_of(&mut self, tag: Tag, network: Network, kind: Kind, parts: &[&[u8]]) -> Slot {
        let (network, kind) = (network.id().to_le_bytes(), [kind as u8]);
        match parts {
            [one] => self.add(tag, &[&network, &kind, one]),
            [one, two] => self.add(tag, &[&network, &kind, one, two]),
            parts => self.add(tag, &[&network, &kind, &parts.concat()]),
        }
    }

    /// Hashes them all.
    pub(super) fn run(self, engine: &Engine, work: &mut Work, control: &Control) -> Result<Digested, Error> {
        let mut digested = vec![[0; 32]; self.count as usize];
        for ((personal, length), batch) in self.batches {
            let function = HashFunction::Blake2s { personal };
            let question = Digest { function, messages: &batch.messages, length, count: batch.slots.len() };
            let report = engine.digest(&question, control)?;
            add_shares(&mut work.digests, &report.devices);
            for (slot, digest) in batch.slots.into_iter().zip(report.value) {
                digested[slot as usize] = digest;
            }
        }
        Ok(Digested(digested))
    }
}
