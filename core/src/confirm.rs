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
        let prefix = self.prefixes.get(message as usize).filter(|_| search.range.contains(&nonce.into()))?;
        let from = search.shared_from();
        let mut hasher = prefix
            .get_or_init(|| {
                let mut hasher = Hasher::new(search.function);
                hasher.update(&search.message_at(message)[..from]);
                hasher
            })
            .clone();
        let mut tail = search.message[from..].to_vec();
        let field = NonceField { offset: search.nonce.offset - from, ..search.nonce };
        field.write(&mut tail, nonce);
        hasher.update(&tail);
        let hash = hasher.finish();
        search.target.is_met_by(&hash, search.order).then_some(Hit { nonce, message, hash })
    }
}
