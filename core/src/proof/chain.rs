//! Hash chains (paper X): a seed hashed again and again up to a public ceiling. x₀ = seed, x_{i+1} = H(x_i).
//!
//! A chain is built with checkpoints, so that any word can be had again at the cost of a few hashes and the whole
//! verified on many lanes at once. A built chain holds its seed: it is a secret, and is never sent to a GPU.

use crate::{Control, Engine, Error, HashFunction, Report, Walk};

/// The longest chain: 2²⁴ hashes.
pub const LENGTH_MAX: u64 = 1 << 24;

/// A hash chain's checkpoints: words 0, s, 2s, … and the last, where s is the spacing.
#[derive(Clone, PartialEq, Eq)]
pub struct HashChain {
    function: HashFunction,
    length: u64,
    spacing: u64,
    words: Vec<[u8; 32]>,
}

impl std::fmt::Debug for HashChain {
    /// Without its words: they are secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HashChain")
            .field("function", &self.function)
            .field("length", &self.length)
            .field("spacing", &self.spacing)
            .finish_non_exhaustive()
    }
}

impl HashChain {
    /// Builds the chains of several seeds side by side, one in each lane.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a length outside 1..=2²⁴ or a spacing outside 1..=length; the engine's own.
    pub fn build_many(
        engine: &Engine,
        function: HashFunction,
        seeds: &[[u8; 32]],
        length: u64,
        spacing: u64,
        control: &Control,
    ) -> Result<Vec<HashChain>, Error> {
        within("the chain's length", length, LENGTH_MAX)?;
        within("the checkpoints' spacing", spacing, length)?;
        let mut chains: Vec<HashChain> =
            seeds.iter().map(|seed| HashChain { function, length, spacing, words: vec![*seed] }).collect();
        let mut ends = seeds.to_vec();
        let mut at = 0;
        while at < length {
            let step = spacing.min(length - at);
            let steps = vec![step; ends.len()];
            ends = engine.walk(&Walk { function, starts: &ends, steps: &steps }, control)?.value;
            for (chain, end) in chains.iter_mut().zip(&ends) {
                chain.words.push(*end);
            }
            at += step;
        }
        Ok(chains)
    }

    /// Builds one chain.
    ///
    /// # Errors
    /// As [`HashChain::build_many`].
    pub fn build(
        engine: &Engine,
        function: HashFunction,
        seed: &[u8; 32],
        length: u64,
        spacing: u64,
        control: &Control,
    ) -> Result<HashChain, Error> {
        let mut chains = HashChain::build_many(engine, function, &[*seed], length, spacing, control)?;
        Ok(chains.pop().expect("one seed gives one chain"))
    }

    /// The function.
    pub fn function(&self) -> HashFunction {
        self.function
    }

    /// Hashes from seed to ceiling.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The public last word.
    pub fn ceiling(&self) -> &[u8; 32] {
        self.words.last().expect("a chain has a ceiling")
    }

    /// Word `index`, 0 the seed and `length` the ceiling; `None` beyond it. Costs less than one spacing in hashes.
    pub fn word(&self, index: u64) -> Option<[u8; 32]> {
        if index > self.length {
            return None;
        }
        if index == self.length {
            return Some(*self.ceiling());
        }
        let checkpoint = index / self.spacing;
        let start = self.words[usize::try_from(checkpoint).ok()?];
        Some((0..index - checkpoint * self.spacing).fold(start, |word, _| self.function.hash(&word)))
    }

    /// Whether every checkpoint leads to the next: the pieces are walked side by side.
    ///
    /// # Errors
    /// The engine's own.
    pub fn verify(&self, engine: &Engine, control: &Control) -> Result<Report<bool>, Error> {
        let pieces = self.words.len() - 1;
        let mut steps = vec![self.spacing; pieces];
        if let Some(last) = steps.last_mut() {
            *last = self.length - self.spacing * (pieces as u64 - 1);
        }
        let walk = Walk { function: self.function, starts: &self.words[..pieces], steps: &steps };
        let matches = engine.walk_matches(&walk, &self.words[1..], control)?;
        Ok(matches.map(|matches| matches.into_iter().all(|matches| matches)))
    }
}

fn within(what: &'static str, got: u64, max: u64) -> Result<(), Error> {
    if (1..=max).contains(&got) { Ok(()) } else { Err(Error::OutOfRange { what, min: 1, max, got }) }
}
