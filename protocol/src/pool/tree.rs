//! The tree over a pool's banks: its root is registered, and a bank's first claim carries the branch from its leaf.

use crate::encoding::{List, limits};
use crate::tagged::Tag;

/// What a leaf says of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The bank's number, from 0.
    pub bank: u16,
    /// The last word of its chain.
    pub ceiling: [u8; 32],
    /// The first bytes of its seed (paper: "part of" the seed), which show at the chain's end that it was honest.
    pub prefix: [u8; 8],
}

impl Leaf {
    /// Its hash.
    pub fn hash(&self) -> [u8; 32] {
        Tag::BANK_LEAF.hash(&[&self.bank.to_le_bytes(), &self.ceiling, &self.prefix])
    }
}

/// The hashes beside the way from a leaf to the root, the leaf's neighbour first.
pub type Branch = List<[u8; 32], { limits::BANK_BRANCH }>;

/// The tree of some banks: their leaves' hashes, with zeros behind them up to a power of two, and all nodes over them.
pub struct Tree {
    /// The leaves, then each layer over the one before, up to the root.
    layers: Vec<Vec<[u8; 32]>>,
}

impl Tree {
    /// The tree of these leaves, the first bank's first.
    ///
    /// # Panics
    /// When there are none, or more than a branch has layers for.
    pub fn new(leaves: &[Leaf]) -> Tree {
        assert!((1..=1 << limits::BANK_BRANCH).contains(&leaves.len()), "a pool has 1 to 1,024 banks");
        let mut layer: Vec<[u8; 32]> = leaves.iter().map(Leaf::hash).collect();
        layer.resize(leaves.len().next_power_of_two(), [0; 32]);
        let mut layers = vec![layer];
        while let Some(below) = layers.last().filter(|layer| layer.len() > 1) {
            let above = below.as_chunks().0.iter().map(|[left, right]| node(left, right)).collect();
            layers.push(above);
        }
        Tree { layers }
    }

    /// Its root.
    pub fn root(&self) -> [u8; 32] {
        self.layers.last().expect("a tree has a root")[0]
    }

    /// The branch of a bank; `None` when there is no such bank.
    pub fn branch(&self, bank: u16) -> Option<Branch> {
        let (_, below) = self.layers.split_last().expect("a tree has a root");
        let bank = usize::from(bank);
        (bank < self.layers[0].len()).then(|| {
            let beside = below.iter().enumerate().map(|(height, layer)| layer[(bank >> height) ^ 1]);
            List::new("the branch of a bank", beside.collect())
                .expect("no more layers than a branch has hashes")
        })
    }
}

/// Whether a leaf is its bank's in the tree of `banks` banks with this root.
pub fn is_in_tree(leaf: &Leaf, branch: &Branch, banks: u16, root: &[u8; 32]) -> bool {
    let branch = branch.as_slice();
    let height = usize::from(banks).next_power_of_two().ilog2() as usize;
    if leaf.bank >= banks || branch.len() != height {
        return false;
    }
    let up = |hash: [u8; 32], (height, beside): (usize, &[u8; 32])| match leaf.bank >> height & 1 {
        0 => node(&hash, beside),
        _ => node(beside, &hash),
    };
    branch.iter().enumerate().fold(leaf.hash(), up) == *root
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Tag::BANK_NODE.hash(&[left, right])
}

#[cfg(test)]
mod tests {
    use super::{Leaf, Tree, is_in_tree};
    use crate::encoding::List;

    fn leaves(count: u16) -> Vec<Leaf> {
        let leaf = |bank: u16| Leaf { bank, ceiling: [bank as u8; 32], prefix: [(bank >> 8) as u8; 8] };
        (0..count).map(leaf).collect()
    }

    #[test]
    fn every_bank_is_in_its_tree_and_nothing_else_is() {
        for banks in [1, 2, 3, 4, 5, 8, 31, 32, 33, 1_024] {
            let leaves = leaves(banks);
            let tree = Tree::new(&leaves);
            for leaf in leaves.iter().step_by(1 + usize::from(banks) / 40) {
                let branch = tree.branch(leaf.bank).expect("it is there");
                let root = tree.root();
                assert!(is_in_tree(leaf, &branch, banks, &root), "{} of {banks}", leaf.bank);
                for wrong in [
                    Leaf { bank: leaf.bank ^ 1, ..*leaf },
                    Leaf { ceiling: leaf.ceiling.map(|byte| !byte), ..*leaf },
                    Leaf { prefix: leaf.prefix.map(|byte| !byte), ..*leaf },
                ] {
                    assert!(!is_in_tree(&wrong, &branch, banks, &root), "{wrong:?} of {banks}");
                }
                for (place, hash) in branch.as_slice().iter().enumerate() {
                    let mut other = branch.as_slice().to_vec();
                    other[place][31] ^= 1;
                    let other = List::new("a branch", other).expect("as long");
                    assert!(!is_in_tree(leaf, &other, banks, &root), "{hash:?}");
                }
                // A branch that is shorter, or longer, proves nothing.
                let mut hashes = branch.as_slice().to_vec();
                if hashes.pop().is_some() {
                    let shorter = List::new("a branch", hashes).expect("shorter");
                    assert!(!is_in_tree(leaf, &shorter, banks, &root));
                }
            }
        }
    }

    #[test]
    fn one_bank_is_its_own_root() {
        let tree = Tree::new(&leaves(1));
        assert_eq!(tree.root(), leaves(1)[0].hash());
        assert!(tree.branch(0).is_some_and(|branch| branch.as_slice().is_empty()));
        assert!(tree.branch(1).is_none());
    }

    /// A bank behind the last one is a leaf of zeros, which no leaf hashes to.
    #[test]
    fn a_bank_that_is_not_there_is_not_in_the_tree() {
        let tree = Tree::new(&leaves(3));
        let branch = tree.branch(3).expect("a place in the tree");
        let leaf = Leaf { bank: 3, ceiling: [3; 32], prefix: [0; 8] };
        assert!(!is_in_tree(&leaf, &branch, 3, &tree.root()));
        assert!(!is_in_tree(&leaf, &branch, 4, &tree.root()));
    }

    #[test]
    fn the_root_is_what_python_says() {
        assert_eq!(
            hex::encode(Tree::new(&leaves(3)).root()),
            "c9544f801c5ccd9e74e81dabe7d1dcf2a4a131537682d554b2e765d1e703d55e"
        );
    }
}
