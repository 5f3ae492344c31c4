//! Three parties and two meters: what they sign, and what they do not.

use super::bounds::tests::bounds;
use super::{Metered, Party};
use crate::contract::state::tests::{sign_all, state};
use crate::contract::terms::tests::{NETWORK, contract, key};
use crate::contract::{Advice, Contract, Filling, OnChain, Partial, Side, SignedState, State};
use crate::encoding::List;
use crate::meter::{MeterFacts, Reading, SignedReading};
use crate::reason::{Misread, Objection};
use crate::value::{ContractId, Height, MeterId, ReadingId, Slot, Time, WattHours, Watts};
use crate::{Error, Network, Signature, Signer};

const NOW: Time = Time(900 * 1_000);

fn metered(seed: u8) -> Metered {
    let facts = MeterFacts { meter: MeterId([seed; 32]), key: key(seed).public(), rating: Watts(10_000) };
    Metered { facts, kept: None }
}

fn propose() -> Party {
    Party::propose(NETWORK, contract(), &bounds(), metered(7), metered(8), &key(1)).expect("it agrees")
}

fn accept(offer: &Partial<Contract>, seed: u8) -> Result<Party, Error> {
    Party::accept(NETWORK, offer.clone(), &bounds(), metered(7), metered(8), &key(seed))
}

/// Seller, buyer and line owner, who have all signed.
fn parties() -> [Party; 3] {
    let mut seller = propose();
    let mut buyer = accept(seller.offer(), 2).expect("it agrees");
    let owner = accept(buyer.offer(), 3).expect("it agrees");
    seller.gather(NETWORK, owner.offer()).expect("good");
    buyer.gather(NETWORK, owner.offer()).expect("good");
    [seller, buyer, owner]
}

/// This contract alone fills the meter.
fn fillings() -> Vec<Filling> {
    let Contract { first, last, limit, .. } = contract();
    vec![Filling { contract: contract().id(NETWORK), first, last, limit }]
}

/// The meter of this seed; its registers; what it names as the reading before is looked at by nobody, for it skips.
fn reading(seed: u8, slot: u64, flowed: u64) -> SignedReading {
    let (import, export) = if seed == 7 { (0, flowed) } else { (flowed, 0) };
    let body = Reading {
        meter: MeterId([seed; 32]),
        slot: Slot(slot),
        sequence: 2 * slot,
        import: WattHours(import),
        export: WattHours(export),
        previous: ReadingId([0; 32]),
    };
    body.sign_by(NETWORK, &key(seed)).expect("a key in memory signs")
}

fn read(party: &mut Party, slot: u64, exported: u64, imported: u64) {
    for (side, seed, flowed) in [(Side::Seller, 7, exported), (Side::Buyer, 8, imported)] {
        party.read(NETWORK, side, &reading(seed, slot, flowed), &fillings(), NOW).expect("in order");
    }
}

/// Parties that have seen 90 Wh delivered by slot 101.
fn reading_parties() -> [Party; 3] {
    let mut parties = parties();
    for party in &mut parties {
        read(party, 99, 0, 0);
        read(party, 101, 100, 90);
    }
    parties
}

/// The seller signs next, then the others; all have it.
fn sign_round(parties: &mut [Party; 3]) -> SignedState {
    let [seller, buyer, owner] = parties;
    let one = seller.sign_next(NETWORK, &key(1)).expect("it signs");
    let two = buyer.counter_sign(NETWORK, &key(2), &one).expect("it signs");
    let three = owner.counter_sign(NETWORK, &key(3), &two).expect("it signs");
    assert_eq!(seller.gather_state(NETWORK, &three), Ok(true));
    assert_eq!(buyer.gather_state(NETWORK, &three), Ok(true));
    assert_eq!(seller.newest(), owner.newest());
    assert_eq!(seller.newest(), buyer.newest());
    seller.newest().expect("all have signed").clone()
}

