//! How sessions race for the hashes of one bank. Whoever has a token claims with it, in any order, as often as it likes; the
//! owner sells hashes twice, and is reported or not; miners take what they want and replace blocks; once the pool is over
//! its owner takes back what was not revealed, or it is burnt.

use gridnet_core::HashFunction;
use gridnet_core::proof::identity::Proof;
use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::payout::{Payout, Payrate, Rule, Terms, payout};
use gridnet_protocol::receiver::{Receiver, SealKey};
use gridnet_protocol::settlement::Kept;
use gridnet_protocol::token::{Body, Sender, Token};
use gridnet_protocol::value::{Content, Depth, PoolId, Session, Time, Units, Word};
use gridnet_tests::world::{NETWORK, key};
use stateright::{Model, Property};

use crate::{explore, finds};

/// Hashes of the bank.
const LENGTH: usize = 6;
/// What one is worth.
const VALUE: u64 = 1_000;
const COINS: u64 = VALUE * LENGTH as u64;
/// What a claim weighs, and what that costs at least: more than a hundredth.
const WEIGHT: u64 = 7;
const FEE_RATE: u64 = 10;
/// The last block in which a claim is taken.
const LAST: u32 = 4;
/// The last block that is looked at: what is left is burnt, or given back.
const HORIZON: u32 = LAST + 3;
/// Most blocks that are replaced at once.
const REORG: usize = 2;
const SESSIONS: usize = 4;

/// The tokens that there are: whose session (by number), from where, how deep, and whether its word is one of the chain's.
/// The first session grows; the second goes on from where an honest owner had issued; the third sells the first's hashes
/// again; the fourth goes on from the second.
const TOKENS: [(usize, u32, u32, bool); 11] = [
    (0, 0, 1, true),
    (0, 0, 2, true),
    (0, 0, 3, true),
    (0, 0, 4, false),
    (1, 2, 3, true),
    (1, 2, 4, true),
    (1, 2, 5, true),
    (2, 0, 2, true),
    (2, 0, 4, true),
    (2, 0, 6, true),
    (3, 5, 6, true),
];
/// Those that an honest owner issues, who begins the second session when the first is at 2.
const HONEST: [usize; 6] = [0, 1, 4, 5, 6, 10];
/// Hops of each session, and how they share.
const HOPS: [(usize, Rule); SESSIONS] =
    [(2, Rule::Payrate), (0, Rule::Payrate), (3, Rule::SybilNeutral), (1, Rule::Payrate)];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Action {
    /// The block in the making takes a claim with this token.
    Claim(usize),
    /// It takes a proof of the owner's fraud.
    Report,
    /// It takes the owner's wish to have back what is left.
    Reclaim,
    /// The block is found, the next one begins.
    Block,
    /// So many blocks are replaced: the first of them begins again, with nothing in it.
    Replace(usize),
}

/// The ledger within a block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Ledger {
    height: u32,
    /// What the settlement rule keeps.
    kept: Kept,
    /// What is left of the pool's coins; none when the pool is gone.
    deposit: Option<u64>,
    banned: bool,
    owner: u64,
    /// What hops and receiver of each session were paid.
    paid: [u64; SESSIONS],
    fees: u64,
    burnt: u64,
    /// Which session was paid for each hash last: written down beside the rule to hold it against.
    payees: [Option<usize>; LENGTH],
    is_paid_twice: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Chain {
    is_honest: bool,
    now: Ledger,
    /// How the last blocks began, this one last; nothing when none will be replaced.
    began: Vec<Ledger>,
    replacements: u8,
    /// The claims that were taken back; which sessions' they were.
    undone: [bool; SESSIONS],
}

/// What is done wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bug {
    EverySessionIsTheSame,
    NoSessionGrows,
    PaysFromWhereTheTokenBegins,
    EqualDepthIsTaken,
    NothingIsWalked,
    UndoKeepsTheDepth,
    UndoKeepsTheMoney,
    BanStopsClaims,
    ReclaimForgetsTheBan,
    ReclaimIsEarly,
}

/// The race.
struct Race {
    bug: Option<Bug>,
    replacements: u8,
    /// The words by their depth; the ceiling first.
    words: Vec<Word>,
    tokens: Vec<(Body, Session)>,
    /// Where a walk of so many steps from a token's word ends, for each.
    walks: Vec<Vec<Word>>,
    /// What each session is paid for so many hashes; `None` where a fee would take all.
    payouts: [Vec<Option<Payout>>; SESSIONS],
    /// Whether some tokens of a dishonest owner prove fraud.
    is_proven: bool,
}

