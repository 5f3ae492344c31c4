//! Time that this thread ran. The machine may be doing other things; the time that others got does not count.

use std::hint::black_box;

use rustix::time::{ClockId, clock_gettime};

/// Runs something; its value and the seconds of this thread's processor time that it took.
pub(crate) fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let began = now();
    let value = black_box(run());
    (value, now() - began)
}

/// Calls something some steps of 16 bytes further down the stack, up to a cache line in all: code that spills wide
/// registers to a stack that it does not align depends on where that lies, and where a process starts is chance.
pub(crate) fn deeper<T>(steps: u64, call: impl FnOnce() -> T) -> T {
    #[inline(never)]
    fn below<const BYTES: usize, T>(call: impl FnOnce() -> T) -> T {
        let mut space = [0_u8; BYTES];
        black_box(&mut space);
        let value = call();
        black_box(&mut space);
        value
    }
    match steps % 4 {
        0 => below::<16, T>(call),
        1 => below::<32, T>(call),
        2 => below::<48, T>(call),
        _ => below::<64, T>(call),
    }
}

fn now() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Cycles a second, from a chain of multiplications (three cycles each) and exclusive ors (one).
pub(crate) fn hertz() -> f64 {
    const STEPS: u64 = 200_000;
    let (factor, mask) = black_box((0x5851_f42d_4c95_7f2d_u64, 0x1405_7b7e_f767_814f_u64));
    let (_, seconds) =
        timed(|| (0..black_box(STEPS)).fold(black_box(1_u64), |x, _| x.wrapping_mul(factor) ^ mask));
    4.0 * STEPS as f64 / seconds
}
