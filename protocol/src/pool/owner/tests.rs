use gridnet_core::proof::identity::Proof;
use gridnet_core::{Control, Engine};

use super::{Ask, IssueError, Master, OwnedPool, Owner, OwnerKey, Plan, Source};
use crate::payout::{Payrate, Terms};
use crate::pool::ChainFunction;
use crate::receiver::{Receiver, SealSecret};
use crate::value::{Content, Depth, Height, Time, Units};
use crate::{Error, Network, PublicKey, SecretKey, Signature, Signer};

fn pool(function: ChainFunction, banks: u16, length: u32) -> OwnedPool {
    let engine = Engine::builder().device("cpu").threads(2).build().expect("a CPU");
    let owner = Owner {
        network: Network::Regtest,
        key: SecretKey::from_seed([1; 32]).into(),
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

/// A key that is not in memory: it signs as often as it is told to, then badly, then not at all.
struct Element {
    key: SecretKey,
    good: std::cell::Cell<u32>,
}

impl Signer for Element {
    fn public(&self) -> PublicKey {
        self.key.public()
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<Signature, Error> {
        match self.good.get() {
            0 => Err(Error::Signer { why: "the element is locked".to_owned() }),
            left => {
                self.good.set(left - 1);
                let mut signature = Signer::sign(&self.key, digest)?;
                signature.0[5] ^= u8::from(left == 1);
                Ok(signature)
            }
        }
    }
}

#[test]
fn a_key_that_is_elsewhere_signs_and_stays_there() {
    let held = pool(ChainFunction::Sha256, 2, 9);
    let key = SecretKey::from_seed([1; 32]);
    let owner = Owner { key: OwnerKey::Elsewhere(key.public()), ..held.owner.clone() };
    let mut pool = OwnedPool { owner, ..held.clone() };
    let refused = |issued: Result<super::Issued, IssueError<&str>>| match issued {
        Err(IssueError::Refused(error)) => error,
        issued => panic!("{issued:?}"),
    };
    let never = |_: &super::Change<'_>| -> Result<(), &str> { panic!("nothing is to be written down") };
    assert!(matches!(refused(pool.issue(&ask(3, 2), never)), Error::Order(_)));
    let other = SecretKey::from_seed([9; 32]);
    assert!(matches!(refused(pool.issue_by(&other, &ask(3, 2), never)), Error::Order(_)));

    let element = Element { key, good: 3.into() };
    for depth in [2, 5] {
        let issued = pool.issue_by(&element, &ask(3, depth), |_| Ok::<(), &str>(())).expect("a token");
        let mut same = held.clone();
        assert_eq!(issued.token, same.issue(&ask(3, depth), |_| Ok::<(), &str>(())).expect("a token").token);
    }
    let before = pool.to_file();
    for why in ["what it gave is no signature by its key", "the element is locked"] {
        let error = refused(pool.issue_by(&element, &ask(3, 7), never));
        assert_eq!(error, Error::Signer { why: why.to_owned() });
    }
    assert_eq!(*pool.to_file(), *before, "nothing was used up");

    // What is written down has the public half only, and is as good.
    let mut again = OwnedPool::resume(&before).expect("a pool");
    assert_eq!(*again.to_file(), *before);
    assert!(!before.windows(32).any(|bytes| bytes == [1; 32]));
    assert!(held.to_file().windows(32).any(|bytes| bytes == [1; 32]));
    let element = Element { key: SecretKey::from_seed([1; 32]), good: 2.into() };
    again.issue_by(&element, &ask(3, 7), |_| Ok::<(), &str>(())).expect("a token");
}
