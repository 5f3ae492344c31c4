//! `gridnet reproduce`: a wrong answer of a device, asked again.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use gridnet_core::{Control, Engine};
use serde::Serialize;

use crate::cli::Reproduce;
use crate::disagreement::Reproducer;
use crate::interrupt;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer};

/// Asks.
pub(crate) fn run(args: &Reproduce) -> Result<Outcome, Failure> {
    let unusable = |what: String| Failure::argument("FILE", format!("{}: {what}", args.file.display()));
    let file = Reproducer::read(&args.file).map_err(unusable)?;
    let case = file.case().map_err(unusable)?;
    let device = args.device.as_ref().unwrap_or(&file.device.id);
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let listener = Arc::clone(&heard);
    let engine = Engine::builder()
        .device(device)
        .audit_one_in(1)
        .on_disagreement(move |disagreement| {
            listener.lock().unwrap_or_else(PoisonError::into_inner).push(disagreement.what.clone());
        })
        .build()?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let mut asked = Asked {
        reproduced: false,
        times: 0,
        wrong: 0,
        before: file.what.clone(),
        what: Vec::new(),
        devices: engine.devices().map(|device| format!("{} {}", device.id, device.name)).collect(),
        interrupted: false,
    };
    for _ in 0..args.times {
        match case.ask(&engine, &control) {
            Ok(()) if control.cancel.is_cancelled() => asked.interrupted = true,
            Err(gridnet_core::Error::Cancelled) => asked.interrupted = true,
            Ok(()) => {
                asked.times += 1;
                let what = std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));
                asked.wrong += u32::from(!what.is_empty());
                asked.what.extend(what);
            }
            Err(error) => return Err(unusable(error.to_string())),
        }
        // After three wrong answers the engine asks the device nothing more.
        if asked.interrupted || engine.devices().any(|device| !device.available) {
            break;
        }
    }
    asked.reproduced = asked.wrong > 0;
    output::answer(args.json, &asked)?;
    Ok(if asked.interrupted { Outcome::Interrupted } else { Outcome::of(!asked.reproduced) })
}

/// The answer.
#[derive(Serialize)]
struct Asked {
    reproduced: bool,
    /// How often it was asked, and how often the answer was wrong.
    times: u32,
    wrong: u32,
    /// What was wrong when the file was written.
    before: String,
    /// What is wrong now.
    what: Vec<String>,
    devices: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
}

impl Answer for Asked {
    fn plain(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "before: {}", self.before);
        for what in &self.what {
            let _ = writeln!(text, "now: {what}");
        }
        let _ = writeln!(
            text,
            "asked {} times on {}: wrong {} times",
            self.times,
            self.devices.join(", "),
            self.wrong
        );
        if self.interrupted {
            text.push_str("interrupted\n");
        }
        text
    }
}
