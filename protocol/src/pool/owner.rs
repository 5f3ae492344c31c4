//! A pool in its owner's hands. The one thing that must never happen is that a hash is promised twice: it would cost the
//! owner its stake. So a token is written down before it is shown ([`OwnedPool::issue`] takes the writing as an
//! argument and gives the token only after it), and after a restore from an old copy only banks that were never used
//! are touched ([`OwnedPool::restore`]).

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_core::proof::identity::Proof;
use gridnet_core::{Control, Engine};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::bank::Bank;
use super::build::build;
use super::tree::{Leaf, Tree};
use super::{BankProof, ChainFunction, PoolCard, Registration};
use crate::encoding::{List, decode};
use crate::payout::Terms;
use crate::reason::Reason;
use crate::receiver::Receiver;
use crate::tagged::Tag;
use crate::token::{Body, Sender, Token};
use crate::value::{Content, Depth, Height, PoolId, Time, Units};
use crate::{Address, Error, Network, SecretKey};

/// What a file of an owned pool begins with; the last byte is the version.
const MAGIC: &[u8; 9] = b"GN-owner\x01";

/// The secret that all seeds of an owner's pools come from. It is wiped from memory when it is dropped.
#[derive(Clone, BorshSerialize, BorshDeserialize, Zeroize, ZeroizeOnDrop)]
pub struct Master([u8; 32]);

impl Master {
    /// The master secret of these bytes, which must be drawn evenly and told to nobody.
    pub fn from_bytes(mut bytes: [u8; 32]) -> Master {
        let master = Master(bytes);
        bytes.zeroize();
        master
    }

    /// The seed of a bank.
    fn seed(&self, network: Network, owner: &Address, sequence: u64, bank: u16) -> Zeroizing<[u8; 32]> {
        let (network, sequence, bank) =
            (network.id().to_le_bytes(), sequence.to_le_bytes(), bank.to_le_bytes());
        Zeroizing::new(Tag::BANK_SEED.hash_secret(&[&self.0, &network, &owner.0, &sequence, &bank]))
    }

    /// The first holder's key of a session: of a bank from some depth on. It need not be kept.
    fn first_key(&self, pool: &PoolId, bank: u16, from: Depth) -> SecretKey {
        let (bank, from) = (bank.to_le_bytes(), from.0.to_le_bytes());
        SecretKey::from_seed(Tag::FIRST_KEY.hash_secret(&[&self.0, &pool.0, &bank, &from]))
    }
}

/// Who owns a pool.
#[derive(Clone)]
pub struct Owner {
    /// The network.
    pub network: Network,
    /// The key that signs tokens.
    pub key: SecretKey,
    /// The proof of stake of its address.
    pub proof: Proof,
    /// Where seeds come from.
    pub master: Master,
}

impl Owner {
    /// Its address.
    pub fn address(&self) -> Address {
        Address::of(&self.key.public())
    }
}

/// What a pool is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The owner's account sequence.
    pub sequence: u64,
    /// The function of the chains.
    pub function: ChainFunction,
    /// How many chains.
    pub banks: u16,
    /// Hashes of each.
    pub length: u32,
    /// What a hash is worth.
    pub value: Units,
    /// The last height at which its tokens are sure to be paid.
    pub expiry: Height,
    /// Coin stake below which a hop is not paid.
    pub minimum_stake: Units,
    /// How hops share, unless a token says otherwise.
    pub terms: Terms,
}

/// What a bank's open session was promised to.
#[derive(Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Promise {
    receiver: Receiver,
    terms: Terms,
    from: Depth,
    /// For one bundle: nothing is added to it.
    is_bundle: bool,
}

/// What is kept of each bank.
#[derive(Clone, BorshSerialize, BorshDeserialize)]
struct Slot {
    ceiling: [u8; 32],
    prefix: [u8; 8],
    bank: Bank,
    promise: Option<Promise>,
}

/// A pool, its secrets, and how far its banks are used.
#[derive(Clone)]
pub struct OwnedPool {
    owner: Owner,
    registration: Registration,
    slots: Vec<Slot>,
}

