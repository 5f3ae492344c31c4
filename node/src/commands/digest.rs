//! `gridnet digest`: messages to digests, in order.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Read as _};

use gridnet_core::{Control, Engine, Error, HashFunction};
use serde::Serialize;

use crate::arguments;
use crate::cli::Digest;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Hex};
use crate::progress::{self, End, Look};

/// The most that is read from standard input: 1 GiB of hex.
const INPUT_BYTES_MAX: u64 = 1 << 30;
/// Lines of it.
const LINES_MAX: usize = 1 << 22;
/// Messages hashed at a time: what is finished when the user interrupts is whole batches.
const BATCH: usize = 1 << 16;

/// Messages of any lengths, end to end.
#[derive(Default)]
struct Messages {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Messages {
    fn push(&mut self, text: &str) -> Result<(), String> {
        self.bytes.extend(arguments::message(text)?);
        self.ends.push(self.bytes.len());
        Ok(())
    }

    fn get(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    fn len(&self) -> usize {
        self.ends.len()
    }
}

/// Digests.
pub(crate) fn run(args: &Digest) -> Result<Outcome, Failure> {
    let function = match &args.personal {
        Some(personal) => args.algorithm.with_personal(personal.as_bytes())?,
        None => args.algorithm,
    };
    let messages = read(&args.messages)?;
    let engine = arguments::engine(&args.devices)?;
    let look = Look { verb: "hashing", unit: " messages", end: End::At(messages.len() as u64) };
    let mut digests = Vec::new();
    let done = progress::watch(look, |control| digest(&engine, function, &messages, control, &mut digests));
    let interrupted = match done {
        Ok(()) => false,
        Err(Error::Cancelled) => true,
        Err(error) => return Err(error.into()),
    };
    output::answer(args.json, &Digests { digests, interrupted })?;
    Ok(if interrupted { Outcome::Interrupted } else { Outcome::Good })
}

/// The messages of the command line, and of standard input where it says so.
fn read(arguments: &[String]) -> Result<Messages, Failure> {
    let mut messages = Messages::default();
    for (index, argument) in arguments.iter().enumerate() {
        if argument != "-" {
            messages
                .push(argument)
                .map_err(|what| Failure::argument("HEX", format!("message {}: {what}", index + 1)))?;
        } else if arguments[..index].contains(argument) {
            return Err(Failure::argument("HEX", "- reads all of standard input and can be given only once"));
        } else {
            read_lines(&mut messages)?;
        }
    }
    Ok(messages)
}

fn read_lines(messages: &mut Messages) -> Result<(), Failure> {
    let refuse = |what: String| Failure::argument("HEX", format!("standard input: {what}"));
    let mut input = std::io::stdin().lock().take(INPUT_BYTES_MAX + 1);
    let mut line = String::new();
    for index in 0.. {
        line.clear();
        let read = input.read_line(&mut line).map_err(|error| refuse(format!("cannot be read: {error}")))?;
        if input.limit() == 0 {
            return Err(refuse(format!("is longer than the {INPUT_BYTES_MAX} bytes that are read at once")));
        }
        if read == 0 {
            break;
        }
        if index == LINES_MAX {
            return Err(refuse(format!(
                "has more than the {LINES_MAX} lines that are read at once; split it"
            )));
        }
        messages.push(line.trim()).map_err(|what| refuse(format!("line {}: {what}", index + 1)))?;
    }
    Ok(())
}

/// Batches in the messages' order; within one, a call of the engine for each length.
fn digest(
    engine: &Engine,
    function: HashFunction,
    messages: &Messages,
    control: &Control,
    digests: &mut Vec<Hex>,
) -> Result<(), Error> {
    for first in (0..messages.len()).step_by(BATCH) {
        let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let batch = first..messages.len().min(first + BATCH);
        for index in batch.clone() {
            by_length.entry(messages.get(index).len()).or_default().push(index);
        }
        let mut done = vec![Hex([0; 32]); batch.len()];
        for (length, indices) in by_length {
            let joined: Vec<u8> = indices.iter().flat_map(|&index| messages.get(index)).copied().collect();
            let question = gridnet_core::Digest { function, messages: &joined, length, count: indices.len() };
            let report = engine.digest(&question, control)?;
            for (&index, digest) in indices.iter().zip(report.value) {
                done[index - first] = Hex(digest);
            }
        }
        digests.extend(done);
    }
    Ok(())
}

/// The answer.
#[derive(Serialize)]
struct Digests {
    /// Of the first messages, when interrupted.
    digests: Vec<Hex>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
}

impl Answer for Digests {
    fn plain(&self) -> String {
        let mut text: String = self.digests.iter().map(|digest| format!("{digest}\n")).collect();
        if self.interrupted {
            text.push_str("interrupted: these are the digests of the first messages\n");
        }
        text
    }
}
