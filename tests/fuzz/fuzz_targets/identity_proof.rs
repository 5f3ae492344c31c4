//! See `gridnet_tests::fuzz_targets::identity_proof`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gridnet_tests::fuzz_targets::identity_proof(data);
});
