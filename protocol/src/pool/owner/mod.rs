//! A pool in its owner's hands. The one thing that must never happen is that a hash is promised twice: it would cost the
//! owner its stake. So a token is written down before it is shown ([`OwnedPool::issue`] takes the writing as an
//! argument and gives the token only after it), and after a restore from an old copy only banks that were never used
//! are touched ([`OwnedPool::restore`]).

mod file;
#[cfg(test)]
mod tests;

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_core::proof::identity::Proof;
use gridnet_core::{Control, Engine};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub use self::file::Change;
use super::bank::Bank;
use super::build::build;
use super::tree::{Leaf, Tree};
use super::{BankProof, ChainFunction, PoolCard, Registration};
use crate::payout::Terms;
use crate::reason::Reason;
use crate::receiver::Receiver;
use crate::tagged::Tag;
use crate::token::{Body, Sender, Token};
use crate::value::{Content, Depth, Height, PoolId, Time, Units};
use crate::{Address, Error, Network, PublicKey, SecretKey, Signer};

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

/// Where the key is that signs a pool's tokens.
#[derive(Clone, Debug)]
pub enum OwnerKey {
    /// Here, and in the pool's file.
    Held(SecretKey),
    /// Wherever the owner keeps it; this is its public half.
    Elsewhere(PublicKey),
}

impl OwnerKey {
    /// The public half.
    pub fn public(&self) -> PublicKey {
        match self {
            OwnerKey::Held(key) => key.public(),
            OwnerKey::Elsewhere(key) => *key,
        }
    }
}

impl From<SecretKey> for OwnerKey {
    fn from(key: SecretKey) -> OwnerKey {
        OwnerKey::Held(key)
    }
}

/// Who owns a pool.
#[derive(Clone)]
pub struct Owner {
    /// The network.
    pub network: Network,
    /// The key that signs tokens.
    pub key: OwnerKey,
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

impl Plan {
    /// What is to be registered, but for the root.
    fn registration(self, owner: Address) -> Registration {
        let Plan { sequence, function, banks, length, value, expiry, minimum_stake, terms } = self;
        let root = [0; 32];
        Registration { owner, sequence, function, banks, length, value, expiry, minimum_stake, terms, root }
    }
}

/// What a registration says that is its owner's to choose.
impl From<&Registration> for Plan {
    fn from(of: &Registration) -> Plan {
        let &Registration { sequence, function, banks, length, value, expiry, minimum_stake, terms, .. } = of;
        Plan { sequence, function, banks, length, value, expiry, minimum_stake, terms }
    }
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

impl OwnedPool {
    /// Creates a pool: computes its chains on the CPU, twice, and registers nothing anywhere yet.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] and [`Error::Overflow`] for a plan that cannot be registered, [`Error::Disagreement`], and
    /// the engine's own.
    pub fn create(engine: &Engine, owner: Owner, plan: Plan, control: &Control) -> Result<OwnedPool, Error> {
        let address = owner.address();
        let mut registration = plan.registration(address);
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
    /// [`Error::Exhausted`], [`Error::OutOfRange`], [`Error::Token`] for a receiver whose keys nobody would take, or
    /// [`Error::Order`] when the owner's key is elsewhere.
    pub fn issue<E>(
        &mut self,
        ask: &Ask,
        persist: impl FnOnce(&Change<'_>) -> Result<(), E>,
    ) -> Result<Issued, IssueError<E>> {
        match self.owner.key.clone() {
            OwnerKey::Held(key) => self.issue_by(&key, ask, persist),
            OwnerKey::Elsewhere(_) => {
                Err(Error::Order("the owner's key is not in this pool's file: its signer must be asked")
                    .into())
            }
        }
    }

    /// The same, signed by whoever has the owner's key.
    ///
    /// # Errors
    /// As [`issue`](OwnedPool::issue); [`Error::Order`] for another's key, and [`Error::Signer`].
    pub fn issue_by<E>(
        &mut self,
        signer: &dyn Signer,
        ask: &Ask,
        persist: impl FnOnce(&Change<'_>) -> Result<(), E>,
    ) -> Result<Issued, IssueError<E>> {
        if signer.public() != self.owner.key.public() {
            return Err(Error::Order("this signer's key is not that of the pool's owner").into());
        }
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
        let token = body.sign_by(*network, signer)?;
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
