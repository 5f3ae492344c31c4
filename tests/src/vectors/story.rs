//! A whole chain as it is written down: each block with what the state is after it, and what is not taken then, and why.

use gridnet_core::{Control, Engine};
use gridnet_protocol::block::{Block, Coinbase};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::{Ledger, Rejection};
use gridnet_protocol::state::Memory;
use gridnet_protocol::state::row::Totals;
use gridnet_protocol::transaction::{Action, Transaction};
use serde_json::{Value, json};

use super::{hexed, long};
use crate::chain::{Chain, address, mined, person, with_root};

/// Who has money on it.
pub(crate) const PEOPLE: [&str; 16] = [
    "rich",
    "miner",
    "maker",
    "sue",
    "bob",
    "lin",
    "owner",
    "ann",
    "ben",
    "cyd",
    "zed",
    "receiver",
    "government",
    "judge",
    "thief",
    "stranger",
];

/// A chain, and what was written down of it.
pub(super) struct Story<'e> {
    pub(super) chain: Chain<'e>,
    steps: Vec<Value>,
    /// Every transaction that was taken, in order.
    pub(super) taken: Vec<Transaction>,
    /// States that are shown whole.
    pub(super) moments: Vec<(String, Ledger<Memory>)>,
}

impl<'e> Story<'e> {
    pub(super) fn new(engine: &'e Engine) -> Story<'e> {
        Story { chain: Chain::new(engine), steps: Vec::new(), taken: Vec::new(), moments: Vec::new() }
    }

    /// What each of them does, in one block.
    pub(super) fn signed(&self, acts: Vec<(&str, Action)>) -> Vec<Transaction> {
        let mut transactions: Vec<Transaction> = Vec::new();
        for (place, (name, action)) in acts.iter().enumerate() {
            let before = acts[..place].iter().filter(|(other, _)| other == name).count() as u64;
            let sequence = self.chain.account(&address(name)).sequence + before;
            transactions.push(self.chain.sign_as(name, sequence, None, action.clone()));
        }
        transactions
    }

    /// A block of these.
    pub(super) fn block(&mut self, name: &str, transactions: Vec<Transaction>) {
        self.chain.mine(&transactions);
        self.taken.extend(transactions);
        let (block, _) = self.chain.blocks.last().expect("it was mined");
        let bytes = hexed(block.to_bytes());
        self.step(json!({"name": name, "block": bytes}));
    }

    /// A block in which each of them does something.
    pub(super) fn acts(&mut self, name: &str, acts: Vec<(&str, Action)>) {
        let transactions = self.signed(acts);
        self.block(name, transactions);
    }

    /// So many blocks of nothing.
    pub(super) fn wait(&mut self, name: &str, blocks: u32) {
        let time = self.chain.now.0 + 120;
        self.chain.wait(blocks);
        self.step(json!({"name": name, "empty": blocks, "payout": hexed(address("miner").0), "time": time}));
    }

    /// As many as the ledger needs to be in a slot.
    pub(super) fn wait_for_slot(&mut self, name: &str, slot: u64) {
        let before = self.chain.height();
        self.chain.now.0 = self.chain.now.0.max(900 * slot);
        let time = self.chain.now.0 + 120;
        self.chain.wait_for_slot(slot);
        let blocks = self.chain.height() - before;
        self.step(json!({"name": name, "empty": blocks, "payout": hexed(address("miner").0), "time": time}));
    }

    /// Keeps the state as it is, to be shown.
    pub(super) fn remember(&mut self, name: &str) {
        self.moments.push((name.to_owned(), self.chain.ledger.clone()));
    }

    fn step(&mut self, mut step: Value) {
        let ledger = &self.chain.ledger;
        let tip = ledger.tip().expect("memory");
        let totals: Totals = ledger.row(&()).expect("memory").expect("totals");
        step["height"] = json!(tip.height.0);
        step["id"] = hexed(tip.id);
        step["root"] = hexed(ledger.root().expect("memory"));
        step["rewarded"] = long(totals.rewarded.0);
        step["burnt"] = long(totals.burnt.0);
        step["balances"] = PEOPLE.iter().map(|name| long(self.chain.balance(name))).collect();
        step["refused"] = json!([]);
        self.steps.push(step);
    }

    fn refused(&mut self, mut entry: Value, rejection: Rejection) {
        entry["code"] = json!(rejection.code.name());
        entry["at"] = json!(rejection.transaction);
        entry["entry"] = json!(rejection.entry);
        entry["detail"] = json!(rejection.detail);
        let last = self.steps.last_mut().expect("a block");
        last["refused"].as_array_mut().expect("a list").push(entry);
    }

    /// What the next block cannot have, after the last one.
    pub(super) fn refuse(&mut self, name: &str, transaction: &Transaction) {
        // It stands alone: there is no place for it in any block.
        let rejection = Rejection { transaction: None, ..self.chain.refusal(transaction) };
        self.refused(json!({"name": name, "transaction": hexed(encode(transaction))}), rejection);
    }

    /// What somebody cannot do now.
    pub(super) fn refuse_act(&mut self, name: &str, who: &str, action: Action) {
        let transaction = self.chain.sign(who, action);
        self.refuse(name, &transaction);
    }

    /// A block that cannot be the next one.
    pub(super) fn refuse_block(&mut self, name: &str, block: &Block) {
        let (before, now) = (self.chain.ledger.clone(), self.chain.now);
        let fault = self.chain.ledger.apply(self.chain.engine, block, now, &Control::default());
        let fault = fault.expect_err("it is not taken");
        assert_eq!(self.chain.ledger, before, "nothing is changed by what is not taken");
        let rejection = *fault.rejection().expect("it breaks a rule");
        self.refused(json!({"name": name, "block": hexed(block.to_bytes()), "now": now.0}), rejection);
    }

    /// Blocks that are bad, each in one way. `good` is a transaction that is good.
    pub(super) fn refuse_blocks(&mut self, good: &Transaction) {
        let block = self.chain.draft(std::slice::from_ref(good), "miner").expect("a good block");
        let median = self.chain.ledger.tip().expect("memory").median_time().0 as u32;
        let now = self.chain.now.0 as u32;
        let mut bad = |name: &str, change: &dyn Fn(&mut Block)| {
            let mut block = block.clone();
            change(&mut block);
            self.refuse_block(name, &block);
        };
        let again = |block: &mut Block| *block = mined(with_root(block.clone()));
        let header = |block: &mut Block| *block = mined(block.clone());
        let coinbase = |block: &mut Block, change: &dyn Fn(&mut Coinbase)| {
            let Transaction::Coinbase(coinbase) = &mut block.transactions[0] else { panic!("a coinbase") };
            change(coinbase);
            again(block);
        };
        bad("no transactions", &|block| block.transactions.clear());
        bad("another's transactions", &|block| drop(block.transactions.remove(0)));
        bad("no coinbase", &|block| {
            block.transactions.remove(0);
            again(block);
        });
        bad("two coinbases", &|block| {
            block.transactions.push(block.transactions[0].clone());
            again(block);
        });
        bad("a target above the limit", &|block| block.header.bits = 0x2100_ffff);
        bad("bits that are no target", &|block| block.header.bits = 0x0180_0000);
        bad("a target below the rule's", &|block| {
            block.header.bits = 0x2070_0000;
            header(block);
        });
        bad("a hash above the target", &|block| {
            while mined(block.clone()).header.nonce == block.header.nonce {
                block.header.nonce += 1;
            }
        });
        bad("another root", &|block| {
            block.header.merkle_root[0] ^= 1;
            header(block);
        });
        bad("a repeated transaction", &|block| {
            let last = block.transactions[1].clone();
            block.transactions.extend([last.clone()]);
            again(block);
            block.transactions.push(last);
        });
        bad("another block before", &|block| {
            block.header.previous[5] ^= 1;
            header(block);
        });
        bad("as old as the median", &|block| {
            block.header.time = median;
            header(block);
        });
        bad("ten minutes and a second ahead", &|block| {
            block.header.time = now + 601;
            header(block);
        });
        bad("the height before", &|block| coinbase(block, &|coinbase| coinbase.height.0 -= 1));
        bad("another state", &|block| coinbase(block, &|coinbase| coinbase.state[31] ^= 1));
        bad("a unit too much", &|block| coinbase(block, &|coinbase| coinbase.amount.0 += 1));
        bad("a unit too little", &|block| coinbase(block, &|coinbase| coinbase.amount.0 -= 1));
        bad("the same twice", &|block| {
            let [first, second] = [block.transactions[0].clone(), block.transactions[1].clone()];
            block.transactions = vec![first, second.clone(), second.clone(), second];
            again(block);
        });
        bad("a signature that is not, after one that is", &|block| {
            let Transaction::Signed(mut signed) = block.transactions[1].clone() else {
                panic!("it is signed")
            };
            signed.signature.0[7] ^= 1;
            block.transactions.push(Transaction::Signed(signed));
            again(block);
        });
    }

    /// The file.
    pub(super) fn file(&self) -> Value {
        let people = PEOPLE.iter().map(|name| {
            let public = person(name).public();
            json!({"name": name, "key": hexed(public.0), "address": hexed(address(name).0)})
        });
        json!({"people": people.collect::<Vec<_>>(), "blocks": self.steps})
    }
}