impl std::fmt::Debug for Race {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.bug)
    }
}

fn up(word: &Word) -> Word {
    Word(HashFunction::BLAKE2S.hash(&word.0))
}

fn words() -> Vec<Word> {
    let mut words = vec![Word([7; 32])];
    for place in 0..LENGTH {
        words.push(up(&words[place]));
    }
    words.reverse();
    words
}

fn terms(rule: Rule) -> Terms {
    Terms { payrate: Payrate::new(3, 4).expect("a payrate"), rule }
}

fn tokens(words: &[Word]) -> Vec<Token> {
    let owner = key("owner");
    let token = |&(session, from, depth, is_genuine): &(usize, u32, u32, bool)| {
        let word = if is_genuine { words[depth as usize] } else { Word([9; 32]) };
        let receiver = Receiver::new(NETWORK, &key(&format!("receiver {session}")), SealKey([1; 32]));
        let body = Body {
            network: NETWORK.id(),
            pool: PoolId([1; 32]),
            bank: 0,
            from: Depth(from),
            depth: Depth(depth),
            word,
            terms: terms(HOPS[session].1),
            receiver,
            content: Content([1; 32]),
            issued: Time(0),
            expiry: Time(1),
            first_key: key(&format!("holder {session}")).public(),
            sender: Sender::new(owner.public(), Proof { repetitions: 1, nonce: 0 }),
        };
        body.sign(NETWORK, &owner)
    };
    TOKENS.iter().map(token).collect()
}

