//! Identities: each costs work before it is worth anything.

use std::fmt::Write as _;

use gridnet_core::proof::identity::Minted;
use gridnet_protocol::transaction::{IdentityRegistration, Posted, Transaction};
use serde::Serialize;

use super::stage::{NETWORK, Stage, address};
use crate::outcome::Failure;
use crate::output::Hex;

/// Who needs one: those who send, those who carry, those who own meters.
const NAMES: [&str; 8] = ["olga", "ann", "ben", "cora", "dan", "sue", "bob", "mallory"];

/// What is told.
#[derive(Serialize)]
pub(super) struct Told {
    identities: Vec<Identity>,
    /// The block that registered them.
    registered: u32,
    /// The first block that pays them for carrying.
    paid_from: u32,
}

#[derive(Serialize)]
struct Identity {
    name: &'static str,
    address: String,
    repetitions: u32,
    nonce: u32,
    hash: Hex,
}

/// Mints and registers them.
pub(super) fn act(stage: &mut Stage) -> Result<Told, Failure> {
    let (mut identities, mut transactions) = (Vec::new(), Vec::new());
    for name in NAMES {
        let Minted { proof, hash } = stage.minted(name)?;
        let (repetitions, nonce) = (proof.repetitions, proof.nonce);
        let identity = IdentityRegistration { address: address(name), repetitions, nonce };
        transactions.push(Transaction::Posted(Posted::RegisterIdentity(identity)));
        let address = address(name).to_text(NETWORK);
        identities.push(Identity { name, address, repetitions, nonce, hash: Hex(hash) });
    }
    stage.mine(&transactions)?;
    let registered = stage.chain.height().0;
    let youth = NETWORK.parameters().youth;
    stage.wait(youth)?;
    Ok(Told { identities, registered, paid_from: registered + youth })
}

impl Told {
    pub(super) fn text(&self) -> String {
        let mut text = "An address, its own copies and a nonce are hashed with BLAKE2b until the hash is small enough. Here a\n\
             256th of all hashes is; on the main network it takes some 2^38 tries, once in a life.\n\n"
            .to_owned();
        for Identity { name, address, nonce, hash, .. } in &self.identities {
            let hash = hash.to_string();
            let _ = writeln!(text, "  {name:<8} {address}  nonce {nonce:>4}  hash {}...", &hash[..12]);
        }
        let Told { registered, paid_from, .. } = self;
        let _ = writeln!(
            text,
            "\nBlock {registered} registers them for nothing: the proof is the price. From block {paid_from} on they are paid for\n\
             carrying. Whoever cheats loses it, and must work again."
        );
        text
    }
}
