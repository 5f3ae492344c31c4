//! A small made-up ledger with people in it, and sessions that run through the protocol's own calls: what the vectors are
//! made of, and what the attacks are tried on. Every secret is drawn from its name.

use gridnet_core::proof::identity::{Proof, mint};
use gridnet_core::{Control, Engine};
use gridnet_protocol::custody::{Candidate, Custody, Opening};
use gridnet_protocol::payout::{Payrate, Rule, Terms};
use gridnet_protocol::pool::owner::{Ask, Issued, Master, Owner, Plan, Source};
use gridnet_protocol::pool::{ChainFunction, OwnedPool};
use gridnet_protocol::receiver::{Receiver, SealSecret};
use gridnet_protocol::token::Token;
use gridnet_protocol::transit::{Body, ClaimedPool, ReceiverProof, TransitPool};
use gridnet_protocol::value::{Content, Depth, Height, Time, Units};
use gridnet_protocol::verify::{Context, Identity};
use gridnet_protocol::{Address, Kind, Network, SecretKey, identity, sign};

/// Everything happens on a network of one's own.
pub const NETWORK: Network = Network::Regtest;
/// The height of the block that takes the claims.
pub const HEIGHT: Height = Height(1_000);
/// The median time of its parent.
pub const NOW: Time = Time(1_800_000_000);

/// 32 bytes that are as good as random, from a name.
pub fn secret(name: &str) -> [u8; 32] {
    gridnet_core::HashFunction::Sha256.hash(name.as_bytes())
}

/// A secret key, from a name.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(secret(name))
}

/// The paper's terms.
pub fn terms() -> Terms {
    Terms::payrate(Payrate::new(3, 4).expect("1 <= a < b"))
}

/// Somebody who receives.
pub struct Recipient {
    /// What it signs with.
    pub key: SecretKey,
    /// What it opens seals with.
    pub secret: SealSecret,
    /// How tokens name it.
    pub public: Receiver,
}

/// A recipient, from a name.
pub fn recipient(name: &str) -> Recipient {
    let key = key(name);
    let secret = SealSecret::from_bytes(secret(&format!("{name}'s seals")));
    let public = Receiver::new(NETWORK, &key, secret.public());
    Recipient { key, secret, public }
}

/// A ledger with a pool and people.
pub struct World {
    /// What the ledger holds.
    pub context: Context,
    /// A pool, in its owner's hands.
    pub pool: OwnedPool,
    /// Its owner's key.
    pub owner: SecretKey,
    /// Who receives.
    pub receiver: Recipient,
}

/// A session that came to its end, before the receiver made a transit pool of it.
#[derive(Clone)]
pub struct Session {
    /// Its last token.
    pub token: Token,
    /// Who carried.
    pub custody: Custody,
    /// Their openings.
    pub openings: Vec<Option<Opening>>,
    /// The last holder's key.
    pub holder: SecretKey,
}

/// How a session runs.
#[derive(Clone)]
pub struct Course {
    /// Who carries.
    pub carriers: Vec<&'static str>,
    /// Which of them join by a bearer element, counted from 0.
    pub by_bearer: Vec<usize>,
    /// How they share.
    pub terms: Terms,
    /// The token's depth.
    pub depth: u32,
    /// From which bank.
    pub bank: Option<u16>,
    /// The content.
    pub content: Content,
    /// The token's times.
    pub times: (Time, Time),
}

impl Default for Course {
    fn default() -> Self {
        Course {
            carriers: vec!["ann", "ben", "cyd"],
            by_bearer: Vec::new(),
            terms: terms(),
            depth: 20,
            bank: None,
            content: Content(secret("content")),
            times: (Time(NOW.0 - 100), Time(NOW.0 + 100)),
        }
    }
}

/// The address of somebody who carries.
pub fn carrier(name: &str) -> Address {
    Address::of(&key(name).public())
}

impl World {
    /// A world with a pool of eight banks of 60 hashes.
    pub fn new(engine: &Engine) -> World {
        World::with(engine, ChainFunction::Blake2s, Units(100_000))
    }

