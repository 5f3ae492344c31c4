//! `gridnet digest`: messages to digests, in order.

use std::collections::BTreeMap;
use std::io::Read as _;

use gridnet_core::{Engine, Error, HashFunction};
use serde::Serialize;

use crate::arguments;
use crate::cli::Digest;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Hex};
use crate::progress::{self, End, Look};

/// The most that is read from standard input: 1 GiB of hex.
const INPUT_BYTES_MAX: u64 = 1 << 30;

/// Digests.
pub(crate) fn run(args: &Digest) -> Result<Outcome, Failure> {
    let function = match &args.personal {
        Some(personal) => args.algorithm.with_personal(personal.as_bytes())?,
        None => args.algorithm,
    };
    let messages = read(&args.messages)?;
    let engine = super::engine()?;
    match digest(&engine, function, &messages) {
        Ok(digests) => {
            output::answer(args.json, &Digests { digests })?;
            Ok(Outcome::Good)
        }
        Err(Error::Cancelled) => {
            output::answer(args.json, &Interrupted { digests: [], interrupted: true })?;
            Ok(Outcome::Interrupted)
        }
        Err(error) => Err(error.into()),
    }
}

/// The messages of the command line, and of standard input where it says so.
fn read(arguments: &[String]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut messages = Vec::new();
    for (index, argument) in arguments.iter().enumerate() {
        if argument != "-" {
            messages.push(
                arguments::message(argument)
                    .map_err(|what| Failure::argument("HEX", format!("message {}: {what}", index + 1)))?,
            );
        } else if arguments[..index].contains(argument) {
            return Err(Failure::argument("HEX", "- reads all of standard input and can be given only once"));
        } else {
            messages.extend(read_lines()?);
        }
    }
    Ok(messages)
}

fn read_lines() -> Result<Vec<Vec<u8>>, Failure> {
    let refuse = |what: String| Failure::argument("HEX", format!("standard input: {what}"));
    let mut text = String::new();
    let mut input = std::io::stdin().lock().take(INPUT_BYTES_MAX + 1);
    input.read_to_string(&mut text).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    if text.len() as u64 > INPUT_BYTES_MAX {
        return Err(refuse(format!("is longer than the {INPUT_BYTES_MAX} bytes that are read at once")));
    }
    text.lines()
        .enumerate()
        .map(|(index, line)| {
            arguments::message(line.trim()).map_err(|what| refuse(format!("line {}: {what}", index + 1)))
        })
        .collect()
}

/// One call of the engine for each length, and the digests back in the messages' order.
fn digest(engine: &Engine, function: HashFunction, messages: &[Vec<u8>]) -> Result<Vec<Hex>, Error> {
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, message) in messages.iter().enumerate() {
        by_length.entry(message.len()).or_default().push(index);
    }
    let look = Look { verb: "hashing", unit: " messages", end: End::At(messages.len() as u64) };
    progress::watch(look, |control| {
        let mut digests = vec![Hex([0; 32]); messages.len()];
        for (&length, indices) in &by_length {
            let joined: Vec<u8> = indices.iter().flat_map(|&index| &messages[index]).copied().collect();
            let count = indices.len();
            let batch = gridnet_core::Digest { function, messages: &joined, length, count };
            let report = engine.digest(&batch, control)?;
            for (&index, digest) in indices.iter().zip(report.value) {
                digests[index] = Hex(digest);
            }
        }
        Ok(digests)
    })
}

/// The answer.
#[derive(Serialize)]
struct Digests {
    digests: Vec<Hex>,
}

impl Answer for Digests {
    fn plain(&self) -> String {
        self.digests.iter().map(|digest| format!("{digest}\n")).collect()
    }
}

/// The answer when there is none.
#[derive(Serialize)]
struct Interrupted {
    digests: [Hex; 0],
    interrupted: bool,
}

impl Answer for Interrupted {
    fn plain(&self) -> String {
        "interrupted: no digest was finished\n".to_owned()
    }
}
