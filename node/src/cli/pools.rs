//! The words about token pools, receivers and transit pools, and about tables of what is to be verified.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueHint};
use gridnet_node::wallet::Name;
use gridnet_protocol::Network;
use gridnet_protocol::encoding::limits::HOPS;
use gridnet_protocol::payout::{Payrate, Rule};
use gridnet_protocol::pool::{BANKS_MAX, ChainFunction, LENGTH_MAX};

use super::Devices;
use crate::{arguments, help};

/// Arguments of `verify transit`.
#[derive(Args, Debug)]
#[command(after_help = help::VERIFY_TRANSIT)]
pub(crate) struct VerifyTransit {
    /// The table: .parquet, or .arrow (Arrow IPC)
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Write a verdict for each row to this table
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,
    /// The registered identities [default: the file beside, NAME.identities.parquet]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) identities: Option<PathBuf>,
    /// The network [default: what the table says]
    #[arg(long, value_name = "NETWORK", value_parser = network())]
    pub(crate) network: Option<Network>,
    /// The height of the block that would take the claims [default: what the table says]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) height: Option<u32>,
    /// The median time past of its parent, in seconds since 1970 [default: what the table says]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(0, u64::MAX))]
    pub(crate) time: Option<u64>,
    /// Also verify the first N rows by a plain loop on one core, and say how many times faster this was
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(1, 1 << 40))]
    pub(crate) compare: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// Arguments of `verify chains`.
#[derive(Args, Debug)]
#[command(after_help = help::VERIFY_CHAINS)]
pub(crate) struct VerifyChains {
    /// The table: .parquet, or .arrow (Arrow IPC)
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Write a verdict for each row to this table
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// Arguments of `verify identities`.
#[derive(Args, Debug)]
#[command(after_help = help::VERIFY_IDENTITIES)]
pub(crate) struct VerifyIdentities {
    /// The table: .parquet, or .arrow (Arrow IPC)
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Write a verdict for each row to this table
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,
    /// The network [default: what the table says]
    #[arg(long, value_name = "NETWORK", value_parser = network())]
    pub(crate) network: Option<Network>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// Arguments of `verify signatures`.
#[derive(Args, Debug)]
#[command(after_help = help::VERIFY_SIGNATURES)]
pub(crate) struct VerifySignatures {
    /// The table: .parquet, or .arrow (Arrow IPC)
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Write a verdict for each row to this table
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,
    /// Also verify the first N rows one by one on one core, and say how many times faster this was
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(1, 1 << 40))]
    pub(crate) compare: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// What can be done with token pools.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenPool {
    /// Create a pool, with a new owner: its chains, its secrets, what is to be registered
    Create(CreatePool),
    /// Issue a token
    Token(IssueToken),
    /// Show what a pool's file says, but for its secrets
    Inspect(InspectPool),
    /// Make a pool of an old copy of its file, without selling anything twice
    Restore(RestorePool),
}

/// Arguments of `token-pool restore`.
#[derive(Args, Debug)]
#[command(after_help = help::RESTORE_POOL)]
pub(crate) struct RestorePool {
    /// The copy
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The first bank from which no token was ever issued, the copy's own time included; those below are closed for good
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u16>(0, BANKS_MAX.into()))]
    pub(crate) first_unused: u16,
    /// Where the pool is kept from now on; must not be there yet
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `token-pool create`.
#[derive(Args, Debug)]
#[command(after_help = help::CREATE_POOL)]
pub(crate) struct CreatePool {
    /// How many chains: each serves one session at a time
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u16>(1, BANKS_MAX.into()))]
    pub(crate) banks: u16,
    /// Hashes of each chain
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(1, LENGTH_MAX.into()))]
    pub(crate) length: u32,
    /// What a hash is worth, in units: a GNC is 100000000
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(1, u64::MAX))]
    pub(crate) value: u64,
    /// The function of the chains
    #[arg(long, value_name = "FUNCTION", default_value = "blake2s", value_parser = chain_function())]
    pub(crate) algorithm: ChainFunction,
    /// The last height at which its tokens are sure to be paid
    #[arg(long, value_name = "HEIGHT", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(1, u32::MAX.into()))]
    pub(crate) expiry: u32,
    /// The network
    #[arg(long, value_name = "NETWORK", default_value = "test", value_parser = network())]
    pub(crate) network: Network,
    /// The owner's account sequence
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(0, u64::MAX))]
    pub(crate) sequence: u64,
    /// Coin stake below which a hop is not paid, in units
    #[arg(long, value_name = "UNITS", default_value_t = 0, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(0, u64::MAX))]
    pub(crate) minimum_stake: u64,
    /// The wallet whose account owns the pool, and whose key goes to the pool's file [default: a new owner]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) wallet: Option<PathBuf>,
    /// The account [default: the wallet's first one]
    #[arg(long, value_name = "NAME", requires = "wallet", value_parser = super::wallet::name)]
    pub(crate) account: Option<Name>,
    /// A file whose first line is the wallet's password [default: GRIDNET_PASSWORD, or it is asked for]
    #[arg(long, value_name = "FILE", requires = "wallet", value_hint = ValueHint::FilePath)]
    pub(crate) password_file: Option<PathBuf>,
    /// How hops share.
    #[command(flatten)]
    pub(crate) sharing: Sharing,
    /// Where the pool is kept, secrets included; must not be there yet
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// How hops share.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Sharing {
    /// What share of what it is given a hop passes on [default: 3/4, or the pool's]
    #[arg(long, value_name = "A/B", value_parser = arguments::payrate)]
    pub(crate) payrate: Option<Payrate>,
    /// By which rule [default: payrate, or the pool's]
    #[arg(long, value_name = "RULE", value_parser = rule())]
    pub(crate) rule: Option<Rule>,
}

