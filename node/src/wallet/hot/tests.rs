use gridnet_protocol::Address;
use gridnet_protocol::transaction::{Action, Transaction};
use gridnet_protocol::value::{Time, Units};

use super::super::file::tests::small;
use super::super::scope::tests::one_of_each;
use super::super::{Journal, Limits, Refusal, Scope, WalletError};
use super::{Asked, HotKeys};

const NOW: Time = Time(1_800_000_000);

fn keys(names: &[&str], limits: Limits, journal: Journal) -> HotKeys {
    let mut open = small();
    open.set_scope("mining", Scope::Claim { limits }).expect("an account");
    let wallet = open.lock().expect("a wallet");
    HotKeys::open(&wallet, "correct horse", names, journal).expect("the password")
}

fn stake(keys: &HotKeys, amount: u64, fee: Option<u64>) -> Asked<'static> {
    let own = keys.accounts().last().expect("an account").address();
    let action = Action::AddStake { identity: own, amount: Units(amount) };
    Asked { account: "mining", sequence: 4, fee: fee.map(Units), action, now: NOW }
}

const LIMITS: Limits = Limits { fee: Units(10_000), day: Units(50_000) };

#[test]
fn a_key_signs_within_its_scope_what_the_ledger_takes() {
    let keys = keys(&["mining"], LIMITS, Journal::in_memory());
    let transaction = keys.sign(stake(&keys, 20_000, None)).expect("within its limits");
    let Transaction::Signed(signed) = &transaction else { panic!("{transaction:?}") };
    assert!(signed.is_signed(keys.network()));
    assert_eq!((signed.body.sequence, signed.body.account()), (4, keys.accounts()[0].address()));
    let least = gridnet_protocol::ledger::least_fee(keys.network(), &transaction);
    assert_eq!(signed.body.fee, least);
    assert_eq!(keys.spent("mining", NOW), Ok(Units(20_000 + least.0)));
    // The rest of the day, to the unit.
    let rest = 50_000 - 20_000 - least.0;
    let refused = keys.sign(stake(&keys, rest - 7, Some(8))).expect_err("a unit too much");
    let asked = Units(rest + 1);
    let refusal = Refusal::Day { asked, spent: Units(20_000 + least.0), most: LIMITS.day };
    assert_eq!(refused, WalletError::Refused { account: "mining".to_owned(), refusal });
    keys.sign(stake(&keys, rest - 8, Some(8))).expect("just that");
    let tomorrow = Asked { now: Time(NOW.0 + 86_400), ..stake(&keys, 20_000, None) };
    keys.sign(tomorrow).expect("a new day");
}

#[test]
fn a_node_has_no_key_that_it_was_not_given() {
    let hot = keys(&["mining", "mining"], LIMITS, Journal::in_memory());
    assert_eq!(hot.accounts().len(), 1);
    let transfer = |account| {
        let action = Action::Transfer { to: Address([7; 32]), amount: Units(1) };
        Asked { account, sequence: 0, fee: None, action, now: NOW }
    };
    let unknown = hot.sign(transfer("default")).expect_err("it is in the wallet only");
    assert!(matches!(unknown, WalletError::UnknownAccount { .. }), "{unknown}");
    let refused = hot.sign(transfer("mining")).expect_err("its scope has none");
    assert_eq!(
        refused.to_string(),
        "account \"mining\" does not sign this: its scope is claim, which has no transfer"
    );
    assert_eq!(hot.spent("mining", NOW), Ok(Units::ZERO), "what is refused is not spent");
    let wallet = small().lock().expect("a wallet");
    // One that may sign everything is not held, whoever is named beside it.
    for names in [&["default"] as &[_], &["mining", "default"]] {
        let full = HotKeys::open(&wallet, "correct horse", names, Journal::in_memory());
        let refused = full.expect_err("it could give everything away");
        assert_eq!(refused, WalletError::Unlimited { account: "default".to_owned() });
        assert!(refused.to_string().contains("`gridnet wallet scope default claim"), "{refused}");
    }
    let wrong = HotKeys::open(&wallet, "wrong horse", &["mining"], Journal::in_memory());
    assert_eq!(wrong.expect_err("another password"), WalletError::Password);
}

#[test]
fn what_does_not_pass_the_test_takes_nothing() {
    let keys = keys(&["mining"], LIMITS, Journal::in_memory());
    let refuses = |_: &Transaction| Err(WalletError::System("not taken".to_owned()));
    for _ in 0..3 {
        let refused = keys.sign_if(stake(&keys, 40_000, None), refuses).expect_err("it is not taken");
        assert_eq!(refused, WalletError::System("not taken".to_owned()));
    }
    assert_eq!(keys.spent("mining", NOW), Ok(Units::ZERO));
    keys.sign(stake(&keys, 40_000, None)).expect("there is room yet");
}

/// Whatever the action, what a limited key does not sign it does not sign; nothing else decides it here.
#[test]
fn no_action_leaves_a_limited_key_but_its_own() {
    let keys = keys(&["mining"], Limits { fee: Units(u64::MAX), day: Units(u64::MAX) }, Journal::in_memory());
    let signed: Vec<&str> = one_of_each()
        .into_iter()
        .filter(|(_, body)| {
            let action = body.action.clone();
            let asked = Asked { account: "mining", sequence: 0, fee: None, action, now: NOW };
            keys.sign(asked).is_ok()
        })
        .map(|(name, _)| name)
        .collect();
    // Identities and stake of the vectors are other people's.
    assert_eq!(signed, ["reclaim-pool", "withdraw-stake"]);
}

#[test]
fn what_cannot_be_written_down_is_not_signed() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Journal::in_file(&folder.path().join("none/spent")).expect("none yet");
    let keys = keys(&["mining"], LIMITS, journal);
    let refused = keys.sign(stake(&keys, 1, None)).expect_err("there is no folder");
    assert!(matches!(refused, WalletError::Journal { .. }), "{refused}");
}
