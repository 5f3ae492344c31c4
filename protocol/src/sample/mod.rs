//! Made-up transit pools, good and bad, of a made-up ledger: for tests, measurements, and whoever wants to try a program
//! of their own on a million of them. The same seed gives the same pools everywhere.
//!
//! Everything in them is as it would be but two things: who is who is drawn from a few dozen keys, and a hop's seal is
//! not made, only its hash drawn, since nothing but the receiver ever looks into a seal.

pub mod signatures;

use std::thread;

use gridnet_core::proof::identity::Proof;
use gridnet_core::{Control, Engine, Error, Walk};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng as _};

use crate::custody::{Bearer, Opening, State};
use crate::encoding::{List, limits};
use crate::payout::{Payrate, Rule, Terms};
use crate::pool::tree::{Leaf, Tree};
use crate::pool::{BANKS_MAX, BankProof, ChainFunction, LENGTH_MAX, Registration};
use crate::reason::Reason;
use crate::receiver::{Receiver, SealKey};
use crate::settlement::Kept;
use crate::token::{Body as TokenBody, Sender, Token};
use crate::transit::{Body, ClaimedPool, Disclosure, Hop, ReceiverProof, TransitPool};
use crate::value::{Content, Depth, Height, Session, Time, Units, Word};
use crate::verify::{BankId, Context, Identity};
use crate::{Address, Kind, Network, PublicKey, SecretKey, sign};

/// The height and the median time of the made-up ledger.
const HEIGHT: Height = Height(100_000);
const NOW: Time = Time(1_800_000_000);
/// How many different receivers there are, and identities that carry.
const RECEIVERS: u64 = 16;
const CARRIERS: u64 = 64;
/// One transit pool in so many has a hop that is void, or a bearer element, or a receipt.
const ODD: u64 = 20;
/// What a hash is worth: enough for the fee of the heaviest claim of one.
const VALUE: Units = Units(1_000_000);

/// What is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many transit pools.
    pub count: u64,
    /// Hops of each, at most 32.
    pub hops: usize,
    /// Hashes that each claims, at most 2²³.
    pub length: u32,
    /// How many of them are bad: so many in a million, spread evenly.
    pub bad_in_a_million: u32,
    /// What everything is drawn from.
    pub seed: u64,
}

/// A made-up transit pool, with what the ledger holds of it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The transit pool.
    pub claim: ClaimedPool,
    /// What is registered of its token pool.
    pub registration: Registration,
    /// What is kept of its bank.
    pub kept: Option<Kept>,
    /// What is wrong with it.
    pub planted: Option<Reason>,
}

/// A made-up ledger and the transit pools that are claimed from it.
pub struct Sampler {
    plan: Plan,
    function: ChainFunction,
    context: Context,
    receivers: Vec<(SecretKey, Receiver)>,
    carriers: Vec<Address>,
}

/// A token pool of the ledger, and its banks' words: the deepest, the middle one, the ceiling.
struct Pool {
    owner: SecretKey,
    sender: Sender,
    registration: Registration,
    tree: Tree,
    words: Vec<[[u8; 32]; 3]>,
}

impl Sampler {
    /// A sampler on a network of one's own.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for more hops or hashes than there may be, or more bad ones than all.
    pub fn new(plan: Plan, function: ChainFunction) -> Result<Sampler, Error> {
        for (what, got, min, max) in [
            ("the number of hops", plan.hops as u64, 0, limits::HOPS.into()),
            ("the hashes claimed", plan.length.into(), 1, u64::from(LENGTH_MAX / 2)),
            ("the bad ones in a million", plan.bad_in_a_million.into(), 0, 1_000_000),
        ] {
            if !(min..=max).contains(&got) {
                return Err(Error::OutOfRange { what, min, max, got });
            }
        }
        let network = Network::Regtest;
        let mut context = Context::new(network, HEIGHT, NOW);
        let mut draw = Draw::new(plan.seed, u64::MAX);
        let receiver = |_| {
            let key = draw.key();
            let receiver = Receiver::new(network, &key, SealKey(draw.value()));
            (key, receiver)
        };
        let receivers = (0..RECEIVERS).map(receiver).collect();
        let carriers: Vec<Address> = (0..CARRIERS).map(|_| Address(draw.value())).collect();
        for (number, address) in carriers.iter().enumerate() {
            let proof = Proof { repetitions: 1, nonce: draw.number() as u32 };
            let mut identity =
                Identity { proof, registered: Height(10), revoked: false, stake: Units(1_000) };
            // The last ones are void, each for a reason of its own; the very last is not registered.
            match CARRIERS as usize - number {
                4 => identity.revoked = true,
                3 => identity.registered = Height(HEIGHT.0 - 1),
                2 => identity.stake = Units(9),
                _ => {}
            }
            if number + 1 < carriers.len() {
                context.identities.insert(*address, identity);
            }
        }
        Ok(Sampler { plan, function, context, receivers, carriers })
    }

