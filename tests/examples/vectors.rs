//! Writes the protocol's vectors anew. `cargo xtask vectors` runs it.
#![forbid(unsafe_code)]

use std::path::Path;

fn main() -> std::io::Result<()> {
    write("protocol", gridnet_tests::vectors::all())?;
    write("ledger", gridnet_tests::vectors::of_the_ledger())
}

fn write(folder: &str, files: Vec<(&str, String)>) -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(folder);
    std::fs::create_dir_all(&folder)?;
    for (name, text) in files {
        std::fs::write(folder.join(name), text)?;
        println!("{name}");
    }
    Ok(())
}
