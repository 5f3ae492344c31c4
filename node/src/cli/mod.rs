//! The words of the program. The help is where most people learn it, so each command shows lines that run as they
//! stand. What clap refuses is worded in `refusal`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use gridnet_core::proof::asert::Asert;
use gridnet_core::proof::header::Header;
use gridnet_core::{HashFunction, Path, Target, limits};

mod chain;
mod node;
mod pools;
mod reach;
mod receipts;
mod settings;
pub(crate) mod tx;
pub(crate) mod wallet;

pub(crate) use self::chain::*;
pub(crate) use self::node::*;
pub(crate) use self::pools::*;
pub(crate) use self::reach::*;
pub(crate) use self::receipts::*;
pub(crate) use self::settings::*;
use crate::{arguments, help};

/// What `bench` measures.
const PRIMITIVES: [&str; 4] = ["search", "walk", "digest", "verify"];
/// The arguments of `mine` that are about a header.
const HEADER: &str = "A header instead (any of these)";
/// One past the largest nonce of a header.
const NONCES: u64 = 1 << 32;

/// Mine, verify and measure with your processor and your graphics processors.
#[derive(Debug, Parser)]
#[command(name = "gridnet", version, max_term_width = 100, after_help = help::PROGRAM)]
#[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Mine on a node of your own, or find the nonces of a header
    Mine(Mine),
    /// Run a node
    Node(Node),
    /// Check what others computed
    #[command(subcommand, after_help = help::VERIFY)]
    Verify(Verify),
    /// Prove an identity by work, or check such a proof
    #[command(subcommand, after_help = help::IDENTITY)]
    Identity(Identity),
    /// Create token pools and issue tokens from them
    #[command(subcommand, after_help = help::TOKEN_POOL)]
    TokenPool(TokenPool),
    /// Make the keys of somebody who receives
    #[command(subcommand, after_help = help::RECEIVER)]
    Receiver(Receiver),
    /// Check what a receipt for energy says
    #[command(subcommand, after_help = help::RECEIPT)]
    Receipt(Receipt),
    /// Make up transit pools to try things on
    #[command(subcommand, after_help = help::TRANSIT)]
    Transit(Transit),
    /// Hash a 32-byte value again and again
    Walk(Walk),
    /// Hash messages
    Digest(Digest),
    /// Tell what the network is for, on a chain in memory
    Story(Story),
    /// Measure this machine, and check that it computes what every other one does
    Bench(Bench),
    /// List what there is to compute on
    Devices(DevicesList),
    /// Ask a device again what it once gave a wrong answer to
    Reproduce(Reproduce),
    /// Look at a chain: a node's, or one that a node left
    #[command(subcommand, after_help = help::CHAIN)]
    Chain(Chain),
    /// Write a chain to tables that other programs read
    Export(Export),
    /// Show what a node would be told
    #[command(subcommand, after_help = help::CONFIG)]
    Config(Config),
    /// Keep accounts: their keys, their words, what a node may sign for them
    #[command(subcommand, after_help = help::wallet::WALLET)]
    Wallet(wallet::Wallet),
    /// Sign and send transactions
    #[command(subcommand, after_help = help::tx::TX)]
    Tx(Box<tx::Tx>),
    /// Ask a node
    Rpc(Rpc),
    /// Print completions for a shell
    Completions(Completions),
}

/// Which devices work, and how.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Devices")]
pub(crate) struct Devices {
    /// auto, cpu, gpu, all, or an id that `gridnet devices` lists; may be given several times [default: auto]
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Vec<String>,
    /// Only this CPU path, instead of the fastest one for each function
    #[arg(long, value_name = "PATH", value_parser = path())]
    pub(crate) simd: Option<Path>,
    /// CPU threads [default: one for each core]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<usize>(1, limits::THREADS_MAX as u64))]
    pub(crate) threads: Option<usize>,
    /// Find out anew how each graphics processor works fastest: some seconds for each of its kernels
    #[arg(long)]
    pub(crate) tune: bool,
    /// Of the ends and digests that graphics processors compute, compute one in N again [default: 256]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<usize>(1, 1 << 32))]
    pub(crate) audit: Option<usize>,
}

