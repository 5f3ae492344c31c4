//! How a contract is closed. A buyer that has every state closes with an old one, answers itself, or through somebody else
//! that is no party; a seller closes and answers with the newest that it has; a watcher answers with the newest that it was
//! given, and is heard by the last block that takes an answer. Miners take what they want in any order, and replace blocks.
//! Fees are left out: they are nobody's in this game.

mod properties;

use gridnet_protocol::contract::{
    Contract, OnChain, Partial, Role, Side, Signatory, SignedContract, SignedState, Standing, State, Watcher,
};
use gridnet_protocol::encoding::List;
use gridnet_protocol::reason::Rejected;
use gridnet_protocol::value::{ContractId, Height, MeterId, Slot, Units, WattHours};
use gridnet_protocol::{Address, PublicKey, SecretKey};
use gridnet_tests::world::{self, NETWORK};
use stateright::{Model, Property};

use self::properties::*;
use crate::{explore, finds};

/// What the buyer deposits: it pays for less than the last state says.
const DEPOSIT: u64 = 300;
/// The most energy that it pays for, at 110 units for a kWh: one Wh more is 301.
const CAP: u64 = 2_739;
/// What a closer puts in: the watcher's fee, which is more than a hundredth of the deposit.
const BOND: u64 = 5;
/// What the states say was delivered; before any was signed nothing.
const DELIVERED: [u64; 4] = [0, 1_000, 2_000, 3_000];
/// The last state.
const NEWEST: u64 = 3;
/// What the seller's and the buyer's meter say.
const METERS: [u64; 2] = [2_600, 2_300];
const WINDOW: u32 = 3;
const EXPIRY: u32 = 3;
/// The block by which the seller closes, if nobody did.
const DEADLINE: u32 = 4;
/// Blocks after the end, in which it can be taken back.
const AFTER: u32 = 2;
/// The last block that a contract that is closed in time can see.
const HORIZON: u32 = DEADLINE + WINDOW + 1 + AFTER;
/// Most blocks that are replaced at once.
const REORG: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Player {
    Buyer,
    Seller,
    /// Owns the line, is paid, and does nothing.
    Line,
    /// The buyer under another name.
    Alias,
    Watcher,
}

use Player::{Alias, Buyer, Line, Seller};

const PLAYERS: [Player; 5] = [Buyer, Seller, Line, Alias, Player::Watcher];

/// The newest state that each has, and whether the last one was signed to end the contract. The buyer has all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Knows {
    seller: u64,
    watcher: u64,
    is_final: bool,
}

/// What can stand in a block. A state is named by its sequence; 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Transaction {
    Close(Player, u64),
    Answer(Player, u64),
    End,
    Read(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Action {
    /// The block in the making takes it.
    Take(Transaction),
    /// The block is found, the next one begins.
    Block,
    /// So many blocks are replaced: the first of them begins again, with nothing in it.
    Replace(usize),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    Agreed,
    Window,
}

/// What happened on this branch, written down beside the rules to hold them against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Story {
    /// Who closed with which state in which block.
    closed: Option<(Player, u64, u32)>,
    /// Who gave which of the states that were given is the newest.
    stands: Option<(Player, u64)>,
    /// The closer, or the buyer under its other name, answered the close itself.
    answered_itself: bool,
    /// Which meters were read.
    read: [bool; 2],
    ended: Option<End>,
}

/// The ledger within a block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Ledger {
    height: u32,
    standing: Standing,
    /// The block whose beginning settles.
    due: Option<u32>,
    balances: [u64; 5],
    story: Story,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Chain {
    knows: Knows,
    now: Ledger,
    /// How the last blocks began, this one last; nothing when none will be replaced.
    began: Vec<Ledger>,
    replacements: u8,
    /// A settlement was taken back.
    is_unsettled: bool,
}

