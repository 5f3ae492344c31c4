//! Validates every kernel, and writes down the sizes and offsets of its structs for `src/layout.rs` to be held
//! against.

#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use naga::proc::Layouter;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{Module, TypeInner};

/// Structs of the kernels and the Rust types that mirror them, by the kernels' endings.
const MIRRORS: [(&str, &str, &str); 12] = [
    ("search", "Run", "SearchRun"),
    ("search", "Hit", "Hit"),
    ("search", "Ring", "Ring"),
    ("tail", "Run", "SearchRun"),
    ("tail", "Job", "BlocksJob"),
    ("walk", "Run", "CountRun"),
    ("digest", "Run", "CountRun"),
    ("digest", "Job", "BlocksJob"),
    ("scalars", "Run", "VerifyRun"),
    ("points", "Run", "VerifyRun"),
    ("sum", "Run", "VerifyRun"),
    ("probe", "Run", "ProbeRun"),
];

fn main() {
    println!("cargo::rerun-if-changed=wgsl");
    println!("cargo::rerun-if-changed=build.rs");
    let mut checks: BTreeMap<String, String> = BTreeMap::new();
    let mut files: Vec<PathBuf> = fs::read_dir("wgsl")
        .expect("the kernels are in wgsl/")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    for file in files {
        let name = file.file_stem().expect("a name").to_str().expect("ASCII").to_owned();
        let text = fs::read_to_string(&file).expect("a kernel can be read");
        if text.is_empty() {
            continue;
        }
        let module = naga::front::wgsl::parse_str(&text)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&text)));
        Validator::new(ValidationFlags::all(), Capabilities::SHADER_INT64)
            .validate(&module)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&text)));
        let entry = module.entry_points.first().expect("a kernel has an entry").name.clone();
        let shape = if name.contains("tail") { "tail".to_owned() } else { entry };
        mirror(&module, &shape, &mut checks);
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("layout.rs");
    fs::write(out, checks.into_values().collect::<String>()).expect("the output folder can be written");
}

/// Assertions that the mirrors of a kernel's structs have their sizes and offsets.
fn mirror(module: &Module, shape: &str, checks: &mut BTreeMap<String, String>) {
    let mut layouter = Layouter::default();
    layouter.update(module.to_ctx()).expect("a valid module has a layout");
    for (_, ours, rust) in MIRRORS.iter().filter(|(of, ..)| *of == shape) {
        let (handle, inner) = module
            .types
            .iter()
            .find_map(|(handle, ty)| (ty.name.as_deref() == Some(*ours)).then_some((handle, &ty.inner)))
            .unwrap_or_else(|| panic!("a {shape} kernel has a struct {ours}"));
        let TypeInner::Struct { members, .. } = inner else { panic!("{ours} is a struct") };
        let mut text = format!("const _: () = assert!(size_of::<{rust}>() == {});\n", layouter[handle].size);
        for member in members {
            let name = member.name.as_deref().expect("a member has a name");
            let _ = writeln!(
                text,
                "const _: () = assert!(std::mem::offset_of!({rust}, {name}) == {});",
                member.offset
            );
        }
        let known = checks.entry((*rust).to_owned()).or_insert_with(|| text.clone());
        assert_eq!(*known, text, "kernels differ about {ours}");
    }
}
