//! Numbers modulo 2²⁵⁵ − 19 in every verifier's lanes, and the models', against big integers.

use gridnet_simd::Verifier;
use primitive_types::{U256, U512};

use crate::mix::Mix;

fn p() -> U512 {
    (U512::one() << 255) - 19
}

/// Numbers at the edges: of p, of 2²⁵⁵, of every limb, and all ones or all zeros in some limbs.
fn edges() -> Vec<[u8; 32]> {
    let top = U256::one() << 255;
    let mut numbers: Vec<U256> = (0..40).flat_map(|near| [U256::from(near), top - 1 - near]).collect();
    for limb in 1..5 {
        let bit = U256::one() << (51 * limb);
        numbers.extend([bit - 1, bit, bit + 1, top - bit, top - bit - 1]);
    }
    for full in 0..32u32 {
        let limbs = (0..5).filter(|limb| full >> limb & 1 == 1);
        numbers.push(limbs.fold(U256::zero(), |sum, limb| sum | ((U256::one() << 51) - 1) << (51 * limb)));
    }
    numbers.into_iter().map(|number| number.to_little_endian()).collect()
}

fn right(a: &[u8; 32], b: &[u8; 32]) -> [[u8; 32]; 5] {
    let number = |bytes: &[u8; 32]| U512::from(U256::from_little_endian(bytes) & (U256::MAX >> 1)) % p();
    let (a, b) = (number(a), number(b));
    let (sum, difference) = ((a + b) % p(), (a + p() - b) % p());
    [a * b % p(), a * a % p(), sum, difference, sum * difference % p()].map(|result| {
        let bytes: [u8; 64] = result.to_little_endian();
        bytes[..32].try_into().expect("half of 64 bytes")
    })
}

/// Where an answer is wrong, if it is.
fn wrong(a: &[[u8; 32]], b: &[[u8; 32]], said: &[[[u8; 32]; 5]]) -> Option<usize> {
    assert_eq!(said.len(), a.len());
    (0..a.len()).find(|&index| said[index] != right(&a[index], &b[index]))
}

fn check(a: &[[u8; 32]], b: &[[u8; 32]]) {
    for verifier in Verifier::all().chain(Verifier::models()) {
        let wrong = wrong(a, b, &verifier.compute(a, b));
        assert_eq!(wrong.map(|index| (a[index], b[index])), None, "{:?}", verifier.path());
    }
}

#[test]
fn numbers_at_the_edges_are_computed_rightly() {
    let edges = edges();
    for b in &edges {
        check(&edges, &vec![*b; edges.len()]);
    }
}

#[test]
fn any_numbers_are_computed_rightly() {
    let mix = &mut Mix(7);
    let numbers = |mix: &mut Mix| (0..20_000).map(|_| mix.array()).collect::<Vec<[u8; 32]>>();
    check(&numbers(mix), &numbers(mix));
}

#[test]
fn a_wrong_number_is_noticed() {
    let numbers = edges();
    for verifier in Verifier::all().chain(Verifier::models()) {
        for result in 0..5 {
            let mut said = verifier.compute(&numbers, &numbers);
            assert_eq!(wrong(&numbers, &numbers, &said), None);
            said[7][result][31] ^= 1;
            assert_eq!(wrong(&numbers, &numbers, &said), Some(7));
        }
    }
}
