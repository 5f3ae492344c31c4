//! BLAKE2s-256 and BLAKE2b-256 by `blake2`, `blake2s_simd` and `blake2b_simd`.

use blake2::Digest as _;
use blake2::digest::consts::U32;

use super::search_with;
use crate::job::{Answer, DigestJob, SearchJob, WalkJob};

/// Messages handed to one `hash_many`: many times its lanes.
const MANY: usize = 64;

/// `blake2`, one message.
pub(crate) fn blake2s_crate(message: &[u8]) -> [u8; 32] {
    blake2::Blake2s256::digest(message).into()
}

/// `blake2`, one message.
pub(crate) fn blake2b_crate(message: &[u8]) -> [u8; 32] {
    blake2::Blake2b::<U32>::digest(message).into()
}

/// `blake2s_simd` and `blake2b_simd` have the same shape but no common trait.
macro_rules! family {
    ($name:ident, $library:ident) => {
        pub(crate) mod $name {
            use $library::Params;
            use $library::many::{HashManyJob, hash_many};

            use super::*;

            fn params() -> Params {
                let mut params = Params::new();
                params.hash_length(32);
                params
            }

            /// One message.
            pub(crate) fn once(message: &[u8]) -> [u8; 32] {
                params().hash(message).as_bytes().try_into().expect("32 bytes were asked for")
            }

            /// Many messages at once; every digest goes to `take` with its number.
            fn many<'a>(messages: impl Iterator<Item = &'a [u8]>, mut take: impl FnMut(usize, &[u8; 32])) {
                let params = params();
                let mut jobs: Vec<_> = messages.map(|message| HashManyJob::new(&params, message)).collect();
                hash_many(&mut jobs);
                for (index, job) in jobs.iter().enumerate() {
                    take(index, job.to_hash().as_bytes().try_into().expect("32 bytes were asked for"));
                }
            }

            /// A walk, all values a step forward at a time.
            pub(crate) fn walk(job: &WalkJob) -> Answer {
                let mut values = job.starts.clone();
                for _ in 0..job.steps {
                    let mut next = values.clone();
                    many(values.iter().map(|value| &value[..]), |index, digest| next[index] = *digest);
                    values = next;
                }
                Answer::Values(values)
            }

            /// Digests, so many messages at a time.
            pub(crate) fn digest(job: &DigestJob) -> Answer {
                let mut all = vec![[0; 32]; job.messages.len() / job.length];
                for _ in 0..job.repeats {
                    let batches = job.messages.chunks(MANY * job.length);
                    for (messages, out) in batches.zip(all.chunks_mut(MANY)) {
                        many(messages.chunks_exact(job.length), |index, digest| out[index] = *digest);
                    }
                }
                Answer::Values(all)
            }

            /// A search, so many nonces at a time.
            pub(crate) fn search(job: &SearchJob) -> Answer {
                search_with(job, |message, nonces, test| {
                    let mut copies = vec![message.to_vec(); MANY];
                    let at = message.len() - 4;
                    for from in nonces.clone().step_by(MANY) {
                        for (nonce, copy) in (from..nonces.end).zip(&mut copies) {
                            copy[at..].copy_from_slice(&nonce.to_le_bytes());
                        }
                        let count = MANY.min((nonces.end - from) as usize);
                        let messages = copies[..count].iter().map(Vec::as_slice);
                        many(messages, |index, digest| test(from + index as u32, digest));
                    }
                })
            }
        }
    };
}
family!(blake2s, blake2s_simd);
family!(blake2b, blake2b_simd);
