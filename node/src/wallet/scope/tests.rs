use std::collections::BTreeMap;

use gridnet_protocol::contract::{Contract, Role};
use gridnet_protocol::encoding::decode;
use gridnet_protocol::transaction::{Action, Body, IdentityRegistration, Transaction};
use gridnet_protocol::value::Units;
use gridnet_protocol::{Address, PublicKey};

use super::super::action_name;
use super::{Limits, Refusal, Scope, Spending};

const NO_LIMITS: Limits = Limits { fee: Units(u64::MAX), day: Units(u64::MAX) };
const CLAIM: Scope = Scope::Claim { limits: NO_LIMITS };
const TRADE: Scope = Scope::Trade { limits: NO_LIMITS, deposit: Units(u64::MAX) };

/// One transaction of each action, as the published chain has it, by the action's name.
pub(in crate::wallet) fn one_of_each() -> BTreeMap<&'static str, Body> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/protocol/transactions.json");
    let file = std::fs::read(path).expect("the vectors are there");
    let vectors: serde_json::Value = serde_json::from_slice(&file).expect("JSON");
    let entries = vectors["transactions"].as_array().expect("a list").iter();
    let decoded = entries.filter_map(|entry| {
        let bytes = hex::decode(entry["transaction"].as_str().expect("hex")).expect("hex");
        match decode("a transaction", &bytes).expect("a transaction") {
            Transaction::Signed(signed) => Some((action_name(&signed.body.action), signed.body)),
            Transaction::Coinbase(_) | Transaction::Posted(_) => None,
        }
    });
    decoded.collect()
}

fn opened(all: &BTreeMap<&'static str, Body>) -> Contract {
    match &all["open-contract"].action {
        Action::OpenContract { contract } => contract.body.clone(),
        other => panic!("{other:?}"),
    }
}

fn check(scope: Scope, sender: &PublicKey, action: &Action) -> Result<Units, Refusal> {
    scope.check(&Spending { sender, action, fee: Units(1), spent: Units::ZERO })
}

/// Which scopes have which actions, for every action there is: a new one fails here until it has a line.
#[test]
fn each_scope_has_its_actions_and_no_others() {
    let all = one_of_each();
    let (claim, trade) = (["claim"].as_slice(), ["trade"].as_slice());
    let has: [(&str, &[&str]); 22] = [
        ("add-stake", claim),
        ("answer-contract", trade),
        ("close-contract", &[]),
        ("close-subvention", &[]),
        ("commit-fraud", &[]),
        ("credit-subvention", &[]),
        ("end-contract", trade),
        ("mark", &[]),
        ("open-contract", trade),
        ("open-subvention", &[]),
        ("prove-equivocation", &[]),
        ("prove-fraud", &[]),
        ("read", trade),
        ("reclaim-pool", claim),
        ("register-authority", &[]),
        ("register-certifier", &[]),
        ("register-identity", claim),
        ("register-meter", &[]),
        ("register-pool", &[]),
        ("transfer", &[]),
        ("unmark", &[]),
        ("withdraw-stake", claim),
    ];
    assert_eq!(all.keys().copied().collect::<Vec<_>>(), has.map(|(name, _)| name));
    let contract = opened(&all);
    for (name, scopes) in has {
        let mut action = all[name].action.clone();
        let mut sender = all[name].sender;
        // Its own identity, so that the action alone decides.
        match &mut action {
            Action::RegisterIdentity { identity, .. } => identity.address = Address::of(&sender),
            Action::AddStake { identity, .. } => *identity = Address::of(&sender),
            _ => {}
        }
        if name.ends_with("-contract") {
            sender = contract.key_of(Role::Seller);
        }
        assert!(check(Scope::Full, &sender, &action).is_ok(), "{name}");
        for scope in [CLAIM, TRADE] {
            let checked = check(scope, &sender, &action);
            if scopes.contains(&scope.name()) {
                assert!(checked.is_ok(), "{name} of {}: {checked:?}", scope.name());
            } else {
                assert_eq!(checked, Err(Refusal::Scope { action: name, scope: scope.name() }));
            }
        }
    }
}

