//! A chain of one's own, with people on it: blocks that are mined, transactions that are signed, pools that are registered
//! and sessions that are claimed. Every secret is drawn from its name.

use std::collections::BTreeMap;

use gridnet_core::proof::identity::{Proof, mint};
use gridnet_core::{Control, Engine, Order};
use gridnet_protocol::block::Block;
use gridnet_protocol::encoding::List;
use gridnet_protocol::ledger::{Fault, Ledger, Rejection, least_fee, regtest_key};
use gridnet_protocol::meter::{Area, Certificate, Kept, MeterKind, Reading, SignedReading, Source as Origin};
use gridnet_protocol::pool::owner::{Ask, Issued, Master, Owner, Plan, Source};
use gridnet_protocol::pool::{ChainFunction, OwnedPool};
use gridnet_protocol::state::row::{Account, Bank, Meter};
use gridnet_protocol::state::{Memory, Table, Undo};
use gridnet_protocol::transaction::{Action, Body, Claims, IdentityRegistration, Posted, Transaction};
use gridnet_protocol::transit::{ClaimedPool, TransitPool};
use gridnet_protocol::value::{
    Content, Depth, Height, MeterId, ReadingId, Slot, Time, Units, WattHours, Watts,
};
use gridnet_protocol::{Address, SecretKey, identity};

use crate::world::{NETWORK, Recipient, Session, key, recipient, secret, terms};

/// The tables that the root commits to.
pub const TABLES: [Table; 18] = [
    Table::Tip,
    Table::Totals,
    Table::Accounts,
    Table::Identities,
    Table::Pools,
    Table::Banks,
    Table::Held,
    Table::Commitments,
    Table::DueCounts,
    Table::Due,
    Table::Certifiers,
    Table::Meters,
    Table::Fillings,
    Table::Contracts,
    Table::Subventions,
    Table::Credits,
    Table::Authorities,
    Table::Marks,
];

/// A chain in memory.
pub struct Chain<'e> {
    /// What verifies its blocks.
    pub engine: &'e Engine,
    /// What it led to.
    pub ledger: Ledger<Memory>,
    /// Its blocks, the first one aside, with what takes each back.
    pub blocks: Vec<(Block, Undo)>,
    /// The clock.
    pub now: Time,
    proofs: BTreeMap<&'static str, Proof>,
}

/// Somebody's key: `"rich"` is who owns what is there from the beginning.
pub fn person(name: &str) -> SecretKey {
    if name == "rich" { regtest_key() } else { key(name) }
}

/// Somebody's address.
pub fn address(name: &str) -> Address {
    Address::of(&person(name).public())
}

