//! Published crates, used as their documentation shows and as well as it allows: one at a time, from a midstate where
//! the crate offers one, many at once where it has a call for that.

pub(crate) mod blake;
pub(crate) mod ed25519;
pub(crate) mod headers;
pub(crate) mod sha;

use crate::job::{Answer, DigestJob, SearchJob, WalkJob};

/// A walk by a function that hashes one 32-byte value.
pub(crate) fn walk(job: &WalkJob, hash: impl Fn(&[u8; 32]) -> [u8; 32]) -> Answer {
    let end = |start: &[u8; 32]| (0..job.steps).fold(*start, |value, _| hash(&value));
    Answer::Values(job.starts.iter().map(end).collect())
}

/// Digests by a function that hashes one message.
pub(crate) fn digest(job: &DigestJob, hash: impl Fn(&[u8]) -> [u8; 32]) -> Answer {
    let mut last = Vec::new();
    for _ in 0..job.repeats {
        last = job.messages.chunks_exact(job.length).map(&hash).collect();
    }
    Answer::Values(last)
}

/// A search by a function that hashes one message.
pub(crate) fn search(job: &SearchJob, hash: impl Fn(&[u8]) -> [u8; 32]) -> Answer {
    search_with(job, |message, nonces, test| {
        let mut message = message.to_vec();
        let at = message.len() - 4;
        for nonce in nonces {
            message[at..].copy_from_slice(&nonce.to_le_bytes());
            test(nonce, &hash(&message));
        }
    })
}

/// A search by `each`, which hashes one message under all nonces and hands every digest to its last argument.
pub(crate) fn search_with(
    job: &SearchJob,
    each: impl Fn(&[u8], std::ops::Range<u32>, &mut dyn FnMut(u32, &[u8; 32])),
) -> Answer {
    let mut hits = Vec::new();
    for (index, message) in job.messages.iter().enumerate() {
        let mut test = |nonce: u32, digest: &[u8; 32]| {
            // The word that decides nearly always, first.
            if may_meet(job, digest) && job.target.is_met_by(digest, job.order) {
                hits.push((nonce, index as u32));
            }
        };
        each(message, 0..job.nonces, &mut test);
    }
    hits.sort_unstable();
    Answer::Hits(hits)
}

/// Whether the most significant two bytes are zero, as every target here demands.
fn may_meet(job: &SearchJob, digest: &[u8; 32]) -> bool {
    match job.order {
        gridnet_core::Order::Little => digest[30..] == [0, 0],
        gridnet_core::Order::Big => digest[..2] == [0, 0],
    }
}