/// What a token is to be for.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// Who is to get what is carried.
    pub receiver: Receiver,
    /// The digest of that.
    pub content: Content,
    /// How hops share.
    pub terms: Terms,
    /// Not valid before.
    pub issued: Time,
    /// Not valid after.
    pub expiry: Time,
    /// Down to which depth hashes are offered: beyond what the session was issued already.
    pub depth: Depth,
    /// Where the hashes come from.
    pub source: Source,
}

/// Where a token's hashes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The bank whose open session is with this receiver under these terms, and otherwise the first that was never used:
    /// for the packets of a stream. Two bundles in one session would be paid as one, to whoever carried the later.
    Session,
    /// The first bank that was never used: for a bundle.
    Unused,
    /// This bank. If another session used it, a new one begins there, from the last depth that was issued: only for
    /// sessions that were settled, to the last token.
    Bank(u16),
}

/// A token with what its first holder needs.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The token.
    pub token: Token,
    /// The private half of its first key.
    pub first_key: SecretKey,
}

/// Why no token was issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError<E> {
    /// It cannot be.
    #[error(transparent)]
    Refused(#[from] Error),
    /// It could not be written down, so nobody has seen it, and nothing was used up.
    #[error("the token could not be written down, so it was not issued: {0}")]
    Persist(E),
}

/// A change of one bank, to be written down before anything of it is shown.
pub struct Change<'a> {
    pool: &'a OwnedPool,
    bank: u16,
    slot: &'a Slot,
}

impl Change<'_> {
    /// The bank.
    pub fn bank(&self) -> u16 {
        self.bank
    }

    /// All of the pool, changed: what [`OwnedPool::resume`] takes. Secret.
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        let slots = self.pool.slots.iter().enumerate();
        let slots = slots.map(|(bank, slot)| if bank == usize::from(self.bank) { self.slot } else { slot });
        self.pool.encode(slots)
    }

    /// The changed bank alone, less than 2 KiB: what [`OwnedPool::apply`] takes. Secret.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(2_048));
        borsh::to_writer(&mut *bytes, &(self.bank, self.slot)).expect("memory takes all that is written");
        bytes
    }
}

impl OwnedPool {
    /// Creates a pool: computes its chains on the CPU, twice, and registers nothing anywhere yet.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] and [`Error::Overflow`] for a plan that cannot be registered, [`Error::Disagreement`], and
    /// the engine's own.
    pub fn create(engine: &Engine, owner: Owner, plan: Plan, control: &Control) -> Result<OwnedPool, Error> {
        let address = owner.address();
        let mut registration = Registration {
            owner: address,
            sequence: plan.sequence,
            function: plan.function,
            banks: plan.banks,
            length: plan.length,
            value: plan.value,
            expiry: plan.expiry,
            minimum_stake: plan.minimum_stake,
            terms: plan.terms,
            root: [0; 32],
        };
        registration.check()?;
        let seed = |bank| *owner.master.seed(owner.network, &address, plan.sequence, bank);
        let seeds: Zeroizing<Vec<[u8; 32]>> = Zeroizing::new((0..plan.banks).map(seed).collect());
        let built = build(engine, plan.function.hash_function(), &seeds, plan.length, control)?;
        let slot = |(built, seed): (super::build::Built, &[u8; 32])| Slot {
            ceiling: built.ceiling,
            prefix: *seed.first_chunk().expect("8 of 32 bytes"),
            bank: built.bank,
            promise: None,
        };
        let slots: Vec<Slot> = built.into_iter().zip(seeds.iter()).map(slot).collect();
        registration.root = tree(&slots).root();
        Ok(OwnedPool { owner, registration, slots })
    }

    /// The network.
    pub fn network(&self) -> Network {
        self.owner.network
    }

    /// What is to be registered.
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Who signs its tokens.
    pub fn sender(&self) -> Sender {
        Sender::new(self.owner.key.public(), self.owner.proof)
    }

    /// The pool's id.
    pub fn id(&self) -> PoolId {
        self.registration.id(self.owner.network)
    }

    /// The depth of the last word that was issued of each bank; its length for those that are closed.
    pub fn issued(&self) -> impl Iterator<Item = Depth> {
        self.slots.iter().map(|slot| Depth(slot.bank.given()))
    }

