//! What a path offers for a function: walk lanes forward, search nonces, digest messages.

use crate::detect::Path;
use crate::function::{Chain, Function};
use crate::lanes::Word;
use crate::tail::{Candidate, Tail};

/// The most lanes any kernel has.
pub(crate) const LANES_MAX: usize = 32;

/// The 32-byte values of a kernel's lanes, laid out as it wants them: word by word, lane by lane.
#[derive(Clone)]
#[repr(C, align(64))]
pub struct LaneBlock([u32; 8 * LANES_MAX]);

impl Default for LaneBlock {
    fn default() -> Self {
        LaneBlock([0; 8 * LANES_MAX])
    }
}

impl LaneBlock {
    #[inline(always)]
    pub(crate) fn words<W: Word>(&self) -> &[W] {
        bytemuck::cast_slice(&self.0)
    }
    #[inline(always)]
    pub(crate) fn words_mut<W: Word>(&mut self) -> &mut [W] {
        bytemuck::cast_slice_mut(&mut self.0)
    }
}

/// Where a search puts its candidates.
pub(crate) struct Found<'a> {
    pub(crate) candidates: &'a mut Vec<Candidate>,
    /// Stop soon after so many.
    pub(crate) enough: usize,
}

impl Found<'_> {
    #[inline(always)]
    pub(crate) fn full(&self) -> bool {
        self.candidates.len() >= self.enough
    }

    /// Notes the nonces `low..` of the lanes set in `mask`; of the lanes only the first `valid` were asked for.
    #[inline(always)]
    pub(crate) fn take(&mut self, mask: u64, high: u32, low: u32, sibling: u32, valid: u64) {
        if mask != 0 {
            self.note(mask, high, low, sibling, valid);
        }
    }

    #[cold]
    #[inline(never)]
    fn note(&mut self, mut mask: u64, high: u32, low: u32, sibling: u32, valid: u64) {
        while mask != 0 {
            let lane = mask.trailing_zeros();
            mask &= mask - 1;
            if u64::from(lane) < valid {
                let nonce = u64::from(high) << 32 | u64::from(low.wrapping_add(lane));
                self.candidates.push(Candidate { nonce, sibling });
            }
        }
    }
}

