//! Every decoder: nothing panics, and what decodes is encoded by the same bytes, so that no other bytes decode to it.

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_protocol::block::Block;
use gridnet_protocol::contract::{
    Contract, Delivery, OnChain, Partial, Party, SignedContract, SignedState, State, Watcher,
};
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::ledger::least_fee;
use gridnet_protocol::meter::{
    Area, CommandLog, EquivocationProof, Kept, MeterFacts, SignedCertificate, SignedCommand, SignedReading,
};
use gridnet_protocol::state::{Presence, Row, StateProof, Table, Undo, prove, row};
use gridnet_protocol::transaction::{Action, Transaction};
use gridnet_protocol::value::{Height, MeterId, Slot, Time, WattHours};
use gridnet_protocol::{PublicKey, SecretKey};

use super::TOWN;
use crate::chain::TABLES;
use crate::fuzz_targets::Reached;
use crate::vectors::deal;
use crate::world::{NETWORK, key};

/// How many kinds of bytes there are.
const KINDS: u8 = 16;

/// Good encodings: a first byte that says of what, and the bytes.
pub fn encodings() -> Vec<Vec<u8>> {
    let mut good: Vec<(u8, Vec<u8>)> = vec![(0, TOWN.block.clone())];
    for transaction in &TOWN.transactions {
        good.push((1, encode(transaction)));
        let Transaction::Signed(signed) = transaction else { continue };
        match &signed.body.action {
            Action::RegisterMeter { certificate } => good.push((2, encode(certificate))),
            Action::Read { readings } => good.extend(readings.as_slice().iter().map(|it| (3, encode(it)))),
            Action::ProveEquivocation { proof } => good.push((4, encode(proof))),
            Action::OpenContract { contract } => good.push((5, encode(contract))),
            Action::AnswerContract { state, .. } => good.push((6, encode(state))),
            _ => {}
        }
    }
    let deal = deal();
    good.push((7, encode(&deal.offer)));
    good.push((8, encode(&deal.proposal)));
    good.push((9, deal.party.to_bytes()));
    good.push((10, [encode(&deal.contract), encode(&deal.state)].concat()));
    good.push((11, encode(&deal.command)));
    good.push((12, encode(&deal.log)));
    let (store, height) = (TOWN.ledger.store(), TOWN.ledger.tip().expect("memory").height);
    for table in TABLES {
        for (key, value) in store.rows(table).take(3) {
            let (_, proof) = prove(store, height, table, key).expect("memory");
            good.push((14, encode(&proof)));
            good.push((15, [&[table as u8], value].concat()));
        }
    }
    good.push((13, encode(&deal.undo)));
    good.into_iter().map(|(kind, bytes)| [&[kind][..], &bytes].concat()).collect()
}