impl Race {
    fn new(bug: Option<Bug>, replacements: u8) -> Race {
        let words = words();
        let signed = tokens(&words);
        let is_proven = proves_fraud(&signed);
        let tokens = signed.iter().map(|token| (token.body, token.body.session())).collect();
        let walk = |token: &Token| {
            let next = |word: &Word| Some(up(word));
            std::iter::successors(Some(token.word), next).take(LENGTH + 1).collect()
        };
        let walks = signed.iter().map(walk).collect();
        let pay =
            |hashes, (hops, rule)| payout(Units(VALUE * hashes), WEIGHT, FEE_RATE, terms(rule), hops).ok();
        let payouts = HOPS.map(|hops| (0..=LENGTH as u64).map(|hashes| pay(hashes, hops)).collect());
        Race { bug, replacements, words, tokens, walks, payouts, is_proven }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// How many hashes a claim is for; `None` when it is stale.
    fn pays(&self, kept: &Kept, token: usize) -> Option<u32> {
        let (body, session) = &self.tokens[token];
        let more = || body.depth.0.checked_sub(kept.depth.0).filter(|&more| more > 0);
        match self.bug {
            Some(Bug::EverySessionIsTheSame) => more(),
            Some(Bug::NoSessionGrows) => more().filter(|_| body.from == kept.depth),
            Some(Bug::EqualDepthIsTaken) if body.depth == kept.depth => Some(0),
            Some(Bug::PaysFromWhereTheTokenBegins) => {
                kept.pays(body, *session).map(|_| body.depth.0 - body.from.0)
            }
            _ => kept.pays(body, *session),
        }
    }

    /// What the ledger does with a claim; whether it takes it.
    fn claim(&self, ledger: &mut Ledger, token: usize) -> bool {
        let (body, session) = &self.tokens[token];
        let Some(deposit) = ledger.deposit else { return false };
        if ledger.height > LAST || (ledger.banned && self.has(Bug::BanStopsClaims)) {
            return false;
        }
        let Some(steps) = self.pays(&ledger.kept, token) else { return false };
        let end = self.walks[token][(body.depth.0 - ledger.kept.depth.0) as usize];
        if end != ledger.kept.word && !self.has(Bug::NothingIsWalked) {
            return false;
        }
        let whose = TOKENS[token].0;
        let total = VALUE * u64::from(steps);
        let Some(left) = deposit.checked_sub(total) else { return false };
        if let Some(parts) = &self.payouts[whose][steps as usize] {
            let hops: u64 = parts.hops.iter().map(|share| share.0).sum();
            ledger.paid[whose] += parts.receiver.0 + hops;
            ledger.fees += parts.fee.0;
            ledger.burnt += parts.burnt.0;
        } else if total > 0 {
            return false;
        }
        ledger.deposit = Some(left);
        for depth in body.depth.0 - steps..body.depth.0 {
            ledger.is_paid_twice |= ledger.payees[depth as usize].replace(whose).is_some();
        }
        ledger.kept = Kept::after(body, *session);
        true
    }

    /// Whether the ledger gives the owner back what is left.
    fn reclaim(&self, ledger: &mut Ledger) -> bool {
        let is_over = ledger.height > LAST || self.has(Bug::ReclaimIsEarly);
        let is_allowed = is_over && (!ledger.banned || self.has(Bug::ReclaimForgetsTheBan));
        let Some(left) = ledger.deposit.filter(|_| is_allowed) else { return false };
        (ledger.owner, ledger.deposit) = (left, None);
        true
    }

    /// The next block begins. A pool that is banned after it was over is burnt with the block after.
    fn begin(&self, ledger: &mut Ledger) {
        ledger.height += 1;
        if ledger.banned && ledger.height > LAST {
            ledger.burnt += ledger.deposit.take().unwrap_or(0);
        }
    }

    fn replace(&self, chain: &mut Chain, blocks: usize) {
        chain.began.truncate(chain.began.len() - blocks);
        let again = chain.began.last().expect("this many blocks are known").clone();
        let undone = std::mem::replace(&mut chain.now, again);
        chain.replacements -= 1;
        for payee in undone.payees[chain.now.kept.depth.0 as usize..].iter().flatten() {
            chain.undone[*payee] = true;
        }
        if self.has(Bug::UndoKeepsTheDepth) {
            chain.now.kept = undone.kept;
        }
        if self.has(Bug::UndoKeepsTheMoney) {
            (chain.now.paid, chain.now.fees) = (undone.paid, undone.fees);
        }
    }

    /// What every step makes less.
    fn rank(&self, chain: &Chain) -> (u8, u32, u32) {
        let Ledger { height, kept, deposit, banned, .. } = &chain.now;
        let progress = kept.depth.0 + 10 * u32::from(*banned) + 20 * u32::from(deposit.is_none());
        (chain.replacements, HORIZON - height, 40 - progress)
    }

    /// Whether a claim should be paid, said once more: in order, each hash once, to the session that it comes to.
    fn is_due(&self, ledger: &Ledger, token: usize) -> bool {
        let (session, from, depth, is_genuine) = TOKENS[token];
        let revealed = ledger.payees.iter().take_while(|payee| payee.is_some()).count();
        let last = revealed.checked_sub(1).and_then(|last| ledger.payees[last]);
        let is_its_turn = from as usize == revealed || last == Some(session);
        let is_open = ledger.deposit.is_some() && ledger.height <= LAST;
        is_genuine && is_open && is_its_turn && depth as usize > revealed
    }

    /// Each claim is taken if it is due, and is for what was not revealed; else it changes nothing.
    fn settles_what_is_due(&self, ledger: &Ledger) -> bool {
        (0..TOKENS.len()).all(|token| {
            let mut after = ledger.clone();
            let is_taken = self.claim(&mut after, token);
            is_taken == self.is_due(ledger, token) && (is_taken || after == *ledger)
        })
    }

    /// Whether a ban changes what becomes of any claim.
    fn ban_changes_no_claim(&self, ledger: &Ledger) -> bool {
        (0..TOKENS.len()).all(|token| {
            let [mut free, mut banned] = [false, true].map(|banned| Ledger { banned, ..ledger.clone() });
            let is_taken = [self.claim(&mut free, token), self.claim(&mut banned, token)];
            free.banned = true;
            is_taken[0] == is_taken[1] && free == banned
        })
    }

    fn ends(&self, chain: &Chain) -> bool {
        let mut actions = Vec::new();
        self.actions(chain, &mut actions);
        let goes_on = actions.into_iter().any(|action| self.next_state(chain, action).is_some());
        goes_on || chain.now.deposit.is_none() || (chain.now.height == HORIZON && !chain.now.banned)
    }
}

/// Whether any two of these tokens cannot both be honest.
fn proves_fraud(tokens: &[Token]) -> bool {
    tokens.iter().enumerate().any(|(place, one)| {
        let proves = |other: &Token| FraudProof::new(NETWORK, *one, *other).check(NETWORK).is_ok();
        tokens[..place].iter().any(proves)
    })
}

impl Ledger {
    fn out(&self) -> u64 {
        self.paid.iter().sum::<u64>() + self.fees + self.burnt
    }

