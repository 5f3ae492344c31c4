//! From a wallet's seed to the keys of its accounts: SLIP-0010 for Ed25519, every step hardened.
//!
//! Account `i` of a network is m/44'/1196575044'/network'/i', where 1196575044 is "GRID" in ASCII, and network the number
//! that signatures have. So no key of one network is a key of another.

use gridnet_protocol::{Network, SecretKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha512;
use zeroize::{Zeroize as _, Zeroizing};

/// The number of our coin in derivation paths: "GRID".
pub const COIN: u32 = u32::from_be_bytes(*b"GRID");

/// What marks a step as hardened: the only kind that Ed25519 has.
const HARDENED: u32 = 1 << 31;

/// The steps of an account's path, which are all hardened.
const fn steps(network: Network, index: u32) -> [u32; 4] {
    [44, COIN, network.id(), index]
}

/// An account's path as people write it.
pub fn path(network: Network, index: u32) -> String {
    let steps = steps(network, index).map(|step| format!("/{step}'"));
    format!("m{}", steps.concat())
}

/// The key of an account.
pub(super) fn key(seed: &[u8], network: Network, index: u32) -> SecretKey {
    SecretKey::from_seed(*along(seed, &steps(network, index)).key())
}

/// A key and what its children are derived with.
struct Node(Zeroizing<[u8; 64]>);

impl Node {
    fn key(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(*self.0.first_chunk().expect("64 bytes have 32"))
    }

    fn chain_code(&self) -> &[u8] {
        &self.0[32..]
    }
}

fn along(seed: &[u8], steps: &[u32]) -> Node {
    let master = hash(b"ed25519 seed", &[seed]);
    steps.iter().fold(master, |parent, step| {
        debug_assert!(*step < HARDENED, "a step is hardened once");
        hash(parent.chain_code(), &[&[0], &*parent.key(), &(step | HARDENED).to_be_bytes()])
    })
}

fn hash(key: &[u8], parts: &[&[u8]]) -> Node {
    let mut hash = Hmac::<Sha512>::new_from_slice(key).expect("HMAC takes keys of every length");
    parts.iter().for_each(|part| hash.update(part));
    let mut bytes = hash.finalize().into_bytes();
    let mut node = Zeroizing::new([0; 64]);
    node.copy_from_slice(&bytes);
    bytes.as_mut_slice().zeroize();
    Node(node)
}

#[cfg(test)]
mod tests {
    use gridnet_protocol::{Network, SecretKey};

    use super::{COIN, along, key, path};

    /// SLIP-0010's test vectors 1 and 2 for Ed25519: path, chain code, private key, public key.
    #[test]
    fn derivation_is_the_official_vectors() {
        let first = "000102030405060708090a0b0c0d0e0f";
        let second = "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a2\
                      9f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542";
        let cases: [(&str, &[u32], [&str; 3]); 7] = [
            (
                first,
                &[],
                [
                    "90046a93de5380a72b5e45010748567d5ea02bbf6522f979e05c0d8d8ca9fffb",
                    "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7",
                    "a4b2856bfec510abab89753fac1ac0e1112364e7d250545963f135f2a33188ed",
                ],
            ),
            (
                first,
                &[0],
                [
                    "8b59aa11380b624e81507a27fedda59fea6d0b779a778918a2fd3590e16e9c69",
                    "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3",
                    "8c8a13df77a28f3445213a0f432fde644acaa215fc72dcdf300d5efaa85d350c",
                ],
            ),
            (
                first,
                &[0, 1],
                [
                    "a320425f77d1b5c2505a6b1b27382b37368ee640e3557c315416801243552f14",
                    "b1d0bad404bf35da785a64ca1ac54b2617211d2777696fbffaf208f746ae84f2",
                    "1932a5270f335bed617d5b935c80aedb1a35bd9fc1e31acafd5372c30f5c1187",
                ],
            ),
            (
                first,
                &[0, 1, 2, 2, 1_000_000_000],
                [
                    "68789923a0cac2cd5a29172a475fe9e0fb14cd6adb5ad98a3fa70333e7afa230",
                    "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793",
                    "3c24da049451555d51a7014a37337aa4e12d41e485abccfa46b47dfb2af54b7a",
                ],
            ),
            (
                second,
                &[],
                [
                    "ef70a74db9c3a5af931b5fe73ed8e1a53464133654fd55e7a66f8570b8e33c3b",
                    "171cb88b1b3c1db25add599712e36245d75bc65a1a5c9e18d76f9f2b1eab4012",
                    "8fe9693f8fa62a4305a140b9764c5ee01e455963744fe18204b4fb948249308a",
                ],
            ),
            (
                second,
                &[0],
                [
                    "0b78a3226f915c082bf118f83618a618ab6dec793752624cbeb622acb562862d",
                    "1559eb2bbec5790b0c65d8693e4d0875b1747f4970ae8b650486ed7470845635",
                    "86fab68dcb57aa196c77c5f264f215a112c22a912c10d123b0d03c3c28ef1037",
                ],
            ),
            (
                second,
                &[0, 2_147_483_647, 1, 2_147_483_646, 2],
                [
                    "5d70af781f3a37b829f0d060924d5e960bdc02e85423494afc0b1a41bbe196d4",
                    "551d333177df541ad876a60ea71f00447931c0a9da16f227c11ea080d7391b8d",
                    "47150c75db263559a70d5778bf36abbab30fb061ad69f69ece61a72b0cfa4fc0",
                ],
            ),
        ];
        for (seed, steps, [chain_code, private, public]) in cases {
            let node = along(&hex::decode(seed).expect("hex"), steps);
            assert_eq!(hex::encode(node.chain_code()), chain_code, "{steps:?}");
            assert_eq!(hex::encode(*node.key()), private, "{steps:?}");
            assert_eq!(hex::encode(SecretKey::from_seed(*node.key()).public().0), public, "{steps:?}");
        }
    }

    #[test]
    fn every_account_of_every_network_has_a_key_of_its_own() {
        assert_eq!(COIN, 1_196_575_044);
        assert_eq!(path(Network::Regtest, 7), "m/44'/1196575044'/3'/7'");
        let mut keys = std::collections::BTreeSet::new();
        for network in Network::ALL {
            for index in [0, 1, 2, 0x7fff_ffff] {
                assert!(keys.insert(key(&[7; 64], network, index).public()), "{network:?} {index}");
            }
        }
    }
}
