//! A wallet's secret as words that people write down (BIP-39, English).

use std::fmt;

use bip39::{Language, Mnemonic};
use zeroize::Zeroizing;

use super::error::WalletError;

/// The secret of a wallet, as 12 to 24 words. It is wiped from memory when it is dropped, and prints as nothing.
#[derive(Clone)]
pub struct Words(Mnemonic);

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words")
    }
}

impl Words {
    /// How many words a new wallet has.
    pub const COUNT: usize = 24;
    /// How many words there may be.
    pub const COUNTS: [usize; 5] = [12, 15, 18, 21, 24];

    /// New words, which nobody can foresee.
    ///
    /// # Errors
    /// [`WalletError::Words`] when there cannot be so many words, [`WalletError::System`] when there is no randomness.
    pub fn draw(count: usize) -> Result<Words, WalletError> {
        if !Words::COUNTS.contains(&count) {
            return Err(WalletError::Words(format!("there must be 12, 15, 18, 21 or 24, not {count}")));
        }
        // Three words spell four bytes, and a checksum.
        let mut entropy = Zeroizing::new(vec![0; count / 3 * 4]);
        getrandom::fill(&mut entropy).map_err(|error| WalletError::System(error.to_string()))?;
        Words::of(&entropy)
    }

    /// The words that spell a secret of 16, 20, 24, 28 or 32 bytes.
    ///
    /// # Errors
    /// [`WalletError::Words`] when it has another length.
    pub fn of(secret: &[u8]) -> Result<Words, WalletError> {
        Mnemonic::from_entropy_in(Language::English, secret).map(Words).map_err(refused)
    }

    /// The words of a text, in any case and with any blanks between them.
    ///
    /// # Errors
    /// [`WalletError::Words`], which says which word is unknown, or that one is not the one that was written down.
    pub fn read(text: &str) -> Result<Words, WalletError> {
        let text = Zeroizing::new(text.to_lowercase());
        Mnemonic::parse_in(Language::English, text.as_str()).map(Words).map_err(refused)
    }

    /// The words, with a blank between two.
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(24 * 9));
        for word in self.0.words() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        text
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.word_count()
    }

    /// The secret that they spell.
    pub fn secret(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.to_entropy())
    }

    /// BIP-39's seed, without a passphrase: what keys are derived from.
    pub(super) fn seed(&self) -> Zeroizing<[u8; 64]> {
        Zeroizing::new(self.0.to_seed_normalized(""))
    }
}

/// In words of ours: the library counts from 0.
fn refused(error: bip39::Error) -> WalletError {
    WalletError::Words(match error {
        bip39::Error::BadWordCount(count) => format!("there must be 12, 15, 18, 21 or 24, not {count}"),
        bip39::Error::UnknownWord(place) => {
            format!("word {} is not on the English list of BIP-39", place + 1)
        }
        bip39::Error::InvalidChecksum => "one of them is wrong, or they are in another order".to_owned(),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::Words;
    use crate::wallet::WalletError;

    /// The official vectors' first ones for 12, 18 and 24 words, and one with other bytes. Their seeds have the passphrase
    /// TREZOR, so words and secrets are theirs, and the seed is held against BIP-39's own function.
    #[test]
    fn secrets_are_the_words_of_the_official_vectors() {
        let zeros = "abandon ".repeat(11) + "about";
        let zeros_18 = "abandon ".repeat(17) + "agent";
        let zeros_24 = "abandon ".repeat(23) + "art";
        for (secret, words) in [
            ("00000000000000000000000000000000", zeros.as_str()),
            (
                "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
                "legal winner thank year wave sausage worth useful legal winner thank yellow",
            ),
            (
                "80808080808080808080808080808080",
                "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
            ),
            ("ffffffffffffffffffffffffffffffff", "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong"),
            ("000000000000000000000000000000000000000000000000", &zeros_18),
            ("0000000000000000000000000000000000000000000000000000000000000000", &zeros_24),
            (
                "f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f",
                "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing screen \
                 patrol group space point ten exist slush involve unfold",
            ),
        ] {
            let secret = hex::decode(secret).expect("hex");
            let spelled = Words::of(&secret).expect("a length that may be");
            assert_eq!(*spelled.text(), words);
            assert_eq!(*Words::read(words).expect("words").secret(), secret);
        }
        // The official vectors, by the passphrase that they all have.
        let zeros = Words::read(&zeros).expect("words");
        let seed = hex::encode(zeros.0.to_seed_normalized("TREZOR"));
        assert!(
            seed.starts_with("c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e5349553"),
            "{seed}"
        );
        // Ours has none; hashlib.pbkdf2_hmac("sha512", words, b"mnemonic", 2048).hex()
        let seed = hex::encode(*zeros.seed());
        assert!(
            seed.starts_with("5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc1"),
            "{seed}"
        );
    }

    #[test]
    fn people_write_words_as_they_like_but_not_others() {
        let zeros = "abandon ".repeat(11) + "about";
        let loose = format!("  {}\n", zeros.to_uppercase().replace(' ', " \t\n"));
        assert_eq!(*Words::read(&loose).expect("the same words").text(), zeros);
        let why = |text: &str| match Words::read(text) {
            Err(WalletError::Words(why)) => why,
            other => panic!("{text}: {other:?}"),
        };
        assert!(why("abandon about").contains("not 2"));
        assert!(why("").contains("not 0"));
        assert!(why(&zeros.replacen("abandon", "abandonn", 3)).contains("word 1 "));
        assert!(why(&("abandon ".repeat(11) + "abandon")).contains("one of them is wrong"));
        assert!(!format!("{:?}", Words::read(&zeros)).contains("abandon"));
    }

    #[test]
    fn words_are_drawn_anew_each_time() {
        for count in Words::COUNTS {
            let (one, other) = (Words::draw(count).expect("words"), Words::draw(count).expect("words"));
            assert_eq!(one.count(), count);
            assert_ne!(one.text(), other.text());
        }
        assert!(matches!(Words::draw(13), Err(WalletError::Words(_))));
    }
}
