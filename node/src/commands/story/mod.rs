//! `gridnet story`: all that the network is for, once, on a chain in memory. Nothing is made up but the people and what their
//! meters say: every figure is what the ledger did.

mod carrying;
mod energy;
mod fraud;
mod identities;
mod receipt;
mod stage;
mod trusting;

use gridnet_core::Engine;
use serde::Serialize;

use self::stage::{Coins, Stage};
use crate::arguments;
use crate::cli::Story;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Hex};

/// Tells it.
pub(crate) fn run(args: &Story) -> Result<Outcome, Failure> {
    let engine: Engine = arguments::engine(&args.devices)?;
    let mut stage = Stage::new(engine)?;
    let identities = identities::act(&mut stage)?;
    let carrying = carrying::act(&mut stage)?;
    let (energy, sold) = energy::act(&mut stage)?;
    let fraud = fraud::act(&mut stage)?;
    let trust = trusting::act(&mut stage, &sold)?;
    let receipt = receipt::act(&mut stage, &sold)?;
    let chain = Chain::of(&stage)?;
    let told = Told { network: "regtest", identities, carrying, energy, fraud, trust, receipt, chain };
    output::answer(args.json, &told)?;
    Ok(Outcome::Good)
}

/// The whole story.
#[derive(Serialize)]
struct Told {
    network: &'static str,
    identities: identities::Told,
    carrying: carrying::Told,
    energy: energy::Told,
    fraud: fraud::Told,
    trust: trusting::Told,
    receipt: receipt::Told,
    chain: Chain,
}

impl Answer for Told {
    fn plain(&self) -> String {
        let chapters = [
            ("Everybody proves who they are by work", self.identities.text()),
            ("Olga pays strangers to carry her data", self.carrying.text()),
            ("Sue sells her sun to Bob", self.energy.text()),
            ("Mallory sells the same hashes twice", self.fraud.text()),
            ("A meter is marked, and each makes of it what they will", self.trust.text()),
            ("A receipt that needs no network", self.receipt.text()),
            ("What is left", self.chain.text()),
        ];
        let numbered = (1..).zip(chapters);
        numbered.map(|(number, (title, text))| format!("{number}. {title}\n\n{text}\n")).collect()
    }
}

/// Where the chain stands at the end.
#[derive(Serialize)]
struct Chain {
    height: u32,
    tip: Hex,
    state_root: Hex,
    transactions: usize,
    rewarded: Coins,
    burnt: Coins,
    /// All that is in accounts, deposits, stakes and what falls due: what was rewarded and not burnt.
    held: Coins,
}

impl Chain {
    fn of(stage: &Stage) -> Result<Chain, Failure> {
        let (tip, root) =
            (stage::good(stage.chain.ledger().tip())?, stage::good(stage.chain.ledger().root())?);
        let totals = stage.totals()?;
        let held = totals.rewarded.0 - totals.burnt.0;
        Ok(Chain {
            height: tip.height.0,
            tip: Hex::reversed(tip.id),
            state_root: Hex(root),
            transactions: stage.chain.blocks().map(|block| block.transactions.len() - 1).sum(),
            rewarded: Coins(totals.rewarded),
            burnt: Coins(totals.burnt),
            held: Coins(gridnet_protocol::value::Units(held)),
        })
    }

    fn text(&self) -> String {
        let Chain { height, tip, state_root, transactions, rewarded, burnt, held } = self;
        format!(
            "The chain has {height} blocks with {transactions} transactions beside the coinbases. The last block is\n\
             {tip}, and the state after it\n\
             {state_root}.\n\
             Of the {rewarded} that ever were, {burnt} were burnt and {held} are somebody's: the ledger\n\
             adds that up after every block, and takes no block after which it would not.\n"
        )
    }
}
