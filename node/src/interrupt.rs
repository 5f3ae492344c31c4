//! Ctrl-C: the first one ends the engine's work and lets the command say what was covered, the second one ends the
//! program.

use std::sync::OnceLock;

use gridnet_core::Cancel;

use crate::outcome::Outcome;

/// The flag that Ctrl-C sets. Until the first call of this, Ctrl-C ends the program at once: there is nothing to
/// lose while arguments and files are read.
pub(crate) fn cancel() -> Cancel {
    static CANCEL: OnceLock<Cancel> = OnceLock::new();
    CANCEL.get_or_init(listen).clone()
}

fn listen() -> Cancel {
    let cancel = Cancel::default();
    let flag = cancel.clone();
    let handler = move || {
        if flag.is_cancelled() {
            std::process::exit(Outcome::Interrupted as i32);
        }
        flag.cancel();
    };
    // Without a handler Ctrl-C still ends the program, only less politely.
    let _ = ctrlc::set_handler(handler);
    cancel
}
