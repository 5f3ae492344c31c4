//! Signatures of messages of one length, and what the libraries say of each.

use curve25519_dalek::Scalar;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_zebra::{Signature, SigningKey, VerificationKey, VerificationKeyBytes};
use gridnet_core::{Control, Engine, SignatureFault, Signed, Verify};

/// Signatures of messages of one length.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    pub(crate) keys: Vec<[u8; 32]>,
    pub(crate) messages: Vec<u8>,
    pub(crate) length: usize,
    pub(crate) signatures: Vec<[u8; 64]>,
}

impl Batch {
    /// Good ones, by `keys` keys in turns.
    pub(crate) fn signed(count: usize, length: usize, keys: usize) -> Batch {
        let secrets: Vec<SigningKey> = (0..keys).map(|i| SigningKey::from([1 + i as u8; 32])).collect();
        let mut batch = Batch { length, ..Batch::default() };
        for index in 0..count {
            let message: Vec<u8> = (0..length).map(|i| (index * 31 + i * 7) as u8).collect();
            batch.sign(&secrets[index % keys], &message);
        }
        batch
    }

    /// Adds a good one.
    pub(crate) fn sign(&mut self, secret: &SigningKey, message: &[u8]) {
        let key: [u8; 32] = VerificationKeyBytes::from(secret).into();
        self.push(key, secret.sign(message).to_bytes(), message);
    }

    /// Adds one.
    pub(crate) fn push(&mut self, key: [u8; 32], signature: [u8; 64], message: &[u8]) {
        assert_eq!(message.len(), self.length, "messages of one length");
        self.keys.push(key);
        self.signatures.push(signature);
        self.messages.extend(message);
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn message(&self, index: usize) -> &[u8] {
        &self.messages[index * self.length..(index + 1) * self.length]
    }

    pub(crate) fn question(&self) -> Verify<'_> {
        Verify {
            keys: &self.keys,
            messages: &self.messages,
            length: self.length,
            signatures: &self.signatures,
        }
    }

    /// What an engine says.
    pub(crate) fn verdicts(&self, engine: &Engine) -> Vec<Signed> {
        engine.verify(&self.question(), &Control::default()).expect("verdicts").value
    }

    /// What the libraries say of each alone.
    pub(crate) fn one_by_one(&self) -> Vec<Signed> {
        (0..self.len()).map(|index| self.alone(index)).collect()
    }

    /// What the libraries say of one.
    pub(crate) fn alone(&self, index: usize) -> Signed {
        let signature = Signature::from(self.signatures[index]);
        let key = VerificationKey::try_from(VerificationKeyBytes::from(self.keys[index]));
        let key = key.map_err(|_| SignatureFault::Key)?;
        if key.verify(&signature, self.message(index)).is_ok() {
            return Ok(());
        }
        if CompressedEdwardsY(*signature.r_bytes()).decompress().is_none() {
            return Err(SignatureFault::Point);
        }
        let scalar = Option::<Scalar>::from(Scalar::from_canonical_bytes(*signature.s_bytes()));
        Err(if scalar.is_none() { SignatureFault::Scalar } else { SignatureFault::Signature })
    }
}
