//! `gridnet tx show`: what a transaction says.

use gridnet_node::rpc::json;
use gridnet_protocol::ledger::least_fee;
use gridnet_protocol::transaction::Transaction;
use serde_json::json;

use super::objects::decoded;
use crate::cli::tx::Show;
use crate::commands::reach;
use crate::outcome::Failure;
use crate::output;

/// Shows it.
pub(super) fn run(args: &Show) -> Result<(), Failure> {
    let network = reach::network(&args.home)?;
    let transaction: Transaction = decoded("FILE|HEX", "a transaction", &args.transaction)?;
    let mut shown = json::transaction(network, &transaction);
    if let Transaction::Signed(signed) = &transaction {
        // Of another network it is not: whoever sees that has asked for the wrong one.
        shown["signature_is_good"] = json!(signed.is_signed(network));
        shown["least_fee"] = json!(json::units(least_fee(network, &transaction)));
    }
    if args.json {
        return output::object(&shown);
    }
    let pretty =
        serde_json::to_string_pretty(&shown).map_err(|error| Failure::Internal(error.to_string()))?;
    output::text(&format!("{pretty}\n"))
}