fn refused<T>(answer: Result<T, Error>) -> Objection {
    match answer {
        Err(Error::Contract(objection)) => objection,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was not refused"),
    }
}

#[test]
fn a_contract_is_signed_one_after_the_other() {
    let mut seller = propose();
    assert_eq!(seller.contract(), None);
    let mut buyer = accept(seller.offer(), 2).expect("it agrees");
    let owner = accept(seller.offer(), 3).expect("it agrees");
    // They need not stand in a row.
    buyer.gather(NETWORK, owner.offer()).expect("good");
    let whole = buyer.contract().expect("all have signed");
    assert_eq!(whole.check(NETWORK, bounds().window_min), Ok(()));
    seller.gather(NETWORK, buyer.offer()).expect("good");
    assert_eq!(seller.contract(), Some(whole));
    assert_eq!(seller.id(), contract().id(NETWORK));
    assert_eq!(owner.contract(), None);
}

#[test]
fn a_contract_that_is_not_what_it_agrees_to_is_not_signed() {
    let offer = propose().offer().clone();
    assert_eq!(refused(accept(&offer, 4)), Objection::Stranger);
    let with = |offer: &Partial<Contract>, bounds, seller, buyer| {
        refused(Party::accept(NETWORK, offer.clone(), &bounds, seller, buyer, &key(2)))
    };
    let mut narrow = bounds();
    narrow.price_max.0 -= 1;
    assert_eq!(with(&offer, narrow, metered(7), metered(8)), Objection::Terms);
    assert_eq!(with(&offer, bounds(), metered(8), metered(7)), Objection::Meters);
    assert_eq!(with(&offer, bounds(), metered(7), metered(9)), Objection::Meters);
    let mut bad = offer.clone();
    bad.body.limit = WattHours(0);
    assert_eq!(with(&bad, bounds(), metered(7), metered(8)), Objection::Limit);
    let mut bad = offer.clone();
    bad.body.nonce = 1;
    assert_eq!(with(&bad, bounds(), metered(7), metered(8)), Objection::Signature);
    bad.signatures = List::default();
    assert_eq!(with(&bad, bounds(), metered(7), metered(8)), Objection::Signature);
    // Nor are signatures taken that are forged, or of other terms.
    let mut seller = propose();
    let mut forged = Partial::new(&contract(), contract());
    forged.signatures = List::new("signatures", vec![None, Some(Signature([1; 64])), None]).expect("three");
    assert_eq!(seller.gather(NETWORK, &forged), Err(Objection::Signature));
    assert_eq!(seller.gather(NETWORK, &bad), Err(Objection::OtherContract));
    assert_eq!(seller.offer(), &offer);
}

#[test]
fn states_are_signed_as_more_is_delivered() {
    let mut parties = reading_parties();
    let first = sign_round(&mut parties);
    assert_eq!((first.body.sequence, first.body.delivered, first.body.is_final), (1, WattHours(90), false));
    assert_eq!(first.check(NETWORK, &contract()), Ok(()));
    parties.iter_mut().for_each(|party| read(party, 102, 200, 240));
    let second = sign_round(&mut parties);
    assert_eq!((second.body.sequence, second.body.delivered), (2, WattHours(190)));
    // Who saw no more signs no less.
    assert_eq!(sign_round(&mut parties).body.delivered, WattHours(190));
}

#[test]
fn only_what_it_recomputes_is_signed() {
    let [mut seller, mut buyer, _] = reading_parties();
    read(&mut seller, 102, 200, 240);
    let ahead = seller.sign_next(NETWORK, &key(1)).expect("it signs");
    assert_eq!(refused(buyer.counter_sign(NETWORK, &key(2), &ahead)), Objection::Delivered);
    // It was refused for what it says, and nothing was signed: with the readings it is signed as it is.
    read(&mut buyer, 102, 200, 240);
    assert!(buyer.counter_sign(NETWORK, &key(2), &ahead).is_ok());
    let signed = |sequence, delivered| {
        let mut partial = Partial::new(&contract(), state(&contract(), sequence, delivered));
        partial.sign(NETWORK, &contract(), &key(1)).expect("a party");
        partial
    };
    for wrong in [0, 189, 191, u64::MAX] {
        assert_eq!(refused(buyer.counter_sign(NETWORK, &key(2), &signed(9, wrong))), Objection::Delivered);
    }
    assert!(buyer.counter_sign(NETWORK, &key(2), &signed(9, 190)).is_ok());
}

