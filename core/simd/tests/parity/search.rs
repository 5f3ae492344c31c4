//! `search`: nonces anywhere in a message, every width, both byte orders, ranges at the ends of words.
//!
//! The judge hashes every nonce that the kernel says it tried and expects exactly those whose digest's top word is at
//! most the target's.

use gridnet_simd::{Candidate, Field, Function, Kernel, Tail, Test};

use crate::mix::{Mix, painted};
use crate::oracle::Hash;
use crate::{Question, check, check_refused, same};

/// A target met by one digest in two.
const HALF: [u8; 32] = {
    let mut target = [0xff; 32];
    target[0] = 0x7f;
    target
};

/// Where a nonce stands, and the order in which the digest is read.
#[derive(Clone, Copy, Debug)]
struct Shape {
    length: usize,
    offset: usize,
    bytes: usize,
    big_endian: bool,
    little_order: bool,
}

/// The 80-byte header's.
const HEADER: Shape = Shape { length: 80, offset: 76, bytes: 4, big_endian: false, little_order: true };
/// The identity's: two addresses, then the nonce.
const IDENTITY: Shape = Shape { length: 68, offset: 64, bytes: 4, big_endian: false, little_order: false };
/// One that no kernel knows: across words and blocks.
const ODD: Shape = Shape { length: 140, offset: 61, bytes: 7, big_endian: true, little_order: false };

impl Shape {
    /// One past the largest nonce.
    fn end(self) -> u128 {
        1 << (8 * self.bytes)
    }

    fn write(self, message: &mut [u8], nonce: u64) {
        let bytes = nonce.to_le_bytes();
        for (i, byte) in bytes[..self.bytes].iter().enumerate() {
            let at = if self.big_endian { self.bytes - 1 - i } else { i };
            message[self.offset + at] = *byte;
        }
    }
}

/// Some nonces of a message and its siblings.
#[derive(Clone, Debug)]
struct Nonces {
    hash: Hash,
    shape: Shape,
    messages: Vec<Vec<u8>>,
    target: [u8; 32],
    first: u64,
    count: u64,
    enough: usize,
}

/// What a kernel said: how far it came, and its candidates in order.
#[derive(Debug)]
struct Tried {
    tried: u64,
    candidates: Vec<Candidate>,
}

impl Nonces {
    /// `siblings` messages that differ before the nonce's block, where it has anything before it.
    fn new(hash: Hash, shape: Shape, siblings: usize) -> Nonces {
        let from = shape.offset / hash.function.block_bytes() * hash.function.block_bytes();
        let siblings = if from == 0 { 1 } else { siblings };
        let messages = (0..siblings)
            .map(|sibling| {
                let mut message = painted(shape.length);
                message[..from].iter_mut().step_by(3).for_each(|byte| *byte ^= sibling as u8);
                message
            })
            .collect();
        Nonces { hash, shape, messages, target: HALF, first: 0, count: 70, enough: usize::MAX }
    }

    fn range(self, first: u64, count: u64) -> Nonces {
        Nonces { first, count, ..self }
    }

    fn target(self, target: [u8; 32]) -> Nonces {
        Nonces { target, ..self }
    }

    fn enough(self, enough: usize) -> Nonces {
        Nonces { enough, ..self }
    }

    fn random_messages(mut self, mix: &mut Mix) -> Nonces {
        let from = self.tail_from();
        let random = mix.bytes(self.shape.length);
        for message in &mut self.messages {
            message[from..].copy_from_slice(&random[from..]);
        }
        self
    }

    fn tail_from(&self) -> usize {
        self.shape.offset / self.hash.function.block_bytes() * self.hash.function.block_bytes()
    }

    fn tail(&self) -> Tail {
        let function = self.hash.function;
        let from = self.tail_from();
        let midstates = self.messages.iter().map(|message| {
            let mut chain = self.hash.chain();
            function.absorb(&mut chain, 0, &message[..from]);
            chain
        });
        let Shape { offset, bytes, big_endian, little_order, .. } = self.shape;
        let field = Field { offset: offset - from, bytes, big_endian };
        let test = Test { little_endian: little_order, target: self.target };
        Tail::new(function, midstates.collect(), from as u64, &self.messages[0][from..], field, test)
    }

    /// The digest as a number, most significant byte first.
    fn number(&self, nonce: u64, sibling: usize) -> [u8; 32] {
        let mut message = self.messages[sibling].clone();
        self.shape.write(&mut message, nonce);
        let mut number = self.hash.of(&message);
        if self.shape.little_order {
            number.reverse();
        }
        number
    }

