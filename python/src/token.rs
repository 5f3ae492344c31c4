//! Tokens, what they are for, and what two of them prove.

use gridnet_protocol::Address;
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::payout::Terms as Shares;
use gridnet_protocol::reason::{
    Misread, NoEquivocation, NoFraud, Objection, Reason, Refusal as Refused, Rejected, SpvFault, Uncertified,
    Void,
};
use gridnet_protocol::value::{Content, Time};
use pyo3::prelude::*;

use crate::error::Refusal;
use crate::key::{self, Receiver};
use crate::money;
use crate::proof::network;
use crate::run::released;

/// How hops share: a, b, the number of a rule.
pub(crate) type Terms = (u16, u16, u8);

pub(crate) fn shares((a, b, rule): Terms) -> Result<Shares, Refusal> {
    money::terms(a, b, rule)
}

pub(crate) fn terms(shares: Shares) -> Terms {
    (shares.payrate.a(), shares.payrate.b(), shares.rule as u8)
}

/// What a token says: network, pool, bank, from, depth, word; how hops share; the receiver; content, issued, expiry, first
/// key; the sender's key, repetitions, nonce.
type Body = (
    (u32, [u8; 32], u16, u32, u32, [u8; 32]),
    Terms,
    Receiver,
    ([u8; 32], u64, u64, [u8; 32]),
    ([u8; 32], u32, u32),
);

/// A token.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Token(pub(crate) gridnet_protocol::token::Token);

#[pymethods]
impl Token {
    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Token> {
        Ok(Token(decode("a token", bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode(&self.0)
    }

    fn body(&self) -> Body {
        let token = &self.0;
        let sender = &token.sender;
        (
            (token.network, token.pool.0, token.bank, token.from.0, token.depth.0, token.word.0),
            terms(token.terms),
            key::said(&token.receiver),
            (token.content.0, token.issued.0, token.expiry.0, token.first_key.0),
            (sender.key.0, sender.repetitions, sender.nonce),
        )
    }

    fn id(&self, network_id: u32) -> PyResult<[u8; 32]> {
        Ok(self.0.id(network(network_id)?).0)
    }

    fn session(&self) -> [u8; 32] {
        self.0.session().0
    }

    /// The name of what is wrong.
    fn check(&self, py: Python<'_>, network_id: u32) -> PyResult<Option<&'static str>> {
        let network = network(network_id)?;
        released(py, || Ok(self.0.check(network).err().map(|reason| reason.name())))
    }
}

/// The names of why something is bad: in the order in which `gridnet.reasons` names them.
#[pyfunction]
pub(crate) fn reasons() -> [Vec<&'static str>; 10] {
    [
        Reason::ALL.iter().map(|reason| reason.name()).collect(),
        Void::ALL.iter().map(|reason| reason.name()).collect(),
        NoFraud::ALL.iter().map(|reason| reason.name()).collect(),
        Refused::ALL.iter().map(|reason| reason.name()).collect(),
        Rejected::ALL.iter().map(|reason| reason.name()).collect(),
        Uncertified::ALL.iter().map(|reason| reason.name()).collect(),
        Misread::ALL.iter().map(|reason| reason.name()).collect(),
        NoEquivocation::ALL.iter().map(|reason| reason.name()).collect(),
        Objection::ALL.iter().map(|reason| reason.name()).collect(),
        SpvFault::ALL.iter().map(|reason| reason.name()).collect(),
    ]
}

#[pyfunction]
pub(crate) fn bundle_content(destination: [u8; 32], expiry: u64, payload: &[u8]) -> [u8; 32] {
    Content::of_bundle(&Address(destination), Time(expiry), payload).0
}

#[pyfunction]
pub(crate) fn stream_content(previous: [u8; 32], packet: [u8; 32]) -> [u8; 32] {
    Content(previous).and(Content(packet)).0
}

#[pyfunction]
pub(crate) fn prove_fraud(network_id: u32, one: &Token, other: &Token) -> PyResult<Vec<u8>> {
    Ok(FraudProof::new(network(network_id)?, one.0, other.0).to_bytes())
}

/// Whose, and of which pool and bank, a proof convicts; or the name of why it does not.
#[pyfunction]
#[expect(clippy::type_complexity, reason = "what Python unpacks")]
pub(crate) fn check_fraud(
    py: Python<'_>,
    network_id: u32,
    proof: &[u8],
) -> PyResult<(Option<&'static str>, Option<([u8; 32], [u8; 32], u16)>)> {
    let network = network(network_id)?;
    let proof = FraudProof::from_bytes(proof).map_err(Refusal::from)?;
    released(py, || {
        Ok(match proof.check(network) {
            Ok(fraud) => (None, Some((fraud.owner.0, fraud.pool.0, fraud.bank))),
            Err(reason) => (Some(reason.name()), None),
        })
    })
}
