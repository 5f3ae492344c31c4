//! What parties agree on, and who is paid what by it.

use borsh::{BorshDeserialize, BorshSerialize};

use super::partial::{self, Agreed};
use crate::encoding::{List, decode, encode, limits};
use crate::meter::{SignedDigest, is_good};
use crate::reason::Objection;
use crate::value::{ContractId, Height, MeterId, Slot, Units, WattHours};
use crate::{Error, Kind, Network, PublicKey, Signature, sign};

/// Slots of a contract, at most: a leap year's.
pub const SLOTS_MAX: u64 = 35_136;
/// Blocks of a contract's window, at most.
pub const WINDOW_MAX: u32 = 21_600;
/// What rates are for.
pub const WATT_HOURS_OF_A_KWH: u64 = 1_000;

/// What a party does in a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Role {
    /// Gives the energy.
    Seller = 0,
    /// Takes it, and pays.
    Buyer = 1,
    /// Owns a line that it flows through.
    LineOwner = 2,
    /// Brought the others together, or runs the grid.
    Broker = 3,
}

/// A party of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Signatory {
    /// What it signs with. It is paid at this key's address.
    pub key: PublicKey,
    /// What it does.
    pub role: Role,
    /// What it is paid for each kWh; nothing for the buyer.
    pub rate: Units,
}

impl Signatory {
    /// What it is paid for so much energy, rounded down: of all of it at once, so that many small deliveries cost nobody
    /// anything.
    fn share(&self, delivered: WattHours) -> u128 {
        match self.role {
            Role::Buyer => 0,
            Role::Seller | Role::LineOwner | Role::Broker => {
                u128::from(self.rate.0) * u128::from(delivered.0) / u128::from(WATT_HOURS_OF_A_KWH)
            }
        }
    }
}

/// What parties agree on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Contract {
    /// Who they are, in the order in which they sign.
    pub parties: List<Signatory, { limits::PARTIES }>,
    /// What measures the energy that is given.
    pub seller_meter: MeterId,
    /// What measures the energy that is taken.
    pub buyer_meter: MeterId,
    /// The first slot in which energy is delivered.
    pub first: Slot,
    /// The last one.
    pub last: Slot,
    /// Most that is delivered in a slot.
    pub limit: WattHours,
    /// What the buyer deposits.
    pub deposit: Units,
    /// Least that whoever closes puts in of its own, for a watcher that knows better.
    pub watch_fee: Units,
    /// Blocks in which a close can be answered.
    pub window: u32,
    /// From this height anybody may close.
    pub expiry: Height,
    /// What tells contracts apart that are the same otherwise.
    pub nonce: u64,
}

impl Contract {
    /// Its id.
    pub fn id(&self, network: Network) -> ContractId {
        ContractId(sign::id(network, Kind::Contract, self))
    }

    /// Whether it could be opened, by all that can be said without the ledger but its signatures. The shortest window is
    /// the network's.
    ///
    /// # Errors
    /// The first that holds, from [`Objection::Parties`] to [`Objection::Window`].
    pub fn check(&self, window_min: u32) -> Result<(), Objection> {
        let parties = self.parties.as_slice();
        let holds = |holds: bool, otherwise: Objection| if holds { Ok(()) } else { Err(otherwise) };
        let with = |role| parties.iter().filter(|party| party.role == role).count();
        let has_both = with(Role::Seller) == 1 && with(Role::Buyer) == 1;
        let is_first_of_its_key = |(place, party): (usize, &Signatory)| {
            parties[..place].iter().all(|earlier| earlier.key != party.key)
        };
        let buyer_is_unpaid =
            parties.iter().all(|party| party.role != Role::Buyer || party.rate == Units::ZERO);
        holds(parties.len() >= 2 && has_both, Objection::Parties)?;
        holds(parties.iter().all(|party| party.key.admit().is_ok()), Objection::BadKey)?;
        holds(parties.iter().enumerate().all(is_first_of_its_key), Objection::SameKey)?;
        holds(self.seller_meter != self.buyer_meter, Objection::Meters)?;
        holds(buyer_is_unpaid && self.price() > 0, Objection::Rate)?;
        let lasts = self.last.0.checked_sub(self.first.0);
        holds(lasts.is_some_and(|lasts| lasts < SLOTS_MAX), Objection::Slots)?;
        holds(self.limit.0 > 0, Objection::Limit)?;
        holds(self.deposit > self.watch_fee, Objection::Deposit)?;
        holds((window_min..=WINDOW_MAX).contains(&self.window), Objection::Window)
    }

