//! The fuzz target of stored records for a moment on every run: each record gone, empty, under another key, changed a little.

use gridnet_node::spoiled::{records, spoil};

use crate::script::Random;

#[test]
fn whatever_stands_in_a_record_a_node_says_so_or_goes_on() {
    let (mut random, mut begun, mut rounds) = (Random(5), 0, 0);
    for number in 0..records() {
        let [low, high] = u16::try_from(number).expect("few").to_le_bytes();
        let noise = random.next().to_le_bytes();
        let cases: [&[u8]; 4] = [
            &[low, high, 0],
            &[low, high, 1],
            &[low, high, 2, 7, 7],
            &[&[low, high, 3], &noise[..]].concat(),
        ];
        for case in cases {
            rounds += 1;
            begun += usize::from(spoil(case));
        }
    }
    println!("{rounds} spoiled records, {begun} of which a node could do without at first");
    // Some are looked at by a check only, and some nothing works without.
    assert!(begun > 0 && begun < rounds, "{begun} of {rounds}");
}
