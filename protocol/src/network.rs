//! The networks: the same rules under other numbers.

use gridnet_core::HashFunction;
use gridnet_core::proof::header::LIMIT_BITS;

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
    /// The function of a block's proof of work.
    pub proof_of_work: HashFunction,
    /// The easiest target of a block, in compact form: that of the first block.
    pub limit_bits: u32,
    /// How targets follow the time that blocks take; `None`: they do not.
    pub retarget: Option<Retarget>,
    /// Blocks from notice until coin stake comes back.
    pub stake_notice: u32,
    /// Least blocks of a contract's window for answers.
    pub window_min: u32,
}

/// ASERT's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retarget {
    /// Wanted seconds between blocks.
    pub spacing: u32,
    /// Seconds behind schedule that double the target.
    pub half_life: u32,
}

/// Identities that a block registers for nothing, at most.
pub const FREE_IDENTITIES_MAX: u32 = 64;
/// Seconds that a block's time may be ahead of a node's clock.
pub const AHEAD_MAX: u64 = 600;

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
            // An ASIC for SHA-256 equals thousands of graphics processors: a local chain would be at its mercy.
            proof_of_work: HashFunction::BLAKE2S,
            limit_bits: LIMIT_BITS,
            retarget: Some(Retarget { spacing: 120, half_life: 21_600 }),
            stake_notice: 5_040,
            window_min: 360,
        };
        match self {
            Network::Main => shared,
            Network::Test => Parameters {
                address_prefix: "tgrid",
                identity_bits: 24,
                // Every miner of Bitcoin can try it.
                proof_of_work: HashFunction::Sha256d,
                ..shared
            },
            Network::Regtest => Parameters {
                address_prefix: "rgrid",
                identity_bits: 8,
                youth: 6,
                escrow: 20,
                maturity: 1,
                proof_of_work: HashFunction::Sha256d,
                // Every second hash meets it.
                limit_bits: 0x207f_ffff,
                retarget: None,
                stake_notice: 20,
                window_min: 6,
                ..shared
            },
        }
    }
}
