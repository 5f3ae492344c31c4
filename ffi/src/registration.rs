//! What is registered of a token pool, and the cards that show it.

use gridnet_protocol::Address;
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::pool::ChainFunction;
use gridnet_protocol::value::{Height, Units};

use crate::bridge::ffi::{Registration, Status};
use crate::held::{encoded, held};
use crate::status::{Refusal, guard, network};
use crate::token::Token;

held! {
    /// A registration and one of its banks.
    PoolCard(gridnet_protocol::pool::PoolCard) "pool card";
}

encoded! {
    PoolCard "a pool card" card_from_bytes;
}

pub(crate) fn registration_from_bytes(bytes: &[u8], status: &mut Status) -> Registration {
    guard(status, || {
        let registration: gridnet_protocol::pool::Registration = decode("a registration", bytes)?;
        Ok((&registration).into())
    })
}

pub(crate) fn registration_to_bytes(registration: &Registration, status: &mut Status) -> Vec<u8> {
    guard(status, || Ok(encode(&registration.understood()?)))
}

pub(crate) fn registration_id(id: u32, registration: &Registration, status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(registration.understood()?.id(network(id)?).0))
}

pub(crate) fn registration_coins(registration: &Registration, status: &mut Status) -> u64 {
    guard(status, || Ok(registration.understood()?.coins()?.0))
}

impl PoolCard {
    pub(crate) fn registration(&self, status: &mut Status) -> Registration {
        guard(status, || Ok((&self.get()?.registration).into()))
    }

    pub(crate) fn bank(&self, status: &mut Status) -> u16 {
        guard(status, || Ok(self.get()?.bank))
    }

    pub(crate) fn is_of(&self, id: u32, token: &Token, status: &mut Status) -> bool {
        guard(status, || Ok(self.get()?.is_of(network(id)?, token.get()?)))
    }

    pub(crate) fn leads_to_ceiling(&self, token: &Token, status: &mut Status) -> bool {
        guard(status, || Ok(self.get()?.leads_to_ceiling(token.get()?)))
    }
}

impl From<&gridnet_protocol::pool::Registration> for Registration {
    fn from(of: &gridnet_protocol::pool::Registration) -> Registration {
        Registration {
            owner: of.owner.0,
            sequence: of.sequence,
            function: of.function as u8,
            banks: of.banks,
            length: of.length,
            value: of.value.0,
            expiry: of.expiry.0,
            minimum_stake: of.minimum_stake.0,
            terms: of.terms.into(),
            root: of.root,
        }
    }
}

impl Registration {
    /// As the protocol has it.
    pub(crate) fn understood(&self) -> Result<gridnet_protocol::pool::Registration, Refusal> {
        let known = ChainFunction::from_number(self.function);
        let unknown = Refusal::Unknown { what: "function of chains", got: self.function.into() };
        Ok(gridnet_protocol::pool::Registration {
            owner: Address(self.owner),
            sequence: self.sequence,
            function: known.ok_or(unknown)?,
            banks: self.banks,
            length: self.length,
            value: Units(self.value),
            expiry: Height(self.expiry),
            minimum_stake: Units(self.minimum_stake),
            terms: self.terms.understood()?,
            root: self.root,
        })
    }
}