/// What is done wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bug {
    FirstAnswerTakesTheBond,
    CloserKeepsTheBond,
    AnswerRestartsTheWindow,
    EqualOutdoes,
    LowerOutdoes,
    LastBlockDoesNotCount,
    UndoForgetsTheBond,
    UndoForgetsTheStanding,
    NothingIsCapped,
    StrangersMayClose,
    SettledCanBeEnded,
    RefusedAnswerCounts,
}

/// The game.
struct Game {
    bug: Option<Bug>,
    /// Whether the meters are read too.
    has_meters: bool,
    /// How often blocks are replaced, at most.
    replacements: u8,
    contract: Contract,
    id: ContractId,
    keys: [PublicKey; 5],
    addresses: [Address; 5],
    /// By sequence, without and with a final one.
    states: [Vec<SignedState>; 2],
    /// By the newest state that they were given, likewise.
    watchers: [Vec<Watcher>; 2],
}

impl std::fmt::Debug for Game {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.bug)
    }
}

fn secret(player: Player) -> SecretKey {
    world::key(&format!("{player:?}"))
}

fn terms() -> Contract {
    let party = |player, role, rate| Signatory { key: secret(player).public(), role, rate: Units(rate) };
    let parties = vec![
        party(Seller, Role::Seller, 100),
        party(Buyer, Role::Buyer, 0),
        party(Line, Role::LineOwner, 10),
    ];
    let contract = Contract {
        parties: List::new("parties", parties).expect("three"),
        seller_meter: MeterId([1; 32]),
        buyer_meter: MeterId([2; 32]),
        first: Slot(1),
        last: Slot(4),
        limit: WattHours(1_000),
        deposit: Units(DEPOSIT),
        watch_fee: Units(BOND),
        window: WINDOW,
        expiry: Height(EXPIRY),
        nonce: 0,
    };
    assert_eq!(contract.check(WINDOW), Ok(()));
    contract
}

fn sign(contract: &Contract, sequence: u64, is_final: bool) -> SignedState {
    let delivered = WattHours(DELIVERED[sequence as usize]);
    let body = State { contract: contract.id(NETWORK), sequence, delivered, is_final };
    let mut partial = Partial::new(contract, body);
    for player in [Seller, Buyer, Line] {
        partial.sign(NETWORK, contract, &secret(player)).expect("a party");
    }
    SignedState { body, signatures: partial.whole().expect("all have signed") }
}

