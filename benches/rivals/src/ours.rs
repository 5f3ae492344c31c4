//! Our answers: the engine asked as any user would ask it.

use gridnet_core::proof::headers::{Retarget, verify};
use gridnet_core::{Control, Digest, Endian, Engine, HashFunction, NonceField, Search, Walk, limits};

use crate::job::{Answer, DigestJob, HeadersJob, SearchJob, VerifyJob, WalkJob};

/// All messages in one search: the first one's siblings share its schedule.
pub(crate) fn search(engine: &Engine, job: &SearchJob) -> Answer {
    let siblings: Vec<&[u8]> = job.messages[1..].iter().map(Vec::as_slice).collect();
    Answer::Hits(hits(engine, job, &job.messages[0], &siblings).into_iter().collect())
}

/// Each message in a search of its own.
pub(crate) fn search_one_by_one(engine: &Engine, job: &SearchJob) -> Answer {
    let each = job.messages.iter().enumerate();
    let mut all: Vec<(u32, u32)> = each
        .flat_map(|(index, message)| {
            hits(engine, job, message, &[]).into_iter().map(move |(nonce, _)| (nonce, index as u32))
        })
        .collect();
    all.sort_unstable();
    Answer::Hits(all)
}

fn hits(engine: &Engine, job: &SearchJob, message: &[u8], siblings: &[&[u8]]) -> Vec<(u32, u32)> {
    let search = Search {
        function: job.function,
        message,
        siblings,
        nonce: NonceField { offset: message.len() - 4, bytes: 4, endian: Endian::Little },
        range: 0..u128::from(job.nonces),
        target: job.target,
        order: job.order,
        limit: limits::HITS_MAX,
    };
    let found = engine.search(&search, &Control::default()).expect("a valid search").value;
    found.hits.iter().map(|hit| (hit.nonce as u32, hit.message)).collect()
}

/// The walk.
pub(crate) fn walk(engine: &Engine, job: &WalkJob) -> Answer {
    let steps = vec![job.steps; job.starts.len()];
    let walk = Walk { function: job.function, starts: &job.starts, steps: &steps };
    Answer::Values(engine.walk(&walk, &Control::default()).expect("a valid walk").value)
}

/// The digests.
pub(crate) fn digest(engine: &Engine, job: &DigestJob) -> Answer {
    let count = job.messages.len() / job.length;
    let digest = Digest { function: job.function, messages: &job.messages, length: job.length, count };
    let mut last = Vec::new();
    for _ in 0..job.repeats {
        last = engine.digest(&digest, &Control::default()).expect("a valid digest").value;
    }
    Answer::Values(last)
}

/// The verdict.
pub(crate) fn headers(engine: &Engine, job: &HeadersJob<'_>) -> Answer {
    let rule = if job.bitcoin { Retarget::Bitcoin } else { Retarget::None };
    let mut answer = Answer::Valid(0, [0; 32]);
    for _ in 0..job.repeats {
        let report = verify(engine, HashFunction::Sha256d, job.bytes, rule, &Control::default());
        let verdict = report.expect("whole headers").value;
        answer = Answer::Valid(verdict.valid, verdict.total_work.to_be_bytes());
    }
    answer
}

/// The verdicts on signatures.
pub(crate) fn signatures(engine: &Engine, job: &VerifyJob) -> Answer {
    let report = engine.verify(&job.question(), &Control::default()).expect("a valid question");
    Answer::Verdicts(report.value.iter().map(Result::is_ok).collect())
}