/// Arguments of `story`.
#[derive(Args, Debug)]
#[command(after_help = help::STORY)]
pub(crate) struct Story {
    /// Print one JSON object: every figure of the text, and more
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// Arguments of `mine`.
#[derive(Args, Debug)]
#[command(after_help = help::MINE)]
pub(crate) struct Mine {
    /// The header as 160 hex digits, or the word genesis: Bitcoin's first block
    #[arg(long, value_name = "HEX", value_parser = arguments::header, help_heading = HEADER)]
    pub(crate) header: Option<Header>,
    /// The target as 64 hex digits, most significant first [default: what the header's own bits say]
    #[arg(long, value_name = "HEX", value_parser = arguments::target, help_heading = HEADER)]
    pub(crate) target: Option<Target>,
    /// The hash function [default: sha256d]
    #[arg(long, value_name = "FUNCTION", value_parser = function(), help_heading = HEADER)]
    pub(crate) algorithm: Option<HashFunction>,
    /// The first nonce to try [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = HEADER)]
    #[arg(value_parser = arguments::whole::<u64>(0, NONCES - 1))]
    pub(crate) start: Option<u64>,
    /// One past the last nonce to try [default: 4294967296]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = HEADER)]
    #[arg(value_parser = arguments::whole::<u64>(1, NONCES))]
    pub(crate) end: Option<u64>,
    /// Stop after so many nonces: the lowest ones [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = HEADER)]
    #[arg(value_parser = arguments::whole::<usize>(1, limits::HITS_MAX as u64))]
    pub(crate) limit: Option<usize>,
    /// Stop after so many blocks
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(1, u32::MAX.into()))]
    pub(crate) blocks: Option<u64>,
    /// Stop after so long
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = arguments::seconds)]
    pub(crate) seconds: Option<f64>,
    /// Who is paid for blocks [default: the wallet's first account, else a key that everybody knows]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) payout: Option<String>,
    /// About so many seconds between two blocks; 0: as fast as they are found [default: 2]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) block_every: Option<String>,
    /// How much of the time the devices work, in percent [default: 100]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    pub(crate) duty: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Where the chain is.
    #[command(flatten)]
    pub(crate) place: Place,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

impl Mine {
    /// Whether a header is to be searched: an argument that is about one is there.
    pub(crate) fn is_of_a_header(&self) -> bool {
        let Mine { header, target, algorithm, start, end, limit, .. } = self;
        header.is_some()
            || target.is_some()
            || algorithm.is_some()
            || start.is_some()
            || end.is_some()
            || limit.is_some()
    }

    /// The argument that a header has no use for, if there is one.
    pub(crate) fn of_a_node(&self) -> Option<&'static str> {
        let Mine { blocks, seconds, payout, block_every, duty, place, .. } = self;
        let given = [
            ("--blocks", blocks.is_some()),
            ("--seconds", seconds.is_some()),
            ("--payout", payout.is_some()),
            ("--block-every", block_every.is_some()),
            ("--duty", duty.is_some()),
            ("--data-dir", place.data_dir.is_some()),
            ("--network", place.network.is_some()),
            ("--rpc", place.rpc.is_some()),
            ("--config", place.config.is_some()),
        ];
        given.into_iter().find_map(|(name, is_given)| is_given.then_some(name))
    }
}

/// What can be verified.
#[derive(Debug, Subcommand)]
pub(crate) enum Verify {
    /// Check a chain of block headers: linkage, targets, work
    Headers(VerifyHeaders),
    /// Check transit pools: signatures, custody, hashes; and compute who is paid what
    Transit(VerifyTransit),
    /// Check that hash chains end where they should
    Chains(VerifyChains),
    /// Check the identity proofs of many addresses
    Identities(VerifyIdentities),
    /// Check Ed25519 signatures of messages
    Signatures(VerifySignatures),
}

/// Arguments of `verify headers`.
#[derive(Args, Debug)]
#[command(after_help = help::VERIFY_HEADERS)]
pub(crate) struct VerifyHeaders {
    /// The file, at most 1 GiB; - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The function of the proof of work; headers are always linked by sha256d
    #[arg(long, value_name = "FUNCTION", default_value = "sha256d", value_parser = function())]
    pub(crate) algorithm: HashFunction,
    /// How each header's bits must follow from those before
    #[arg(long, value_name = "RULE", default_value = "bitcoin")]
    pub(crate) retarget: RetargetRule,
    /// asert: the wanted seconds between blocks
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(1, Asert::SECONDS_MAX as u64))]
    pub(crate) spacing: Option<u32>,
    /// asert: the seconds behind schedule that double the target
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(1, Asert::SECONDS_MAX as u64))]
    pub(crate) half_life: Option<u32>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// The name of a retarget rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RetargetRule {
    /// Every 2,016 blocks; the first header must open such a period
    Bitcoin,
    /// At every block, by --spacing and --half-life; the first header is the anchor
    Asert,
    /// Each header's bits are taken as they are
    None,
}

