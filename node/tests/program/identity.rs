//! `gridnet identity`.

use serde_json::{Value, json};

use crate::run::{ADDRESS, gridnet, keys, words};

/// Proofs by an implementation that shares nothing with ours: (target bits, nonce bits, repetitions, nonce, hash).
const PROOFS: [(u32, u32, u32, u32, &str); 2] = [
    (12, 32, 1, 4892, "00009ef40d2db8054deee1244e68f1f3cbb41ea5b6917c9faa875b84513168ec"),
    (12, 8, 4, 12, "00045cd661f27cccc108f2d04c8be46963d28594751b1963b5e0fa97de71345e"),
];

#[test]
fn the_first_proof_is_minted() {
    for (target_bits, nonce_bits, repetitions, nonce, hash) in PROOFS {
        let line = format!(
            "identity mint --address {ADDRESS} --target-bits {target_bits} --nonce-bits {nonce_bits}"
        );
        let minted = gridnet(&words(&format!("{line} --json"))).ended(0).json();
        assert_eq!(keys(&minted), ["hash", "hashes", "nonce", "repetitions", "seconds"]);
        assert_eq!(minted["repetitions"], repetitions);
        assert_eq!(minted["nonce"], nonce);
        assert_eq!(minted["hash"], hash);
        let before = (repetitions - 1) << nonce_bits.min(31);
        assert!(minted["hashes"].as_u64().expect("a number") > u64::from(before + nonce), "{minted}");
        let plain = gridnet(&words(&line)).ended(0);
        let expected = format!("repetitions {repetitions}  nonce {nonce}  hash {hash}\n");
        assert!(plain.out.starts_with(&expected), "{plain:?}");
    }
}

#[test]
fn proofs_are_verified() {
    for (target_bits, _, repetitions, nonce, hash) in PROOFS {
        check(repetitions, nonce, target_bits, json!({"valid": true, "hash": hash, "reason": null}));
        let high = json!({"valid": false, "hash": hash, "reason": "high-hash"});
        check(repetitions, nonce, 32, high.clone());
        check(repetitions, nonce, 256, high);
    }
    check(0, 0, 0, json!({"valid": false, "hash": null, "reason": "bad-repetitions"}));
    check(u32::MAX, 0, 0, json!({"valid": false, "hash": null, "reason": "bad-repetitions"}));
    let any = "f06f458778471f049dccbff9bfb8536e0970a25f816c1c3a1125828272774df3";
    check(1, 0, 0, json!({"valid": true, "hash": any, "reason": null}));

    #[track_caller]
    fn check(repetitions: u32, nonce: u32, target_bits: u32, expected: Value) {
        let line = format!(
            "identity verify --address {ADDRESS} --repetitions {repetitions} --nonce {nonce} --target-bits {target_bits}"
        );
        let code = i32::from(expected["valid"] == false);
        assert_eq!(gridnet(&words(&format!("{line} --json"))).ended(code).json(), expected);
        let plain = gridnet(&words(&line)).ended(code);
        let first = expected["reason"].as_str().map_or("valid".to_owned(), |reason| format!("bad: {reason}"));
        assert_eq!(plain.out.lines().next(), Some(first.as_str()), "{plain:?}");
    }
}
