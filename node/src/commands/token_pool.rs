//! `gridnet token-pool`: pools in their owner's files, and tokens from them.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use gridnet_core::proof::identity::mint;
use gridnet_core::{Control, Engine};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::payout::{Payrate, Rule, Terms};
use gridnet_protocol::pool::owner::{Ask, IssueError, Master, Owner, Plan, Source};
use gridnet_protocol::pool::{OwnedPool, Registration};
use gridnet_protocol::value::{Content, Depth, Height, Time, Units};
use gridnet_protocol::{Address, Error, SecretKey, identity, limit};
use serde::Serialize;

use crate::arguments;
use crate::cli::{CreatePool, InspectPool, IssueToken, RestorePool, Sharing};
use crate::commands::{reach, receiver};
use crate::files::{self, Locked, Prepared};
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Hex, Whole};
use crate::passwords;
use crate::progress::{self, End, Look};

/// The longest file of a pool: one of 1,024 banks, with room.
const POOL_BYTES_MAX: u64 = 4 << 20;
/// How long a token is valid, unless that is said: a day.
const VALID_SECONDS: u64 = 86_400;

/// Creates a pool.
pub(crate) fn create(args: &CreatePool) -> Result<Outcome, Failure> {
    let out = Prepared::new("--out", &args.out)?;
    let engine = arguments::engine(&args.devices)?;
    let key = owner_key(args)?;
    let address = Address::of(&key.public());
    let bits = args.network.parameters().identity_bits;
    let look = Look { verb: "proving the owner", unit: "H", end: End::Luck(bits) };
    let minted = progress::watch(look, |control| {
        mint(&engine, &address.0, identity::target(args.network), 32, control)
    });
    let proof = match minted {
        Ok(report) => report.value.proof,
        Err(gridnet_core::Error::Cancelled) => return Ok(Outcome::Interrupted),
        Err(error) => return Err(error.into()),
    };
    let owner =
        Owner { network: args.network, key: key.into(), proof, master: Master::from_bytes(files::random()?) };
    let plan = Plan {
        sequence: args.sequence,
        function: args.algorithm,
        banks: args.banks,
        length: args.length,
        value: Units(args.value),
        expiry: Height(args.expiry),
        minimum_stake: Units(args.minimum_stake),
        terms: args.sharing.terms(default_terms()),
    };
    let pool = match computed(&engine, owner, plan) {
        Ok(pool) => pool,
        Err(Error::Engine(gridnet_core::Error::Cancelled)) => return Ok(Outcome::Interrupted),
        Err(error @ Error::Overflow { .. }) => {
            return Err(Failure::argument("--value", format!("value × banks × length: {error}")));
        }
        Err(error) => return Err(error.into()),
    };
    out.write(&pool.to_file())?;
    output::answer(args.json, &Described::new(&pool, pool.registration())?)?;
    if !args.json && pool.registration().terms.rule == Rule::Payrate {
        output::note(&format!("note: {}", limit::FAKE_HOP.text));
    }
    Ok(Outcome::Good)
}

/// A wallet's, or a new one.
fn owner_key(args: &CreatePool) -> Result<SecretKey, Failure> {
    let Some(path) = &args.wallet else { return Ok(SecretKey::from_seed(files::random()?)) };
    let wallet = reach::wallet_of("--wallet", path)?;
    if wallet.network() != args.network {
        let (is, asked) = (wallet.network().name(), args.network.name());
        let what = format!("{path:?} is of the {is} network, and the pool of {asked}: give --network {is}");
        return Err(Failure::argument("--wallet", what));
    }
    let account = match &args.account {
        Some(name) => wallet.account(name.as_str())?,
        None => wallet.accounts().first().expect("a wallet has an account"),
    };
    let password =
        passwords::Source::usual(args.password_file.as_deref()).password("the wallet's password: ")?;
    Ok(wallet.open(&password)?.key(account.name.as_str())?)
}

