//! Header chains: the real one that the tests use, and made ones of any length.

use std::path::Path;
use std::{fs, io};

use gridnet_core::proof::header::{HEADER_BYTES, Header};
use gridnet_core::{HashFunction, Order};

/// 4,032 real headers, two whole retarget periods.
const REAL: &str = "../tests/vectors/bitcoin-headers-822528-826559.bin";
/// The easiest target that the compact form can express: all but one hash in 65,536 meet it.
const EASIEST_BITS: u32 = 0x2100_ffff;

/// The bytes of 4,032 consecutive Bitcoin headers, heights 822,528 to 826,559.
///
/// # Errors
/// When the file is not there.
pub fn real_headers() -> io::Result<Vec<u8>> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(REAL))
}

/// The bytes of a made chain: linked, every header under the easiest target, valid without a retarget rule.
///
/// # Panics
/// Never: the bits are a valid target, and nonces that meet it are everywhere.
pub fn linked_headers(count: usize) -> Vec<u8> {
    let mut header = Header { bits: EASIEST_BITS, ..Header::GENESIS };
    let target = header.target().expect("the easiest bits are a valid target");
    let mut bytes = Vec::with_capacity(count * HEADER_BYTES);
    for index in 0..count {
        header.time = header.time.wrapping_add(600);
        header.merkle_root[..8].copy_from_slice(&(index as u64).to_le_bytes());
        header.nonce = 0;
        let id = loop {
            let id = HashFunction::Sha256d.hash(&header.to_bytes());
            if target.is_met_by(&id, Order::Little) {
                break id;
            }
            header.nonce += 1;
        };
        bytes.extend(header.to_bytes());
        header.previous = id;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use gridnet_core::proof::headers::{Retarget, verify};
    use gridnet_core::{Control, Engine, HashFunction};

    use super::linked_headers;

    #[test]
    fn a_made_chain_is_valid() {
        let engine = Engine::builder().threads(1).build().unwrap();
        let bytes = linked_headers(1_000);
        let verdict = verify(&engine, HashFunction::Sha256d, &bytes, Retarget::None, &Control::default())
            .unwrap()
            .value;
        assert_eq!((verdict.valid, verdict.first_bad), (1_000, None));
    }
}
