//! Fraud: hashes that were sold twice cost their seller everything that stood behind them.

use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::ledger::fraud_commitment;
use gridnet_protocol::state::row::{Identity, Pool};
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::{Content, Units};
use serde::Serialize;

use super::carrying::{issue, owned, receiver};
use super::stage::{Coins, Stage, address, secret};
use crate::outcome::Failure;
use crate::output::Hex;

/// What is told.
#[derive(Serialize)]
pub(super) struct Told {
    pool: Hex,
    bank: u16,
    depths: [u32; 2],
    stake: Coins,
    committed: u32,
    proven: u32,
    reward: Coins,
    burnt: Coins,
    identity_revoked: bool,
    stake_left: Coins,
    pool_banned: bool,
}

/// Mallory sells a bank twice; Dan sees both tokens.
pub(super) fn act(stage: &mut Stage) -> Result<Told, Failure> {
    stage.fund(&[("mallory", 60), ("dan", 1)])?;
    let stake = Units::from_gnc(30);
    stage.act("mallory", Action::AddStake { identity: address("mallory"), amount: stake })?;
    let mut pool = owned(stage, "mallory")?;
    // A copy of the pool's file knows nothing of what the other one issues.
    let mut copy = owned(stage, "mallory")?;
    stage.act("mallory", Action::RegisterPool { pool: pool.registration().clone() })?;
    let content = |name: &str| Content(secret(name));
    let one = issue(stage, &mut pool, receiver("rita").0, content("for Rita"), 40)?.token;
    let other = issue(stage, &mut copy, receiver("olga").0, content("for Olga"), 25)?.token;
    let proof = FraudProof::new(super::stage::NETWORK, one, other);

    let commitment = fraud_commitment(&proof, &address("dan"));
    stage.act("dan", Action::CommitFraud { commitment })?;
    let committed = stage.chain.height().0;
    let prove = stage.sign("dan", Action::ProveFraud { proof: Box::new(proof) })?;
    let paid = match &prove {
        gridnet_protocol::transaction::Transaction::Signed(signed) => signed.body.fee,
        _ => Units::ZERO,
    };
    let (before, burnt) = (stage.balance("dan")?, stage.totals()?.burnt);
    stage.mine(&[prove])?;
    let identity: Identity = stage.row(&address("mallory"))?;
    Ok(Told {
        pool: Hex(pool.id().0),
        bank: one.bank,
        depths: [one.depth.0, other.depth.0],
        stake: Coins(stake),
        committed,
        proven: stage.chain.height().0,
        reward: Coins(Units(stage.balance("dan")?.0 + paid.0 - before.0)),
        burnt: Coins(Units(stage.totals()?.burnt.0 - burnt.0)),
        identity_revoked: identity.revoked,
        stake_left: Coins(identity.stake),
        pool_banned: stage.row::<Pool>(&pool.id())?.banned,
    })
}

impl Told {
    pub(super) fn text(&self) -> String {
        let Told { bank, depths: [one, other], stake, committed, proven, reward, burnt, .. } = self;
        format!(
            "Mallory has an identity with a stake of {stake}, and a pool. From a copy of its file she offers bank {bank} a\n\
             second time: {one} hashes to Rita's carriers and {other} of the same to Olga's. Only one of them can be paid.\n\
             Dan carries for both and has both tokens, signed by her. In block {committed} he commits to a proof, so that nobody\n\
             who sees it can be first with it, and shows it in block {proven}. It convinces everybody: Mallory's identity is\n\
             revoked, her pool gives nothing back, and of her stake {reward} are Dan's and {burnt} are burnt.\n"
        )
    }
}
