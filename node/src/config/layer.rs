//! A source of values: a file, the environment, the command line. What is wrong in one is said here, with its place.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use figment::providers::{Format as _, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

use super::{ConfigError, Key, Kind, text_of};

/// Most bytes of a file.
const FILE_MAX: u64 = 1 << 20;
/// Longest piece of a value that a message repeats.
const QUOTED_CHARS_MAX: usize = 60;

const FLAG: &str = "flag";
const ENVIRONMENT: &str = "environment";
const FILE: &str = "file";
const DEFAULT: &str = "default";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// The environment.
    Environment,
    /// A file.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

impl Origin {
    pub(super) fn of(metadata: &Metadata) -> Origin {
        match (metadata.name.as_ref(), metadata.source.as_ref()) {
            (FLAG, _) => Origin::Flag,
            (ENVIRONMENT, _) => Origin::Environment,
            (FILE, Some(figment::Source::File(path))) => Origin::File(path.clone()),
            _ => Origin::Default,
        }
    }

    /// Where a key's value stands, for people.
    pub fn place(&self, key: &Key) -> String {
        match self {
            Origin::Flag => key.flag.to_owned(),
            Origin::Environment => key.variable(),
            Origin::File(path) => format!("{}: {}", path.display(), key.name),
            Origin::Default => "default".to_owned(),
        }
    }
}

/// A source of values, all of which were looked at.
pub(super) struct Layer {
    metadata: Metadata,
    dict: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        self.metadata.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok([(Profile::Default, self.dict.clone())].into())
    }
}

impl Layer {
    /// What was given on the command line.
    pub(super) fn of_flags(flags: &[(&'static str, String)]) -> Result<Layer, ConfigError> {
        let mut dict = Dict::new();
        for (name, text) in flags {
            let key = Key::named(name).expect("flags are those of keys");
            insert(&mut dict, key, parsed(key, &Origin::Flag, text)?);
        }
        Ok(Layer { metadata: Metadata::named(FLAG), dict })
    }

    /// What stands in the environment. Variables of no key may be anybody's.
    pub(super) fn of_environment(variables: &[(String, String)]) -> Result<Layer, ConfigError> {
        let mut dict = Dict::new();
        for key in &super::KEYS {
            let name = key.variable();
            // One that is empty is as good as unset: so it is written in files of variables.
            let found = variables.iter().find(|(variable, text)| *variable == name && !text.is_empty());
            if let Some((_, text)) = found {
                insert(&mut dict, key, parsed(key, &Origin::Environment, text)?);
            }
        }
        Ok(Layer { metadata: Metadata::named(ENVIRONMENT), dict })
    }

    /// What a file says.
    pub(super) fn of_file(path: &Path) -> Result<Layer, ConfigError> {
        let unreadable = |why: String| ConfigError::Unreadable { path: path.to_owned(), why };
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(FILE_MAX + 1).read_to_string(&mut text));
        read.map_err(|error| unreadable(error.to_string()))?;
        if text.len() as u64 > FILE_MAX {
            return Err(unreadable(format!("it is longer than the {FILE_MAX} bytes that it may have")));
        }
        let syntax =
            |error: String| ConfigError::Syntax { path: path.to_owned(), why: error.trim_end().to_owned() };
        let read: Dict = Toml::from_str(&text).map_err(|error| syntax(error.to_string()))?;
        let dict = known(&read, path)?;
        Ok(Layer { metadata: Metadata::from(FILE, path), dict })
    }

    /// What is so unless something else is said.
    pub(super) fn of_defaults(dict: Dict) -> Layer {
        Layer { metadata: Metadata::named(DEFAULT), dict }
    }
}

/// Puts a key's value in its place.
pub(super) fn insert(dict: &mut Dict, key: &Key, value: Value) {
    match key.name.split_once('.') {
        None => drop(dict.insert(key.name.to_owned(), value)),
        Some((section, name)) => {
            let section = dict.entry(section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, section) = section {
                section.insert(name.to_owned(), value);
            }
        }
    }
}

fn parsed(key: &Key, origin: &Origin, text: &str) -> Result<Value, ConfigError> {
    key.kind.parse(text).ok_or_else(|| refused(key, origin, format!("{text:?}")))
}

/// The file's values, every one of them looked at.
fn known(read: &Dict, path: &Path) -> Result<Dict, ConfigError> {
    let mut dict = Dict::new();
    let mut take = |name: &str, value: &Value| {
        let unknown = || ConfigError::UnknownKey {
            path: path.to_owned(),
            key: name.to_owned(),
            nearest: Key::nearest(name).name,
        };
        let key = Key::named(name).ok_or_else(unknown)?;
        if !key.kind.takes(value) {
            return Err(refused(key, &Origin::File(path.to_owned()), said(value)));
        }
        let value = match (key.kind, value.as_str()) {
            (Kind::Path, Some(text)) => text_of(&folder(path).join(text))?,
            _ => value.clone(),
        };
        insert(&mut dict, key, value);
        Ok(())
    };
    for (name, value) in read {
        match value {
            Value::Dict(_, section) if Key::named(name).is_none() && !section.is_empty() => {
                section.iter().try_for_each(|(inner, value)| take(&format!("{name}.{inner}"), value))?;
            }
            // A section without values says nothing, if there is such a section.
            Value::Dict(..) if super::KEYS.iter().any(|key| is_in(key, name)) => {}
            value => take(name, value)?,
        }
    }
    Ok(dict)
}

fn is_in(key: &Key, section: &str) -> bool {
    key.name.split_once('.').is_some_and(|(of, _)| of == section)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn refused(key: &Key, origin: &Origin, got: String) -> ConfigError {
    let got = match got.char_indices().nth(QUOTED_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &got[..end]),
        None => got,
    };
    ConfigError::Value { place: origin.place(key), expected: key.kind.expected(), got }
}

/// A file's value, for people.
fn said(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("{text:?}"),
        Value::Bool(_, flag) => flag.to_string(),
        Value::Num(_, number) => match (number.to_i128(), number.to_u128(), number.to_f64()) {
            (Some(number), _, _) => number.to_string(),
            (_, Some(number), _) => number.to_string(),
            (_, _, Some(number)) => number.to_string(),
            _ => "a number".to_owned(),
        },
        Value::Array(..) => "a list".to_owned(),
        Value::Dict(..) => "a section".to_owned(),
        Value::Char(..) | Value::Empty(..) => "something else".to_owned(),
    }
}
