//! Computing a pool's chains from their seeds, all banks side by side in the CPU's lanes, and once more by other code:
//! a ceiling that is wrong would be worth nothing, and its coins gone. Seeds never go to a graphics processor.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use gridnet_core::{Control, Engine, HashFunction, Walk};
use zeroize::Zeroizing;

use super::bank::{Bank, pebble_depths};
use crate::Error;

/// Hashes between two looks at the cancel flag: a few milliseconds.
const BREATH: u32 = 1 << 14;

/// Words of all banks at one depth.
type Layer = Zeroizing<Vec<[u8; 32]>>;

/// A chain that was computed.
pub(super) struct Built {
    pub(super) ceiling: [u8; 32],
    pub(super) bank: Bank,
}

/// Computes the chains of these seeds.
///
/// # Errors
/// [`Error::Disagreement`] when the second computation gives something else, and the engine's own.
pub(super) fn build(
    engine: &Engine,
    function: HashFunction,
    seeds: &[[u8; 32]],
    length: u32,
    control: &Control,
) -> Result<Vec<Built>, Error> {
    let engine = engine.on_cpu();
    let mut layers: Vec<(u32, Layer)> = vec![(length, Zeroizing::new(seeds.to_vec()))];
    for depth in pebble_depths(length).chain([0]) {
        let (below, starts) = layers.last().expect("there are seeds");
        let steps = vec![u64::from(below - depth); seeds.len()];
        let mut ends = Zeroizing::new(vec![[0; 32]; seeds.len()]);
        engine.walk_into(&Walk { function, starts, steps: &steps }, &mut ends, control)?;
        layers.push((depth, ends));
    }
    confirm(function, &layers, control)?;
    let (_, ceilings) = layers.last().expect("there are ceilings");
    let built = |bank: usize| {
        let words = layers[1..].iter().map(|(_, words)| words[bank]);
        Built { ceiling: ceilings[bank], bank: Bank::new(length, words) }
    };
    Ok((0..seeds.len()).map(built).collect())
}

/// Computes every piece between two layers again, by the general path, which shares no code with the lanes.
fn confirm(function: HashFunction, layers: &[(u32, Layer)], control: &Control) -> Result<(), Error> {
    let banks = layers[0].1.len();
    let pieces = banks * (layers.len() - 1);
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                return Ok(());
            }
            // The longest pieces come first.
            let (layer, bank) = (piece / banks, piece % banks);
            let ((below, starts), (above, ends)) = (&layers[layer], &layers[layer + 1]);
            let mut word = Zeroizing::new(starts[bank]);
            for step in 0..below - above {
                if step % BREATH == 0 && control.cancel.is_cancelled() {
                    return Err(gridnet_core::Error::Cancelled.into());
                }
                *word = function.hash(&*word);
            }
            if *word != ends[bank] {
                return Err(Error::Disagreement { bank: bank as u16 });
            }
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(pieces);
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        others.into_iter().map(|other| other.join().expect("hashing does not panic")).fold(own, Result::and)
    })
}

#[cfg(test)]
mod tests {
    use gridnet_core::{Control, Engine, HashFunction};
    use zeroize::Zeroizing;

    use super::{build, confirm};
    use crate::Error;

    #[test]
    fn banks_are_what_hashing_word_after_word_gives() {
        let engine = Engine::builder().device("cpu").threads(2).build().expect("a CPU");
        for (function, length) in
            [(HashFunction::BLAKE2S, 1), (HashFunction::Sha256, 2), (HashFunction::BLAKE2S, 77)]
        {
            let seeds: Vec<[u8; 32]> = (0..5).map(|bank| [bank; 32]).collect();
            let built = build(&engine, function, &seeds, length, &Control::default()).expect("a pool");
            for (seed, mut built) in seeds.into_iter().zip(built) {
                let mut words = vec![seed];
                for _ in 0..length {
                    words.push(function.hash(words.last().expect("a word")));
                }
                words.reverse();
                assert_eq!(built.ceiling, words[0]);
                for depth in [1, 2, 3, 40, 76, 77].into_iter().filter(|&depth| depth <= length) {
                    let word = built.bank.word(function, &seed, depth).expect("a bank");
                    assert_eq!(word.0, words[depth as usize]);
                }
            }
        }
    }

    #[test]
    fn a_wrong_word_is_noticed() {
        let function = HashFunction::BLAKE2S;
        let layer = |words: &[[u8; 32]]| Zeroizing::new(words.to_vec());
        let (a, b) = ([1; 32], [2; 32]);
        let above = [function.hash(&a), function.hash(&b)];
        let mut layers = vec![(1, layer(&[a, b])), (0, layer(&above))];
        assert_eq!(confirm(function, &layers, &Control::default()), Ok(()));
        layers[1].1[1][31] ^= 1;
        let found = confirm(function, &layers, &Control::default());
        assert_eq!(found, Err(Error::Disagreement { bank: 1 }));
    }
}
