//! See `gridnet_tests::fuzz_targets::asert_next`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gridnet_tests::fuzz_targets::asert_next(data);
});
