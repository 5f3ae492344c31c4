//! The rows: which job, and who does it.

use anyhow::{Context, Result};
use gridnet_benches::{Entry, Kind, Numbers, linked_headers, real_headers};
use gridnet_core::{Engine, HashFunction, Order, Path, Target};

use crate::form::Form;
use crate::job::{Answer, DigestJob, HeadersJob, SearchJob, WalkJob};
use crate::ours;
use crate::race::{Contender, Race};
use crate::report::{Role, Row};
use crate::theirs::{self, blake, sha};
use crate::verify_rows;

/// A row that can be run.
pub(crate) struct Plan<'a> {
    pub(crate) id: &'static str,
    pub(crate) run: Run<'a>,
}

type Run<'a> = Box<dyn Fn(&Race) -> Result<Row> + 'a>;

/// The job of a search: where the nonce stands follows from the message's length.
#[derive(Clone, Copy)]
struct SearchKind {
    function: HashFunction,
    length: usize,
    order: Order,
    /// Messages that differ in their version bits.
    versions: usize,
}

impl SearchKind {
    fn prepare(self, numbers: &mut Numbers, amount: u64) -> SearchJob {
        let message = numbers.bytes(self.length);
        let messages = (0..self.versions).map(|version| {
            let mut message = message.clone();
            message[1] = message[1].wrapping_add(32 * version as u8);
            message
        });
        SearchJob {
            function: self.function,
            messages: messages.collect(),
            nonces: u32::try_from(amount / self.versions as u64).unwrap_or(u32::MAX).max(1),
            target: Target::from_zero_bits(ZERO_BITS).expect("16 bits are at most 256"),
            order: self.order,
        }
    }
}

/// Every target here: two bytes of zeros.
const ZERO_BITS: u32 = 16;
/// Hashes of a search whose answers are compared: eight hits.
const SEARCH_CHECK: u64 = 1 << 19;
/// Values of a walk, and messages of a digest.
const VALUES: usize = 128;
const MESSAGES: usize = 4_096;
const LENGTH: usize = 80;

/// A rival: its name and what it does.
pub(crate) type Rival<J> = (&'static str, fn(&J) -> Answer);

/// Ours on every path that serves `function`, then the rivals.
fn contenders<'a, J>(
    engines: &'a [Entry],
    function: HashFunction,
    form: Form,
    ours: impl Fn(&Engine, &J) -> Answer + Copy + 'a,
    rivals: &[Rival<J>],
) -> Vec<Contender<'a, J>>
where
    J: 'a,
{
    let auto = engines[0].path(function);
    let mut all: Vec<Contender<'a, J>> = Vec::new();
    for entry in engines {
        let path = entry.path(function);
        let (name, role) = match entry.kind {
            Kind::Auto => (format!("gridnet ({path})"), Role::Auto),
            // The same kernels as the automatic choice, or not this path's.
            Kind::Forced(forced) if path == auto || path != forced.name() => continue,
            Kind::Forced(_) => (format!("gridnet, {path} forced"), Role::Forced),
            Kind::AllThreads => continue,
        };
        let form = Path::from_name(&path).map(|path| (path, form));
        all.push(Contender { name, role, form, run: Box::new(move |job| ours(&entry.engine, job)) });
    }
    for &(name, run) in rivals {
        all.push(Contender { name: name.to_owned(), role: Role::Rival, form: None, run: Box::new(run) });
    }
    all
}

/// All rows. `engines` are those of a function that every path serves.
pub(crate) fn plans(engines: &[Entry]) -> Vec<Plan<'_>> {
    let verify = verify_rows::plans(engines);
    [searches(engines), walks(engines), digests(engines), headers(engines), verify]
        .into_iter()
        .flatten()
        .collect()
}

fn search<'a>(
    engines: &'a [Entry],
    id: &'static str,
    title: &'static str,
    kind: SearchKind,
    form: Form,
    rivals: &'static [Rival<SearchJob>],
) -> Plan<'a> {
    let run = move |race: &Race| {
        let all = contenders(engines, kind.function, form, ours::search, rivals);
        race.run(id, title, SEARCH_CHECK, |numbers, amount| kind.prepare(numbers, amount), &all)
    };
    Plan { id, run: Box::new(run) }
}

