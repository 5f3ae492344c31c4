//! Why something is bad, void or refused: the stable codes, each with its number. `docs/reasons.md` lists them for
//! people and for other languages; a test holds the two against each other.

use std::fmt;

macro_rules! codes {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $row:literal])* $variant:ident = $number:literal $code:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name {
            $($(#[doc = $row])* $variant = $number,)*
        }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $code,)*
                }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|code| code.name() == name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

codes! {
    /// Why a transit pool is bad. A verdict names the first that fails, in this order.
    Reason {
        /// It does not decode, or its numbers do not fit together.
        Shape = 1 "shape",
        /// A key is not admitted.
        BadKey = 2 "bad-key",
        /// It is of another network.
        Network = 3 "network",
        /// Its token pool, or the owner of that, is not what is registered.
        Pool = 4 "pool",
        /// Its bank is none of the pool, or not proven to be.
        Bank = 5 "bank",
        /// What it claims was settled already, or belongs to another session.
        Stale = 6 "stale",
        /// It comes too early or too late.
        Expiry = 7 "expiry",
        /// The token is not signed by its sender.
        OwnerSignature = 8 "owner-signature",
        /// The receiver's keys are not bound together by the receiver.
        ReceiverBinding = 9 "receiver-binding",
        /// The custody chain does not hold together.
        Custody = 10 "custody",
        /// The last holder did not hand over.
        LastHandOver = 11 "last-hand-over",
        /// The receiver did not sign.
        ReceiverSignature = 12 "receiver-signature",
        /// The word does not lead to the kept one.
        Walk = 13 "walk",
        /// The fee would take all.
        Fee = 14 "fee",
    }
}

codes! {
    /// Why a hop of a valid transit pool is paid nothing. The first that holds.
    Void {
        /// It did not say who it is. Its share is held for a while.
        Unopened = 1 "unopened",
        /// Its identity is not registered.
        Unregistered = 2 "unregistered",
        /// Its identity was revoked.
        Revoked = 3 "revoked",
        /// Its identity was registered too recently.
        TooYoung = 4 "too-young",
        /// Its identity's coin stake is below the pool's minimum.
        LowStake = 5 "low-stake",
        /// Another hop of its identity has a larger share, or an equal one and comes before.
        Duplicate = 6 "duplicate",
    }
}

codes! {
    /// Why two tokens are no proof of fraud. The first that holds.
    NoFraud {
        /// A token's numbers do not fit together.
        Shape = 1 "shape",
        /// A token is of another network.
        Network = 2 "network",
        /// They are of different pools.
        OtherPool = 3 "other-pool",
        /// They are of different banks.
        OtherBank = 4 "other-bank",
        /// They are of different senders.
        OtherSender = 5 "other-sender",
        /// The first one's id is not the lower.
        Order = 6 "order",
        /// They are of one session.
        SameSession = 7 "same-session",
        /// They have no hash in common.
        Apart = 8 "apart",
        /// They are never valid at once.
        NotAtOnce = 9 "not-at-once",
        /// The sender's key is not admitted.
        BadKey = 10 "bad-key",
        /// One is not signed by the sender.
        OwnerSignature = 11 "owner-signature",
    }
}

codes! {
    /// Why a datagram is not taken: what is wrong with its token first, then with its card, its custody, and itself.
    Refusal {
        /// It does not decode, or its token's numbers do not fit together.
        Shape = 1 "shape",
        /// A key is not admitted.
        BadKey = 2 "bad-key",
        /// It is of another network.
        Network = 3 "network",
        /// The token is not signed by its sender.
        OwnerSignature = 4 "owner-signature",
        /// The receiver's keys are not bound together by the receiver.
        ReceiverBinding = 5 "receiver-binding",
        /// The sender has not proven its identity by work.
        Identity = 6 "identity",
        /// Its pool card is not good for its token.
        Card = 7 "card",
        /// The custody chain does not hold together.
        Custody = 8 "custody",
        /// The last holder did not hand over.
        LastHandOver = 9 "last-hand-over",
        /// It comes too early or too late, or would outlive its token.
        Expiry = 10 "expiry",
        /// The token is not for what is carried.
        Content = 11 "content",
    }
}

