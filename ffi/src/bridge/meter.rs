//! The bridge of meters and commands.

// The bridge's own text is unsafe where it hands pointers over; it is generated, and checked by the C++ compiler.
#[allow(unsafe_code, unreachable_pub)]
#[cxx::bridge(namespace = "gridnet::bridge")]
pub(crate) mod ffi {
    #[derive(Clone, Copy)]
    struct Reading {
        meter: [u8; 32],
        slot: u64,
        sequence: u64,
        import_wh: u64,
        export_wh: u64,
        previous: [u8; 32],
    }

    #[derive(Clone, Copy)]
    struct SignedReading {
        body: Reading,
        signature: [u8; 64],
    }

    #[derive(Clone, Copy, Default)]
    struct MeterFacts {
        meter: [u8; 32],
        key: [u8; 32],
        rating_watts: u32,
    }

    #[derive(Clone, Copy, Default)]
    struct KeptReading {
        is_there: bool,
        sequence: u64,
        slot: u64,
        import_wh: u64,
        export_wh: u64,
        id: [u8; 32],
    }

    #[derive(Clone, Copy, Default)]
    struct Interval {
        is_there: bool,
        after: u64,
        until: u64,
        import_wh: u64,
        export_wh: u64,
    }

    #[derive(Clone, Copy, Default)]
    struct Taken {
        /// 0: it is taken.
        reason: u8,
        kept: KeptReading,
        interval: Interval,
    }

    #[derive(Default)]
    struct Equivocation {
        /// 0: it is proven.
        reason: u8,
        meter: [u8; 32],
        sequence: u64,
    }

    #[derive(Clone, Copy, Default)]
    struct Replacement {
        is_there: bool,
        meter: [u8; 32],
        last: [u8; 32],
    }

    #[derive(Default)]
    struct Certificate {
        key: [u8; 32],
        kind: u8,
        source: u8,
        area: String,
        rating_watts: u32,
        certifier: [u8; 32],
        owner: [u8; 32],
        replaces: Replacement,
    }

    struct SignedCertificate {
        body: Certificate,
        certifier_signature: [u8; 64],
        owner_signature: [u8; 64],
    }

    #[derive(Clone, Copy, Default)]
    struct Instruction {
        is_there: bool,
        kind: u8,
        watts: u32,
    }

    struct Command {
        dso: [u8; 32],
        sequence: u64,
        /// Whether it is for all of an area, else for these meters: 32 bytes each.
        is_for_area: bool,
        area: String,
        meters: Vec<u8>,
        instruction: Instruction,
        expiry: u64,
    }

    struct SignedCommand {
        body: Command,
        signature: [u8; 64],
    }

    #[derive(Default)]
    struct Heeded {
        /// 0: it is heeded.
        reason: u8,
        instruction: Instruction,
    }

    struct LogEntry {
        at: u64,
        command: [u8; 32],
        done: u8,
        /// 0: it was not ignored.
        reason: u8,
    }

    // SAFETY: these are Rust's own, of the bridge that all need.
    unsafe extern "C++" {
        include!("gridnet-ffi/src/bridge.rs.h");

        type Status = crate::bridge::ffi::Status;
        type Control = crate::control::Control;
        type Engine = crate::engine::Engine;
        type Signer = crate::key::Signer;
    }

