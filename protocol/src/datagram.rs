//! Datagrams: something sealed, with what pays for carrying it and who did so far. A value, a file, and their checks.

use std::io;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::custody::Custody;
use crate::encoding::{decode, encode, limits};
use crate::pool::PoolCard;
use crate::reason::{Reason, Refusal};
use crate::token::Token;
use crate::value::{Content, Time};
use crate::{Address, Error, Network, identity};

/// What a file of a datagram begins with; the last byte is the version.
const MAGIC: &[u8; 9] = b"GN-dgram\x01";

/// Ciphertext for the receiver.
#[derive(Clone, PartialEq, Eq, Hash, BorshSerialize)]
pub struct Payload(Vec<u8>);

impl Payload {
    /// A payload of these bytes.
    ///
    /// # Errors
    /// [`Error::TooMany`] beyond 65,535 bytes.
    pub fn new(bytes: Vec<u8>) -> Result<Payload, Error> {
        match bytes.len() as u64 {
            got if got <= limits::PAYLOAD_BYTES.into() => Ok(Payload(bytes)),
            got => Err(Error::TooMany { what: "a sealed payload", got, max: limits::PAYLOAD_BYTES.into() }),
        }
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl BorshDeserialize for Payload {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let length = u32::deserialize_reader(reader)?;
        if length > limits::PAYLOAD_BYTES {
            let what = format!("a payload of {length} bytes where {} are allowed", limits::PAYLOAD_BYTES);
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        let mut bytes = vec![0; length as usize];
        reader.read_exact(&mut bytes)?;
        Ok(Payload(bytes))
    }
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Payload({} bytes)", self.0.len())
    }
}

/// A datagram.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Datagram {
    /// What pays for it.
    pub token: Token,
    /// What shows that it does.
    pub card: Option<PoolCard>,
    /// Who carried it so far.
    pub custody: Custody,
    /// Where it goes.
    pub destination: Address,
    /// After this nobody need carry it.
    pub expiry: Time,
    /// What is carried.
    pub payload: Payload,
}

impl Datagram {
    /// Whether it should be carried on, at this moment. `stream`: D of the packets before it, when it is one of a
    /// stream.
    ///
    /// # Errors
    /// The first that fails: of the token, the card, the custody chain, the datagram itself.
    pub fn check(&self, network: Network, now: Time, stream: Option<Content>) -> Result<(), Refusal> {
        self.token.check(network).map_err(refusal)?;
        let sender = &self.token.sender;
        identity::check(network, &sender.address(), sender.proof()).map_err(|_| Refusal::Identity)?;
        if self.card.as_ref().is_some_and(|card| !card.is_of(network, &self.token)) {
            return Err(Refusal::Card);
        }
        match self.custody.check(network, &self.token) {
            Err(Error::Custody { reason, .. }) => return Err(refusal(reason)),
            checked => checked.expect("a custody chain fails for its own reasons only"),
        }
        if now < self.token.issued || now > self.expiry || self.expiry > self.token.expiry {
            return Err(Refusal::Expiry);
        }
        let packet = Content::of_bundle(&self.destination, self.expiry, self.payload.as_bytes());
        let content = stream.map_or(packet, |stream| stream.and(packet));
        if content == self.token.content { Ok(()) } else { Err(Refusal::Content) }
    }

    /// Its file.
    pub fn to_file(&self) -> Vec<u8> {
        [&MAGIC[..], &encode(self)].concat()
    }

    /// The datagram of a file.
    ///
    /// # Errors
    /// [`Error::Encoding`]: it is refused as [`Refusal::Shape`].
    pub fn from_file(bytes: &[u8]) -> Result<Datagram, Error> {
        match bytes.strip_prefix(MAGIC) {
            Some(bytes) => decode("a datagram", bytes),
            None => Err(Error::Encoding {
                what: "a datagram's file",
                why: "it does not begin with GN-dgram and version 1".to_owned(),
            }),
        }
    }
}

fn refusal(reason: Reason) -> Refusal {
    Refusal::from_name(reason.name()).expect("datagrams are refused for these too")
}