    /// What the buyer pays for a kWh, to all others together.
    pub fn price(&self) -> u128 {
        let paid = self.parties.as_slice().iter().filter(|party| party.role != Role::Buyer);
        paid.map(|party| u128::from(party.rate.0)).sum()
    }

    /// What all others are paid for so much energy.
    fn paid(&self, delivered: WattHours) -> u128 {
        self.parties.as_slice().iter().map(|party| party.share(delivered)).sum()
    }

    /// The most energy that the deposit pays for.
    pub fn cap(&self) -> WattHours {
        let budget = u128::from(self.deposit.0);
        // Nothing costs nothing, and more never costs less.
        let (mut enough, mut most) = (0, u64::MAX);
        while enough < most {
            let middle = enough + (most - enough) / 2 + 1;
            if self.paid(WattHours(middle)) <= budget {
                enough = middle;
            } else {
                most = middle - 1;
            }
        }
        WattHours(enough)
    }

    /// What each party has when so much energy was delivered, in their order: all together the deposit. Beyond the
    /// [`cap`](Contract::cap) nobody is paid more. The contract is one that was [checked](Contract::check).
    pub fn balances(&self, delivered: WattHours) -> Vec<Units> {
        let delivered = delivered.min(self.cap());
        let kept = u128::from(self.deposit.0) - self.paid(delivered);
        let balance = |party: &Signatory| {
            let amount = if party.role == Role::Buyer { kept } else { party.share(delivered) };
            Units(u64::try_from(amount).expect("a part is no more than the deposit"))
        };
        self.parties.as_slice().iter().map(balance).collect()
    }

    /// The key of the one party with a role: the seller's, the buyer's. The contract is one that was
    /// [checked](Contract::check).
    ///
    /// # Panics
    /// When nobody has it.
    pub fn key_of(&self, role: Role) -> PublicKey {
        let mut parties = self.parties.as_slice().iter();
        parties.find(|party| party.role == role).expect("a contract has a seller and a buyer").key
    }

    /// The place of a key among the parties.
    pub fn place(&self, key: &PublicKey) -> Option<usize> {
        self.parties.as_slice().iter().position(|party| party.key == *key)
    }
}

impl Agreed for Contract {
    const KIND: Kind = Kind::Contract;
}

/// A contract that all parties have signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct SignedContract {
    /// What they agree on.
    pub body: Contract,
    /// Their signatures of that, in their order.
    pub signatures: List<Signature, { limits::PARTIES }>,
}

impl SignedContract {
    /// Its id.
    pub fn id(&self, network: Network) -> ContractId {
        self.body.id(network)
    }

    /// Its signatures.
    ///
    /// # Errors
    /// [`Objection::Signature`] when there is not one for each party: nothing can be said of the others then.
    pub fn signed(&self, network: Network) -> Result<Vec<SignedDigest>, Objection> {
        partial::signed(network, &self.body, &self.body, &self.signatures)
    }

    /// All that can be said of it without the ledger.
    ///
    /// # Errors
    /// As [`Contract::check`], and then [`Objection::Signature`].
    pub fn check(&self, network: Network, window_min: u32) -> Result<(), Objection> {
        self.body.check(window_min)?;
        let signed = self.signed(network)?;
        if signed.iter().all(is_good) { Ok(()) } else { Err(Objection::Signature) }
    }

    /// Its encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The contract of an encoding.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<SignedContract, Error> {
        decode("a contract", bytes)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::{Contract, Role, SLOTS_MAX, Signatory, SignedContract, WINDOW_MAX};
    use crate::encoding::{List, decode, encode};
    use crate::reason::Objection;
    use crate::value::{Height, MeterId, Slot, Units, WattHours};
    use crate::{Kind, Network, PublicKey, SecretKey, sign};