/// What can be done with identities.
#[derive(Debug, Subcommand)]
pub(crate) enum Identity {
    /// Search the proof of stake of an address
    Mint(Mint),
    /// Check the proof of stake of an address
    Verify(VerifyIdentity),
}

/// Arguments of `identity mint`.
#[derive(Args, Debug)]
#[command(after_help = help::MINT)]
pub(crate) struct Mint {
    /// The address as 64 hex digits
    #[arg(long, value_name = "HEX", value_parser = arguments::bytes::<32>)]
    pub(crate) address: [u8; 32],
    /// How hard: one hash in 2^N is good enough
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, 256))]
    pub(crate) target_bits: u32,
    /// Try nonces below 2^N before the address is repeated once more
    #[arg(long, value_name = "N", default_value_t = 32, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(1, 32))]
    pub(crate) nonce_bits: u32,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// Arguments of `identity verify`.
#[derive(Args, Debug)]
#[command(after_help = help::VERIFY_IDENTITY)]
pub(crate) struct VerifyIdentity {
    /// The address as 64 hex digits
    #[arg(long, value_name = "HEX", value_parser = arguments::bytes::<32>)]
    pub(crate) address: [u8; 32],
    /// How often the address stands in the message
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) repetitions: u32,
    /// The nonce
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) nonce: u32,
    /// How hard it had to be: one hash in 2^N is good enough
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, 256))]
    pub(crate) target_bits: u32,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `walk`.
#[derive(Args, Debug)]
#[command(after_help = help::WALK)]
pub(crate) struct Walk {
    /// The hash function
    #[arg(long, value_name = "FUNCTION", value_parser = function())]
    pub(crate) algorithm: HashFunction,
    /// The value to start from, as 64 hex digits
    #[arg(long, value_name = "HEX", value_parser = arguments::bytes::<32>)]
    pub(crate) start: [u8; 32],
    /// How many times to hash
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(1, u64::MAX))]
    pub(crate) steps: u64,
    /// Where it should end, as 64 hex digits
    #[arg(long, value_name = "HEX", value_parser = arguments::bytes::<32>)]
    pub(crate) expect: Option<[u8; 32]>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// Arguments of `digest`.
#[derive(Args, Debug)]
#[command(after_help = help::DIGEST)]
pub(crate) struct Digest {
    /// The hash function
    #[arg(long, value_name = "FUNCTION", value_parser = function())]
    pub(crate) algorithm: HashFunction,
    /// BLAKE2's personalisation: at most 8 bytes (blake2s) or 16 (blake2b), padded with zeros
    #[arg(long, value_name = "TEXT")]
    pub(crate) personal: Option<String>,
    /// Messages in hex; "" is the empty one, - reads more from standard input, one a line
    #[arg(value_name = "HEX", required = true)]
    pub(crate) messages: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// Arguments of `bench`.
#[derive(Args, Debug)]
#[command(after_help = help::BENCH)]
pub(crate) struct Bench {
    /// How long to measure each row
    #[arg(long, value_name = "N", default_value = "1", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::seconds)]
    pub(crate) seconds: f64,
    /// Measure only this primitive; may be given several times [default: all]
    #[arg(long, value_name = "PRIMITIVE", value_parser = PossibleValuesParser::new(PRIMITIVES))]
    pub(crate) primitive: Vec<String>,
    /// Measure each device alone, in more detail, and write that to a file as JSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) report: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// Arguments of `devices`.
#[derive(Args, Debug)]
#[command(after_help = help::DEVICES)]
pub(crate) struct DevicesList {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `reproduce`.
#[derive(Args, Debug)]
#[command(after_help = help::REPRODUCE)]
pub(crate) struct Reproduce {
    /// The file that was written when a device gave a wrong answer
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Another device than the one that was wrong
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<String>,
    /// How often to ask
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(1, 1_000_000))]
    pub(crate) times: u32,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `completions`.
#[derive(Args, Debug)]
#[command(after_help = help::COMPLETIONS)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// Takes a function's name; the help and the shells know which there are.
fn function() -> impl TypedValueParser<Value = HashFunction> {
    PossibleValuesParser::new(HashFunction::ALL.map(HashFunction::name))
        .map(|name| HashFunction::from_name(&name).expect("clap accepts these names only"))
}

/// Takes a path's name. Whether this CPU has it is the engine's to say.
fn path() -> impl TypedValueParser<Value = Path> {
    PossibleValuesParser::new(Path::ALL.map(Path::name))
        .map(|name| Path::from_name(&name).expect("clap accepts these names only"))
}
