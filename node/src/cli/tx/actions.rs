//! What each transaction is told. What others made is given as a file of its canonical encoding, or as that in hex.

use clap::{ArgGroup, Args, ValueEnum};
use gridnet_protocol::value::Units;

use super::{Posting, Sending};
use crate::cli::Devices;
use crate::help::tx as help;
use crate::{amounts, arguments};

/// Where the energy of meters comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EnergySource {
    /// From what renews itself
    Green,
    /// From elsewhere
    Grey,
}

/// What is marked: one of these.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("subject").required(true).multiple(false))]
pub(crate) struct Marked {
    /// A meter, by its id
    #[arg(long, value_name = "HEX", group = "subject", value_parser = arguments::bytes::<32>)]
    pub(crate) meter: Option<[u8; 32]>,
    /// An identity, by its address
    #[arg(long, value_name = "ADDRESS", group = "subject")]
    pub(crate) identity: Option<String>,
    /// A token pool, by its id
    #[arg(long, value_name = "HEX", group = "subject", value_parser = arguments::bytes::<32>)]
    pub(crate) pool: Option<[u8; 32]>,
}

/// Arguments of `tx transfer`.
#[derive(Args, Debug)]
#[command(after_help = help::TRANSFER)]
pub(crate) struct Transfer {
    /// To whom
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: String,
    /// How much
    #[arg(long, value_name = "GNC", value_parser = amounts::gnc, allow_negative_numbers = true)]
    pub(crate) amount: Units,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx register-identity`.
#[derive(Args, Debug)]
#[command(after_help = help::REGISTER_IDENTITY)]
pub(crate) struct RegisterIdentity {
    /// Whose [default: the account's own]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<String>,
    /// Coins that are added to its stake
    #[arg(long, value_name = "GNC", value_parser = amounts::gnc, allow_negative_numbers = true, default_value = "0")]
    pub(crate) stake: Units,
    /// Post it without pay or signature
    #[arg(long)]
    pub(crate) free: bool,
    /// Of its proof, if it is known; --nonce goes with it
    #[arg(long, value_name = "N", requires = "nonce", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) repetitions: Option<u32>,
    /// Of the same
    #[arg(long, value_name = "N", requires = "repetitions", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) nonce: Option<u32>,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}

/// Arguments of `tx add-stake`.
#[derive(Args, Debug)]
#[command(after_help = help::ADD_STAKE)]
pub(crate) struct AddStake {
    /// Whose [default: the account's own]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) identity: Option<String>,
    /// How much
    #[arg(long, value_name = "GNC", value_parser = amounts::gnc, allow_negative_numbers = true)]
    pub(crate) amount: Units,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx withdraw-stake`.
#[derive(Args, Debug)]
#[command(after_help = help::WITHDRAW_STAKE)]
pub(crate) struct WithdrawStake {
    /// How much
    #[arg(long, value_name = "GNC", value_parser = amounts::gnc, allow_negative_numbers = true)]
    pub(crate) amount: Units,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx register-pool`.
#[derive(Args, Debug)]
#[command(after_help = help::REGISTER_POOL)]
pub(crate) struct RegisterPool {
    /// The pool: its owner's file, or its registration's encoding, or that in hex
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) pool: String,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx reclaim-pool`.
#[derive(Args, Debug)]
#[command(after_help = help::RECLAIM_POOL)]
pub(crate) struct ReclaimPool {
    /// Which
    #[arg(long, value_name = "HEX", value_parser = arguments::bytes::<32>)]
    pub(crate) pool: [u8; 32],
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx commit-fraud`.
#[derive(Args, Debug)]
#[command(after_help = help::COMMIT_FRAUD)]
pub(crate) struct CommitFraud {
    /// The proof, which stays here
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) proof: String,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx prove-fraud`.
#[derive(Args, Debug)]
#[command(after_help = help::PROVE_FRAUD)]
pub(crate) struct ProveFraud {
    /// The proof
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) proof: String,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx register-certifier`.
#[derive(Args, Debug)]
#[command(after_help = help::REGISTER_CERTIFIER)]
pub(crate) struct RegisterCertifier {
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx register-meter`.
#[derive(Args, Debug)]
#[command(after_help = help::REGISTER_METER)]
pub(crate) struct RegisterMeter {
    /// What certifier and owner have signed
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) certificate: String,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx read`.
#[derive(Args, Debug)]
#[command(after_help = help::READ)]
pub(crate) struct Read {
    /// The readings
    #[arg(value_name = "FILE|HEX", required = true)]
    pub(crate) readings: Vec<String>,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx prove-equivocation`.
#[derive(Args, Debug)]
#[command(after_help = help::PROVE_EQUIVOCATION)]
pub(crate) struct ProveEquivocation {
    /// The proof
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) proof: String,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx open-subvention`.
#[derive(Args, Debug)]
#[command(after_help = help::OPEN_SUBVENTION)]
pub(crate) struct OpenSubvention {
    /// All that there is
    #[arg(long, value_name = "GNC", value_parser = amounts::gnc, allow_negative_numbers = true)]
    pub(crate) budget: Units,
    /// For each kWh that is exported
    #[arg(long, value_name = "GNC", value_parser = amounts::gnc, allow_negative_numbers = true)]
    pub(crate) rate: Units,
    /// Whose meters: the key of one who certifies; may be given several times
    #[arg(long, value_name = "HEX", required = true, value_parser = arguments::bytes::<32>)]
    pub(crate) certifier: Vec<[u8; 32]>,
    /// Where [default: everywhere]
    #[arg(long, value_name = "NAME")]
    pub(crate) area: Option<String>,
    /// Of which source [default: any]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Option<EnergySource>,
    /// Count what is imported against what is exported
    #[arg(long)]
    pub(crate) net: bool,
    /// The last height at which it pays
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) expiry: u32,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx credit-subvention`.
#[derive(Args, Debug)]
#[command(after_help = help::CREDIT_SUBVENTION)]
pub(crate) struct CreditSubvention {
    /// Which subvention
    #[arg(long, value_name = "HEX", value_parser = arguments::bytes::<32>)]
    pub(crate) subvention: [u8; 32],
    /// Which meter
    #[arg(long, value_name = "HEX", value_parser = arguments::bytes::<32>)]
    pub(crate) meter: [u8; 32],
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx close-subvention`.
#[derive(Args, Debug)]
#[command(after_help = help::CLOSE_SUBVENTION)]
pub(crate) struct CloseSubvention {
    /// Which
    #[arg(long, value_name = "HEX", value_parser = arguments::bytes::<32>)]
    pub(crate) subvention: [u8; 32],
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx register-authority`.
#[derive(Args, Debug)]
#[command(after_help = help::REGISTER_AUTHORITY)]
pub(crate) struct RegisterAuthority {
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx mark`.
#[derive(Args, Debug)]
#[command(after_help = help::MARK)]
pub(crate) struct Mark {
    /// What.
    #[command(flatten)]
    pub(crate) subject: Marked,
    /// Why, in 64 bytes at most
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// From which height on
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) effective: u32,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx unmark`.
#[derive(Args, Debug)]
#[command(after_help = help::UNMARK)]
pub(crate) struct Unmark {
    /// What.
    #[command(flatten)]
    pub(crate) subject: Marked,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx open-contract`.
#[derive(Args, Debug)]
#[command(after_help = help::OPEN_CONTRACT)]
pub(crate) struct OpenContract {
    /// What all parties have signed
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) contract: String,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx close-contract`.
#[derive(Args, Debug)]
#[command(after_help = help::CLOSE_CONTRACT)]
pub(crate) struct CloseContract {
    /// Which
    #[arg(long, value_name = "HEX", value_parser = arguments::bytes::<32>)]
    pub(crate) contract: [u8; 32],
    /// The newest state that you know [default: that before any was signed]
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) state: Option<String>,
    /// A reading of one of its meters; may be given several times
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) reading: Vec<String>,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx answer-contract`.
#[derive(Args, Debug)]
#[command(after_help = help::ANSWER_CONTRACT)]
pub(crate) struct AnswerContract {
    /// A state that outdoes the one that the contract is being closed with
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) state: String,
    /// A reading of one of its meters; may be given several times
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) reading: Vec<String>,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx end-contract`.
#[derive(Args, Debug)]
#[command(after_help = help::END_CONTRACT)]
pub(crate) struct EndContract {
    /// A final state
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) state: String,
    /// How it is signed and sent.
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// Arguments of `tx claim`.
#[derive(Args, Debug)]
#[command(after_help = help::CLAIM)]
pub(crate) struct Claim {
    /// Claimed transit pools
    #[arg(value_name = "FILE|HEX", required = true)]
    pub(crate) pools: Vec<String>,
    /// How it is sent.
    #[command(flatten)]
    pub(crate) posting: Posting,
}

/// Arguments of `tx open`.
#[derive(Args, Debug)]
#[command(after_help = help::OPEN)]
pub(crate) struct Open {
    /// What names the shares that the claim left
    #[arg(long, value_name = "HEX", value_parser = arguments::bytes::<32>)]
    pub(crate) held: [u8; 32],
    /// The opening
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) opening: String,
    /// How it is sent.
    #[command(flatten)]
    pub(crate) posting: Posting,
}
