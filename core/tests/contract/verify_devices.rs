//! `verify` on several devices: verdicts are checked like ends and digests, and reasons with them.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use gridnet_core::{
    Backend, Cancel, Case, Control, Device, DeviceKind, Digest, Disagreement, Engine, Error, HashFunction,
    Progress, Search, Searched, SignatureFault, Signed, Verify, Walk, Watch,
};

use crate::auto;
use crate::backends::device;

type Spoil = Box<dyn Fn(&mut [Signed]) -> Result<(), Error> + Send + Sync>;

/// Verifies as the CPU does, and then spoils the verdicts.
struct Verifier {
    device: Device,
    spoil: Spoil,
}

impl Verifier {
    fn new(spoil: impl Fn(&mut [Signed]) -> Result<(), Error> + Send + Sync + 'static) -> Verifier {
        Verifier { device: device("odd:0", DeviceKind::Gpu), spoil: Box::new(spoil) }
    }

    fn alone(self) -> Engine {
        Engine::builder().audit_one_in(1).backend(Arc::new(self)).build().expect("an engine")
    }
}

impl Backend for Verifier {
    fn device(&self) -> &Device {
        &self.device
    }

    fn path(&self, _: HashFunction) -> String {
        "odd".to_owned()
    }

    fn verify_path(&self) -> String {
        "odd signatures".to_owned()
    }

    fn search(&self, _: &Search<'_>, _: Range<u128>, _: &Watch<'_>) -> Result<Searched, Error> {
        unreachable!("nobody searches")
    }

    fn walk(&self, _: &Walk<'_>, _: &mut [[u8; 32]], _: &Watch<'_>) -> Result<(), Error> {
        unreachable!("nobody walks")
    }

    fn digest(&self, _: &Digest<'_>, _: &mut [[u8; 32]], _: &Watch<'_>) -> Result<(), Error> {
        unreachable!("nobody hashes")
    }

    fn verify(&self, verify: &Verify<'_>, verdicts: &mut [Signed], watch: &Watch<'_>) -> Result<(), Error> {
        let report = auto().verify(verify, &Control::default())?;
        verdicts.copy_from_slice(&report.value);
        watch.count(verdicts.len() as u64);
        (self.spoil)(verdicts)
    }
}

/// Signatures by one key, each third of them bad.
struct Signatures {
    keys: Vec<[u8; 32]>,
    messages: Vec<u8>,
    signatures: Vec<[u8; 64]>,
}

impl Signatures {
    fn new(count: usize) -> Signatures {
        let secret = SigningKey::from([9; 32]);
        let messages: Vec<u8> = (0..4 * count).map(|i| (i / 4 % 256) as u8).collect();
        let mut signatures: Vec<[u8; 64]> =
            messages.chunks(4).map(|message| secret.sign(message).to_bytes()).collect();
        signatures.iter_mut().step_by(3).for_each(|signature| signature[40] ^= 1);
        Signatures { keys: vec![VerificationKeyBytes::from(&secret).into(); count], messages, signatures }
    }

    fn question(&self) -> Verify<'_> {
        Verify { keys: &self.keys, messages: &self.messages, length: 4, signatures: &self.signatures }
    }

    fn right(&self) -> Vec<Signed> {
        let bad = Err(SignatureFault::Signature);
        (0..self.keys.len()).map(|index| if index % 3 == 0 { bad } else { Ok(()) }).collect()
    }
}

/// The answer is right whatever the device does, and afterwards the device stands like this.
fn right_all_the_same(engine: &Engine, what: &str) -> Device {
    let signatures = Signatures::new(60);
    for _ in 0..4 {
        let report = engine.verify(&signatures.question(), &Control::default()).expect("an answer");
        assert_eq!(report.value, signatures.right(), "{what}");
    }
    engine.devices().next().expect("a device")
}

#[test]
fn an_honest_device_is_believed_and_named() {
    let engine = Verifier::new(|_| Ok(())).alone();
    assert!(right_all_the_same(&engine, "honest").available);
    let signatures = Signatures::new(30);
    let progress = Arc::new(Progress::default());
    let control = Control { cancel: Cancel::default(), progress: Some(Arc::clone(&progress)) };
    let report = engine.verify(&signatures.question(), &control).expect("an answer");
    assert_eq!((report.done(), progress.snapshot().done), (30, 30));
    let [share] = report.devices.as_slice() else { panic!("one device: {:?}", report.devices) };
    assert_eq!((share.id.as_str(), share.path.as_str()), ("odd:0", "odd signatures"));
    let health = engine.health().next().expect("a device");
    assert_eq!((health.wrong, health.checked), (0, 4 * 60 + 30));
}

