use gridnet_protocol::Network;
use gridnet_protocol::encoding::{List, encode};
use gridnet_protocol::tagged::Tag;
use gridnet_protocol::value::Units;

use super::super::{Hardness, Limits, OpenWallet, Scope, WalletError, Words};
use super::{Head, MAGIC, Name, Wallet};

const PASSWORD: &str = "correct horse";

/// A wallet of two accounts whose password costs nothing to try.
pub(in crate::wallet) fn small() -> OpenWallet {
    let words = Words::read(&("abandon ".repeat(23) + "art")).expect("words");
    let network = Network::Regtest;
    let mut open =
        OpenWallet::of_hardness(network, words, Name::first(), PASSWORD, Hardness::LEAST).expect("a wallet");
    let limits = Limits { fee: Units(5), day: Units(6) };
    open.add_account(Name::new("mining").expect("a name"), Scope::Claim { limits }).expect("there is room");
    open
}

fn locked() -> Wallet {
    small().lock().expect("a wallet")
}

/// A file whose bytes somebody changed, who can compute its last hash.
fn rehashed(mut file: Vec<u8>) -> Vec<u8> {
    file.truncate(file.len() - 32);
    let hash = Tag::FILE.hash(&[&file]);
    file.extend(hash);
    file
}

#[test]
fn a_wallet_is_what_was_locked() {
    let open = small();
    let wallet = Wallet::from_file(&open.lock().expect("a wallet").to_file()).expect("a wallet");
    assert_eq!((wallet.network(), wallet.accounts()), (Network::Regtest, open.accounts()));
    let again = wallet.open(PASSWORD).expect("the password");
    assert_eq!(again.words().text(), open.words().text());
    for account in wallet.accounts() {
        assert_eq!(again.key(account.name.as_str()).expect("an account").public(), account.key);
    }
    assert_eq!(wallet.open("correct horsf").expect_err("another"), WalletError::Password);
    assert_eq!(wallet.open("").expect_err("none"), WalletError::Password);
    // No two files of one wallet are sealed alike.
    assert_ne!(open.lock().expect("a wallet").to_file(), open.lock().expect("a wallet").to_file());
    let text = format!("{open:?}{again:?}");
    assert!(!text.contains("abandon"), "{text}");
}

