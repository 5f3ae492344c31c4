//! The face: many signatures in, a verdict each.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::OnceLock;

use curve25519_dalek::Scalar;

use super::arithmetic::RESULTS;
use super::comb::COMB;
use super::decode::POINT;
use super::equation::{Item, Scratch};
use super::scalar::Terms;
use super::sha512;
use super::table;
use crate::detect::Path;

/// What is found out about a signature: the first of these that is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The key's 32 bytes are no point.
    NoKey,
    /// The signature's first half is no point.
    NoPoint,
    /// The signature's second half is not below the group's order.
    NoScalar,
    /// The equation does not hold.
    Unequal,
    /// It is the key's signature of the message.
    Holds,
}

pub(crate) type DigestFn = unsafe fn(&[u8], usize, &mut [[u8; 64]]);
pub(crate) type DecodeFn = unsafe fn(&[[u8; 32]], &mut [u64], &mut [bool]);
pub(crate) type TableFn = unsafe fn(&[u64]) -> Vec<u64>;
pub(crate) type HoldsFn = unsafe fn(&[Item], &[u64], &[u64], &mut Scratch) -> u32;
pub(crate) type CombsFn = unsafe fn(&[u64], &[usize], &mut [u64]);
pub(crate) type HoldsByCombFn = unsafe fn(&[Item], &[u64], &[u64], &[u64]) -> u32;
pub(crate) type ComputeFn = unsafe fn(&[[u8; 32]], &[[u8; 32]], &mut [[[u8; 32]; RESULTS]]);

/// The entries of one path. Calling them needs the path to be available.
pub(crate) struct Entries {
    pub(crate) path: Path,
    pub(crate) lanes: usize,
    pub(crate) is_available: fn() -> bool,
    pub(crate) digest: DigestFn,
    pub(crate) decode: DecodeFn,
    pub(crate) table: TableFn,
    pub(crate) holds: HoldsFn,
    pub(crate) combs: CombsFn,
    pub(crate) holds_by_comb: HoldsByCombFn,
    pub(crate) compute: ComputeFn,
    /// The base point's multiples, as this path packs them.
    pub(crate) base: OnceLock<Vec<u64>>,
}

