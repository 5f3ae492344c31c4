//! A receipt: what was sold, paid and said of it, in one file that a stranger can check.

use gridnet_core::Control;
use gridnet_protocol::encoding::List;
use gridnet_protocol::spv::receipt::{Evidence, Options, Receipt};
use gridnet_protocol::spv::{Checkpoint, DEPTH, Headers};
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::Height;
use serde::Serialize;

use super::energy::Sold;
use super::stage::{Coins, NETWORK, Stage, address, good};
use crate::outcome::Failure;

/// What is told.
#[derive(Serialize)]
pub(super) struct Told {
    bytes: usize,
    headers: usize,
    /// The block whose state it is of.
    height: u32,
    /// Blocks on top of the one that names that state's root.
    depth: u32,
    settled: u32,
    delivered_wh: u64,
    paid_to_seller: Coins,
    /// What Bob objects to, who listens to the test house.
    objection_of_bob: Option<&'static str>,
    /// And Lin, who listens to nobody.
    objection_of_lin: Option<&'static str>,
    /// A bit of the file is flipped: the name of what is wrong then.
    forged: String,
}

/// Gathers, joins, and checks twice.
pub(super) fn act(stage: &mut Stage, sold: &Sold) -> Result<Told, Failure> {
    let listens = Policy::of([address("test house")]);
    let evidence = good(Evidence::gather(stage.chain.ledger(), sold.contract, &listens))?;
    let height = stage.chain.height();
    // The next block names the state's root, and others come on top of it.
    stage.wait(1 + DEPTH)?;
    let headers = good(Headers::new(stage.chain.headers()))?;
    let count = headers.len();
    let next = stage.chain.blocks().nth(height.0 as usize);
    let next = next.ok_or_else(|| Failure::Internal("the chain is shorter than it was".to_owned()))?;
    let receipt = good(Receipt::assemble(NETWORK, Height(0), headers, next, evidence, List::default()))?;
    let file = receipt.to_file();

    let received = good(Receipt::from_file(&file))?;
    let start = Checkpoint::first(NETWORK);
    let options = |policy| Options { network: NETWORK, start, depth: DEPTH, policy, now: stage.chain.now() };
    let verify =
        |receipt: &Receipt, policy| receipt.verify(&stage.engine, &options(policy), &Control::default());
    let bobs = good(verify(&received, listens))?;
    let lins = good(verify(&received, Policy::default()))?;
    let forged = match Receipt::from_file(&flipped(&file)) {
        Ok(forged) => match verify(&forged, Policy::default()) {
            Ok(_) => return Err(Failure::Internal("a forged receipt was taken".to_owned())),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    };
    Ok(Told {
        bytes: file.len(),
        headers: count,
        height: height.0,
        depth: bobs.root.depth,
        settled: bobs.settled.0,
        delivered_wh: bobs.delivered.0,
        paid_to_seller: Coins(bobs.paid[0].amount),
        objection_of_bob: bobs.objection().map(|objection| objection.name()),
        objection_of_lin: lins.objection().map(|objection| objection.name()),
        forged,
    })
}

/// The file with one bit of its last proof flipped.
fn flipped(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let place = file.len() - 40;
    file[place] ^= 1;
    file
}

impl Told {
    pub(super) fn text(&self) -> String {
        let Told { bytes, headers, height, depth, settled, delivered_wh, paid_to_seller, forged, .. } = self;
        let says = |objection: &Option<&str>| {
            objection.map_or("takes it".to_owned(), |why| format!("objects: {why}"))
        };
        format!(
            "Sue wants to show somebody what she sold. Of the state after block {height} she takes the contract's row, both\n\
             meters' rows, and what the test house says of them, each with its way to the root that the next block names, and\n\
             the headers up to {depth} blocks later: {bytes} bytes with all {headers} headers. No ledger and no network is needed to\n\
             check that block {settled} settled {delivered_wh} Wh and paid Sue {paid_to_seller}. Bob, who listens to the test house,\n\
             {}; Lin, who listens to nobody, {}. With one bit flipped nobody takes it\n\
             (\"{forged}\" is why).\n",
            says(&self.objection_of_bob),
            says(&self.objection_of_lin)
        )
    }
}
