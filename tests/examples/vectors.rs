//! Writes the protocol's vectors anew. `cargo xtask vectors` runs it.
#![forbid(unsafe_code)]

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/protocol");
    std::fs::create_dir_all(&folder)?;
    for (name, text) in gridnet_tests::vectors::all() {
        std::fs::write(folder.join(name), text)?;
        println!("{name}");
    }
    Ok(())
}
