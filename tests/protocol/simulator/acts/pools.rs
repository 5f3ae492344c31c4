//! Pools, and those who are paid for carrying.

use gridnet_protocol::encoding::List;
use gridnet_protocol::pool::ChainFunction;
use gridnet_protocol::pool::owner::{Ask, Issued, Source};
use gridnet_protocol::state::row::{Held, Pool};
use gridnet_protocol::transaction::{Action, Opened, Posted, Transaction, held_id};
use gridnet_protocol::transit::{Body, ClaimedPool, Disclosure, ReceiverProof, TransitPool};
use gridnet_protocol::value::{Content, Depth, Time, Units};
use gridnet_protocol::verify::CLAIM_GRACE;
use gridnet_protocol::{Kind, sign};
use gridnet_tests::chain::{Shape, claim};
use gridnet_tests::world::{NETWORK, Session, key, recipient, secret, sybil_neutral, terms};

use super::{Attempt, Expected};
use crate::simulator::Simulation;
use crate::simulator::world::Hand;

/// Pools that are not expired, at most.
const POOLS_MAX: usize = 6;
/// Hops of a session, at most.
const HOPS_MAX: u64 = 4;
/// Hashes that a token offers beyond the one before it, at most.
const HASHES_MAX: u64 = 8;

impl Simulation {
    pub(super) fn register_pool(&mut self) -> Option<Attempt> {
        let height = self.next_height();
        let is_open = |hand: &&Hand| hand.pool.registration().expiry.0 >= height;
        if self.world.pools.iter().filter(is_open).count() >= POOLS_MAX {
            return None;
        }
        // A registration names its transaction's sequence.
        let is_idle = |simulation: &Simulation, name| !simulation.queued.contains_key(name);
        let owner = self.anybody_who(|simulation, person| {
            simulation.is_good(person) && is_idle(simulation, person.name)
        })?;
        let dice = &mut self.dice;
        let shape = Shape {
            function: if dice.once_in(2) { ChainFunction::Blake2s } else { ChainFunction::Sha256 },
            banks: dice.between(1, 4) as u16,
            length: dice.between(1, 40) as u32,
            value: Units(dice.between(10_000, 200_000)),
            lifetime: dice.between(1, 80) as u32,
            minimum_stake: Units(if dice.once_in(3) { 10 } else { 0 }),
        };
        let terms = if dice.once_in(3) { sybil_neutral() } else { terms() };
        let (pool, transaction) = self.chain.pool(owner.name, &shape);
        self.queued.insert(owner.name, 1);
        let receivers = (0..shape.banks).filter_map(|_| self.anybody()).collect();
        let id = pool.id();
        self.world.pools.push_back(Hand { owner, id, pool, terms, receivers });
        Some(Attempt { transaction, expected: Expected::Either })
    }

    /// The place of a pool that is on the ledger, or of any.
    pub(super) fn some_pool(&mut self) -> Option<usize> {
        let all = 0..self.world.pools.len();
        if self.dice.once_in(12) {
            return self.dice.place(all.len());
        }
        let places: Vec<usize> = all.filter(|&place| self.has::<Pool>(&self.world.pools[place].id)).collect();
        self.dice.pick(&places)
    }

    /// Issues a token of a pool: mostly further down the session that its bank is in.
    pub(super) fn issue(&mut self, place: usize) -> Option<(Issued, &'static str)> {
        let stranger = self.anybody()?;
        let hand = &mut self.world.pools[place];
        let length = hand.pool.registration().length;
        let open: Vec<(u16, u32)> = (0..)
            .zip(hand.pool.issued())
            .filter_map(|(bank, given)| (given.0 < length).then_some((bank, given.0)))
            .collect();
        let (bank, given) = self.dice.pick(&open)?;
        if self.dice.once_in(8) {
            hand.receivers[usize::from(bank)] = stranger;
        }
        let receiver = hand.receivers[usize::from(bank)].name;
        let more = self.dice.between(1, u64::from(length - given).min(HASHES_MAX)) as u32;
        let depth = if self.dice.once_in(8) { length } else { given + more };
        let ask = Ask {
            receiver: recipient(receiver).public,
            content: Content(secret("content")),
            terms: hand.terms,
            issued: Time(self.chain.now.0 - 20_000),
            expiry: Time(self.chain.now.0 + 1_000_000),
            depth: Depth(depth),
            source: Source::Bank(bank),
        };
        let issued = hand.pool.issue(&ask, |_| Ok::<(), ()>(())).expect("a token");
        Some((issued, receiver))
    }

