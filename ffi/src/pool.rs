//! Token pools in their owner's hands.

use std::sync::OnceLock;

use gridnet_core::proof::identity::Proof;
use gridnet_protocol::Signer as _;
use gridnet_protocol::pool::owner::{self, Ask as Asked, IssueError, Master, Owner, OwnerKey, Plan, Source};
use gridnet_protocol::value::{Content, Depth, Time};
use zeroize::Zeroizing;

use crate::bridge::ffi::{Ask, PersistCallback, Registration, Status};
use crate::control::Control;
use crate::engine::Engine;
use crate::held::{Shared, held};
use crate::key::{Key, Signer};
use crate::registration::PoolCard;
use crate::status::{Refusal, guard, network};
use crate::token::Token;

/// A pool, its secrets, and how far its banks are used.
pub(crate) struct OwnedPool(Shared<gridnet_protocol::pool::OwnedPool>);

const WHAT: &str = "token pool";

impl Default for OwnedPool {
    fn default() -> Self {
        OwnedPool(Shared::empty(WHAT))
    }
}

impl From<gridnet_protocol::pool::OwnedPool> for Box<OwnedPool> {
    fn from(pool: gridnet_protocol::pool::OwnedPool) -> Self {
        Box::new(OwnedPool(Shared::new(WHAT, pool)))
    }
}

held! {
    /// A token with what its first holder needs.
    Issued(owner::Issued) "issued token";
}

/// A change that is to be written down.
pub(crate) struct Change<'a> {
    change: &'a owner::Change<'a>,
    file: OnceLock<Zeroizing<Vec<u8>>>,
    bytes: OnceLock<Zeroizing<Vec<u8>>>,
}

impl Change<'_> {
    pub(crate) fn bank(&self) -> u16 {
        self.change.bank()
    }

    pub(crate) fn file(&self) -> &[u8] {
        self.file.get_or_init(|| self.change.to_file())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get_or_init(|| self.change.to_bytes())
    }
}

pub(crate) fn create_pool(
    engine: &Engine,
    id: u32,
    owner: &Signer,
    repetitions: u32,
    nonce: u32,
    master: &[u8; 32],
    plan: &Registration,
    control: &Control,
    status: &mut Status,
) -> Box<OwnedPool> {
    guard(status, || {
        let plan = Plan::from(&plan.understood()?);
        let owner = Owner {
            network: network(id)?,
            // The pool's file is written again and again, and copied: the key is kept out of it.
            key: OwnerKey::Elsewhere(owner.get()?.public()),
            proof: Proof { repetitions, nonce },
            master: Master::from_bytes(*master),
        };
        let engine = engine.get()?;
        Ok(gridnet_protocol::pool::OwnedPool::create(engine, owner, plan, &control.inner)?.into())
    })
}

pub(crate) fn resume_pool(file: &[u8], status: &mut Status) -> Box<OwnedPool> {
    guard(status, || Ok(gridnet_protocol::pool::OwnedPool::resume(file)?.into()))
}

pub(crate) fn restore_pool(copy: &[u8], first_unused: u16, status: &mut Status) -> Box<OwnedPool> {
    guard(status, || Ok(gridnet_protocol::pool::OwnedPool::restore(copy, first_unused)?.into()))
}

impl OwnedPool {
    pub(crate) fn apply(&self, change: &[u8], status: &mut Status) {
        guard(status, || Ok(self.0.write()?.apply(change)?));
    }

    pub(crate) fn file(&self, status: &mut Status) -> Vec<u8> {
        guard(status, || Ok(std::mem::take(&mut *self.0.read()?.to_file())))
    }

    pub(crate) fn registration(&self, status: &mut Status) -> Registration {
        guard(status, || Ok(self.0.read()?.registration().into()))
    }

    pub(crate) fn id(&self, status: &mut Status) -> [u8; 32] {
        guard(status, || Ok(self.0.read()?.id().0))
    }

    pub(crate) fn issued(&self, status: &mut Status) -> Vec<u32> {
        guard(status, || Ok(self.0.read()?.issued().map(|depth| depth.0).collect()))
    }

    pub(crate) fn card(&self, bank: u16, status: &mut Status) -> Box<PoolCard> {
        guard(status, || Ok(self.0.read()?.card(bank)?.into()))
    }

    pub(crate) fn issue(
        &self,
        owner: &Signer,
        ask: &Ask,
        persist: &PersistCallback,
        status: &mut Status,
    ) -> Box<Issued> {
        guard(status, || {
            let source = match ask.source {
                0 => Source::Session,
                1 => Source::Unused,
                2 => Source::Bank(ask.bank),
                got => return Err(Refusal::Unknown { what: "source of hashes", got: got.into() }),
            };
            let ask = Asked {
                receiver: (&ask.receiver).into(),
                content: Content(ask.content),
                terms: ask.terms.understood()?,
                issued: Time(ask.issued),
                expiry: Time(ask.expiry),
                depth: Depth(ask.depth),
                source,
            };
            let persist = |change: &owner::Change<'_>| {
                let change = Change { change, file: OnceLock::new(), bytes: OnceLock::new() };
                let mut why = String::new();
                if persist.persist(&change, &mut why) { Ok(()) } else { Err(why) }
            };
            match self.0.write()?.issue_by(owner.get()?, &ask, persist) {
                Ok(issued) => Ok(issued.into()),
                Err(IssueError::Refused(error)) => Err(error.into()),
                Err(error @ IssueError::Persist(_)) => Err(Refusal::Callback(error.to_string())),
            }
        })
    }
}

impl Issued {
    pub(crate) fn token(&self, status: &mut Status) -> Box<Token> {
        guard(status, || Ok(self.get()?.token.into()))
    }

    pub(crate) fn first_key(&self, status: &mut Status) -> Box<Signer> {
        guard(status, || Ok(Key::Held(self.get()?.first_key.clone()).into()))
    }
}