codes! {
    /// Why the ledger does not take a block or a transaction.
    Rejected {
        /// It weighs more than a block may.
        Weight = 1 "weight",
        /// A block begins with its coinbase, and has no other.
        Coinbase = 2 "coinbase",
        /// The header's Merkle root is not that of the transactions.
        MerkleRoot = 3 "merkle-root",
        /// Another list of transactions has the same Merkle root.
        Mutated = 4 "mutated",
        /// It does not follow the last block.
        Previous = 5 "previous",
        /// Its bits are not those that the rule gives.
        Bits = 6 "bad-bits",
        /// Its hash is above its target.
        Work = 7 "high-hash",
        /// Its time is not after the median of the last eleven.
        TooOld = 8 "time-too-old",
        /// Its time is too far ahead of now.
        TooNew = 9 "time-too-new",
        /// The coinbase names another height.
        Height = 10 "height",
        /// The coinbase names another state.
        State = 11 "state",
        /// The coinbase is not exactly the reward and all fees.
        Reward = 12 "reward",
        /// A key is not admitted.
        BadKey = 13 "bad-key",
        /// A signature is not its key's.
        Signature = 14 "signature",
        /// It is not the account's next transaction.
        Sequence = 15 "sequence",
        /// Its fee is below what its weight costs, or would take all.
        Fee = 16 "fee",
        /// The account has not as much.
        Balance = 17 "balance",
        /// An amount is zero, or sums are more than an amount holds.
        Amount = 18 "amount",
        /// It is registered already.
        Duplicate = 19 "duplicate",
        /// It names something that is not registered.
        Unknown = 20 "unknown",
        /// Somebody else's it is.
        NotYours = 21 "not-yours",
        /// The identity has not proven itself.
        IdentityProof = 22 "identity-proof",
        /// The block has registered as many identities for nothing as it may.
        FreeIdentities = 23 "free-identities",
        /// The identity was revoked.
        Revoked = 24 "revoked",
        /// The identity has not as much coin stake.
        Stake = 25 "stake",
        /// The identity has given as many notices as it may at a time.
        Notices = 26 "notices",
        /// A number is out of its bounds.
        Range = 27 "range",
        /// It comes before its time.
        TooEarly = 28 "too-early",
        /// Its time is over.
        TooLate = 29 "too-late",
        /// What is left of the pool is forfeited.
        Banned = 30 "banned",
        /// A transit pool is bad.
        Claim = 31 "claim",
        /// The opening is none of a share that is held.
        Opening = 32 "opening",
        /// The hop would not be paid.
        Void = 33 "void",
        /// The two tokens are no proof of fraud.
        Fraud = 34 "fraud",
        /// A meter's certificate is bad.
        Certificate = 35 "certificate",
        /// A meter's reading is bad.
        Reading = 36 "reading",
        /// The two readings are no proof that a meter said two things at once.
        Equivocation = 37 "equivocation",
        /// The meter is not read any more: it said two things at once, or was replaced.
        Retired = 38 "retired",
        /// The subvention is not for such a meter.
        Ineligible = 39 "ineligible",
        /// A contract, or a state of one, is bad.
        Contract = 40 "contract",
        /// The meter has as many contracts as it may at a time.
        Contracts = 41 "contracts",
        /// The contract is being closed.
        Closing = 42 "closing",
        /// Nobody is closing the contract.
        NotClosing = 43 "not-closing",
        /// The contract is over.
        Settled = 44 "settled",
        /// The state does not outdo the one that the contract is being closed with.
        Outdone = 45 "outdone",
    }
}

codes! {
    /// Why a meter's certificate is not taken. The first that holds.
    Uncertified {
        /// A key is not admitted.
        BadKey = 1 "bad-key",
        /// The meter's key is its owner's or its certifier's.
        SameKey = 2 "same-key",
        /// Its rating is zero.
        Rating = 3 "rating",
        /// It is not signed by its certifier.
        CertifierSignature = 4 "certifier-signature",
        /// It is not signed by its owner.
        OwnerSignature = 5 "owner-signature",
    }
}

codes! {
    /// Why a meter's reading is not taken. The first that holds.
    Misread {
        /// It is not signed by the meter.
        Signature = 1 "signature",
        /// It is of another meter.
        OtherMeter = 2 "other-meter",
        /// Its sequence is not above the kept one.
        Sequence = 3 "sequence",
        /// Its slot is not after the kept one.
        Slot = 4 "slot",
        /// Its slot is still to come.
        Future = 5 "future",
        /// A register is below the kept one.
        Backwards = 6 "backwards",
        /// A register has grown by more than the meter's rating allows.
        TooMuch = 7 "too-much",
        /// It follows the kept one, and names another as the one before it.
        Previous = 8 "previous",
    }
}

codes! {
    /// Why two readings are no proof that a meter said two things at once. The first that holds.
    NoEquivocation {
        /// The first one's id is not the lower.
        Order = 1 "order",
        /// They are of different meters.
        OtherMeter = 2 "other-meter",
        /// They have different sequences.
        OtherSequence = 3 "other-sequence",
        /// One is not signed by the meter.
        Signature = 4 "signature",
    }
}

codes! {
    /// Why a meter does not heed a command. The first that holds.
    Unheeded {
        /// It is not signed by whoever it says.
        Signature = 1 "signature",
        /// It is for other meters.
        OtherPlace = 2 "other-place",
        /// Its time is over.
        Expired = 3 "expired",
        /// Its sequence is not above that of an earlier one.
        Replayed = 4 "replayed",
        /// Its key is none that the owner trusts.
        Untrusted = 5 "untrusted",
    }
}

