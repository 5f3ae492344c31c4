//! Signatures in pieces: a share of a device's verdicts is computed again on the CPU.

use super::batch::{Audit, copied, fill};
use super::piece::{Answer, OwnedSignatures, Piece};
use super::spread::{Job, Wrong};
use super::worker::Worker;
use crate::{Algorithm, Primitive, SignatureFault, Signed, Verify};

/// Most signatures of a piece, and bytes of messages: they are copied, because a device that hangs may read them when
/// the call is long over.
const SIGNATURES_MAX: usize = 1 << 17;
const BYTES_MAX: usize = 32 << 20;

/// A batch of signatures.
pub(super) struct VerifyJob<'a> {
    verify: &'a Verify<'a>,
    audit: Audit<'a>,
    given: usize,
    verdicts: &'a mut [Signed],
    /// The call was cancelled before all was computed again that should have been: it has no answer.
    unaudited: bool,
    /// Memory of pieces that are done with.
    spare: Vec<OwnedSignatures>,
}

impl<'a> VerifyJob<'a> {
    pub(super) fn new(verify: &'a Verify<'a>, verdicts: &'a mut [Signed], audit: Audit<'a>) -> VerifyJob<'a> {
        VerifyJob { verify, audit, given: 0, verdicts, unaudited: false, spare: Vec::new() }
    }

    /// Holds a share of a device's verdicts against the CPU's.
    fn judge(
        &mut self,
        worker: &Worker,
        asked: &OwnedSignatures,
        first: usize,
        said: &[Signed],
    ) -> Result<(), Wrong> {
        let places = self.audit.places(said.len(), first);
        let message = |place: usize| &asked.messages[place * asked.length..][..asked.length];
        let again = OwnedSignatures {
            keys: places.iter().map(|&place| asked.keys[place]).collect(),
            messages: places.iter().flat_map(|&place| message(place)).copied().collect(),
            length: asked.length,
            signatures: places.iter().map(|&place| asked.signatures[place]).collect(),
        };
        let mut right = unsaid(places.len());
        match self.audit.cpu.verify(&again.question(), &mut right, &self.audit.watch()) {
            Ok(()) => compared(worker, &places, &right, said),
            Err(_) if self.audit.cancel.is_cancelled() => {
                self.unaudited = true;
                Ok(())
            }
            // A judge that fails has nothing to say against it.
            Err(_) => Ok(()),
        }
    }
}

impl Job for VerifyJob<'_> {
    fn kind(&self) -> (Primitive, Algorithm) {
        (Primitive::Verify, Algorithm::Ed25519)
    }

    fn left(&self) -> u64 {
        (self.verdicts.len() - self.given) as u64 + u64::from(self.unaudited)
    }

    fn next(&mut self, worker: &Worker, work: u64) -> Option<Piece> {
        let Verify { keys, messages, length, signatures } = *self.verify;
        let first = self.given;
        let work = usize::try_from(work).unwrap_or(usize::MAX);
        let most = (BYTES_MAX / length.max(1)).clamp(1, SIGNATURES_MAX);
        let count = work.max(fill(worker)).min(most).min(signatures.len() - first);
        if count == 0 {
            return None;
        }
        self.given += count;
        let mut copy = self.spare.pop().unwrap_or_default();
        copy.length = length;
        copied(&keys[first..first + count], &mut copy.keys);
        copied(&messages[first * length..][..count * length], &mut copy.messages);
        copy.signatures.clear();
        copy.signatures.extend_from_slice(&signatures[first..first + count]);
        Some(Piece::Verify { first, signatures: copy })
    }

    fn accept(&mut self, worker: &Worker, piece: &Piece, answer: Answer) -> Result<(), Wrong> {
        let (Piece::Verify { first, signatures }, Answer::Verdicts(verdicts)) = (piece, answer) else {
            return Err("an answer to another question".into());
        };
        if !worker.is_judge {
            self.judge(worker, signatures, *first, &verdicts)?;
        }
        self.verdicts[*first..][..verdicts.len()].copy_from_slice(&verdicts);
        Ok(())
    }

    fn is_needless(&self, _: &Piece) -> bool {
        false
    }

    fn recycle(&mut self, piece: Piece) {
        if let Piece::Verify { signatures, .. } = piece {
            self.spare.push(signatures);
        }
    }
}

/// Verdicts before anybody said anything: nobody's silence makes a signature good.
pub(super) fn unsaid(count: usize) -> Vec<Signed> {
    vec![Err(SignatureFault::Signature); count]
}

/// Holds what a device said at some places against what the CPU says: the reason counts too.
fn compared(worker: &Worker, places: &[usize], right: &[Signed], said: &[Signed]) -> Result<(), Wrong> {
    worker.count_checked(places.len() as u64);
    let name = |verdict: Signed| verdict.err().map_or("good", SignatureFault::name);
    match places.iter().zip(right).find(|&(&place, &right)| said[place] != right) {
        None => Ok(()),
        Some((&place, &right)) => Err(Wrong {
            what: format!(
                "signature {place} of {} is {}, not {}",
                said.len(),
                name(right),
                name(said[place])
            ),
            place,
        }),
    }
}