impl<'e> Chain<'e> {
    /// A chain of the first block alone.
    pub fn new(engine: &'e Engine) -> Chain<'e> {
        let ledger = Ledger::open(NETWORK, Memory::default()).expect("memory");
        let now = Time(u64::from(ledger.tip().expect("memory").time) + 1_000);
        Chain { engine, ledger, blocks: Vec::new(), now, proofs: BTreeMap::new() }
    }

    /// A chain on which these people have a thousand coins each.
    pub fn funded(engine: &'e Engine, names: &[&str]) -> Chain<'e> {
        let mut chain = Chain::new(engine);
        let first = chain.account(&address("rich")).sequence;
        let transfers: Vec<_> = (first..)
            .zip(names)
            .map(|(sequence, name)| {
                let action = Action::Transfer { to: address(name), amount: Units::from_gnc(1_000) };
                chain.sign_as("rich", sequence, None, action)
            })
            .collect();
        chain.mine(&transfers);
        chain
    }

    /// The last block's height.
    pub fn height(&self) -> u32 {
        self.ledger.tip().expect("memory").height.0
    }

    /// What somebody has.
    pub fn balance(&self, name: &str) -> u64 {
        self.account(&address(name)).balance.0
    }

    /// An account, which may not be there yet.
    pub fn account(&self, address: &Address) -> Account {
        self.ledger.row(address).expect("memory").unwrap_or_default()
    }

    /// A transaction of somebody's account, which is its next one and pays the least.
    pub fn sign(&self, name: &str, action: Action) -> Transaction {
        self.sign_as(name, self.account(&address(name)).sequence, None, action)
    }

    /// The same with another sequence or fee.
    pub fn sign_as(&self, name: &str, sequence: u64, fee: Option<Units>, action: Action) -> Transaction {
        let key = person(name);
        let sign = |fee| {
            let body = Body { sender: key.public(), sequence, fee, action: action.clone() };
            body.sign(NETWORK, &key).expect("a key in memory")
        };
        sign(fee.unwrap_or_else(|| least_fee(NETWORK, &sign(Units::ZERO))))
    }

    /// A block of these transactions, as if they were good.
    ///
    /// # Errors
    /// Which of them is not, and why.
    pub fn draft(&self, transactions: &[Transaction], payout: &str) -> Result<Block, Fault> {
        let mut draft = self.ledger.draft()?;
        for transaction in transactions {
            draft.add(self.engine, transaction.clone(), &Control::default())?;
        }
        Ok(mined(draft.finish(address(payout), self.now)?))
    }

    /// Takes a block.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn apply(&mut self, block: &Block) -> Result<(), Fault> {
        let applied = self.ledger.apply(self.engine, block, self.now, &Control::default())?;
        self.blocks.push((block.clone(), applied.undo));
        Ok(())
    }

    /// Mines a block of these transactions.
    ///
    /// # Panics
    /// When one of them is not good.
    pub fn mine(&mut self, transactions: &[Transaction]) {
        self.now.0 += 120;
        let block = self.draft(transactions, "miner").expect("good transactions");
        self.apply(&block).expect("a good block");
    }

    /// Mines empty blocks.
    pub fn wait(&mut self, blocks: u32) {
        (0..blocks).for_each(|_| self.mine(&[]));
    }

    /// Has somebody do something, in a block of its own.
    pub fn act(&mut self, name: &str, action: Action) {
        let transaction = self.sign(name, action);
        self.mine(&[transaction]);
    }

    /// Why a transaction is not taken: by a draft, and by a block that has it nevertheless. Neither changes anything.
    ///
    /// # Panics
    /// When it is taken, or when the two disagree.
    pub fn refusal(&mut self, transaction: &Transaction) -> Rejection {
        let before = self.ledger.clone();
        let control = Control::default();
        let mut draft = self.ledger.draft().expect("memory");
        let fault = draft.add(self.engine, transaction.clone(), &control).expect_err("it is not taken");
        let refused = *fault.rejection().expect("it breaks a rule");
        let mut block = draft.finish(address("miner"), self.now).expect("a block");
        block.transactions.push(transaction.clone());
        let block = mined(with_root(block));
        let fault = self.ledger.apply(self.engine, &block, self.now, &control).expect_err("nor in a block");
        let rejection = *fault.rejection().expect("it breaks a rule");
        assert_eq!(rejection, Rejection { transaction: Some(1), ..refused }, "{transaction:?}");
        assert_eq!(self.ledger, before, "nothing is changed by what is not taken");
        refused
    }

    /// The code of that.
    pub fn code(&mut self, transaction: &Transaction) -> &'static str {
        self.refusal(transaction).code.name()
    }

    /// Takes back the last block, and gives it.
    pub fn undo(&mut self) -> Option<Block> {
        let (block, undo) = self.blocks.pop()?;
        self.ledger.undo(&undo).expect("it is the last block's");
        Some(block)
    }

    /// Somebody's proof of stake, searched once.
    pub fn proof(&mut self, name: &'static str) -> Proof {
        let engine = self.engine;
        *self.proofs.entry(name).or_insert_with(|| {
            let target = identity::target(NETWORK);
            let minted = mint(engine, &address(name).0, target, 32, &Control::default());
            minted.expect("a proof").value.proof
        })
    }

