//! See `gridnet_tests::fuzz_ledger::blocks`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gridnet_tests::fuzz_ledger::blocks(data);
});
