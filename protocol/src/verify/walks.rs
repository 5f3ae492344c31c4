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

/// The walks of some transit pools.
#[derive(Default)]
pub(super) struct Walks {
    rows: Vec<usize>,
}

/// Where they end.
pub(super) struct Ends {
    ends: Vec<Option<Word>>,
    pub(super) work: Work,
}

impl Ends {
    /// Of a row, if it was walked.
    pub(super) fn of(&self, row: usize) -> Option<Word> {
        self.ends[row]
    }
}

impl Walks {
    /// Those that are worth walking if every one before turns out well. `left` is as before.
    pub(super) fn plan(
        claims: &[ClaimedPool],
        examined: &[Examined],
        context: &Context,
        left: &Left,
    ) -> Walks {
        let mut ahead = left.clone_touched(claims);
        let mut in_turn = |&row: &usize| {
            let (claim, examined) = (&claims[row], &examined[row]);
            let in_turn =
                examined.fault.is_none() && judge::in_turn(context, &ahead, claim, examined.session).is_ok();
            if in_turn {
                ahead.set(judge::bank_id(claim), Kept::after(&claim.pool.token, examined.session));
            }
            in_turn
        };
        Walks { rows: (0..claims.len()).filter(|row| in_turn(row)).collect() }
    }

    /// Walks them, on every device.
    pub(super) fn run(
        &self,
        engine: &Engine,
        claims: &[ClaimedPool],
        context: &Context,
        control: &Control,
    ) -> Result<Ends, Error> {
        let mut walked = Ends { ends: vec![None; claims.len()], work: Work::default() };
        for wanted in [HashFunction::BLAKE2S, HashFunction::Sha256] {
            let is_wanted = |&row: &usize| function(context, &claims[row]) == wanted;
            let rows: Vec<usize> = self.rows.iter().copied().filter(is_wanted).collect();
            if rows.is_empty() {
                continue;
            }
            let starts: Vec<[u8; 32]> = rows.iter().map(|&row| claims[row].pool.token.word.0).collect();
            let steps: Vec<u64> = rows.iter().map(|&row| claims[row].steps.into()).collect();
            let report = engine.walk(&Walk { function: wanted, starts: &starts, steps: &steps }, control)?;
            add_shares(&mut walked.work.steps, &report.devices);
            for (row, end) in rows.into_iter().zip(report.value) {
                walked.ends[row] = Some(Word(end));
            }
        }
        Ok(walked)
    }
}

/// The function of a claim's chain, whose pool is registered.
fn function(context: &Context, claim: &ClaimedPool) -> HashFunction {
    context.pools[&claim.pool.token.pool].function.hash_function()
}

/// Where a claim's word ends, by the plainest code: for the few that come in turn because one before them failed.
pub(super) fn plainly(context: &Context, claim: &ClaimedPool) -> Word {
    let function = function(context, claim);
    Word((0..claim.steps).fold(claim.pool.token.word.0, |word, _| function.hash(&word)))
}
