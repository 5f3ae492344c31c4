//! Keys, addresses, and whoever signs.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use cxx::UniquePtr;
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::receiver::SealKey;
use gridnet_protocol::sign::sign_digest;
use gridnet_protocol::{Address, Error, PublicKey, SecretKey, Signature};
use zeroize::Zeroizing;

use crate::bridge::ffi::{Receiver, SignCallback, Status};
use crate::held::held;
use crate::status::{Refusal, guard, network};

/// More than any file of a key has.
const FILE_BYTES: u64 = 4_096;

/// 32 bytes that the operating system draws.
pub(crate) fn drawn() -> Result<Zeroizing<[u8; 32]>, Refusal> {
    let mut bytes = Zeroizing::new([0; 32]);
    match getrandom::fill(&mut *bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => Err(Refusal::File(format!("the operating system draws no random numbers: {error}"))),
    }
}

pub(crate) fn draw(status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(*drawn()?))
}

pub(crate) fn address_of(key: &[u8; 32], status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(Address::of(&PublicKey(*key)).0))
}

pub(crate) fn address_text(id: u32, address: &[u8; 32], status: &mut Status) -> String {
    guard(status, || Ok(Address(*address).to_text(network(id)?)))
}

pub(crate) fn address_from_text(id: u32, text: &[u8], status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(Address::from_text(network(id)?, &String::from_utf8_lossy(text))?.0))
}

pub(crate) fn is_admitted(key: &[u8; 32], status: &mut Status) -> bool {
    guard(status, || Ok(PublicKey(*key).admit().is_ok()))
}

pub(crate) fn is_signature(
    key: &[u8; 32],
    digest: &[u8; 32],
    signature: &[u8; 64],
    status: &mut Status,
) -> bool {
    guard(status, || Ok(PublicKey(*key).verifies(digest, &Signature(*signature))))
}

pub(crate) fn is_bound(id: u32, receiver: &Receiver, status: &mut Status) -> bool {
    guard(status, || Ok(gridnet_protocol::receiver::Receiver::from(receiver).is_bound(network(id)?)))
}

pub(crate) fn receiver_from_bytes(bytes: &[u8], receiver: &mut Receiver, status: &mut Status) {
    guard(status, || {
        *receiver = decode::<gridnet_protocol::receiver::Receiver>("a receiver", bytes)?.into();
        Ok(())
    });
}

pub(crate) fn receiver_to_bytes(receiver: &Receiver, status: &mut Status) -> Vec<u8> {
    guard(status, || Ok(encode(&gridnet_protocol::receiver::Receiver::from(receiver))))
}

held! {
    /// Who signs.
    Signer(Key) "signer";
    /// Who opens seals.
    SealSecret(gridnet_protocol::receiver::SealSecret) "seal secret";
}

/// A key in memory, or one that a callback signs with.
pub(crate) enum Key {
    Held(SecretKey),
    Elsewhere(PublicKey, UniquePtr<SignCallback>),
}

