//! Generates the bridge's C++ half and compiles it together with what stands behind the public headers.

#![forbid(unsafe_code)]

use std::path::Path;

/// What stands behind each public header.
const SOURCES: [&str; 13] = [
    "control",
    "custody",
    "datagram",
    "device",
    "engine",
    "error",
    "key",
    "pool",
    "proof",
    "settlement",
    "token",
    "transit",
    "verify",
];

fn main() {
    let sources = SOURCES.map(|name| format!("src/cpp/{name}.cpp"));
    let mut build = cxx_build::bridge("src/bridge.rs");
    build.files(&sources).include("../include").include("src/cpp").std("c++17");
    build.flag_if_supported("-Wall").flag_if_supported("-Wextra");
    // What users do not call need not be in their programs.
    build.flag_if_supported("-ffunction-sections").flag_if_supported("-fdata-sections");
    build.compile("gridnet_cpp");
    for changed in ["src/bridge.rs", "src/cpp", "../include"] {
        assert!(Path::new(changed).exists(), "{changed} is gone");
        println!("cargo::rerun-if-changed={changed}");
    }
}