    /// Every candidate among the first `tried` nonces.
    fn candidates(&self, tried: u64) -> Vec<Candidate> {
        let word = if self.hash.function == Function::Blake2b { 8 } else { 4 };
        let mut candidates = Vec::new();
        for nonce in (0..tried).map(|i| self.first + i) {
            for sibling in 0..self.messages.len() {
                if self.number(nonce, sibling)[..word] <= self.target[..word] {
                    candidates.push(Candidate { nonce, sibling: sibling as u32 });
                }
            }
        }
        candidates
    }
}

impl Question for Nonces {
    type Answer = Tried;

    fn function(&self) -> Function {
        self.hash.function
    }

    fn ask(&self, kernel: Kernel) -> Tried {
        let mut candidates = Vec::new();
        let tried = kernel.search(&self.tail(), self.first, self.count, self.enough, &mut candidates);
        candidates.sort_unstable();
        Tried { tried, candidates }
    }

    fn judge(&self, answer: &Tried) -> Result<(), String> {
        let &Tried { tried, ref candidates } = answer;
        if tried > self.count {
            return Err(format!("{tried} nonces tried of {}", self.count));
        }
        if tried < self.count && candidates.len() < self.enough {
            return Err(format!("stopped after {tried} nonces with {} candidates", candidates.len()));
        }
        same(candidates, &self.candidates(tried))
    }
}

/// Starts that matter for a field: its ends, and where the low 32 bits overflow.
fn starts(shape: Shape, count: u64) -> Vec<u64> {
    let last = u64::try_from(shape.end() - u128::from(count).min(shape.end())).expect("below 2^64");
    let mut starts = vec![0, last];
    if shape.bytes > 4 {
        starts.extend([(1 << 32) - count / 2, (3 << 32) - 1, 0xffff_ffff_u64 - count]);
    }
    starts
}

#[test]
fn every_offset_and_width_in_messages_of_many_lengths() {
    let mut mix = Mix(0x0ff5e7);
    for hash in Hash::all() {
        for length in [1, 4, 9, 20, 55, 68, 80, 137, 260] {
            for bytes in 1..=8.min(length) {
                for offset in 0..=length - bytes {
                    let (big_endian, little_order) = (mix.below(2) == 1, mix.below(2) == 1);
                    let shape = Shape { length, offset, bytes, big_endian, little_order };
                    let count = 1 + mix.below(9) as u64;
                    let starts = starts(shape, count);
                    let first = starts[mix.below(starts.len())];
                    check(
                        &Nonces::new(hash, shape, 1 + mix.below(2))
                            .random_messages(&mut mix)
                            .range(first, count),
                    );
                }
            }
        }
    }
}

#[test]
fn counters_that_overflow_32_bits() {
    for hash in Hash::all() {
        for bytes in 4..=8 {
            for (big_endian, offset) in
                [(false, 3), (true, 3), (false, 61), (true, 61), (false, 76), (true, 124)]
            {
                let shape = Shape { length: 150, offset, bytes, big_endian, little_order: big_endian };
                for first in starts(shape, 45) {
                    check(&Nonces::new(hash, shape, 2).range(first, 45));
                }
            }
        }
    }
}

#[test]
fn known_shapes_and_their_siblings() {
    for hash in Hash::all() {
        for shape in [HEADER, IDENTITY, ODD] {
            for big_endian in [false, true] {
                for little_order in [false, true] {
                    let shape = Shape { big_endian, little_order, ..shape };
                    for siblings in 1..=5 {
                        check(&Nonces::new(hash, shape, siblings).range(0x0012_3456, 67));
                    }
                }
            }
        }
    }
}

/// More siblings than the header kernel keeps midstates for at once, and one more than a whole batch of them.
#[test]
fn many_siblings() {
    for hash in [Function::Sha256d, Function::Blake2s].map(Hash::plain) {
        for siblings in [8, 9, 15, 16, 17, 33] {
            check(&Nonces::new(hash, HEADER, siblings).range(77, 67));
        }
    }
}

/// Repetitions of an address before the nonce: the identity's place moves through both block sizes.
#[test]
fn identities_of_one_to_nine_repetitions() {
    for hash in Hash::all() {
        for repetitions in 1..=9 {
            let offset = 32 * repetitions;
            check(&Nonces::new(hash, Shape { length: offset + 4, offset, ..IDENTITY }, 2));
        }
    }
}

#[test]
fn every_count_to_70() {
    for hash in Function::ALL.map(Hash::plain) {
        for shape in [HEADER, IDENTITY, ODD] {
            for count in 1..=70 {
                check(&Nonces::new(hash, shape, 1 + count as usize % 3).range(1_000_000, count));
            }
        }
    }
}

#[test]
fn long_searches() {
    let mut target = [0xff; 32];
    (target[0], target[1]) = (0x01, 0x23);
    for hash in Hash::all() {
        for shape in [HEADER, IDENTITY, ODD] {
            check(&Nonces::new(hash, shape, 3).target(target).range(0xffff_f000, 2_011));
        }
    }
}

