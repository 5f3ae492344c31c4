use gridnet_protocol::encoding::List;
use gridnet_protocol::transaction::{Action, MarkReason, Subject};
use gridnet_protocol::trust::{Policy, Standing};
use gridnet_protocol::value::{Height, MeterId, PoolId};
use gridnet_tests::chain::{Chain, address};

use super::chain;

fn reason(text: &str) -> MarkReason {
    List::new("a reason", text.as_bytes().to_vec()).expect("short")
}

fn mark(subject: Subject, effective: u32) -> Action {
    Action::Mark { subject, reason: reason("its seal is broken"), effective: Height(effective) }
}

fn sees(chain: &Chain<'_>, authorities: &[&str], subject: Subject, height: u32) -> Standing {
    let policy = Policy::of(authorities.iter().map(|name| address(name)));
    policy.sees(&chain.ledger, subject, Height(height)).expect("memory")
}

#[test]
fn a_mark_binds_those_who_trust_its_authority() {
    let mut chain = chain(&["police", "maker", "owner"]);
    chain.settle_in(&["owner"]);
    chain.act("maker", Action::RegisterCertifier);
    let certificate = chain.certificate("meter", "owner", "maker");
    let meter = Subject::Meter(chain.meter(certificate, "owner", "maker"));
    let owner = Subject::Identity(address("owner"));
    let early = chain.sign("police", mark(meter, 0));
    assert_eq!(chain.code(&early), "unknown", "it is no authority");
    chain.act("police", Action::RegisterAuthority);
    let twice = chain.sign("police", Action::RegisterAuthority);
    assert_eq!(chain.code(&twice), "duplicate");
    for subject in [
        Subject::Meter(MeterId([1; 32])),
        Subject::Identity(address("nobody")),
        Subject::Pool(PoolId([1; 32])),
    ] {
        let transaction = chain.sign("police", mark(subject, 0));
        assert_eq!(chain.code(&transaction), "unknown");
        assert_eq!(sees(&chain, &["police"], subject, 1), Standing::Unknown);
    }
    let from = chain.height() + 10;
    chain.act("police", mark(meter, from));
    let standing = |chain: &Chain<'_>, names: &[&str], height| sees(chain, names, meter, height);
    // Seen differently: by whom, and when.
    assert_eq!(standing(&chain, &[], from), Standing::Good);
    assert_eq!(standing(&chain, &["maker"], from), Standing::Good);
    assert_eq!(standing(&chain, &["maker", "police"], from - 1), Standing::Good);
    let Standing::Marked(by, said) = standing(&chain, &["maker", "police"], from) else {
        panic!("it is marked")
    };
    assert_eq!((by, said.reason), (address("police"), reason("its seal is broken")));
    assert_eq!(sees(&chain, &["police"], owner, from), Standing::Good);
    // The ledger goes on as before: the meter is read.
    let Subject::Meter(id) = meter else { panic!("a meter") };
    let slot = chain.slot();
    chain.read("meter", id, slot, 1, 1);
    // Only who marked can take it back.
    let others = chain.sign("maker", Action::Unmark { subject: meter });
    assert_eq!(chain.code(&others), "unknown");
    chain.act("police", Action::Unmark { subject: meter });
    assert_eq!(standing(&chain, &["police"], from), Standing::Good);
    let twice = chain.sign("police", Action::Unmark { subject: meter });
    assert_eq!(chain.code(&twice), "unknown");
}