    extern "Rust" {
        fn slot_containing(moment: u64, status: &mut Status) -> u64;
        fn slot_of_register(moment: u64, status: &mut Status) -> u64;
        fn slot_start(slot: u64, status: &mut Status) -> u64;
        fn slot_end(slot: u64, status: &mut Status) -> u64;

        fn certificate_id(network: u32, certificate: &Certificate, status: &mut Status) -> [u8; 32];
        fn certificate_facts(network: u32, certificate: &Certificate, status: &mut Status) -> MeterFacts;
        fn check_certificate_body(certificate: &Certificate, status: &mut Status) -> u8;
        fn certify(
            network: u32,
            certificate: &Certificate,
            certifier: &Signer,
            signature: &mut [u8; 64],
            status: &mut Status,
        );
        fn consent(
            network: u32,
            certificate: &Certificate,
            owner: &Signer,
            signature: &mut [u8; 64],
            status: &mut Status,
        );
        fn certificate_from_bytes(bytes: &[u8], certificate: &mut SignedCertificate, status: &mut Status);
        fn certificate_to_bytes(certificate: &SignedCertificate, status: &mut Status) -> Vec<u8>;
        fn check_certificate(network: u32, certificate: &SignedCertificate, status: &mut Status) -> u8;

        fn reading_id(network: u32, reading: &Reading, status: &mut Status) -> [u8; 32];
        fn sign_reading(
            network: u32,
            reading: &Reading,
            meter: &Signer,
            signature: &mut [u8; 64],
            status: &mut Status,
        );
        fn reading_from_bytes(bytes: &[u8], reading: &mut SignedReading, status: &mut Status);
        fn reading_to_bytes(reading: &SignedReading, status: &mut Status) -> Vec<u8>;
        fn is_reading_signed(
            network: u32,
            reading: &SignedReading,
            key: &[u8; 32],
            status: &mut Status,
        ) -> bool;
        fn take_reading(
            network: u32,
            facts: &MeterFacts,
            kept: &KeptReading,
            reading: &SignedReading,
            now: u64,
            status: &mut Status,
        ) -> Taken;
        fn verify_readings(
            engine: &Engine,
            network: u32,
            facts: &MeterFacts,
            kept: &KeptReading,
            readings: &[SignedReading],
            now: u64,
            control: &Control,
            status: &mut Status,
        ) -> Vec<Taken>;

        fn prove_equivocation(
            network: u32,
            one: &SignedReading,
            other: &SignedReading,
            status: &mut Status,
        ) -> Vec<u8>;
        fn check_equivocation(
            network: u32,
            key: &[u8; 32],
            proof: &[u8],
            status: &mut Status,
        ) -> Equivocation;
        /// Empty: there is none.
        fn find_equivocation(
            network: u32,
            key: &[u8; 32],
            readings: &[SignedReading],
            status: &mut Status,
        ) -> Vec<u8>;

        fn command_id(network: u32, command: &Command, status: &mut Status) -> [u8; 32];
        fn sign_command(
            network: u32,
            command: &Command,
            dso: &Signer,
            signature: &mut [u8; 64],
            status: &mut Status,
        );
        fn command_from_bytes(bytes: &[u8], command: &mut SignedCommand, status: &mut Status);
        fn command_to_bytes(command: &SignedCommand, status: &mut Status) -> Vec<u8>;
        fn is_command_signed(network: u32, command: &SignedCommand, status: &mut Status) -> bool;

        type CommandLog;
        fn new_command_log() -> Box<CommandLog>;
        fn command_log_from_bytes(bytes: &[u8], status: &mut Status) -> Box<CommandLog>;
        fn to_bytes(self: &CommandLog, status: &mut Status) -> Vec<u8>;
        fn trust(self: &CommandLog, dso: &[u8; 32], status: &mut Status);
        fn distrust(self: &CommandLog, dso: &[u8; 32], status: &mut Status);
        /// 32 bytes each.
        fn trusted(self: &CommandLog, status: &mut Status) -> Vec<u8>;
        fn receive(
            self: &CommandLog,
            network: u32,
            meter: &[u8; 32],
            area: &[u8],
            command: &SignedCommand,
            now: u64,
            status: &mut Status,
        ) -> Heeded;
        fn in_force(self: &CommandLog, now: u64, status: &mut Status) -> Instruction;
        fn override_current(self: &CommandLog, now: u64, status: &mut Status) -> Instruction;
        fn entries(self: &CommandLog, status: &mut Status) -> Vec<LogEntry>;
    }

    // For other bridges.
    impl Vec<SignedReading> {}
}

use crate::command::{
    CommandLog, command_from_bytes, command_id, command_log_from_bytes, command_to_bytes, is_command_signed,
    new_command_log, sign_command,
};
use crate::meter::{
    certificate_facts, certificate_from_bytes, certificate_id, certificate_to_bytes, certify,
    check_certificate, check_certificate_body, check_equivocation, consent, find_equivocation,
    is_reading_signed, prove_equivocation, reading_from_bytes, reading_id, reading_to_bytes, sign_reading,
    slot_containing, slot_end, slot_of_register, slot_start, take_reading, verify_readings,
};
