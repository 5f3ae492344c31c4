//! What must hold in every state of the contract's game, and what must be possible.

use gridnet_protocol::contract::Standing;
use gridnet_protocol::value::WattHours;
use stateright::{Model, Property};

use super::Player::{self, Alias, Buyer};
use super::{
    BOND, CAP, Chain, DELIVERED, DEPOSIT, EXPIRY, End, Game, Ledger, METERS, NEWEST, Story, Transaction,
    WINDOW,
};

pub(super) const CONSERVED: &str = "money is neither made nor lost";
pub(super) const PAID: &str = "everybody is paid what stands";
pub(super) const COVERED: &str = "nobody is paid beyond the deposit, or less than nothing";
pub(super) const WATCHED: &str = "what a watcher knows stands, or what is newer";
pub(super) const BOND_GOES: &str = "whoever gave the newest state has the bond";
pub(super) const CHEATER_LOSES: &str =
    "who closes with an old state and is outdone by others has lost its bond";
pub(super) const HONEST_KEEPS: &str = "who closes with the newest state has its bond back";
pub(super) const ONCE: &str = "the window is counted once";
pub(super) const PARTIES: &str = "only parties close before the contract expires";
pub(super) const REFUSED: &str = "what is refused changes nothing";
pub(super) const SETTLED: &str = "what is settled never changes";
pub(super) const ENDS: &str = "every game ends with the contract settled";

/// What always holds.
pub(super) fn always() -> Vec<Property<Game>> {
    let always = Property::<Game>::always;
    vec![
        always(CONSERVED, |_: &Game, chain: &Chain| chain.now.is_conserved()),
        always(PAID, |_, chain| {
            chain.now.story.ended.is_none() || chain.now.payments() == chain.now.expected()
        }),
        always(COVERED, |_, chain| {
            let paid = chain.now.payments();
            let is_covered = paid.iter().all(|&paid| paid >= 0) && paid.iter().sum::<i64>() <= DEPOSIT as i64;
            chain.now.story.ended.is_none() || is_covered
        }),
        always(WATCHED, |_, chain| match chain.now.standing {
            Standing::Settled { delivered, .. } => {
                delivered.0 >= DELIVERED[chain.knows.watcher as usize].min(CAP)
            }
            Standing::Open { .. } | Standing::Closing { .. } => true,
        }),
        always(BOND_GOES, |_, chain| chain.now.bond_is_with_whoever_gave_the_newest()),
        always(CHEATER_LOSES, |_, chain| chain.now.cheater_lost()),
        always(HONEST_KEEPS, |_, chain| match chain.now.story {
            Story { closed: Some((closer, NEWEST, _)), ended: Some(_), .. } => {
                chain.now.balances[closer as usize] == BOND + chain.now.expected()[closer as usize] as u64
            }
            _ => true,
        }),
        always(ONCE, |_, chain| match (&chain.now.standing, chain.now.story.closed) {
            (Standing::Closing { .. }, Some((_, _, height))) => chain.now.height <= height + WINDOW,
            _ => true,
        }),
        always(PARTIES, |_, chain| match chain.now.story.closed {
            Some((Alias, _, height)) => height >= EXPIRY,
            _ => true,
        }),
        always(REFUSED, |game, chain| game.refused_changes_nothing(chain)),
        always(SETTLED, |game, chain| game.settled_stays(chain)),
        always(ENDS, |game, chain| {
            let mut actions = Vec::new();
            game.actions(chain, &mut actions);
            let goes_on = actions.into_iter().any(|action| game.next_state(chain, action).is_some());
            goes_on || chain.now.story.ended.is_some()
        }),
    ]
}

impl Game {
    fn refused_changes_nothing(&self, chain: &Chain) -> bool {
        everything().all(|transaction| {
            let mut after = chain.now.clone();
            self.take(&mut after, chain.knows, transaction).is_ok() || after == chain.now
        })
    }

    fn settled_stays(&self, chain: &Chain) -> bool {
        chain.now.story.ended.is_none()
            || everything().all(|transaction| {
                let mut after = chain.now.clone();
                self.take(&mut after, chain.knows, transaction).is_err()
                    && after.balances == chain.now.balances
            })
    }
}

/// Every transaction that a party could send, or a stranger.
fn everything() -> impl Iterator<Item = Transaction> {
    let of = |player| {
        (0..=NEWEST).flat_map(move |sequence| {
            [Transaction::Close(player, sequence), Transaction::Answer(player, sequence)]
        })
    };
    let others = [Transaction::End, Transaction::Read(0), Transaction::Read(1)];
    [Buyer, Alias].into_iter().flat_map(of).chain(others)
}

impl Ledger {
    fn is_conserved(&self) -> bool {
        let deposit = if self.story.ended.is_some() { 0 } else { DEPOSIT };
        let bond = match &self.standing {
            Standing::Closing { closing, .. } => closing.bond.0,
            Standing::Open { .. } | Standing::Settled { .. } => 0,
        };
        self.balances.iter().sum::<u64>() + deposit + bond == 5 * BOND + DEPOSIT
    }

