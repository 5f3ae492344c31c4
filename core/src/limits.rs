//! Bounds on what a caller may ask for, so that no argument can exhaust the machine.

/// Worker threads of one engine. Far above any machine; below what an operating system would refuse. More threads
/// than cores are slower, and delay a cancelled call by the time they wait for a core.
pub const THREADS_MAX: usize = 4_096;
/// Hits one search returns. A dense target over a wide range would otherwise fill memory: 40 bytes a hit.
pub const HITS_MAX: usize = 1 << 20;
/// Bytes of a searched message, and of all messages of a search before the nonce's block: these are absorbed once,
/// but not interruptibly, 14 ms on the slowest path.
pub const SEARCH_BYTES_MAX: usize = 4 << 20;
/// Bytes of a searched message from the nonce's block on, which every candidate hashes.
pub const TAIL_BYTES_MAX: usize = 4 << 10;
/// Further messages of one search.
pub const SIBLINGS_MAX: usize = 4 << 10;
/// Bytes of all messages of a search from the nonce's block on. A kernel call tries at least one group of lanes with
/// all of them.
pub const TAILS_BYTES_MAX: usize = 256 << 10;
/// Repetitions of an address that minting tries and verifying hashes: 2 MiB of message. A network's own bound is
/// lower.
pub const REPETITIONS_MAX: u32 = 1 << 16;
/// Digests of the empty message in one batch: no message's bytes bound their number.
pub const EMPTY_MESSAGES_MAX: usize = 1 << 20;
/// Bytes of a message whose signature is checked. What the protocol signs is 32 bytes.
pub const SIGNED_BYTES_MAX: usize = 4 << 10;
/// Bytes of all copies of a value or message whose case is asked again.
pub const CASE_BYTES_MAX: usize = 64 << 20;
/// Time within which a cancelled call returns, and so the longest piece of work between two looks at the flag.
pub const CANCEL_MS_MAX: u64 = 50;
