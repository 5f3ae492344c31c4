//! What clap refuses, in one sentence that names the argument.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::arguments::quoted;
use crate::outcome::{Failure, Outcome};

/// Shows help and version where they were asked for, and words everything else as a failure.
pub(crate) fn answer(refusal: &Error) -> Result<Outcome, Failure> {
    match refusal.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            show(refusal)?;
            Ok(Outcome::Good)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            show(refusal)?;
            Ok(Outcome::NothingAsked)
        }
        _ => Err(Failure::Usage(sentence(refusal))),
    }
}

fn show(help: &Error) -> Result<(), Failure> {
    help.print().map_err(Failure::from_output)
}

fn sentence(refusal: &Error) -> String {
    let argument = text(refusal, ContextKind::InvalidArg).unwrap_or_default();
    match refusal.kind() {
        // Our own parsers' words.
        ErrorKind::ValueValidation => {
            let what = std::error::Error::source(refusal).map(ToString::to_string).unwrap_or_default();
            format!("{argument}: {what}")
        }
        ErrorKind::InvalidValue => {
            let expected = text(refusal, ContextKind::ValidValue).unwrap_or_default();
            match text(refusal, ContextKind::InvalidValue).as_deref() {
                None | Some("") if expected.is_empty() => format!("{argument}: expected a value"),
                None | Some("") => format!("{argument}: expected one of {expected}"),
                Some(got) => format!("{argument}: expected one of {expected}, got {}", quoted(got)),
            }
        }
        _ => format!("{}; --help shows what there is", joined(refusal)),
    }
}

/// clap's own words without its usage lines, on one line.
fn joined(refusal: &Error) -> String {
    let text = refusal.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let said = text
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|paragraph| {
            !paragraph.is_empty()
                && !paragraph.starts_with("Usage:")
                && !paragraph.starts_with("For more information")
        });
    said.collect::<Vec<_>>().join("; ")
}

fn text(refusal: &Error, kind: ContextKind) -> Option<String> {
    match refusal.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    }
}
