//! `digest` on threads: runs of messages, handed out one at a time.

use std::sync::Mutex;

use super::Cpu;
use crate::backend::Watch;
use crate::{Digest, Error};

/// Bytes hashed between two looks at the cancel flag: a few milliseconds on the slowest path.
const PIECE_BYTES: usize = 256 << 10;
/// Pieces for each thread of a small batch, so that none waits long for another.
const PIECES_EACH: usize = 4;
/// Messages longer than this take the general path one by one, which can stop within a message.
const LANE_BYTES_MAX: usize = 16 << 10;

pub(super) fn run(
    cpu: &Cpu,
    digest: &Digest<'_>,
    digests: &mut [[u8; 32]],
    watch: &Watch<'_>,
) -> Result<(), Error> {
    let choice = cpu.choice(digest.function);
    let chain = digest.function.initial();
    // Whole groups of lanes, as many as the bytes allow; a short message costs a block all the same. Fewer where
    // threads would go without.
    let each = digest.length.max(64);
    let shared = digest.count.div_ceil(cpu.threads * PIECES_EACH);
    let in_lanes = digest.length <= LANE_BYTES_MAX;
    let piece = if in_lanes {
        (PIECE_BYTES / each).min(shared).max(1).next_multiple_of(choice.wide.lanes())
    } else {
        watch.path.get_or_init(|| "general".to_owned());
        1
    };
    let pieces = Mutex::new(digests.chunks_mut(piece).enumerate());
    let tasks = cpu.on_threads(digest.count.div_ceil(piece), |_| {
        loop {
            if watch.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let claimed = pieces.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
            let Some((index, out)) = claimed else { return Ok(()) };
            let from = index * piece * digest.length;
            let messages = &digest.messages[from..from + out.len() * digest.length];
            if in_lanes {
                choice.for_count(out.len()).0.digest(&chain, messages, digest.length, out);
            } else {
                for (message, out) in messages.chunks_exact(digest.length).zip(&mut *out) {
                    let go_on = || !watch.cancel.is_cancelled();
                    *out = digest.function.hash_while(message, go_on).ok_or(Error::Cancelled)?;
                }
            }
            watch.count(out.len() as u64);
        }
    });
    tasks.into_iter().collect()
}
