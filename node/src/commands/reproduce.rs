//! `gridnet reproduce`: a wrong answer of a device, asked again.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use gridnet_core::{Control, Engine, Error, Share};
use serde::Serialize;

use crate::arguments::quoted;
use crate::cli::Reproduce;
use crate::disagreement::{AsItWas, Culprit, Reproducer, printable};
use crate::interrupt;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer};

/// Asks.
pub(crate) fn run(args: &Reproduce) -> Result<Outcome, Failure> {
    let unusable =
        |what: String| Failure::argument("FILE", format!("{}: {what}", quoted(&args.file.to_string_lossy())));
    let file = Reproducer::read(&args.file).map_err(unusable)?;
    let case = file.case().map_err(unusable)?;
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let listener = Arc::clone(&heard);
    let engine = Engine::builder()
        .device(args.device.as_ref().unwrap_or(&file.device.id))
        .audit_one_in(1)
        .tune_store(Arc::new(AsItWas(file.kernels.clone())))
        .on_disagreement(move |disagreement| {
            listener.lock().unwrap_or_else(PoisonError::into_inner).push(disagreement.what.clone());
        })
        .build()
        .map_err(|error| match (&error, &args.device) {
            (Error::UnknownDevice { .. }, None) => {
                unusable(format!("{error}; name one of them with --device"))
            }
            _ => error.into(),
        })?;
    if !engine.has_gpu() {
        let what = "the CPU is what all others are held against; name a graphics processor".to_owned();
        return Err(if args.device.is_some() { Failure::argument("--device", what) } else { unusable(what) });
    }
    let devices: Vec<Culprit> = engine.devices().map(|device| Culprit::new(&device)).collect();
    let mut asked = Asked {
        reproduced: false,
        times: 0,
        wrong: 0,
        recorded: printable(&file.what),
        wrong_answers: Vec::new(),
        same_device: devices.contains(&file.device),
        recorded_device: file.device.to_string(),
        devices: devices.iter().map(Culprit::to_string).collect(),
        not_asked: None,
        interrupted: false,
    };
    let control = Control { cancel: interrupt::cancel(), progress: None };
    while asked.times < args.times {
        let shares = match case.ask(&engine, &control) {
            _ if control.cancel.is_cancelled() => {
                asked.interrupted = true;
                break;
            }
            shares => shares.map_err(|error| unusable(error.to_string()))?,
        };
        asked.times += 1;
        let wrong = std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));
        asked.wrong += u32::from(!wrong.is_empty());
        // What the CPU had to do instead, no device was right about.
        if wrong.is_empty() && !shares.iter().any(|share| is_one_of(&engine, share)) {
            asked.not_asked = Some(why_not(&engine));
        }
        asked.wrong_answers.extend(wrong);
        // After three wrong answers the engine asks the device nothing more.
        if asked.not_asked.is_some() || engine.devices().any(|device| !device.available) {
            break;
        }
    }
    asked.reproduced = asked.wrong > 0;
    output::answer(args.json, &asked)?;
    Ok(match &asked {
        Asked { interrupted: true, .. } => Outcome::Interrupted,
        _ => Outcome::of(!asked.reproduced && asked.not_asked.is_none()),
    })
}

fn is_one_of(engine: &Engine, share: &Share) -> bool {
    engine.devices().any(|device| device.id == share.id)
}

/// Why no device answered.
fn why_not(engine: &Engine) -> String {
    let reason = |device: gridnet_core::Device| device.reason.into_iter().chain(device.refused);
    let reasons: Vec<String> = engine.devices().flat_map(reason).collect();
    match reasons.as_slice() {
        [] => "it has no kernel for such a question".to_owned(),
        reasons => reasons.join("; "),
    }
}

/// The answer.
#[derive(Serialize)]
struct Asked {
    reproduced: bool,
    /// How often it was asked, and how often the answer was wrong.
    times: u32,
    wrong: u32,
    /// What was wrong when the file was written, and whose answer it was.
    recorded: String,
    recorded_device: String,
    /// What is wrong now.
    wrong_answers: Vec<String>,
    devices: Vec<String>,
    /// Whether the device of the file, with its driver, is among them.
    same_device: bool,
    /// Why none of the devices answered, and the CPU had to.
    not_asked: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
}

impl Answer for Asked {
    fn plain(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "recorded: {}, by {}", self.recorded, self.recorded_device);
        if !self.same_device {
            text.push_str("asked is another device, or another driver\n");
        }
        for what in &self.wrong_answers {
            let _ = writeln!(text, "wrong: {what}");
        }
        let devices = self.devices.join(" and ");
        let _ = match &self.not_asked {
            Some(why) => writeln!(text, "{devices} could not be asked: {why}"),
            None => {
                let [times, wrong] = [self.times, self.wrong].map(times);
                writeln!(text, "asked {devices} {times}: wrong {wrong}")
            }
        };
        if self.interrupted {
            text.push_str("interrupted\n");
        }
        text
    }
}

fn times(count: u32) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}