#[test]
fn sequences_only_grow() {
    let [mut seller, mut buyer, _] = reading_parties();
    let old = seller.sign_next(NETWORK, &key(1)).expect("it signs");
    let new = seller.sign_next(NETWORK, &key(1)).expect("it signs");
    assert_eq!((old.body.sequence, new.body.sequence), (1, 2));
    let signed = buyer.counter_sign(NETWORK, &key(2), &new).expect("it signs");
    assert_eq!(refused(buyer.counter_sign(NETWORK, &key(2), &old)), Objection::Sequence);
    // The same again is the same again.
    assert_eq!(buyer.counter_sign(NETWORK, &key(2), &new), Ok(signed.clone()));
    assert_eq!(seller.counter_sign(NETWORK, &key(1), &signed), Ok(signed));
    // The same sequence with anything else in it is not.
    read(&mut buyer, 102, 200, 240);
    let mut other = Partial::new(&contract(), state(&contract(), 2, 190));
    assert_eq!(refused(buyer.counter_sign(NETWORK, &key(2), &other)), Objection::Sequence);
    other.body.sequence = 3;
    assert!(buyer.counter_sign(NETWORK, &key(2), &other).is_ok());
    assert_eq!(buyer.sign_next(NETWORK, &key(2)).expect("it signs").body.sequence, 4);
    // The others may have counted further, but nobody may have the last word by counting to the end.
    other.body.sequence = 5 + 1_024 + 1;
    assert_eq!(refused(buyer.counter_sign(NETWORK, &key(2), &other)), Objection::Sequence);
    other.body.sequence = 5 + 1_024;
    assert!(buyer.counter_sign(NETWORK, &key(2), &other).is_ok());
    other.body.sequence = u64::MAX;
    assert_eq!(refused(buyer.counter_sign(NETWORK, &key(2), &other)), Objection::Sequence);
}

#[test]
fn what_is_foreign_or_forged_is_not_signed() {
    let [mut seller, mut buyer, _] = reading_parties();
    let good = seller.sign_next(NETWORK, &key(1)).expect("it signs");
    let mut bad = good.clone();
    bad.body.contract = ContractId([0; 32]);
    assert_eq!(refused(buyer.counter_sign(NETWORK, &key(2), &bad)), Objection::OtherContract);
    assert_eq!(seller.gather_state(NETWORK, &bad), Err(Objection::OtherContract));
    let mut bad = good.clone();
    bad.body.sequence = 2;
    assert_eq!(refused(buyer.counter_sign(NETWORK, &key(2), &bad)), Objection::Signature);
    assert_eq!(seller.gather_state(NETWORK, &bad), Err(Objection::Signature));
    assert_eq!(refused(buyer.counter_sign(Network::Main, &key(2), &good)), Objection::Signature);
    // Not by another party's key, nor by a stranger's.
    for seed in [1, 4] {
        assert_eq!(refused(buyer.counter_sign(NETWORK, &key(seed), &good)), Objection::Stranger);
        assert_eq!(refused(buyer.sign_next(NETWORK, &key(seed))), Objection::Stranger);
    }
    // What it did not sign is not gathered.
    assert_eq!(buyer.gather_state(NETWORK, &good), Err(Objection::Sequence));
    assert_eq!(buyer.newest(), None);
}