    pub(crate) const NETWORK: Network = Network::Test;
    pub(crate) const WINDOW_MIN: u32 = 6;

    pub(crate) fn key(seed: u8) -> SecretKey {
        SecretKey::from_seed([seed; 32])
    }

    pub(crate) fn party(seed: u8, role: Role, rate: u64) -> Signatory {
        Signatory { key: key(seed).public(), role, rate: Units(rate) }
    }

    fn parties(list: Vec<Signatory>) -> List<Signatory, 8> {
        List::new("parties", list).expect("no more than eight")
    }

    /// Seller 1, buyer 2 and line owner 3, over slots 100 to 199.
    pub(crate) fn contract() -> Contract {
        Contract {
            parties: parties(vec![
                party(1, Role::Seller, 3_000),
                party(2, Role::Buyer, 0),
                party(3, Role::LineOwner, 500),
            ]),
            seller_meter: MeterId([7; 32]),
            buyer_meter: MeterId([8; 32]),
            first: Slot(100),
            last: Slot(199),
            limit: WattHours(500),
            deposit: Units(100_000),
            watch_fee: Units(1_000),
            window: 10,
            expiry: Height(1_000),
            nonce: 0,
        }
    }

    pub(crate) fn sign_all(body: Contract) -> SignedContract {
        let signature = |seed| sign::sign(&key(seed), NETWORK, Kind::Contract, &body);
        let signatures = (1..=body.parties.as_slice().len() as u8).map(signature).collect();
        SignedContract { signatures: List::new("signatures", signatures).expect("no more than eight"), body }
    }

    fn changed(change: impl FnOnce(&mut Contract)) -> Result<(), Objection> {
        let mut other = contract();
        change(&mut other);
        other.check(WINDOW_MIN)
    }

    fn with(list: Vec<Signatory>) -> Result<(), Objection> {
        changed(|contract| contract.parties = parties(list))
    }

    #[test]
    fn parties_are_two_to_eight_with_one_seller_and_one_buyer() {
        let (seller, buyer) = (party(1, Role::Seller, 1), party(2, Role::Buyer, 0));
        let brokers = |count: u8| (3..3 + count).map(|seed| party(seed, Role::Broker, 1));
        assert_eq!(with(vec![seller, buyer]), Ok(()));
        assert_eq!(with(vec![buyer, seller]), Ok(()));
        let eight: Vec<_> = [seller, buyer].into_iter().chain(brokers(6)).collect();
        assert_eq!(with(eight), Ok(()));
        for bad in [
            vec![],
            vec![seller],
            vec![buyer],
            vec![seller, party(2, Role::Broker, 0)],
            vec![buyer, party(1, Role::LineOwner, 1)],
            vec![seller, buyer, party(3, Role::Seller, 1)],
            vec![seller, buyer, party(3, Role::Buyer, 0)],
        ] {
            assert_eq!(with(bad.clone()), Err(Objection::Parties), "{bad:?}");
        }
        // Nine do not even decode.
        let nine: Vec<_> = [seller, buyer].into_iter().chain(brokers(7)).collect();
        assert!(List::<Signatory, 8>::new("parties", nine.clone()).is_err());
        assert!(decode::<List<Signatory, 8>>("parties", &encode(&nine)).is_err());
    }

