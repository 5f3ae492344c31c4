//! `verify`: each signature has its own verdict, whatever stands beside it, and it is that of the library one by one.

use curve25519_dalek::Scalar;
use gridnet_core::{Cancel, Control, Error, SignatureFault, Verify, limits};

use crate::signatures::{self, Batch, Subject};
use crate::{ENGINES, auto, every_path};

/// What every suite is asked of: each path, and the choice left to the engine.
fn every_path_passes(name: &str) {
    let subjects: Vec<Subject<'_>> =
        every_path().map(|made| Subject::engine(&made.with, &made.engine)).collect();
    signatures::pass(name, &subjects);
}

#[test]
fn rfc_8032_on_every_path() {
    every_path_passes("RFC 8032");
}

#[test]
fn edge_cases_on_every_path() {
    every_path_passes("C2SP/CCTV");
}

#[test]
fn wycheproof_on_every_path() {
    every_path_passes("Wycheproof");
}

#[test]
fn small_order_on_every_path() {
    every_path_passes("small order");
}

#[test]
fn random_good_and_bad_ones_on_every_path() {
    every_path_passes("random");
}

#[test]
fn good_signatures_are_good_in_every_number() {
    for made in ENGINES.iter() {
        for count in [0, 1, 2, 8, 9, 127, 128, 129, 255, 256, 257, 700] {
            let signatures = Batch::signed(count, 32, 5);
            assert_eq!(signatures.verdicts(&made.engine), vec![Ok(()); count], "{count}, {}", made.with);
        }
    }
    for length in [0, 1, 63, 256] {
        assert_eq!(Batch::signed(20, length, 20).verdicts(auto()), vec![Ok(()); 20], "{length} bytes");
    }
}

#[test]
fn a_bad_one_spoils_nothing_beside_it() {
    let good = Batch::signed(300, 32, 7);
    for index in (0..300).step_by(7).chain([299]) {
        let mut one_bad = good.clone();
        one_bad.signatures[index][40] ^= 1;
        let mut expected = vec![Ok(()); 300];
        expected[index] = Err(SignatureFault::Signature);
        assert_eq!(one_bad.verdicts(auto()), expected, "{index}");
    }
}

#[test]
fn every_fault_is_named_among_many_of_them() {
    let mut mixed = Batch::signed(600, 32, 11);
    for index in 0..600 {
        match index % 13 {
            0 => mixed.keys[index] = [2; 32],
            2 => mixed.signatures[index][..32].fill(2),
            4 => mixed.signatures[index][63] |= 0xf0,
            5 => mixed.signatures[index][3] ^= 1,
            6 => mixed.messages[32 * index + 5] ^= 1,
            7 => mixed.keys[index] = mixed.keys[(index + 1) % 600],
            // Of small order, and good for any message.
            9 => {
                mixed.keys[index] = [0; 32];
                mixed.keys[index][0] = 1;
                mixed.signatures[index] = [0; 64];
                mixed.signatures[index][0] = 1;
            }
            _ => {}
        }
    }
    let expected = mixed.one_by_one();
    for fault in SignatureFault::ALL {
        assert!(expected.contains(&Err(fault)), "{}", fault.name());
    }
    assert!(expected.iter().filter(|verdict| verdict.is_ok()).count() > 250);
    assert_eq!(mixed.verdicts(auto()), expected);
    // Nothing but bad ones.
    let mut bad = Batch::signed(600, 32, 11);
    bad.signatures.iter_mut().for_each(|signature| signature[50] ^= 4);
    assert_eq!(bad.verdicts(auto()), bad.one_by_one());
}

/// Two that are wrong by opposite amounts: an equation without coefficients of its own would hold for the pair.
#[test]
fn errors_that_cancel_out_are_found() {
    let mut pair = Batch::signed(256, 32, 1);
    let [one, other] = [10, 11];
    let scalar = |signature: &[u8; 64]| {
        let bytes: [u8; 32] = *signature.last_chunk().expect("the second half");
        Option::<Scalar>::from(Scalar::from_canonical_bytes(bytes)).expect("a canonical scalar")
    };
    let shifted = |signature: &[u8; 64], by: Scalar| {
        let mut other = *signature;
        other[32..].copy_from_slice((scalar(signature) + by).as_bytes());
        other
    };
    pair.signatures[one] = shifted(&pair.signatures[one], Scalar::from(5u8));
    pair.signatures[other] = shifted(&pair.signatures[other], -Scalar::from(5u8));
    let mut expected = vec![Ok(()); 256];
    expected[one] = Err(SignatureFault::Signature);
    expected[other] = Err(SignatureFault::Signature);
    assert_eq!(pair.verdicts(auto()), expected);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let signatures = Batch::signed(3, 4, 1);
    let refused = |question: Verify<'_>| {
        let answer = auto().verify(&question, &Control::default());
        assert_eq!(answer.clone().err(), question.check().err());
        answer.expect_err("it is refused")
    };
    let good = signatures.question();
    assert!(matches!(
        refused(Verify { keys: &good.keys[1..], ..good }),
        Error::Count { what: "public keys", got: 2, expected: 3 }
    ));
    assert!(matches!(refused(Verify { length: 5, ..good }), Error::Count { what: "message bytes", .. }));
    let length = limits::SIGNED_BYTES_MAX + 1;
    assert!(matches!(refused(Verify { length, ..good }), Error::OutOfRange { .. }));
}

#[test]
fn a_cancelled_call_says_so() {
    let signatures = Batch::signed(40, 32, 1);
    let control = Control { cancel: Cancel::default(), progress: None };
    control.cancel.cancel();
    let answer = auto().verify(&signatures.question(), &control);
    assert_eq!(answer.map(|report| report.value), Err(Error::Cancelled));
}

/// The paths that have lanes for signatures on this CPU, the widest first: what the CPU says itself, so that none can
/// vanish unnoticed.
fn lanes() -> Vec<&'static str> {
    #[cfg(target_arch = "x86_64")]
    let lanes = [
        ("avx512", is_x86_feature_detected!("avx512ifma") && is_x86_feature_detected!("avx512dq")),
        ("avx2", is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let lanes: [(&str, bool); 0] = [];
    lanes.into_iter().filter(|(_, is_there)| *is_there).map(|(path, _)| path).collect()
}

#[test]
fn work_is_counted_and_the_lanes_are_named() {
    let signatures = Batch::signed(300, 32, 3);
    for made in ENGINES.iter() {
        let report = made.engine.verify(&signatures.question(), &Control::default()).expect("verdicts");
        assert_eq!((report.done(), report.devices.len()), (300, 1));
        let device = &report.devices[0];
        assert_eq!(device.id, "cpu");
        let (path, _) = device.path.split_once([' ', ',']).expect("a path, and how many threads");
        let forced = made.with.split(' ').next().expect("a path");
        let wanted = match forced {
            "auto" => lanes().first().copied(),
            forced => lanes().into_iter().find(|&lanes| lanes == forced),
        };
        assert_eq!(path, wanted.unwrap_or("library"), "{}", made.with);
    }
}
