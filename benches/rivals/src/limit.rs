//! The limit of a job on a path: what its form needs, at the rates that this machine was measured to have.

use gridnet_core::Path;

use crate::form::Form;
use crate::probe::Rates;
use gridnet_shaders::form::{Instructions, Operations};

/// One SHA-256 compression on a SHA unit: double rounds; instructions of the message schedule; additions (of a round
/// constant and in the schedule) and shuffles (of a round's upper half and in the schedule).
const SHA_ROUNDS: f64 = 32.0;
const SHA_MESSAGE: f64 = 24.0;
const SHA_OTHER: f64 = 56.0;

/// What a job needs on a path: instructions for one hash in each of so many lanes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs {
    pub(crate) operations: Operations,
    pub(crate) lanes: usize,
}

/// `None` where nothing vectorised is counted.
pub(crate) fn needs(form: Form, path: Path) -> Option<Needs> {
    let lanes = |instructions| {
        let (operations, lanes) = form.operations(instructions);
        Some(Needs { operations, lanes })
    };
    match path {
        Path::Avx512 => lanes(Instructions::Ternary),
        Path::Avx2 => lanes(Instructions::Binary),
        Path::ShaNi => {
            let compressions = match form {
                Form::Sha256Walk => 1.0,
                Form::Sha256dHeader(_) | Form::Sha256Digest { double: false } => 2.0,
                Form::Sha256Digest { double: true } => 3.0,
                _ => return None,
            };
            let all = compressions * (SHA_ROUNDS + SHA_MESSAGE + SHA_OTHER);
            Some(Needs { operations: Operations { all, narrow: compressions * SHA_ROUNDS }, lanes: 1 })
        }
        _ => None,
    }
}

impl Needs {
    /// Hashes a second that no program of this form can exceed on a machine of these rates.
    pub(crate) fn hashes_per_second(self, rates: Rates) -> f64 {
        let seconds = (self.operations.all / rates.all).max(self.operations.narrow / rates.narrow);
        self.lanes as f64 / seconds
    }
}

#[cfg(test)]
mod tests {
    use super::Needs;
    use crate::probe::Rates;
    use gridnet_shaders::form::Operations;

    #[test]
    fn the_scarcer_of_the_two_kinds_decides() {
        let rates = Rates { all: 4.0, narrow: 1.0 };
        let of = |narrow| Needs { operations: Operations { all: 8.0, narrow }, lanes: 16 };
        assert_eq!(of(1.0).hashes_per_second(rates), 8.0);
        assert_eq!(of(4.0).hashes_per_second(rates), 4.0);
    }
}
