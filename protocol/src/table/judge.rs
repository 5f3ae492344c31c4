//! Verdicts on the rows of tables, the malformed ones included.

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use gridnet_core::{Control, Engine, Report};

use super::transit::{Said, TransitRow};
use super::{Ledger, identities};
use crate::reason::Reason;
use crate::transit::ClaimedPool;
use crate::verify::{
    self, Chain, Context, Identity, Sequence, SignedMessage, Verdict, Work, verify_chains, verify_identities,
    verify_signatures,
};
use crate::{Address, Error, Network};

/// A verdict that pays nobody anything: good, or the stable name of what is wrong.
pub type Short = Result<(), &'static str>;

/// What [`write_short`](super::verdicts::write_short) calls a chain that does not end where it should.
const WALK: &str = "walk";

/// Judges the rows of one transit table, a part after the other: each on what the rows before it said of the ledger, and
/// left of their banks.
#[derive(Clone, Debug)]
pub struct TransitJudge {
    context: Context,
    said: Said,
    sequence: Sequence,
    /// Rows of identities so far.
    identities: u64,
}

/// Rows whose say on the ledger was heard.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The transit pools of those that are not malformed.
    pub claims: Vec<ClaimedPool>,
    decoded: Vec<bool>,
}

impl TransitJudge {
    /// Where nothing is registered yet.
    pub fn new(ledger: &Ledger) -> TransitJudge {
        let &Ledger { network, height, median_time } = ledger;
        let context = Context::new(network, height, median_time);
        TransitJudge { context, said: Said::default(), sequence: Sequence::default(), identities: 0 }
    }

    /// What the ledger holds, as far as it is known by now.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Whether a table of identities may be of this network: what its schema says, not what its batches say, since some
    /// readers leave that out there.
    ///
    /// # Errors
    /// [`Error::Table`] when it is of another one.
    pub fn may_be_of(&self, identities: &Schema) -> Result<(), Error> {
        let wanted = self.context.network;
        match super::network(identities)? {
            Some(of) if of != wanted => Err(wrong("the network", wanted.name(), of.name())),
            _ => Ok(()),
        }
    }

    /// Puts identities in: the next batch of their table.
    ///
    /// # Errors
    /// [`Error::Table`] for a row that is malformed, and for an identity that is there already.
    pub fn identify(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        for identity in identities::read(batch)? {
            let row = format!("row {}", self.identities);
            let (address, identity) = identity.ok_or_else(|| wrong(&row, "an identity", "malformed"))?;
            if self.context.identities.insert(address, identity).is_some() {
                return Err(wrong(&row, "the only one of its identity", "of one that stands there before"));
            }
            self.identities += 1;
        }
        Ok(())
    }

    /// Hears what the next rows say of the ledger.
    pub fn enter(&mut self, rows: Vec<TransitRow>) -> Entered {
        self.said.enter(&mut self.context, &rows);
        let decoded = rows.iter().map(|row| row.claim.is_some()).collect();
        Entered { claims: rows.into_iter().filter_map(|row| row.claim).collect(), decoded }
    }

    /// The verdicts on rows that were entered, once and in their order, and what they took.
    ///
    /// # Errors
    /// The engine's own, [`gridnet_core::Error::Cancelled`] among them.
    pub fn verify(
        &mut self,
        engine: &Engine,
        entered: &Entered,
        control: &Control,
    ) -> Result<(Vec<Verdict>, Work), gridnet_core::Error> {
        let verify::Verified { verdicts, work, .. } =
            self.sequence.verify(engine, &entered.claims, &self.context, control)?;
        Ok((of_all(&entered.decoded, verdicts, Reason::Shape), work))
    }
}

fn wrong(what: &str, expected: &str, got: &str) -> Error {
    Error::Table { what: what.into(), expected: expected.into(), got: got.into() }
}

/// Of each row, whether its chain ends where it should.
///
/// # Errors
/// The engine's own.
pub fn judge_chains(
    engine: &Engine,
    rows: &[Option<Chain>],
    control: &Control,
) -> Result<Report<Vec<Short>>, gridnet_core::Error> {
    let chains: Vec<Chain> = rows.iter().flatten().copied().collect();
    let report = verify_chains(engine, &chains, control)?;
    let short = |good: bool| if good { Ok(()) } else { Err(WALK) };
    Ok(report.map(|good| shorts(rows, good.into_iter().map(short))))
}

/// Of each row, whether its address has proven itself on a network.
///
/// # Errors
/// The engine's own.
pub fn judge_identities(
    engine: &Engine,
    network: Network,
    rows: &[Option<(Address, Identity)>],
    control: &Control,
) -> Result<Report<Vec<Short>>, gridnet_core::Error> {
    let proofs: Vec<_> =
        rows.iter().flatten().map(|&(address, identity)| (address, identity.proof)).collect();
    let report = verify_identities(engine, network, &proofs, control)?;
    let short =
        |verdict: Result<(), gridnet_core::proof::identity::Fault>| verdict.map_err(|fault| fault.name());
    Ok(report.map(|verdicts| shorts(rows, verdicts.into_iter().map(short))))
}

/// Of each row, whether its signature is good.
///
/// # Errors
/// The engine's own.
pub fn judge_signatures(
    engine: &Engine,
    rows: &[Option<SignedMessage>],
    control: &Control,
) -> Result<Report<Vec<Short>>, gridnet_core::Error> {
    let signed: Vec<&SignedMessage> = rows.iter().flatten().collect();
    let report = verify_signatures(engine, &signed, control)?;
    let short = |verdict: gridnet_core::Signed| verdict.map_err(|fault| fault.name());
    Ok(report.map(|verdicts| shorts(rows, verdicts.into_iter().map(short))))
}

fn shorts<R>(rows: &[Option<R>], verdicts: impl Iterator<Item = Short>) -> Vec<Short> {
    let decoded: Vec<bool> = rows.iter().map(Option::is_some).collect();
    of_all(&decoded, verdicts, Reason::Shape.name())
}

/// The verdicts on all rows, of those on the rows that decode.
fn of_all<T, E: Clone>(
    decoded: &[bool],
    verdicts: impl IntoIterator<Item = Result<T, E>>,
    malformed: E,
) -> Vec<Result<T, E>> {
    let mut verdicts = verdicts.into_iter();
    let verdict = |&decoded: &bool| match decoded {
        true => verdicts.next().expect("a verdict for each"),
        false => Err(malformed.clone()),
    };
    decoded.iter().map(verdict).collect()
}