    /// The card of a bank.
    ///
    /// # Errors
    /// [`Error::Bank`].
    pub fn card(&self, bank: u16) -> Result<PoolCard, Error> {
        let slot = self.slots.get(usize::from(bank)).ok_or(NO_SUCH_BANK(bank))?;
        let branch = tree(&self.slots).branch(bank).expect("a bank has a branch");
        let proof = BankProof { ceiling: slot.ceiling, prefix: slot.prefix, branch };
        Ok(PoolCard { registration: self.registration.clone(), bank, proof })
    }

    /// Issues a token. `persist` writes the change down, for good; only after it the token exists, in this order on
    /// whatever way out.
    ///
    /// # Errors
    /// [`IssueError::Persist`] with what `persist` says, and [`IssueError::Refused`] with [`Error::Bank`],
    /// [`Error::Exhausted`], [`Error::OutOfRange`], or [`Error::Token`] for a receiver whose keys nobody would take.
    pub fn issue<E>(
        &mut self,
        ask: &Ask,
        persist: impl FnOnce(&Change<'_>) -> Result<(), E>,
    ) -> Result<Issued, IssueError<E>> {
        if ask.issued > ask.expiry {
            let (max, got) = (ask.expiry.0, ask.issued.0);
            return Err(Error::OutOfRange { what: "the time of issue", min: 0, max, got }.into());
        }
        if ask.receiver.key.admit().is_err() {
            return Err(Error::Token(Reason::BadKey).into());
        }
        if !ask.receiver.is_bound(self.owner.network) {
            return Err(Error::Token(Reason::ReceiverBinding).into());
        }
        let bank = self.bank_for(ask)?;
        let mut slot = self.slots[usize::from(bank)].clone();
        let given = Depth(slot.bank.given());
        let (min, max) = (u64::from(given.0) + 1, u64::from(self.registration.length));
        if !(min..=max).contains(&ask.depth.0.into()) {
            let got = ask.depth.0.into();
            return Err(Error::OutOfRange { what: "the token's depth", min, max, got }.into());
        }
        let promise = slot.promise.filter(|promise| promise.is_for(ask));
        let promise = promise.unwrap_or(Promise {
            receiver: ask.receiver,
            terms: ask.terms,
            from: given,
            is_bundle: ask.source == Source::Unused,
        });
        slot.promise = Some(promise);
        let Owner { network, master, .. } = &self.owner;
        let (id, sequence) = (self.id(), self.registration.sequence);
        let seed = master.seed(*network, &self.registration.owner, sequence, bank);
        let function = self.registration.function.hash_function();
        let word = slot.bank.word(function, &seed, ask.depth.0);
        let word = word.ok_or(Error::Bank { bank, why: "is damaged: restore the pool from a copy" })?;
        let first_key = master.first_key(&id, bank, promise.from);
        let body = Body {
            network: network.id(),
            pool: id,
            bank,
            from: promise.from,
            depth: ask.depth,
            word,
            terms: ask.terms,
            receiver: ask.receiver,
            content: ask.content,
            issued: ask.issued,
            expiry: ask.expiry,
            first_key: first_key.public(),
            sender: self.sender(),
        };
        let token = body.sign(*network, &self.owner.key);
        persist(&Change { pool: self, bank, slot: &slot }).map_err(IssueError::Persist)?;
        self.slots[usize::from(bank)] = slot;
        Ok(Issued { token, first_key })
    }

    fn bank_for(&self, ask: &Ask) -> Result<u16, Error> {
        let is_open = |slot: &Slot| slot.bank.given() < self.registration.length;
        if let Source::Bank(bank) = ask.source {
            let slot = self.slots.get(usize::from(bank)).ok_or(NO_SUCH_BANK(bank))?;
            return if is_open(slot) { Ok(bank) } else { Err(Error::Bank { bank, why: "is used up" }) };
        }
        let wanted = |slot: &Slot| {
            let is_for = slot.promise.is_some_and(|promise| promise.is_for(ask));
            ask.source == Source::Session && is_open(slot) && is_for
        };
        let found = self.slots.iter().position(wanted);
        let found = found.or_else(|| self.slots.iter().position(|slot| slot.bank.given() == 0));
        found.and_then(|bank| u16::try_from(bank).ok()).ok_or(Error::Exhausted)
    }

    /// Its file. Secret.
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        self.encode(self.slots.iter())
    }

