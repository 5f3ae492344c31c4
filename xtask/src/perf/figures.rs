//! What `benches/rivals` reports with `--json`.

use serde::Deserialize;

/// One run.
#[derive(Deserialize)]
pub(super) struct Figures {
    pub(super) repetitions: usize,
    pub(super) seed: u64,
    /// Cycles a second.
    pub(super) hertz: f64,
    pub(super) machine: Vec<Instructions>,
    pub(super) rows: Vec<Row>,
}

/// What the machine does on a path.
#[derive(Deserialize)]
pub(super) struct Instructions {
    pub(super) path: String,
    pub(super) rates: Rates,
}

/// Instructions a second: of any kind, and of the kind that fewer pipes do.
#[derive(Deserialize)]
pub(super) struct Rates {
    pub(super) all: f64,
    pub(super) narrow: f64,
}

/// One job and everybody who did it.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) best_rival: Option<String>,
    pub(super) contenders: Vec<Contender>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    /// Ours, as it chooses itself.
    Auto,
    /// Ours, one path forced.
    Forced,
    Rival,
}

/// One contender's medians, in hashes (or headers) a second.
#[derive(Deserialize)]
pub(super) struct Contender {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) path: Option<String>,
    pub(super) rate: f64,
    /// Half of the repetitions lie between these.
    pub(super) low: f64,
    pub(super) high: f64,
    /// Ours to this rival.
    pub(super) ours_to_it: Option<f64>,
    /// To the best rival.
    pub(super) ratio: Option<f64>,
    pub(super) limit: Option<f64>,
    pub(super) share: Option<f64>,
    /// Instructions a hash.
    pub(super) operations: Option<f64>,
    pub(super) narrow: Option<f64>,
}

impl Row {
    /// Ours, as it chooses itself.
    pub(super) fn auto(&self) -> Option<&Contender> {
        self.contenders.iter().find(|each| each.role == Role::Auto)
    }

    pub(super) fn best_rival(&self) -> Option<&Contender> {
        self.contenders.iter().find(|each| Some(&each.name) == self.best_rival.as_ref())
    }
}
