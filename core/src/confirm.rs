//! The independent check of a search's candidates.

use std::sync::OnceLock;

use crate::function::Hasher;
use crate::{Hit, NonceField, Search};

/// Hashes candidates in full with published crates that share no code with the kernels. What stands before the
/// nonce's block is absorbed once a message, when its first candidate comes.
pub(crate) struct Confirm<'a> {
    search: &'a Search<'a>,
    prefixes: Vec<OnceLock<Hasher>>,
}

impl<'a> Confirm<'a> {
    pub(crate) fn new(search: &'a Search<'a>) -> Self {
        Confirm { search, prefixes: vec![OnceLock::new(); 1 + search.siblings.len()] }
    }

    /// The hit, if this nonce in this message is one.
    pub(crate) fn hit(&self, nonce: u64, message: u32) -> Option<Hit> {
        let search = self.search;
        if message as usize >= self.prefixes.len() || !search.range.contains(&nonce.into()) {
            return None;
        }
        let hash = self.hash(nonce, message);
        search.target.is_met_by(&hash, search.order).then_some(Hit { nonce, message, hash })
    }

    /// The digest of a message with this nonce.
    ///
    /// # Panics
    /// When there is no such message.
    pub(crate) fn hash(&self, nonce: u64, message: u32) -> [u8; 32] {
        let search = self.search;
        let from = search.shared_from();
        let prefix = self.prefixes[message as usize].get_or_init(|| {
            let mut hasher = Hasher::new(search.function);
            hasher.update(&search.message_at(message)[..from]);
            hasher
        });
        let mut tail = search.message[from..].to_vec();
        let field = NonceField { offset: search.nonce.offset - from, ..search.nonce };
        field.write(&mut tail, nonce);
        let mut hasher = prefix.clone();
        hasher.update(&tail);
        hasher.finish()
    }
}
