//! See `gridnet_node::spoiled`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gridnet_node::spoiled::spoil(data);
});
