//! Header chains in bulk: linkage, bits, target, work.

use std::time::Instant;

use crate::job::add_shares;
use crate::proof::asert::Asert;
use crate::proof::header::{HEADER_BYTES, Header, LIMIT_BITS};
use crate::{Control, Digest, Engine, Error, HashFunction, Order, Report, Target, Work};

/// Blocks between two changes of Bitcoin's target.
const PERIOD: usize = 2_016;
/// Seconds a period should take.
const PERIOD_SECONDS: i64 = 14 * 24 * 60 * 60;

/// Headers hashed at a time: memory stays bounded, and a bad header ends the work soon.
const BATCH: usize = 1 << 16;

/// How a header's bits follow from those before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retarget {
    /// Any valid bits are taken as they are.
    None,
    /// Bitcoin's: every 2,016 blocks by the time they took, at most fourfold. The first header opens a period.
    Bitcoin,
    /// ASERT. The first header is the anchor, its parent's time is its own minus the spacing.
    Asert {
        /// Wanted seconds between blocks.
        spacing: u32,
        /// Seconds behind schedule that double the target.
        half_life: u32,
    },
}

/// Why a header is bad: the first of these that fails, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// It does not name the header before as its previous one.
    Link,
    /// Its bits encode no target, or one above the limit.
    Target,
    /// Its bits are not those that the rule gives.
    Bits,
    /// Its hash is above its target.
    Work,
}

impl Fault {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Fault::Link => "bad-link",
            Fault::Target => "bad-target",
            Fault::Bits => "bad-bits",
            Fault::Work => "high-hash",
        }
    }
}

/// What a chain of headers is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Headers given.
    pub count: usize,
    /// Headers before the first bad one.
    pub valid: usize,
    /// Work of the valid ones.
    pub total_work: Work,
    /// The first bad one: its index from 0 and why.
    pub first_bad: Option<(usize, Fault)>,
    /// The call was cancelled: nothing is known of the headers after the valid ones.
    pub interrupted: bool,
}

/// Verifies a chain of bare 80-byte headers. `function` is the network's proof of work; linkage is always by
/// SHA-256d. Targets above [`LIMIT_BITS`] are bad under a rule, and taken without one. When cancelled, the verdict on
/// what was covered until then.
///
/// # Errors
/// [`Error::HeaderBytes`] for a length that is not a multiple of 80, [`Error::OutOfRange`] for an unusable ASERT
/// parameter, and the engine's own.
pub fn verify(
    engine: &Engine,
    function: HashFunction,
    bytes: &[u8],
    rule: Retarget,
    control: &Control,
) -> Result<Report<Verdict>, Error> {
    let (headers, rest) = bytes.as_chunks::<HEADER_BYTES>();
    if !rest.is_empty() {
        return Err(Error::HeaderBytes { got: bytes.len(), rest: rest.len() });
    }
    let mut rule = Rule::new(rule, headers)?;
    let began = Instant::now();
    let functions = if function == HashFunction::Sha256d { 1 } else { 2 };
    control.expect(headers.len() as u128 * functions);
    let mut devices = Vec::new();
    let mut hash = |function, batch: &[[u8; HEADER_BYTES]], hashes: &mut [[u8; 32]]| {
        let (messages, count) = (batch.as_flattened(), batch.len());
        let digest = Digest { function, messages, length: HEADER_BYTES, count };
        let report = engine.digest_part(&digest, hashes, control)?;
        add_shares(&mut devices, &report.devices);
        Ok::<_, Error>(())
    };
    // The same memory for every batch: new pages would cost more than the hashing.
    let mut ids = vec![[0; 32]; headers.len().min(BATCH)];
    let mut proofs = if functions == 1 { Vec::new() } else { ids.clone() };
    let mut verdict = Verdict {
        count: headers.len(),
        valid: 0,
        total_work: Work::ZERO,
        first_bad: None,
        interrupted: false,
    };
    let mut known = Known::default();
    let mut previous = None;
    'batches: for batch in headers.chunks(BATCH) {
        let ids = &mut ids[..batch.len()];
        let hashed = hash(HashFunction::Sha256d, batch, ids).and_then(|()| {
            let Some(proofs) = proofs.get_mut(..batch.len()) else { return Ok(&*ids) };
            hash(function, batch, proofs).map(|()| &*proofs)
        });
        let hashes = match hashed {
            Err(Error::Cancelled) => {
                verdict.interrupted = true;
                break;
            }
            hashed => hashed?,
        };
        for ((header, id), hash) in batch.iter().zip(&*ids).zip(hashes) {
            let linked = previous.is_none_or(|previous| header[4..36] == previous);
            let fault =
                if linked { rule.fault(verdict.valid, header, hash, &mut known) } else { Some(Fault::Link) };
            if let Some(fault) = fault {
                verdict.first_bad = Some((verdict.valid, fault));
                break 'batches;
            }
            previous = Some(*id);
            known.headers += 1;
            verdict.valid += 1;
        }
    }
    verdict.total_work = known.total_work();
    Ok(Report { value: verdict, devices, elapsed: began.elapsed() })
}

