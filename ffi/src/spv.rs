//! Proofs by headers.

use gridnet_core::proof::header::{HEADER_BYTES, Header};
use gridnet_protocol::Error;
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::spv::{self, HeaderChain, Headers, StateEntry, TransactionProof};
use gridnet_protocol::state::Table;
use gridnet_protocol::value::{Height, Time};

use crate::bridge::ffi::Status;
use crate::bridge::spv::ffi::{Checkpoint, RowVerdict, SpvVerdict, TransactionVerdict};
use crate::control::Control;
use crate::engine::Engine;
use crate::held::held;
use crate::status::{Refusal, guard, network, values};

held! {
    /// Headers that were verified.
    VerifiedHeaders(HeaderChain) "chain of headers";
}

pub(crate) fn first_checkpoint(id: u32, status: &mut Status) -> Checkpoint {
    guard(status, || Ok(spv::Checkpoint::first(network(id)?).into()))
}

pub(crate) fn verified_headers(
    engine: &Engine,
    id: u32,
    start: &Checkpoint,
    headers: &[u8],
    now: u64,
    control: &Control,
    verdict: &mut SpvVerdict,
    status: &mut Status,
) -> Box<VerifiedHeaders> {
    guard(status, || {
        let (engine, network) = (engine.get()?, network(id)?);
        let headers = values::<HEADER_BYTES>("headers", headers)?;
        let headers = Headers::new(headers.iter().map(Header::from_bytes))?;
        let chain = HeaderChain::verify(engine, network, start.into(), &headers, Time(now), &control.inner);
        let (said, chain) = verdict_of(chain)?;
        *verdict = said;
        Ok(chain.map_or_else(Box::default, Into::into))
    })
}

/// What is wrong with a proof, apart from why a call has no answer.
pub(crate) fn verdict_of<T>(shown: Result<T, Error>) -> Result<(SpvVerdict, Option<T>), Refusal> {
    match shown {
        Ok(shown) => Ok((SpvVerdict::default(), Some(shown))),
        Err(Error::Spv { fault, part }) => {
            Ok((SpvVerdict { reason: fault as u8, place: part.to_string() }, None))
        }
        Err(error) => Err(error.into()),
    }
}

impl VerifiedHeaders {
    pub(crate) fn tip(&self, status: &mut Status) -> Checkpoint {
        guard(status, || {
            let chain = self.get()?;
            Ok(Checkpoint { height: chain.height().0, id: chain.tip() })
        })
    }

    pub(crate) fn work(&self, status: &mut Status) -> [u8; 32] {
        guard(status, || Ok(self.get()?.work().to_be_bytes()))
    }

    pub(crate) fn header(&self, height: u32, status: &mut Status) -> Vec<u8> {
        guard(status, || {
            let header = self.get()?.header(Height(height));
            Ok(header.map_or_else(Vec::new, |header| header.to_bytes().to_vec()))
        })
    }

    pub(crate) fn verify_transaction(&self, proof: &[u8], status: &mut Status) -> TransactionVerdict {
        guard(status, || {
            let (chain, proof) = (self.get()?, TransactionProof::from_bytes(proof)?);
            let (verdict, depth) = verdict_of(proof.verify(chain))?;
            let Some(depth) = depth else {
                return Ok(TransactionVerdict { verdict, ..TransactionVerdict::default() });
            };
            Ok(TransactionVerdict {
                verdict,
                height: proof.height.0,
                place: proof.place,
                depth,
                id: proof.transaction.id(),
                transaction: encode(&proof.transaction),
            })
        })
    }

    pub(crate) fn verify_row(&self, table: u8, key: &[u8], proof: &[u8], status: &mut Status) -> RowVerdict {
        guard(status, || {
            let (chain, proof) = (self.get()?, StateEntry::from_bytes(proof)?);
            let table = committed(table)?;
            // The row that is asked for, not the one that the proof names: a proof of another shows nothing then.
            let shown = proof.root.verify(chain).and_then(|root| {
                let value = proof.row.verify(&root.root, table, key)?;
                Ok((root, value))
            });
            let (verdict, shown) = verdict_of(shown)?;
            let Some((root, value)) = shown else {
                return Ok(RowVerdict { verdict, ..RowVerdict::default() });
            };
            Ok(RowVerdict {
                verdict,
                height: root.height.0,
                root: root.root,
                depth: root.depth,
                is_there: value.is_some(),
                value: value.unwrap_or_default().to_vec(),
            })
        })
    }
}

/// The table of a number, which the state's root commits to.
fn committed(number: u8) -> Result<Table, Refusal> {
    let unknown = || Refusal::Unknown { what: "table", got: number.into() };
    decode::<Table>("a table", &[number]).ok().filter(|table| table.is_committed()).ok_or_else(unknown)
}

impl From<&Checkpoint> for spv::Checkpoint {
    fn from(checkpoint: &Checkpoint) -> spv::Checkpoint {
        spv::Checkpoint { height: Height(checkpoint.height), id: checkpoint.id }
    }
}

impl From<spv::Checkpoint> for Checkpoint {
    fn from(checkpoint: spv::Checkpoint) -> Checkpoint {
        Checkpoint { height: checkpoint.height.0, id: checkpoint.id }
    }
}