/// Arguments of `token-pool token`.
#[derive(Args, Debug)]
#[command(after_help = help::ISSUE_TOKEN)]
pub(crate) struct IssueToken {
    /// The pool's file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) pool: PathBuf,
    /// Down to which depth of its bank the token offers hashes
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(1, LENGTH_MAX.into()))]
    pub(crate) depth: u32,
    /// The receiver's public file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) receiver: PathBuf,
    /// The digest of what is carried, as 64 hex digits [default: of a stream that nothing was sent in]
    #[arg(long, value_name = "HEX", value_parser = arguments::bytes::<32>)]
    pub(crate) content: Option<[u8; 32]>,
    /// Not valid before, in seconds since 1970 [default: now]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(0, u64::MAX))]
    pub(crate) issued: Option<u64>,
    /// Not valid after [default: a day later]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(0, u64::MAX))]
    pub(crate) expiry: Option<u64>,
    /// From which bank [default: an unused one; without --content, that of the open session with this receiver]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u16>(0, u64::from(BANKS_MAX) - 1))]
    pub(crate) bank: Option<u16>,
    /// How hops share.
    #[command(flatten)]
    pub(crate) sharing: Sharing,
    /// Where the token goes; the private half of its first key goes to FILE.key
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `token-pool inspect`.
#[derive(Args, Debug)]
#[command(after_help = help::INSPECT_POOL)]
pub(crate) struct InspectPool {
    /// The pool's file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// What can be done with receivers.
#[derive(Debug, Subcommand)]
pub(crate) enum Receiver {
    /// Draw a receiver's keys
    Create(CreateReceiver),
}

/// Arguments of `receiver create`.
#[derive(Args, Debug)]
#[command(after_help = help::CREATE_RECEIVER)]
pub(crate) struct CreateReceiver {
    /// The network
    #[arg(long, value_name = "NETWORK", default_value = "test", value_parser = network())]
    pub(crate) network: Network,
    /// Where the public part goes, for senders; the secrets go to FILE.key and FILE.seal
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// What can be done with transit pools.
#[derive(Debug, Subcommand)]
pub(crate) enum Transit {
    /// Make up transit pools, good and bad, with a ledger that they are claimed from
    Generate(Generate),
}

/// Arguments of `transit generate`.
#[derive(Args, Debug)]
#[command(after_help = help::GENERATE)]
pub(crate) struct Generate {
    /// How many
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(1, 1 << 32))]
    pub(crate) count: u64,
    /// Hops of each
    #[arg(long, value_name = "N", default_value_t = 3, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<usize>(0, HOPS.into()))]
    pub(crate) hops: usize,
    /// Hashes that each claims
    #[arg(long, value_name = "N", default_value_t = 100, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(1, u64::from(LENGTH_MAX) / 2))]
    pub(crate) length: u32,
    /// Which share of them is bad, each in turn for another reason
    #[arg(long, value_name = "SHARE", default_value = "0.01", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::share)]
    pub(crate) bad_share: u32,
    /// The function of the chains
    #[arg(long, value_name = "FUNCTION", default_value = "blake2s", value_parser = chain_function())]
    pub(crate) algorithm: ChainFunction,
    /// What everything is drawn from
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(0, u64::MAX))]
    pub(crate) seed: u64,
    /// Where the table goes, .parquet or .arrow; the identities go beside it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Takes a network's name.
pub(super) fn network() -> impl TypedValueParser<Value = Network> {
    PossibleValuesParser::new(Network::ALL.map(Network::name))
        .map(|name| Network::from_name(&name).expect("clap accepts these names only"))
}

/// Takes the name of a function that token pools' chains have.
fn chain_function() -> impl TypedValueParser<Value = ChainFunction> {
    PossibleValuesParser::new(ChainFunction::ALL.map(|function| function.hash_function().name())).map(
        |name| {
            let found =
                ChainFunction::ALL.into_iter().find(|function| function.hash_function().name() == name);
            found.expect("clap accepts these names only")
        },
    )
}

/// Takes a rule's name.
fn rule() -> impl TypedValueParser<Value = Rule> {
    PossibleValuesParser::new(Rule::ALL.map(Rule::name)).map(|name| {
        Rule::ALL.into_iter().find(|rule| rule.name() == name).expect("clap accepts these names only")
    })
}