    #[test]
    fn each_other_rule_is_looked_at() {
        assert_eq!(changed(|_| {}), Ok(()));
        let (seller, buyer) = (party(1, Role::Seller, 1), party(2, Role::Buyer, 0));
        let small = Signatory { key: PublicKey([0; 32]), role: Role::Broker, rate: Units(1) };
        assert_eq!(with(vec![seller, buyer, small]), Err(Objection::BadKey));
        let again = Signatory { role: Role::Broker, ..buyer };
        assert_eq!(with(vec![seller, buyer, again]), Err(Objection::SameKey));
        assert_eq!(changed(|c| c.buyer_meter = c.seller_meter), Err(Objection::Meters));
        assert_eq!(with(vec![seller, party(2, Role::Buyer, 1)]), Err(Objection::Rate));
        assert_eq!(with(vec![party(1, Role::Seller, 0), buyer]), Err(Objection::Rate));
        assert_eq!(with(vec![party(1, Role::Seller, 0), buyer, party(3, Role::Broker, 1)]), Ok(()));
        assert_eq!(changed(|c| c.last = Slot(99)), Err(Objection::Slots));
        assert_eq!(changed(|c| c.last = c.first), Ok(()));
        assert_eq!(changed(|c| c.last = Slot(100 + SLOTS_MAX - 1)), Ok(()));
        assert_eq!(changed(|c| c.last = Slot(100 + SLOTS_MAX)), Err(Objection::Slots));
        assert_eq!(changed(|c| c.last = Slot(1 << 63)), Err(Objection::Slots));
        assert_eq!(changed(|c| (c.first, c.last) = (Slot(1 << 63), Slot(1 << 63))), Ok(()));
        assert_eq!(changed(|c| c.limit = WattHours(0)), Err(Objection::Limit));
        assert_eq!(changed(|c| c.deposit = c.watch_fee), Err(Objection::Deposit));
        assert_eq!(changed(|c| (c.deposit, c.watch_fee) = (Units(1), Units(0))), Ok(()));
        assert_eq!(changed(|c| c.window = WINDOW_MIN), Ok(()));
        assert_eq!(changed(|c| c.window = WINDOW_MIN - 1), Err(Objection::Window));
        assert_eq!(changed(|c| c.window = WINDOW_MAX), Ok(()));
        assert_eq!(changed(|c| c.window = WINDOW_MAX + 1), Err(Objection::Window));
    }

    #[test]
    fn all_sign_in_their_order() {
        let good = sign_all(contract());
        let check = |contract: &SignedContract| contract.check(NETWORK, WINDOW_MIN);
        assert_eq!(check(&good), Ok(()));
        assert_eq!(good.check(Network::Main, WINDOW_MIN), Err(Objection::Signature));
        let signatures = good.signatures.as_slice().to_vec();
        let with = |signatures: Vec<_>| {
            let signatures = List::new("signatures", signatures).expect("no more than eight");
            SignedContract { signatures, ..good.clone() }
        };
        let swapped = with(vec![signatures[1], signatures[0], signatures[2]]);
        assert_eq!(check(&swapped), Err(Objection::Signature));
        // Not one is missing, and not one too many.
        for count in [0, 2] {
            let missing = with(signatures[..count].to_vec());
            assert_eq!(check(&missing), Err(Objection::Signature));
            assert_eq!(missing.signed(NETWORK), Err(Objection::Signature));
        }
        assert_eq!(check(&with([&signatures[..], &signatures[..1]].concat())), Err(Objection::Signature));
        let mut changed = good.clone();
        changed.body.deposit = Units(100_001);
        assert_eq!(check(&changed), Err(Objection::Signature));
        changed.body.limit = WattHours(0);
        assert_eq!(check(&changed), Err(Objection::Limit));
    }

    #[test]
    fn an_id_is_of_the_terms_on_one_network() {
        let good = sign_all(contract());
        let mut other = good.clone();
        other.signatures = List::default();
        assert_eq!(good.id(NETWORK), other.id(NETWORK));
        other.body.nonce = 1;
        assert_ne!(good.id(NETWORK), other.id(NETWORK));
        assert_ne!(good.id(NETWORK), good.id(Network::Main));
    }

