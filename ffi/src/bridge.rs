//! The bridge: what C++ may ask of Rust. Only `src/cpp` knows it. What belongs to one thing alone stands in a bridge of
//! its own below this one, and takes what all need from here.

#![allow(missing_docs)]

pub(crate) mod contract;
pub(crate) mod meter;
pub(crate) mod spv;

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

    #[derive(Default)]
    struct Minted {
        repetitions: u32,
        nonce: u32,
        hash: [u8; 32],
    }

    #[derive(Default)]
    struct Chain {
        count: usize,
        valid: usize,
        /// 0: none is bad.
        fault: u8,
        first_bad: usize,
        work: [u8; 32],
        is_cut_short: bool,
    }

    #[derive(Clone, Copy)]
    struct Receiver {
        key: [u8; 32],
        seal_key: [u8; 32],
        binding: [u8; 64],
    }

    #[derive(Clone, Copy, Default)]
    struct Terms {
        a: u16,
        b: u16,
        rule: u8,
    }

    struct TokenBody {
        network: u32,
        pool: [u8; 32],
        bank: u16,
        from: u32,
        depth: u32,
        word: [u8; 32],
        terms: Terms,
        receiver: Receiver,
        content: [u8; 32],
        issued: u64,
        expiry: u64,
        first_key: [u8; 32],
        sender_key: [u8; 32],
        sender_repetitions: u32,
        sender_nonce: u32,
    }

    #[derive(Default)]
    struct Registration {
        owner: [u8; 32],
        sequence: u64,
        function: u8,
        banks: u16,
        length: u32,
        value: u64,
        expiry: u32,
        minimum_stake: u64,
        terms: Terms,
        root: [u8; 32],
    }

    struct Ask {
        receiver: Receiver,
        content: [u8; 32],
        terms: Terms,
        issued: u64,
        expiry: u64,
        depth: u32,
        source: u8,
        bank: u16,
    }

    #[derive(Clone, Copy, Default)]
    struct Opening {
        is_there: bool,
        identity: [u8; 32],
        blind: [u8; 32],
    }

    #[derive(Default)]
    struct Hash {
        bytes: [u8; 32],
    }

    #[derive(Default)]
    struct CustodyFault {
        reason: u8,
        element: usize,
    }

    struct Kept {
        pool: [u8; 32],
        bank: u16,
        depth: u32,
        word: [u8; 32],
        has_session: bool,
        session: [u8; 32],
    }

    struct Identity {
        repetitions: u32,
        nonce: u32,
        registered: u32,
        revoked: bool,
        stake: u64,
    }

    struct HopShare {
        share: u64,
        /// 0: it is paid.
        void_reason: u8,
    }

    struct Verdict {
        /// 0: it is valid.
        reason: u8,
        total: u64,
        fee: u64,
        receiver: u64,
        burnt: u64,
        /// Its hops stand from here on.
        first_hop: usize,
        hops: usize,
    }

    #[derive(Default)]
    struct Verified {
        verdicts: Vec<Verdict>,
        hops: Vec<HopShare>,
        digests: Vec<Share>,
        signatures: Vec<Share>,
        steps: Vec<Share>,
        nanoseconds: u64,
    }

    #[derive(Default)]
    struct Payout {
        fee: u64,
        receiver: u64,
        hops: Vec<u64>,
        burnt: u64,
    }

    #[derive(Default)]
    struct Fraud {
        /// 0: it is proven.
        reason: u8,
        owner: [u8; 32],
        pool: [u8; 32],
        bank: u16,
    }

    // What C++ is asked in the middle of a call.
    //
    // SAFETY: `callbacks.hpp` catches all that a callback throws, writes nowhere but into what it is lent to be written, and
    // keeps none of it.
    unsafe extern "C++" {
        include!("callbacks.hpp");

        type SignCallback;
        fn sign(self: &SignCallback, digest: &[u8; 32], signature: &mut [u8; 64], why: &mut String) -> bool;

        type PersistCallback;
        fn persist(self: &PersistCallback, change: &Change<'_>, why: &mut String) -> bool;
    }

    extern "Rust" {
        fn version() -> String;
        fn survey(status: &mut Status) -> Vec<Device>;

        #[derive(ExternType)]
        type Control;
        fn new_control() -> Box<Control>;
        fn cancel(self: &Control);
        fn is_cancelled(self: &Control) -> bool;
        fn snapshot(self: &Control) -> Snapshot;

        #[derive(ExternType)]
        type Engine;
        fn new_engine(options: &Options, status: &mut Status) -> Box<Engine>;
        fn devices(self: &Engine, status: &mut Status) -> Vec<Device>;
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
        fn identity_target(network: u32, status: &mut Status) -> [u8; 32];
        fn check_identity(
            network: u32,
            address: &[u8; 32],
            repetitions: u32,
            nonce: u32,
            status: &mut Status,
        ) -> u8;
        fn header_fault_name(fault: u8) -> &'static str;
        fn identity_fault_name(fault: u8) -> &'static str;

        fn reason_name(reason: u8) -> &'static str;
        fn void_name(reason: u8) -> &'static str;
        fn no_fraud_name(reason: u8) -> &'static str;
        fn refusal_name(reason: u8) -> &'static str;
        fn uncertified_name(reason: u8) -> &'static str;
        fn misread_name(reason: u8) -> &'static str;
        fn no_equivocation_name(reason: u8) -> &'static str;
        fn unheeded_name(reason: u8) -> &'static str;
        fn objection_name(reason: u8) -> &'static str;
        fn spv_fault_name(reason: u8) -> &'static str;
        fn signature_fault_name(fault: u8) -> &'static str;

        fn draw(status: &mut Status) -> [u8; 32];
        fn address_of(key: &[u8; 32], status: &mut Status) -> [u8; 32];
        fn address_text(network: u32, address: &[u8; 32], status: &mut Status) -> String;
        fn address_from_text(network: u32, text: &[u8], status: &mut Status) -> [u8; 32];
        fn is_admitted(key: &[u8; 32], status: &mut Status) -> bool;
        fn is_signature(key: &[u8; 32], digest: &[u8; 32], signature: &[u8; 64], status: &mut Status)
        -> bool;
        fn is_bound(network: u32, receiver: &Receiver, status: &mut Status) -> bool;
        fn receiver_from_bytes(bytes: &[u8], receiver: &mut Receiver, status: &mut Status);
        fn receiver_to_bytes(receiver: &Receiver, status: &mut Status) -> Vec<u8>;

        #[derive(ExternType)]
        type Signer;
        fn signer_drawn(status: &mut Status) -> Box<Signer>;
        fn signer_from_seed(seed: &[u8; 32], status: &mut Status) -> Box<Signer>;
        fn signer_from_file(path: &[u8], status: &mut Status) -> Box<Signer>;
        fn signer_elsewhere(
            key: &[u8; 32],
            callback: UniquePtr<SignCallback>,
            status: &mut Status,
        ) -> Box<Signer>;
        fn write(self: &Signer, path: &[u8], status: &mut Status);
        fn public_key(self: &Signer, status: &mut Status) -> [u8; 32];
        fn sign_for(self: &Signer, digest: &[u8; 32], signature: &mut [u8; 64], status: &mut Status);
        fn bind(
            self: &Signer,
            network: u32,
            seal_key: &[u8; 32],
            receiver: &mut Receiver,
            status: &mut Status,
        );

        type SealSecret;
        fn seal_secret_drawn(status: &mut Status) -> Box<SealSecret>;
        fn seal_secret_from_bytes(bytes: &[u8; 32], status: &mut Status) -> Box<SealSecret>;
        fn seal_secret_from_file(path: &[u8], status: &mut Status) -> Box<SealSecret>;
        fn write(self: &SealSecret, path: &[u8], status: &mut Status);
        fn public_key(self: &SealSecret, status: &mut Status) -> [u8; 32];

        fn bundle_content(
            destination: &[u8; 32],
            expiry: u64,
            payload: &[u8],
            status: &mut Status,
        ) -> [u8; 32];
        fn stream_content(previous: &[u8; 32], packet: &[u8; 32], status: &mut Status) -> [u8; 32];

        type Token;
        fn token_from_bytes(bytes: &[u8], status: &mut Status) -> Box<Token>;
        fn to_bytes(self: &Token, status: &mut Status) -> Vec<u8>;
        fn body(self: &Token, body: &mut TokenBody, status: &mut Status);
        fn id(self: &Token, network: u32, status: &mut Status) -> [u8; 32];
        fn session(self: &Token, status: &mut Status) -> [u8; 32];
        fn check(self: &Token, network: u32, status: &mut Status) -> u8;

        fn registration_from_bytes(bytes: &[u8], status: &mut Status) -> Registration;
        fn registration_to_bytes(registration: &Registration, status: &mut Status) -> Vec<u8>;
        fn registration_id(network: u32, registration: &Registration, status: &mut Status) -> [u8; 32];
        fn registration_coins(registration: &Registration, status: &mut Status) -> u64;

        type PoolCard;
        fn card_from_bytes(bytes: &[u8], status: &mut Status) -> Box<PoolCard>;
        fn to_bytes(self: &PoolCard, status: &mut Status) -> Vec<u8>;
        fn registration(self: &PoolCard, status: &mut Status) -> Registration;
        fn bank(self: &PoolCard, status: &mut Status) -> u16;
        fn is_of(self: &PoolCard, network: u32, token: &Token, status: &mut Status) -> bool;
        fn leads_to_ceiling(self: &PoolCard, token: &Token, status: &mut Status) -> bool;

        type Change<'a>;
        fn bank(self: &Change<'_>) -> u16;
        /// # Safety
        /// C++ must not keep the bytes for longer than the change.
        unsafe fn file<'a, 'b>(self: &'a Change<'b>) -> &'a [u8];
        /// # Safety
        /// As above.
        unsafe fn bytes<'a, 'b>(self: &'a Change<'b>) -> &'a [u8];

        type OwnedPool;
        fn create_pool(
            engine: &Engine,
            network: u32,
            owner: &Signer,
            repetitions: u32,
            nonce: u32,
            master: &[u8; 32],
            plan: &Registration,
            control: &Control,
            status: &mut Status,
        ) -> Box<OwnedPool>;
        fn resume_pool(file: &[u8], status: &mut Status) -> Box<OwnedPool>;
        fn restore_pool(copy: &[u8], first_unused: u16, status: &mut Status) -> Box<OwnedPool>;
        fn apply(self: &OwnedPool, change: &[u8], status: &mut Status);
        fn file(self: &OwnedPool, status: &mut Status) -> Vec<u8>;
        fn registration(self: &OwnedPool, status: &mut Status) -> Registration;
        fn id(self: &OwnedPool, status: &mut Status) -> [u8; 32];
        fn issued(self: &OwnedPool, status: &mut Status) -> Vec<u32>;
        fn card(self: &OwnedPool, bank: u16, status: &mut Status) -> Box<PoolCard>;
        fn issue(
            self: &OwnedPool,
            owner: &Signer,
            ask: &Ask,
            persist: &PersistCallback,
            status: &mut Status,
        ) -> Box<Issued>;
        type Issued;
        fn token(self: &Issued, status: &mut Status) -> Box<Token>;
        fn first_key(self: &Issued, status: &mut Status) -> Box<Signer>;

        fn commitment(opening: &Opening, status: &mut Status) -> [u8; 32];

        type Candidate;
        fn new_candidate(
            network: u32,
            token: &Token,
            custody: &Custody,
            key: &Signer,
            opening: &Opening,
            status: &mut Status,
        ) -> Box<Candidate>;
        fn candidate_from_bytes(bytes: &[u8], status: &mut Status) -> Box<Candidate>;
        fn to_bytes(self: &Candidate, status: &mut Status) -> Vec<u8>;

        type Custody;
        fn new_custody() -> Box<Custody>;
        fn custody_from_bytes(bytes: &[u8], status: &mut Status) -> Box<Custody>;
        fn to_bytes(self: &Custody, status: &mut Status) -> Vec<u8>;
        fn hops(self: &Custody, status: &mut Status) -> usize;
        fn holder(self: &Custody, token: &Token, status: &mut Status) -> [u8; 32];
        fn has_offer(self: &Custody, status: &mut Status) -> bool;
        fn is_handed_over(self: &Custody, status: &mut Status) -> bool;
        fn check(self: &Custody, network: u32, token: &Token, status: &mut Status) -> CustodyFault;
        fn hand_over(
            self: &Custody,
            network: u32,
            token: &Token,
            holder: &Signer,
            hop: &Candidate,
            status: &mut Status,
        ) -> Box<Custody>;
        fn offer_to_bearer(
            self: &Custody,
            network: u32,
            token: &Token,
            holder: &Signer,
            status: &mut Status,
        ) -> Box<Custody>;
        fn join_by_bearer(
            self: &Custody,
            network: u32,
            token: &Token,
            hop: &Candidate,
            status: &mut Status,
        ) -> Box<Custody>;
        fn hand_over_last(
            self: &Custody,
            network: u32,
            token: &Token,
            holder: &Signer,
            status: &mut Status,
        ) -> Box<Custody>;
        fn receipt(
            self: &Custody,
            network: u32,
            token: &Token,
            receiver: &Signer,
            signature: &mut [u8; 64],
            status: &mut Status,
        );
        fn open(self: &Custody, token: &Token, secret: &SealSecret, status: &mut Status) -> Vec<Opening>;
        fn accumulators(self: &Custody, token: &Token, status: &mut Status) -> Vec<Hash>;

        type TransitPool;
        fn assemble(
            network: u32,
            token: &Token,
            custody: &Custody,
            receiver: &Signer,
            secret: &SealSecret,
            status: &mut Status,
        ) -> Box<TransitPool>;
        fn assemble_with_receipt(
            network: u32,
            token: &Token,
            custody: &Custody,
            receipt: &[u8; 64],
            openings: &[Opening],
            status: &mut Status,
        ) -> Box<TransitPool>;
        fn transit_pool_from_bytes(bytes: &[u8], status: &mut Status) -> Box<TransitPool>;
        fn to_bytes(self: &TransitPool, status: &mut Status) -> Vec<u8>;
        fn token(self: &TransitPool, status: &mut Status) -> Box<Token>;
        fn hops(self: &TransitPool, status: &mut Status) -> usize;
        fn openings(self: &TransitPool, status: &mut Status) -> Vec<Opening>;
        fn check(self: &TransitPool, network: u32, status: &mut Status) -> u8;

        type ClaimedPool;
        fn claim(pool: &TransitPool, steps: u32, status: &mut Status) -> Box<ClaimedPool>;
        fn claim_with_bank(
            pool: &TransitPool,
            steps: u32,
            card: &PoolCard,
            status: &mut Status,
        ) -> Box<ClaimedPool>;
        fn claimed_pool_from_bytes(bytes: &[u8], status: &mut Status) -> Box<ClaimedPool>;
        fn to_bytes(self: &ClaimedPool, status: &mut Status) -> Vec<u8>;
        fn pool(self: &ClaimedPool, status: &mut Status) -> Box<TransitPool>;
        fn steps(self: &ClaimedPool, status: &mut Status) -> u32;
        fn weight(self: &ClaimedPool, status: &mut Status) -> u64;

        type Datagram;
        fn new_datagram(
            token: &Token,
            custody: &Custody,
            destination: &[u8; 32],
            expiry: u64,
            payload: &[u8],
            status: &mut Status,
        ) -> Box<Datagram>;
        fn datagram_from_file(bytes: &[u8], status: &mut Status) -> Box<Datagram>;
        fn to_file(self: &Datagram, status: &mut Status) -> Vec<u8>;
        fn with_card(self: &Datagram, card: &PoolCard, status: &mut Status) -> Box<Datagram>;
        fn with_custody(self: &Datagram, custody: &Custody, status: &mut Status) -> Box<Datagram>;
        fn token(self: &Datagram, status: &mut Status) -> Box<Token>;
        fn has_card(self: &Datagram, status: &mut Status) -> bool;
        fn card(self: &Datagram, status: &mut Status) -> Box<PoolCard>;
        fn custody(self: &Datagram, status: &mut Status) -> Box<Custody>;
        fn destination(self: &Datagram, status: &mut Status) -> [u8; 32];
        fn expiry(self: &Datagram, status: &mut Status) -> u64;
        fn payload(self: &Datagram, status: &mut Status) -> Vec<u8>;
        fn check(self: &Datagram, network: u32, now: u64, status: &mut Status) -> u8;
        fn check_in_stream(
            self: &Datagram,
            network: u32,
            now: u64,
            previous: &[u8; 32],
            status: &mut Status,
        ) -> u8;

        type Context;
        fn new_context(network: u32, height: u32, median_time: u64, status: &mut Status) -> Box<Context>;
        fn add(self: &Context, registration: &Registration, status: &mut Status) -> [u8; 32];
        fn keep(self: &Context, kept: &Kept, status: &mut Status);
        fn identify(self: &Context, address: &[u8; 32], identity: &Identity, status: &mut Status);

        type Claims;
        fn new_claims() -> Box<Claims>;
        fn add(self: &Claims, claim: &ClaimedPool, status: &mut Status);
        fn add_bytes(self: &Claims, bytes: &[u8], status: &mut Status);
        fn clear(self: &Claims, status: &mut Status);
        fn size(self: &Claims, status: &mut Status) -> usize;

        type Sequence;
        fn new_sequence() -> Box<Sequence>;
        fn verify(
            self: &Sequence,
            engine: &Engine,
            claims: &Claims,
            context: &Context,
            control: &Control,
            status: &mut Status,
        ) -> Verified;

        fn payout(
            total: u64,
            weight: u64,
            minimum_fee_rate: u64,
            terms: &Terms,
            hops: usize,
            status: &mut Status,
        ) -> Payout;
        fn prove_fraud(network: u32, one: &Token, other: &Token, status: &mut Status) -> Vec<u8>;
        fn check_fraud(network: u32, proof: &[u8], status: &mut Status) -> Fraud;
    }
}

use crate::control::new_control;
use crate::custody::{
    Candidate, Custody, candidate_from_bytes, commitment, custody_from_bytes, new_candidate, new_custody,
};
use crate::datagram::{Datagram, datagram_from_file, new_datagram};
use crate::devices::{survey, version};
use crate::engine::{hash, new_engine};
use crate::key::{
    SealSecret, Signer, address_from_text, address_of, address_text, draw, is_admitted, is_bound,
    is_signature, receiver_from_bytes, receiver_to_bytes, seal_secret_drawn, seal_secret_from_bytes,
    seal_secret_from_file, signer_drawn, signer_elsewhere, signer_from_file, signer_from_seed,
};
use crate::pool::{Change, Issued, OwnedPool, create_pool, restore_pool, resume_pool};
use crate::proof::{
    check_identity, compact_target, header_chain, header_fault, header_fault_name, identity_fault,
    identity_fault_name, identity_target, mint, zero_bits_target,
};
use crate::reason::{
    misread_name, no_equivocation_name, no_fraud_name, objection_name, reason_name, refusal_name,
    signature_fault_name, spv_fault_name, uncertified_name, unheeded_name, void_name,
};
use crate::registration::{
    PoolCard, card_from_bytes, registration_coins, registration_from_bytes, registration_id,
    registration_to_bytes,
};
use crate::settlement::{check_fraud, payout, prove_fraud};
use crate::token::{Token, bundle_content, stream_content, token_from_bytes};
use crate::transit::{
    ClaimedPool, TransitPool, assemble, assemble_with_receipt, claim, claim_with_bank,
    claimed_pool_from_bytes, transit_pool_from_bytes,
};
use crate::verify::{Claims, Context, Sequence, new_claims, new_context, new_sequence};