    /// A session from its last token to its claim.
    fn claimed(&mut self) -> Option<ClaimedPool> {
        let place = self.some_pool()?;
        let (issued, receiver) = self.issue(place)?;
        let carriers: Vec<&'static str> = (0..self.dice.below(HOPS_MAX + 1))
            .filter_map(|_| if self.dice.once_in(12) { Some("stranger") } else { Some(self.anybody()?.name) })
            .collect();
        let session = self.chain.session(issued, &carriers);
        let hides = self.dice.once_in(2);
        let hidden: Vec<usize> = (0..carriers.len()).filter(|_| hides && self.dice.once_in(3)).collect();
        let transit = if self.dice.once_in(3) {
            with_receipt(&session, receiver, &hidden)
        } else {
            with_signature(&session, receiver, &hidden)
        };
        let token = &session.token;
        let held = held_id(&token.pool, token.bank, token.depth);
        let openings = hidden.iter().filter_map(|&hop| session.openings[hop]);
        self.world.openings.extend(openings.map(|opening| Opened { held, opening }));
        Some(self.chain.to_claim(&self.world.pools[place].pool, transit))
    }

    pub(super) fn claim(&mut self) -> Option<Attempt> {
        let count = self.dice.between(1, 3);
        let pools: Vec<ClaimedPool> = (0..count).filter_map(|_| self.claimed()).collect();
        (!pools.is_empty()).then(|| Attempt { transaction: claim(pools), expected: Expected::Either })
    }

    pub(super) fn open(&mut self) -> Option<Attempt> {
        // Mostly what is held still; anything now and then.
        let anything = self.dice.once_in(8);
        let openings: Vec<Opened> =
            self.world.openings.iter().filter(|it| anything || self.has::<Held>(&it.held)).copied().collect();
        let opened = self.dice.pick(&openings)?;
        let transaction = Transaction::Posted(Posted::Open(opened));
        Some(Attempt { transaction, expected: Expected::Either })
    }

    /// Takes back a pool whose time is over, and now and then tries that too early.
    pub(super) fn reclaim(&mut self) -> Option<Attempt> {
        let height = self.next_height();
        let rows = self.world.pools.iter().filter_map(|hand| Some((hand, self.row::<Pool>(&hand.id)?)));
        let is_over = |pool: &Pool| height > pool.registration.expiry.0 + CLAIM_GRACE && !pool.banned;
        let all: Vec<_> = rows.map(|(hand, row)| (hand.owner, hand.id, is_over(&row))).collect();
        let over: Vec<_> = all.iter().filter(|(_, _, over)| *over).copied().collect();
        let early = over.is_empty() && self.dice.once_in(8);
        let (owner, pool, is_over) = self.dice.pick(if early { &all } else { &over })?;
        let action = Action::ReclaimPool { pool };
        Some(if is_over { self.sign(owner, action) } else { self.sign_wrong(owner, action) })
    }
}

/// The receiver signed for it, and left some hops unopened.
fn with_signature(session: &Session, receiver: &str, hidden: &[usize]) -> TransitPool {
    let receiver = recipient(receiver);
    let pool =
        TransitPool::assemble(NETWORK, session.token, &session.custody, &receiver.key, &receiver.secret);
    let pool = pool.expect("a transit pool");
    let mut hops = pool.hops.as_slice().to_vec();
    for &hop in hidden {
        hops[hop].disclosure = Disclosure::Unopened(hops[hop].disclosure.commitment());
    }
    let body = Body { hops: List::new("hops", hops).expect("as many"), ..pool.body };
    let signature = sign::sign(&receiver.key, NETWORK, Kind::TransitPool, &body);
    TransitPool { body, proof: ReceiverProof::Signature(signature) }
}

/// The receiver gave a receipt first, and not all hops told who they are.
fn with_receipt(session: &Session, receiver: &str, hidden: &[usize]) -> TransitPool {
    let receipt = session.custody.receipt(NETWORK, &session.token, &key(receiver)).expect("a receipt");
    let mut openings = session.openings.clone();
    hidden.iter().for_each(|&hop| openings[hop] = None);
    let pool =
        TransitPool::assemble_with_receipt(NETWORK, session.token, &session.custody, receipt, &openings);
    pool.expect("a transit pool")
}
