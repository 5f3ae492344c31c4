//! Who carries: candidates, and chains of custody.

use gridnet_protocol::{Address, Error, SecretKey};

use crate::bridge::ffi::{CustodyFault, Hash, Opening, Status};
use crate::held::{encoded, held};
use crate::key::{SealSecret, Signer, drawn};
use crate::status::{Refusal, guard, network};
use crate::token::Token;

held! {
    /// Whoever wants to carry next.
    Candidate(gridnet_protocol::custody::Candidate) "candidate";
    /// A chain of custody on its way.
    Custody(gridnet_protocol::custody::Custody) "custody chain";
}

encoded! {
    Candidate "a candidate" candidate_from_bytes;
    Custody "a custody chain" custody_from_bytes;
}

pub(crate) fn commitment(opening: &Opening, status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(gridnet_protocol::custody::Opening::from(opening).commitment().0))
}

pub(crate) fn new_candidate(
    id: u32,
    token: &Token,
    custody: &Custody,
    key: &Signer,
    opening: &Opening,
    status: &mut Status,
) -> Box<Candidate> {
    guard(status, || {
        let (token, custody, key) = (token.get()?, custody.get()?, key.get()?);
        let (opening, entropy) = (opening.into(), *drawn()?);
        Ok(gridnet_protocol::custody::Candidate::new(network(id)?, token, custody, key, &opening, entropy)?
            .into())
    })
}

pub(crate) fn new_custody() -> Box<Custody> {
    gridnet_protocol::custody::Custody::default().into()
}

impl Custody {
    pub(crate) fn hops(&self, status: &mut Status) -> usize {
        guard(status, || Ok(self.get()?.links().len()))
    }

    pub(crate) fn holder(&self, token: &Token, status: &mut Status) -> [u8; 32] {
        guard(status, || Ok(self.get()?.holder(token.get()?).0))
    }

    pub(crate) fn has_offer(&self, status: &mut Status) -> bool {
        guard(status, || Ok(self.get()?.offer().is_some()))
    }

    pub(crate) fn is_handed_over(&self, status: &mut Status) -> bool {
        guard(status, || Ok(self.get()?.last_hand_over().is_some()))
    }

    pub(crate) fn check(&self, id: u32, token: &Token, status: &mut Status) -> CustodyFault {
        guard(status, || match self.get()?.check(network(id)?, token.get()?) {
            Ok(()) => Ok(CustodyFault::default()),
            Err(Error::Custody { reason, element }) => Ok(CustodyFault { reason: reason as u8, element }),
            Err(error) => Err(error.into()),
        })
    }

    pub(crate) fn hand_over(
        &self,
        id: u32,
        token: &Token,
        holder: &Signer,
        hop: &Candidate,
        status: &mut Status,
    ) -> Box<Custody> {
        guard(status, || {
            let (holder, hop) = (holder.get()?, *hop.get()?);
            self.changed(|custody| Ok(custody.hand_over(network(id)?, token.get()?, holder, hop)?))
        })
    }

    pub(crate) fn offer_to_bearer(
        &self,
        id: u32,
        token: &Token,
        holder: &Signer,
        status: &mut Status,
    ) -> Box<Custody> {
        guard(status, || {
            let (holder, bearer) = (holder.get()?, SecretKey::from_seed(*drawn()?));
            self.changed(|custody| {
                Ok(custody.offer_to_bearer(network(id)?, token.get()?, holder, &bearer)?)
            })
        })
    }

    pub(crate) fn join_by_bearer(
        &self,
        id: u32,
        token: &Token,
        hop: &Candidate,
        status: &mut Status,
    ) -> Box<Custody> {
        guard(status, || {
            let hop = *hop.get()?;
            self.changed(|custody| Ok(custody.join_by_bearer(network(id)?, token.get()?, hop)?))
        })
    }

    pub(crate) fn hand_over_last(
        &self,
        id: u32,
        token: &Token,
        holder: &Signer,
        status: &mut Status,
    ) -> Box<Custody> {
        guard(status, || {
            let holder = holder.get()?;
            self.changed(|custody| Ok(custody.hand_over_last(network(id)?, token.get()?, holder)?))
        })
    }

    /// A copy that was changed: a refusal leaves this one as it was.
    fn changed(
        &self,
        change: impl FnOnce(&mut gridnet_protocol::custody::Custody) -> Result<(), Refusal>,
    ) -> Result<Box<Custody>, Refusal> {
        let mut custody = self.get()?.clone();
        change(&mut custody)?;
        Ok(custody.into())
    }

    pub(crate) fn receipt(
        &self,
        id: u32,
        token: &Token,
        receiver: &Signer,
        signature: &mut [u8; 64],
        status: &mut Status,
    ) {
        guard(status, || {
            *signature = self.get()?.receipt(network(id)?, token.get()?, receiver.get()?)?.0;
            Ok(())
        });
    }

    pub(crate) fn open(&self, token: &Token, secret: &SealSecret, status: &mut Status) -> Vec<Opening> {
        guard(status, || {
            let openings = self.get()?.open(token.get()?, secret.get()?);
            Ok(openings.into_iter().map(Opening::from).collect())
        })
    }

    pub(crate) fn accumulators(&self, token: &Token, status: &mut Status) -> Vec<Hash> {
        guard(status, || {
            let accumulators = self.get()?.accumulators(token.get()?);
            Ok(accumulators.into_iter().map(|bytes| Hash { bytes }).collect())
        })
    }
}

impl From<Option<gridnet_protocol::custody::Opening>> for Opening {
    fn from(opening: Option<gridnet_protocol::custody::Opening>) -> Opening {
        let of = |opening: gridnet_protocol::custody::Opening| Opening {
            is_there: true,
            identity: opening.identity.0,
            blind: opening.blind,
        };
        opening.map_or_else(Opening::default, of)
    }
}

impl From<&Opening> for gridnet_protocol::custody::Opening {
    fn from(opening: &Opening) -> Self {
        Self { identity: Address(opening.identity), blind: opening.blind }
    }
}
