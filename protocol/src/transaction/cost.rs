//! What verifying costs, and what that weighs. Everything is stated by a transaction itself, so that it can be summed up
//! before anything is computed.

/// Hashes that weigh as much as a byte.
const STEPS_OF_A_BYTE: u64 = 16;
/// What checking a signature weighs, in bytes.
const SIGNATURE_WEIGHT: u64 = 64;
/// Bytes of an identity's proof that are hashed as one step.
const BLOCK_BYTES: u64 = 128;

/// What must be computed to verify something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Signatures to check.
    pub signatures: u64,
    /// What walking its chains, and hashing its proofs of work, weighs: a byte for each 16 hashes begun of each.
    pub walked: u64,
}

impl Cost {
    /// Of so many signatures.
    pub const fn signatures(signatures: u64) -> Cost {
        Cost { signatures, walked: 0 }
    }

    /// What walking so many steps weighs.
    pub const fn of_walk(steps: u64) -> u64 {
        steps.div_ceil(STEPS_OF_A_BYTE)
    }

    /// What hashing an identity's proof of so many repetitions weighs.
    pub const fn of_identity(repetitions: u32) -> u64 {
        Cost::of_walk((32 * repetitions as u64 + 4).div_ceil(BLOCK_BYTES))
    }

    /// Both.
    #[must_use]
    pub const fn plus(self, other: Cost) -> Cost {
        Cost { signatures: self.signatures + other.signatures, walked: self.walked + other.walked }
    }

    /// The weight of something of so many bytes.
    pub const fn weight(self, bytes: usize) -> u64 {
        bytes as u64 + self.walked + SIGNATURE_WEIGHT * self.signatures
    }
}
