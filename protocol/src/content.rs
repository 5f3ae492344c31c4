//! The digest of what a token carries: of one bundle, or of a stream of packets so far.

use crate::Address;
use crate::tagged::Tag;
use crate::value::{Content, Time};

impl Content {
    /// D₀: of a stream that nothing was sent in.
    pub const STREAM_START: Content = Content([0; 32]);

    /// Of a bundle, or of one packet of a stream. The payload is sealed: this is a digest of ciphertext.
    pub fn of_bundle(destination: &Address, expiry: Time, payload: &[u8]) -> Content {
        Content(Tag::DATA.hash(&[&destination.0, &expiry.0.to_le_bytes(), payload]))
    }

    /// D_j: of a stream (D_{j−1}) that one more packet was sent in.
    #[must_use]
    pub fn and(self, packet: Content) -> Content {
        Content(Tag::STREAM.hash(&[&self.0, &packet.0]))
    }
}
