//! What must hold, computed from the rows alone: nothing here asks the ledger.

use std::collections::{BTreeMap, BTreeSet};

use borsh::BorshDeserialize;
use gridnet_protocol::contract::Standing;
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::state::row::{
    Account, Authority, Bank, Certifier, Due, DueCount, FraudCommitment, Held, Identity, Meter,
    OpenedContract, Pool, Row, Subvention, Table, Tip, Totals,
};
use gridnet_protocol::state::{Memory, Store as _};
use gridnet_protocol::value::{ContractId, Direction, Height, MeterId, Units, WattHours};
use gridnet_tests::chain::TABLES;

/// The rows of a table.
pub(super) fn rows<R: Row>(memory: &Memory) -> impl Iterator<Item = (R::Key, R)>
where
    R::Key: BorshDeserialize,
{
    memory.rows(R::TABLE).map(|(key, row)| {
        (decode("a key", key).expect("a key of its table"), decode("a row", row).expect("a row of its table"))
    })
}

/// What must hold of a state.
pub(super) fn check(memory: &Memory, agreed: &BTreeMap<ContractId, u64>) {
    let tables = TABLES.iter().chain([&Table::Nodes]);
    let counted: usize = tables.map(|table| memory.rows(*table).count()).sum();
    assert_eq!(counted, memory.len(), "a table was left out here");
    let (_, tip) = rows::<Tip>(memory).next().expect("there is a last block");
    money(memory, tip.height);
    pools(memory);
    energy(memory, agreed);
    due(memory, tip.height);
}

fn sum(amounts: impl Iterator<Item = Units>) -> u128 {
    amounts.map(|amount| u128::from(amount.0)).sum()
}

/// All money that there is, and what was burnt, is what was given.
fn money(memory: &Memory, height: Height) {
    let in_contract = |row: OpenedContract| match row.standing {
        Standing::Open { .. } => vec![row.contract.deposit],
        Standing::Closing { closing, .. } => vec![row.contract.deposit, closing.bond],
        Standing::Settled { .. } => vec![],
    };
    let in_identity = |row: Identity| {
        let notices: Vec<_> = row.notices.as_slice().iter().map(|notice| notice.amount).collect();
        notices.into_iter().chain([row.stake])
    };
    let due_pay = |row: Due| match row {
        Due::Pay { amount, .. } => Some(amount),
        _ => None,
    };
    let parts = [
        sum(rows::<Account>(memory).map(|(_, row)| row.balance)),
        sum(rows::<Identity>(memory).flat_map(|(_, row)| in_identity(row))),
        sum(rows::<Pool>(memory).map(|(_, row)| row.deposit)),
        sum(rows::<Held>(memory).flat_map(|(_, row)| row.shares.into_vec()).map(|share| share.amount)),
        sum(rows::<OpenedContract>(memory).flat_map(|(_, row)| in_contract(row))),
        sum(rows::<Subvention>(memory).map(|(_, row)| row.left)),
        sum(rows::<Due>(memory).filter_map(|(_, row)| due_pay(row))),
    ];
    let (_, totals) = rows::<Totals>(memory).next().expect("there are totals");
    let all = parts.iter().sum::<u128>() + u128::from(totals.burnt.0);
    assert_eq!(all, totals.rewarded.0.into(), "money came or went: {parts:?}, burnt {}", totals.burnt.0);
    // What is there from the beginning, and fifty coins a block: no run comes to the first halving.
    let given = Units::from_gnc(1_000_000 + 50 * u64::from(height.0));
    assert_eq!(totals.rewarded, given, "rewards do not follow from the height");
}