    /// What the ledger holds besides the pools and banks that come with each sample: the network, the height, the time,
    /// and the identities.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// How many transit pools there will be.
    pub fn count(&self) -> u64 {
        self.plan.count
    }

    /// What is wrong with a transit pool.
    pub fn planted(&self, index: u64) -> Option<Reason> {
        let bad = u128::from(self.plan.bad_in_a_million);
        let before = |index: u64| u128::from(index) * bad / 1_000_000;
        let (from, to) = (before(index), before(index + 1));
        let kinds = Reason::ALL.iter().filter(|&&reason| self.plan.hops > 0 || reason != Reason::Custody);
        let kinds: Vec<Reason> = kinds.copied().collect();
        (to > from).then(|| kinds[(from % kinds.len() as u128) as usize])
    }

    /// The next transit pools: those of one token pool, 1,024 at most. Its owner is registered in the context from then
    /// on. `number` counts the calls.
    ///
    /// # Errors
    /// The engine's own.
    pub fn batch(&mut self, engine: &Engine, number: u64, control: &Control) -> Result<Vec<Sample>, Error> {
        let first = number * u64::from(BANKS_MAX);
        let count = self.plan.count.saturating_sub(first).min(BANKS_MAX.into());
        if count == 0 {
            return Ok(Vec::new());
        }
        let pool = self.pool(engine, number, count, VALUE, control)?;
        // Those whose fee would take all belong to a pool of their own, whose hashes are worth next to nothing.
        let has_cheap = (first..first + count).any(|index| self.planted(index) == Some(Reason::Fee));
        let cheap = has_cheap.then(|| self.pool(engine, number, count, Units(1), control)).transpose()?;
        for pool in [Some(&pool), cheap.as_ref()].into_iter().flatten() {
            let proof = pool.sender.proof();
            let identity = Identity { proof, registered: Height(10), revoked: true, stake: Units::ZERO };
            self.context.identities.insert(pool.registration.owner, identity);
        }
        let make = |bank: u64| {
            let planted = self.planted(first + bank);
            let cheap = cheap.as_ref().filter(|_| planted == Some(Reason::Fee));
            let pool = cheap.unwrap_or(&pool);
            self.sample(pool, first + bank, bank as u16, planted)
        };
        let threads = thread::available_parallelism().map_or(1, |threads| threads.get() as u64).min(count);
        let each = count.div_ceil(threads);
        let parts = thread::scope(|scope| {
            let part =
                |part: u64| (part * each..((part + 1) * each).min(count)).map(make).collect::<Vec<_>>();
            let parts: Vec<_> = (0..threads).map(|number| scope.spawn(move || part(number))).collect();
            parts.into_iter().map(|part| part.join().expect("making does not panic")).collect::<Vec<_>>()
        });
        Ok(parts.concat())
    }

