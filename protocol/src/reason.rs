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

#[cfg(test)]
mod tests {
    use super::{NoFraud, Reason, Refusal, Void};

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
        }
        use gridnet_core::SignatureFault;
        let signatures =
            SignatureFault::ALL.iter().zip(1..).map(|(fault, number)| (number, fault.name().to_owned()));
        assert_eq!(listed("Signatures"), signatures.collect::<Vec<_>>());
    }
}
