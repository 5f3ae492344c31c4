//! The first block of each network, and what is there from the beginning.

use gridnet_core::proof::header::Header;

use crate::block::{Block, Coinbase, EXTRANONCE_BYTES};
use crate::transaction::Transaction;
use crate::value::{Height, Units};
use crate::{Address, Network, SecretKey};

/// 27 November 2026, 0:00 UTC.
const TIME: u32 = 1_795_737_600;

/// The first block of a network. It pays nothing.
pub fn genesis(network: Network) -> Block {
    // Which extranonce has a good nonce at all is luck: a little more than every second one.
    let (tried, nonce) = match network {
        Network::Main => (2, 3_274_959_156),
        Network::Test => (1, 3_982_977_869),
        Network::Regtest => (0, 0),
    };
    let mut extranonce = [0; EXTRANONCE_BYTES];
    extranonce[..7].copy_from_slice(b"GRIDNET");
    extranonce[EXTRANONCE_BYTES - 2] = tried;
    extranonce[EXTRANONCE_BYTES - 1] = network.id() as u8;
    let coinbase = Transaction::Coinbase(Coinbase {
        height: Height(0),
        extranonce,
        payout: Address([0; 32]),
        amount: Units::ZERO,
        state: [0; 32],
    });
    let header = Header {
        version: 1,
        previous: [0; 32],
        merkle_root: coinbase.id(),
        time: TIME,
        bits: network.parameters().limit_bits,
        nonce,
    };
    Block { header, transactions: vec![coinbase] }
}

/// The key that owns what is there on regtest from the beginning. Everybody knows it.
pub fn regtest_key() -> SecretKey {
    SecretKey::from_seed(*b"GRIDNET regtest: everybody's key")
}

/// What is there from the beginning, and whose it is. On main and test there is nothing.
pub fn premine(network: Network) -> Option<(Address, Units)> {
    match network {
        Network::Main | Network::Test => None,
        Network::Regtest => Some((Address::of(&regtest_key().public()), Units::from_gnc(1_000_000))),
    }
}
