//! From the text of an argument to its value. Each refusal says what was expected and what was got; the caller adds
//! which argument it was.

use std::io::{IsTerminal as _, stderr};
use std::ops::Range;

use gridnet_core::proof::header::{HEADER_BYTES, Header, NONCE};
use gridnet_core::{DeviceKind, Engine, EngineBuilder, Target, Tune};

use crate::cli::Devices;
use crate::disagreement;
use crate::outcome::Failure;
use crate::output;
use crate::tunings::TuneFile;

/// Longest piece of a user's text that a message repeats.
const QUOTED_CHARS_MAX: usize = 40;

/// A whole number within bounds.
pub(crate) fn whole<T: TryFrom<u64>>(min: u64, max: u64) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.parse::<u64>().ok().filter(|number| (min..=max).contains(number));
        number
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| format!("expected a whole number from {min} to {max}, got {}", quoted(text)))
    }
}

/// A time from a millisecond to a day.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.001..=86_400.0).contains(seconds));
    seconds.ok_or_else(|| format!("expected a number of seconds from 0.001 to 86400, got {}", quoted(text)))
}

/// Exactly `N` bytes in hex.
pub(crate) fn bytes<const N: usize>(text: &str) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| {
        let expected = 2 * N;
        match stranger(text) {
            Some(stranger) => format!("expected {expected} hex digits, but {stranger}"),
            None => format!("expected {expected} hex digits, got {}", text.len()),
        }
    })?;
    Ok(bytes)
}

/// Any number of bytes in hex, none included.
pub(crate) fn message(text: &str) -> Result<Vec<u8>, String> {
    hex::decode(text).map_err(|_| match stranger(text) {
        Some(stranger) => format!("expected hex digits, but {stranger}"),
        None => {
            format!("expected two hex digits for each byte, got an odd number of digits ({})", text.len())
        }
    })
}

/// What stands in a text of hex digits and is none.
fn stranger(text: &str) -> Option<String> {
    let (at, character) = text.chars().enumerate().find(|(_, character)| !character.is_ascii_hexdigit())?;
    Some(format!("character {} is {character:?}", at + 1))
}

/// A header in hex, or the word `genesis`.
pub(crate) fn header(text: &str) -> Result<Header, String> {
    match text {
        "genesis" => Ok(Header::GENESIS),
        _ => bytes::<HEADER_BYTES>(text)
            .map(|bytes| Header::from_bytes(&bytes))
            .map_err(|what| format!("{what}; or give the word genesis")),
    }
}

/// A target in hex, most significant digit first.
pub(crate) fn target(text: &str) -> Result<Target, String> {
    bytes(text).map(|bytes| Target::from_be_bytes(&bytes))
}

/// The nonces from `start` on, below `end`.
pub(crate) fn nonces(start: u64, end: u64) -> Result<Range<u128>, Failure> {
    if start >= end {
        return Err(Failure::argument(
            "--start",
            format!("must be below --end, but {start} is not below {end}"),
        ));
    }
    debug_assert!(u128::from(end) <= NONCE.end(), "the parser keeps to the field");
    Ok(start.into()..end.into())
}

/// The engine that the user asked for.
pub(crate) fn engine(devices: &Devices) -> Result<Engine, Failure> {
    let mut builder = builder(devices);
    for device in &devices.device {
        builder = builder.device(device);
    }
    let engine = builder.build()?;
    if devices.tune {
        if engine.devices().all(|device| device.kind == DeviceKind::Cpu) {
            return Err(Failure::argument(
                "--tune",
                "there is no graphics processor here to tune; leave it out",
            ));
        }
        if stderr().is_terminal() {
            output::note("finding out how each graphics processor works fastest: some seconds a kernel");
        }
    }
    Ok(engine)
}

/// The same before any device is named.
pub(crate) fn builder(devices: &Devices) -> EngineBuilder {
    let mut builder = Engine::builder().on_disagreement(disagreement::report);
    if let Some(store) = TuneFile::of_user() {
        builder = builder.tune_store(store);
    }
    if devices.tune {
        builder = builder.tune(Tune::Anew);
    }
    if let Some(every) = devices.audit {
        builder = builder.audit_one_in(every);
    }
    if let Some(path) = devices.simd {
        builder = builder.path(path);
    }
    if let Some(threads) = devices.threads {
        builder = builder.threads(threads);
    }
    builder
}

/// A user's text, safe to repeat: quoted, escaped, and not too much of it.
pub(crate) fn quoted(text: &str) -> String {
    if text.chars().count() <= QUOTED_CHARS_MAX {
        return format!("{text:?}");
    }
    let head: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    format!("{head:?}… ({} bytes)", text.len())
}
