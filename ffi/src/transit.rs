//! Transit pools, and what goes to the ledger for them.

use gridnet_protocol::Signature;
use gridnet_protocol::transit::{Disclosure, Hop};

use crate::bridge::ffi::{Opening, Status};
use crate::custody::Custody;
use crate::held::{encoded, held};
use crate::key::{SealSecret, Signer};
use crate::registration::PoolCard;
use crate::status::{guard, network};
use crate::token::Token;

held! {
    /// The last token of a session with those who carried.
    TransitPool(gridnet_protocol::transit::TransitPool) "transit pool";
    /// A transit pool as it goes to the ledger.
    ClaimedPool(gridnet_protocol::transit::ClaimedPool) "claimed pool";
}

encoded! {
    TransitPool "a transit pool" transit_pool_from_bytes;
    ClaimedPool "a claimed pool" claimed_pool_from_bytes;
}

pub(crate) fn assemble(
    id: u32,
    token: &Token,
    custody: &Custody,
    receiver: &Signer,
    secret: &SealSecret,
    status: &mut Status,
) -> Box<TransitPool> {
    guard(status, || {
        let (token, custody, receiver) = (*token.get()?, custody.get()?, receiver.get()?);
        let secret = secret.get()?;
        let assemble = gridnet_protocol::transit::TransitPool::assemble;
        Ok(assemble(network(id)?, token, custody, receiver, secret)?.into())
    })
}

pub(crate) fn assemble_with_receipt(
    id: u32,
    token: &Token,
    custody: &Custody,
    receipt: &[u8; 64],
    openings: &[Opening],
    status: &mut Status,
) -> Box<TransitPool> {
    guard(status, || {
        let openings: Vec<_> =
            openings.iter().map(|opening| opening.is_there.then(|| opening.into())).collect();
        let (token, custody, receipt) = (*token.get()?, custody.get()?, Signature(*receipt));
        let assemble = gridnet_protocol::transit::TransitPool::assemble_with_receipt;
        Ok(assemble(network(id)?, token, custody, receipt, &openings)?.into())
    })
}

impl TransitPool {
    pub(crate) fn token(&self, status: &mut Status) -> Box<Token> {
        guard(status, || Ok(self.get()?.token.into()))
    }

    pub(crate) fn hops(&self, status: &mut Status) -> usize {
        guard(status, || Ok(self.get()?.hops.as_slice().len()))
    }

    pub(crate) fn openings(&self, status: &mut Status) -> Vec<Opening> {
        let opening = |hop: &Hop| match hop.disclosure {
            Disclosure::Opened(opening) => Some(opening).into(),
            Disclosure::Unopened(_) => None.into(),
        };
        guard(status, || Ok(self.get()?.hops.as_slice().iter().map(opening).collect()))
    }

    /// 0 for a good one.
    pub(crate) fn check(&self, id: u32, status: &mut Status) -> u8 {
        guard(status, || Ok(self.get()?.check(network(id)?).map_or_else(|reason| reason as u8, |()| 0)))
    }
}

pub(crate) fn claim(pool: &TransitPool, steps: u32, status: &mut Status) -> Box<ClaimedPool> {
    guard(status, || {
        let pool = pool.get()?.clone();
        Ok(gridnet_protocol::transit::ClaimedPool { steps, bank: None, pool }.into())
    })
}

pub(crate) fn claim_with_bank(
    pool: &TransitPool,
    steps: u32,
    card: &PoolCard,
    status: &mut Status,
) -> Box<ClaimedPool> {
    guard(status, || {
        let (bank, pool) = (Some(card.get()?.proof.clone()), pool.get()?.clone());
        Ok(gridnet_protocol::transit::ClaimedPool { steps, bank, pool }.into())
    })
}

impl ClaimedPool {
    pub(crate) fn pool(&self, status: &mut Status) -> Box<TransitPool> {
        guard(status, || Ok(self.get()?.pool.clone().into()))
    }

    pub(crate) fn steps(&self, status: &mut Status) -> u32 {
        guard(status, || Ok(self.get()?.steps))
    }

    pub(crate) fn weight(&self, status: &mut Status) -> u64 {
        guard(status, || Ok(self.get()?.weight()))
    }
}
