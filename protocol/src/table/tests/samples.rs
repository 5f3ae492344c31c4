//! Rows of nonsense, drawn from a number. Nothing here is signed: tables do not look.

use crate::custody::{Bearer, Opening};
use crate::encoding::List;
use crate::payout::{Payrate, Rule, Terms};
use crate::pool::{BankProof, ChainFunction, Registration};
use crate::receiver::{Receiver, SealKey};
use crate::settlement::Kept;
use crate::table::Ledger;
use crate::table::transit::TransitRow;
use crate::token::{self, Sender, Token};
use crate::transit::{Body, ClaimedPool, Disclosure, Hop, ReceiverProof, TransitPool};
use crate::value::{Commitment, Content, Depth, Height, PoolId, Session, Time, Units, Word};
use crate::{Address, Network, PublicKey, Signature};

/// Numbers that look random (SplitMix64).
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound as u64) as usize
    }

    pub(super) fn yes(&mut self) -> bool {
        self.number() & 1 == 1
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.number() as u8)
    }

    /// What fits into the signed 64 bits that others make of it, too.
    fn long(&mut self) -> u64 {
        self.number() >> 1
    }

    fn key(&mut self) -> PublicKey {
        PublicKey(self.bytes())
    }

    fn signature(&mut self) -> Signature {
        Signature(self.bytes())
    }

    fn terms(&mut self) -> Terms {
        let a = self.number() as u16 / 2 + 1;
        let payrate = Payrate::new(a, a + 1 + self.number() as u16 / 4).expect("1 <= a < b");
        Terms { payrate, rule: if self.yes() { Rule::Payrate } else { Rule::SybilNeutral } }
    }
}

/// Bits of what a row has.
pub(super) const BANK: u8 = 1;
pub(super) const REGISTRATION: u8 = 2;
pub(super) const KEPT: u8 = 4;

fn hop(draw: &mut Draw) -> Hop {
    let bearer = draw.yes().then(|| Bearer { key: draw.key(), signature: draw.signature() });
    let disclosure = if draw.yes() {
        Disclosure::Opened(Opening { identity: Address(draw.bytes()), blind: draw.bytes() })
    } else {
        Disclosure::Unopened(Commitment(draw.bytes()))
    };
    Hop { bearer, key: draw.key(), seal_hash: draw.bytes(), signature: draw.signature(), disclosure }
}

fn token(draw: &mut Draw) -> Token {
    let receiver = Receiver { key: draw.key(), seal_key: SealKey(draw.bytes()), binding: draw.signature() };
    let sender = Sender { key: draw.key(), repetitions: draw.number() as u32, nonce: draw.number() as u32 };
    let body = token::Body {
        network: draw.number() as u32,
        pool: PoolId(draw.bytes()),
        bank: draw.number() as u16,
        from: Depth(draw.number() as u32),
        depth: Depth(draw.number() as u32),
        word: Word(draw.bytes()),
        terms: draw.terms(),
        receiver,
        content: Content(draw.bytes()),
        issued: Time(draw.long()),
        expiry: Time(draw.long()),
        first_key: draw.key(),
        sender,
    };
    Token { body, signature: draw.signature() }
}

fn registration(draw: &mut Draw) -> Registration {
    Registration {
        owner: Address(draw.bytes()),
        sequence: draw.long(),
        function: if draw.yes() { ChainFunction::Blake2s } else { ChainFunction::Sha256 },
        banks: draw.number() as u16,
        length: draw.number() as u32,
        value: Units(draw.long()),
        expiry: Height(draw.number() as u32),
        minimum_stake: Units(draw.long()),
        terms: draw.terms(),
        root: draw.bytes(),
    }
}

/// A row of so many hops, with what the bits say.
pub(super) fn row(draw: &mut Draw, hops: usize, has: u8) -> TransitRow {
    let hops = (0..hops).map(|_| hop(draw)).collect();
    let body = Body {
        token: token(draw),
        hops: List::new("hops", hops).expect("32 at most"),
        last_hand_over: draw.signature(),
    };
    let proof = if draw.yes() {
        ReceiverProof::Signature(draw.signature())
    } else {
        ReceiverProof::Receipt(draw.signature())
    };
    let bank = (has & BANK != 0).then(|| {
        let hashes = (0..draw.below(4)).map(|_| draw.bytes()).collect();
        let branch = List::new("a branch", hashes).expect("10 at most");
        BankProof { ceiling: draw.bytes(), prefix: draw.bytes(), branch }
    });
    let claim = ClaimedPool { steps: draw.number() as u32, bank, pool: TransitPool { body, proof } };
    let kept = (has & KEPT != 0).then(|| Kept {
        depth: Depth(draw.number() as u32),
        word: Word(draw.bytes()),
        session: draw.yes().then(|| Session(draw.bytes())),
    });
    TransitRow {
        claim: Some(claim),
        registration: (has & REGISTRATION != 0).then(|| registration(draw)),
        kept,
    }
}

/// Rows with everything that a row may have or not have.
pub(super) fn every_kind() -> Vec<TransitRow> {
    let mut draw = Draw(1);
    let kinds = [0, 1, 3, 32].into_iter().flat_map(|hops| (0..8).map(move |has| (hops, has)));
    let rows: Vec<TransitRow> = kinds.map(|(hops, has)| row(&mut draw, hops, has)).collect();
    // Chance must have drawn each kind of hop, proof and session.
    let claims = || rows.iter().flat_map(|row| &row.claim);
    let hops = || claims().flat_map(|claim| claim.pool.hops.as_slice());
    for bearer in [false, true] {
        for opened in [false, true] {
            let is_kind = |hop: &Hop| {
                hop.bearer.is_some() == bearer && matches!(hop.disclosure, Disclosure::Opened(_)) == opened
            };
            assert!(hops().any(is_kind), "{bearer} {opened}");
        }
    }
    let receipts = claims().filter(|claim| matches!(claim.pool.proof, ReceiverProof::Receipt(_))).count();
    let sessions = rows.iter().flat_map(|row| row.kept).filter(|kept| kept.session.is_some()).count();
    assert!((1..rows.len()).contains(&receipts) && (1..rows.len() / 2).contains(&sessions));
    rows
}

pub(super) fn ledger() -> Ledger {
    Ledger { network: Network::Regtest, height: Height(7), median_time: Time(1_700_000_000) }
}
