//! The kept texts are what their templates and functions give today.

#![forbid(unsafe_code)]

use gridnet_shaders::{KERNELS, generate};

/// With `GRIDNET_WRITE_SHADERS` set it writes them instead: that is how `cargo xtask shaders` does it.
#[test]
fn the_kernels_are_fresh() {
    let write = std::env::var_os("GRIDNET_WRITE_SHADERS").is_some();
    for kernel in &KERNELS {
        if write {
            let file = format!("{}/wgsl/{}.wgsl", env!("CARGO_MANIFEST_DIR"), kernel.name);
            std::fs::write(&file, generate(kernel)).expect("a kernel can be written");
            continue;
        }
        assert!(
            generate(kernel) == kernel.wgsl,
            "shaders/wgsl/{}.wgsl is stale: run cargo xtask shaders",
            kernel.name
        );
    }
}