/// A path's way to verify Ed25519 signatures by ZIP-215, on a CPU that has the path.
#[derive(Clone, Copy)]
pub struct Verifier(&'static Entries);

/// Memory that calls use again.
#[derive(Default)]
pub struct Workspace {
    rows: Vec<u8>,
    digests: Vec<[u8; 64]>,
    encodings: Vec<[u8; 32]>,
    points: Vec<u64>,
    exist: Vec<bool>,
    /// Of each signature's key among the different ones.
    places: Vec<usize>,
    /// How often each of those comes.
    uses: Vec<usize>,
    /// The word of its tables in `combs`, if there are any.
    combs_at: Vec<Option<usize>>,
    combs: Vec<u64>,
    /// Those that may hold, by their numbers.
    items: Vec<(usize, Item)>,
    /// The same, of keys with tables.
    items_by_comb: Vec<(usize, Item)>,
    scratch: Scratch,
}

/// A key that comes less often in a call does not get tables.
const FREQUENT: usize = 8;
/// Filling the lanes once with keys' tables takes as long as is saved by so many times the lanes full of signatures.
const PAYS_AFTER: usize = 4;

impl Verifier {
    /// Every one that this CPU can run, the one with most lanes first.
    pub fn all() -> impl Iterator<Item = Verifier> {
        crate::verifiers().filter(|entries| (entries.is_available)()).map(Verifier)
    }

    /// The same texts on plain integers: slow, for tests on a CPU that lacks the instructions.
    #[doc(hidden)]
    pub fn models() -> [Verifier; 2] {
        [Verifier(&super::model::eight::VERIFIER), Verifier(&super::model::four::VERIFIER)]
    }

    /// That of a path; `None` where this CPU lacks the path, or the path has none.
    pub fn new(path: Path) -> Option<Verifier> {
        Verifier::all().find(|verifier| verifier.path() == path)
    }

    /// The path.
    pub fn path(self) -> Path {
        self.0.path
    }

    /// Signatures worked on at once.
    pub fn lanes(self) -> usize {
        self.0.lanes
    }

    /// Verdicts on signatures of messages of `length` bytes each, one after the other in `messages`. A key that comes
    /// several times is decoded once.
    ///
    /// # Panics
    /// When there are not as many keys, messages and verdicts as signatures.
    pub fn verify(
        self,
        keys: &[[u8; 32]],
        messages: &[u8],
        length: usize,
        signatures: &[[u8; 64]],
        verdicts: &mut [Verdict],
        workspace: &mut Workspace,
    ) {
        let count = signatures.len();
        assert!(keys.len() == count && verdicts.len() == count && messages.len() == count * length);
        self.hash(keys, messages, length, signatures, workspace);
        self.decode(keys, signatures, workspace);
        self.comb(workspace);
        workspace.items.clear();
        workspace.items_by_comb.clear();
        for (index, verdict) in verdicts.iter_mut().enumerate() {
            let key = workspace.places[index];
            let nonce = workspace.encodings.len() - count + index;
            let (_, s) = halves(&signatures[index]);
            *verdict = if !workspace.exist[key] {
                Verdict::NoKey
            } else if !workspace.exist[nonce] {
                Verdict::NoPoint
            } else if let Some(s) = Scalar::from_canonical_bytes(*s).into_option() {
                let (k, nonce) = (&workspace.digests[index], nonce * POINT);
                match workspace.combs_at[key] {
                    None => {
                        let item = Item { key: key * POINT, nonce, terms: Terms::new(k, s) };
                        workspace.items.push((index, item));
                    }
                    Some(key) => {
                        let item = Item { key, nonce, terms: Terms::whole(k, s) };
                        workspace.items_by_comb.push((index, item));
                    }
                }
                Verdict::Unequal
            } else {
                Verdict::NoScalar
            };
        }
        self.judge(verdicts, workspace);
    }

    /// a·b, a², a + b, a − b and (a + b)·(a − b) modulo 2²⁵⁵ − 19 of each pair, for tests.
    ///
    /// # Panics
    /// When there are not as many of both.
    #[doc(hidden)]
    pub fn compute(self, a: &[[u8; 32]], b: &[[u8; 32]]) -> Vec<[[u8; 32]; RESULTS]> {
        assert_eq!(a.len(), b.len());
        let mut results = vec![[[0; 32]; RESULTS]; a.len()];
        // SAFETY: a Verifier exists only where its path is available.
        unsafe { (self.0.compute)(a, b, &mut results) }
        results
    }

    /// SHA-512(R ‖ A ‖ M) of each.
    fn hash(
        self,
        keys: &[[u8; 32]],
        messages: &[u8],
        length: usize,
        signatures: &[[u8; 64]],
        workspace: &mut Workspace,
    ) {
        let row = sha512::padded(64 + length);
        // Lanes without a message of their own hash whatever is there.
        let whole = signatures.len().next_multiple_of(self.0.lanes);
        workspace.rows.resize(row * whole, 0);
        for (index, bytes) in workspace.rows.chunks_exact_mut(row).take(signatures.len()).enumerate() {
            bytes[..32].copy_from_slice(halves(&signatures[index]).0);
            bytes[32..64].copy_from_slice(&keys[index]);
            bytes[64..64 + length].copy_from_slice(&messages[index * length..][..length]);
            sha512::pad(bytes, 64 + length);
        }
        workspace.digests.resize(whole, [0; 64]);
        // SAFETY: a Verifier exists only where its path is available.
        unsafe { (self.0.digest)(&workspace.rows, row, &mut workspace.digests) }
    }

    /// The points of every different key, then of every signature.
    fn decode(self, keys: &[[u8; 32]], signatures: &[[u8; 64]], workspace: &mut Workspace) {
        workspace.encodings.clear();
        workspace.places.clear();
        workspace.uses.clear();
        let mut known = HashMap::with_capacity(keys.len());
        for key in keys {
            let place = match known.entry(key) {
                Entry::Occupied(place) => *place.get(),
                Entry::Vacant(vacant) => {
                    workspace.encodings.push(*key);
                    workspace.uses.push(0);
                    *vacant.insert(workspace.encodings.len() - 1)
                }
            };
            workspace.places.push(place);
            workspace.uses[place] += 1;
        }
        workspace.encodings.extend(signatures.iter().map(|signature| halves(signature).0));
        self.decode_all(&workspace.encodings, &mut workspace.points, &mut workspace.exist);
    }

    fn decode_all(self, encodings: &[[u8; 32]], points: &mut Vec<u64>, exist: &mut Vec<bool>) {
        points.resize(encodings.len() * POINT, 0);
        exist.resize(encodings.len(), false);
        // SAFETY: a Verifier exists only where its path is available.
        unsafe { (self.0.decode)(encodings, points, exist) }
    }

    /// Tables for keys that come so often that they pay.
    fn comb(self, workspace: &mut Workspace) {
        let Workspace { uses, exist, points, combs, combs_at, .. } = workspace;
        combs_at.clear();
        combs_at.resize(uses.len(), None);
        let frequent: Vec<usize> =
            (0..uses.len()).filter(|&key| exist[key] && uses[key] >= FREQUENT).collect();
        let saved: usize = frequent.iter().map(|&key| uses[key]).sum();
        let (lanes, groups) = (self.0.lanes, frequent.len().div_ceil(self.0.lanes));
        if saved < groups * lanes * PAYS_AFTER {
            return;
        }
        combs.resize(groups * lanes * COMB, 0);
        for (keys, combs) in frequent.chunks(lanes).zip(combs.chunks_exact_mut(lanes * COMB)) {
            let places: Vec<usize> = keys.iter().map(|key| key * POINT).collect();
            // SAFETY: a Verifier exists only where its path is available.
            unsafe { (self.0.combs)(points, &places, combs) }
        }
        for (index, key) in frequent.into_iter().enumerate() {
            combs_at[key] = Some(index * COMB);
        }
    }

    /// The equations of all that may hold.
    fn judge(self, verdicts: &mut [Verdict], workspace: &mut Workspace) {
        let base = self.0.base.get_or_init(|| {
            let (mut points, mut exist) = (Vec::new(), Vec::new());
            self.decode_all(&table::encodings(), &mut points, &mut exist);
            // SAFETY: a Verifier exists only where its path is available.
            unsafe { (self.0.table)(&points) }
        });
        let Workspace { points, combs, items, items_by_comb, scratch, .. } = workspace;
        // SAFETY: a Verifier exists only where its path is available.
        self.judge_some(verdicts, items, |group| unsafe { (self.0.holds)(group, points, base, scratch) });
        // SAFETY: as above.
        let by_comb = |group: &[Item]| unsafe { (self.0.holds_by_comb)(group, points, base, combs) };
        self.judge_some(verdicts, items_by_comb, by_comb);
    }

    fn judge_some(
        self,
        verdicts: &mut [Verdict],
        items: &[(usize, Item)],
        mut holds: impl FnMut(&[Item]) -> u32,
    ) {
        let mut group: Vec<Item> = Vec::with_capacity(self.0.lanes);
        for items in items.chunks(self.0.lanes) {
            group.clear();
            group.extend(items.iter().map(|(_, item)| item));
            let hold = holds(&group);
            for (lane, (index, _)) in items.iter().enumerate() {
                if hold >> lane & 1 == 1 {
                    verdicts[*index] = Verdict::Holds;
                }
            }
        }
    }
}

/// R's encoding and s.
fn halves(signature: &[u8; 64]) -> (&[u8; 32], &[u8; 32]) {
    let (halves, _) = signature.as_chunks();
    (&halves[0], &halves[1])
}

/// Writes the entries of one width: non-generic functions with its target features, around the generic texts.
macro_rules! entries {
    ($path:expr, $available:expr, [$($attribute:meta)?], $lanes:ty) => {
        $crate::ed25519::verifier::entry!([$($attribute)?],
            digest(rows: &[u8], row: usize, digests: &mut [[u8; 64]]),
            $crate::ed25519::sha512::digest::<$lanes>);
        $crate::ed25519::verifier::entry!([$($attribute)?],
            decode(encodings: &[[u8; 32]], points: &mut [u64], exist: &mut [bool]),
            $crate::ed25519::decode::decode::<$lanes>);
        $crate::ed25519::verifier::entry!([$($attribute)?],
            table(points: &[u64]) -> Vec<u64>,
            $crate::ed25519::table::of_points::<$lanes>);
        $crate::ed25519::verifier::entry!([$($attribute)?],
            holds(
                items: &[$crate::ed25519::equation::Item],
                points: &[u64],
                base: &[u64],
                scratch: &mut $crate::ed25519::equation::Scratch
            ) -> u32,
            $crate::ed25519::equation::holds::<$lanes>);
        $crate::ed25519::verifier::entry!([$($attribute)?],
            combs(points: &[u64], keys: &[usize], combs: &mut [u64]),
            $crate::ed25519::comb::combs::<$lanes>);
        $crate::ed25519::verifier::entry!([$($attribute)?],
            holds_by_comb(
                items: &[$crate::ed25519::equation::Item],
                points: &[u64],
                base: &[u64],
                combs: &[u64]
            ) -> u32,
            $crate::ed25519::comb::holds::<$lanes>);
        $crate::ed25519::verifier::entry!([$($attribute)?],
            compute(
                a: &[[u8; 32]],
                b: &[[u8; 32]],
                results: &mut [[[u8; 32]; $crate::ed25519::arithmetic::RESULTS]]
            ),
            $crate::ed25519::arithmetic::compute::<$lanes>);

        pub(crate) static VERIFIER: $crate::ed25519::verifier::Entries = $crate::ed25519::verifier::Entries {
            path: $path,
            lanes: <$lanes as $crate::lanes::Lanes>::COUNT,
            is_available: $available,
            digest,
            decode,
            table,
            holds,
            combs,
            holds_by_comb,
            compute,
            base: std::sync::OnceLock::new(),
        };
    };
}
pub(crate) use entries;

/// One entry: a function of its own, never inlined, so that each kernel is compiled once and apart.
macro_rules! entry {
    ([$($attribute:meta)?], $name:ident($($argument:ident: $t:ty),*) $(-> $result:ty)?, $text:expr) => {
        /// # Safety
        /// Needs the path.
        $(#[$attribute])?
        #[inline(never)]
        unsafe fn $name($($argument: $t),*) $(-> $result)? {
            $text($($argument),*)
        }
    };
}
pub(crate) use entry;