#[test]
fn before_all_have_signed_the_contract_there_are_no_states() {
    let mut seller = propose();
    assert_eq!(refused(seller.sign_next(NETWORK, &key(1))), Objection::Unsigned);
    let empty = Partial::new(&contract(), state(&contract(), 1, 0));
    assert_eq!(refused(seller.counter_sign(NETWORK, &key(1), &empty)), Objection::Unsigned);
}

/// A signer that does not sign leaves everything as it was.
#[test]
fn a_signer_that_fails_costs_no_sequence() {
    struct Broken;
    impl Signer for Broken {
        fn public(&self) -> crate::PublicKey {
            key(1).public()
        }

        fn sign(&self, _: &[u8; 32]) -> Result<Signature, Error> {
            Err(Error::Signer { why: "it is broken".to_owned() })
        }
    }
    let [mut seller, _, _] = reading_parties();
    let before = seller.clone();
    assert!(matches!(seller.sign_next(NETWORK, &Broken), Err(Error::Signer { .. })));
    assert_eq!(seller, before);
}

#[test]
fn readings_are_looked_at_and_shared_out() {
    let [mut seller, _, _] = parties();
    let mut read = |side, reading: SignedReading, fillings: &[Filling]| {
        seller.read(NETWORK, side, &reading, fillings, NOW).map(|()| seller.recomputed().0)
    };
    let own = fillings();
    assert_eq!(read(Side::Seller, reading(7, 99, 0), &own), Ok(0));
    assert_eq!(read(Side::Buyer, reading(8, 99, 0), &own), Ok(0));
    // Of another meter; forged; too late; still to come.
    assert_eq!(read(Side::Seller, reading(8, 100, 9), &own), Err(Misread::Signature));
    let mut forged = reading(7, 100, 9);
    forged.signature.0[40] ^= 1;
    assert_eq!(read(Side::Seller, forged, &own), Err(Misread::Signature));
    assert_eq!(read(Side::Seller, reading(7, 99, 9), &own), Err(Misread::Sequence));
    assert_eq!(read(Side::Seller, reading(7, 1_001, 9), &own), Err(Misread::Future));
    // A contract before it takes 100 Wh of a slot; the limit is 500.
    let earlier = Filling { contract: ContractId([0; 32]), limit: WattHours(100), ..own[0] };
    let both = [earlier, own[0]];
    assert_eq!(read(Side::Seller, reading(7, 100, 800), &both), Ok(0));
    assert_eq!(read(Side::Buyer, reading(8, 100, 650), &own), Ok(500));
    assert_eq!(read(Side::Seller, reading(7, 101, 1_100), &both), Ok(500));
    assert_eq!(read(Side::Buyer, reading(8, 101, 1_150), &own), Ok(700));
    // While it is not open it gets nothing.
    assert_eq!(read(Side::Seller, reading(7, 102, 1_500), &both[..1]), Ok(700));
    assert_eq!(read(Side::Buyer, reading(8, 102, 1_500), &[]), Ok(700));
}

/// What is not certain yet is not signed: a later reading may show that it was less.
#[test]
fn what_only_one_meter_shows_is_not_signed() {
    let [mut seller, _, _] = reading_parties();
    seller.read(NETWORK, Side::Seller, &reading(7, 103, 600), &fillings(), NOW).expect("in order");
    seller.read(NETWORK, Side::Buyer, &reading(8, 104, 590), &fillings(), NOW).expect("in order");
    assert_eq!(seller.sign_next(NETWORK, &key(1)).expect("it signs").body.delivered, WattHours(90));
}