pub(crate) type WalkFn = unsafe fn(&Chain, &mut LaneBlock, u64);
pub(crate) type SearchFn = unsafe fn(&Tail, u64, u64, &mut Found<'_>) -> u64;
pub(crate) type DigestFn = unsafe fn(&Chain, &[u8], usize, &mut [[u8; 32]]);

/// The entries of one path for one function. Calling them needs the path to be available.
pub(crate) struct Table {
    pub(crate) path: Path,
    pub(crate) function: Function,
    /// Lanes (or streams) of one group, and groups that take turns.
    pub(crate) shape: (usize, usize),
    pub(crate) walk: WalkFn,
    pub(crate) search: SearchFn,
    pub(crate) digest: DigestFn,
}

/// A path's kernels for one function, on a CPU that has the path.
#[derive(Clone, Copy)]
pub struct Kernel(&'static Table);

impl Kernel {
    /// The kernels of `path` for `function` that work on the most values at once; `None` where this CPU lacks the
    /// path, or the path has nothing for the function (SHA instructions and BLAKE2).
    pub fn new(path: Path, function: Function) -> Option<Kernel> {
        Kernel::all(path, function).next()
    }

    /// All kernels of `path` for `function` on this CPU, the one with most lanes first.
    pub fn all(path: Path, function: Function) -> impl Iterator<Item = Kernel> {
        let available = path.is_available();
        crate::tables()
            .filter(move |table| available && table.path == path && table.function == function)
            .map(Kernel)
    }

    /// The path.
    pub fn path(self) -> Path {
        self.0.path
    }

    /// The function.
    pub fn function(self) -> Function {
        self.0.function
    }

    /// Independent messages worked on at once.
    pub fn lanes(self) -> usize {
        self.0.shape.0 * self.0.shape.1
    }

    /// Lanes of one group, and how many groups are interleaved: (16, 2) prints as `×16 ×2`.
    pub fn shape(self) -> (usize, usize) {
        self.0.shape
    }

    /// Puts a 32-byte value into a lane.
    pub fn put(self, block: &mut LaneBlock, lane: usize, value: &[u8; 32]) {
        match self.0.function {
            Function::Blake2b => self.put_words::<u64>(block, lane, value, u64::from_le),
            Function::Blake2s => self.put_words::<u32>(block, lane, value, u32::from_le),
            Function::Sha256 | Function::Sha256d => self.put_words::<u32>(block, lane, value, u32::from_be),
        }
    }

    fn put_words<W: Word>(self, block: &mut LaneBlock, lane: usize, value: &[u8; 32], decode: fn(W) -> W) {
        let lanes = self.lanes();
        assert!(lane < lanes);
        for (i, bytes) in value.chunks_exact(W::BYTES).enumerate() {
            block.words_mut::<W>()[i * lanes + lane] = decode(bytemuck::pod_read_unaligned(bytes));
        }
    }

    /// The 32-byte value of a lane.
    pub fn get(self, block: &LaneBlock, lane: usize) -> [u8; 32] {
        match self.0.function {
            Function::Blake2b => self.get_words::<u64>(block, lane, u64::to_le),
            Function::Blake2s => self.get_words::<u32>(block, lane, u32::to_le),
            Function::Sha256 | Function::Sha256d => self.get_words::<u32>(block, lane, u32::to_be),
        }
    }

    fn get_words<W: Word>(self, block: &LaneBlock, lane: usize, encode: fn(W) -> W) -> [u8; 32] {
        let lanes = self.lanes();
        assert!(lane < lanes);
        let mut value = [0; 32];
        for (i, bytes) in value.chunks_exact_mut(W::BYTES).enumerate() {
            bytes.copy_from_slice(bytemuck::bytes_of(&encode(block.words::<W>()[i * lanes + lane])));
        }
        value
    }

    /// Replaces every lane's value by its hash, `steps` times. `chain` is the function's initial value.
    pub fn walk(self, chain: &Chain, block: &mut LaneBlock, steps: u64) {
        // SAFETY: a Kernel exists only where its path is available.
        unsafe { (self.0.walk)(chain, block, steps) }
    }

    /// Tries the `count` nonces from `first` on, with every sibling of the tail, and appends those that pass the
    /// tail's test. Stops early, at some nonce, once `candidates` holds `enough`. Returns how many nonces were tried.
    ///
    /// # Panics
    /// When the tail is another function's, or `first + count` exceeds 2⁶⁴.
    pub fn search(
        self,
        tail: &Tail,
        first: u64,
        count: u64,
        enough: usize,
        candidates: &mut Vec<Candidate>,
    ) -> u64 {
        assert_eq!(tail.function, self.0.function, "a tail is searched by its own function's kernels");
        assert!(u128::from(first) + u128::from(count) <= 1 << 64);
        let mut found = Found { candidates, enough };
        let mut done = 0;
        // The kernels vary 32 bits; a search that crosses into the next upper half goes on in a new window.
        while done < count && !found.full() {
            let from = first + done;
            let piece = (count - done).min((1 << 32) - (from & 0xffff_ffff));
            // SAFETY: a Kernel exists only where its path is available.
            let tried = unsafe { (self.0.search)(tail, from, piece, &mut found) };
            done += tried;
        }
        done
    }

    /// Digests of `out.len()` messages of `length` bytes each, one after the other in `messages`. `chain` is the
    /// function's initial value.
    ///
    /// # Panics
    /// When `messages` is not `length · out.len()` bytes long.
    pub fn digest(self, chain: &Chain, messages: &[u8], length: usize, out: &mut [[u8; 32]]) {
        assert_eq!(messages.len(), length * out.len());
        // SAFETY: a Kernel exists only where its path is available.
        unsafe { (self.0.digest)(chain, messages, length, out) }
    }
}

/// Writes the entries of one width: non-generic functions with its target features, around the generic texts.
macro_rules! entries {
    ($path:expr, [$($attribute:meta)?], sha: $sha:ty, blake2s: $b2s:ty, blake2b: $b2b:ty) => {
        use $crate::function::{Chain, Function};
        use $crate::kernel::{Found, LaneBlock, Table};
        use $crate::tail::Tail;

        $crate::kernel::entry!(walk sha256_walk, [$($attribute)?], $crate::sha256::walk::<$sha, false>);
        $crate::kernel::entry!(walk sha256d_walk, [$($attribute)?], $crate::sha256::walk::<$sha, true>);
        $crate::kernel::entry!(walk blake2s_walk, [$($attribute)?], $crate::blake2::walk::<$b2s, $crate::blake2::S, 8>);
        $crate::kernel::entry!(walk blake2b_walk, [$($attribute)?], $crate::blake2::walk::<$b2b, $crate::blake2::B, 4>);
        $crate::kernel::entry!(digest sha256_digest, [$($attribute)?], $crate::sha256::digest::<$sha, false>);
        $crate::kernel::entry!(digest sha256d_digest, [$($attribute)?], $crate::sha256::digest::<$sha, true>);
        $crate::kernel::entry!(digest blake2s_digest, [$($attribute)?], $crate::blake2::digest::<$b2s, $crate::blake2::S>);
        $crate::kernel::entry!(digest blake2b_digest, [$($attribute)?], $crate::blake2::digest::<$b2b, $crate::blake2::B>);
        $crate::kernel::entry!(search sha256_tail, u32, [$($attribute)?], $crate::sha256::search_tail::<$sha, false>);
        $crate::kernel::entry!(search sha256d_tail, u32, [$($attribute)?], $crate::sha256::search_tail::<$sha, true>);
        $crate::kernel::entry!(search sha256d_header, u32, [$($attribute)?], $crate::sha256::search_header::<$sha>);
        $crate::kernel::entry!(search blake2s_tail, u32, [$($attribute)?],
            $crate::blake2::search_tail::<$b2s, $crate::blake2::S>);
        $crate::kernel::entry!(search blake2s_header, u32, [$($attribute)?],
            $crate::blake2::search_last::<$b2s, $crate::blake2::S, 3, 4>);
        $crate::kernel::entry!(search blake2b_tail, u64, [$($attribute)?],
            $crate::blake2::search_tail::<$b2b, $crate::blake2::B>);
        $crate::kernel::entry!(search blake2b_header, u64, [$($attribute)?],
            $crate::blake2::search_last::<$b2b, $crate::blake2::B, 9, 10>);
        $crate::kernel::entry!(search blake2b_identity, u64, [$($attribute)?],
            $crate::blake2::search_last::<$b2b, $crate::blake2::B, 4, 5>);

        /// # Safety
        /// Needs the path.
        unsafe fn sha256d_search(tail: &Tail, first: u64, count: u64, found: &mut Found<'_>) -> u64 {
            let window = tail.window::<u32>((first >> 32) as u32);
            let header = window.single().is_some_and(|moving| moving.is_whole_word(3)) && tail.test.little_endian;
            let search = if header { sha256d_header } else { sha256d_tail };
            // SAFETY: this function's caller has seen the path available.
            unsafe { search(tail, &window, first as u32, count, found) }
        }

        /// # Safety
        /// Needs the path.
        unsafe fn sha256_search(tail: &Tail, first: u64, count: u64, found: &mut Found<'_>) -> u64 {
            let window = tail.window::<u32>((first >> 32) as u32);
            // SAFETY: this function's caller has seen the path available.
            unsafe { sha256_tail(tail, &window, first as u32, count, found) }
        }

        /// # Safety
        /// Needs the path.
        unsafe fn blake2s_search(tail: &Tail, first: u64, count: u64, found: &mut Found<'_>) -> u64 {
            let window = tail.window::<u32>((first >> 32) as u32);
            let search = match window.last_word() {
                Some(3) => blake2s_header,
                _ => blake2s_tail,
            };
            // SAFETY: this function's caller has seen the path available.
            unsafe { search(tail, &window, first as u32, count, found) }
        }

        /// # Safety
        /// Needs the path.
        unsafe fn blake2b_search(tail: &Tail, first: u64, count: u64, found: &mut Found<'_>) -> u64 {
            let window = tail.window::<u64>((first >> 32) as u32);
            let search = match window.last_word() {
                Some(4) => blake2b_identity,
                Some(9) => blake2b_header,
                _ => blake2b_tail,
            };
            // SAFETY: this function's caller has seen the path available.
            unsafe { search(tail, &window, first as u32, count, found) }
        }

        pub(crate) static TABLES: [Table; 4] = [
            Table {
                path: $path,
                function: Function::Sha256,
                shape: <$sha>::SHAPE,
                walk: sha256_walk,
                search: sha256_search,
                digest: sha256_digest,
            },
            Table {
                path: $path,
                function: Function::Sha256d,
                shape: <$sha>::SHAPE,
                walk: sha256d_walk,
                search: sha256d_search,
                digest: sha256d_digest,
            },
            Table {
                path: $path,
                function: Function::Blake2s,
                shape: <$b2s>::SHAPE,
                walk: blake2s_walk,
                search: blake2s_search,
                digest: blake2s_digest,
            },
            Table {
                path: $path,
                function: Function::Blake2b,
                shape: <$b2b>::SHAPE,
                walk: blake2b_walk,
                search: blake2b_search,
                digest: blake2b_digest,
            },
        ];
    };
}
pub(crate) use entries;

/// One entry: a function of its own, never inlined, so that each kernel is compiled once and apart.
macro_rules! entry {
    (walk $name:ident, [$($attribute:meta)?], $text:expr) => {
        /// # Safety
        /// Needs the path.
        $(#[$attribute])?
        #[inline(never)]
        unsafe fn $name(chain: &Chain, block: &mut LaneBlock, steps: u64) {
            $text(chain, block, steps)
        }
    };
    (digest $name:ident, [$($attribute:meta)?], $text:expr) => {
        /// # Safety
        /// Needs the path.
        $(#[$attribute])?
        #[inline(never)]
        unsafe fn $name(chain: &Chain, messages: &[u8], length: usize, out: &mut [[u8; 32]]) {
            $text(chain, messages, length, out)
        }
    };
    (search $name:ident, $word:ty, [$($attribute:meta)?], $text:expr) => {
        /// # Safety
        /// Needs the path.
        $(#[$attribute])?
        #[inline(never)]
        unsafe fn $name(
            tail: &Tail,
            window: &$crate::tail::Window<$word>,
            first: u32,
            count: u64,
            found: &mut Found<'_>,
        ) -> u64 {
            $text(tail, window, first, count, found)
        }
    };
}
pub(crate) use entry;
