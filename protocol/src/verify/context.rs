//! What the ledger holds, as far as verdicts depend on it.

use std::collections::HashMap;

use gridnet_core::proof::identity::Proof;

use crate::pool::Registration;
use crate::settlement::Kept;
use crate::value::{Height, PoolId, Time, Units};
use crate::{Address, Network};

/// Blocks after a pool's expiry in which its tokens may still be claimed.
pub const CLAIM_GRACE: u32 = 720;

/// A bank of a pool.
pub type BankId = (PoolId, u16);

/// A registered identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its proof of stake.
    pub proof: Proof,
    /// When it was registered.
    pub registered: Height,
    /// Whether it was revoked since.
    pub revoked: bool,
    /// Its coin stake, what is under notice not counted.
    pub stake: Units,
}

/// What verdicts are given against.
#[derive(Clone, Debug)]
pub struct Context {
    /// The network.
    pub network: Network,
    /// The height of the block that would take the claims.
    pub height: Height,
    /// The median time past of its parent.
    pub median_time: Time,
    /// The registered pools.
    pub pools: HashMap<PoolId, Registration>,
    /// What is kept of the banks that were claimed from.
    pub kept: HashMap<BankId, Kept>,
    /// The registered identities.
    pub identities: HashMap<Address, Identity>,
}

impl Context {
    /// A ledger that holds nothing.
    pub fn new(network: Network, height: Height, median_time: Time) -> Context {
        Context {
            network,
            height,
            median_time,
            pools: HashMap::new(),
            kept: HashMap::new(),
            identities: HashMap::new(),
        }
    }

    /// Adds a registered pool, and gives its id.
    pub fn register(&mut self, registration: Registration) -> PoolId {
        let id = registration.id(self.network);
        self.pools.insert(id, registration);
        id
    }
}