impl Game {
    fn new(bug: Option<Bug>, has_meters: bool, replacements: u8) -> Game {
        let contract = terms();
        let states = [false, true].map(|ends| -> Vec<_> {
            (1..=NEWEST).map(|sequence| sign(&contract, sequence, ends && sequence == NEWEST)).collect()
        });
        let mut partial = Partial::new(&contract, contract.clone());
        for player in [Seller, Buyer, Line] {
            partial.sign(NETWORK, &contract, &secret(player)).expect("a party");
        }
        let signatures = partial.whole().expect("all have signed");
        let signed = SignedContract { body: contract.clone(), signatures };
        let watchers = [0, 1].map(|ends: usize| -> Vec<_> {
            let watcher = |known: usize| {
                let mut watcher = Watcher::new(1);
                watcher.watch(NETWORK, WINDOW, signed.clone()).expect("a good contract");
                for state in &states[ends][..known] {
                    assert_eq!(watcher.hear(NETWORK, state.clone()), Ok(true));
                }
                watcher
            };
            (0..=NEWEST as usize).map(watcher).collect()
        });
        let (id, keys) = (contract.id(NETWORK), PLAYERS.map(|player| secret(player).public()));
        let addresses = keys.map(|key| Address::of(&key));
        Game { bug, has_meters, replacements, contract, id, keys, addresses, states, watchers }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    fn player(&self, address: &Address) -> usize {
        self.addresses.iter().position(|own| own == address).expect("only players are paid")
    }

    fn state(&self, knows: Knows, sequence: u64) -> Option<&State> {
        let place = usize::try_from(sequence).ok()?.checked_sub(1)?;
        self.states[usize::from(knows.is_final)].get(place).map(|state| &state.body)
    }

    /// What the watcher answers now.
    fn advice(&self, chain: &Chain) -> Option<u64> {
        let on_chain = match &chain.now.standing {
            Standing::Open { .. } => OnChain::Open,
            Standing::Closing { closing, .. } => {
                OnChain::Closing { sequence: closing.sequence, until: closing.until }
            }
            Standing::Settled { .. } => OnChain::Settled,
        };
        let watcher = &self.watchers[usize::from(chain.knows.is_final)][chain.knows.watcher as usize];
        watcher.advise(&self.id, on_chain).map(|state| state.body.sequence)
    }

    /// What a block may take of what they send: whoever cheats sends anything that it has.
    fn sent(&self, chain: &Chain) -> Vec<Transaction> {
        let knows = chain.knows;
        let mut sent = Vec::new();
        for player in [Buyer, Alias] {
            sent.extend((0..=NEWEST).map(|sequence| Transaction::Close(player, sequence)));
            sent.extend((1..=NEWEST).map(|sequence| Transaction::Answer(player, sequence)));
        }
        sent.push(Transaction::Close(Seller, knows.seller));
        if knows.seller > 0 {
            sent.push(Transaction::Answer(Seller, knows.seller));
        }
        sent.extend(self.advice(chain).map(|sequence| Transaction::Answer(Player::Watcher, sequence)));
        if knows.is_final {
            sent.push(Transaction::End);
        }
        let unread = (0..2).filter(|&side| self.has_meters && !chain.now.story.read[side]);
        sent.extend(unread.map(Transaction::Read));
        sent
    }

    /// What the ledger does with a transaction.
    fn take(&self, ledger: &mut Ledger, knows: Knows, transaction: Transaction) -> Result<(), Rejected> {
        match transaction {
            Transaction::Close(player, sequence) => self.close(ledger, knows, player, sequence),
            Transaction::Answer(player, sequence) => self.answer(ledger, knows, player, sequence),
            Transaction::End => {
                let state = self.state(knows, NEWEST).filter(|state| state.is_final);
                let delivered = state.ok_or(Rejected::Contract)?.delivered;
                if self.has(Bug::SettledCanBeEnded) && ledger.story.ended.is_some() {
                    ledger.standing = Standing::opened();
                }
                self.settle(ledger, delivered, End::Agreed)
            }
            Transaction::Read(side) => {
                let delivery = ledger.standing.delivery().ok_or(Rejected::Settled)?;
                let who = [Side::Seller, Side::Buyer][side];
                let read = delivery.add(who, self.contract.last, WattHours(METERS[side]));
                read.map_err(|_| Rejected::Reading)?;
                ledger.story.read[side] = true;
                Ok(())
            }
        }
    }

    fn close(
        &self,
        ledger: &mut Ledger,
        knows: Knows,
        player: Player,
        sequence: u64,
    ) -> Result<(), Rejected> {
        let (key, state) = (&self.keys[player as usize], self.state(knows, sequence));
        let has_expired = self.has(Bug::StrangersMayClose);
        let expired = has_expired.then(|| Contract { expiry: Height(0), ..self.contract.clone() });
        let contract = expired.as_ref().unwrap_or(&self.contract);
        let closing =
            ledger.standing.close(contract, key, state, Height(ledger.height), self.contract.last)?;
        let balance = &mut ledger.balances[player as usize];
        *balance = balance.checked_sub(closing.bond.0).ok_or(Rejected::Balance)?;
        ledger.due = Some(self.due(closing.until));
        ledger.story.closed = Some((player, sequence, ledger.height));
        ledger.story.stands = Some((player, sequence));
        Ok(())
    }

    /// The block that settles.
    fn due(&self, until: Height) -> u32 {
        until.0 + u32::from(!self.has(Bug::LastBlockDoesNotCount))
    }

    fn answer(
        &self,
        ledger: &mut Ledger,
        knows: Knows,
        player: Player,
        sequence: u64,
    ) -> Result<(), Rejected> {
        let state = self.state(knows, sequence).ok_or(Rejected::Contract)?;
        let by = self.addresses[player as usize];
        if let Standing::Closing { closing, .. } = &mut ledger.standing {
            // So that the rule takes what it must not.
            let is_let_in = match state.sequence.cmp(&closing.sequence) {
                std::cmp::Ordering::Less => self.has(Bug::LowerOutdoes),
                std::cmp::Ordering::Equal => self.has(Bug::EqualOutdoes),
                std::cmp::Ordering::Greater => false,
            };
            if is_let_in {
                closing.sequence = state.sequence - 1;
            } else if self.has(Bug::RefusedAnswerCounts) && state.sequence < closing.sequence {
                closing.by = by;
            }
        }
        ledger.standing.answer(by, state)?;
        let story = &mut ledger.story;
        let (closer, ..) = story.closed.expect("nobody answers what nobody closed");
        story.answered_itself |= player == closer || [player, closer] == [Alias, Buyer];
        if story.stands.is_some_and(|(_, stands)| stands < sequence) {
            story.stands = Some((player, sequence));
        }
        if let Standing::Closing { closing, .. } = &mut ledger.standing {
            if self.has(Bug::FirstAnswerTakesTheBond) {
                ledger.balances[player as usize] += std::mem::take(&mut closing.bond.0);
            }
            if self.has(Bug::CloserKeepsTheBond) {
                closing.by = self.addresses[closer as usize];
            }
            if self.has(Bug::AnswerRestartsTheWindow) {
                closing.until = Height(ledger.height + WINDOW);
                ledger.due = Some(self.due(closing.until));
            }
        }
        Ok(())
    }

    fn settle(&self, ledger: &mut Ledger, delivered: WattHours, end: End) -> Result<(), Rejected> {
        let height = Height(ledger.height);
        for (to, amount) in ledger.standing.settle(&self.contract, delivered, height)? {
            ledger.balances[self.player(&to)] += amount.0;
        }
        if self.has(Bug::NothingIsCapped) {
            ledger.balances[Seller as usize] += delivered.0.saturating_sub(CAP) / 10;
        }
        ledger.story.ended = Some(end);
        Ok(())
    }

    /// The next block begins.
    fn begin(&self, ledger: &mut Ledger) {
        ledger.height += 1;
        if ledger.due == Some(ledger.height) {
            ledger.due = None;
            if let Some(delivered) = ledger.standing.decided(&self.contract) {
                self.settle(ledger, delivered, End::Window).expect("it is being closed");
            }
        }
    }

    /// Whether the block can be found as it is. The watcher is heard in time, and the seller does not let a contract lie.
    fn is_ripe(&self, chain: &Chain) -> bool {
        match &chain.now.standing {
            Standing::Open { .. } => chain.now.height < DEADLINE,
            Standing::Closing { closing, .. } => {
                chain.now.height != closing.until.0 || self.advice(chain).is_none()
            }
            Standing::Settled { height, .. } => chain.now.height < height.0 + AFTER,
        }
    }

    /// Replaces blocks.
    fn replace(&self, chain: &mut Chain, blocks: usize) {
        chain.began.truncate(chain.began.len() - blocks);
        let again = chain.began.last().expect("this many blocks are known").clone();
        let undone = std::mem::replace(&mut chain.now, again);
        chain.replacements -= 1;
        chain.is_unsettled |= undone.story.ended.is_some() && chain.now.story.ended.is_none();
        if let (Some((closer, ..)), None) = (undone.story.closed, chain.now.story.closed)
            && self.has(Bug::UndoForgetsTheBond)
        {
            chain.now.balances[closer as usize] -= BOND;
        }
        if self.has(Bug::UndoForgetsTheStanding) {
            chain.now.standing = undone.standing;
        }
    }

    /// What every step makes less.
    fn rank(&self, chain: &Chain) -> (u8, u32, usize) {
        let progress = match &chain.now.standing {
            Standing::Open { .. } => 0,
            Standing::Closing { closing, .. } => 1 + closing.sequence as usize,
            Standing::Settled { .. } => 9,
        };
        let read = chain.now.story.read.iter().filter(|&&read| read).count();
        (chain.replacements, HORIZON - chain.now.height, 20 - progress - read)
    }
}

impl Model for Game {
    type State = Chain;
    type Action = Action;

