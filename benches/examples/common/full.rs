//! Blocks full of claims, for whoever measures what becomes of them.

use gridnet_core::Engine;
use gridnet_protocol::block::{Block, WEIGHT_MAX};
use gridnet_protocol::pool::OwnedPool;
use gridnet_protocol::pool::owner::Source;
use gridnet_protocol::transaction::{Action, Posted, Transaction};
use gridnet_protocol::transit::ClaimedPool;
use gridnet_protocol::value::Units;
use gridnet_tests::chain::{Chain, Shape, address, claim, mined};

/// Transit pools of a transaction.
const POOLS: usize = 64;
/// People who carry.
const CARRIERS: [&str; 8] = ["ann", "ben", "cyd", "dan", "eve", "fay", "gus", "hal"];

/// A chain on which there is somebody who pays, and people who carry.
pub(crate) fn settled(engine: &Engine) -> Chain<'_> {
    let mut chain = Chain::new(engine);
    let rich = |to: &str| Action::Transfer { to: address(to), amount: Units::from_gnc(100_000) };
    chain.act("rich", rich("owner"));
    chain.settle_in(&["owner", "ann", "ben", "cyd", "dan", "eve", "fay", "gus", "hal"]);
    chain
}

/// A block that has no room for one more transaction of claims. Every session has a bank of its own.
pub(crate) fn full(chain: &mut Chain<'_>, hops: usize, length: u32) -> Block {
    let mut pools: Vec<OwnedPool> = Vec::new();
    // A session is worth its fee, whatever its length.
    let value = Units(1_000_000 / u64::from(length));
    let shape = Shape { banks: 1_024, length, value, ..Shape::default() };
    let (mut transactions, mut weight, mut used) = (Vec::new(), 0, 1_024);
    loop {
        let mut claimed = Vec::new();
        while claimed.len() < POOLS {
            if used == 1_024 {
                pools.push(chain.registered("owner", &shape));
                used = 0;
            }
            let pool = pools.last_mut().expect("it was just registered");
            let issued = chain.issue(pool, "receiver", length, Source::Unused);
            let session = chain.session(issued, &CARRIERS[..hops]);
            claimed.push(chain.claimed(pool, &session, "receiver"));
            used += 1;
        }
        let transaction = claim(claimed);
        weight += transaction.weight();
        if weight + 1_000 > WEIGHT_MAX {
            break;
        }
        transactions.push(transaction);
    }
    chain.now.0 += 120;
    mined(chain.draft(&transactions, "miner").expect("good claims"))
}

pub(crate) fn claims(block: &Block) -> Vec<ClaimedPool> {
    let of = |transaction: &Transaction| match transaction {
        Transaction::Posted(Posted::Claim(claims)) => claims.as_slice().to_vec(),
        _ => Vec::new(),
    };
    block.transactions.iter().flat_map(of).collect()
}