    /// Somebody's identity, to be registered.
    pub fn identity(&mut self, name: &'static str) -> IdentityRegistration {
        let Proof { repetitions, nonce } = self.proof(name);
        IdentityRegistration { address: address(name), repetitions, nonce }
    }

    /// Registers identities for nothing, in one block, and waits until they are old enough to be paid.
    pub fn settle_in(&mut self, names: &[&'static str]) {
        let free = |name: &&'static str| Transaction::Posted(Posted::RegisterIdentity(self.identity(name)));
        let transactions: Vec<Transaction> = names.iter().map(free).collect();
        self.mine(&transactions);
        self.wait(NETWORK.parameters().youth);
    }

    /// A pool in its owner's hands, and its registration as a transaction.
    pub fn pool(&mut self, owner: &'static str, shape: &Shape) -> (OwnedPool, Transaction) {
        let account = self.account(&address(owner));
        let holder = Owner {
            network: NETWORK,
            key: person(owner).into(),
            proof: self.proof(owner),
            master: Master::from_bytes(secret(&format!("{owner}'s master"))),
        };
        let plan = Plan {
            sequence: account.sequence,
            function: shape.function,
            banks: shape.banks,
            length: shape.length,
            value: shape.value,
            expiry: Height(self.height() + shape.lifetime),
            minimum_stake: shape.minimum_stake,
            terms: terms(),
        };
        let pool = OwnedPool::create(self.engine, holder, plan, &Control::default()).expect("a pool");
        let transaction = self.sign(owner, Action::RegisterPool { pool: pool.registration().clone() });
        (pool, transaction)
    }

    /// Registers a pool.
    pub fn registered(&mut self, owner: &'static str, shape: &Shape) -> OwnedPool {
        let (pool, transaction) = self.pool(owner, shape);
        self.mine(&[transaction]);
        pool
    }

    /// Issues a token of a pool, to a receiver, valid around now.
    pub fn issue(&self, pool: &mut OwnedPool, receiver: &str, depth: u32, source: Source) -> Issued {
        let ask = Ask {
            receiver: recipient(receiver).public,
            content: Content(secret("content")),
            terms: terms(),
            issued: Time(self.now.0 - 5_000),
            expiry: Time(self.now.0 + 1_000_000),
            depth: Depth(depth),
            source,
        };
        pool.issue(&ask, |_| Ok::<(), ()>(())).expect("a token")
    }

    /// A session over some carriers, to its end.
    pub fn session(&self, issued: Issued, carriers: &[&str]) -> Session {
        let Issued { token, first_key } = issued;
        let (custody, openings) = Default::default();
        let mut session = Session { token, custody, openings, holder: first_key };
        carriers.iter().for_each(|name| session.carry(name, false));
        session.custody.hand_over_last(NETWORK, &token, &session.holder).expect("the holder hands over");
        session
    }

    /// What a receiver makes of a session, as it goes to the ledger.
    pub fn claimed(&self, pool: &OwnedPool, session: &Session, receiver: &str) -> ClaimedPool {
        let Recipient { key, secret, .. } = recipient(receiver);
        let assembled = TransitPool::assemble(NETWORK, session.token, &session.custody, &key, &secret);
        self.to_claim(pool, assembled.expect("a transit pool"))
    }

    /// A transit pool as it goes to the ledger now.
    pub fn to_claim(&self, pool: &OwnedPool, transit: TransitPool) -> ClaimedPool {
        let token = &transit.token;
        let kept = self.ledger.row::<Bank>(&(token.pool, token.bank)).expect("memory");
        let steps = token.depth.0.saturating_sub(kept.map_or(0, |bank| bank.depth.0));
        let bank = kept.is_none().then(|| pool.card(token.bank).expect("one of its banks").proof);
        ClaimedPool { steps, bank, pool: transit }
    }
}

/// A claim of these.
pub fn claim(pools: Vec<ClaimedPool>) -> Transaction {
    Transaction::Posted(Posted::Claim(Claims::new(pools).expect("one at least")))
}

/// What a pool is like.
#[derive(Clone)]
pub struct Shape {
    /// Of its chains.
    pub function: ChainFunction,
    /// How many chains.
    pub banks: u16,
    /// Hashes of each.
    pub length: u32,
    /// What one is worth.
    pub value: Units,
    /// Blocks until it expires.
    pub lifetime: u32,
    /// Of a hop.
    pub minimum_stake: Units,
}

impl Default for Shape {
    fn default() -> Shape {
        Shape {
            function: ChainFunction::Blake2s,
            banks: 4,
            length: 60,
            value: Units(100_000),
            lifetime: 500,
            minimum_stake: Units::ZERO,
        }
    }
}

/// The block with the Merkle root of its transactions.
pub fn with_root(mut block: Block) -> Block {
    block.header.merkle_root = block.merkle_root().expect("it has transactions").0;
    block
}

/// The block with a nonce that makes it good.
pub fn mined(mut block: Block) -> Block {
    let target = block.header.target().expect("its bits are a target");
    let function = NETWORK.parameters().proof_of_work;
    while !target.is_met_by(&function.hash(&block.header.to_bytes()), Order::Little) {
        block.header.nonce += 1;
    }
    block
}

/// Meters and contracts.
impl Chain<'_> {
    /// The slot that the ledger takes the present to be in.
    pub fn slot(&self) -> u64 {
        self.ledger.tip().expect("memory").median_time().0 / 900
    }

