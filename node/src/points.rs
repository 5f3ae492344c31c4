//! Places where a process can be made to die, so that tests see what is left. Only builds with debug assertions look.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that says where, and at which time that it is passed: `written:3`.
pub const VARIABLE: &str = "GRIDNET_KILL_AT";

/// The variable that has changes committed after so many bytes: reorganisations in parts, so that a kill meets them there.
pub const GATHERED: &str = "GRIDNET_GATHERED_MAX";

/// After how many bytes changes are to be committed, if somebody tests that.
pub(crate) fn gathered_max() -> Option<usize> {
    let text = std::env::var(GATHERED).ok().filter(|_| cfg!(debug_assertions))?;
    text.parse().ok()
}

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Changes are gathered, and nothing is written.
    BeforeCommit,
    /// They are handed to the database, which has not committed them.
    Written,
    /// They are committed, and nobody was told.
    Committed,
    /// A block of the old branch was taken back.
    Undone,
    /// A block was taken.
    Applied,
    /// A block was kept, and not looked at any further.
    Kept,
    /// The node starts, and has not looked at what it finds.
    Starting,
    /// It looked, and does not serve yet.
    Checked,
    /// A transaction was taken, and is not committed.
    Admitted,
    /// The old database was moved away, and the one made anew is not in its place.
    Replaced,
    /// A new database is made, and not in its place.
    Begun,
}

impl Point {
    /// Every place.
    pub const ALL: [Point; 11] = [
        Point::BeforeCommit,
        Point::Written,
        Point::Committed,
        Point::Undone,
        Point::Applied,
        Point::Kept,
        Point::Starting,
        Point::Checked,
        Point::Admitted,
        Point::Replaced,
        Point::Begun,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Point::BeforeCommit => "before-commit",
            Point::Written => "written",
            Point::Committed => "committed",
            Point::Undone => "undone",
            Point::Applied => "applied",
            Point::Kept => "kept",
            Point::Starting => "starting",
            Point::Checked => "checked",
            Point::Admitted => "admitted",
            Point::Replaced => "replaced",
            Point::Begun => "begun",
        }
    }
}

/// Says that a place was reached. The process ends here, as by `kill -9`, when it was told to.
pub(crate) fn reached(point: Point) {
    if cfg!(debug_assertions) {
        die_if_told(point);
    }
}

fn die_if_told(point: Point) {
    static TOLD: OnceLock<Option<(String, u32)>> = OnceLock::new();
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let told = TOLD.get_or_init(|| {
        let text = std::env::var(VARIABLE).ok()?;
        let (name, time) = text.split_once(':').unwrap_or((&text, "1"));
        Some((name.to_owned(), time.parse().ok()?))
    });
    let Some((name, time)) = told else { return };
    if name == point.name() && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == *time {
        // Nothing is flushed, dropped or told.
        std::process::abort();
    }
}
