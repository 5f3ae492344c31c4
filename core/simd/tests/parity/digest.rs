//! `digest`: every length around the block edges, every count around the lanes.

use gridnet_simd::{Function, Kernel};

use crate::mix::{Mix, painted};
use crate::oracle::Hash;
use crate::{Question, check, check_refused, same};

/// The most messages asked for at once: two groups of the widest kernel and some.
const COUNT_MAX: usize = 70;
/// Lengths at which padding or block count changes, and the header's.
const EDGES: [usize; 21] =
    [0, 1, 3, 31, 32, 36, 55, 56, 63, 64, 65, 80, 111, 112, 119, 120, 127, 128, 129, 256, 300];

/// Messages of one length.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    hash: Hash,
    length: usize,
    messages: Vec<u8>,
    wanted: Vec<[u8; 32]>,
}

impl Batch {
    fn new(hash: Hash, length: usize, count: usize, messages: Vec<u8>) -> Batch {
        let wanted = (0..count).map(|i| hash.of(&messages[i * length..(i + 1) * length])).collect();
        Batch { hash, length, messages, wanted }
    }

    pub(crate) fn painted(hash: Hash, length: usize, count: usize) -> Batch {
        Batch::new(hash, length, count, painted(length * count))
    }

    /// The first `count` messages of this batch.
    fn first(&self, count: usize) -> Batch {
        let messages = self.messages[..count * self.length].to_vec();
        Batch { messages, wanted: self.wanted[..count].to_vec(), ..*self }
    }
}

impl Question for Batch {
    type Answer = Vec<[u8; 32]>;

    fn function(&self) -> Function {
        self.hash.function
    }

    fn ask(&self, kernel: Kernel) -> Vec<[u8; 32]> {
        let mut digests = vec![[0xaa; 32]; self.wanted.len()];
        kernel.digest(&self.hash.chain(), &self.messages, self.length, &mut digests);
        digests
    }

    fn judge(&self, answer: &Vec<[u8; 32]>) -> Result<(), String> {
        same(answer, &self.wanted)
    }
}

#[test]
fn every_length_to_300() {
    for hash in Hash::all() {
        let mut mix = Mix(300);
        for length in 0..=300 {
            let count = 1 + mix.below(COUNT_MAX);
            check(&Batch::painted(hash, length, count));
        }
    }
}

#[test]
fn every_count_to_70_at_the_edges() {
    for hash in Function::ALL.map(Hash::plain) {
        for length in EDGES {
            let batch = Batch::painted(hash, length, COUNT_MAX);
            for count in 0..=COUNT_MAX {
                check(&batch.first(count));
            }
        }
    }
}

#[test]
fn random_messages_long_ones_too() {
    let mut mix = Mix(0xd16e57);
    for hash in Hash::all() {
        for length in [5, 77, 301, 511, 512, 513, 4_096, 5_000] {
            let count = 1 + mix.below(40);
            let messages = mix.bytes(length * count);
            check(&Batch::new(hash, length, count, messages));
        }
    }
}

#[test]
fn a_spoiled_digest_is_refused() {
    for hash in Hash::all() {
        let batch = Batch::painted(hash, 80, 37);
        check_refused(&batch, "a flipped first bit", |digests| digests[0][0] ^= 0x80);
        check_refused(&batch, "a flipped last bit", |digests| digests[36][31] ^= 1);
        check_refused(&batch, "two digests exchanged", |digests| digests.swap(1, 2));
        check_refused(&batch, "a digest too few", |digests| digests.truncate(36));
        check_refused(&batch, "a digest too many", |digests| digests.push([0; 32]));
    }
}

#[test]
fn another_personalisation_is_another_answer() {
    for function in [Function::Blake2s, Function::Blake2b] {
        let plain = Batch::painted(Hash::plain(function), 36, 9);
        let tag = |at: usize| {
            let mut personal = [0; 16];
            personal[at] = 1;
            Batch::painted(Hash { function, personal }, 36, 9)
        };
        let last = if function == Function::Blake2s { 7 } else { 15 };
        for tagged in [tag(0), tag(last)] {
            check(&tagged);
            assert!(plain.judge(&tagged.wanted).is_err());
        }
    }
}

#[test]
#[should_panic(expected = "assertion")]
fn message_bytes_must_match_the_count() {
    let kernel = crate::kernels(Function::Sha256)[0];
    kernel.digest(&Function::Sha256.initial(&[0; 16]), &[0; 99], 50, &mut [[0; 32]; 2]);
}