    /// The same with other chains, or hashes of another value.
    pub fn with(engine: &Engine, function: ChainFunction, value: Units) -> World {
        let owner_key = key("owner");
        let address = Address::of(&owner_key.public());
        let minted = mint(engine, &address.0, identity::target(NETWORK), 32, &Control::default());
        let proof = minted.expect("a proof").value.proof;
        let owner = Owner {
            network: NETWORK,
            key: owner_key.clone().into(),
            proof,
            master: Master::from_bytes(secret("master")),
        };
        let plan = Plan {
            sequence: 5,
            function,
            banks: 8,
            length: 60,
            value,
            expiry: Height(HEIGHT.0 + 500),
            minimum_stake: Units(10),
            terms: terms(),
        };
        let pool = OwnedPool::create(engine, owner, plan, &Control::default()).expect("a pool");
        let mut context = Context::new(NETWORK, HEIGHT, NOW);
        context.register(pool.registration().clone());
        let identity = |nonce| Identity {
            proof: Proof { repetitions: 1, nonce },
            registered: Height(100),
            revoked: false,
            stake: Units(10),
        };
        context.identities.insert(address, Identity { proof, ..identity(0) });
        for (nonce, name) in ["ann", "ben", "cyd", "dan", "eve"].into_iter().enumerate() {
            context.identities.insert(carrier(name), identity(nonce as u32));
        }
        let odd = |registered, revoked, stake| Identity {
            registered: Height(registered),
            revoked,
            stake: Units(stake),
            ..identity(9)
        };
        // Registered six blocks ago: just old enough. Five: too young.
        context.identities.insert(carrier("old-enough"), odd(HEIGHT.0 - 6, false, 10));
        context.identities.insert(carrier("young"), odd(HEIGHT.0 - 5, false, 10));
        context.identities.insert(carrier("revoked"), odd(100, true, 10));
        context.identities.insert(carrier("poor"), odd(100, false, 9));
        for (nonce, name) in (100..).zip(CROWD) {
            context.identities.insert(carrier(name), identity(nonce));
        }
        World { context, pool, owner: owner_key, receiver: recipient("receiver") }
    }

    /// Issues a token.
    pub fn issue(&mut self, course: &Course) -> Issued {
        let ask = Ask {
            receiver: self.receiver.public,
            content: course.content,
            terms: course.terms,
            issued: course.times.0,
            expiry: course.times.1,
            depth: Depth(course.depth),
            source: course.bank.map_or(Source::Session, Source::Bank),
        };
        self.pool.issue(&ask, |_| Ok::<(), ()>(())).expect("a token")
    }

    /// Runs a session to the last hand-over.
    pub fn session(&mut self, course: &Course) -> Session {
        let Issued { token, first_key } = self.issue(course);
        let mut session =
            Session { token, custody: Custody::default(), openings: Vec::new(), holder: first_key };
        for (place, name) in course.carriers.iter().enumerate() {
            session.carry(name, course.by_bearer.contains(&place));
        }
        session.custody.hand_over_last(NETWORK, &token, &session.holder).expect("the holder hands over");
        session
    }

    /// A session's transit pool, made by the receiver.
    pub fn assemble(&self, session: &Session) -> TransitPool {
        let Recipient { key, secret, .. } = &self.receiver;
        TransitPool::assemble(NETWORK, session.token, &session.custody, key, secret).expect("a transit pool")
    }

    /// A transit pool as it goes to the ledger, of a bank that nothing is kept of.
    pub fn claim(&self, pool: TransitPool) -> ClaimedPool {
        let card = self.pool.card(pool.token.bank).ok();
        ClaimedPool { steps: pool.token.depth.0, bank: card.map(|card| card.proof), pool }
    }

    /// Runs a session and claims it.
    pub fn claimed(&mut self, course: &Course) -> ClaimedPool {
        let session = self.session(course);
        self.claim(self.assemble(&session))
    }

    /// Lets the receiver sign whatever became of a transit pool.
    pub fn sign_again(&self, body: Body) -> TransitPool {
        let signature = sign::sign(&self.receiver.key, NETWORK, Kind::TransitPool, &body);
        TransitPool { body, proof: ReceiverProof::Signature(signature) }
    }

    /// Lets the owner sign whatever became of a token.
    pub fn token_again(&self, token: &Token) -> Token {
        token.body.sign(NETWORK, &self.owner)
    }
}

impl Session {
    /// Somebody takes over.
    pub fn carry(&mut self, name: &str, by_bearer: bool) {
        let place = self.openings.len();
        let hop_key = key(&format!("{name} at {place}"));
        let opening = Opening { identity: carrier(name), blind: secret(&format!("{name}'s blind {place}")) };
        if by_bearer {
            let bearer = key(&format!("bearer {place}"));
            self.custody
                .offer_to_bearer(NETWORK, &self.token, &self.holder, &bearer)
                .expect("the holder offers");
        }
        let entropy = secret(&format!("{name}'s entropy {place}"));
        let candidate = Candidate::new(NETWORK, &self.token, &self.custody, &hop_key, &opening, entropy);
        let candidate = candidate.expect("whoever joins finds everything good");
        if by_bearer {
            self.custody.join_by_bearer(NETWORK, &self.token, candidate).expect("the bearer joins");
        } else {
            self.custody
                .hand_over(NETWORK, &self.token, &self.holder, candidate)
                .expect("the holder hands over");
        }
        self.openings.push(Some(opening));
        self.holder = hop_key;
    }
}

/// Names of those who carry in a crowd.
pub const CROWD: [&str; 40] = [
    "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "c12", "c13", "c14", "c15",
    "c16", "c17", "c18", "c19", "c20", "c21", "c22", "c23", "c24", "c25", "c26", "c27", "c28", "c29", "c30",
    "c31", "c32", "c33", "c34", "c35", "c36", "c37", "c38", "c39",
];

/// The other rule.
pub fn sybil_neutral() -> Terms {
    Terms { rule: Rule::SybilNeutral, ..terms() }
}
