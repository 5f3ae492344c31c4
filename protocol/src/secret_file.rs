//! Files of secrets: what they are and in which version, the secret, and a hash of all that, so that a damaged file is
//! noticed and never used.

use zeroize::Zeroizing;

use crate::Error;
use crate::tagged::Tag;

/// What a file begins with: eight ASCII bytes and the version.
pub(crate) type Magic = [u8; 9];

/// Ends a file whose other bytes are there.
pub(crate) fn seal(bytes: &mut Zeroizing<Vec<u8>>) {
    let seal = Tag::FILE.hash_secret(&[bytes]);
    bytes.extend(seal);
}

/// What is in a file that begins with one of these: which of them, and the bytes after it.
pub(crate) fn open<'a>(
    what: &'static str,
    file: &'a [u8],
    magics: &[Magic],
) -> Result<(usize, &'a [u8]), Error> {
    let wrong = |why: String| Error::Encoding { what, why };
    let found = magics.iter().position(|magic| file.starts_with(magic));
    let found = found.ok_or_else(|| {
        let names = magics.iter().map(|magic| {
            let (name, version) = magic.split_at(8);
            format!("{} and version {}", String::from_utf8_lossy(name), version[0])
        });
        wrong(format!("its file does not begin with {}", names.collect::<Vec<_>>().join(", or ")))
    })?;
    let whole = file.split_last_chunk().filter(|(bytes, seal)| {
        bytes.len() >= size_of::<Magic>() && Tag::FILE.hash_secret(&[bytes]) == **seal
    });
    let (bytes, _) = whole.ok_or_else(|| {
        wrong("its file is damaged: use a copy (a pool must be restored from it, not resumed)".to_owned())
    })?;
    Ok((found, &bytes[size_of::<Magic>()..]))
}

/// The file of 32 secret bytes.
pub(crate) fn of_value(magic: &Magic, value: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(magic.len() + 64));
    bytes.extend(magic);
    bytes.extend(value);
    seal(&mut bytes);
    bytes
}

/// The 32 secret bytes of a file.
pub(crate) fn to_value(what: &'static str, file: &[u8], magic: Magic) -> Result<Zeroizing<[u8; 32]>, Error> {
    let (_, bytes) = open(what, file, &[magic])?;
    let value = <[u8; 32]>::try_from(bytes);
    let wrong = |_| Error::Encoding { what, why: format!("it holds {} bytes, not 32", bytes.len()) };
    value.map(Zeroizing::new).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use crate::receiver::SealSecret;
    use crate::{Error, SecretKey};

    #[test]
    fn a_file_holds_its_secret_and_nothing_else() {
        let (key, secret) = (SecretKey::from_seed([7; 32]), SealSecret::from_bytes([8; 32]));
        let (key_file, secret_file) = (key.to_file(), secret.to_file());
        assert!(key_file.starts_with(b"GN-key__\x01") && secret_file.starts_with(b"GN-seal_\x01"));
        assert_eq!(SecretKey::from_file(&key_file).expect("a key").public(), key.public());
        assert_eq!(SealSecret::from_file(&secret_file).expect("a secret").public(), secret.public());
        for file in [&secret_file[..], b"", b"GN-key__\x02", &[]] {
            let Err(Error::Encoding { why, .. }) = SecretKey::from_file(file) else { panic!("{file:?}") };
            assert!(why.contains("GN-key__ and version 1"), "{why}");
        }
        for place in 9..key_file.len() {
            let mut damaged = key_file.to_vec();
            damaged[place] ^= 1;
            let Err(Error::Encoding { why, .. }) = SecretKey::from_file(&damaged) else { panic!("{place}") };
            assert!(why.contains("damaged"), "{why}");
            assert!(SecretKey::from_file(&key_file[..place]).is_err());
        }
    }
}
