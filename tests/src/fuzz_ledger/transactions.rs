//! A whole ledger and any transactions: nothing panics, what is not taken changes nothing, what is taken one by one is taken
//! in a block, which can be taken back, and money is never made.

use std::collections::BTreeMap;

use borsh::BorshDeserialize;
use gridnet_core::Control;
use gridnet_protocol::contract::{Partial, SignedContract, SignedState};
use gridnet_protocol::encoding::{List, encode};
use gridnet_protocol::ledger::{Fault, Ledger, least_fee};
use gridnet_protocol::meter::SignedReading;
use gridnet_protocol::pool::Registration;
use gridnet_protocol::state::Memory;
use gridnet_protocol::state::row::{Account, Meter, OpenedContract};
use gridnet_protocol::transaction::{Action, Signed, Transaction};
use gridnet_protocol::value::{Time, Units};
use gridnet_protocol::{Address, PublicKey, SecretKey};

use super::{ENGINE, TOWN};
use crate::chain::{address, mined, person, with_root};
use crate::fuzz_targets::Reached;
use crate::vectors::PEOPLE;
use crate::world::{NETWORK, key};

/// Transactions of a question, at most.
const MOST: usize = 6;
/// What is left as it came, by the bits of the first byte.
const SEQUENCES: u8 = 1;
const FEES: u8 = 2;
const INNER: u8 = 4;
const OUTER: u8 = 8;

/// Questions that the ledger takes something of, for [`blocks`].
pub fn good_blocks() -> Vec<Vec<u8>> {
    let alone = TOWN.transactions.iter().map(|transaction| [&[0][..], &encode(transaction)].concat());
    let good: Vec<Vec<u8>> = alone.filter(|question| blocks(question) == Reached::Answer).collect();
    let together = good.chunks(3).map(|some| {
        let transactions: Vec<u8> = some.iter().flat_map(|question| &question[1..]).copied().collect();
        [&[0][..], &transactions].concat()
    });
    let together: Vec<Vec<u8>> = together.collect();
    [good, together].concat()
}

/// Transactions, one after the other, whose signatures are mostly put right.
pub fn blocks(data: &[u8]) -> Reached {
    let Some((&left, mut bytes)) = data.split_first() else { return Reached::Refusal };
    let ledger = &TOWN.ledger;
    let mut signer = Signer { ledger, left, sent: BTreeMap::new() };
    let mut draft = ledger.draft().expect("memory");
    let (mut taken, mut refused) = (0, None);
    for _ in 0..MOST {
        let Ok(transaction) = Transaction::deserialize(&mut bytes) else { break };
        let transaction = signer.put_right(transaction);
        let before = (draft.fees(), draft.weight());
        match draft.add(&ENGINE, transaction.clone(), &Control::default()) {
            Ok(()) => {
                taken += 1;
                signer.count(&transaction);
            }
            Err(fault) => {
                broken_rule(&fault);
                assert_eq!((draft.fees(), draft.weight()), before);
                refused = refused.or(Some(transaction));
            }
        }
    }
    let now = Time(u64::from(ledger.tip().expect("memory").time) + 120);
    let block = mined(draft.finish(address("miner"), now).expect("a block"));
    let mut after = ledger.clone();
    let control = Control::default();
    let applied = after.apply(&ENGINE, &block, now, &control).expect("what a draft took, a block has");
    after.undo(&applied.undo).expect("it is the last block's");
    assert!(after == *ledger, "undone is as before");
    if let Some(refused) = refused {
        // After those that are good it may be good as well: it was refused before some of them.
        let mut block = block;
        block.transactions.push(refused);
        match after.apply(&ENGINE, &mined(with_root(block)), now, &control) {
            Ok(applied) => after.undo(&applied.undo).expect("it is the last block's"),
            Err(fault) => broken_rule(&fault),
        }
        assert!(after == *ledger, "what is not taken changes nothing");
    }
    if taken > 0 { Reached::Answer } else { Reached::Refusal }
}

/// Nothing else ever goes wrong.
fn broken_rule(fault: &Fault) {
    assert!(fault.rejection().is_some(), "{fault}");
}

/// Signs for everybody whose key is known.
struct Signer<'a> {
    ledger: &'a Ledger<Memory>,
    left: u8,
    /// Transactions that were taken of each account.
    sent: BTreeMap<Address, u64>,
}

