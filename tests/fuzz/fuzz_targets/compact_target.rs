//! See `gridnet_tests::fuzz_targets::compact_target`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gridnet_tests::fuzz_targets::compact_target(data);
});
