//! See `gridnet_tests::fuzz_targets::header_chain`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gridnet_tests::fuzz_targets::header_chain(data);
});