/// Bytes of any kind.
pub fn decoders(data: &[u8]) -> Reached {
    let Some((kind, bytes)) = data.split_first() else { return Reached::Refusal };
    let decoded = match kind % KINDS {
        0 => Block::from_bytes(bytes).ok().map(|block| {
            assert_eq!(block.to_bytes(), bytes);
            look(block.merkle_root());
        }),
        1 => canonical::<Transaction>(bytes).map(|transaction| {
            assert!(transaction.weight() >= bytes.len() as u64);
            look((transaction.id(), least_fee(NETWORK, &transaction)));
        }),
        2 => canonical::<SignedCertificate>(bytes).map(|certificate| look(certificate.check(NETWORK))),
        3 => canonical::<SignedReading>(bytes).map(|reading| take(&reading)),
        4 => canonical::<EquivocationProof>(bytes).map(|proof| look(proof.check(NETWORK, meter()))),
        5 => canonical::<SignedContract>(bytes).map(|contract| terms(&contract.body)),
        6 => canonical::<SignedState>(bytes).map(|state| look(state.check(NETWORK, &deal().contract.body))),
        7 => canonical::<Partial<Contract>>(bytes).map(|offer| {
            look((offer.whole(), offer.check(NETWORK, &offer.body)));
            terms(&offer.body);
        }),
        8 => canonical::<Partial<State>>(bytes).map(|state| {
            look((state.whole(), state.check(NETWORK, &deal().contract.body)));
        }),
        9 => Party::from_bytes(bytes).ok().map(|party| {
            assert_eq!(party.to_bytes(), bytes);
            act(party);
        }),
        10 => watch(bytes),
        11 => canonical::<SignedCommand>(bytes).map(|command| {
            let area = Area::new("north").expect("an area");
            look(deal().log.clone().receive(NETWORK, &MeterId([0; 32]), &area, &command, Time(5)));
        }),
        12 => canonical::<CommandLog>(bytes).map(|mut log| {
            look((log.in_force(Time(9)), log.override_current(Time(9)), log.trusted().count()));
        }),
        13 => canonical::<Undo>(bytes).map(look),
        14 => canonical::<StateProof>(bytes).map(|proof| {
            let (root, key) = (TOWN.ledger.root().expect("memory"), [7; 32]);
            // Nobody made a proof by chance.
            assert!(!proof.shows(&root, Table::Accounts, &key, Presence::Is(&[1; 16])));
        }),
        _ => bytes.split_first().and_then(|(table, bytes)| state_row(*table, bytes)),
    };
    if decoded.is_some() { Reached::Answer } else { Reached::Refusal }
}

/// Whether bytes of any kind decode; nothing is done with what they say.
pub fn read(data: &[u8]) -> bool {
    let Some((kind, bytes)) = data.split_first() else { return false };
    fn is<T: BorshDeserialize>(bytes: &[u8]) -> bool {
        decode::<T>("a value", bytes).is_ok()
    }
    match kind % KINDS {
        0 => Block::from_bytes(bytes).is_ok(),
        1 => is::<Transaction>(bytes),
        2 => is::<SignedCertificate>(bytes),
        3 => is::<SignedReading>(bytes),
        4 => is::<EquivocationProof>(bytes),
        5 => is::<SignedContract>(bytes),
        6 => is::<SignedState>(bytes),
        7 => is::<Partial<Contract>>(bytes),
        8 => is::<Partial<State>>(bytes),
        9 => Party::from_bytes(bytes).is_ok(),
        10 => is::<(SignedContract, SignedState)>(bytes),
        11 => is::<SignedCommand>(bytes),
        12 => is::<CommandLog>(bytes),
        13 => is::<Undo>(bytes),
        14 => is::<StateProof>(bytes),
        _ => bytes.split_first().is_some_and(|(table, bytes)| state_row(*table, bytes).is_some()),
    }
}

/// Whatever it says, it was said without a panic.
fn look<T>(_: T) {}

/// The value of an encoding, which is the only one that it has.
fn canonical<T: BorshDeserialize + BorshSerialize>(bytes: &[u8]) -> Option<T> {
    let value = decode::<T>("a value", bytes).ok()?;
    assert_eq!(encode(&value), bytes);
    Some(value)
}

fn meter() -> PublicKey {
    key("roof").public()
}

fn take(reading: &SignedReading) {
    let facts = MeterFacts { meter: reading.body.meter, key: meter(), rating: Default::default() };
    let kept = Kept {
        sequence: 3,
        slot: Slot(5),
        import: WattHours(0),
        export: WattHours(0),
        id: reading.body.previous,
    };
    look((
        facts.take(NETWORK, Some(&kept), reading, Slot(u64::MAX)),
        facts.take(NETWORK, None, reading, Slot(9)),
    ));
    look(Kept::take(Some(&kept), &reading.body, reading.id(NETWORK), facts.rating, Slot(u64::MAX)));
}

