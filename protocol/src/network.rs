//! The networks: the same rules under other numbers.

use crate::Error;

/// A network. Its number goes into every signature and id, so that nothing of one is valid on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Network {
    /// Where coins are worth something.
    Main,
    /// Where they are not.
    Test,
    /// One's own, with a trivial target and a clock that can be set.
    Regtest,
}

/// What differs from network to network, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Prefix of its addresses.
    pub address_prefix: &'static str,
    /// Zero bits of an identity's proof of stake: 2^bits hashes are expected.
    pub identity_bits: u32,
    /// Blocks from an identity's registration until it is paid as a hop.
    pub youth: u32,
    /// Blocks that an unopened hop's share is held.
    pub escrow: u32,
    /// Blocks until a coinbase can be spent.
    pub maturity: u32,
    /// Least fee, in units for each unit of weight.
    pub minimum_fee_rate: u64,
}

impl Network {
    /// Every network.
    pub const ALL: [Network; 3] = [Network::Main, Network::Test, Network::Regtest];

    /// Its number.
    pub const fn id(self) -> u32 {
        match self {
            Network::Main => 1,
            Network::Test => 2,
            Network::Regtest => 3,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Network::Main => "main",
            Network::Test => "test",
            Network::Regtest => "regtest",
        }
    }

    /// The network of a number.
    pub fn from_id(id: u32) -> Option<Network> {
        Network::ALL.into_iter().find(|network| network.id() == id)
    }

    /// The network of a name.
    ///
    /// # Errors
    /// [`Error::Network`].
    pub fn from_name(name: &str) -> Result<Network, Error> {
        let found = Network::ALL.into_iter().find(|network| network.name() == name);
        found.ok_or_else(|| Error::Network(format!("{:?}", name.chars().take(40).collect::<String>())))
    }

    /// What differs.
    pub const fn parameters(self) -> Parameters {
        let shared = Parameters {
            address_prefix: "grid",
            identity_bits: 38,
            youth: 720,
            escrow: 5_040,
            maturity: 100,
            minimum_fee_rate: 10,
        };
        match self {
            Network::Main => shared,
            Network::Test => Parameters { address_prefix: "tgrid", identity_bits: 24, ..shared },
            Network::Regtest => Parameters {
                address_prefix: "rgrid",
                identity_bits: 8,
                youth: 6,
                escrow: 20,
                maturity: 1,
                ..shared
            },
        }
    }
}
