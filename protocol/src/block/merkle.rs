//! Bitcoin's Merkle tree over transaction ids, and branches of it. A level of odd length repeats its last hash.

use gridnet_core::HashFunction;

use crate::encoding::List;

/// Levels that a branch can have: of more transactions than any block holds.
const LEVELS_MAX: u32 = 32;

/// The hashes beside the way from a leaf to the root, the leaf's neighbour first.
pub type Branch = List<[u8; 32], LEVELS_MAX>;

/// The hash over two.
fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    HashFunction::Sha256d.hash([*left, *right].as_flattened())
}

/// The level above, and whether two neighbours in this one are the same: what the repeated hash of an odd level cannot be
/// told from.
fn above(level: &[[u8; 32]]) -> (Vec<[u8; 32]>, bool) {
    let (pairs, odd) = level.as_chunks::<2>();
    let mutated = pairs.iter().any(|[left, right]| left == right);
    let mut above: Vec<_> = pairs.iter().map(|[left, right]| node(left, right)).collect();
    above.extend(odd.iter().map(|last| node(last, last)));
    (above, mutated)
}

/// The root over leaves, of which there is one at least, and whether another list could have the same root.
///
/// # Panics
/// Without leaves.
pub fn root(leaves: &[[u8; 32]]) -> ([u8; 32], bool) {
    assert!(!leaves.is_empty(), "a block has a transaction");
    let (mut level, mut mutated) = (leaves.to_vec(), false);
    while level.len() > 1 {
        let (next, twice) = above(&level);
        (level, mutated) = (next, mutated | twice);
    }
    (level[0], mutated)
}

/// The branch of a leaf. `None`: there is no such leaf.
pub fn branch(leaves: &[[u8; 32]], index: usize) -> Option<Branch> {
    leaves.get(index)?;
    let (mut level, mut place, mut beside) = (leaves.to_vec(), index, Vec::new());
    while level.len() > 1 {
        beside.push(*level.get(place ^ 1).unwrap_or(&level[place]));
        (level, place) = (above(&level).0, place / 2);
    }
    Branch::new("a Merkle branch", beside).ok()
}

/// The root that a leaf has at a place, by its branch. `None`: the branch is too short for the place, or repeats a hash where
/// the place says that it stands on the right, which no tree does.
pub fn climb(leaf: &[u8; 32], index: u32, branch: &Branch) -> Option<[u8; 32]> {
    let (mut hash, mut place) = (*leaf, index);
    for beside in branch.as_slice() {
        let is_right = place & 1 == 1;
        if is_right && hash == *beside {
            return None;
        }
        hash = if is_right { node(beside, &hash) } else { node(&hash, beside) };
        place >>= 1;
    }
    (place == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::{Branch, branch, climb, root};

    fn leaves(count: u8) -> Vec<[u8; 32]> {
        (0..count).map(|number| [number; 32]).collect()
    }

    #[test]
    fn every_leaf_is_where_it_is_and_nowhere_else() {
        for count in 1..=33 {
            let leaves = leaves(count);
            let (top, mutated) = root(&leaves);
            assert!(!mutated);
            for (index, leaf) in leaves.iter().enumerate() {
                let way = branch(&leaves, index).expect("a leaf");
                for place in 0..64 {
                    let is_there = climb(leaf, place, &way) == Some(top);
                    assert_eq!(is_there, place as usize == index, "{count} {index} {place}");
                }
                assert_ne!(climb(&[99; 32], index as u32, &way), Some(top));
            }
            assert!(branch(&leaves, leaves.len()).is_none());
        }
    }

    #[test]
    fn a_list_that_repeats_its_end_is_seen() {
        for count in [3, 5, 6, 7, 11, 12] {
            let honest = leaves(count);
            let mut longer = honest.clone();
            // What stands under the last hash of the first odd level, once more.
            let size = 1 << count.trailing_zeros();
            longer.extend_from_slice(&honest[honest.len() - size..]);
            assert_eq!(root(&longer).0, root(&honest).0, "{count}");
            assert!(root(&longer).1 && !root(&honest).1, "{count}");
        }
    }

    #[test]
    fn a_branch_is_of_bounded_length() {
        assert!(Branch::new("a Merkle branch", vec![[0; 32]; 33]).is_err());
        let way = Branch::new("a Merkle branch", vec![[7; 32]; 2]).expect("two");
        assert_eq!(climb(&[1; 32], 4, &way), None, "two hashes tell four leaves apart");
    }
}
