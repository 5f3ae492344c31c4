//! `gridnet config`: what a node would be told, and by whom.

use std::fmt::Write as _;

use gridnet_node::config::{KEYS, Loaded};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::ShowConfig;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer};

/// Shows the configuration.
pub(crate) fn show(args: &ShowConfig) -> Result<Outcome, Failure> {
    let loaded = args.place.load_with(&args.settings)?;
    output::answer(args.json, &Shown::new(&loaded))?;
    Ok(Outcome::Good)
}

/// Every key with its value and its origin.
#[derive(Serialize)]
#[serde(transparent)]
struct Shown(Map<String, Value>);

impl Shown {
    fn new(loaded: &Loaded) -> Shown {
        let mut all = Map::new();
        for key in &KEYS {
            let value = loaded.value(key);
            let mut row = Map::new();
            row.insert("value".to_owned(), value);
            row.insert("from".to_owned(), loaded.origin(key).place(key).into());
            all.insert(key.name.to_owned(), row.into());
        }
        Shown(all)
    }
}

impl Answer for Shown {
    /// A file that says the same.
    fn plain(&self) -> String {
        let (mut text, mut section) = (String::new(), "");
        for key in &KEYS {
            let (of, name) = key.name.split_once('.').unwrap_or(("", key.name));
            if of != section {
                let _ = write!(text, "\n[{of}]\n");
                section = of;
            }
            let row = &self.0[key.name];
            let from = row["from"].as_str().unwrap_or_default();
            let line = match &row["value"] {
                Value::Null => format!("# {name}"),
                // JSON's texts, numbers, flags and lists of texts are TOML's.
                value => format!("{name} = {value}"),
            };
            let _ = writeln!(text, "{line:<48} # {from}");
        }
        text
    }
}
