//! Signatures: the suites that every path of the CPU passes.

use gridnet_core::Engine;

use crate::on_gpu;
use crate::signatures::{self, Batch, Subject};

/// Asks the graphics processors alone, and all devices together.
fn every_device_passes(name: &str) {
    on_gpu(|engine| {
        let all = Engine::builder().device("all").audit_one_in(1).build().expect("devices");
        signatures::pass(name, &[Subject::engine("gpu", engine), Subject::engine("all devices", &all)]);
    });
}

#[test]
fn rfc_8032() {
    every_device_passes("RFC 8032");
}

#[test]
fn edge_cases() {
    every_device_passes("C2SP/CCTV");
}

#[test]
fn wycheproof() {
    every_device_passes("Wycheproof");
}

#[test]
fn small_order() {
    every_device_passes("small order");
}

#[test]
fn random_good_and_bad_ones() {
    every_device_passes("random");
}

/// More than fit a piece of work, a few of them bad.
#[test]
fn many_of_few_keys() {
    on_gpu(|engine| {
        let mut batch = Batch::signed(20_000, 32, 7);
        let mut expected = vec![Ok(()); batch.len()];
        for index in (0..batch.len()).step_by(997) {
            batch.signatures[index][40] ^= 1;
            expected[index] = batch.alone(index);
        }
        assert!(batch.verdicts(engine) == expected);
    });
}
