//! What a block's producer is given beside the fees: halved every 1,051,200 blocks, some four years.

use crate::value::{Height, Units};

/// Of the first era.
const FIRST: u64 = 5_000_000_000;
/// Blocks of an era.
const ERA: u32 = 1_051_200;

/// The reward of a block. The first, at height 0, pays nothing.
pub const fn reward(height: Height) -> Units {
    let era = height.0 / ERA;
    if height.0 == 0 || era >= 33 { Units::ZERO } else { Units(FIRST >> era) }
}

/// What all blocks up to this height were rewarded together.
pub const fn rewarded(height: Height) -> Units {
    let (mut sum, mut era) = (0, 0);
    while era < 33 && era * ERA <= height.0 {
        let blocks = if height.0 - era * ERA < ERA { height.0 - era * ERA + 1 } else { ERA };
        sum += blocks as u64 * (FIRST >> era);
        era += 1;
    }
    // The first block pays nothing.
    Units(sum - FIRST)
}

/// All that is ever rewarded.
pub const SUPPLY: Units = rewarded(Height(u32::MAX));

#[cfg(test)]
mod tests {
    use super::{ERA, SUPPLY, reward, rewarded};
    use crate::value::{Height, Units};

    #[test]
    fn it_is_halved_until_nothing_is_left() {
        assert_eq!(reward(Height(0)), Units::ZERO);
        assert_eq!(reward(Height(1)), Units::from_gnc(50));
        assert_eq!(reward(Height(ERA - 1)), Units::from_gnc(50));
        assert_eq!(reward(Height(ERA)), Units::from_gnc(25));
        assert_eq!(reward(Height(32 * ERA)), Units(1));
        assert_eq!(reward(Height(33 * ERA - 1)), Units(1));
        assert_eq!(reward(Height(33 * ERA)), Units::ZERO);
        assert_eq!(reward(Height(u32::MAX)), Units::ZERO);
    }

    #[test]
    fn there_will_never_be_more() {
        let eras = (0..34).map(|era| u64::from(ERA) * reward(Height((era * ERA).max(1))).0);
        assert_eq!(eras.sum::<u64>() - reward(Height(1)).0, SUPPLY.0);
        for height in [0, 1, 2, ERA - 1, ERA, ERA + 1, 3 * ERA + 7] {
            let one_by_one: u64 = (0..=height).map(|height| reward(Height(height)).0).sum();
            assert_eq!(rewarded(Height(height)).0, one_by_one, "{height}");
        }
        assert_eq!(SUPPLY.to_string(), "105119949.884368 GNC");
    }
}