#[test]
fn coins_do_not_become_the_stake_of_somebody_else() {
    let sender = one_of_each()["transfer"].sender;
    let own = Address::of(&sender);
    let registration = |address| IdentityRegistration { address, repetitions: 1, nonce: 0 };
    for (address, is_own) in [(own, true), (Address([9; 32]), false)] {
        let register = Action::RegisterIdentity { identity: registration(address), stake: Units(70) };
        let add = Action::AddStake { identity: address, amount: Units(70) };
        for action in [register, add] {
            let refused = Refusal::NotOwn { action: action_name(&action) };
            let expected = if is_own { Ok(Units(71)) } else { Err(refused) };
            assert_eq!(check(CLAIM, &sender, &action), expected, "{action:?}");
            assert!(check(Scope::Full, &sender, &action).is_ok());
        }
    }
}

#[test]
fn a_contract_takes_what_the_account_puts_in() {
    let all = one_of_each();
    let (contract, open) = (opened(&all), &all["open-contract"].action);
    let (seller, buyer) = (contract.key_of(Role::Seller), contract.key_of(Role::Buyer));
    let stranger = PublicKey([9; 32]);
    assert_eq!(check(TRADE, &seller, open), Ok(Units(1)));
    assert_eq!(check(TRADE, &buyer, open), Ok(Units(contract.deposit.0 + 1)));
    assert_eq!(check(TRADE, &stranger, open), Err(Refusal::NotParty { action: "open-contract" }));
    let most = Units(contract.deposit.0 - 1);
    let tight = Scope::Trade { limits: NO_LIMITS, deposit: most };
    assert_eq!(check(tight, &seller, open), Ok(Units(1)));
    assert_eq!(check(tight, &buyer, open), Err(Refusal::Deposit { asked: contract.deposit, most }));
}

/// Of no scope, whoever is a party and whatever state is given: with none, what others owe the account would be given away.
#[test]
fn no_limited_key_closes_a_contract() {
    let all = one_of_each();
    let contract = opened(&all);
    let given = &all["close-contract"].action;
    let mut stateless = given.clone();
    if let Action::CloseContract { state, .. } = &mut stateless {
        *state = None;
    }
    for (action, role) in
        [given, &stateless].iter().flat_map(|close| [(close, Role::Seller), (close, Role::Buyer)])
    {
        let sender = contract.key_of(role);
        for scope in [CLAIM, TRADE] {
            let refused = Refusal::Scope { action: "close-contract", scope: scope.name() };
            assert_eq!(check(scope, &sender, action), Err(refused), "{role:?}");
        }
    }
}

#[test]
fn fees_and_days_are_limited_to_the_unit() {
    let sender = one_of_each()["transfer"].sender;
    let action = Action::AddStake { identity: Address::of(&sender), amount: Units(500) };
    let limits = Limits { fee: Units(30), day: Units(1_000) };
    let ask = |fee, spent| {
        let (fee, spent) = (Units(fee), Units(spent));
        let spending = Spending { sender: &sender, action: &action, fee, spent };
        Scope::Claim { limits }.check(&spending)
    };
    assert_eq!(ask(30, 470), Ok(Units(530)));
    assert_eq!(ask(31, 0), Err(Refusal::Fee { asked: Units(31), most: Units(30) }));
    let day =
        |asked, spent| Err(Refusal::Day { asked: Units(asked), spent: Units(spent), most: Units(1_000) });
    assert_eq!(ask(30, 471), day(530, 471));
    assert_eq!(ask(0, u64::MAX), day(500, u64::MAX));
    let whole = Action::AddStake { identity: Address::of(&sender), amount: Units(u64::MAX) };
    let spending = Spending { sender: &sender, action: &whole, fee: Units(30), spent: Units::ZERO };
    assert!(matches!(Scope::Claim { limits }.check(&spending), Err(Refusal::Day { .. })));
    let said = ask(30, 471).expect_err("too much").to_string();
    assert_eq!(
        said,
        "it takes 0.0000053 GNC, 0.00000471 GNC were spent today, and 0.00001 GNC a day are the limit"
    );
}
