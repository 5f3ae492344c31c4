//! A header chain verified by the plain loop that a user would write: hash, link, bits, target, work.

use primitive_types::U256;

use crate::job::{Answer, HeadersJob};

/// Blocks between two changes of the target, and the seconds they should take.
const PERIOD: usize = 2_016;
const PERIOD_SECONDS: i64 = 14 * 24 * 60 * 60;
const LIMIT_BITS: u32 = 0x1d00_ffff;

/// Verifies by a function that hashes one header.
pub(crate) fn verify(job: &HeadersJob<'_>, hash: impl Fn(&[u8]) -> [u8; 32]) -> Answer {
    let mut answer = Answer::Valid(0, [0; 32]);
    for _ in 0..job.repeats {
        let (valid, work) = once(job.bytes, job.bitcoin, &hash);
        answer = Answer::Valid(valid, work.to_big_endian());
    }
    answer
}

/// The headers before the first bad one, and their work.
fn once(bytes: &[u8], bitcoin: bool, hash: impl Fn(&[u8]) -> [u8; 32]) -> (usize, U256) {
    let (headers, _) = bytes.as_chunks::<80>();
    let mut work = U256::zero();
    let mut previous: Option<[u8; 32]> = None;
    let mut known = (0, U256::zero(), U256::zero());
    for (index, header) in headers.iter().enumerate() {
        let bits = field(header, 72);
        if bits != known.0 {
            let target = target_of(bits);
            known = (bits, target, !target / (target + 1) + 1);
        }
        let (_, target, one_work) = known;
        let id = hash(header);
        let linked = previous.is_none_or(|previous| header[4..36] == previous);
        let expected = !bitcoin || index == 0 || bits == expected_bits(headers, index);
        if !linked || !expected || U256::from_little_endian(&id) > target {
            return (index, work);
        }
        work += one_work;
        previous = Some(id);
    }
    (headers.len(), work)
}

fn expected_bits(headers: &[[u8; 80]], index: usize) -> u32 {
    let parent = &headers[index - 1];
    if !index.is_multiple_of(PERIOD) {
        return field(parent, 72);
    }
    let took = i64::from(field(parent, 68)) - i64::from(field(&headers[index - PERIOD], 68));
    let took = took.clamp(PERIOD_SECONDS / 4, PERIOD_SECONDS * 4) as u64;
    // Real targets are far below 2^224, so the product fits.
    let scaled = target_of(field(parent, 72)) * took / PERIOD_SECONDS as u64;
    bits_of(scaled.min(target_of(LIMIT_BITS)))
}

fn target_of(bits: u32) -> U256 {
    U256::from(bits & 0x007f_ffff) << (8 * ((bits >> 24) as usize - 3))
}

fn bits_of(target: U256) -> u32 {
    let size = target.bits().div_ceil(8);
    let mantissa = (target >> (8 * (size - 3))).low_u32();
    if mantissa & 0x0080_0000 == 0 {
        (size as u32) << 24 | mantissa
    } else {
        (size as u32 + 1) << 24 | mantissa >> 8
    }
}

fn field(header: &[u8; 80], at: usize) -> u32 {
    u32::from_le_bytes(header[at..at + 4].try_into().expect("four bytes"))
}
