//! What others made: a file of its canonical encoding, or of that in hex, or the hex itself.

use std::path::Path;

use borsh::BorshDeserialize;
use gridnet_protocol::encoding::decode;

use crate::files;
use crate::outcome::Failure;

/// The longest file: more than a block takes, in hex.
const BYTES_MAX: u64 = 8 << 20;

/// What an argument names; `what` is its name for people.
pub(super) fn decoded<T: BorshDeserialize>(
    argument: &'static str,
    what: &'static str,
    text: &str,
) -> Result<T, Failure> {
    let refuse = |why: String| Failure::argument(argument, why);
    let path = Path::new(text);
    if let (false, Ok(bytes)) = (path.exists(), hex::decode(text)) {
        return decode(what, &bytes).map_err(|error| refuse(error.to_string()));
    }
    let bytes = files::read(argument, path, BYTES_MAX)?;
    decode(what, &bytes).or_else(|error| {
        // Hex is no encoding of anything else: a file of it says so by all of its bytes.
        let unhexed = std::str::from_utf8(&bytes).ok().and_then(|text| hex::decode(text.trim()).ok());
        let again = unhexed.map_or(Err(error), |bytes| decode(what, &bytes));
        again.map_err(|error| refuse(format!("{path:?}: {error}")))
    })
}

/// Some of them.
pub(super) fn listed<T: BorshDeserialize>(
    argument: &'static str,
    what: &'static str,
    texts: &[String],
) -> Result<Vec<T>, Failure> {
    texts.iter().map(|text| decoded(argument, what, text)).collect()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn an_object_is_a_file_or_hex_or_a_file_of_hex() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).to_str().expect("a plain name").to_owned();
        std::fs::write(path("bytes"), [1, 2, 0, 0]).expect("a file");
        std::fs::write(path("hex"), "01020000\n").expect("a file");
        std::fs::write(path("odd"), "0102000").expect("a file");
        let read = |text: &str| decoded::<u32>("FILE", "a number", text);
        for good in ["01020000", &path("bytes"), &path("hex")] {
            assert_eq!(read(good).expect(good), 513, "{good}");
        }
        for odd in ["0102", "010200000", &path("odd"), &path("none")] {
            assert!(read(odd).expect_err(odd).to_string().starts_with("FILE: "), "{odd}");
        }
    }
}
