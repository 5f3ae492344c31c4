//! From the text of an argument to its value. Each refusal says what was expected and what was got; the caller adds
//! which argument it was.

use std::io::{IsTerminal as _, stderr};
use std::ops::Range;

use gridnet_core::proof::header::{HEADER_BYTES, Header, NONCE, display_order};
use gridnet_core::{Engine, EngineBuilder, Target, Tune};
use gridnet_protocol::payout::Payrate;
use gridnet_protocol::spv::Checkpoint;
use gridnet_protocol::value::Height;

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

/// A part of all, from 0 to 1: how many in a million. Six digits after the point at most.
pub(crate) fn share(text: &str) -> Result<u32, String> {
    let refused = || {
        format!("expected a number from 0 to 1 with at most six digits after the point, got {}", quoted(text))
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(whole, "0" | "1") || !digits(part) {
        return Err(refused());
    }
    let part = format!("{part:0<6}").parse::<u32>().map_err(|_| refused())?;
    let millionths = if whole == "1" { 1_000_000 + part } else { part };
    if millionths <= 1_000_000 { Ok(millionths) } else { Err(refused()) }
}

/// A payrate, as `3/4`.
pub(crate) fn payrate(text: &str) -> Result<Payrate, String> {
    let parse = |text: &str| text.parse::<u16>().ok();
    let payrate = text.split_once('/').and_then(|(a, b)| Payrate::new(parse(a)?, parse(b)?));
    payrate.ok_or_else(|| format!("expected a/b with 1 <= a < b, each at most 65535, got {}", quoted(text)))
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

/// A block to be trusted: its height, and its id as explorers print it.
pub(crate) fn checkpoint(text: &str) -> Result<Checkpoint, String> {
    let refused = || format!("expected a height, a colon and 64 hex digits, got {}", quoted(text));
    let (height, id) = text.split_once(':').ok_or_else(refused)?;
    let height = height.parse().map(Height).map_err(|_| refused())?;
    Ok(Checkpoint { height, id: display_order(&bytes(id)?) })
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
        if !engine.has_gpu() {
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
