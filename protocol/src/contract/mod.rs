//! Contracts for energy: state-full channels (paper, IX and X).
//!
//! Parties sign a [`Contract`], which locks the buyer's deposit on the ledger, and then sign a [`State`] whenever more was
//! delivered, each of which outdoes the ones before, and none of which goes to the ledger until somebody closes. How much
//! was delivered is nobody's word: it follows from the readings of the seller's and the buyer's meter ([`allot`],
//! [`Delivery`]), and who is paid what follows from that ([`Contract::balances`]). A [`Party`] is one party's own state;
//! a [`Watcher`] looks after contracts without any key.

mod allot;
mod delivery;
mod on_chain;
mod partial;
mod party;
mod standing;
mod state;
mod terms;
mod watcher;

pub use self::allot::{Filling, allot};
pub use self::delivery::{Delivery, PENDING_MAX, Side};
pub use self::on_chain::{Advice, OnChain};
pub use self::partial::{Agreed, Partial};
pub use self::party::{Bounds, Metered, Party};
pub use self::standing::{Closing, Standing};
pub use self::state::{SignedState, State};
pub use self::terms::{
    Contract, Role, SLOTS_MAX, Signatory, SignedContract, WATT_HOURS_OF_A_KWH, WINDOW_MAX,
};
pub use self::watcher::Watcher;