    fn encode<'a>(&self, slots: impl Iterator<Item = &'a Slot>) -> Zeroizing<Vec<u8>> {
        let Owner { network, key, proof, master } = &self.owner;
        // As much as it will be, so that no part of it is left behind by growing.
        let mut bytes = Zeroizing::new(Vec::with_capacity(4_096 + self.slots.len() * 2_048));
        bytes.extend(MAGIC);
        let head = (network.id(), *key.seed(), proof.repetitions, proof.nonce, &master.0);
        let written = borsh::to_writer(&mut *bytes, &head)
            .and_then(|()| borsh::to_writer(&mut *bytes, &self.registration))
            .and_then(|()| borsh::to_writer(&mut *bytes, &(self.slots.len() as u32)))
            .and_then(|()| slots.into_iter().try_for_each(|slot| borsh::to_writer(&mut *bytes, slot)));
        written.expect("memory takes all that is written");
        let seal = Tag::FILE.hash_secret(&[&bytes]);
        bytes.extend(seal);
        bytes
    }

    /// The pool of the newest file that was written, by whoever goes on where it stopped. An older copy would hand out
    /// hashes again: that is [`restore`](OwnedPool::restore)'s to take.
    ///
    /// # Errors
    /// [`Error::Encoding`] and [`Error::Key`].
    pub fn resume(file: &[u8]) -> Result<OwnedPool, Error> {
        const WHAT: &str = "an owned pool";
        type Head = (u32, [u8; 32], u32, u32, Master);
        let wrong = |why: &str| Error::Encoding { what: WHAT, why: why.to_owned() };
        let bytes = file
            .strip_prefix(MAGIC)
            .ok_or_else(|| wrong("its file does not begin with GN-owner and version 1"))?;
        let whole = bytes.split_last_chunk().filter(|(_, seal)| {
            let sealed = file.len() - 32;
            Tag::FILE.hash_secret(&[&file[..sealed]]) == **seal
        });
        let (bytes, _) = whole.ok_or_else(|| wrong("its file is damaged: put a copy back and restore it"))?;
        let whole: (Head, Registration, List<Slot, 1_024>) = decode(WHAT, bytes)?;
        let ((network, seed, repetitions, nonce, master), registration, slots) = whole;
        let network = Network::from_id(network).ok_or_else(|| wrong("it is of no network that is known"))?;
        let owner =
            Owner { network, key: SecretKey::from_seed(seed), proof: Proof { repetitions, nonce }, master };
        registration.check()?;
        let slots = slots.into_vec();
        let fits = |slot: &Slot| slot.bank.is_of(registration.length);
        if slots.len() != usize::from(registration.banks)
            || !slots.iter().all(fits)
            || tree(&slots).root() != registration.root
            || owner.address() != registration.owner
        {
            return Err(wrong("its parts do not belong together"));
        }
        Ok(OwnedPool { owner, registration, slots })
    }

    /// The pool of an old copy of a file. Banks below `first_unused` are closed for good, and so is every other that the
    /// copy says was used. What was used since the copy was made stands in the ledger, or with receivers: when in
    /// doubt, name the number of banks, to use none.
    ///
    /// # Errors
    /// As [`OwnedPool::resume`].
    pub fn restore(copy: &[u8], first_unused: u16) -> Result<OwnedPool, Error> {
        let mut pool = OwnedPool::resume(copy)?;
        for (bank, slot) in pool.slots.iter_mut().enumerate() {
            if bank < usize::from(first_unused) || slot.bank.given() > 0 {
                slot.bank.close();
            }
        }
        Ok(pool)
    }

    /// Puts in a change that was written down on its own after the file was.
    ///
    /// # Errors
    /// [`Error::Encoding`], and [`Error::Bank`] when the pool is newer than the change.
    pub fn apply(&mut self, change: &[u8]) -> Result<(), Error> {
        let (bank, slot): (u16, Slot) = decode("a change of an owned pool", change)?;
        let length = self.registration.length;
        let old = self.slots.get_mut(usize::from(bank)).ok_or(NO_SUCH_BANK(bank))?;
        if (slot.ceiling, slot.prefix) != (old.ceiling, old.prefix) || !slot.bank.is_of(length) {
            return Err(Error::Bank { bank, why: "is not the one that the change is about" });
        }
        if slot.bank.given() < old.bank.given() {
            return Err(Error::Bank { bank, why: "is newer than the change" });
        }
        *old = slot;
        Ok(())
    }
}