fn searches(engines: &[Entry]) -> Vec<Plan<'_>> {
    let header = |function| SearchKind { function, length: 80, order: Order::Little, versions: 1 };
    let identity = SearchKind { function: HashFunction::BLAKE2B, length: 36, order: Order::Big, versions: 1 };
    vec![
        search(
            engines,
            "search-sha256d",
            "search: SHA-256d, 80-byte header",
            header(HashFunction::Sha256d),
            Form::Sha256dHeader(1),
            &[
                ("sha2", |job| theirs::search(job, sha::sha2_twice)),
                ("sha2, from a midstate", sha::sha2_midstate),
                ("bitcoin_hashes", |job| theirs::search(job, sha::bitcoin_twice)),
                ("openssl", |job| theirs::search(job, sha::openssl_twice)),
            ],
        ),
        rolled(engines, SearchKind { versions: 4, ..header(HashFunction::Sha256d) }),
        search(
            engines,
            "search-blake2s",
            "search: BLAKE2s, 80-byte header",
            header(HashFunction::BLAKE2S),
            Form::Blake2Header { b: false },
            &[
                ("blake2", |job| theirs::search(job, blake::blake2s_crate)),
                ("blake2s_simd", |job| theirs::search(job, blake::blake2s::once)),
                ("blake2s_simd, hash_many", blake::blake2s::search),
            ],
        ),
        search(
            engines,
            "search-blake2b",
            "search: BLAKE2b, 80-byte header",
            header(HashFunction::BLAKE2B),
            Form::Blake2Header { b: true },
            BLAKE2B_SEARCH,
        ),
        search(
            engines,
            "search-identity",
            "search: BLAKE2b, identity (36 bytes)",
            identity,
            Form::Identity,
            BLAKE2B_SEARCH,
        ),
    ]
}

const BLAKE2B_SEARCH: &[Rival<SearchJob>] = &[
    ("blake2", |job| theirs::search(job, blake::blake2b_crate)),
    ("blake2b_simd", |job| theirs::search(job, blake::blake2b::once)),
    ("blake2b_simd, hash_many", blake::blake2b::search),
];

/// Four versions of a header in one search, against one after the other.
fn rolled(engines: &[Entry], kind: SearchKind) -> Plan<'_> {
    let id = "search-rolled";
    let run = move |race: &Race| {
        let mut all = contenders(
            engines,
            kind.function,
            Form::Sha256dHeader(kind.versions),
            ours::search,
            &[("sha2, from a midstate", sha::sha2_midstate)],
        );
        let auto = &engines[0].engine;
        all.push(Contender {
            name: "gridnet, one version at a time".to_owned(),
            role: Role::Rival,
            form: None,
            run: Box::new(move |job| ours::search_one_by_one(auto, job)),
        });
        let title = "search: SHA-256d, 80-byte header, 4 rolled versions";
        race.run(id, title, SEARCH_CHECK, |numbers, amount| kind.prepare(numbers, amount), &all)
    };
    Plan { id, run: Box::new(run) }
}

fn walk<'a>(
    engines: &'a [Entry],
    id: &'static str,
    title: &'static str,
    function: HashFunction,
    form: Form,
    rivals: &'static [Rival<WalkJob>],
) -> Plan<'a> {
    let run = move |race: &Race| {
        let all = contenders(engines, function, form, ours::walk, rivals);
        let prepare = |numbers: &mut Numbers, amount: u64| {
            let steps = (amount / VALUES as u64).max(1);
            WalkJob { function, starts: numbers.values(VALUES), steps }
        };
        race.run(id, title, 1_000 * VALUES as u64, prepare, &all)
    };
    Plan { id, run: Box::new(run) }
}

fn walks(engines: &[Entry]) -> Vec<Plan<'_>> {
    vec![
        walk(
            engines,
            "walk-sha256",
            "walk: SHA-256",
            HashFunction::Sha256,
            Form::Sha256Walk,
            &[
                ("sha2", |job| theirs::walk(job, |value| sha::sha2_once(value))),
                ("sha2, block by hand", |job| theirs::walk(job, sha::sha2_block)),
                ("bitcoin_hashes", |job| theirs::walk(job, |value| sha::bitcoin_once(value))),
                ("openssl", |job| theirs::walk(job, |value| sha::openssl_once(value))),
            ],
        ),
        walk(
            engines,
            "walk-blake2s",
            "walk: BLAKE2s",
            HashFunction::BLAKE2S,
            Form::Blake2Walk { b: false },
            &[
                ("blake2", |job| theirs::walk(job, |value| blake::blake2s_crate(value))),
                ("blake2s_simd", |job| theirs::walk(job, |value| blake::blake2s::once(value))),
                ("blake2s_simd, hash_many", blake::blake2s::walk),
            ],
        ),
        walk(
            engines,
            "walk-blake2b",
            "walk: BLAKE2b",
            HashFunction::BLAKE2B,
            Form::Blake2Walk { b: true },
            &[
                ("blake2", |job| theirs::walk(job, |value| blake::blake2b_crate(value))),
                ("blake2b_simd", |job| theirs::walk(job, |value| blake::blake2b::once(value))),
                ("blake2b_simd, hash_many", blake::blake2b::walk),
            ],
        ),
    ]
}

