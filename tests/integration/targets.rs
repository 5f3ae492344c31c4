//! Compact targets and work against Python's integers.

use gridnet_core::{Error, Order, Target, Work};

use crate::input::{bits, rows, value, vectors};

#[test]
fn compact_forms_decode_as_python_decodes_them() {
    let text = vectors("targets.txt");
    let (mut valid, mut invalid) = (0, 0);
    for row in rows(&text, "compact") {
        match row[..] {
            [compact, "none"] => {
                assert_eq!(Target::from_compact(bits(compact)), Err(Error::CompactTarget(bits(compact))));
                invalid += 1;
            }
            [compact, target, work] => {
                let decoded = Target::from_compact(bits(compact)).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(decoded.to_be_bytes(), value(target), "{row:?}");
                assert_eq!(decoded.work().to_be_bytes(), value(work), "{row:?}");
                valid += 1;
            }
            _ => panic!("{row:?}"),
        }
    }
    assert!(valid > 200 && invalid > 50, "{valid} {invalid}");
}

#[test]
fn targets_encode_as_python_encodes_them() {
    let text = vectors("targets.txt");
    let mut count = 0;
    for row in rows(&text, "target") {
        let [target, compact, work] = row[..] else { panic!("{row:?}") };
        let target = Target::from_be_bytes(&value(target));
        assert_eq!(target.to_compact(), bits(compact), "{row:?}");
        assert_eq!(target.work().to_be_bytes(), value(work), "{row:?}");
        count += 1;
    }
    assert!(count > 700, "{count}");
}

#[test]
fn zero_bits_are_powers_of_two() {
    assert_eq!(Target::from_zero_bits(0), Ok(Target::MAX));
    assert_eq!(Target::from_zero_bits(256), Ok(Target::ZERO));
    for zero_bits in 1..256 {
        let bytes = Target::from_zero_bits(zero_bits).expect("at most 256").to_be_bytes();
        let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
        let zeros = bytes
            .iter()
            .position(|&byte| byte > 0)
            .map_or(256, |at| at as u32 * 8 + bytes[at].leading_zeros());
        assert_eq!((zeros, ones), (zero_bits, 256 - zero_bits));
    }
}

#[test]
fn a_digest_is_read_in_its_order() {
    let mut digest = [0; 32];
    digest[0] = 1;
    let one = Target::from_be_bytes(&value(&format!("{:064x}", 1)));
    assert!(one.is_met_by(&digest, Order::Little) && !one.is_met_by(&digest, Order::Big));
    digest.reverse();
    assert!(!one.is_met_by(&digest, Order::Little) && one.is_met_by(&digest, Order::Big));
    digest[31] = 2;
    assert!(!one.is_met_by(&digest, Order::Big));
    assert!(Target::ZERO.is_met_by(&[0; 32], Order::Big) && Target::MAX.is_met_by(&[0xff; 32], Order::Big));
}

#[test]
fn work_adds_up_and_stays_at_the_top() {
    let most = Target::ZERO.work();
    assert_eq!(most.to_be_bytes(), [0xff; 32]);
    assert_eq!(most.saturating_add(Target::MAX.work()), most);
    let mut two = [0; 32];
    two[31] = 2;
    assert_eq!(Target::MAX.work().saturating_add(Target::MAX.work()).to_be_bytes(), two);
    assert_eq!(Work::ZERO.saturating_add(most), most);
}
