//! Where the words of transit pools end. Nobody makes us hash for nothing: walked are only claims whose signatures are
//! good and that will come in turn, each as many steps as it is owed; that is at most the length of its chain.

use gridnet_core::{Control, Engine, Error, HashFunction, Walk, add_shares};

use super::Work;
use super::context::Context;
use super::judge::{self, Left};
use super::stateless::Examined;
use crate::settlement::Kept;
use crate::transit::ClaimedPool;
use crate::value::Word;

/// The functions of chains.
const FUNCTIONS: [HashFunction; 2] = [HashFunction::BLAKE2S, HashFunction::Sha256];

/// The walks of some transit pools, by their functions.
#[derive(Default)]
pub(super) struct Walks([Segments; FUNCTIONS.len()]);

/// Of one function.
#[derive(Default)]
struct Segments {
    rows: Vec<usize>,
    starts: Vec<[u8; 32]>,
    steps: Vec<u64>,
}

impl Walks {
    /// Those that are worth walking if every one before turns out well. `left` is as before.
    pub(super) fn plan(
        claims: &[&ClaimedPool],
        examined: &[Examined],
        context: &Context,
        left: &Left,
    ) -> Walks {
        let mut ahead = left.clone_touched(claims);
        let mut walks = Walks::default();
        for (row, (claim, examined)) in claims.iter().zip(examined).enumerate() {
            let good = examined.fault.is_none();
            if !good || judge::in_turn(context, &ahead, claim, examined.session).is_err() {
                continue;
            }
            ahead.set(judge::bank_id(claim), Kept::after(&claim.pool.token, examined.session));
            let wanted = function(context, claim);
            let index = FUNCTIONS.iter().position(|&function| function == wanted).expect("one of them");
            let segments = &mut walks.0[index];
            segments.rows.push(row);
            segments.starts.push(claim.pool.token.word.0);
            segments.steps.push(claim.steps.into());
        }
        walks
    }

    /// Walks those of several parts together, on every device. For each part's row its end, if it was walked; `counts` says
    /// how many rows there are.
    pub(super) fn run(
        parts: &[Walks],
        counts: &[usize],
        engine: &Engine,
        work: &mut Work,
        control: &Control,
    ) -> Result<Vec<Ends>, Error> {
        let mut ends: Vec<Ends> = counts.iter().map(|&count| vec![None; count]).collect();
        for (index, function) in FUNCTIONS.into_iter().enumerate() {
            let segments = || parts.iter().map(|walks| &walks.0[index]);
            let starts: Vec<[u8; 32]> = segments().flat_map(|segments| &segments.starts).copied().collect();
            let steps: Vec<u64> = segments().flat_map(|segments| &segments.steps).copied().collect();
            if starts.is_empty() {
                continue;
            }
            let report = engine.walk(&Walk { function, starts: &starts, steps: &steps }, control)?;
            add_shares(&mut work.steps, &report.devices);
            let mut walked = report.value.into_iter().map(Word);
            for (segments, ends) in segments().zip(&mut ends) {
                for (&row, end) in segments.rows.iter().zip(walked.by_ref()) {
                    ends[row] = Some(end);
                }
            }
        }
        Ok(ends)
    }
}

/// Where each row's word ends, if it was walked.
pub(super) type Ends = Vec<Option<Word>>;

/// The function of a claim's chain, whose pool is registered.
fn function(context: &Context, claim: &ClaimedPool) -> HashFunction {
    context.pools[&claim.pool.token.pool].function.hash_function()
}

/// Where a claim's word ends, by the plainest code: for the few that come in turn because one before them failed.
pub(super) fn plainly(context: &Context, claim: &ClaimedPool) -> Word {
    let function = function(context, claim);
    Word((0..claim.steps).fold(claim.pool.token.word.0, |word, _| function.hash(&word)))
}