    #[test]
    fn bytes_are_strict() {
        let good = sign_all(contract());
        let bytes = good.to_bytes();
        assert_eq!(SignedContract::from_bytes(&bytes), Ok(good));
        // A list of nine; a role of no number.
        for (place, byte) in [(0, 9), (36, 4)] {
            let mut bad = bytes.clone();
            bad[place] = byte;
            assert!(SignedContract::from_bytes(&bad).is_err(), "{place}");
        }
        assert!(SignedContract::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(SignedContract::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn balances_follow_from_what_was_delivered() {
        let balances = |delivered| {
            let balances = contract().balances(WattHours(delivered));
            balances.iter().map(|balance| balance.0).collect::<Vec<_>>()
        };
        assert_eq!(balances(0), [0, 100_000, 0]);
        assert_eq!(balances(1), [3, 99_997, 0]);
        assert_eq!(balances(2), [6, 99_993, 1]);
        assert_eq!(balances(1_000), [3_000, 96_500, 500]);
        // 100,000 units at 3,500 for each kWh: 28,572 would cost 100,002.
        assert_eq!(contract().cap(), WattHours(28_571));
        assert_eq!(balances(28_571), [85_713, 2, 14_285]);
        assert_eq!(balances(28_572), balances(28_571));
        assert_eq!(balances(u64::MAX), balances(28_571));
    }

    #[test]
    fn the_edges_of_64_bits_are_no_edges() {
        let mut most = contract();
        let payee = |seed| party(seed, Role::Broker, u64::MAX);
        let mut list = vec![party(1, Role::Seller, u64::MAX), party(2, Role::Buyer, 0)];
        list.extend((3..9).map(payee));
        (most.parties, most.deposit) = (parties(list), Units(u64::MAX));
        most.watch_fee = Units(0);
        assert_eq!(most.check(WINDOW_MIN), Ok(()));
        assert_eq!(most.cap(), WattHours(142));
        let sum = |contract: &Contract, delivered| -> u128 {
            contract.balances(delivered).iter().map(|balance| u128::from(balance.0)).sum()
        };
        assert_eq!(sum(&most, WattHours(u64::MAX)), u128::from(u64::MAX));
        // So cheap that a deposit is never used up.
        let cheap = vec![party(1, Role::Seller, 1), party(2, Role::Buyer, 0)];
        most.parties = parties(cheap);
        assert_eq!(most.cap(), WattHours(u64::MAX));
        assert_eq!(most.balances(WattHours(u64::MAX))[0], Units(u64::MAX / 1_000));
        assert_eq!(sum(&most, WattHours(u64::MAX)), u128::from(u64::MAX));
        // What was never checked does not panic.
        most.watch_fee = Units(u64::MAX);
        most.deposit = Units(5);
        assert_eq!(most.balances(WattHours(u64::MAX)), [Units(5), Units(0)]);
    }

    proptest! {
        /// Nobody gains or loses by rounding, and who is paid is never paid less for more.
        #[test]
        fn parts_add_up_and_grow(
            rates in prop::collection::vec(prop_oneof![0u64..10_000, any::<u64>()], 1..8),
            deposit in prop_oneof![1u64..1_000_000, 1u64..],
            delivered in prop_oneof![0u64..1_000_000, any::<u64>()],
        ) {
            let mut terms = contract();
            let list = rates.iter().zip(3..).map(|(&rate, seed)| party(seed, Role::Broker, rate));
            terms.parties = parties(list.chain([party(2, Role::Buyer, 0)]).collect());
            (terms.deposit, terms.watch_fee) = (Units(deposit), Units(0));
            let numbers = |delivered| -> Vec<u128> {
                let balances = terms.balances(WattHours(delivered));
                balances.iter().map(|balance| u128::from(balance.0)).collect()
            };
            let (now, more) = (numbers(delivered), numbers(delivered.saturating_add(1)));
            prop_assert_eq!(now.iter().sum::<u128>(), u128::from(deposit));
            let payees = rates.len();
            prop_assert!((0..payees).all(|place| now[place] <= more[place]));
            // The cap is the largest that is paid in full.
            let cap = terms.cap();
            let cost = |delivered: u64| -> u128 {
                rates.iter().map(|&rate| u128::from(rate) * u128::from(delivered) / 1_000).sum()
            };
            prop_assert!(cost(cap.0) <= u128::from(deposit));
            prop_assert!(cap.0 == u64::MAX || cost(cap.0 + 1) > u128::from(deposit));
            for (place, rate) in rates.iter().enumerate() {
                let paid = u128::from(*rate) * u128::from(delivered.min(cap.0)) / 1_000;
                prop_assert_eq!(now[place], paid);
            }
        }
    }
}