    /// Each session's hashes lie together, and begin where its tokens say that they do.
    fn sessions_are_in_order(&self) -> bool {
        let begins = [0, 2, 0, 5];
        (0..SESSIONS).all(|session| {
            let own = |payee: &Option<usize>| *payee == Some(session);
            let first = self.payees.iter().position(own);
            let count = self.payees.iter().filter(|payee| own(payee)).count();
            let run = |first: usize| self.payees[first..].iter().take_while(|payee| own(payee)).count();
            first.is_none_or(|first| first == begins[session] && run(first) == count)
        })
    }
}

const ONCE: &str = "no hash is paid twice";
const CONSERVED: &str = "what was paid and what is left are the bank's coins";
const EXACT: &str = "what is left is what was not revealed";
const GROWS: &str = "the depth only grows along a branch";
const IN_ORDER: &str = "a session is paid from where it begins, without a gap";
const DUE: &str = "what is due is paid, and what is stale changes nothing";
const WORD: &str = "the word that is kept is the chain's";
const BANNED: &str = "a ban changes no claim";
const NOTHING_BACK: &str = "a banned owner gets nothing back";
const NOT_EARLY: &str = "an owner gets back what nobody can claim any more";
const ENDS: &str = "every race ends with the coins paid, burnt or for the owner to take";

fn always() -> Vec<Property<Race>> {
    let always = Property::<Race>::always;
    vec![
        always(ONCE, |_: &Race, chain: &Chain| !chain.now.is_paid_twice),
        always(CONSERVED, |_, chain| {
            chain.now.out() + chain.now.owner + chain.now.deposit.unwrap_or(0) == COINS
        }),
        always(EXACT, |_, chain| {
            let left = COINS - VALUE * u64::from(chain.now.kept.depth.0);
            chain.now.deposit.is_none_or(|deposit| deposit == left)
        }),
        always(GROWS, |_, chain| {
            let depths = chain.began.iter().chain([&chain.now]).map(|ledger| ledger.kept.depth);
            depths.is_sorted()
        }),
        always(IN_ORDER, |_, chain| chain.now.sessions_are_in_order()),
        always(DUE, |race, chain| race.settles_what_is_due(&chain.now)),
        always(WORD, |race, chain| race.words[chain.now.kept.depth.0 as usize] == chain.now.kept.word),
        always(BANNED, |race, chain| race.ban_changes_no_claim(&chain.now)),
        always(NOTHING_BACK, |_, chain| !chain.now.banned || chain.now.owner == 0),
        always(NOT_EARLY, |_, chain| {
            let gone_for_the_owner = chain.now.deposit.is_none() && !chain.now.banned;
            !gone_for_the_owner || chain.now.height > LAST
        }),
        always(ENDS, |race, chain| race.ends(chain)),
    ]
}

/// What must be possible, or a model in which nothing happens would do.
fn sometimes() -> Vec<Property<Race>> {
    let sometimes = Property::<Race>::sometimes;
    vec![
        sometimes("an honest owner's sessions are all paid", |_: &Race, chain: &Chain| {
            chain.is_honest && chain.now.paid.iter().filter(|&&paid| paid > 0).count() == 3
        }),
        sometimes("a session that is not delivered blocks its bank to the end", |_, chain| {
            let depth = chain.now.kept.depth;
            chain.is_honest && chain.now.height > LAST && depth == Depth(1) && chain.now.owner == 5 * VALUE
        }),
        sometimes("who was sold the hashes again is first", |_, chain| {
            chain.now.paid[2] > 0 && chain.now.paid[0] == 0 && chain.now.paid[1] > 0
        }),
        sometimes("all is paid although the owner is banned", |_, chain| {
            chain.now.banned && chain.now.kept.depth == Depth(6) && chain.now.deposit == Some(0)
        }),
        sometimes("what is left of a banned pool is burnt", |_, chain| {
            chain.now.banned && chain.now.deposit.is_none() && chain.now.burnt >= 6 * VALUE
        }),
        sometimes("an owner is banned when its pool is over", |_, chain| {
            chain.now.banned && chain.now.height > LAST && chain.now.deposit.is_some()
        }),
        sometimes("a claim is taken back, and the other session is first", |_, chain| {
            chain.undone == [true, false, false, false] && chain.now.paid[0] == 0 && chain.now.paid[2] > 0
        }),
        sometimes("all of a bank goes to one session", |_, chain| {
            chain.now.payees.iter().all(|payee| *payee == Some(2))
        }),
    ]
}

impl Model for Race {
    type State = Chain;
    type Action = Action;

