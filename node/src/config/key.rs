//! The keys: every value that can be given, how it is called in the file, in the environment and on the command line, and
//! what it may be.

use figment::value::{Num, Value};

/// Most entries of a list.
const ENTRIES_MAX: usize = 64;
/// Most bytes of a text.
const TEXT_MAX: usize = 4_096;

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number within these bounds, both of which it may be.
    Whole(u64, u64),
    /// Yes or no.
    Flag,
    /// An IP address and a port.
    Socket,
    /// A path. In a file it is relative to the file's folder, elsewhere to where the program runs.
    Path,
    /// An address of the network.
    Address,
    /// How much is logged.
    Filter,
    /// Texts; on the command line and in the environment with commas between them.
    Texts,
}

/// A value that can be given.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name in the file; what stands before a dot is the section.
    pub name: &'static str,
    /// Its name on the command line.
    pub flag: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it is unless something else is said; `None` where that depends on something, or there is nothing.
    pub default: Option<&'static str>,
    /// What it is for.
    pub about: &'static str,
}

const fn key(
    name: &'static str,
    flag: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    about: &'static str,
) -> Key {
    Key { name, flag, kind, default, about }
}

/// All keys, sections together.
#[rustfmt::skip]
pub const KEYS: [Key; 15] = [
    key("network", "--network", Kind::Choice(&["main", "test", "regtest"]), Some("regtest"), "the network"),
    key("data_dir", "--data-dir", Kind::Path, None, "the folder of the chain; by default the platform's data folder, then gridnet, then the network's name"),
    key("rpc.listen", "--rpc", Kind::Socket, None, "where the server listens, and is asked at; by default 127.0.0.1 and port 9332 (main), 19332 (test), 29332 (regtest)"),
    key("rpc.connections", "--rpc-connections", Kind::Whole(1, 4_096), Some("256"), "connections at a time"),
    key("mining.enabled", "--mine", Kind::Flag, Some("false"), "mine from the start"),
    key("mining.payout", "--payout", Kind::Address, None, "who is paid for blocks"),
    key("mining.devices", "--mine-on", Kind::Texts, Some("auto"), "what to mine on: auto, cpu, gpu, all, or ids of devices"),
    key("mining.duty_percent", "--duty", Kind::Whole(1, 100), Some("100"), "how much of the time the devices work, in percent"),
    key("mining.block_every", "--block-every", Kind::Whole(0, 86_400), Some("0"), "about so many seconds between two blocks, on networks of one's own; 0: as fast as they are found"),
    key("mempool.bytes", "--mempool-bytes", Kind::Whole(1 << 20, 1 << 33), Some("67108864"), "bytes of transactions that wait at a time"),
    key("log.level", "--log", Kind::Filter, Some("info"), "how much is logged: error, warn, info, debug, trace, or a filter such as info,gridnet_node::rpc=debug"),
    key("log.format", "--log-format", Kind::Choice(&["auto", "plain", "json"]), Some("auto"), "auto: with colours on a terminal, plain elsewhere; json: one object a line"),
    key("wallet.file", "--wallet", Kind::Path, None, "the wallet whose accounts the node may sign for"),
    key("wallet.password_file", "--wallet-password-file", Kind::Path, None, "a file whose first line is the wallet's password"),
    key("wallet.accounts", "--wallet-account", Kind::Texts, Some(""), "the accounts that the node may sign for"),
];

impl Key {
    /// The key of a name.
    pub fn named(name: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// The key of a flag.
    pub fn of_flag(flag: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| key.flag == flag)
    }

    /// The key whose name is most like this one.
    pub(super) fn nearest(name: &str) -> &'static Key {
        let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
        let far = |key: &&Key| {
            // Who forgot the section, took another, or left a word's end away is still understood.
            let (own, given) = (last(key.name), last(name));
            let is_begun = given.len() > 2 && own.starts_with(&given);
            distance(key.name, name).min(distance(&own, &given) + 1).min(if is_begun {
                1
            } else {
                usize::MAX
            })
        };
        KEYS.iter().min_by_key(far).expect("there are keys")
    }

    /// Its name in the environment: `GRIDNET_` and its name in capitals, an underscore where a dot is.
    pub fn variable(&self) -> String {
        format!("GRIDNET_{}", self.name.replace('.', "_").to_uppercase())
    }
}

impl Kind {
    /// What it may be, for people.
    pub fn expected(&self) -> String {
        match self {
            Kind::Choice(words) => format!("one of {}", words.join(", ")),
            Kind::Whole(least, most) => format!("a whole number from {least} to {most}"),
            Kind::Flag => "true or false".to_owned(),
            Kind::Socket => "an IP address and a port, such as 127.0.0.1:9332".to_owned(),
            Kind::Path => "a path".to_owned(),
            Kind::Address => "an address".to_owned(),
            Kind::Filter => "error, warn, info, debug, trace, or a filter such as info,hyper=warn".to_owned(),
            Kind::Texts => format!("a list of at most {ENTRIES_MAX} texts"),
        }
    }

    /// The value of a text from the command line or the environment; `None` when it is none.
    pub(super) fn parse(&self, text: &str) -> Option<Value> {
        let value = match self {
            Kind::Whole(..) => Value::from(text.parse::<u64>().ok()?),
            Kind::Flag => Value::from(text.parse::<bool>().ok()?),
            Kind::Texts => Value::from(text.split(',').filter(|entry| !entry.is_empty()).collect::<Vec<_>>()),
            Kind::Choice(_) | Kind::Socket | Kind::Path | Kind::Address | Kind::Filter => Value::from(text),
        };
        self.takes(&value).then_some(value)
    }

    /// Whether a value is one.
    pub(super) fn takes(&self, value: &Value) -> bool {
        match self {
            Kind::Whole(least, most) => whole(value).is_some_and(|number| (*least..=*most).contains(&number)),
            Kind::Flag => matches!(value, Value::Bool(..)),
            Kind::Texts => value.as_array().is_some_and(|entries| {
                entries.len() <= ENTRIES_MAX && entries.iter().all(|entry| text(entry).is_some())
            }),
            Kind::Choice(words) => text(value).is_some_and(|text| words.contains(&text)),
            Kind::Socket => text(value).is_some_and(|text| text.parse::<std::net::SocketAddr>().is_ok()),
            Kind::Path | Kind::Address => text(value).is_some_and(|text| !text.is_empty()),
            Kind::Filter => text(value).is_some_and(is_filter),
        }
    }
}

/// Whether a text says how much is logged. A word that is no level would be taken for a part of the program, and switch all
/// others off.
fn is_filter(text: &str) -> bool {
    let is_level = |word: &str| word.parse::<tracing::level_filters::LevelFilter>().is_ok();
    text.split(',').all(|part| is_level(part.rsplit('=').next().unwrap_or_default()))
        && tracing_subscriber::EnvFilter::builder().parse(text).is_ok()
}

/// A number that is whole and not negative.
fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Num(_, Num::F32(_) | Num::F64(_)) => None,
        Value::Num(_, number) => number
            .to_u128()
            .and_then(|number| u64::try_from(number).ok())
            .or_else(|| number.to_i128().and_then(|number| u64::try_from(number).ok())),
        _ => None,
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| text.len() <= TEXT_MAX)
}

/// How many characters must be put in, left out or changed to make one of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (place, left) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for (column, right) in other.chars().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.pop().expect("a row has an entry more than there are characters")
}