fn computed(engine: &Engine, owner: Owner, plan: Plan) -> Result<OwnedPool, Error> {
    let steps = u64::from(plan.banks) * u64::from(plan.length);
    let look = Look { verb: "computing chains", unit: " steps", end: End::At(steps) };
    progress::watch(look, |control: &Control| OwnedPool::create(engine, owner, plan, control))
}

impl Sharing {
    /// These terms, or for what is not said those.
    fn terms(self, otherwise: Terms) -> Terms {
        Terms {
            payrate: self.payrate.unwrap_or(otherwise.payrate),
            rule: self.rule.unwrap_or(otherwise.rule),
        }
    }
}

fn default_terms() -> Terms {
    Terms::payrate(Payrate::new(3, 4).expect("1 <= a < b"))
}

/// Issues a token.
pub(crate) fn token(args: &IssueToken) -> Result<Outcome, Failure> {
    let receiver = receiver::read("--receiver", &args.receiver)?;
    // Made ready now: once the pool's file says that a token was issued, nothing must be in its way.
    let token_file = Prepared::new("--out", &args.out)?;
    let key_file = Prepared::new("--out", &files::beside(&args.out, ".key"))?;
    // From here to the end nobody else issues anything from this pool.
    let locked = Locked::new("--pool", &args.pool)?;
    let mut pool = read("--pool", &locked.path)?;
    if !receiver.is_bound(pool.network()) {
        let network = pool.network().name();
        let what =
            format!("{:?} is of no receiver of the {network} network, which the pool is of", args.receiver);
        return Err(Failure::argument("--receiver", what));
    }
    let issued = args.issued.map_or_else(now, Ok)?;
    let ask = Ask {
        receiver,
        content: args.content.map_or(Content::STREAM_START, Content),
        terms: args.sharing.terms(pool.registration().terms),
        issued: Time(issued),
        expiry: Time(args.expiry.unwrap_or(issued.saturating_add(VALID_SECONDS))),
        depth: Depth(args.depth),
        // A bundle has a bank of its own: two in one session would be paid as one.
        source: match (args.bank, args.content) {
            (Some(bank), _) => Source::Bank(bank),
            (None, Some(_)) => Source::Unused,
            (None, None) => Source::Session,
        },
    };
    let written = pool.issue(&ask, |change| files::replace("--pool", &locked.path, &change.to_file()));
    let issued = match written {
        Ok(issued) => issued,
        Err(IssueError::Persist(failure)) => return Err(failure),
        Err(IssueError::Refused(error)) => return Err(refused(&error)),
    };
    key_file.write(&issued.first_key.to_file())?;
    token_file.write(&issued.token.to_bytes())?;
    let token = &issued.token;
    output::answer(
        args.json,
        &Issued {
            token_id: Hex(token.id(pool.network()).0),
            session: Hex(token.session().0),
            bank: token.bank,
            from: token.from.0,
            depth: token.depth.0,
        },
    )?;
    Ok(Outcome::Good)
}

/// Under the name of the argument that it is about.
fn refused(error: &Error) -> Failure {
    let argument = match error {
        Error::OutOfRange { what: "the time of issue", .. } => "--issued",
        Error::OutOfRange { .. } => "--depth",
        Error::Bank { .. } => "--bank",
        _ => "--pool",
    };
    Failure::argument(argument, error.to_string())
}

fn now() -> Result<u64, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since
        .map(|since| since.as_secs())
        .map_err(|_| Failure::argument("--issued", "is needed: this machine's clock stands before 1970"))
}

/// The pool of a file that is kept up to date.
fn read(argument: &'static str, path: &std::path::Path) -> Result<OwnedPool, Failure> {
    let bytes = files::read(argument, path, POOL_BYTES_MAX)?;
    OwnedPool::resume(&bytes).map_err(|error| Failure::argument(argument, format!("{path:?}: {error}")))
}