/// A pool has what its unrevealed hashes are worth, and its banks say how many those are.
fn pools(memory: &Memory) {
    let mut pools: BTreeMap<_, (Pool, u64, Vec<u16>)> =
        rows::<Pool>(memory).map(|(id, row)| (id, (row, 0, Vec::new()))).collect();
    for ((id, number), bank) in rows::<Bank>(memory) {
        let (pool, revealed, opened) = pools.get_mut(&id).expect("a bank has a pool");
        let registration = &pool.registration;
        assert!(number < registration.banks, "bank {number} of {id} is none");
        let depths = 1..=registration.length;
        assert!(depths.contains(&bank.depth.0), "bank {number} of {id} is deeper than it is");
        *revealed += u64::from(bank.depth.0);
        opened.push(number);
    }
    for (id, (pool, revealed, mut opened)) in pools {
        opened.sort_unstable();
        let registration = &pool.registration;
        let said = (pool.revealed, pool.opened.iter().collect::<Vec<_>>());
        assert_eq!(said, (revealed, opened), "{id} counts its banks wrongly");
        let hashes = u64::from(registration.banks) * u64::from(registration.length) - revealed;
        let worth = u128::from(registration.value.0) * u128::from(hashes);
        assert_eq!(u128::from(pool.deposit.0), worth, "{id} has not what it owes");
    }
}

/// No watt-hour is sold twice. What the parties of a settled contract signed is their own affair: only what is beyond it
/// came from the meters. For slots in which a buyer's meter went dark the seller's alone counts, so what settled contracts
/// say is held against the seller's meter only.
fn energy(memory: &Memory, agreed: &BTreeMap<ContractId, u64>) {
    let meters: BTreeMap<MeterId, Meter> = rows(memory).collect();
    let mut sold: BTreeMap<(MeterId, Direction), u128> = BTreeMap::new();
    let mut add = |meter, direction, delivered: WattHours| {
        *sold.entry((meter, direction)).or_default() += u128::from(delivered.0);
    };
    for (id, OpenedContract { contract, standing, .. }) in rows::<OpenedContract>(memory) {
        match standing {
            Standing::Open { delivery } | Standing::Closing { delivery, .. } => {
                add(contract.seller_meter, Direction::Export, delivery.settled(contract.last, contract.last));
                add(contract.buyer_meter, Direction::Import, delivery.delivered());
            }
            Standing::Settled { delivered, .. } => {
                let by_word = agreed.get(&id).copied().unwrap_or_default();
                if delivered.0 > by_word {
                    add(contract.seller_meter, Direction::Export, delivered);
                }
            }
        }
    }
    for ((id, direction), sold) in sold {
        let meter = &meters[&id];
        let registers = meter.kept.map(|kept| [kept.import, kept.export]).unwrap_or(meter.baseline);
        let flowed = registers[direction as usize].0 - meter.baseline[direction as usize].0;
        assert!(sold <= flowed.into(), "{id} measured {flowed} Wh and sold {sold}: {direction:?}");
    }
}

/// What falls due is counted, is still to come, and is there for everything that waits.
fn due(memory: &Memory, height: Height) {
    let mut numbers: BTreeMap<Height, BTreeSet<u32>> = BTreeMap::new();
    let mut days: BTreeSet<(Height, Vec<u8>)> = BTreeSet::new();
    for ((at, number), due) in rows::<Due>(memory) {
        assert!(at > height, "{due:?} was due at {}", at.0);
        numbers.entry(at).or_default().insert(number);
        days.insert((at, encode(&due)));
    }
    let counts = numbers.into_iter().map(|(at, numbers)| {
        assert!(numbers.iter().copied().eq(0..numbers.len() as u32), "numbers of {}: {numbers:?}", at.0);
        (at, numbers.len() as u32)
    });
    let counts: BTreeMap<Height, u32> = counts.collect();
    let counted: BTreeMap<Height, u32> = rows::<DueCount>(memory).map(|(at, row)| (at, row.0)).collect();
    assert_eq!(counts, counted, "what falls due is counted wrongly");
    let after = |height: Height, blocks: u32| Height(height.0 + blocks);
    let mut waits: Vec<(Height, Due)> = Vec::new();
    for (address, row) in rows::<Identity>(memory) {
        waits.extend(row.notices.as_slice().iter().map(|notice| (notice.due, Due::Stake(address))));
    }
    waits.extend(rows::<Held>(memory).map(|(id, row)| (after(row.last, 1), Due::Held(id))));
    let commitments = rows::<FraudCommitment>(memory);
    waits.extend(commitments.map(|(id, row)| (after(row.height, 101), Due::Commitment(id))));
    for (id, row) in rows::<OpenedContract>(memory) {
        if let Standing::Closing { closing, .. } = row.standing {
            waits.push((after(closing.until, 1), Due::Contract(id)));
        }
    }
    for (at, due) in waits {
        assert!(days.contains(&(at, encode(&due))), "{due:?} waits for {}, which will not come", at.0);
    }
    for (id, _) in rows::<Pool>(memory).filter(|(_, row)| row.banned) {
        let will_burn = days.iter().any(|(_, due)| *due == encode(&Due::Banned(id)));
        assert!(will_burn, "{id} is banned, and will not be burnt");
    }
}

