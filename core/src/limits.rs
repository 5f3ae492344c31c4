//! Bounds on what a caller may ask for, so that no argument can exhaust the machine.

/// Worker threads of one engine. Far above any machine; below what an operating system would refuse.
pub const THREADS_MAX: usize = 4_096;
/// Hits one search returns. A dense target over a wide range would otherwise fill memory: 40 bytes a hit.
pub const HITS_MAX: usize = 1 << 20;
/// Repetitions of an address that minting tries and verifying hashes: 32 bytes each, absorbed in a midstate.
pub const REPETITIONS_MAX: u32 = 1 << 24;
/// Time within which a cancelled call returns, and so the longest piece of work between two looks at the flag.
pub const CANCEL_MS_MAX: u64 = 50;
