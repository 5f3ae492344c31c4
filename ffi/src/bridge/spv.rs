//! The bridge of proofs by headers, and of receipts.

// The bridge's own text is unsafe where it hands pointers over; it is generated, and checked by the C++ compiler.
#[allow(unsafe_code, unreachable_pub)]
#[cxx::bridge(namespace = "gridnet::bridge")]
pub(crate) mod ffi {
    #[derive(Clone, Copy, Default)]
    struct Checkpoint {
        height: u32,
        id: [u8; 32],
    }

    #[derive(Default)]
    struct SpvVerdict {
        /// 0: nothing is wrong.
        reason: u8,
        place: String,
    }

    #[derive(Default)]
    struct TransactionVerdict {
        verdict: SpvVerdict,
        height: u32,
        place: u32,
        depth: u32,
        id: [u8; 32],
        transaction: Vec<u8>,
    }

    #[derive(Default)]
    struct RowVerdict {
        verdict: SpvVerdict,
        height: u32,
        root: [u8; 32],
        depth: u32,
        is_there: bool,
        value: Vec<u8>,
    }

    struct ReceiptOptions {
        network: u32,
        start: Checkpoint,
        depth: u32,
        /// 32 bytes each.
        authorities: Vec<u8>,
        now: u64,
    }

    #[derive(Clone, Copy, Default)]
    struct Subject {
        kind: u8,
        id: [u8; 32],
    }

    struct Mark {
        authority: [u8; 32],
        subject: Subject,
        reason: String,
        effective: u32,
        made: u32,
    }

    struct ReceiptObjection {
        kind: u8,
        subject: Subject,
        authority: [u8; 32],
    }

    #[derive(Default)]
    struct ReceiptSide {
        owner: [u8; 32],
        meter: [u8; 32],
        certificate: Certificate,
        kept: KeptReading,
        imported_wh: u64,
        exported_wh: u64,
        has_equivocated: bool,
        has_identity: bool,
        is_revoked: bool,
    }

    #[derive(Default)]
    struct ReceiptFacts {
        verdict: SpvVerdict,
        contract: [u8; 32],
        terms: Contract,
        opened: u32,
        settled: u32,
        has_settled_time: bool,
        settled_time: u64,
        delivered_wh: u64,
        paid: Vec<u64>,
        seller: ReceiptSide,
        buyer: ReceiptSide,
        readings: Vec<SignedReading>,
        /// 32 bytes each.
        authorities: Vec<u8>,
        marks: Vec<Mark>,
        height: u32,
        root: [u8; 32],
        depth: u32,
        tip: Checkpoint,
        work: [u8; 32],
        objections: Vec<ReceiptObjection>,
    }

    // SAFETY: these are Rust's own, of other bridges.
    unsafe extern "C++" {
        include!("gridnet-ffi/src/bridge/meter.rs.h");
        include!("gridnet-ffi/src/bridge/contract.rs.h");

        type Status = crate::bridge::ffi::Status;
        type Control = crate::control::Control;
        type Engine = crate::engine::Engine;
        type Certificate = crate::bridge::meter::ffi::Certificate;
        type KeptReading = crate::bridge::meter::ffi::KeptReading;
        type SignedReading = crate::bridge::meter::ffi::SignedReading;
        type Contract = crate::bridge::contract::ffi::Contract;
    }

    extern "Rust" {
        fn first_checkpoint(network: u32, status: &mut Status) -> Checkpoint;

        type VerifiedHeaders;
        /// What is returned holds nothing when something is wrong.
        fn verified_headers(
            engine: &Engine,
            network: u32,
            start: &Checkpoint,
            headers: &[u8],
            now: u64,
            control: &Control,
            verdict: &mut SpvVerdict,
            status: &mut Status,
        ) -> Box<VerifiedHeaders>;
        fn tip(self: &VerifiedHeaders, status: &mut Status) -> Checkpoint;
        fn work(self: &VerifiedHeaders, status: &mut Status) -> [u8; 32];
        /// Empty: it is not among them.
        fn header(self: &VerifiedHeaders, height: u32, status: &mut Status) -> Vec<u8>;
        fn verify_transaction(
            self: &VerifiedHeaders,
            proof: &[u8],
            status: &mut Status,
        ) -> TransactionVerdict;
        fn verify_row(
            self: &VerifiedHeaders,
            table: u8,
            key: &[u8],
            proof: &[u8],
            status: &mut Status,
        ) -> RowVerdict;

        fn verify_receipt(
            engine: &Engine,
            file: &[u8],
            options: &ReceiptOptions,
            control: &Control,
            status: &mut Status,
        ) -> ReceiptFacts;
        fn receipt_objection_name(kind: u8) -> &'static str;
    }
}

use crate::receipt::{receipt_objection_name, verify_receipt};
use crate::spv::{VerifiedHeaders, first_checkpoint, verified_headers};
