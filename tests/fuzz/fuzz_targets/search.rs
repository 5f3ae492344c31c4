//! See `gridnet_tests::fuzz_targets::search`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gridnet_tests::fuzz_targets::search(data);
});
