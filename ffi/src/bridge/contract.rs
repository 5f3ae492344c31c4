//! The bridge of contracts.

// The bridge's own text is unsafe where it hands pointers over; it is generated, and checked by the C++ compiler.
#[allow(unsafe_code, unreachable_pub)]
#[cxx::bridge(namespace = "gridnet::bridge")]
pub(crate) mod ffi {
    struct Signatory {
        key: [u8; 32],
        role: u8,
        rate: u64,
    }

    #[derive(Default)]
    struct Contract {
        parties: Vec<Signatory>,
        seller_meter: [u8; 32],
        buyer_meter: [u8; 32],
        first: u64,
        last: u64,
        limit_wh: u64,
        deposit: u64,
        watch_fee: u64,
        window: u32,
        expiry: u32,
        nonce: u64,
    }

    #[derive(Default)]
    struct SignedContract {
        /// Of a contract that may not be there.
        is_there: bool,
        body: Contract,
        /// 64 bytes each.
        signatures: Vec<u8>,
    }

    #[derive(Default)]
    struct SignedState {
        /// Of a state that may not be there.
        is_there: bool,
        contract: [u8; 32],
        sequence: u64,
        delivered_wh: u64,
        is_final: bool,
        /// 64 bytes each.
        signatures: Vec<u8>,
    }

    struct OnChain {
        standing: u8,
        sequence: u64,
        until: u32,
    }

    #[derive(Default)]
    struct Advice {
        action: u8,
        state: SignedState,
    }

    struct Metered {
        facts: MeterFacts,
        kept: KeptReading,
    }

    struct Filling {
        contract: [u8; 32],
        first: u64,
        last: u64,
        limit_wh: u64,
    }

    struct PartyBounds {
        last: u64,
        watch_fee_max: u64,
        price_max: u64,
        deposit_max: u64,
        rate_min: u64,
        covered_wh_min: u64,
    }

    #[derive(Default)]
    struct Proposal {
        /// 0: it was signed.
        reason: u8,
        bytes: Vec<u8>,
    }

    #[derive(Default)]
    struct Heard {
        /// 0: it was taken.
        reason: u8,
        is_news: bool,
    }

    // SAFETY: these are Rust's own, of other bridges.
    unsafe extern "C++" {
        include!("gridnet-ffi/src/bridge/meter.rs.h");

        type Status = crate::bridge::ffi::Status;
        type Signer = crate::key::Signer;
        type MeterFacts = crate::bridge::meter::ffi::MeterFacts;
        type KeptReading = crate::bridge::meter::ffi::KeptReading;
        type SignedReading = crate::bridge::meter::ffi::SignedReading;
    }

    extern "Rust" {
        fn contract_id(network: u32, contract: &Contract, status: &mut Status) -> [u8; 32];
        fn check_contract_body(network: u32, contract: &Contract, status: &mut Status) -> u8;
        fn contract_cap(contract: &Contract, status: &mut Status) -> u64;
        fn contract_balances(contract: &Contract, delivered_wh: u64, status: &mut Status) -> Vec<u64>;
        fn contract_from_bytes(bytes: &[u8], status: &mut Status) -> SignedContract;
        fn contract_to_bytes(contract: &SignedContract, status: &mut Status) -> Vec<u8>;
        fn check_contract(network: u32, contract: &SignedContract, status: &mut Status) -> u8;
        fn state_from_bytes(bytes: &[u8], status: &mut Status) -> SignedState;
        fn state_to_bytes(state: &SignedState, status: &mut Status) -> Vec<u8>;
        fn check_state(network: u32, state: &SignedState, contract: &Contract, status: &mut Status) -> u8;

        type Party;
        fn propose_contract(
            network: u32,
            contract: &Contract,
            bounds: &PartyBounds,
            seller: &Metered,
            buyer: &Metered,
            signer: &Signer,
            status: &mut Status,
        ) -> Box<Party>;
        fn accept_contract(
            network: u32,
            offer: &[u8],
            bounds: &PartyBounds,
            seller: &Metered,
            buyer: &Metered,
            signer: &Signer,
            status: &mut Status,
        ) -> Box<Party>;
        fn party_from_bytes(bytes: &[u8], status: &mut Status) -> Box<Party>;
        fn to_bytes(self: &Party, status: &mut Status) -> Vec<u8>;
        fn id(self: &Party, status: &mut Status) -> [u8; 32];
        fn offer(self: &Party, status: &mut Status) -> Vec<u8>;
        fn contract(self: &Party, status: &mut Status) -> SignedContract;
        fn gather(self: &Party, network: u32, offer: &[u8], status: &mut Status) -> u8;
        fn read(
            self: &Party,
            network: u32,
            side: u8,
            reading: &SignedReading,
            fillings: &[Filling],
            now: u64,
            status: &mut Status,
        ) -> u8;
        fn recomputed(self: &Party, status: &mut Status) -> u64;
        fn is_complete(self: &Party, status: &mut Status) -> bool;
        fn sign_next(self: &Party, network: u32, signer: &Signer, status: &mut Status) -> Proposal;
        fn counter_sign(
            self: &Party,
            network: u32,
            signer: &Signer,
            proposal: &[u8],
            status: &mut Status,
        ) -> Proposal;
        fn gather_state(self: &Party, network: u32, proposal: &[u8], status: &mut Status) -> Heard;
        fn newest(self: &Party, status: &mut Status) -> SignedState;
        fn end(self: &Party, status: &mut Status);
        fn is_restored(self: &Party, status: &mut Status) -> bool;
        fn hear(self: &Party, network: u32, state: &SignedState, status: &mut Status) -> Heard;
        fn hear_of_none(self: &Party, status: &mut Status);
        fn advise(self: &Party, height: u32, on_chain: &OnChain, status: &mut Status) -> Advice;

        type Watcher;
        fn new_watcher(max: usize, status: &mut Status) -> Box<Watcher>;
        fn watch(self: &Watcher, network: u32, contract: &SignedContract, status: &mut Status) -> [u8; 32];
        fn forget(self: &Watcher, contract: &[u8; 32], status: &mut Status);
        fn hear(self: &Watcher, network: u32, state: &SignedState, status: &mut Status) -> Heard;
        fn newest(self: &Watcher, contract: &[u8; 32], status: &mut Status) -> SignedState;
        fn advise(
            self: &Watcher,
            contract: &[u8; 32],
            on_chain: &OnChain,
            status: &mut Status,
        ) -> SignedState;
    }
}

use crate::contract::{
    check_contract, check_contract_body, check_state, contract_balances, contract_cap, contract_from_bytes,
    contract_id, contract_to_bytes, state_from_bytes, state_to_bytes,
};
use crate::party::{Party, Watcher, accept_contract, new_watcher, party_from_bytes, propose_contract};
