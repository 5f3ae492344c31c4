//! `gridnet chain chart`: hash rate and block times of a stretch of the chain, as a picture.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::plot::{Mined, Series, plot};
use super::source::open;
use super::{header_at, heights};
use crate::cli::Chart;
use crate::files;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, scaled};
use crate::progress::Rows;

/// Draws.
pub(crate) fn chart(args: &Chart) -> Result<Outcome, Failure> {
    if args.out.extension().is_none_or(|ending| ending != "svg") {
        return Err(Failure::argument(
            "--out",
            format!("{:?} is no picture: its name must end in .svg", args.out),
        ));
    }
    let loaded = args.place.load()?;
    let source = open(&loaded)?;
    let heights = heights(&*source, args.last, args.to)?;
    // The time of the first one counts from the block before it.
    let first = heights.start().saturating_sub(1);
    let bar = Rows::new("reading", Some(heights.clone().count() as u64));
    let mut mined = Vec::new();
    for height in first..=*heights.end() {
        let header = header_at(&*source, height)?;
        let target = header.target().map_err(|error| Failure::Internal(error.to_string()))?;
        mined.push(Mined { height, time: header.time, work: number(&target.work().to_be_bytes()) });
        bar.add(1);
    }
    drop(bar);
    let Some(series) = Series::of(&mined) else {
        return Err(Failure::argument("--to", "one block alone has no time between blocks; take more"));
    };
    let picture = plot(loaded.config.network.name(), &series).map_err(Failure::Internal)?;
    files::replace("--out", &args.out, picture.as_bytes())?;
    let drawn = Drawn {
        from: series.first(),
        to: series.last(),
        seconds_between_blocks: series.mean_seconds(),
        hashes_per_second: series.mean_rate(),
        out: args.out.clone(),
    };
    output::answer(args.json, &drawn)?;
    Ok(Outcome::Good)
}

/// A big-endian number, as near as it matters for a picture.
fn number(bytes: &[u8; 32]) -> f64 {
    bytes.iter().fold(0.0, |number, byte| number * 256.0 + f64::from(*byte))
}

#[derive(Serialize)]
struct Drawn {
    from: u32,
    to: u32,
    /// On the average.
    seconds_between_blocks: f64,
    /// On the average; nothing where all blocks have the same time.
    hashes_per_second: Option<f64>,
    out: PathBuf,
}

impl Answer for Drawn {
    fn plain(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "blocks {} to {}", self.from, self.to);
        let _ = writeln!(text, "  {:.1} s between blocks", self.seconds_between_blocks);
        if let Some(rate) = self.hashes_per_second {
            let _ = writeln!(text, "  {}", scaled(rate, "H/s"));
        }
        let _ = writeln!(text, "drawn to {}", self.out.display());
        text
    }
}
