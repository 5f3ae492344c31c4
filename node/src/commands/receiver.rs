//! `gridnet receiver`: the keys of somebody who receives, and the file by which senders know them.

use std::path::Path;

use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::receiver::{Receiver, SealSecret};
use gridnet_protocol::{Address, SecretKey};
use serde::Serialize;

use crate::cli::CreateReceiver;
use crate::files::{self, Prepared};
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Hex};

/// What a receiver's public file begins with; the last byte is the version.
const MAGIC: &[u8; 9] = b"GN-recvr\x01";

/// Draws keys.
pub(crate) fn create(args: &CreateReceiver) -> Result<Outcome, Failure> {
    let key_file = Prepared::new("--out", &files::beside(&args.out, ".key"))?;
    let seal_file = Prepared::new("--out", &files::beside(&args.out, ".seal"))?;
    let public_file = Prepared::new("--out", &args.out)?;
    let key = SecretKey::from_seed(files::random()?);
    let secret = SealSecret::from_bytes(files::random()?);
    let receiver = Receiver::new(args.network, &key, secret.public());
    key_file.write(&key.to_file())?;
    seal_file.write(&secret.to_file())?;
    public_file.write(&[&MAGIC[..], &encode(&receiver)].concat())?;
    let created = Created {
        address: Address::of(&receiver.key).to_text(args.network),
        key: Hex(receiver.key.0),
        seal_key: Hex(receiver.seal_key.0),
        network: args.network.name(),
    };
    output::answer(args.json, &created)?;
    Ok(Outcome::Good)
}

/// The receiver of a public file.
pub(crate) fn read(argument: &'static str, path: &Path) -> Result<Receiver, Failure> {
    let bytes = files::read(argument, path, 1 << 10)?;
    let refuse = |what: &str| Failure::argument(argument, format!("{path:?} {what}"));
    let encoded = bytes
        .strip_prefix(MAGIC)
        .ok_or_else(|| refuse("is no receiver's public file: `gridnet receiver create` makes one"))?;
    let receiver: Receiver =
        decode("a receiver", encoded).map_err(|error| refuse(&format!("cannot be read: {error}")))?;
    receiver.key.admit().map_err(|error| refuse(&format!("cannot be used: {error}")))?;
    Ok(receiver)
}

/// The answer.
#[derive(Serialize)]
struct Created {
    address: String,
    key: Hex,
    seal_key: Hex,
    network: &'static str,
}

impl Answer for Created {
    fn plain(&self) -> String {
        format!("receiver {} on the {} network\n", self.address, self.network)
    }
}