impl Promise {
    fn is_for(&self, ask: &Ask) -> bool {
        !self.is_bundle && (self.receiver, self.terms) == (ask.receiver, ask.terms)
    }
}

const NO_SUCH_BANK: fn(u16) -> Error = |bank| Error::Bank { bank, why: "is not there: the pool has fewer" };

fn tree(slots: &[Slot]) -> Tree {
    let leaf = |(bank, slot): (u16, &Slot)| Leaf { bank, ceiling: slot.ceiling, prefix: slot.prefix };
    Tree::new(&(0..).zip(slots).map(leaf).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use gridnet_core::proof::identity::Proof;
    use gridnet_core::{Control, Engine};

    use super::{Ask, IssueError, Master, OwnedPool, Owner, Plan, Source};
    use crate::payout::{Payrate, Terms};
    use crate::pool::ChainFunction;
    use crate::receiver::{Receiver, SealSecret};
    use crate::value::{Content, Depth, Height, Time, Units};
    use crate::{Error, Network, SecretKey};

    fn pool(function: ChainFunction, banks: u16, length: u32) -> OwnedPool {
        let engine = Engine::builder().device("cpu").threads(2).build().expect("a CPU");
        let owner = Owner {
            network: Network::Regtest,
            key: SecretKey::from_seed([1; 32]),
            proof: Proof { repetitions: 1, nonce: 7 },
            master: Master::from_bytes([2; 32]),
        };
        let plan = Plan {
            sequence: 0,
            function,
            banks,
            length,
            value: Units(100),
            expiry: Height(1_000),
            minimum_stake: Units(0),
            terms: terms(),
        };
        OwnedPool::create(&engine, owner, plan, &Control::default()).expect("a pool")
    }

    fn terms() -> Terms {
        Terms::payrate(Payrate::new(3, 4).expect("1 <= a < b"))
    }

    fn ask(receiver: u8, depth: u32) -> Ask {
        let key = SecretKey::from_seed([receiver; 32]);
        let seal_key = SealSecret::from_bytes([receiver; 32]).public();
        Ask {
            receiver: Receiver::new(Network::Regtest, &key, seal_key),
            content: Content([9; 32]),
            terms: terms(),
            issued: Time(100),
            expiry: Time(200),
            depth: Depth(depth),
            source: Source::Session,
        }
    }

    fn issue(pool: &mut OwnedPool, ask: &Ask) -> Result<(u16, u32, u32), Error> {
        match pool.issue(ask, |_| Ok::<(), ()>(())) {
            Ok(issued) => {
                let token = issued.token;
                assert_eq!(token.check(Network::Regtest), Ok(()));
                assert_eq!(issued.first_key.public(), token.first_key);
                let card = pool.card(token.bank).expect("a card");
                assert!(card.is_of(Network::Regtest, &token) && card.leads_to_ceiling(&token));
                Ok((token.bank, token.from.0, token.depth.0))
            }
            Err(IssueError::Refused(error)) => Err(error),
            Err(IssueError::Persist(())) => panic!("it was written down"),
        }
    }

    #[test]
    fn sessions_grow_in_their_bank_and_others_get_their_own() {
        for function in [ChainFunction::Blake2s, ChainFunction::Sha256] {
            let mut pool = pool(function, 3, 50);
            assert_eq!(issue(&mut pool, &ask(1, 10)), Ok((0, 0, 10)));
            assert_eq!(issue(&mut pool, &Ask { source: Source::Unused, ..ask(1, 1) }), Ok((1, 0, 1)));
            assert_eq!(issue(&mut pool, &ask(1, 11)), Ok((0, 0, 11)));
            assert_eq!(issue(&mut pool, &ask(1, 50)), Ok((0, 0, 50)));
            // The first bank is used up; the third is the last that was never used.
            assert_eq!(issue(&mut pool, &ask(1, 5)), Ok((2, 0, 5)));
            assert_eq!(issue(&mut pool, &ask(3, 5)), Err(Error::Exhausted));
            // A new session in a bank of which all is settled.
            let further = Ask { source: Source::Bank(1), ..ask(3, 20) };
            assert_eq!(issue(&mut pool, &further), Ok((1, 1, 20)));
            assert_eq!(issue(&mut pool, &ask(3, 21)), Ok((1, 1, 21)));
        }
    }

    #[test]
    fn what_cannot_be_issued_is_refused_and_uses_nothing_up() {
        let mut pool = pool(ChainFunction::Blake2s, 2, 50);
        let mut refused = |ask: Ask| issue(&mut pool, &ask).expect_err("it cannot be").name();
        assert_eq!(refused(ask(1, 0)), "out-of-range");
        assert_eq!(refused(ask(1, 51)), "out-of-range");
        assert_eq!(refused(Ask { source: Source::Bank(2), ..ask(1, 1) }), "bank");
        assert_eq!(refused(Ask { expiry: Time(99), ..ask(1, 1) }), "out-of-range");
        let mut unbound = ask(1, 1);
        unbound.receiver.seal_key = ask(2, 1).receiver.seal_key;
        assert_eq!(refused(unbound), "token");
        let mut small = ask(1, 1);
        small.receiver.key = crate::PublicKey([0; 32]);
        assert_eq!(refused(small), "token");
        assert!(pool.issued().all(|depth| depth == Depth(0)));
        assert_eq!(issue(&mut pool, &ask(1, 7)), Ok((0, 0, 7)));
        assert_eq!(issue(&mut pool, &ask(1, 7)).map_err(|error| error.name()), Err("out-of-range"));
    }

    #[test]
    fn nothing_is_shown_that_was_not_written_down() {
        let mut pool = pool(ChainFunction::Blake2s, 2, 50);
        let failed = pool.issue(&ask(1, 9), |_| Err("the disk is full"));
        assert!(matches!(failed, Err(IssueError::Persist("the disk is full"))));
        assert!(pool.issued().all(|depth| depth == Depth(0)));
        let mut file = None;
        let mut change = None;
        let before = pool.to_file();
        pool.issue(&ask(1, 9), |written| {
            file = Some(written.to_file());
            change = Some((written.bank(), written.to_bytes()));
            Ok::<(), ()>(())
        })
        .expect("a token");
        // What was written down is what there is now, in whole and in part.
        assert_eq!(file.as_deref(), Some(&*pool.to_file()));
        let (bank, change) = change.expect("a change");
        assert_eq!(bank, 0);
        assert!(change.len() < 2_048, "{}", change.len());
        let mut resumed = OwnedPool::resume(&before).expect("the pool before");
        resumed.apply(&change).expect("the change");
        assert_eq!(*resumed.to_file(), *pool.to_file());
        assert_eq!(issue(&mut resumed, &ask(1, 10)), Ok((0, 0, 10)));
        assert_eq!(resumed.apply(&change).map_err(|error| error.name()), Err("bank"));
    }

    #[test]
    fn an_old_copy_gives_out_unused_banks_only() {
        let mut pool = pool(ChainFunction::Blake2s, 4, 50);
        issue(&mut pool, &ask(1, 9)).expect("a token");
        let copy = pool.to_file();
        issue(&mut pool, &ask(2, 9)).expect("a token after the copy");
        let mut restored = OwnedPool::restore(&copy, 2).expect("the pool of the copy");
        assert_eq!(restored.issued().map(|depth| depth.0).collect::<Vec<_>>(), [50, 50, 0, 0]);
        assert_eq!(issue(&mut restored, &ask(1, 20)), Ok((2, 0, 20)));
        let closed = Ask { source: Source::Bank(0), ..ask(1, 20) };
        assert_eq!(issue(&mut restored, &closed), Err(Error::Bank { bank: 0, why: "is used up" }));
        let mut none = OwnedPool::restore(&copy, 4).expect("the pool of the copy");
        assert_eq!(issue(&mut none, &ask(1, 1)), Err(Error::Exhausted));
    }

    #[test]
    fn a_file_that_was_changed_is_refused() {
        let pool = pool(ChainFunction::Blake2s, 2, 5);
        let file = pool.to_file();
        assert_eq!(*OwnedPool::resume(&file).expect("its file").to_file(), *file);
        assert!(OwnedPool::resume(&file[..file.len() - 1]).is_err());
        assert!(OwnedPool::resume(b"GN-owner\x02").is_err());
        for place in 0..file.len() {
            let mut other = file.to_vec();
            other[place] ^= 1;
            assert!(OwnedPool::resume(&other).is_err(), "byte {place}");
        }
    }
}