/// The rows of a table that are not any more what they were: as they were, and as they are now.
fn changed<R: Row>(before: &Memory, now: &Memory) -> Vec<(R::Key, R, Option<R>)>
where
    R::Key: BorshDeserialize,
{
    let row = |bytes: &[u8]| decode("a row", bytes).expect("a row of its table");
    let rows = before.rows(R::TABLE).filter_map(|(key, old)| {
        let new = now.get(R::TABLE, key).expect("memory");
        let is_other = new.as_deref() != Some(old);
        is_other.then(|| (decode("a key", key).expect("a key"), row(old), new.as_deref().map(row)))
    });
    rows.collect()
}

/// What must hold from one block to the next.
pub(super) fn grown(before: &Memory, now: &Memory) {
    for (address, old, new) in changed::<Account>(before, now) {
        let new = new.expect("an account stays");
        assert!(new.sequence >= old.sequence, "the sequence of {address:?} fell");
    }
    for (address, old, new) in changed::<Identity>(before, now) {
        let new = new.expect("an identity stays");
        assert_eq!(new.registered, old.registered);
        assert!(new.revoked || !old.revoked, "{address:?} is good again");
    }
    for ((id, number), old, new) in changed::<Bank>(before, now) {
        let is_pool_there = now.get(Table::Pools, &encode(&id)).expect("memory").is_some();
        let deeper = new.map_or(!is_pool_there, |new| new.depth > old.depth);
        assert!(deeper, "bank {number} of {id} is not deeper");
    }
    for (id, old, new) in changed::<Meter>(before, now) {
        let new = new.expect("a meter stays");
        assert_eq!(new.certificate, old.certificate);
        assert!(new.allotted >= old.allotted && (new.retired == old.retired || old.retired.is_none()));
        if let Some(old) = old.kept {
            let new = new.kept.expect("what was read once was read");
            let registers = new.import >= old.import && new.export >= old.export;
            let later = new == old || new.sequence > old.sequence && new.slot > old.slot;
            assert!(registers && later, "meter {id} runs backwards");
        }
    }
    contracts_grown(before, now);
    for ((), old, new) in changed::<Totals>(before, now) {
        let new = new.expect("totals stay");
        assert!(new.burnt >= old.burnt && new.rewarded >= old.rewarded);
    }
    assert_eq!(changed::<Certifier>(before, now), vec![]);
    assert_eq!(changed::<Authority>(before, now), vec![]);
}

/// A contract is opened, closed and settled, in this order, and states outdo each other.
fn contracts_grown(before: &Memory, now: &Memory) {
    let rank = |standing: &Standing| match standing {
        Standing::Open { .. } => (0, 0),
        Standing::Closing { closing, .. } => (1, closing.sequence),
        Standing::Settled { .. } => (2, 0),
    };
    for (id, old, new) in changed::<OpenedContract>(before, now) {
        let new = new.expect("a contract stays");
        assert_eq!((new.contract, new.opened), (old.contract, old.opened));
        assert!(rank(&new.standing) >= rank(&old.standing), "{id} goes backwards");
        assert!(!matches!(old.standing, Standing::Settled { .. }), "{id} was settled");
        if let (Standing::Closing { closing: old, .. }, Standing::Closing { closing: new, .. }) =
            (old.standing, new.standing)
        {
            assert_eq!((new.bond, new.until), (old.bond, old.until), "{id} is closed anew");
            let outdone = new == old || new.sequence > old.sequence;
            assert!(outdone, "{id} has another state of the same sequence");
        }
    }
}