    /// A token pool of `banks` banks of twice the plan's length.
    fn pool(
        &self,
        engine: &Engine,
        number: u64,
        banks: u64,
        value: Units,
        control: &Control,
    ) -> Result<Pool, Error> {
        let mut draw = Draw::new(self.plan.seed, u64::MAX - 1 - 2 * number - u64::from(value == VALUE));
        let owner = draw.key();
        let sender = Sender::new(owner.public(), Proof { repetitions: 1, nonce: draw.number() as u32 });
        let function = self.function.hash_function();
        let seeds: Vec<[u8; 32]> = (0..banks).map(|_| draw.value()).collect();
        let steps = vec![u64::from(self.plan.length); seeds.len()];
        let walk = |starts: &[[u8; 32]]| engine.walk(&Walk { function, starts, steps: &steps }, control);
        let middles = walk(&seeds)?.value;
        let ceilings = walk(&middles)?.value;
        let leaf = |(bank, (seed, ceiling)): (u16, (&[u8; 32], &[u8; 32]))| Leaf {
            bank,
            ceiling: *ceiling,
            prefix: *seed.first_chunk().expect("8 of 32 bytes"),
        };
        let leaves: Vec<Leaf> = (0..).zip(seeds.iter().zip(&ceilings)).map(leaf).collect();
        let tree = Tree::new(&leaves);
        let registration = Registration {
            owner: sender.address(),
            sequence: number,
            function: self.function,
            banks: banks as u16,
            length: 2 * self.plan.length,
            value,
            expiry: Height(HEIGHT.0 + 10_000),
            minimum_stake: Units(10),
            terms: terms(3, 4, Rule::Payrate),
            root: tree.root(),
        };
        let words = seeds.iter().zip(&middles).zip(&ceilings).map(|((a, b), c)| [*a, *b, *c]);
        Ok(Pool { owner, sender, words: words.collect(), registration, tree })
    }

    fn sample(&self, pool: &Pool, index: u64, bank: u16, planted: Option<Reason>) -> Sample {
        let mut draw = Draw::new(self.plan.seed, index);
        let network = self.context.network;
        let words = &pool.words[usize::from(bank)];
        // Every other bank was claimed from before, down to the middle.
        let length = self.plan.length;
        let is_kept = index % 2 == 1;
        let (from, depth) = if is_kept { (length, 2 * length) } else { (0, length) };
        let word = if is_kept { words[0] } else { words[1] };
        let kept = is_kept.then(|| Kept {
            depth: Depth(length),
            word: Word(words[1]),
            session: Some(Session(draw.value())),
        });
        let (receiver_key, receiver) = &self.receivers[draw.below(RECEIVERS)];
        let mut holder = draw.key();
        let rule = if draw.below(10) == 0 { Rule::SybilNeutral } else { Rule::Payrate };
        let body = TokenBody {
            network: network.id(),
            pool: pool.registration.id(network),
            bank,
            from: Depth(from),
            depth: Depth(depth),
            word: Word(word),
            terms: terms([1, 2, 3][draw.below(3)], 4, rule),
            receiver: *receiver,
            content: Content(draw.value()),
            issued: Time(NOW.0 - 1_000),
            expiry: Time(NOW.0 + 1_000),
            first_key: holder.public(),
            sender: pool.sender,
        };
        let mut claim_steps = length;
        let proof = BankProof {
            ceiling: words[2],
            prefix: *words[0].first_chunk().expect("8 of 32 bytes"),
            branch: pool.tree.branch(bank).expect("a bank has a branch"),
        };
        let mut bank_proof = (!is_kept).then_some(proof);
        let body = spoil_body(body, planted, &mut draw);
        let token = body.sign(network, &pool.owner);
        let mut hops = self.hops(&token, &mut holder, &mut draw);
        let has_receipt = draw.below(ODD) == 0 && planted.is_none();
        if planted == Some(Reason::Custody) {
            let place = draw.below(hops.len() as u64);
            match draw.below(3) {
                // Without the last one the rest would be whole, and the last hand-over wrong.
                0 if place + 1 < hops.len() => drop(hops.remove(place)),
                0 | 1 => hops[place].seal_hash = draw.value(),
                _ => hops[place].signature.0[7] ^= 1,
            }
        }
        let state = state(&token, &hops);
        let signer = if planted == Some(Reason::LastHandOver) { draw.key() } else { holder };
        let last = state.accumulator.last(&receiver.key);
        let last_hand_over = sign::sign(&signer, network, Kind::LastHandOver, &last);
        let hops = List::new("hops", hops).expect("no more than there may be");
        let mut body = Body { token, hops, last_hand_over };
        let mut signature = if has_receipt {
            let receipt = (state.accumulator, body.token.id(network));
            sign::sign(receiver_key, network, Kind::Receipt, &receipt)
        } else {
            sign::sign(receiver_key, network, Kind::TransitPool, &body)
        };
        match planted {
            Some(Reason::OwnerSignature) => body.token.signature.0[draw.below(64)] ^= 1,
            Some(Reason::ReceiverSignature) => signature.0[draw.below(64)] ^= 1,
            Some(Reason::Stale) => claim_steps += 1,
            Some(Reason::Bank) => match &mut bank_proof {
                Some(proof) => proof.ceiling[draw.below(32)] ^= 1,
                none => *none = Some(BankProof { branch: List::default(), ..self.stray(&mut draw) }),
            },
            _ => {}
        }
        let proof =
            if has_receipt { ReceiverProof::Receipt(signature) } else { ReceiverProof::Signature(signature) };
        let claim = ClaimedPool { steps: claim_steps, bank: bank_proof, pool: TransitPool { body, proof } };
        Sample { claim, registration: pool.registration.clone(), kept, planted }
    }