/// What is agreed on adds up, if anything can be agreed on.
fn terms(contract: &Contract) {
    look((contract.cap(), contract.bond(), contract.price()));
    if contract.check(NETWORK.parameters().window_min).is_ok() {
        for delivered in [0, 1, contract.cap().0, u64::MAX] {
            let balances = contract.balances(WattHours(delivered));
            let sum: u128 = balances.iter().map(|balance| u128::from(balance.0)).sum();
            assert_eq!(sum, u128::from(contract.deposit.0));
        }
    }
}

/// A party that may have been tampered with.
fn act(mut party: Party) {
    let deal = deal();
    look((party.contract(), party.recomputed(), party.is_complete(), party.newest().is_some()));
    for chain in [OnChain::Open, OnChain::Closing { sequence: 0, until: Height(9) }, OnChain::Settled] {
        look(party.advise(Height(5), chain));
    }
    look(party.hear(NETWORK, deal.state.clone()));
    party.hear_of_none();
    party.end();
    let signer: &SecretKey = &deal.signer;
    look(party.sign_next(NETWORK, signer));
    look(party.counter_sign(NETWORK, signer, &deal.proposal));
    look(party.gather_state(NETWORK, &deal.proposal));
}

/// A contract, and a state of it, in the hands of a watcher.
fn watch(mut bytes: &[u8]) -> Option<()> {
    let contract = SignedContract::deserialize(&mut bytes).ok()?;
    let state = SignedState::try_from_slice(bytes).ok()?;
    let mut watcher = Watcher::new(2);
    let id = watcher.watch(NETWORK, NETWORK.parameters().window_min, contract);
    let heard = watcher.hear(NETWORK, state.clone());
    // It keeps nothing of what it does not watch.
    assert!(id.is_ok() || heard.is_err());
    if let Ok(id) = id {
        assert_eq!(watcher.newest(&id).is_some(), heard.is_ok());
        let on_chain = OnChain::Closing { sequence: 0, until: Height(9) };
        let advice = watcher.advise(&id, on_chain);
        assert!(advice.is_none_or(|advice| advice == state && state.body.sequence > 0));
    }
    Some(())
}

fn state_row(table: u8, bytes: &[u8]) -> Option<()> {
    fn one<R: Row>(bytes: &[u8]) -> Option<()> {
        canonical::<R>(bytes).map(|row| look(row.money()))
    }
    match canonical::<Table>(&[table])? {
        Table::Tip => one::<row::Tip>(bytes),
        Table::Totals => one::<row::Totals>(bytes),
        Table::Accounts => one::<row::Account>(bytes),
        Table::Identities => one::<row::Identity>(bytes),
        Table::Pools => one::<row::Pool>(bytes),
        Table::Banks => one::<row::Bank>(bytes),
        Table::Held => one::<row::Held>(bytes),
        Table::Commitments => one::<row::FraudCommitment>(bytes),
        Table::DueCounts => one::<row::DueCount>(bytes),
        Table::Due => one::<row::Due>(bytes),
        Table::Certifiers => one::<row::Certifier>(bytes),
        Table::Meters => one::<row::Meter>(bytes),
        Table::Fillings => one::<row::Fillings>(bytes),
        Table::Contracts => one::<row::OpenedContract>(bytes).inspect(|()| delivered(bytes)),
        Table::Subventions => one::<row::Subvention>(bytes),
        Table::Credits => one::<row::Credit>(bytes),
        Table::Authorities => one::<row::Authority>(bytes),
        Table::Marks => one::<row::Mark>(bytes),
        Table::Nodes => None,
    }
}

/// A contract's row may have been tampered with: what it says was delivered is a number all the same.
fn delivered(bytes: &[u8]) {
    let mut row: row::OpenedContract = decode("a row", bytes).expect("it decodes");
    let (last, half) = (row.contract.last, Slot(row.contract.last.0 / 2));
    look(row.standing.decided(&row.contract));
    if let Some(delivery) = row.standing.delivery() {
        let look_at = |delivery: &Delivery| {
            let settled = [last, half].map(|closed| delivery.settled(last, closed));
            (delivery.agreed(), delivery.delivered(), settled)
        };
        look(look_at(delivery));
    }
}
