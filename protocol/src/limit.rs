//! What this design cannot prevent, in the words that programs print and `docs/protocol.md` repeats.

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// A short name.
    pub name: &'static str,
    /// What is so.
    pub text: &'static str,
}

/// A forwarder can pose as several.
pub const FAKE_HOP: Limit = Limit {
    name: "fake-hop",
    text: "A hop that is not the last gains by posing as several: at payrate p, as k hops it keeps 1 - p^k of what it is given instead of 1 - p. Each needs an identity of its own; no difficulty makes it lose for ever.",
};
/// One-way contact is a race.
pub const BEARER: Limit = Limit {
    name: "bearer",
    text: "A bearer element is a race among all who hear it: whoever signs itself in first carries on, and is paid.",
};
/// Neighbours can collude.
pub const COLLUSION: Limit = Limit {
    name: "collusion",
    text: "A hop can be left out of the list by its predecessor together with a successor; the receiver is a successor.",
};
/// The ends can collude.
pub const DENIAL: Limit = Limit {
    name: "denial",
    text: "Owner and receiver together can deny pay after delivery. Ask for a receipt first, keep sessions small, and carry no more unsettled value for an owner than its stake.",
};
/// Lists are read.
pub const VISIBILITY: Limit = Limit {
    name: "visibility",
    text: "How many hops there are is visible on the way, and settlement publishes their identities in the order of the path.",
};
/// Reclaiming is not hidden.
pub const SELF_PAYMENT: Limit = Limit {
    name: "self-payment",
    text: "An owner may pay itself, and takes back what is not revealed after the pool's expiry: deposited is not spent.",
};
/// Whoever uses a receipt decides who is opened.
pub const RECEIPT: Limit = Limit {
    name: "receipt",
    text: "Whoever claims with a receipt can leave other hops unopened. Their shares are held until they say themselves who they are.",
};
/// A bond goes to whoever is first with the newest state.
pub const ANSWER: Limit = Limit {
    name: "answer",
    text: "A state speaks for itself, whoever gives it. Whoever hears an answer before it is in a block can give it first, the closer itself under another name included, and then has the bond.",
};
/// Headers show work, and nothing else.
pub const HEADERS: Limit = Limit {
    name: "headers",
    text: "Headers show work, not that others follow them: from the first block on anybody can make a chain of one's own, with less work than the network's. Give a checkpoint that you know from elsewhere, or compare the work.",
};
/// What all parties agree on no meter is asked about.
pub const AGREED: Limit = Limit {
    name: "agreed",
    text: "What a contract was settled with is what its parties agreed on, or what the meters said if they did not: the ledger does not keep which.",
};

/// All of them.
pub const ALL: [Limit; 10] =
    [FAKE_HOP, BEARER, COLLUSION, DENIAL, VISIBILITY, SELF_PAYMENT, RECEIPT, ANSWER, HEADERS, AGREED];

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn the_document_has_the_same_words() {
        let document = include_str!("../../docs/protocol.md");
        for limit in ALL {
            assert!(document.contains(&format!("- *{}*: {}\n", limit.name, limit.text)), "{}", limit.name);
        }
    }
}
