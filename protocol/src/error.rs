//! What can be wrong with a value, each with a number and a name that never change.

/// A refusal of the protocol's values and encodings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Bytes that encode nothing, or not canonically.
    #[error("{what} is not encoded as it must be: {why}")]
    Encoding {
        /// What was to be read.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// A list longer than it may be.
    #[error("{what} has {got} entries, and {max} at most are allowed")]
    TooMany {
        /// Which list.
        what: &'static str,
        /// Entries it claims to have.
        got: u64,
        /// Entries it may have.
        max: u64,
    },
    /// A sum or product that no amount holds.
    #[error("{what} is more than 64 bits hold")]
    Overflow {
        /// What was computed.
        what: &'static str,
    },
    /// A key that must not be used.
    #[error("this key is not admitted: {why}")]
    Key {
        /// Why not.
        why: &'static str,
    },
    /// A text that is no address of the network.
    #[error("this is no address of the {network} network: {why}")]
    Address {
        /// The network's name.
        network: &'static str,
        /// What is wrong.
        why: String,
    },
    /// A fee that leaves nothing.
    #[error("the fee would be {fee} units of {total}: nothing would be left")]
    Fee {
        /// What the fee would be.
        fee: u128,
        /// What is claimed.
        total: u64,
    },
    /// No such network.
    #[error("unknown network {0}: the networks are main, test and regtest")]
    Network(String),
}

impl Error {
    /// A number that never changes for this kind of error. Those of the engine are below 100.
    pub fn code(&self) -> u32 {
        self.stable().0
    }

    /// A short name that never changes for this kind of error.
    pub fn name(&self) -> &'static str {
        self.stable().1
    }

    fn stable(&self) -> (u32, &'static str) {
        match self {
            Error::Encoding { .. } => (101, "encoding"),
            Error::TooMany { .. } => (102, "too-many"),
            Error::Overflow { .. } => (103, "overflow"),
            Error::Key { .. } => (104, "bad-key"),
            Error::Address { .. } => (105, "address"),
            Error::Network(_) => (106, "network"),
            Error::Fee { .. } => (107, "fee"),
        }
    }
}