    fn init_states(&self) -> Vec<Chain> {
        let story = Story::default();
        let standing = Standing::opened();
        let now = Ledger { height: 1, standing, due: None, balances: [BOND; 5], story };
        let mut chains = Vec::new();
        for (seller, watcher) in (0..=NEWEST).flat_map(|seller| (0..=NEWEST).map(move |it| (seller, it))) {
            for is_final in [false, true] {
                let knows = Knows { seller, watcher, is_final };
                let (now, began) = (now.clone(), vec![now.clone()]);
                let replacements = self.replacements;
                chains.push(Chain { knows, now, began, replacements, is_unsettled: false });
            }
        }
        chains
    }

    fn actions(&self, chain: &Chain, actions: &mut Vec<Action>) {
        actions.extend(self.sent(chain).into_iter().map(Action::Take));
        if self.is_ripe(chain) {
            actions.push(Action::Block);
        }
        // What is in the block in the making makes no difference to that.
        if chain.replacements > 0 && chain.began.last() == Some(&chain.now) {
            actions.extend((1..chain.began.len()).map(Action::Replace));
        }
    }

    fn next_state(&self, chain: &Chain, action: Action) -> Option<Chain> {
        let mut next = chain.clone();
        match action {
            Action::Take(transaction) => self.take(&mut next.now, next.knows, transaction).ok()?,
            Action::Block => {
                self.begin(&mut next.now);
                next.began.push(next.now.clone());
                if next.began.len() > 1 + REORG {
                    next.began.remove(0);
                }
            }
            Action::Replace(blocks) => self.replace(&mut next, blocks),
        }
        if next.replacements == 0 {
            next.began.clear();
        }
        assert!(self.bug.is_some() || self.rank(&next) < self.rank(chain), "no run goes on for ever");
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Game>> {
        let mut properties = always();
        if self.bug.is_none() {
            properties.extend(sometimes());
            properties.extend((self.replacements > 0).then(sometimes_undone));
            properties.extend(self.has_meters.then(sometimes_metered));
        }
        properties
    }
}

#[test]
fn the_model_and_the_terms_speak_of_the_same_money() {
    let contract = terms();
    assert_eq!((contract.bond(), contract.cap()), (Units(BOND), WattHours(CAP)));
}

#[test]
fn whatever_is_done_about_closing_the_rules_hold() {
    explore("closing a contract", Game::new(None, false, 1));
}

#[test]
fn whatever_is_done_about_closing_the_rules_hold_with_meters_too() {
    explore("closing a contract by meters", Game::new(None, true, 0));
}

#[test]
fn what_is_done_wrong_is_found() {
    for (bug, property) in [
        (Bug::FirstAnswerTakesTheBond, CHEATER_LOSES),
        (Bug::FirstAnswerTakesTheBond, BOND_GOES),
        (Bug::CloserKeepsTheBond, CHEATER_LOSES),
        (Bug::AnswerRestartsTheWindow, ONCE),
        (Bug::EqualOutdoes, HONEST_KEEPS),
        (Bug::LowerOutdoes, PAID),
        (Bug::LastBlockDoesNotCount, WATCHED),
        (Bug::UndoForgetsTheBond, CONSERVED),
        (Bug::UndoForgetsTheStanding, CONSERVED),
        (Bug::NothingIsCapped, PAID),
        (Bug::NothingIsCapped, COVERED),
        (Bug::StrangersMayClose, PARTIES),
        (Bug::SettledCanBeEnded, SETTLED),
        (Bug::RefusedAnswerCounts, REFUSED),
    ] {
        let is_about_undo = matches!(bug, Bug::UndoForgetsTheBond | Bug::UndoForgetsTheStanding);
        finds(Game::new(Some(bug), false, is_about_undo.into()), property);
    }
}