    /// Waits until the ledger is in a slot.
    pub fn wait_for_slot(&mut self, slot: u64) {
        self.now.0 = self.now.0.max(900 * slot);
        while self.slot() < slot {
            self.wait(1);
        }
    }

    /// Has the certifier and owner of a meter sign for it, with the meter's key drawn from a name.
    pub fn certificate(&self, meter: &str, owner: &str, certifier: &str) -> Certificate {
        Certificate {
            key: key(meter).public(),
            kind: MeterKind::Connection,
            source: Origin::Green,
            area: Area::new("north").expect("an area"),
            rating: Watts(10_000),
            certifier: person(certifier).public(),
            owner: person(owner).public(),
            replaces: None,
        }
    }

    /// Registers such a meter, for which somebody rich pays.
    pub fn meter(&mut self, certificate: Certificate, owner: &str, certifier: &str) -> MeterId {
        let signed =
            certificate.sign_by(NETWORK, &person(certifier), &person(owner)).expect("keys in memory");
        let id = signed.id(NETWORK);
        self.act("rich", Action::RegisterMeter { certificate: Box::new(signed) });
        id
    }

    /// What is kept of a meter.
    pub fn kept(&self, meter: &MeterId) -> Option<Kept> {
        self.ledger.row::<Meter>(meter).expect("memory").expect("a meter").kept
    }

    /// A meter's next reading, with these registers.
    pub fn reading(&self, name: &str, meter: MeterId, slot: u64, import: u64, export: u64) -> SignedReading {
        let kept = self.kept(&meter);
        let reading = Reading {
            meter,
            slot: Slot(slot),
            sequence: kept.map_or(0, |kept| kept.sequence + 1),
            import: WattHours(import),
            export: WattHours(export),
            previous: kept.map_or(ReadingId::default(), |kept| kept.id),
        };
        reading.sign_by(NETWORK, &key(name)).expect("a key in memory")
    }

    /// Puts a reading on the ledger.
    pub fn read(&mut self, name: &str, meter: MeterId, slot: u64, import: u64, export: u64) {
        let reading = self.reading(name, meter, slot, import, export);
        self.act("rich", read(vec![reading]));
    }
}

/// Readings, to be put on the ledger.
pub fn read(readings: Vec<SignedReading>) -> Action {
    Action::Read { readings: List::new("readings", readings).expect("not too many") }
}
