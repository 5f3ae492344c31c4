//! `walk`: every lane forward by the same steps, each from its own value.

use gridnet_simd::{Function, Kernel, LaneBlock};

use crate::mix::Mix;
use crate::oracle::Hash;
use crate::{Question, check, check_refused, same};

/// Values put into the first lanes, walked in legs; after each leg lane `refill` gets a new value.
#[derive(Debug)]
struct Lanes {
    hash: Hash,
    seed: u64,
    /// Part of the lanes that are filled, in eighths.
    filled: usize,
    legs: Vec<u64>,
}

impl Lanes {
    fn new(hash: Hash, seed: u64, filled: usize, legs: &[u64]) -> Lanes {
        Lanes { hash, seed, filled, legs: legs.to_vec() }
    }

    /// Value `index` of this question: painted ones at first, then random ones.
    fn value(&self, index: usize) -> [u8; 32] {
        if index < 3 { [index as u8 * 0x7f; 32] } else { Mix(self.seed + index as u64).array() }
    }
}

impl Question for Lanes {
    /// For each lane: the values that went through it, each with its steps and its end.
    type Answer = Vec<([u8; 32], u64, [u8; 32])>;

    fn function(&self) -> Function {
        self.hash.function
    }

    fn ask(&self, kernel: Kernel) -> Self::Answer {
        let chain = self.hash.chain();
        let mut block = LaneBlock::default();
        let filled = (kernel.lanes() * self.filled).div_ceil(8);
        let mut under_way: Vec<([u8; 32], u64)> = (0..filled).map(|lane| (self.value(lane), 0)).collect();
        for (lane, (value, _)) in under_way.iter().enumerate() {
            kernel.put(&mut block, lane, value);
        }
        let mut answer = Vec::new();
        for (leg, &steps) in self.legs.iter().enumerate() {
            kernel.walk(&chain, &mut block, steps);
            under_way.iter_mut().for_each(|(_, walked)| *walked += steps);
            // One lane is done and gets a new value; the others must not notice.
            let lane = (5 * leg + 1) % filled;
            let (start, walked) = under_way[lane];
            answer.push((start, walked, kernel.get(&block, lane)));
            let value = self.value(100 + leg);
            kernel.put(&mut block, lane, &value);
            under_way[lane] = (value, 0);
        }
        for (lane, &(start, walked)) in under_way.iter().enumerate() {
            answer.push((start, walked, kernel.get(&block, lane)));
        }
        answer
    }

    fn judge(&self, answer: &Self::Answer) -> Result<(), String> {
        let end = |start, steps| (0..steps).fold(start, |value: [u8; 32], _| self.hash.of(&value));
        let wanted: Vec<_> =
            answer.iter().map(|&(start, steps, _)| (start, steps, end(start, steps))).collect();
        if answer.len() <= self.legs.len() {
            return Err("lanes are missing".to_owned());
        }
        same(answer, &wanted)
    }
}

#[test]
fn steps_and_refills() {
    for hash in Hash::all() {
        for legs in [&[0][..], &[1], &[2], &[3, 1, 2], &[0, 7, 0, 16], &[100, 1, 33, 5, 64]] {
            check(&Lanes::new(hash, 0x5eed, 8, legs));
        }
    }
}

#[test]
fn lanes_that_are_not_filled() {
    for hash in Hash::all() {
        for filled in 1..8 {
            check(&Lanes::new(hash, 77, filled, &[9, 4]));
        }
    }
}

#[test]
fn put_and_get_are_inverse() {
    for function in Function::ALL {
        for kernel in crate::kernels(function) {
            let mut block = LaneBlock::default();
            let value = |lane: usize| Mix(lane as u64).array::<32>();
            (0..kernel.lanes()).for_each(|lane| kernel.put(&mut block, lane, &value(lane)));
            assert!(
                (0..kernel.lanes()).all(|lane| kernel.get(&block, lane) == value(lane)),
                "{kernel:?}",
                kernel = kernel.path()
            );
        }
    }
}

#[test]
fn a_spoiled_walk_is_refused() {
    for hash in Hash::all() {
        let lanes = Lanes::new(hash, 1, 8, &[5, 2]);
        check_refused(&lanes, "a flipped bit", |ends| ends.last_mut().expect("ends").2[17] ^= 4);
        check_refused(&lanes, "two ends exchanged", |ends| {
            let first = ends[0].2;
            ends[0].2 = ends[1].2;
            ends[1].2 = first;
        });
        check_refused(&lanes, "a step too few", |ends| ends[0].1 -= 1);
        check_refused(&lanes, "a lane never walked", |ends| ends[1].2 = ends[1].0);
        check_refused(&lanes, "no lanes", Vec::clear);
    }
}