/// The last bits seen, decoded: they change once in thousands of headers.
#[derive(Default)]
struct Known {
    bits: u32,
    target: Option<Target>,
    /// Valid headers with these bits in a row.
    headers: u64,
    /// Work of the valid headers before them.
    before: Work,
}

impl Known {
    /// The target that `bits` encode, unless it is none or above `limit`.
    #[inline]
    fn target(&mut self, bits: u32, limit: Target) -> Option<Target> {
        if self.bits != bits {
            self.decode(bits, limit);
        }
        self.target
    }

    #[cold]
    fn decode(&mut self, bits: u32, limit: Target) {
        self.before = self.total_work();
        self.headers = 0;
        self.bits = bits;
        self.target = Target::from_compact(bits).ok().filter(|&target| target <= limit);
    }

    fn total_work(&self) -> Work {
        let each = self.target.map_or(Work::ZERO, Target::work);
        self.before.saturating_add(each.saturating_mul(self.headers))
    }
}

/// A [`Retarget`] on its way along a chain.
struct Rule<'a> {
    kind: Retarget,
    asert: Option<Asert>,
    headers: &'a [[u8; HEADER_BYTES]],
    limit: Target,
}

impl<'a> Rule<'a> {
    fn new(kind: Retarget, headers: &'a [[u8; HEADER_BYTES]]) -> Result<Self, Error> {
        let limit = match kind {
            Retarget::None => Target::MAX,
            _ => Target::from_compact(LIMIT_BITS).expect("the limit is a valid target"),
        };
        let asert = match (kind, headers.first()) {
            (Retarget::Asert { spacing, half_life }, first) => {
                let first = first.map_or(Header::GENESIS, Header::from_bytes);
                // A bad anchor is found as the first header's own fault.
                let anchor = first.target().unwrap_or(limit);
                Some(Asert::new(spacing, half_life, limit, anchor, first.time)?)
            }
            _ => None,
        };
        Ok(Rule { kind, asert, headers, limit })
    }

    fn fault(
        &mut self,
        index: usize,
        bytes: &[u8; HEADER_BYTES],
        hash: &[u8; 32],
        known: &mut Known,
    ) -> Option<Fault> {
        let bits = field(bytes, 72);
        let Some(target) = known.target(bits, self.limit) else { return Some(Fault::Target) };
        if index > 0 && self.expected_bits(index).is_some_and(|expected| expected != bits) {
            return Some(Fault::Bits);
        }
        (!target.is_met_by(hash, Order::Little)).then_some(Fault::Work)
    }

    /// The bits that header `index` ≥ 1 must have; every header before it is valid.
    fn expected_bits(&self, index: usize) -> Option<u32> {
        let parent = &self.headers[index - 1];
        match self.kind {
            Retarget::None => None,
            Retarget::Bitcoin if !index.is_multiple_of(PERIOD) => Some(field(parent, 72)),
            Retarget::Bitcoin => {
                let first = &self.headers[index - PERIOD];
                let took = i64::from(field(parent, 68)) - i64::from(field(first, 68));
                let took = took.clamp(PERIOD_SECONDS / 4, PERIOD_SECONDS * 4);
                let target = Target::from_compact(field(parent, 72)).expect("the parent was valid");
                Some(target.scaled(took as u64, PERIOD_SECONDS as u64, self.limit).to_compact())
            }
            Retarget::Asert { .. } => {
                let asert = self.asert.expect("an ASERT rule has its anchor");
                Some(asert.next(index as u64 - 1, field(parent, 68)).to_compact())
            }
        }
    }
}

fn field(bytes: &[u8; HEADER_BYTES], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}