fn digest<'a>(
    engines: &'a [Entry],
    id: &'static str,
    title: &'static str,
    function: HashFunction,
    form: Form,
    rivals: &'static [Rival<DigestJob>],
) -> Plan<'a> {
    let run = move |race: &Race| {
        let all = contenders(engines, function, form, ours::digest, rivals);
        let prepare = |numbers: &mut Numbers, amount: u64| DigestJob {
            function,
            messages: numbers.bytes(MESSAGES * LENGTH),
            length: LENGTH,
            repeats: (amount / MESSAGES as u64).max(1),
        };
        race.run(id, title, 8 * MESSAGES as u64, prepare, &all)
    };
    Plan { id, run: Box::new(run) }
}

fn digests(engines: &[Entry]) -> Vec<Plan<'_>> {
    vec![
        digest(
            engines,
            "digest-sha256",
            "digest: SHA-256, 80 bytes",
            HashFunction::Sha256,
            Form::Sha256Digest { double: false },
            &[
                ("sha2", |job| theirs::digest(job, sha::sha2_once)),
                ("bitcoin_hashes", |job| theirs::digest(job, sha::bitcoin_once)),
                ("openssl", |job| theirs::digest(job, sha::openssl_once)),
            ],
        ),
        digest(
            engines,
            "digest-sha256d",
            "digest: SHA-256d, 80 bytes",
            HashFunction::Sha256d,
            Form::Sha256Digest { double: true },
            &[
                ("sha2", |job| theirs::digest(job, sha::sha2_twice)),
                ("bitcoin_hashes", |job| theirs::digest(job, sha::bitcoin_twice)),
                ("openssl", |job| theirs::digest(job, sha::openssl_twice)),
            ],
        ),
        digest(
            engines,
            "digest-blake2s",
            "digest: BLAKE2s, 80 bytes",
            HashFunction::BLAKE2S,
            Form::Blake2Digest { b: false },
            &[
                ("blake2", |job| theirs::digest(job, blake::blake2s_crate)),
                ("blake2s_simd", |job| theirs::digest(job, blake::blake2s::once)),
                ("blake2s_simd, hash_many", blake::blake2s::digest),
            ],
        ),
        digest(
            engines,
            "digest-blake2b",
            "digest: BLAKE2b, 80 bytes",
            HashFunction::BLAKE2B,
            Form::Blake2Digest { b: true },
            &[
                ("blake2", |job| theirs::digest(job, blake::blake2b_crate)),
                ("blake2b_simd", |job| theirs::digest(job, blake::blake2b::once)),
                ("blake2b_simd, hash_many", blake::blake2b::digest),
            ],
        ),
    ]
}

fn headers(engines: &[Entry]) -> Vec<Plan<'_>> {
    fn rivals<'a>() -> [Rival<HeadersJob<'a>>; 3] {
        [
            ("plain loop, sha2", |job| theirs::headers::verify(job, sha::sha2_twice)),
            ("plain loop, bitcoin_hashes", |job| theirs::headers::verify(job, sha::bitcoin_twice)),
            ("plain loop, openssl", |job| theirs::headers::verify(job, sha::openssl_twice)),
        ]
    }
    let plan = |id, title, bitcoin, bytes: fn() -> Result<Vec<u8>>| {
        let run = move |race: &Race| {
            let bytes = bytes()?;
            let form = Form::Sha256Digest { double: true };
            let all = contenders(engines, HashFunction::Sha256d, form, |e, j| ours::headers(e, j), &rivals());
            let count = bytes.len() as u64 / 80;
            let prepare = |_: &mut Numbers, amount: u64| HeadersJob {
                bytes: &bytes,
                bitcoin,
                repeats: (amount / count).max(1),
            };
            race.run(id, title, 1, prepare, &all)
        };
        Plan { id, run: Box::new(run) }
    };
    vec![
        plan("headers-4032", "headers: 4,032 real ones verified", true, || {
            real_headers().context("the real headers are missing from tests/vectors")
        }),
        plan("headers-900000", "headers: 900,000 made ones verified", false, || Ok(linked_headers(900_000))),
    ]
}
