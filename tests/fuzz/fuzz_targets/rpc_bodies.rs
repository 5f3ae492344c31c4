//! See `gridnet_node::rpc::fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gridnet_node::rpc::fuzz::bodies(data);
});