#[test]
fn the_last_state_is_final() {
    let mut parties = reading_parties();
    sign_round(&mut parties);
    for party in &mut parties {
        // Both meters were read to the end, if not at one slot.
        party.read(NETWORK, Side::Seller, &reading(7, 199, 300), &fillings(), NOW).expect("in order");
        party.read(NETWORK, Side::Buyer, &reading(8, 200, 240), &fillings(), NOW).expect("in order");
        assert!(party.is_complete());
    }
    let last = sign_round(&mut parties);
    assert_eq!((last.body.delivered, last.body.is_final), (WattHours(240), true));
    for (party, seed) in parties.iter_mut().zip(1..) {
        assert_eq!(refused(party.sign_next(NETWORK, &key(seed))), Objection::Final);
        let mut more = Partial::new(&contract(), State { sequence: 9, ..last.body });
        assert_eq!(refused(party.counter_sign(NETWORK, &key(seed), &more)), Objection::Final);
        more.body.sequence = last.body.sequence;
        assert!(party.counter_sign(NETWORK, &key(seed), &more).is_ok());
        assert_eq!(party.advise(Height(5), OnChain::Open), Advice::Close(Some(last.clone())));
    }
}

#[test]
fn a_contract_ends_early_only_if_all_want_that() {
    let [mut seller, mut buyer, _] = reading_parties();
    seller.end();
    let last = seller.sign_next(NETWORK, &key(1)).expect("it signs");
    assert!(last.body.is_final);
    assert_eq!(refused(seller.sign_next(NETWORK, &key(1))), Objection::Final);
    assert_eq!(refused(buyer.counter_sign(NETWORK, &key(2), &last)), Objection::Final);
    buyer.end();
    assert!(buyer.counter_sign(NETWORK, &key(2), &last).is_ok());
    // Who is ready to end takes a state that does not.
    let [_, mut buyer, _] = reading_parties();
    buyer.end();
    let more = Partial::new(&contract(), state(&contract(), 1, 90));
    assert!(buyer.counter_sign(NETWORK, &key(2), &more).is_ok());
}

#[test]
fn the_newest_whole_state_is_kept() {
    let [mut seller, _, _] = reading_parties();
    let heard = |seller: &mut Party, sequence| {
        seller.hear(NETWORK, sign_all(state(&contract(), sequence, 10))).expect("good")
    };
    assert_eq!([2, 5, 4, 5].map(|sequence| heard(&mut seller, sequence)), [true, true, false, false]);
    assert_eq!(seller.newest().map(|newest| newest.body.sequence), Some(5));
    let mut forged = sign_all(state(&contract(), 6, 10));
    forged.body.delivered = WattHours(11);
    assert_eq!(seller.hear(NETWORK, forged), Err(Objection::Signature));
    let other = Contract { nonce: 1, ..contract() };
    assert_eq!(seller.hear(NETWORK, sign_all(state(&other, 6, 10))), Err(Objection::OtherContract));
    assert_eq!(seller.sign_next(NETWORK, &key(1)).expect("it signs").body.sequence, 6);
    // A state that all have signed says more than the readings: less is not signed.
    heard(&mut seller, 7);
    seller.hear(NETWORK, sign_all(state(&contract(), 8, 91))).expect("good");
    assert_eq!(refused(seller.sign_next(NETWORK, &key(1))), Objection::Delivered);
}

#[test]
fn a_close_with_an_old_state_is_answered() {
    let mut parties = reading_parties();
    let closing = |sequence| OnChain::Closing { sequence, until: Height(50) };
    assert_eq!(parties[0].advise(Height(40), closing(0)), Advice::Nothing);
    sign_round(&mut parties);
    let newest = sign_round(&mut parties);
    let [seller, _, _] = parties;
    for sequence in [0, 1] {
        assert_eq!(seller.advise(Height(50), closing(sequence)), Advice::Answer(newest.clone()));
        assert_eq!(seller.advise(Height(51), closing(sequence)), Advice::Nothing);
    }
    for sequence in [2, 3, u64::MAX] {
        assert_eq!(seller.advise(Height(40), closing(sequence)), Advice::Nothing);
    }
    assert_eq!(seller.advise(Height(2_000), OnChain::Settled), Advice::Nothing);
    assert_eq!(seller.advise(Height(999), OnChain::Open), Advice::Nothing);
    assert_eq!(seller.advise(Height(1_000), OnChain::Open), Advice::Close(Some(newest)));
    assert_eq!(propose().advise(Height(1_000), OnChain::Open), Advice::Close(None));
}

