//! Generates the bridge's C++ half and compiles it together with what stands behind the public headers.

#![forbid(unsafe_code)]

use std::path::Path;

/// What stands behind each public header.
const SOURCES: [&str; 18] = [
    "command",
    "contract",
    "control",
    "custody",
    "datagram",
    "device",
    "engine",
    "error",
    "key",
    "meter",
    "pool",
    "proof",
    "receipt",
    "settlement",
    "spv",
    "token",
    "transit",
    "verify",
];

/// The bridges: the first has what all need, and each of the others what is for one thing.
const BRIDGES: [&str; 4] =
    ["src/bridge.rs", "src/bridge/contract.rs", "src/bridge/meter.rs", "src/bridge/spv.rs"];

fn main() {
    let sources = SOURCES.map(|name| format!("src/cpp/{name}.cpp"));
    let mut build = cxx_build::bridges(BRIDGES);
    build.files(&sources).include("../include").include("src/cpp").std("c++17");
    build.flag_if_supported("-Wall").flag_if_supported("-Wextra");
    // What users do not call need not be in their programs.
    build.flag_if_supported("-ffunction-sections").flag_if_supported("-fdata-sections");
    build.compile("gridnet_cpp");
    for changed in ["src/bridge.rs", "src/bridge", "src/cpp", "../include"] {
        assert!(Path::new(changed).exists(), "{changed} is gone");
        println!("cargo::rerun-if-changed={changed}");
    }
}
