//! The bridge: what C++ may ask of Rust. Only `src/cpp` knows it.

#![allow(missing_docs)]

use crate::control::Control;
use crate::engine::Engine;

// The bridge's own text is unsafe where it hands pointers over; it is generated, and checked by the C++ compiler.
#[allow(unsafe_code, unreachable_pub)]
#[cxx::bridge(namespace = "gridnet::bridge")]
pub(crate) mod ffi {
    /// What became of a call; code 0 is good.
    #[derive(Clone, Debug, Default)]
    struct Status {
        code: u32,
        name: String,
        message: String,
    }

    struct Options {
        devices: Vec<String>,
        /// 0: one for each core.
        threads: u32,
        /// 0: as it is without being asked for.
        audit_one_in: u32,
        /// Empty: the fastest.
        path: String,
    }

    struct Device {
        id: String,
        name: String,
        kind: u8,
        backend: String,
        driver: String,
        pci: String,
        paths: Vec<String>,
        self_test: String,
        available: bool,
        reason: String,
        refused: Vec<String>,
    }

    struct Function {
        kind: u8,
        personal: [u8; 16],
    }

    struct Question {
        function: Function,
        offset: usize,
        bytes: u8,
        is_big: bool,
        start: u64,
        /// 0: as far as the field goes.
        end: u64,
        target: [u8; 32],
        reads_big: bool,
        limit: usize,
    }

    #[derive(Clone, Copy)]
    struct Hit {
        nonce: u64,
        hash: [u8; 32],
    }

    #[derive(Default)]
    struct Found {
        hits: Vec<Hit>,
        /// Whether it was cancelled, and goes on at `resume`.
        is_cut_short: bool,
        resume: u64,
    }

    struct Share {
        id: String,
        name: String,
        path: String,
        done: u64,
    }

    #[derive(Default)]
    struct Report {
        shares: Vec<Share>,
        nanoseconds: u64,
    }

    struct Snapshot {
        done: u64,
        total: u64,
        seconds: f64,
        rate: f64,
    }

    struct Minted {
        repetitions: u32,
        nonce: u32,
        hash: [u8; 32],
    }

    struct Chain {
        count: usize,
        valid: usize,
        /// 0: none is bad.
        fault: u8,
        first_bad: usize,
        work: [u8; 32],
        is_cut_short: bool,
    }

    extern "Rust" {
        fn version() -> String;
        fn survey(status: &mut Status) -> Vec<Device>;

        type Control;
        fn new_control() -> Box<Control>;
        fn cancel(self: &Control);
        fn is_cancelled(self: &Control) -> bool;
        fn snapshot(self: &Control) -> Snapshot;

        type Engine;
        fn new_engine(options: &Options, status: &mut Status) -> Box<Engine>;
        fn devices(self: &Engine) -> Vec<Device>;
        fn path(self: &Engine, function: &Function, status: &mut Status) -> String;
        fn search(
            self: &Engine,
            message: &[u8],
            question: &Question,
            control: &Control,
            report: &mut Report,
            status: &mut Status,
        ) -> Found;
        fn walk(
            self: &Engine,
            function: &Function,
            starts: &[u8],
            steps: &[u64],
            ends: &mut [u8],
            control: &Control,
            report: &mut Report,
            status: &mut Status,
        );
        fn digest(
            self: &Engine,
            function: &Function,
            messages: &[u8],
            length: usize,
            digests: &mut [u8],
            control: &Control,
            report: &mut Report,
            status: &mut Status,
        );
        fn verify(
            self: &Engine,
            keys: &[u8],
            messages: &[u8],
            length: usize,
            signatures: &[u8],
            verdicts: &mut [u8],
            control: &Control,
            report: &mut Report,
            status: &mut Status,
        );
        fn hash(function: &Function, message: &[u8], status: &mut Status) -> [u8; 32];

        fn compact_target(bits: u32, status: &mut Status) -> [u8; 32];
        fn zero_bits_target(bits: u32, status: &mut Status) -> [u8; 32];
        fn header_fault(function: &Function, header: &[u8], status: &mut Status) -> u8;
        fn header_chain(
            engine: &Engine,
            function: &Function,
            headers: &[u8],
            rule: u8,
            spacing: u32,
            half_life: u32,
            control: &Control,
            report: &mut Report,
            status: &mut Status,
        ) -> Chain;
        fn mint(
            engine: &Engine,
            address: &[u8],
            target: &[u8],
            nonce_bits: u32,
            control: &Control,
            report: &mut Report,
            status: &mut Status,
        ) -> Minted;
        fn identity_fault(
            address: &[u8],
            repetitions: u32,
            nonce: u32,
            target: &[u8],
            status: &mut Status,
        ) -> u8;
    }
}

use crate::control::new_control;
use crate::devices::{survey, version};
use crate::engine::{hash, new_engine};
use crate::proof::{compact_target, header_chain, header_fault, identity_fault, mint, zero_bits_target};