/// Makes a pool of an old copy, of which only banks that were never used are used.
pub(crate) fn restore(args: &RestorePool) -> Result<Outcome, Failure> {
    let out = Prepared::new("--out", &args.out)?;
    let bytes = files::read("FILE", &args.file, POOL_BYTES_MAX)?;
    let pool = OwnedPool::restore(&bytes, args.first_unused)
        .map_err(|error| Failure::argument("FILE", format!("{:?}: {error}", args.file)))?;
    out.write(&pool.to_file())?;
    output::answer(args.json, &Described::new(&pool, pool.registration())?)?;
    Ok(Outcome::Good)
}

/// Shows a pool.
pub(crate) fn inspect(args: &InspectPool) -> Result<Outcome, Failure> {
    let pool = read("FILE", &args.file)?;
    output::answer(args.json, &Described::new(&pool, pool.registration())?)?;
    Ok(Outcome::Good)
}

/// What everybody may know of a pool.
#[derive(Serialize)]
struct Described {
    pool_id: Hex,
    root: Hex,
    banks: u16,
    length: u32,
    coins: String,
    network: &'static str,
    owner: String,
    sequence: u64,
    algorithm: &'static str,
    value: String,
    expiry: u32,
    minimum_stake: String,
    payrate: String,
    rule: &'static str,
    registration: String,
    issued: Vec<u32>,
    #[serde(skip)]
    worth: Units,
}

impl Described {
    fn new(pool: &OwnedPool, registration: &Registration) -> Result<Described, Failure> {
        let network = pool.network();
        let payrate = registration.terms.payrate;
        let worth = registration.coins().map_err(|error| Failure::Internal(error.to_string()))?;
        Ok(Described {
            pool_id: Hex(pool.id().0),
            root: Hex(registration.root),
            banks: registration.banks,
            length: registration.length,
            coins: worth.0.to_string(),
            network: network.name(),
            owner: registration.owner.to_text(network),
            sequence: registration.sequence,
            algorithm: registration.function.hash_function().name(),
            value: registration.value.0.to_string(),
            expiry: registration.expiry.0,
            minimum_stake: registration.minimum_stake.0.to_string(),
            payrate: format!("{}/{}", payrate.a(), payrate.b()),
            rule: registration.terms.rule.name(),
            registration: hex::encode(encode(registration)),
            issued: pool.issued().map(|depth| depth.0).collect(),
            worth,
        })
    }
}

impl Answer for Described {
    fn plain(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "pool {} on the {} network", self.pool_id, self.network);
        let _ = writeln!(text, "owner {}, sequence {}", self.owner, self.sequence);
        let _ = writeln!(
            text,
            "{} banks of {} {} hashes, {} units each: {} to deposit",
            Whole::from(u64::from(self.banks)),
            Whole::from(u64::from(self.length)),
            self.algorithm,
            self.value,
            self.worth
        );
        let _ = writeln!(text, "root {}", self.root);
        let _ = writeln!(
            text,
            "expires at height {}; hops need a stake of {} units; payrate {}, rule {}",
            self.expiry, self.minimum_stake, self.payrate, self.rule
        );
        let used = self.issued.iter().filter(|&&depth| depth > 0).count();
        let hashes: u64 = self.issued.iter().map(|&depth| u64::from(depth)).sum();
        let _ =
            writeln!(text, "{} banks used, {} hashes issued", Whole::from(used as u64), Whole::from(hashes));
        text
    }
}

/// The answer of `token`.
#[derive(Serialize)]
struct Issued {
    token_id: Hex,
    session: Hex,
    bank: u16,
    from: u32,
    depth: u32,
}

impl Answer for Issued {
    fn plain(&self) -> String {
        format!(
            "token {}\nsession {}\nbank {}, hashes ({}, {}]\n",
            self.token_id, self.session, self.bank, self.from, self.depth
        )
    }
}