#[test]
fn every_lie_about_a_verdict_is_caught() {
    type Lie = (&'static str, fn(&mut [Signed]));
    let lies: [Lie; 5] = [
        ("all good", |verdicts| verdicts.fill(Ok(()))),
        ("all bad", |verdicts| verdicts.fill(Err(SignatureFault::Signature))),
        ("a good one bad", |verdicts| verdicts[1] = Err(SignatureFault::Signature)),
        ("a bad one good", |verdicts| verdicts[57] = Ok(())),
        ("another reason", |verdicts| verdicts[0] = Err(SignatureFault::Key)),
    ];
    for (lie, spoil) in lies {
        let engine = Verifier::new(move |verdicts| {
            spoil(verdicts);
            Ok(())
        });
        let device = right_all_the_same(&engine.alone(), lie);
        let reason = device.reason.unwrap_or_default();
        assert!(reason.starts_with("3 wrong or missing answers, the last: signature "), "{lie}: {reason}");
    }
}

#[test]
fn a_device_that_fails_or_panics_is_done_without() {
    type Fails = fn(&mut [Signed]) -> Result<(), Error>;
    let fails: [Fails; 2] = [
        |_| Err(Error::Device { device: "odd:0".to_owned(), what: "was lost: a test".to_owned() }),
        |_| panic!("a driver's fault"),
    ];
    for fail in fails {
        assert!(!right_all_the_same(&Verifier::new(fail).alone(), "fails").available);
    }
}

#[test]
fn a_cancelled_call_has_no_answer() {
    let slot: Arc<Mutex<Cancel>> = Arc::default();
    let cancel = Arc::clone(&slot);
    let engine = Verifier::new(move |verdicts| {
        verdicts.fill(Ok(()));
        cancel.lock().expect("whole").cancel();
        Ok(())
    })
    .alone();
    let signatures = Signatures::new(60);
    for _ in 0..5 {
        let control = Control::default();
        *slot.lock().expect("whole") = control.cancel.clone();
        assert!(matches!(engine.verify(&signatures.question(), &control), Err(Error::Cancelled)));
    }
}

#[test]
fn a_disagreement_tells_which_signature_it_was() {
    let heard: Arc<Mutex<Vec<Disagreement>>> = Arc::default();
    let listener = Arc::clone(&heard);
    let lying = Verifier::new(|verdicts| {
        verdicts.fill(Ok(()));
        Ok(())
    });
    let engine = Engine::builder()
        .audit_one_in(1)
        .backend(Arc::new(lying))
        .on_disagreement(move |what| listener.lock().expect("whole").push(what.clone()))
        .build()
        .expect("an engine");
    let signatures = Signatures::new(10);
    engine.verify(&signatures.question(), &Control::default()).expect("an answer");
    let first = heard.lock().expect("whole").first().cloned().expect("it was heard");
    let expected = Case::Verify {
        key: signatures.keys[0],
        message: signatures.messages[..4].to_vec(),
        signature: signatures.signatures[0],
        count: 10,
    };
    assert_eq!(first.case, expected);
    assert_eq!((first.path.as_str(), first.kernels.len()), ("odd signatures", 0));
    // Asked again, of as many copies.
    let shares = first.case.ask(auto(), &Control::default()).expect("an answer");
    assert_eq!(shares.iter().map(|share| share.done).sum::<u64>(), 10);
}

#[test]
fn a_device_and_the_cpu_share_many_signatures() {
    let engine = Engine::builder()
        .device("cpu")
        .backend(Arc::new(Verifier::new(|_| Ok(()))))
        .build()
        .expect("an engine");
    let signatures = Signatures::new(6_000);
    for _ in 0..2 {
        let report = engine.verify(&signatures.question(), &Control::default()).expect("an answer");
        assert!(report.value == signatures.right());
        assert_eq!(report.done(), 6_000);
    }
}