codes! {
    /// Why a contract, or a state of one, is not taken: what is wrong with its terms first. The first that holds.
    Objection {
        /// It has not 2 to 8 parties, or not exactly one seller and one buyer.
        Parties = 1 "parties",
        /// A key is not admitted.
        BadKey = 2 "bad-key",
        /// Two parties have one key.
        SameKey = 3 "same-key",
        /// Seller and buyer have one meter, or it names other meters.
        Meters = 4 "meters",
        /// The buyer is paid, or nobody is.
        Rate = 5 "rate",
        /// It ends before it begins, or lasts more than a year.
        Slots = 6 "slots",
        /// Nothing can be delivered within its limit.
        Limit = 7 "limit",
        /// Its deposit is not above its watch fee.
        Deposit = 8 "deposit",
        /// Its window is out of bounds.
        Window = 9 "window",
        /// It is not what this party agrees to.
        Terms = 10 "terms",
        /// This key is none of its parties'.
        Stranger = 11 "stranger",
        /// It is of another contract.
        OtherContract = 12 "other-contract",
        /// It is not signed by all parties in their order.
        Signature = 13 "signature",
        /// The contract is not signed by all parties yet.
        Unsigned = 14 "unsigned",
        /// What this party signed last is not known again since it was restored.
        Restored = 15 "restored",
        /// A state that ends the contract was signed already, or this one ends it too early.
        Final = 16 "final",
        /// Its sequence is not above that of an earlier one.
        Sequence = 17 "sequence",
        /// What it says was delivered is not what the readings say, or less than was signed before.
        Delivered = 18 "delivered",
    }
}

codes! {
    /// Why a proof by headers does not show what it should. The first that holds.
    SpvFault {
        /// It is of another network.
        Network = 1 "network",
        /// Its first header is not that of the block that the verifier trusts.
        Start = 2 "start",
        /// A header's bits are not those that the rule gives.
        Bits = 3 "bad-bits",
        /// A header's time is not after the median of the eleven before it.
        TooOld = 4 "time-too-old",
        /// A header's time is too far ahead of now.
        TooNew = 5 "time-too-new",
        /// A header does not name the one before it.
        Link = 6 "bad-link",
        /// A header's hash is above its target.
        Work = 7 "high-hash",
        /// It is about a block that is not among the headers.
        Height = 8 "height",
        /// The branch does not lead to the Merkle root of its block.
        Branch = 9 "branch",
        /// There are fewer blocks on top than asked for.
        Shallow = 10 "shallow",
        /// The state's root says something else of the row.
        Row = 11 "row",
        /// There is no such contract or meter.
        Unknown = 12 "unknown",
        /// What stands in the row no ledger would have put there.
        Forged = 13 "forged",
        /// The contract is not settled.
        Unsettled = 14 "unsettled",
        /// A reading is not signed by one of the two meters, or not what the ledger keeps of it.
        Reading = 15 "reading",
        /// The authorities do not stand in the order of their addresses, each once.
        Authorities = 16 "authorities",
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Misread, NoEquivocation, NoFraud, Objection, Reason, Refusal, Rejected, SpvFault, Uncertified,
        Unheeded, Void,
    };

    /// The rows `| number | code | …` below a heading of the document.
    fn listed(heading: &str) -> Vec<(u8, String)> {
        let document = include_str!("../../docs/reasons.md");
        let (_, section) = document.split_once(&format!("\n## {heading}\n")).expect("a heading");
        let section = section.split("\n## ").next().expect("the section");
        let rows = section.lines().filter_map(|line| {
            let mut cells = line.split('|').map(str::trim).skip(1);
            let number = cells.next()?.parse().ok()?;
            Some((number, cells.next()?.trim_matches('`').to_owned()))
        });
        rows.collect()
    }

    #[test]
    fn the_document_lists_every_code_once() {
        macro_rules! check {
            ($($heading:literal $codes:ident)*) => {$(
                let ours: Vec<_> = $codes::ALL.iter().map(|code| (*code as u8, code.name().to_owned())).collect();
                assert_eq!(listed($heading), ours, $heading);
                assert!(ours.is_sorted());
                for code in $codes::ALL {
                    assert_eq!($codes::from_name(code.name()), Some(*code));
                }
                assert_eq!($codes::from_name("no-such-code"), None);
            )*};
        }
        check! {
            "Transit pools" Reason
            "Void hops" Void
            "Fraud proofs" NoFraud
            "Datagrams" Refusal
            "Blocks and transactions" Rejected
            "Certificates" Uncertified
            "Readings" Misread
            "Equivocations" NoEquivocation
            "Commands" Unheeded
            "Contracts" Objection
            "Proofs by headers" SpvFault
        }
        use gridnet_core::SignatureFault;
        let signatures =
            SignatureFault::ALL.iter().zip(1..).map(|(fault, number)| (number, fault.name().to_owned()));
        assert_eq!(listed("Signatures"), signatures.collect::<Vec<_>>());
    }
}
