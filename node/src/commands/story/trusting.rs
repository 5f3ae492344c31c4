//! Trust: an authority says what it thinks, and whoever listens acts on it. The ledger's rules do not.

use gridnet_protocol::encoding::List;
use gridnet_protocol::transaction::{Action, Subject};
use gridnet_protocol::trust::{Policy, Standing};
use serde::Serialize;

use super::energy::Sold;
use super::stage::{NETWORK, Stage, address, good};
use crate::outcome::Failure;
use crate::output::Hex;

const REASON: &str = "seal broken";

/// What is told.
#[derive(Serialize)]
pub(super) struct Told {
    authority: String,
    meter: Hex,
    reason: &'static str,
    effective: u32,
    /// As seen by Bob, who listens to the authority.
    seen_by_bob: &'static str,
    /// As seen by Lin, who listens to nobody.
    seen_by_lin: &'static str,
}

/// The test house marks Sue's meter.
pub(super) fn act(stage: &mut Stage, sold: &Sold) -> Result<Told, Failure> {
    stage.fund(&[("test house", 1)])?;
    stage.act("test house", Action::RegisterAuthority)?;
    let subject = Subject::Meter(sold.seller_meter);
    let effective = gridnet_protocol::value::Height(stage.chain.height().0 + 1);
    let reason = good(List::new("a reason", REASON.as_bytes().to_vec()))?;
    stage.act("test house", Action::Mark { subject, reason, effective })?;
    let height = stage.chain.height();
    let sees = |policy: Policy| -> Result<&'static str, Failure> {
        Ok(match good(policy.sees(stage.chain.ledger(), subject, height))? {
            Standing::Unknown => "unknown",
            Standing::Good => "good",
            Standing::Proven => "proven",
            Standing::Marked(..) => "marked",
        })
    };
    Ok(Told {
        authority: address("test house").to_text(NETWORK),
        meter: Hex(sold.seller_meter.0),
        reason: REASON,
        effective: effective.0,
        seen_by_bob: sees(Policy::of([address("test house")]))?,
        seen_by_lin: sees(Policy::default())?,
    })
}

impl Told {
    pub(super) fn text(&self) -> String {
        let Told { reason, effective, seen_by_bob, seen_by_lin, .. } = self;
        format!(
            "A test house that Bob listens to looks at Sue's meter and marks it: \"{reason}\", from block {effective} on. As seen by\n\
             Bob's policy the meter is {seen_by_bob} now; as seen by Lin's, who listens to nobody, it is {seen_by_lin}. Blocks and what\n\
             they paid stay as they were: a mark is an opinion, and nobody has to share it.\n"
        )
    }
}
