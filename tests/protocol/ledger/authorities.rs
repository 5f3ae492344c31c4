use gridnet_protocol::encoding::List;
use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::meter::EquivocationProof;
use gridnet_protocol::pool::owner::Source;
use gridnet_protocol::transaction::{Action, MarkReason, Subject};
use gridnet_protocol::trust::{Policy, Standing};
use gridnet_protocol::value::{Height, MeterId, PoolId};
use gridnet_tests::chain::{Chain, Shape, address, person};
use gridnet_tests::world::{NETWORK, key};

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

/// Identities and pools are marked like meters; and what was proven to everybody needs no authority.
#[test]
fn what_is_proven_is_so_for_every_policy() {
    let mut chain = chain(&["police", "maker", "owner", "ann"]);
    chain.settle_in(&["owner"]);
    chain.act("maker", Action::RegisterCertifier);
    chain.act("police", Action::RegisterAuthority);
    let certificate = chain.certificate("meter", "owner", "maker");
    let id = chain.meter(certificate, "owner", "maker");
    let mut pool = chain.registered("owner", &Shape::default());
    let (meter, owner) = (Subject::Meter(id), Subject::Identity(address("owner")));
    let subjects = [meter, owner, Subject::Pool(pool.id())];
    for subject in subjects {
        assert_eq!(sees(&chain, &["police"], subject, 0), Standing::Good);
        chain.act("police", mark(subject, 0));
        let seen = sees(&chain, &["police"], subject, 0);
        assert!(matches!(seen, Standing::Marked(by, _) if by == address("police")), "{seen:?}");
        assert_eq!(sees(&chain, &[], subject, 0), Standing::Good);
    }
    let token = chain.issue(&mut pool, "receiver", 20, Source::Session).token;
    let mut other = token.body;
    other.first_key = key("another first key").public();
    let proof = FraudProof::new(NETWORK, token, other.sign(NETWORK, &person("owner")));
    chain.act("ann", Action::ProveFraud { proof: Box::new(proof) });
    let slot = chain.slot();
    let [one, two] = [1, 2].map(|import| chain.reading("meter", id, slot, import, 0));
    let proof = EquivocationProof::new(NETWORK, one, two);
    chain.act("ann", Action::ProveEquivocation { proof: Box::new(proof) });
    for subject in subjects {
        for policy in [&[][..], &["police"]] {
            assert_eq!(sees(&chain, policy, subject, 0), Standing::Proven);
        }
    }
}