    fn init_states(&self) -> Vec<Chain> {
        let now = Ledger {
            height: 1,
            kept: Kept::new(self.words[0].0),
            deposit: Some(COINS),
            banned: false,
            owner: 0,
            paid: [0; SESSIONS],
            fees: 0,
            burnt: 0,
            payees: [None; LENGTH],
            is_paid_twice: false,
        };
        let chain = |is_honest| Chain {
            is_honest,
            now: now.clone(),
            began: vec![now.clone()],
            replacements: self.replacements,
            undone: [false; SESSIONS],
        };
        [true, false].map(chain).to_vec()
    }

    fn actions(&self, chain: &Chain, actions: &mut Vec<Action>) {
        let is_issued = |token: &usize| !chain.is_honest || HONEST.contains(token);
        actions.extend((0..TOKENS.len()).filter(is_issued).map(Action::Claim));
        actions.push(Action::Reclaim);
        // What is banned in the last block would be burnt beyond it.
        let is_proven = !chain.is_honest && self.is_proven && chain.now.height < HORIZON;
        if is_proven && !chain.now.banned && chain.now.deposit.is_some() {
            actions.push(Action::Report);
        }
        if chain.now.height < HORIZON {
            actions.push(Action::Block);
        }
        // What is in the block in the making makes no difference to that.
        if chain.replacements > 0 && chain.began.last() == Some(&chain.now) {
            actions.extend((1..chain.began.len()).map(Action::Replace));
        }
    }

    fn next_state(&self, chain: &Chain, action: Action) -> Option<Chain> {
        let mut next = chain.clone();
        let is_taken = match action {
            Action::Claim(token) => self.claim(&mut next.now, token),
            Action::Reclaim => self.reclaim(&mut next.now),
            Action::Report => {
                next.now.banned = true;
                true
            }
            Action::Block => {
                self.begin(&mut next.now);
                next.began.push(next.now.clone());
                if next.began.len() > 1 + REORG {
                    next.began.remove(0);
                }
                true
            }
            Action::Replace(blocks) => {
                self.replace(&mut next, blocks);
                true
            }
        };
        if !is_taken {
            return None;
        }
        if next.replacements == 0 {
            next.began.clear();
        }
        assert!(self.bug.is_some() || self.rank(&next) < self.rank(chain), "no run goes on for ever");
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Race>> {
        let mut properties = always();
        if self.bug.is_none() {
            properties.extend(sometimes());
        }
        properties
    }
}

#[test]
fn only_a_dishonest_owners_tokens_prove_fraud() {
    let tokens = tokens(&words());
    let honest: Vec<Token> = HONEST.iter().map(|&token| tokens[token]).collect();
    assert!(!proves_fraud(&honest));
    assert!(proves_fraud(&tokens));
    // One that grows on when the next one has begun is enough.
    assert!(proves_fraud(&[&honest[..], &tokens[2..3]].concat()));
}

#[test]
fn whoever_claims_first_the_rules_hold() {
    explore("claims over one bank", Race::new(None, 2));
}

#[test]
fn what_is_done_wrong_is_found() {
    for (bug, property) in [
        (Bug::EverySessionIsTheSame, IN_ORDER),
        (Bug::EverySessionIsTheSame, DUE),
        (Bug::NoSessionGrows, DUE),
        (Bug::PaysFromWhereTheTokenBegins, ONCE),
        (Bug::PaysFromWhereTheTokenBegins, EXACT),
        (Bug::EqualDepthIsTaken, DUE),
        (Bug::NothingIsWalked, WORD),
        (Bug::UndoKeepsTheDepth, EXACT),
        (Bug::UndoKeepsTheMoney, CONSERVED),
        (Bug::BanStopsClaims, BANNED),
        (Bug::ReclaimForgetsTheBan, NOTHING_BACK),
        (Bug::ReclaimIsEarly, NOT_EARLY),
    ] {
        finds(Race::new(Some(bug), 1), property);
    }
}
