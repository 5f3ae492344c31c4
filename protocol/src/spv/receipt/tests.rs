//! States that no ledger would come to, made up as somebody with work to waste could.

use super::{AuthorityEvidence, Evidence, SideEvidence};
use crate::contract::{Contract, Role, Signatory, Standing};
use crate::encoding::List;
use crate::meter::{Area, Certificate, MeterKind, Source};
use crate::reason::SpvFault;
use crate::spv::{Part, RowProof};
use crate::state::row::{Identity, Mark, Meter, OpenedContract};
use crate::state::{Memory, Store as _, Table, View, commit, root};
use crate::transaction::Subject;
use crate::value::{ContractId, Height, MeterId, Slot, Units, WattHours, Watts};
use crate::{Address, Error, Network, SecretKey};

const NETWORK: Network = Network::Test;
const HEIGHT: Height = Height(5);

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

/// What a state says, and what is looked for in it.
struct Made {
    /// Where the contract stands; `None`: under its own id.
    under: Option<ContractId>,
    row: OpenedContract,
    meters: [Option<Meter>; 2],
    authorities: Vec<Address>,
}

fn meter(owner: u8) -> Meter {
    let certificate = Certificate {
        key: key(owner + 10).public(),
        kind: MeterKind::Connection,
        source: Source::Green,
        area: Area::new("north").expect("a name"),
        rating: Watts(10_000),
        certifier: key(9).public(),
        owner: key(owner).public(),
        replaces: None,
    };
    let zero = [WattHours(0); 2];
    Meter { certificate, registered: HEIGHT, kept: None, baseline: zero, allotted: zero, retired: None }
}

fn id(meter: &Meter) -> MeterId {
    meter.certificate.id(NETWORK)
}

fn made() -> Made {
    let party = |seed, role, rate| Signatory { key: key(seed).public(), role, rate: Units(rate) };
    let parties = vec![party(1, Role::Seller, 100), party(2, Role::Buyer, 0)];
    let contract = Contract {
        parties: List::new("parties", parties).expect("two"),
        seller_meter: id(&meter(1)),
        buyer_meter: id(&meter(2)),
        first: Slot(1),
        last: Slot(8),
        limit: WattHours(1_000),
        deposit: Units(1_000),
        watch_fee: Units(1),
        window: 360,
        expiry: Height(100),
        nonce: 0,
    };
    let standing = Standing::Settled { height: HEIGHT, delivered: WattHours(500) };
    let row = OpenedContract { contract, opened: Height(2), standing };
    Made { under: None, row, meters: [Some(meter(1)), Some(meter(2))], authorities: Vec::new() }
}

/// What is read of a state that is made so, with a change.
fn read(change: impl FnOnce(&mut Made)) -> Result<WattHours, Error> {
    let mut made = made();
    change(&mut made);
    let ids = [made.row.contract.seller_meter, made.row.contract.buyer_meter];
    let contract = made.under.unwrap_or(made.row.contract.id(NETWORK));
    let mut store = Memory::default();
    let mut view = View::new(&store);
    view.put(&contract, &made.row).expect("memory");
    for (id, meter) in ids.iter().zip(&made.meters) {
        meter.iter().for_each(|meter| view.put(id, meter).expect("memory"));
    }
    commit(&mut view, HEIGHT).expect("memory");
    let (changes, _) = view.finish([0; 32]);
    store.write(&changes).expect("memory");
    let side = |place: usize| SideEvidence {
        meter: RowProof::of_row::<Meter>(&store, HEIGHT, &ids[place]).expect("memory"),
        owner: RowProof::of_row::<Identity>(&store, HEIGHT, &owner(place)).expect("memory"),
    };
    let authority = |&authority: &Address| {
        let mark = |subject| RowProof::of_row::<Mark>(&store, HEIGHT, &(authority, subject)).expect("memory");
        let marks =
            [0, 1].map(|place| [mark(Subject::Meter(ids[place])), mark(Subject::Identity(owner(place)))]);
        let [[roof, seller], [home, buyer]] = marks;
        AuthorityEvidence { authority, marks: [roof, seller, home, buyer] }
    };
    let evidence = Evidence {
        contract,
        settled: RowProof::of_row::<OpenedContract>(&store, HEIGHT, &contract).expect("memory"),
        seller: side(0),
        buyer: side(1),
        authorities: List::new("authorities", made.authorities.iter().map(authority).collect()).expect("few"),
    };
    let read = evidence.read(NETWORK, &root(&store, HEIGHT).expect("memory"))?;
    Ok(read.delivered)
}

fn owner(place: usize) -> Address {
    Address::of(&key(place as u8 + 1).public())
}

fn fault(fault: SpvFault, table: Table) -> Result<WattHours, Error> {
    Err(Error::Spv { fault, part: Part::Row(table) })
}

#[test]
fn what_no_ledger_would_say_is_not_taken() {
    assert_eq!(read(|_| {}), Ok(WattHours(500)));
    let forged = |table| fault(SpvFault::Forged, table);
    // Another contract under the id of this one.
    assert_eq!(read(|it| it.row.contract.nonce = 1), Ok(WattHours(500)));
    assert_eq!(read(|it| it.under = Some(ContractId([1; 32]))), forged(Table::Contracts));
    // Terms that could not be opened: nobody sells, and who would be asked for the seller's key?
    let alone = |it: &mut Made| {
        let buyer = it.row.contract.parties.as_slice()[1];
        it.row.contract.parties = List::new("parties", vec![buyer]).expect("one");
    };
    assert_eq!(read(alone), forged(Table::Contracts));
    // More than the deposit pays for.
    let most = made().row.contract.cap();
    let with =
        |delivered| move |it: &mut Made| it.row.standing = Standing::Settled { height: HEIGHT, delivered };
    assert_eq!(read(with(most)), Ok(most));
    assert_eq!(read(with(WattHours(most.0 + 1))), forged(Table::Contracts));
    // Another meter under the id of one of the two; a meter of somebody else's.
    for place in [0, 1] {
        let other = |it: &mut Made| it.meters[place].as_mut().expect("a meter").certificate.rating = Watts(1);
        assert_eq!(read(other), forged(Table::Meters));
    }
    let theirs = |it: &mut Made| {
        it.row.contract.seller_meter = id(&meter(3));
        it.meters[0] = Some(meter(3));
    };
    assert_eq!(read(theirs), forged(Table::Meters));
    assert_eq!(read(|it| it.row.standing = Standing::opened()), fault(SpvFault::Unsettled, Table::Contracts));
    assert_eq!(read(|it| it.meters[1] = None), fault(SpvFault::Unknown, Table::Meters));
}

#[test]
fn authorities_stand_in_their_order() {
    let [one, two] = [Address([1; 32]), Address([2; 32])];
    for (authorities, is_good) in [
        (vec![], true),
        (vec![one], true),
        (vec![one, two], true),
        (vec![two, one], false),
        (vec![one, one], false),
    ] {
        let answer = read(|it| it.authorities = authorities);
        let refused = Err(Error::Spv { fault: SpvFault::Authorities, part: Part::Whole });
        assert_eq!(answer, if is_good { Ok(WattHours(500)) } else { refused });
    }
}