    fn stray(&self, draw: &mut Draw) -> BankProof {
        BankProof { ceiling: draw.value(), prefix: [0; 8], branch: List::default() }
    }

    /// The hops of a token. The holder becomes the last one.
    fn hops(&self, token: &Token, holder: &mut SecretKey, draw: &mut Draw) -> Vec<Hop> {
        let network = self.context.network;
        let mut state = State::new(token.session(), token.first_key);
        let first = draw.below(CARRIERS - 4);
        let odd = if draw.below(ODD) == 0 { draw.below(self.plan.hops.max(1) as u64) } else { usize::MAX };
        let hop = |place: usize| {
            let key = draw.key();
            // Neighbours carry for neighbours; none stands there twice unless there are more hops than neighbours.
            let mut carrier = self.carriers[(first + place) % (CARRIERS as usize - 4)];
            let mut unopened = false;
            let mut bearer = None;
            if place == odd {
                match draw.below(7) {
                    0 => unopened = true,
                    1 => carrier = self.carriers[first],
                    2 => bearer = Some(draw.key()),
                    kind => carrier = self.carriers[CARRIERS as usize - kind + 2],
                }
            }
            let opening = Opening { identity: carrier, blind: draw.value() };
            let (commitment, seal_hash) = (opening.commitment(), draw.value());
            let accumulator = state.accumulator.with(&key.public(), &commitment, &seal_hash);
            let sign = |key: &SecretKey| sign::sign(key, network, Kind::Custody, &accumulator);
            let signature = sign(bearer.as_ref().unwrap_or(holder));
            let bearer = bearer.map(|bearer| {
                let body = (state.accumulator, bearer.public());
                let signature = sign::sign(holder, network, Kind::Bearer, &body);
                Bearer { key: bearer.public(), signature }
            });
            let disclosure =
                if unopened { Disclosure::Unopened(commitment) } else { Disclosure::Opened(opening) };
            state = State { accumulator, holder: key.public() };
            *holder = key.clone();
            Hop { bearer, key: key.public(), seal_hash, signature, disclosure }
        };
        (0..self.plan.hops).map(hop).collect()
    }
}

/// What the ledger holds of a sample's bank.
impl Sample {
    /// Its bank.
    pub fn bank(&self) -> BankId {
        (self.claim.pool.token.pool, self.claim.pool.token.bank)
    }

    /// Puts into a context what the ledger holds of it.
    pub fn enter(&self, context: &mut Context) {
        context.register(self.registration.clone());
        if let Some(kept) = self.kept {
            context.kept.insert(self.bank(), kept);
        }
    }
}

fn terms(a: u16, b: u16, rule: Rule) -> Terms {
    Terms { payrate: Payrate::new(a, b).expect("1 <= a < b"), rule }
}

/// Where the custody of these hops has come to, whoever signed them.
fn state(token: &Token, hops: &[Hop]) -> State {
    let with = |state: State, hop: &Hop| State {
        accumulator: state.accumulator.with(&hop.key, &hop.disclosure.commitment(), &hop.seal_hash),
        holder: hop.key,
    };
    hops.iter().fold(State::new(token.session(), token.first_key), with)
}