/// The file byte by byte, as docs/wallet.md has it, put together by hand.
#[test]
fn the_file_is_as_it_is_described() {
    let file = locked().to_file();
    let mut at = 0;
    let mut take = |count: usize| {
        at += count;
        &file[at - count..at]
    };
    assert_eq!(take(9), b"GN-wallt\x01");
    assert_eq!(take(4), 3u32.to_le_bytes());
    let _salt = take(16);
    assert_eq!(take(12), [64, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(take(4), 2u32.to_le_bytes());
    assert_eq!(take(4), 7u32.to_le_bytes());
    assert_eq!(take(7), b"default");
    assert_eq!(take(4), 0u32.to_le_bytes());
    assert_eq!(take(32), small().accounts()[0].key.0);
    assert_eq!(take(1), [0]);
    assert_eq!(take(4), 6u32.to_le_bytes());
    assert_eq!(take(6), b"mining");
    assert_eq!(take(4), 1u32.to_le_bytes());
    assert_eq!(take(32), small().accounts()[1].key.0);
    assert_eq!(take(17), [&[1][..], &5u64.to_le_bytes(), &6u64.to_le_bytes()].concat());
    let _nonce = take(24);
    assert_eq!(take(4), 48u32.to_le_bytes());
    let _sealed = take(48);
    let (bytes, hash) = file.split_at(at);
    assert_eq!(hash, Tag::FILE.hash(&[bytes]));
}

#[test]
fn damage_is_noticed_at_every_byte_and_length() {
    let file = locked().to_file();
    for place in 0..file.len() {
        for change in [1, 0x80] {
            let mut damaged = file.clone();
            damaged[place] ^= change;
            let refused = Wallet::from_file(&damaged).expect_err("damaged");
            match place {
                0..8 => assert_eq!(refused, WalletError::NotAWallet, "{place}"),
                8 => assert_eq!(refused, WalletError::Newer(1 ^ change)),
                _ => assert!(matches!(refused, WalletError::Damaged(_)), "{place}: {refused}"),
            }
        }
        assert!(Wallet::from_file(&file[..place]).is_err(), "{place}");
    }
    assert!(Wallet::from_file(&[&file[..], &[0]].concat()).is_err());
}

/// Whoever changes the file, and its last hash too, gives it away at the password: every byte is vouched for.
#[test]
fn nothing_can_be_swapped_without_the_password() {
    let file = locked().to_file();
    let sealed_at = file.len() - 32 - 48;
    for place in 9..file.len() - 32 {
        let mut changed = file.clone();
        changed[place] ^= 1;
        match Wallet::from_file(&rehashed(changed)) {
            // Not to be read any more, or with numbers that are out of bounds.
            Err(WalletError::Damaged(_) | WalletError::Hardness { .. }) => {
                assert!(place < sealed_at, "{place}");
            }
            Ok(wallet) => {
                assert_eq!(wallet.open(PASSWORD).expect_err("changed"), WalletError::Password, "{place}")
            }
            Err(other) => panic!("{place}: {other}"),
        }
    }
    // One wallet's accounts in front of another's secret.
    let (one, mut other) = (locked(), locked());
    other.head = one.head.clone();
    assert_eq!(other.open(PASSWORD).expect_err("swapped"), WalletError::Password);
}

#[test]
fn accounts_are_each_one_and_in_order() {
    let wallet = locked();
    let (first, second) = (wallet.accounts()[0].clone(), wallet.accounts()[1].clone());
    let read = |accounts: Vec<super::Account>| {
        let head = Head { accounts: List::new("accounts", accounts).expect("few"), ..wallet.head.clone() };
        let file = [&MAGIC[..], &encode(&(head, wallet.nonce, &wallet.sealed)), &[0; 32]].concat();
        Wallet::from_file(&rehashed(file))
    };
    assert_eq!(read(vec![first.clone(), second.clone()]), Ok(wallet.clone()));
    let mut same_name = second.clone();
    same_name.name = first.name.clone();
    let mut same_index = second.clone();
    same_index.index = 0;
    let mut no_key = second.clone();
    no_key.key.0 = [0; 32];
    let mut far = second.clone();
    far.index = super::INDEX_MAX + 1;
    for (accounts, why) in [
        (vec![], "order"),
        (vec![second, first.clone()], "order"),
        (vec![first.clone(), same_index], "order"),
        (vec![first.clone(), far], "order"),
        (vec![first.clone(), same_name], "one name"),
        (vec![first, no_key], "a key"),
    ] {
        let Err(WalletError::Damaged(said)) = read(accounts) else { panic!("{why}") };
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn accounts_are_added_and_a_password_is_changed() {
    let mut open = small();
    let taken = open.add_account(Name::first(), Scope::Full).expect_err("there is one");
    assert_eq!(taken, WalletError::NameTaken("default".to_owned()));
    let index =
        open.add_account(Name::new("more").expect("a name"), Scope::Full).expect("there is room").index;
    assert_eq!(index, 2);
    open.set_scope("mining", Scope::Full).expect("an account");
    assert!(matches!(open.set_scope("none", Scope::Full), Err(WalletError::UnknownAccount { .. })));
    assert!(matches!(open.set_password("short"), Err(WalletError::ShortPassword { min: 8 })));
    open.set_password("another password").expect("long enough");
    let wallet = Wallet::from_file(&open.lock().expect("a wallet").to_file()).expect("a wallet");
    assert_eq!(wallet.head.hardness, Hardness::USUAL);
    assert_eq!(wallet.open(PASSWORD).expect_err("the old one"), WalletError::Password);
    let again = wallet.open("another password").expect("the new one");
    assert_eq!(again.accounts(), open.accounts());
    assert!(again.accounts().iter().all(|account| account.scope == Scope::Full));
}

#[test]
fn names_are_short_and_plain() {
    for good in ["a", "mining-2", "_x", &"n".repeat(32)] {
        assert_eq!(Name::new(good).expect("a name").as_str(), good);
    }
    for odd in ["", "A", "a b", "ä", "a\n", &"n".repeat(33)] {
        assert!(Name::new(odd).is_err(), "{odd}");
    }
}
