//! Who is asked, and how their answers are held against what is expected.

use std::collections::BTreeMap;

use gridnet_core::{Engine, Signed};

use super::Batch;

/// Gives a verdict on each signature.
type Verifier<'a> = dyn Fn(&Batch) -> Vec<Signed> + 'a;

/// Somebody who verifies signatures.
pub(crate) struct Subject<'a> {
    name: String,
    verify: Box<Verifier<'a>>,
}

impl<'a> Subject<'a> {
    /// Anybody.
    pub(crate) fn new(name: &str, verify: impl Fn(&Batch) -> Vec<Signed> + 'a) -> Subject<'a> {
        Subject { name: name.to_owned(), verify: Box::new(verify) }
    }

    /// An engine.
    pub(crate) fn engine(name: &str, engine: &'a Engine) -> Subject<'a> {
        Subject::new(name, |batch| batch.verdicts(engine))
    }
}

/// A signature whose verdict is known.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) key: [u8; 32],
    pub(super) signature: [u8; 64],
    pub(super) message: Vec<u8>,
    pub(super) expected: Signed,
}

impl Case {
    /// A signature of which the libraries know the verdict.
    pub(super) fn by_the_libraries(
        name: String,
        key: [u8; 32],
        signature: [u8; 64],
        message: Vec<u8>,
    ) -> Case {
        let mut batch = Batch { length: message.len(), ..Batch::default() };
        batch.push(key, signature, &message);
        Case { name, key, signature, message, expected: batch.alone(0) }
    }
}

/// Asks everybody about all signatures of a batch.
pub(super) fn ask(
    subjects: &[Subject<'_>],
    name: impl Fn(usize) -> String,
    batch: &Batch,
    expected: &[Signed],
) -> Result<usize, String> {
    for subject in subjects {
        let said = (subject.verify)(batch);
        if said.len() != expected.len() {
            return Err(format!("{}: {} verdicts on {}", subject.name, said.len(), expected.len()));
        }
        if let Some(index) = (0..said.len()).find(|&index| said[index] != expected[index]) {
            let (said, expected) = (said[index], expected[index]);
            let (length, count) = (batch.length, batch.len());
            return Err(format!(
                "{} says {said:?}, not {expected:?}, of {} (number {index} of {count}, {length} bytes): {batch:02x?}",
                subject.name,
                name(index),
                batch = Alone(batch, index),
            ));
        }
    }
    Ok(expected.len())
}

/// One signature of a batch, to be printed.
struct Alone<'a>(&'a Batch, usize);

impl std::fmt::Debug for Alone<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Alone(batch, index) = *self;
        f.debug_struct("Signature")
            .field("key", &batch.keys[index])
            .field("signature", &batch.signatures[index])
            .field("message", &batch.message(index))
            .finish()
    }
}

/// Asks everybody about cases: all of one length together, and each alone. The libraries must say the same.
pub(super) fn ask_cases(subjects: &[Subject<'_>], cases: &[Case]) -> Result<usize, String> {
    let mut by_length: BTreeMap<usize, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        by_length.entry(case.message.len()).or_default().push(case);
    }
    for (length, cases) in by_length {
        let batch_of = |cases: &[&Case]| {
            let mut batch = Batch { length, ..Batch::default() };
            cases.iter().for_each(|case| batch.push(case.key, case.signature, &case.message));
            batch
        };
        let together = batch_of(&cases);
        let expected: Vec<Signed> = cases.iter().map(|case| case.expected).collect();
        let name = |index: usize| cases[index].name.clone();
        ask(&[Subject::new("the libraries", Batch::one_by_one)], name, &together, &expected)?;
        ask(subjects, name, &together, &expected)?;
        for &case in &cases {
            ask(subjects, |_| case.name.clone(), &batch_of(&[case]), &[case.expected])?;
        }
    }
    Ok(cases.len())
}