/// What can be wrong with a token before it is signed.
fn spoil_body(mut body: TokenBody, planted: Option<Reason>, draw: &mut Draw) -> TokenBody {
    match planted {
        Some(Reason::Shape) => body.issued = Time(body.expiry.0 + 1),
        // A point of small order; a number above p.
        Some(Reason::BadKey) => body.first_key = PublicKey([[0; 32], [0xff; 32]][draw.below(2)]),
        Some(Reason::Network) => body.network = Network::Test.id(),
        Some(Reason::Pool) if draw.below(2) == 0 => body.sender.nonce ^= 1,
        Some(Reason::Pool) => body.pool.0[draw.below(32)] ^= 1,
        Some(Reason::Expiry) => body.expiry = Time(NOW.0 - 1),
        Some(Reason::ReceiverBinding) => body.receiver.binding.0[draw.below(64)] ^= 1,
        Some(Reason::Walk) => body.word.0[draw.below(32)] ^= 1,
        _ => {}
    }
    body
}

/// Drawing from a seed.
struct Draw(ChaCha20Rng);

impl Draw {
    /// What is drawn for one thing is drawn apart from what is drawn for another.
    fn new(seed: u64, thing: u64) -> Draw {
        let mut drawn = ChaCha20Rng::seed_from_u64(seed);
        drawn.set_stream(thing);
        Draw(drawn)
    }

    fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in 0..`bound`.
    fn below(&mut self, bound: u64) -> usize {
        (self.number() % bound) as usize
    }

    fn value(&mut self) -> [u8; 32] {
        let mut value = [0; 32];
        self.0.fill_bytes(&mut value);
        value
    }

    fn key(&mut self) -> SecretKey {
        SecretKey::from_seed(self.value())
    }
}

#[cfg(test)]
mod tests {
    use gridnet_core::{Control, Engine};

    use super::{Plan, Sampler};
    use crate::pool::ChainFunction;
    use crate::reason::{Reason, Void};
    use crate::verify::verify_transit_pools;

    /// Samples of two token pools, and what they are judged against.
    fn check(hops: usize, length: u32, function: ChainFunction) {
        let engine = Engine::builder().device("cpu").threads(2).build().expect("a CPU");
        let control = Control::default();
        let plan = Plan { count: 1_100, hops, length, bad_in_a_million: 50_000, seed: 5 };
        let mut sampler = Sampler::new(plan, function).expect("a plan");
        let mut samples = Vec::new();
        for number in 0.. {
            let batch = sampler.batch(&engine, number, &control).expect("samples");
            if batch.is_empty() {
                break;
            }
            samples.extend(batch);
        }
        assert_eq!(samples.len(), 1_100);
        let mut context = sampler.context().clone();
        samples.iter().for_each(|sample| sample.enter(&mut context));
        let claims: Vec<_> = samples.iter().map(|sample| sample.claim.clone()).collect();
        let verified = verify_transit_pools(&engine, &claims, &context, &control).expect("verdicts");
        let mut kinds = Vec::new();
        let mut voids = Vec::new();
        for (index, (verdict, sample)) in verified.verdicts.iter().zip(&samples).enumerate() {
            assert_eq!(verdict.as_ref().err(), sample.planted.as_ref(), "{index}");
            assert_eq!(sampler.planted(index as u64), sample.planted);
            match verdict {
                Ok(settled) => voids.extend(settled.hops.iter().filter_map(|hop| hop.void)),
                Err(reason) => kinds.push(*reason),
            }
        }
        kinds.sort();
        kinds.dedup();
        voids.sort();
        voids.dedup();
        if hops > 0 {
            assert_eq!(kinds, Reason::ALL);
        }
        if hops > 1 {
            assert_eq!(voids, Void::ALL);
        }
    }

    #[test]
    fn what_is_planted_is_found_and_nothing_else() {
        check(3, 10, ChainFunction::Blake2s);
        check(1, 1, ChainFunction::Sha256);
        check(0, 3, ChainFunction::Blake2s);
        check(32, 2, ChainFunction::Blake2s);
    }
}
