//! Transit pools that are verified together. What a claim meets in its turn is what earlier ones left of its own bank, so
//! the banks are dealt out to shards, and each shard is prepared, planned and judged on a thread of its own; signatures
//! and walks of all shards are one batch each, for every device.

use std::iter::zip;

use gridnet_core::{Control, Engine, Error, Signed, Verify, add_shares};

use super::context::{BankId, Context};
use super::judge::{self, Left};
use super::stateless::{Examined, Prepared};
use super::walks::{self, Ends, Walks};
use super::{Verdict, Work};
use crate::transit::ClaimedPool;

/// More than any machine has threads to judge with, and few enough that a shard of a round fills lanes.
const SHARDS: usize = 64;
/// Claims that a thread deals out at a time.
const DEALT: usize = 2_048;

/// What is left of the banks, by shard.
#[derive(Clone, Debug)]
pub(super) struct Banks(Vec<Left>);

impl Default for Banks {
    fn default() -> Banks {
        Banks(vec![Left::default(); SHARDS])
    }
}

impl Banks {
    pub(super) fn of(&mut self, bank: &BankId) -> &mut Left {
        &mut self.0[shard(bank)]
    }

    /// Makes final, or forgets, what the claims of a call left.
    pub(super) fn end(&mut self, engine: &Engine, succeeded: bool) {
        let touched: Vec<&mut Left> = self.0.iter_mut().filter(|left| left.is_pending()).collect();
        engine.each_piece(touched.into_iter(), |_, left| left.end(succeeded));
    }
}

/// The shard of a bank. A pool's id is a hash, and owners spread their claims over their pools' banks.
fn shard((pool, bank): &BankId) -> usize {
    (usize::from(pool.0[0]) + usize::from(*bank)) % SHARDS
}

/// Transit pools that are verified together.
pub(super) struct Round<'a> {
    count: usize,
    shards: Vec<Shard<'a>>,
    pub(super) work: Work,
}

/// Those of some banks.
struct Shard<'a> {
    index: usize,
    /// Where they stand in the round, ascending.
    places: Vec<usize>,
    claims: Vec<&'a ClaimedPool>,
    prepared: Prepared,
}

/// What the engine says of a round, by shard.
pub(super) struct Computed {
    examined: Vec<Vec<Examined>>,
    ends: Vec<Ends>,
    pub(super) work: Work,
}

