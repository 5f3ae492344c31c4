//! The rows about signatures.

use std::sync::Once;

use anyhow::Result;
use gridnet_benches::{Entry, Kind, Numbers, verify_path};

use crate::job::VerifyJob;
use crate::ours;
use crate::race::{Contender, Race};
use crate::report::{Role, Row};
use crate::rows::{Plan, Rival};
use crate::theirs::ed25519;

/// Signatures whose verdicts are compared: several batches, one of them not full.
const CHECK: u64 = 600;

/// Whose signatures, and how many of them are bad.
#[derive(Clone, Copy)]
struct What {
    keys_max: usize,
    bad_one_in: Option<usize>,
}

/// Whether it was said who does not take part.
static SAID: Once = Once::new();

/// All rows about signatures.
pub(crate) fn plans(engines: &[Entry]) -> Vec<Plan<'_>> {
    let distinct = What { keys_max: usize::MAX, bad_one_in: None };
    [
        ("verify-distinct", "verify: Ed25519, 128 bytes, all good, distinct keys", distinct),
        (
            "verify-bad",
            "verify: Ed25519, 128 bytes, 1 % bad, distinct keys",
            What { bad_one_in: Some(100), ..distinct },
        ),
        (
            "verify-few-keys",
            "verify: Ed25519, 128 bytes, all good, 16 keys",
            What { keys_max: 16, ..distinct },
        ),
    ]
    .map(|(id, title, what)| Plan { id, run: Box::new(move |race| run(race, engines, id, title, what)) })
    .into()
}

fn run(race: &Race, engines: &[Entry], id: &'static str, title: &str, what: What) -> Result<Row> {
    let prepare = |numbers: &mut Numbers, amount: u64| {
        VerifyJob::new(numbers.next_u64(), amount.max(1) as usize, what.keys_max, what.bad_one_in)
    };
    let mut all = ours_on(engines);
    let mut rivals: Vec<Rival<VerifyJob>> = vec![
        ("ed25519-zebra", ed25519::zebra),
        ("ed25519-zebra, batches of 256", ed25519::zebra_batch),
        ("ed25519-dalek", ed25519::dalek),
        ("ed25519-dalek, batches of 256", ed25519::dalek_batch),
        ("openssl", ed25519::openssl),
    ];
    match ed25519::SIMD {
        Ok(simd) => rivals.push(("ed25519-simd", simd)),
        Err(why) => SAID.call_once(|| eprintln!("{why}")),
    }
    all.extend(rivals.into_iter().map(|(name, run)| Contender {
        name: name.to_owned(),
        role: Role::Rival,
        form: None,
        run: Box::new(run),
    }));
    race.run(id, title, CHECK, prepare, &all)
}

/// Ours: the automatic choice, and what other paths there are.
fn ours_on(engines: &[Entry]) -> Vec<Contender<'_, VerifyJob>> {
    let mut seen: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for entry in engines.iter().filter(|entry| entry.kind != Kind::AllThreads) {
        let path = verify_path(&entry.engine);
        if seen.contains(&path) {
            continue;
        }
        let (name, role) = match entry.kind {
            Kind::Auto => (format!("gridnet ({path})"), Role::Auto),
            _ => (format!("gridnet, {path} forced"), Role::Forced),
        };
        seen.push(path);
        all.push(Contender {
            name,
            role,
            form: None,
            run: Box::new(move |job: &VerifyJob| ours::signatures(&entry.engine, job)),
        });
    }
    all
}