    /// What each was paid, the bond aside. Everybody began with one bond.
    fn payments(&self) -> [i64; 5] {
        let mut payments = self.balances.map(|balance| balance as i64 - BOND as i64);
        if let (Some((closer, ..)), Some((giver, _))) = (self.story.closed, self.story.stands) {
            payments[closer as usize] += BOND as i64;
            payments[giver as usize] -= BOND as i64;
        }
        payments
    }

    /// What each should have been paid, worked out by hand.
    fn expected(&self) -> [i64; 5] {
        let state = DELIVERED[self.story.stands.map_or(0, |(_, sequence)| sequence as usize)];
        let meters = match self.story.read {
            [true, true] => METERS[0].min(METERS[1]),
            // Who takes energy must not gain by going dark.
            [true, false] => METERS[0],
            [false, _] => 0,
        };
        let delivered = match self.story.ended {
            Some(End::Agreed) => DELIVERED[NEWEST as usize],
            Some(End::Window) => state.max(meters),
            None => 0,
        };
        let delivered = delivered.min(CAP) as i64;
        let (seller, line) = (delivered / 10, delivered / 100);
        [DEPOSIT as i64 - seller - line, seller, line, 0, 0]
    }

    /// What each gained, what it should have been paid aside.
    fn beside(&self) -> [i64; 5] {
        let (balances, expected) = (self.balances, self.expected());
        [0, 1, 2, 3, 4].map(|player| balances[player] as i64 - BOND as i64 - expected[player])
    }

    fn bond_is_with_whoever_gave_the_newest(&self) -> bool {
        let (Some((closer, ..)), Some((giver, _)), Some(_)) =
            (self.story.closed, self.story.stands, self.story.ended)
        else {
            return true;
        };
        let mut expected = [0; 5];
        expected[closer as usize] -= BOND as i64;
        expected[giver as usize] += BOND as i64;
        self.beside() == expected
    }

    /// The buyer is one person under two names.
    fn cheater_lost(&self) -> bool {
        let is_cheater = |player| [Buyer, Alias].contains(&player);
        match self.story {
            Story { closed: Some((closer, ..)), stands: Some((giver, _)), ended: Some(_), .. }
                if is_cheater(closer) && !is_cheater(giver) =>
            {
                self.beside()[Buyer as usize] + self.beside()[Alias as usize] == -(BOND as i64)
            }
            _ => true,
        }
    }
}

/// What must be possible, or a model in which nothing happens would do.
pub(super) fn sometimes() -> Vec<Property<Game>> {
    let sometimes = Property::<Game>::sometimes;
    vec![
        sometimes("all agree, and nobody closes", |_: &Game, chain: &Chain| {
            chain.now.story.ended == Some(End::Agreed) && chain.now.story.closed.is_none()
        }),
        sometimes("all agree while it is being closed with an old state", |_, chain| {
            let story = chain.now.story;
            story.ended == Some(End::Agreed) && story.stands.is_some_and(|(_, stands)| stands < NEWEST)
        }),
        sometimes("a watcher outdoes the closer's own answer", |_, chain| {
            let Story { stands, answered_itself, ended, .. } = chain.now.story;
            ended == Some(End::Window) && answered_itself && stands == Some((Player::Watcher, NEWEST))
        }),
        sometimes("the buyer gains where nobody watches", |_, chain| {
            let Story { closed, stands, ended, .. } = chain.now.story;
            let knows_more = chain.knows.seller == NEWEST;
            let gains = stands == Some((Buyer, 0)) && ended == Some(End::Window);
            knows_more && gains && closed.is_some_and(|(closer, ..)| closer == Buyer)
        }),
        sometimes("a stranger closes what has expired", |_, chain| {
            chain.now.story.closed.is_some_and(|(closer, ..)| closer == Alias)
        }),
        sometimes("the deposit is used up", |_, chain| {
            matches!(chain.now.standing, Standing::Settled { delivered: WattHours(CAP), .. })
        }),
        // A limit of the rules: a state speaks for itself, whoever gives it. So whoever hears an answer can be first with
        // it, miners and the closer itself under another name included.
        sometimes("a closer that others would outdo takes its bond back by answering first", |_, chain| {
            let Story { closed, stands, ended, .. } = chain.now.story;
            let is_old =
                closed.is_some_and(|(closer, with, _)| closer == Buyer && with < chain.knows.watcher);
            ended == Some(End::Window) && is_old && stands == Some((Alias, chain.knows.watcher))
        }),
    ]
}

/// What must be possible where blocks are replaced.
pub(super) fn sometimes_undone() -> Property<Game> {
    Property::sometimes("a settlement is taken back, and it ends another way", |_: &Game, chain: &Chain| {
        chain.is_unsettled && chain.now.story.ended == Some(End::Agreed)
    })
}

/// What must be possible where meters are read.
pub(super) fn sometimes_metered() -> Property<Game> {
    Property::sometimes("the meters say more than the newest state", |_: &Game, chain: &Chain| {
        let least = WattHours(METERS[1]);
        matches!(chain.now.standing, Standing::Settled { delivered, .. } if delivered == least)
    })
}
