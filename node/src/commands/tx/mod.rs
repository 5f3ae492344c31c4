//! `gridnet tx`: transactions, signed and sent.

mod actions;
mod identity;
mod objects;
mod sending;
mod show;

use gridnet_protocol::encoding::List;
use gridnet_protocol::transaction::{Action, Claims, Opened, Posted, Transaction};

use self::objects::{decoded, listed};
use self::sending::{Author, Sent};
use super::reach;
use crate::cli::tx::{Posting, Sending, Sign, Tx};
use crate::outcome::{Failure, Outcome};
use crate::output;

/// Runs a command.
pub(crate) fn run(command: &Tx) -> Result<Outcome, Failure> {
    match command {
        Tx::RegisterIdentity(args) => return identity::register(args),
        Tx::Claim(args) => {
            let pools = listed("FILE|HEX", "a claimed transit pool", &args.pools)?;
            let claims =
                Claims::new(pools).map_err(|error| Failure::argument("FILE|HEX", error.to_string()))?;
            post(&args.posting, Transaction::Posted(Posted::Claim(claims)))
        }
        Tx::Open(args) => {
            let opening = decoded("--opening", "an opening", &args.opening)?;
            post(&args.posting, Transaction::Posted(Posted::Open(Opened { held: args.held, opening })))
        }
        Tx::Sign(args) => sign(args),
        Tx::Send(args) => {
            let transaction = decoded("FILE|HEX", "a transaction", &args.transaction)?;
            post(&args.posting, transaction)
        }
        Tx::Show(args) => show::run(args),

        Tx::Transfer(args) => send(&args.sending, |author| args.action(author)),
        Tx::AddStake(args) => send(&args.sending, |author| args.action(author)),
        Tx::WithdrawStake(args) => send(&args.sending, |_| Ok(Action::WithdrawStake { amount: args.amount })),
        Tx::RegisterPool(args) => send(&args.sending, |author| args.action(author)),
        Tx::ReclaimPool(args) => send(&args.sending, |_| Ok(args.action())),
        Tx::CommitFraud(args) => send(&args.sending, |author| args.action(author)),
        Tx::ProveFraud(args) => send(&args.sending, |_| args.action()),
        Tx::RegisterCertifier(args) => send(&args.sending, |_| Ok(Action::RegisterCertifier)),
        Tx::RegisterMeter(args) => send(&args.sending, |_| args.action()),
        Tx::Read(args) => send(&args.sending, |_| {
            let readings = listed("FILE|HEX", "a reading", &args.readings)?;
            let readings = List::new("readings", readings);
            Ok(Action::Read {
                readings: readings.map_err(|error| Failure::argument("FILE|HEX", error.to_string()))?,
            })
        }),
        Tx::ProveEquivocation(args) => send(&args.sending, |_| args.action()),
        Tx::OpenSubvention(args) => send(&args.sending, |_| args.action()),
        Tx::CreditSubvention(args) => send(&args.sending, |_| Ok(args.action())),
        Tx::CloseSubvention(args) => send(&args.sending, |_| Ok(args.action())),
        Tx::RegisterAuthority(args) => send(&args.sending, |_| Ok(Action::RegisterAuthority)),
        Tx::Mark(args) => send(&args.sending, |author| args.action(author)),
        Tx::Unmark(args) => send(&args.sending, |author| args.action(author)),
        Tx::OpenContract(args) => send(&args.sending, |_| args.action()),
        Tx::CloseContract(args) => send(&args.sending, |_| args.action()),
        Tx::AnswerContract(args) => send(&args.sending, |_| args.action()),
        Tx::EndContract(args) => send(&args.sending, |_| args.action()),
    }
    .map(|()| Outcome::Good)
}

/// Signs what an account does, and sends it.
fn send(args: &Sending, action: impl FnOnce(&Author) -> Result<Action, Failure>) -> Result<(), Failure> {
    let author = Author::of(&args.signing, &args.file, &args.home)?;
    // What cannot be is refused before a node or a password is asked for.
    let action = action(&author)?;
    // A client is needed for the sequence, and to send; with both told, none is.
    let client = match (args.sequence, args.dry_run) {
        (Some(_), true) => None,
        _ => Some(reach::client(&args.asking, &args.home, author.network)?),
    };
    let sequence = match (args.sequence, &client) {
        (Some(sequence), _) => sequence,
        (None, Some(client)) => author.next_sequence(client)?,
        (None, None) => unreachable!("there is a client unless a sequence is told"),
    };
    let transaction = author.sign(sequence, args.signing.fee, action)?;
    let sender = client.as_ref().filter(|_| !args.dry_run);
    output::answer(args.json, &Sent::new(&transaction, sender)?)
}

/// Sends what needs no signature of ours.
fn post(args: &Posting, transaction: Transaction) -> Result<(), Failure> {
    let network = reach::network(&args.home)?;
    let client = match args.dry_run {
        true => None,
        false => Some(reach::client(&args.asking, &args.home, network)?),
    };
    output::answer(args.json, &Sent::new(&transaction, client.as_ref())?)
}

fn sign(args: &Sign) -> Result<(), Failure> {
    let author = Author::of(&args.signing, &args.file, &args.home)?;
    let action = decoded("FILE|HEX", "an action", &args.action)?;
    let transaction = author.sign(args.sequence, args.signing.fee, action)?;
    output::answer(args.json, &Sent::new(&transaction, None)?)
}