impl gridnet_protocol::Signer for Key {
    fn public(&self) -> PublicKey {
        match self {
            Key::Held(key) => key.public(),
            Key::Elsewhere(key, _) => *key,
        }
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<Signature, Error> {
        match self {
            Key::Held(key) => gridnet_protocol::Signer::sign(key, digest),
            Key::Elsewhere(_, callback) => {
                let (mut signature, mut why) = ([0; 64], String::new());
                let signed =
                    callback.as_ref().is_some_and(|callback| callback.sign(digest, &mut signature, &mut why));
                if signed { Ok(Signature(signature)) } else { Err(Error::Signer { why }) }
            }
        }
    }
}

pub(crate) fn signer_drawn(status: &mut Status) -> Box<Signer> {
    guard(status, || Ok(Key::Held(SecretKey::from_seed(*drawn()?)).into()))
}

pub(crate) fn signer_from_seed(seed: &[u8; 32], status: &mut Status) -> Box<Signer> {
    guard(status, || Ok(Key::Held(SecretKey::from_seed(*seed)).into()))
}

pub(crate) fn signer_from_file(path: &[u8], status: &mut Status) -> Box<Signer> {
    guard(status, || Ok(Key::Held(SecretKey::from_file(&read(path)?)?).into()))
}

pub(crate) fn signer_elsewhere(
    key: &[u8; 32],
    callback: UniquePtr<SignCallback>,
    status: &mut Status,
) -> Box<Signer> {
    guard(status, || {
        PublicKey(*key).admit()?;
        if callback.is_null() {
            return Err(Refusal::Callback("there is no callback to sign with".to_owned()));
        }
        Ok(Key::Elsewhere(PublicKey(*key), callback).into())
    })
}

impl Signer {
    pub(crate) fn write(&self, path: &[u8], status: &mut Status) {
        guard(status, || match self.get()? {
            Key::Held(key) => write(path, &key.to_file()),
            Key::Elsewhere(..) => {
                Err(Refusal::File("this signer's key is elsewhere: there is nothing to write".to_owned()))
            }
        });
    }

    pub(crate) fn public_key(&self, status: &mut Status) -> [u8; 32] {
        guard(status, || Ok(gridnet_protocol::Signer::public(self.get()?).0))
    }

    pub(crate) fn sign_for(&self, digest: &[u8; 32], signature: &mut [u8; 64], status: &mut Status) {
        guard(status, || {
            *signature = sign_digest(self.get()?, digest)?.0;
            Ok(())
        });
    }

    pub(crate) fn bind(&self, id: u32, seal_key: &[u8; 32], receiver: &mut Receiver, status: &mut Status) {
        guard(status, || {
            let bound = gridnet_protocol::receiver::Receiver::bound_by(
                network(id)?,
                self.get()?,
                SealKey(*seal_key),
            )?;
            *receiver = bound.into();
            Ok(())
        });
    }
}

pub(crate) fn seal_secret_drawn(status: &mut Status) -> Box<SealSecret> {
    guard(status, || Ok(gridnet_protocol::receiver::SealSecret::from_bytes(*drawn()?).into()))
}

pub(crate) fn seal_secret_from_bytes(bytes: &[u8; 32], status: &mut Status) -> Box<SealSecret> {
    guard(status, || Ok(gridnet_protocol::receiver::SealSecret::from_bytes(*bytes).into()))
}

pub(crate) fn seal_secret_from_file(path: &[u8], status: &mut Status) -> Box<SealSecret> {
    guard(status, || Ok(gridnet_protocol::receiver::SealSecret::from_file(&read(path)?)?.into()))
}

impl SealSecret {
    pub(crate) fn write(&self, path: &[u8], status: &mut Status) {
        guard(status, || write(path, &self.get()?.to_file()));
    }

    pub(crate) fn public_key(&self, status: &mut Status) -> [u8; 32] {
        guard(status, || Ok(self.get()?.public().0))
    }
}

/// The path that these bytes name.
fn path(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    return PathBuf::from(<OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes));
    #[cfg(not(unix))]
    return PathBuf::from(OsStr::new(&*String::from_utf8_lossy(bytes)));
}

fn refused(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::File(format!("{}: {error}", path.display()))
}

fn read(bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let path = path(bytes);
    let mut secret = Zeroizing::new(Vec::with_capacity(FILE_BYTES as usize));
    let read = File::open(&path).and_then(|file| file.take(FILE_BYTES).read_to_end(&mut secret));
    read.map(|_| secret).map_err(|error| refused(&path, &error))
}

/// Writes a new file that its owner alone may read, all of it or none, and for good. One that is there already is left as
/// it is: it may hold the only copy of a key.
fn write(bytes: &[u8], secret: &[u8]) -> Result<(), Refusal> {
    let path = path(bytes);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(secret)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(&path)?;
        // After a power cut the name must be there as well.
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    });
    written.map_err(|error| refused(&path, &error))
}