#[test]
fn a_planted_hit_first_middle_last_or_beyond() {
    for hash in Hash::all() {
        for shape in [HEADER, IDENTITY, ODD] {
            let around = Nonces::new(hash, shape, 1).range(100_000, 400);
            // The nonce of the least digest: no other meets its target, and it meets it exactly.
            let planted = (100_100..100_300).min_by_key(|&nonce| around.number(nonce, 0)).expect("not empty");
            let exact = around.target(Nonces::new(hash, shape, 1).number(planted, 0));
            for (first, is_in) in [
                (planted, true),
                (planted - 20, true),
                (planted - 39, true),
                (planted - 40, false),
                (planted + 1, false),
            ] {
                let part = exact.clone().range(first, 40);
                check(&part);
                let inside = part.candidates(40).iter().any(|candidate| candidate.nonce == planted);
                assert_eq!(inside, is_in, "{part:?}");
            }
        }
    }
}

#[test]
fn targets_zero_and_max() {
    for hash in Hash::all() {
        for shape in [HEADER, IDENTITY, ODD] {
            let all = Nonces::new(hash, shape, 2).target([0xff; 32]);
            check(&all);
            assert_eq!(all.candidates(70).len(), 70 * all.messages.len());
            let none = all.target([0; 32]);
            check(&none);
            assert_eq!(none.candidates(70), []);
        }
    }
}

#[test]
fn enough_ends_a_search_early() {
    const COUNT: u64 = 1 << 20;
    for hash in Hash::all() {
        for shape in [HEADER, IDENTITY, ODD] {
            for enough in [1, 2, 64] {
                for target in [HALF, [0xff; 32]] {
                    let dense = Nonces::new(hash, shape, 3).target(target).range(7, COUNT).enough(enough);
                    for kernel in crate::kernels(hash.function) {
                        let answer = dense.ask(kernel);
                        assert_eq!(dense.judge(&answer), Ok(()), "{} {dense:?}", kernel.path().name());
                        assert!((enough as u64 / 3..COUNT / 64).contains(&answer.tried), "{answer:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn candidates_that_are_there_already_count() {
    let question = Nonces::new(Hash::plain(Function::Sha256d), HEADER, 1).target([0xff; 32]);
    for kernel in crate::kernels(Function::Sha256d) {
        let kept = Candidate { nonce: 5, sibling: 0 };
        let mut candidates = vec![kept];
        assert_eq!(kernel.search(&question.tail(), 9, 70, 1, &mut candidates), 0);
        assert_eq!(kernel.search(&question.tail(), 9, 0, 9, &mut candidates), 0);
        assert_eq!(candidates, [kept]);
    }
}

#[test]
fn meets_compares_the_whole_digest() {
    for hash in Hash::all() {
        for shape in [HEADER, IDENTITY] {
            let question = Nonces::new(hash, shape, 1);
            let number = question.number(3, 0);
            let mut message = question.messages[0].clone();
            shape.write(&mut message, 3);
            let digest = hash.of(&message);
            let mut below = number;
            // The least significant byte of these digests is not zero, so that this does not borrow.
            below[31] = number[31].checked_sub(1).unwrap_or_else(|| panic!("{number:?}"));
            assert!(question.clone().target(number).tail().meets(&digest));
            assert!(!question.target(below).tail().meets(&digest));
        }
    }
}

#[test]
fn a_spoiled_search_is_refused() {
    for hash in Hash::all() {
        for shape in [HEADER, ODD] {
            let question = Nonces::new(hash, shape, 2);
            let spoil = |how: &str, spoil: fn(&mut Tried)| check_refused(&question, how, spoil);
            spoil("a flipped bit", |answer| answer.candidates[0].nonce ^= 1 << 40);
            spoil("a dropped hit", |answer| answer.candidates.retain(|candidate| candidate.nonce % 4 != 1));
            spoil("the last hit dropped", |answer| answer.candidates.truncate(answer.candidates.len() - 1));
            spoil("a hit twice", |answer| {
                answer.candidates.push(answer.candidates[answer.candidates.len() - 1])
            });
            spoil("a hit beyond the range", |answer| {
                answer.candidates.push(Candidate { nonce: 70, sibling: 0 })
            });
            spoil("another sibling", |answer| answer.candidates[1].sibling += 7);
            spoil("two hits exchanged", |answer| answer.candidates.swap(0, 1));
            spoil("a search cut short", |answer| answer.tried -= 1);
            spoil("more tried than asked", |answer| answer.tried += 1);
        }
    }
}

#[test]
#[should_panic(expected = "own function")]
fn a_tail_of_another_function_is_refused() {
    let tail = Nonces::new(Hash::plain(Function::Sha256), HEADER, 1).tail();
    crate::kernels(Function::Sha256d)[0].search(&tail, 0, 1, 1, &mut Vec::new());
}
