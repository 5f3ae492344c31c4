//! What goes where: the answer to stdout, as text or as one JSON object; everything else to stderr.

use std::fmt;
use std::io::{self, Write as _};
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::outcome::Failure;

/// Largest whole number that every JSON reader holds exactly.
const JSON_EXACT_MAX: u128 = (1 << 53) - 1;

/// What a command found out: its JSON keys are its fields, its text is for people.
pub(crate) trait Answer: Serialize {
    /// The text, every line ended.
    fn plain(&self) -> String;
}

/// Prints an answer to stdout. The work is done: a reader that has gone does not change how it went.
pub(crate) fn answer(json: bool, answer: &impl Answer) -> Result<(), Failure> {
    match if json { object(answer) } else { text(&answer.plain()) } {
        Err(Failure::ReaderGone) => Ok(()),
        printed => printed,
    }
}

/// Prints the one JSON object to stdout.
pub(crate) fn object(value: &impl Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string(value).map_err(|error| Failure::Internal(error.to_string()))?;
    text(&format!("{json}\n"))
}

/// Prints text to stdout.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Failure::from_output)
}

/// Says something on stderr. Nobody may be listening; that is no reason to stop.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// 32 bytes that print as hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hex(pub(crate) [u8; 32]);

impl Hex {
    /// Ids of blocks and transactions are shown as everywhere: the last byte first.
    pub(crate) fn reversed(mut id: [u8; 32]) -> Hex {
        id.reverse();
        Hex(id)
    }
}

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hex, D::Error> {
        let mut bytes = [0; 32];
        let text = String::deserialize(deserializer)?;
        hex::decode_to_slice(text, &mut bytes).map_err(D::Error::custom)?;
        Ok(Hex(bytes))
    }
}

/// A whole number: a JSON string where JSON readers would round it; with thousands apart for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whole(pub(crate) u128);

impl Whole {
    /// So many units a second, rounded; 0 when no time passed.
    pub(crate) fn rate(done: u64, elapsed: Duration) -> Whole {
        let seconds = elapsed.as_secs_f64();
        Whole(if seconds > 0.0 { (done as f64 / seconds).round() as u128 } else { 0 })
    }
}

impl From<u64> for Whole {
    fn from(number: u64) -> Whole {
        Whole(number.into())
    }
}

impl Serialize for Whole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match u64::try_from(self.0) {
            Ok(number) if self.0 <= JSON_EXACT_MAX => serializer.serialize_u64(number),
            _ => serializer.collect_str(&self.0),
        }
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let groups: Vec<&str> = digits
            .as_bytes()
            .rchunks(3)
            .rev()
            .map(|group| std::str::from_utf8(group).expect("digits are ASCII"))
            .collect();
        f.write_str(&groups.join(","))
    }
}

/// Seconds, to the microsecond.
pub(crate) fn seconds(elapsed: Duration) -> f64 {
    elapsed.as_micros() as f64 / 1e6
}

/// A quantity with three or four digits and a prefix: `213.4 M` + unit.
pub(crate) fn scaled(number: f64, unit: &str) -> String {
    const PREFIXES: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
    let mut number = number;
    let mut prefix = 0;
    // 999.95 would print as 1000.0.
    while number >= 999.95 && prefix + 1 < PREFIXES.len() {
        number /= 1000.0;
        prefix += 1;
    }
    let digits = if prefix == 0 && number.fract() == 0.0 { 0 } else { 1 };
    format!("{number:.digits$} {}{unit}", PREFIXES[prefix])
}

/// A time for people: `340 µs`, `85 ms`, `9.8 s`, `3 min 20 s`, `4 h 5 min`, `12 days`.
pub(crate) fn duration(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let whole = seconds.round().min(u64::MAX as f64) as u64;
    match seconds {
        s if s < 0.001 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 59.95 => format!("{s:.1} s"),
        s if s < 3_599.5 => format!("{} min {} s", whole / 60, whole % 60),
        s if s < 172_800.0 => format!("{} h {} min", whole / 3_600, whole % 3_600 / 60),
        _ => format!("{} days", Whole((whole / 86_400).into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_become_strings_where_json_would_round_them() {
        let json = |number: u128| serde_json::to_string(&Whole(number)).expect("a number serializes");
        assert_eq!(json(9_007_199_254_740_991), "9007199254740991");
        assert_eq!(json(9_007_199_254_740_992), "\"9007199254740992\"");
        assert_eq!(json(u128::MAX), "\"340282366920938463463374607431768211455\"");
    }

    #[test]
    fn people_read_groups_prefixes_and_minutes() {
        assert_eq!(Whole(0).to_string(), "0");
        assert_eq!(Whole(999).to_string(), "999");
        assert_eq!(Whole(2_083_236_893).to_string(), "2,083,236,893");
        assert_eq!(scaled(0.0, "H/s"), "0 H/s");
        assert_eq!(scaled(999.96, "H/s"), "1.0 kH/s");
        assert_eq!(scaled(213_440_000.0, "H/s"), "213.4 MH/s");
        let said = |micros| duration(Duration::from_micros(micros));
        assert_eq!(said(340), "340 µs");
        assert_eq!(said(9_812_000), "9.8 s");
        assert_eq!(said(59_990_000), "1 min 0 s");
        assert_eq!(said(200_000_000), "3 min 20 s");
        assert_eq!(said(14_700_000_000), "4 h 5 min");
    }
}
