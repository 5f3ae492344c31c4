//! `gridnet identity`: the proof of stake of an address.

use std::fmt::Write as _;
use std::time::Duration;

use gridnet_core::proof::identity::{self, Fault, Minted, Proof};
use gridnet_core::{Control, Engine, Error, Report, Target};
use serde::Serialize;

use crate::arguments;
use crate::cli::{Mint, VerifyIdentity};
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Hex, Whole, duration, scaled, seconds};
use crate::progress::{self, End, Look};

/// Mints.
pub(crate) fn mint(args: &Mint) -> Result<Outcome, Failure> {
    let engine = arguments::engine(&args.devices)?;
    let look = Look { verb: "minting", unit: "H", end: End::Luck(args.target_bits) };
    let answer = progress::watch(look, |control| search(&engine, args, control))?;
    output::answer(args.json, &answer)?;
    Ok(match &answer {
        MintAnswer { interrupted: true, .. } => Outcome::Interrupted,
        MintAnswer { nonce: None, .. } => Outcome::NotFound,
        _ => Outcome::Good,
    })
}

fn search(engine: &Engine, args: &Mint, control: &Control) -> Result<MintAnswer, Error> {
    let target = Target::from_zero_bits(args.target_bits)?;
    match identity::mint(engine, &args.address, target, args.nonce_bits, control) {
        Ok(report) => Ok(MintAnswer::found(&report)),
        Err(Error::Cancelled) => Ok(MintAnswer::unfinished(args, control, None)),
        Err(Error::NoProof { repetitions }) => Ok(MintAnswer::unfinished(args, control, Some(repetitions))),
        Err(error) => Err(error),
    }
}

/// The answer.
#[derive(Serialize)]
struct MintAnswer {
    /// When nothing was found: the repetition that was under way.
    repetitions: u64,
    nonce: Option<u32>,
    hash: Option<Hex>,
    hashes: Whole,
    seconds: f64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
    #[serde(skip)]
    elapsed: Duration,
}

impl MintAnswer {
    fn found(report: &Report<Minted>) -> MintAnswer {
        let Minted { proof: Proof { repetitions, nonce }, hash } = report.value;
        MintAnswer {
            repetitions: repetitions.into(),
            nonce: Some(nonce),
            hash: Some(Hex(hash)),
            hashes: report.done().into(),
            seconds: seconds(report.elapsed),
            interrupted: false,
            elapsed: report.elapsed,
        }
    }

    /// After all repetitions, or cancelled in one of them.
    fn unfinished(args: &Mint, control: &Control, repetitions: Option<u32>) -> MintAnswer {
        let progress = control.progress.as_deref().map(gridnet_core::Progress::snapshot);
        let (done, elapsed) = progress.map_or((0, Duration::ZERO), |now| (now.done, now.elapsed));
        MintAnswer {
            repetitions: repetitions.map_or((done >> args.nonce_bits) + 1, u64::from),
            nonce: None,
            hash: None,
            hashes: done.into(),
            seconds: seconds(elapsed),
            interrupted: repetitions.is_none(),
            elapsed,
        }
    }
}

impl Answer for MintAnswer {
    fn plain(&self) -> String {
        let mut text = String::new();
        let _ = match (self.nonce, self.hash) {
            (Some(nonce), Some(hash)) => {
                writeln!(text, "repetitions {}  nonce {nonce}  hash {hash}", self.repetitions)
            }
            _ if self.interrupted => writeln!(text, "interrupted during repetition {}", self.repetitions),
            _ => writeln!(text, "no proof in {} repetitions", self.repetitions),
        };
        let rate = scaled(self.hashes.0 as f64 / self.elapsed.as_secs_f64().max(1e-9), "H/s");
        let _ = writeln!(text, "{} hashes in {}, {rate}", self.hashes, duration(self.elapsed));
        text
    }
}

/// Verifies.
pub(crate) fn verify(args: &VerifyIdentity) -> Result<Outcome, Failure> {
    let proof = Proof { repetitions: args.repetitions, nonce: args.nonce };
    let target = Target::from_zero_bits(args.target_bits)?;
    let verdict = identity::verify(&args.address, proof, target);
    let answer = VerifyAnswer {
        valid: verdict.is_ok(),
        hash: verdict.ok().or_else(|| identity::hash(&args.address, proof)).map(Hex),
        reason: verdict.err().map(Fault::name),
    };
    output::answer(args.json, &answer)?;
    Ok(Outcome::of(answer.valid))
}

/// The answer.
#[derive(Serialize)]
struct VerifyAnswer {
    valid: bool,
    hash: Option<Hex>,
    reason: Option<&'static str>,
}

impl Answer for VerifyAnswer {
    fn plain(&self) -> String {
        let mut text = match self.reason {
            None => "valid\n".to_owned(),
            Some(reason) => format!("bad: {reason}\n"),
        };
        if let Some(hash) = self.hash {
            let _ = writeln!(text, "hash {hash}");
        }
        text
    }
}
