//! Datagrams.

use gridnet_protocol::datagram::Payload;
use gridnet_protocol::value::{Content, Time};
use gridnet_protocol::{Address, Network};

use crate::bridge::ffi::Status;
use crate::custody::Custody;
use crate::held::held;
use crate::registration::PoolCard;
use crate::status::{Refusal, guard, network};
use crate::token::Token;

held! {
    /// Something sealed, with what pays for carrying it and who did so far.
    Datagram(gridnet_protocol::datagram::Datagram) "datagram";
}

pub(crate) fn new_datagram(
    token: &Token,
    custody: &Custody,
    destination: &[u8; 32],
    expiry: u64,
    payload: &[u8],
    status: &mut Status,
) -> Box<Datagram> {
    guard(status, || {
        let (token, custody) = (*token.get()?, custody.get()?.clone());
        let (destination, expiry) = (Address(*destination), Time(expiry));
        let payload = Payload::new(payload.to_vec())?;
        let card = None;
        Ok(gridnet_protocol::datagram::Datagram { token, card, custody, destination, expiry, payload }.into())
    })
}

pub(crate) fn datagram_from_file(bytes: &[u8], status: &mut Status) -> Box<Datagram> {
    guard(status, || Ok(gridnet_protocol::datagram::Datagram::from_file(bytes)?.into()))
}

impl Datagram {
    pub(crate) fn to_file(&self, status: &mut Status) -> Vec<u8> {
        guard(status, || Ok(self.get()?.to_file()))
    }

    pub(crate) fn with_card(&self, card: &PoolCard, status: &mut Status) -> Box<Datagram> {
        guard(status, || {
            let card = Some(card.get()?.clone());
            Ok(gridnet_protocol::datagram::Datagram { card, ..self.get()?.clone() }.into())
        })
    }

    pub(crate) fn with_custody(&self, custody: &Custody, status: &mut Status) -> Box<Datagram> {
        guard(status, || {
            let custody = custody.get()?.clone();
            Ok(gridnet_protocol::datagram::Datagram { custody, ..self.get()?.clone() }.into())
        })
    }

    pub(crate) fn token(&self, status: &mut Status) -> Box<Token> {
        guard(status, || Ok(self.get()?.token.into()))
    }

    pub(crate) fn has_card(&self, status: &mut Status) -> bool {
        guard(status, || Ok(self.get()?.card.is_some()))
    }

    pub(crate) fn card(&self, status: &mut Status) -> Box<PoolCard> {
        guard(status, || {
            let card = self.get()?.card.clone().ok_or(Refusal::Empty("datagram's place for a pool card"))?;
            Ok(card.into())
        })
    }

    pub(crate) fn custody(&self, status: &mut Status) -> Box<Custody> {
        guard(status, || Ok(self.get()?.custody.clone().into()))
    }

    pub(crate) fn destination(&self, status: &mut Status) -> [u8; 32] {
        guard(status, || Ok(self.get()?.destination.0))
    }

    pub(crate) fn expiry(&self, status: &mut Status) -> u64 {
        guard(status, || Ok(self.get()?.expiry.0))
    }

    pub(crate) fn payload(&self, status: &mut Status) -> Vec<u8> {
        guard(status, || Ok(self.get()?.payload.as_bytes().to_vec()))
    }

    /// 0 for one that should be carried on.
    pub(crate) fn check(&self, id: u32, now: u64, status: &mut Status) -> u8 {
        guard(status, || self.checked(network(id)?, now, None))
    }

    pub(crate) fn check_in_stream(&self, id: u32, now: u64, previous: &[u8; 32], status: &mut Status) -> u8 {
        guard(status, || self.checked(network(id)?, now, Some(Content(*previous))))
    }

    fn checked(&self, network: Network, now: u64, stream: Option<Content>) -> Result<u8, Refusal> {
        let checked = self.get()?.check(network, Time(now), stream);
        Ok(checked.map_or_else(|refusal| refusal as u8, |()| 0))
    }
}
