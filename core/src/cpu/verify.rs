//! `verify` on threads: groups of signatures, handed out one at a time. In lanes where the CPU has a verifier, by the
//! library where not.

use std::sync::{Mutex, PoisonError};

use gridnet_simd::{Verdict, Verifier, Workspace};

use super::Cpu;
use crate::backend::Watch;
use crate::signature::{self, Signed};
use crate::{Error, Verify};

/// Most signatures of a group in lanes: a key that comes again within it is decoded once, and one that comes often gets tables of its own.
const LANES_GROUP: usize = 512;
/// Groups for each thread, so that none waits long for another at the end.
const GROUPS_EACH: usize = 4;
/// Smallest group that is worth an equation of the library's.
const EQUATION_MIN: usize = 128;

pub(super) fn run(
    cpu: &Cpu,
    verify: &Verify<'_>,
    verdicts: &mut [Signed],
    watch: &Watch<'_>,
) -> Result<(), Error> {
    // One signature alone would leave the lanes empty.
    let verifier = cpu.verifier.filter(|_| verdicts.len() > 1);
    if verifier.is_none() {
        watch.path.get_or_init(|| path(cpu, None));
    }
    let count = verdicts.len();
    let size = match verifier {
        Some(verifier) => {
            let even = count.div_ceil(cpu.threads * GROUPS_EACH).next_multiple_of(verifier.lanes());
            even.clamp(verifier.lanes(), LANES_GROUP)
        }
        None => count.div_ceil(cpu.threads).clamp(EQUATION_MIN, signature::GROUP),
    };
    let groups = Mutex::new(verdicts.chunks_mut(size).enumerate());
    let tasks = cpu.on_threads(count.div_ceil(size), |_| {
        let mut lanes = verifier.map(Lanes::new);
        loop {
            if watch.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let claimed = groups.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((index, verdicts)) = claimed else { return Ok(()) };
            match &mut lanes {
                Some(lanes) => lanes.group(verify, index * size, verdicts),
                None => signature::group(verify, index * size, verdicts),
            }
            watch.count(verdicts.len() as u64);
        }
    });
    tasks.into_iter().collect()
}

pub(super) fn path(cpu: &Cpu, verifier: Option<Verifier>) -> String {
    let threads = cpu.threads_name();
    match verifier {
        Some(verifier) => format!("{} ×{}, {threads}", verifier.path().name(), verifier.lanes()),
        None => format!("library, {threads}"),
    }
}

/// A thread's lanes.
pub(crate) struct Lanes {
    verifier: Verifier,
    workspace: Workspace,
    said: Vec<Verdict>,
}

impl Lanes {
    pub(crate) fn new(verifier: Verifier) -> Lanes {
        Lanes { verifier, workspace: Workspace::default(), said: Vec::new() }
    }

    /// Verifies the signatures from `from` on, as many as there are verdicts.
    pub(crate) fn group(&mut self, verify: &Verify<'_>, from: usize, verdicts: &mut [Signed]) {
        let range = from..from + verdicts.len();
        self.said.resize(range.len(), Verdict::Unequal);
        self.verifier.verify(
            &verify.keys[range.clone()],
            &verify.messages[range.start * verify.length..range.end * verify.length],
            verify.length,
            &verify.signatures[range],
            &mut self.said,
            &mut self.workspace,
        );
        for (verdict, &said) in verdicts.iter_mut().zip(&self.said) {
            *verdict = signature::signed(said);
        }
    }
}