impl Signer<'_> {
    fn leaves(&self, what: u8) -> bool {
        self.left & what != 0
    }

    fn count(&mut self, transaction: &Transaction) {
        if let Transaction::Signed(signed) = transaction {
            *self.sent.entry(signed.body.account()).or_default() += 1;
        }
    }

    fn put_right(&self, transaction: Transaction) -> Transaction {
        let Transaction::Signed(Signed { mut body, signature }) = transaction else { return transaction };
        let Some(key) = known_key(&body.sender).filter(|_| !self.leaves(OUTER)) else {
            return Transaction::Signed(Signed { body, signature });
        };
        let account = body.account();
        if !self.leaves(SEQUENCES) {
            let row = self.ledger.row::<Account>(&account).expect("memory").unwrap_or_default();
            body.sequence = row.sequence + self.sent.get(&account).copied().unwrap_or_default();
        }
        if !self.leaves(INNER) {
            self.action(&mut body.action);
            if let Action::RegisterPool { pool } = &mut body.action {
                *pool = Registration { owner: account, sequence: body.sequence, ..pool.clone() };
            }
        }
        let sign = |body: &gridnet_protocol::transaction::Body| {
            body.clone().sign(NETWORK, &key).expect("a key in memory")
        };
        if !self.leaves(FEES) {
            body.fee = Units::ZERO;
            body.fee = least_fee(NETWORK, &sign(&body));
        }
        sign(&body)
    }

    fn action(&self, action: &mut Action) {
        match action {
            Action::RegisterMeter { certificate } => {
                let body = certificate.body.clone();
                let keys = known_key(&body.certifier).zip(known_key(&body.owner));
                if let Some((certifier, owner)) = keys {
                    **certificate = body.sign_by(NETWORK, &certifier, &owner).expect("keys in memory");
                }
            }
            Action::Read { readings } => {
                let list = readings.as_slice().iter().map(|reading| self.reading(reading)).collect();
                *readings = List::new("readings", list).expect("as many");
            }
            Action::ProveEquivocation { proof } => {
                (proof.first, proof.second) = (self.reading(&proof.first), self.reading(&proof.second));
            }
            Action::OpenContract { contract } => **contract = agreed(contract),
            Action::CloseContract { state, readings, .. } => {
                if let Some(state) = state {
                    **state = self.state(state);
                }
                let list = readings.as_slice().iter().map(|reading| self.reading(reading)).collect();
                *readings = List::new("readings", list).expect("as many");
            }
            Action::AnswerContract { state, readings } => {
                **state = self.state(state);
                let list = readings.as_slice().iter().map(|reading| self.reading(reading)).collect();
                *readings = List::new("readings", list).expect("as many");
            }
            Action::EndContract { state } => **state = self.state(state),
            _ => {}
        }
    }

    fn reading(&self, reading: &SignedReading) -> SignedReading {
        let meter: Option<Meter> = self.ledger.row(&reading.body.meter).expect("memory");
        let key = meter.and_then(|meter| known_key(&meter.certificate.key));
        key.map_or(*reading, |key| reading.body.sign_by(NETWORK, &key).expect("a key in memory"))
    }

    fn state(&self, state: &SignedState) -> SignedState {
        let row: Option<OpenedContract> = self.ledger.row(&state.body.contract).expect("memory");
        let Some(row) = row else { return state.clone() };
        let mut partial = Partial::new(&row.contract, state.body);
        for party in row.contract.parties.as_slice() {
            let Some(key) = known_key(&party.key) else { return state.clone() };
            partial.sign(NETWORK, &row.contract, &key).expect("a party");
        }
        SignedState { body: state.body, signatures: partial.whole().expect("all have signed") }
    }
}

/// The contract, signed by all if their keys are known.
fn agreed(contract: &SignedContract) -> SignedContract {
    let body = &contract.body;
    let mut partial = Partial::new(body, body.clone());
    for party in body.parties.as_slice() {
        let Some(key) = known_key(&party.key) else { return contract.clone() };
        partial.sign(NETWORK, body, &key).expect("a party");
    }
    // Where somebody stands twice there is a place without a signature.
    let signatures = partial.whole();
    signatures
        .map_or_else(|| contract.clone(), |signatures| SignedContract { body: body.clone(), signatures })
}

/// The private half of a key, if it is somebody's in town.
fn known_key(public: &PublicKey) -> Option<SecretKey> {
    use std::sync::LazyLock;
    static KEYS: LazyLock<BTreeMap<PublicKey, SecretKey>> = LazyLock::new(|| {
        let meters = ["roof", "home", "new roof"].map(key);
        let people = PEOPLE.into_iter().map(person);
        people.chain(meters).map(|key| (key.public(), key)).collect()
    });
    KEYS.get(public).cloned()
}
