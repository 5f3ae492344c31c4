//! `gridnet tx register-identity`: its proof is searched first.

use gridnet_core::proof::identity::{Proof, mint};
use gridnet_core::{Error, Target};
use gridnet_protocol::transaction::{Action, IdentityRegistration, Posted, Transaction};
use gridnet_protocol::{Address, Network, identity};

use super::sending::Author;
use super::{post, send};
use crate::arguments;
use crate::cli::tx::{Posting, RegisterIdentity};
use crate::outcome::{Failure, Outcome};
use crate::progress::{self, End, Look};

/// Registers it.
pub(super) fn register(args: &RegisterIdentity) -> Result<Outcome, Failure> {
    let sending = &args.sending;
    let author = Author::of(&sending.signing, &sending.file, &sending.home)?;
    let address = author.address_or_own("--address", args.address.as_deref())?;
    if args.free && args.stake.0 > 0 {
        return Err(Failure::argument(
            "--stake",
            "is nobody's to give when nobody signs: leave it or --free out",
        ));
    }
    let Some(proof) = proof(args, author.network, &address)? else { return Ok(Outcome::Interrupted) };
    let Proof { repetitions, nonce } = proof;
    let identity = IdentityRegistration { address, repetitions, nonce };
    if args.free {
        let mut home = sending.home.clone();
        home.network = Some(author.network);
        let asking = sending.asking.clone();
        let posting = Posting { dry_run: sending.dry_run, json: sending.json, home, asking };
        post(&posting, Transaction::Posted(Posted::RegisterIdentity(identity)))?;
    } else {
        send(sending, |_| Ok(Action::RegisterIdentity { identity, stake: args.stake }))?;
    }
    Ok(Outcome::Good)
}

/// The one that is told, if it is good, or the one that is found; `None` when the search was interrupted.
fn proof(args: &RegisterIdentity, network: Network, address: &Address) -> Result<Option<Proof>, Failure> {
    if let (Some(repetitions), Some(nonce)) = (args.repetitions, args.nonce) {
        let proof = Proof { repetitions, nonce };
        return identity::check(network, address, proof).map(|()| Some(proof)).map_err(|fault| {
            Failure::argument("--nonce", format!("this is no proof of the address: {}", fault.name()))
        });
    }
    let target: Target = identity::target(network);
    let engine = arguments::engine(&args.devices)?;
    let bits = network.parameters().identity_bits;
    let look = Look { verb: "proving the identity", unit: "H", end: End::Luck(bits) };
    match progress::watch(look, |control| mint(&engine, &address.0, target, 32, control)) {
        Ok(report) => Ok(Some(report.value.proof)),
        Err(Error::Cancelled) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
