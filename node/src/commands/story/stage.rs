//! What the story is played on: a chain in memory, and people whose keys are drawn from their names.

use std::fmt;

use gridnet_core::proof::identity::{Minted, mint};
use gridnet_core::{Control, Engine, HashFunction};
use gridnet_protocol::ledger::{Regtest, regtest_key};
use gridnet_protocol::state::Row;
use gridnet_protocol::state::row::Totals;
use gridnet_protocol::transaction::{Action, Transaction};
use gridnet_protocol::value::{Time, Units};
use gridnet_protocol::{Address, Network, SecretKey, identity};
use serde::{Serialize, Serializer};

use crate::outcome::Failure;

/// Everything happens on a network of one's own.
pub(super) const NETWORK: Network = Network::Regtest;

/// 32 bytes that are as good as random to the story, from a name. Nobody's real secrets are drawn so.
pub(super) fn secret(name: &str) -> [u8; 32] {
    HashFunction::Sha256.hash(format!("GRIDNET story: {name}").as_bytes())
}

/// Somebody's key.
pub(super) fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(secret(name))
}

/// Somebody's address.
pub(super) fn address(name: &str) -> Address {
    Address::of(&key(name).public())
}

/// What nobody who follows the rules sees fail.
pub(super) fn good<T, E: fmt::Display>(result: Result<T, E>) -> Result<T, Failure> {
    result.map_err(|error| Failure::Internal(format!("the story went wrong: {error}")))
}

/// Coins: units in JSON, GNC for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coins(pub(super) Units);

impl fmt::Display for Coins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Coins {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.0)
    }
}

/// The chain and what mines it.
pub(super) struct Stage {
    pub(super) engine: Engine,
    pub(super) chain: Regtest,
}

impl Stage {
    pub(super) fn new(engine: Engine) -> Result<Stage, Failure> {
        Ok(Stage { engine, chain: good(Regtest::new())? })
    }

    /// Mines a block of these transactions, all of which must be good.
    pub(super) fn mine(&mut self, transactions: &[Transaction]) -> Result<(), Failure> {
        good(self.chain.mine(&self.engine, transactions, address("miner")).map(drop))
    }

    /// Mines empty blocks.
    pub(super) fn wait(&mut self, blocks: u32) -> Result<(), Failure> {
        (0..blocks).try_for_each(|_| self.mine(&[]))
    }

    /// Somebody's next transaction.
    pub(super) fn sign(&self, name: &str, action: Action) -> Result<Transaction, Failure> {
        good(self.chain.sign(&key(name), 0, action))
    }

    /// Has somebody do something, in a block of its own.
    pub(super) fn act(&mut self, name: &str, action: Action) -> Result<(), Failure> {
        let transaction = self.sign(name, action)?;
        self.mine(&[transaction])
    }

    /// Waits until the ledger is past a slot.
    pub(super) fn wait_for_slot(&mut self, slot: u64) -> Result<(), Failure> {
        while self.median_time()?.0 / 900 < slot {
            self.wait(1)?;
        }
        Ok(())
    }

    /// What the ledger takes for the present: the median of the times of its last blocks.
    pub(super) fn median_time(&self) -> Result<Time, Failure> {
        Ok(good(self.chain.ledger().tip())?.median_time())
    }

    /// Gives people coins, from what is there at the beginning.
    pub(super) fn fund(&mut self, gifts: &[(&str, u64)]) -> Result<(), Failure> {
        let rich = regtest_key();
        let gift = |(ahead, (name, gnc)): (u64, &(&str, u64))| {
            let action = Action::Transfer { to: address(name), amount: Units::from_gnc(*gnc) };
            good(self.chain.sign(&rich, ahead, action))
        };
        let transactions: Vec<Transaction> = (0..).zip(gifts).map(gift).collect::<Result<_, _>>()?;
        self.mine(&transactions)
    }

    /// The proof of stake of somebody's address.
    pub(super) fn minted(&self, name: &str) -> Result<Minted, Failure> {
        let target = identity::target(NETWORK);
        let report = mint(&self.engine, &address(name).0, target, 32, &Control::default());
        Ok(good(report)?.value)
    }

    /// A row of the state that is there.
    pub(super) fn row<R: Row>(&self, key: &R::Key) -> Result<R, Failure> {
        let row = good(self.chain.row::<R>(key))?;
        row.ok_or_else(|| {
            Failure::Internal(format!("the story went wrong: a row of {:?} is missing", R::TABLE))
        })
    }

    /// What somebody has.
    pub(super) fn balance(&self, name: &str) -> Result<Units, Failure> {
        Ok(good(self.chain.account(&address(name)))?.balance)
    }

    /// Money that came and went.
    pub(super) fn totals(&self) -> Result<Totals, Failure> {
        self.row::<Totals>(&())
    }
}
