//! What this machine can do: instructions a second of the kinds that the kernels are made of.
//!
//! Each loop keeps more independent values than any latency needs, in registers, and applies two instructions to
//! each in turn, of which the compiler cannot make one. That the loops are what they say is checked by eye:
//! `objdump -d` on the program, the functions named `loop_...`.
#![allow(unsafe_code, reason = "calling a function that needs a CPU feature")]

use gridnet_core::Path;

use crate::report::Machine;

/// Instructions a second.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub(crate) struct Rates {
    /// Of any kind. Lanes: additions and logic, which every vector pipe does. SHA unit: its three instructions with the
    /// additions and shuffles between them, in the proportions of SHA-256.
    pub(crate) all: f64,
    /// Of the kind that fewer pipes do. Lanes: rotates, shifts and byte shuffles. SHA unit: double rounds.
    pub(crate) narrow: f64,
}

/// Tries at a time, of which the fastest counts: whatever disturbs one makes it slower.
const TRIES: usize = 50;

/// What the machine does at best on each path that it has, the portable one left out; never less than what it was
/// seen to do `before`.
pub(crate) fn machine(before: &[Machine]) -> Vec<Machine> {
    let fastest = |a: Rates, b: Rates| Rates { all: a.all.max(b.all), narrow: a.narrow.max(b.narrow) };
    let best = |path: Path| {
        let known = before.iter().find(|machine| machine.path == path.name()).map(|machine| machine.rates);
        (0..TRIES).filter_map(|_| rates(path)).chain(known).reduce(fastest)
    };
    Path::available()
        .into_iter()
        .filter_map(|path| Some(Machine { path: path.name(), rates: best(path)? }))
        .collect()
}

/// Measures a path's instructions. `None` for the portable path and for other architectures.
fn rates(path: Path) -> Option<Rates> {
    #[cfg(target_arch = "x86_64")]
    return x86::rates(path);
    #[cfg(not(target_arch = "x86_64"))]
    return Option::None.filter(|_: &Rates| path == Path::Portable);
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use core::arch::x86_64::*;
    use std::hint::black_box;

    use gridnet_core::Path;

    use super::Rates;
    use crate::clock::timed;

    /// Turns of a loop: a fraction of a millisecond, so that some are not interrupted.
    const TURNS: u64 = 40_000;

    /// A loop over `$count` values that applies `$first`, then `$second`, to each.
    macro_rules! loops {
        ($($name:ident, $features:literal, $vector:ty, $count:literal, |$i:ident, $x:ident, $k:ident| $first:expr, $second:expr;)*) => { $(
            #[target_feature(enable = $features)]
            #[inline(never)]
            fn $name(turns: u64, $k: $vector) -> [$vector; $count] {
                let mut values = [$k; $count];
                for _ in 0..turns {
                    let mut $i = 0;
                    while $i < $count {
                        let $x = values[$i];
                        let $x = $first;
                        values[$i] = $second;
                        $i += 1;
                    }
                }
                values
            }
        )* };
    }

    loops! {
        loop_avx512_all, "avx512f", __m512i, 16, |i, x, k|
            _mm512_add_epi32(x, k), _mm512_ternarylogic_epi32::<0xca>(x, k, _mm512_set1_epi32(0x5a01));
        loop_avx512_narrow, "avx512f", __m512i, 16, |i, x, k|
            _mm512_ror_epi32::<7>(x), _mm512_ror_epi64::<11>(x);
        loop_avx2_all, "avx2", __m256i, 12, |i, x, k|
            _mm256_add_epi32(x, k), _mm256_xor_si256(x, k);
        loop_avx2_narrow, "avx2", __m256i, 12, |i, x, k|
            _mm256_srli_epi32::<7>(x), _mm256_shuffle_epi8(x, k);
        loop_sha_narrow, "sha,sse4.1", __m128i, 8, |i, x, k|
            _mm_sha256rnds2_epu32(x, k, k), _mm_sha256rnds2_epu32(x, k, k);
        // In the proportions of a compression: 8 double rounds to 3 and 3 for the schedule, 7 additions, 7 shuffles.
        loop_sha_all, "sha,ssse3,sse4.1", __m128i, 14, |i, x, k|
            match i {
                0..4 => _mm_sha256rnds2_epu32(x, k, k),
                4..7 => _mm_sha256msg1_epu32(x, k),
                _ => _mm_add_epi32(x, k),
            },
            match i {
                0..4 => _mm_sha256rnds2_epu32(x, k, k),
                4..7 => _mm_sha256msg2_epu32(x, k),
                _ => _mm_shuffle_epi8(x, k),
            };
    }

    /// Instructions a second of a loop over so many values.
    fn rate<V>(values: usize, run: impl FnOnce() -> V) -> f64 {
        let (_, seconds) = timed(run);
        TURNS as f64 * 2.0 * values as f64 / seconds
    }

    pub(super) fn rates(path: Path) -> Option<Rates> {
        if !path.is_available() {
            return None;
        }
        let turns = black_box(TURNS);
        let word = black_box(0x0b02_0d04);
        // SAFETY: the path is available, so its instructions are.
        unsafe {
            match path {
                Path::Avx512 => {
                    let k = _mm512_set1_epi32(word);
                    Some(Rates {
                        all: rate(16, || loop_avx512_all(turns, k)),
                        narrow: rate(16, || loop_avx512_narrow(turns, k)),
                    })
                }
                Path::Avx2 => {
                    let k = _mm256_set1_epi32(word);
                    Some(Rates {
                        all: rate(12, || loop_avx2_all(turns, k)),
                        narrow: rate(12, || loop_avx2_narrow(turns, k)),
                    })
                }
                Path::ShaNi => {
                    let k = _mm_set1_epi32(word);
                    Some(Rates {
                        all: rate(14, || loop_sha_all(turns, k)),
                        narrow: rate(8, || loop_sha_narrow(turns, k)),
                    })
                }
                _ => None,
            }
        }
    }
}