#[test]
fn a_restored_party_signs_nothing_before_it_heard_the_newest_state() {
    let mut parties = reading_parties();
    let first = sign_round(&mut parties);
    let backup = parties[0].to_bytes();
    let second = sign_round(&mut parties);
    let next = parties[1].sign_next(NETWORK, &key(2)).expect("it signs");
    let mut restored = Party::from_bytes(&backup).expect("its own bytes");
    assert!(restored.is_restored());
    let signs_nothing = |party: &mut Party| {
        let again = Partial::new(&contract(), first.body);
        assert_eq!(refused(party.sign_next(NETWORK, &key(1))), Objection::Restored);
        assert_eq!(refused(party.counter_sign(NETWORK, &key(1), &next)), Objection::Restored);
        assert_eq!(refused(party.counter_sign(NETWORK, &key(1), &again)), Objection::Restored);
        // It does not close with what may be old, but what it has is better than something older.
        assert_eq!(party.advise(Height(1_000), OnChain::Open), Advice::Nothing);
        let closing = OnChain::Closing { sequence: 0, until: Height(50) };
        assert_eq!(party.advise(Height(40), closing), Advice::Answer(first.clone()));
    };
    signs_nothing(&mut restored);
    // Nothing older than the backup, nothing forged, and no word that there is none lets it go on.
    assert_eq!(restored.hear(NETWORK, sign_all(state(&contract(), 0, 0))), Ok(false));
    let mut forged = second.clone();
    forged.body.sequence = 9;
    assert_eq!(restored.hear(NETWORK, forged), Err(Objection::Signature));
    restored.hear_of_none();
    // Nor does being written down once more.
    restored = Party::from_bytes(&restored.to_bytes()).expect("its own bytes");
    signs_nothing(&mut restored);
    assert_eq!(restored.hear(NETWORK, second), Ok(true));
    assert!(!restored.is_restored());
    assert!(restored.counter_sign(NETWORK, &key(1), &next).is_ok());
    assert_eq!(restored.sign_next(NETWORK, &key(1)).expect("it signs").body.sequence, 4);
}

#[test]
fn a_party_that_lost_nothing_goes_on() {
    let mut parties = reading_parties();
    // Nobody has a state yet.
    let mut restored = Party::from_bytes(&parties[0].to_bytes()).expect("its own bytes");
    restored.hear_of_none();
    assert!(restored.sign_next(NETWORK, &key(1)).is_ok());
    // What it signed alone is not signed again in another way.
    let mut restored = Party::from_bytes(&restored.to_bytes()).expect("its own bytes");
    restored.hear_of_none();
    assert_eq!(restored.sign_next(NETWORK, &key(1)).expect("it signs").body.sequence, 2);
    let newest = sign_round(&mut parties);
    let mut restored = Party::from_bytes(&parties[0].to_bytes()).expect("its own bytes");
    assert_eq!(restored.hear(NETWORK, newest), Ok(false));
    assert_eq!(restored, parties[0]);
}

#[test]
fn bytes_are_strict() {
    let mut parties = reading_parties();
    sign_round(&mut parties);
    let bytes = parties[1].to_bytes();
    assert_eq!(Party::from_bytes(&bytes).map(|party| party.to_bytes()), Ok(bytes.clone()));
    assert!(Party::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    assert!(Party::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    assert!(Party::from_bytes(&[]).is_err());
    // A place that no party has.
    let place = 32 + parties[1].offer().to_bytes().len();
    let mut bad = bytes;
    assert_eq!(bad[place], 1);
    bad[place] = 3;
    assert!(matches!(Party::from_bytes(&bad), Err(Error::Encoding { .. })));
}
