use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::{Lasting, least_fee};
use gridnet_protocol::transaction::{Body, Signed, Transaction};
use gridnet_protocol::value::Units;
use gridnet_protocol::{Network, PublicKey, Signature};
use gridnet_tests::chain::person;
use gridnet_tests::world::NETWORK;

use super::{chain, transfer};

#[test]
fn coins_go_from_one_to_the_other() {
    let mut chain = chain(&["ann"]);
    let transaction = chain.sign("ann", transfer("ben", 500));
    let fee = least_fee(NETWORK, &transaction).0;
    assert_eq!(fee, 10 * (encode(&transaction).len() as u64 + 64));
    chain.mine(&[transaction]);
    assert_eq!(chain.balance("ben"), 500);
    assert_eq!(chain.balance("ann"), Units::from_gnc(1_000).0 - 500 - fee);
    // The producer's pay is ripe a block later.
    let before = chain.balance("miner");
    chain.wait(1);
    assert_eq!(chain.balance("miner") - before, Units::from_gnc(50).0 + fee);
}

#[test]
fn each_rule_of_accounts_is_kept() {
    let mut chain = chain(&["ann"]);
    let good = chain.sign("ann", transfer("ben", 500));
    let least = least_fee(NETWORK, &good);
    let all = chain.balance("ann");
    for (transaction, code, lasting) in [
        (chain.sign("ann", transfer("ben", 0)), "amount", Lasting::Permanent),
        (chain.sign("ann", transfer("ann", 500)), "amount", Lasting::Permanent),
        (chain.sign("ann", transfer("ben", all)), "balance", Lasting::Transient),
        (chain.sign("ann", transfer("ben", u64::MAX)), "balance", Lasting::Transient),
        (chain.sign("nobody", transfer("ben", 1)), "balance", Lasting::Transient),
        (chain.sign_as("ann", 1, None, transfer("ben", 500)), "sequence", Lasting::Transient),
        (chain.sign_as("ann", u64::MAX, None, transfer("ben", 500)), "sequence", Lasting::Transient),
        (chain.sign_as("ann", 0, Some(Units(least.0 - 1)), transfer("ben", 500)), "fee", Lasting::Permanent),
        (chain.sign_as("ann", 0, Some(Units(u64::MAX)), transfer("ben", 500)), "balance", Lasting::Transient),
    ] {
        let rejection = chain.refusal(&transaction);
        assert_eq!((rejection.code.name(), rejection.of_a_transaction()), (code, lasting));
        assert_eq!(rejection.of_a_block(), Lasting::Permanent);
    }
    // Exactly all.
    let rest = chain.sign("ann", transfer("ben", all - least.0));
    chain.mine(std::slice::from_ref(&rest));
    assert_eq!(chain.balance("ann"), 0);
    assert_eq!(chain.code(&rest), "sequence", "a transaction is good once");
}

#[test]
fn nobody_signs_for_another() {
    let mut chain = chain(&["ann"]);
    let Transaction::Signed(good) = chain.sign("ann", transfer("ben", 500)) else { panic!("it is signed") };
    let forged = |change: fn(&mut Signed)| {
        let mut signed = good.clone();
        change(&mut signed);
        Transaction::Signed(signed)
    };
    let another =
        |network: Network| good.body.clone().sign(network, &person("ann")).expect("a key in memory");
    for transaction in [
        forged(|signed| signed.signature.0[3] ^= 1),
        forged(|signed| signed.body.fee.0 += 1),
        forged(|signed| signed.signature = Signature([0; 64])),
        another(Network::Test),
        Body { ..good.body.clone() }.sign(NETWORK, &person("ben")).expect("a key in memory"),
    ] {
        assert_eq!(chain.code(&transaction), "signature");
    }
    // Of small order, and no point at all.
    for key in [[0; 32], {
        let mut two = [0; 32];
        two[0] = 2;
        two
    }] {
        let mut signed = good.clone();
        signed.body.sender = PublicKey(key);
        assert_eq!(chain.code(&Transaction::Signed(signed)), "bad-key");
    }
}