impl<'a> Round<'a> {
    /// Does what needs no turn and no device. `before` is the round before if that has yet to be judged.
    pub(super) fn prepare(
        engine: &Engine,
        claims: &'a [ClaimedPool],
        context: &Context,
        banks: &Banks,
        before: Option<&Round<'_>>,
        control: &Control,
    ) -> Result<Round<'a>, Error> {
        let shards = engine.each_piece(claims.chunks(DEALT), |_, claims| {
            claims.iter().map(|claim| shard(&judge::bank_id(claim))).collect::<Vec<usize>>()
        });
        let mut dealt: Vec<(Vec<usize>, Vec<&'a ClaimedPool>)> = vec![Default::default(); SHARDS];
        for (place, (claim, shard)) in zip(claims, shards.into_iter().flatten()).enumerate() {
            dealt[shard].0.push(place);
            dealt[shard].1.push(claim);
        }
        let dealt: Vec<_> =
            dealt.into_iter().enumerate().filter(|(_, (places, _))| !places.is_empty()).collect();
        let prepare =
            |engine: &Engine, (index, (places, claims)): (usize, (Vec<usize>, Vec<&'a ClaimedPool>))| {
                let before = before.and_then(|round| round.shards.iter().find(|shard| shard.index == index));
                let under_way = before.map(|shard| &shard.prepared.banks);
                let prepared = Prepared::new(engine, &claims, context, &banks.0[index], under_way, control)?;
                Ok(Shard { index, places, claims, prepared })
            };
        let shards = engine.each_piece(dealt.into_iter(), prepare);
        let shards = shards.into_iter().collect::<Result<Vec<Shard<'a>>, Error>>()?;
        let mut work = Work::default();
        shards.iter().for_each(|shard| work.add(&shard.prepared.work));
        Ok(Round { count: claims.len(), shards, work })
    }

    /// Has the devices verify the signatures, then walk what is worth it.
    pub(super) fn compute(
        &self,
        engine: &Engine,
        context: &Context,
        banks: &Banks,
        control: &Control,
    ) -> Result<Computed, Error> {
        let mut work = Work::default();
        let signed = self.verify(engine, &mut work, control)?;
        let mut rest = signed.as_slice();
        let parts = self.shards.iter().map(|shard| {
            let (own, others) = rest.split_at(shard.prepared.signatures.len());
            rest = others;
            (shard, own)
        });
        let parts: Vec<(&Shard<'_>, &[Signed])> = parts.collect();
        let planned = engine.each_piece(parts.into_iter(), |_, (shard, signed)| {
            let examined = shard.prepared.examined(signed);
            let walks = Walks::plan(&shard.claims, &examined, context, &banks.0[shard.index]);
            (examined, walks)
        });
        let (examined, walks): (Vec<_>, Vec<_>) = planned.into_iter().unzip();
        let counts: Vec<usize> = self.shards.iter().map(|shard| shard.claims.len()).collect();
        let ends = Walks::run(&walks, &counts, engine, &mut work, control)?;
        Ok(Computed { examined, ends, work })
    }

    /// Every shard's signatures, one after the other.
    fn verify(&self, engine: &Engine, work: &mut Work, control: &Control) -> Result<Vec<Signed>, Error> {
        let of_shards = || self.shards.iter().map(|shard| &shard.prepared.signatures);
        let keys = gathered(engine, [0; 32], of_shards().map(|signatures| signatures.keys.as_slice()));
        let messages =
            gathered(engine, [0; 32], of_shards().map(|signatures| signatures.messages.as_slice()));
        let signatures = gathered(engine, [0; 64], of_shards().map(|all| all.signatures.as_slice()));
        let messages = messages.as_flattened();
        let question = Verify { keys: &keys, messages, length: 32, signatures: &signatures };
        let report = engine.verify(&question, control)?;
        add_shares(&mut work.signatures, &report.devices);
        Ok(report.value)
    }

    /// Judges each in its turn: the verdicts, in the round's order.
    pub(super) fn judge(
        &self,
        computed: Computed,
        engine: &Engine,
        context: &Context,
        banks: &mut Banks,
    ) -> Vec<Verdict> {
        let mut lefts: Vec<Option<&mut Left>> = banks.0.iter_mut().map(Some).collect();
        let parts = zip(&self.shards, zip(computed.examined, computed.ends));
        let parts = parts.map(|(shard, computed)| {
            let left = lefts[shard.index].take().expect("a shard stands once in a round");
            (shard, left, computed)
        });
        let parts: Vec<_> = parts.collect();
        let judged = engine.each_piece(parts.into_iter(), |_, (shard, left, (examined, ends))| {
            let rows = zip(&shard.claims, zip(examined, ends));
            let judge = |(claim, (examined, end)): (&&ClaimedPool, (Examined, Option<_>))| {
                examined.judge(context, left, claim, || end.unwrap_or_else(|| walks::plainly(context, claim)))
            };
            rows.map(judge).collect::<Vec<Verdict>>()
        });
        let mut verdicts: Vec<Option<Verdict>> = vec![None; self.count];
        for (shard, judged) in zip(&self.shards, judged) {
            for (&place, verdict) in zip(&shard.places, judged) {
                verdicts[place] = Some(verdict);
            }
        }
        verdicts.into_iter().map(|verdict| verdict.expect("each stands in a shard")).collect()
    }
}

/// One part after the other, copied by many threads.
fn gathered<'a, T: Copy + Send + Sync + 'a>(
    engine: &Engine,
    zero: T,
    parts: impl Iterator<Item = &'a [T]> + Clone,
) -> Vec<T> {
    let mut all = vec![zero; parts.clone().map(<[T]>::len).sum()];
    let mut rest = all.as_mut_slice();
    let pieces = parts.map(|part| {
        let (own, others) = std::mem::take(&mut rest).split_at_mut(part.len());
        rest = others;
        (part, own)
    });
    let pieces: Vec<(&[T], &mut [T])> = pieces.collect();
    engine.each_piece(pieces.into_iter(), |_, (part, own)| own.copy_from_slice(part));
    all
}
