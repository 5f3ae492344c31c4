//! Tokens, and what they are for.

use gridnet_protocol::payout::{Payrate, Rule};
use gridnet_protocol::receiver::SealKey;
use gridnet_protocol::value::{Content, Time};
use gridnet_protocol::{Address, PublicKey, Signature};

use crate::bridge::ffi::{Receiver, Status, Terms, TokenBody};
use crate::held::{encoded, held};
use crate::status::{Refusal, guard, network};

held! {
    /// A token.
    Token(gridnet_protocol::token::Token) "token";
}

encoded! {
    Token "a token" token_from_bytes;
}

impl Token {
    pub(crate) fn body(&self, body: &mut TokenBody, status: &mut Status) {
        guard(status, || {
            let token = self.get()?;
            *body = TokenBody {
                network: token.network,
                pool: token.pool.0,
                bank: token.bank,
                from: token.from.0,
                depth: token.depth.0,
                word: token.word.0,
                terms: token.terms.into(),
                receiver: token.receiver.into(),
                content: token.content.0,
                issued: token.issued.0,
                expiry: token.expiry.0,
                first_key: token.first_key.0,
                sender_key: token.sender.key.0,
                sender_repetitions: token.sender.repetitions,
                sender_nonce: token.sender.nonce,
            };
            Ok(())
        });
    }

    pub(crate) fn id(&self, id: u32, status: &mut Status) -> [u8; 32] {
        guard(status, || Ok(self.get()?.id(network(id)?).0))
    }

    pub(crate) fn session(&self, status: &mut Status) -> [u8; 32] {
        guard(status, || Ok(self.get()?.session().0))
    }

    /// 0 for a good one.
    pub(crate) fn check(&self, id: u32, status: &mut Status) -> u8 {
        guard(status, || Ok(self.get()?.check(network(id)?).map_or_else(|reason| reason as u8, |()| 0)))
    }
}

pub(crate) fn bundle_content(
    destination: &[u8; 32],
    expiry: u64,
    payload: &[u8],
    status: &mut Status,
) -> [u8; 32] {
    guard(status, || Ok(Content::of_bundle(&Address(*destination), Time(expiry), payload).0))
}

pub(crate) fn stream_content(previous: &[u8; 32], packet: &[u8; 32], status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(Content(*previous).and(Content(*packet)).0))
}

impl From<gridnet_protocol::payout::Terms> for Terms {
    fn from(terms: gridnet_protocol::payout::Terms) -> Terms {
        Terms { a: terms.payrate.a(), b: terms.payrate.b(), rule: terms.rule as u8 }
    }
}

impl Terms {
    /// As the protocol has it.
    pub(crate) fn understood(&self) -> Result<gridnet_protocol::payout::Terms, Refusal> {
        let &Terms { a, b, rule } = self;
        let payrate = || format!("a payrate is a/b with 1 <= a < b, not {a}/{b}");
        let payrate = Payrate::new(a, b).ok_or_else(|| Refusal::Value(payrate()))?;
        let known = Rule::from_number(rule);
        Ok(gridnet_protocol::payout::Terms {
            payrate,
            rule: known.ok_or(Refusal::Unknown { what: "rule of sharing", got: rule.into() })?,
        })
    }
}

impl From<gridnet_protocol::receiver::Receiver> for Receiver {
    fn from(receiver: gridnet_protocol::receiver::Receiver) -> Receiver {
        let gridnet_protocol::receiver::Receiver { key, seal_key, binding } = receiver;
        Receiver { key: key.0, seal_key: seal_key.0, binding: binding.0 }
    }
}

impl From<&Receiver> for gridnet_protocol::receiver::Receiver {
    fn from(&Receiver { key, seal_key, binding }: &Receiver) -> Self {
        Self { key: PublicKey(key), seal_key: SealKey(seal_key), binding: Signature(binding) }
    }
}
