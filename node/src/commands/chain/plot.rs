//! The picture: hash rate above, time between blocks below, over heights. An SVG whose texts are texts, so that neither this
//! machine nor anybody's browser needs a certain font.

use std::fmt::Display;

use plotters::chart::ChartContext;
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::output::scaled;

/// Its size in pixels.
const SIZE: (u32, u32) = (1_000, 720);
/// Blocks of which each is a point. Of more only the mean is drawn.
const POINTS_MAX: usize = 3_000;
/// The share of the block times that is drawn to scale, if those above are far away.
const TO_SCALE: f64 = 0.98;

const INK: RGBColor = RGBColor(51, 51, 51);
const GRID: RGBColor = RGBColor(228, 228, 228);
const RATE: RGBColor = RGBColor(31, 111, 180);
const POINT: RGBColor = RGBColor(150, 150, 150);
const MEAN: RGBColor = RGBColor(200, 80, 20);

/// A block as far as the picture goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mined {
    pub(super) height: u32,
    pub(super) time: u32,
    /// Hashes that it takes on the average.
    pub(super) work: f64,
}

/// What is drawn.
#[derive(Debug)]
pub(super) struct Series {
    /// Heights, and seconds since the block before.
    seconds: Vec<(u32, f64)>,
    /// The mean of those of some blocks, ending with this one.
    means: Vec<(u32, f64)>,
    /// Hashes a second of some blocks, ending with this one.
    rates: Vec<(u32, f64)>,
    /// How many they are.
    window: usize,
    work: f64,
}

impl Series {
    /// Of blocks that follow each other; those after the first are drawn. `None` when there is none.
    pub(super) fn of(blocks: &[Mined]) -> Option<Series> {
        let pairs = || blocks.windows(2);
        let seconds: Vec<_> = pairs().map(|pair| (pair[1].height, since(pair))).collect();
        let window = (seconds.len() / 40).clamp(4, 144).min(seconds.len());
        if window == 0 {
            return None;
        }
        let (mut means, mut rates) = (Vec::new(), Vec::new());
        for blocks in blocks.windows(window + 1) {
            let last = blocks[window];
            let took = f64::from(last.time) - f64::from(blocks[0].time);
            means.push((last.height, took / window as f64));
            if took > 0.0 {
                rates.push((last.height, blocks[1..].iter().map(|block| block.work).sum::<f64>() / took));
            }
        }
        let work = blocks[1..].iter().map(|block| block.work).sum();
        Some(Series { seconds, means, rates, window, work })
    }

    pub(super) fn first(&self) -> u32 {
        self.seconds.first().map_or(0, |(height, _)| *height)
    }

    pub(super) fn last(&self) -> u32 {
        self.seconds.last().map_or(0, |(height, _)| *height)
    }

    fn took(&self) -> f64 {
        self.seconds.iter().map(|(_, seconds)| seconds).sum()
    }

    pub(super) fn mean_seconds(&self) -> f64 {
        self.took() / self.seconds.len() as f64
    }

    pub(super) fn mean_rate(&self) -> Option<f64> {
        (self.took() > 0.0).then(|| self.work / self.took())
    }

    /// Up to where block times are drawn to scale: a few that took far longer than all others would leave those no room.
    fn top(&self) -> f64 {
        let mut sorted: Vec<f64> = self.seconds.iter().map(|(_, seconds)| *seconds).collect();
        sorted.sort_by(f64::total_cmp);
        let most = sorted.last().copied().unwrap_or(0.0);
        let usual = sorted[((sorted.len() - 1) as f64 * TO_SCALE) as usize];
        if most > 4.0 * usual && usual > 0.0 { 1.5 * usual } else { 1.05 * most }.max(1.0)
    }
}

fn since(pair: &[Mined]) -> f64 {
    f64::from(pair[1].time) - f64::from(pair[0].time)
}

/// The picture's text.
///
/// # Errors
/// In words, and never with memory to draw in.
pub(super) fn plot(network: &str, series: &Series) -> Result<String, String> {
    let mut svg = String::new();
    {
        let all = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        all.fill(&WHITE).map_err(said)?;
        let title = format!("{network}: blocks {} to {}", series.first(), series.last());
        let all = all.margin(8, 8, 8, 24);
        let all = all.titled(&title, ("sans-serif", 22).into_font().color(&INK)).map_err(said)?;
        let (upper, lower) = all.split_vertically((50).percent_height());
        rates(&upper, series)?;
        times(&lower, series)?;
        all.present().map_err(said)?;
    }
    Ok(svg)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Plane<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

fn said(error: impl Display) -> String {
    error.to_string()
}

/// A plane over the heights, with its axes.
fn plane<'a>(
    area: &Area<'a>,
    series: &Series,
    range: (f64, f64),
    described: &str,
    label: &dyn Fn(&f64) -> String,
) -> Result<Plane<'a>, String> {
    let (first, last) = (f64::from(series.first()), f64::from(series.last()));
    let last = if last > first { last } else { first + 1.0 };
    let mut chart = ChartBuilder::on(area)
        .margin_top(12)
        .x_label_area_size(44)
        .y_label_area_size(84)
        .build_cartesian_2d(first..last, range.0..range.1)
        .map_err(said)?;
    chart
        .configure_mesh()
        .x_desc("height")
        .y_desc(described)
        .x_labels(10)
        .y_labels(6)
        .x_label_formatter(&|height| format!("{height:.0}"))
        .y_label_formatter(label)
        .label_style(("sans-serif", 14).into_font().color(&INK))
        .axis_desc_style(("sans-serif", 15).into_font().color(&INK))
        .axis_style(INK)
        .bold_line_style(GRID)
        .light_line_style(WHITE)
        .draw()
        .map_err(said)?;
    Ok(chart)
}

fn points(points: &[(u32, f64)]) -> impl Iterator<Item = (f64, f64)> + '_ {
    points.iter().map(|(height, value)| (f64::from(*height), *value))
}

fn legend<'a>(chart: &mut Plane<'a>) -> Result<(), String> {
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .margin(8)
        .legend_area_size(28)
        .background_style(WHITE.mix(0.85))
        .border_style(GRID)
        .label_font(("sans-serif", 13).into_font().color(&INK))
        .draw()
        .map_err(said)
}

fn rates<'a>(area: &Area<'a>, series: &Series) -> Result<(), String> {
    let most = series.rates.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
    let top = if most > 0.0 { 1.15 * most } else { 1.0 };
    let label = |rate: &f64| if top < 5.0 { format!("{rate:.2} H/s") } else { scaled(*rate, "H/s") };
    let mut chart = plane(area, series, (0.0, top), "hash rate", &label)?;
    let line = LineSeries::new(points(&series.rates), RATE.stroke_width(2));
    let drawn = chart.draw_series(line).map_err(said)?;
    drawn
        .label(format!("work of {} blocks by their time", series.window))
        .legend(|(x, y)| PathElement::new([(x + 2, y), (x + 22, y)], RATE.stroke_width(2)));
    legend(&mut chart)
}

fn times<'a>(area: &Area<'a>, series: &Series) -> Result<(), String> {
    let top = series.top();
    let bottom = series.seconds.iter().map(|(_, seconds)| *seconds).fold(0.0, f64::min);
    let label = |seconds: &f64| format!("{seconds:.0} s");
    let mut chart = plane(area, series, (bottom, top), "time since the block before", &label)?;
    if series.seconds.len() <= POINTS_MAX {
        let (within, beyond): (Vec<_>, Vec<_>) =
            points(&series.seconds).partition(|(_, seconds)| *seconds <= top);
        let dots = within.into_iter().map(|at| Circle::new(at, 2, POINT.filled()));
        let drawn = chart.draw_series(dots).map_err(said)?;
        drawn.label("a block").legend(|(x, y)| Circle::new((x + 12, y), 3, POINT.filled()));
        let count = beyond.len();
        let marks =
            beyond.into_iter().map(|(height, _)| TriangleMarker::new((height, top), 5, MEAN.filled()));
        let drawn = chart.draw_series(marks).map_err(said)?;
        if count > 0 {
            let text = format!("longer than can be shown: {count}");
            drawn.label(text).legend(|(x, y)| TriangleMarker::new((x + 12, y), 5, MEAN.filled()));
        }
    }
    let line = LineSeries::new(points(&series.means).map(|(x, y)| (x, y.min(top))), MEAN.stroke_width(2));
    let drawn = chart.draw_series(line).map_err(said)?;
    drawn
        .label(format!("mean of {} blocks", series.window))
        .legend(|(x, y)| PathElement::new([(x + 2, y), (x + 22, y)], MEAN.stroke_width(2)));
    legend(&mut chart)
}

#[cfg(test)]
mod tests {
    use super::{Mined, POINTS_MAX, Series, plot};

    /// Blocks of a thousand hashes, so many seconds apart.
    fn chain(seconds: impl IntoIterator<Item = u32>) -> Vec<Mined> {
        let first = Mined { height: 9, time: 1_000, work: 1_000.0 };
        let next = |last: &mut Mined, seconds| {
            *last = Mined { height: last.height + 1, time: last.time + seconds, ..*last };
            Some(*last)
        };
        [first].into_iter().chain(seconds.into_iter().scan(first, next)).collect()
    }

    #[test]
    fn rates_are_work_by_time() {
        let series = Series::of(&chain([10; 100])).expect("blocks");
        assert_eq!((series.first(), series.last(), series.window), (10, 109, 4));
        assert_eq!((series.mean_seconds(), series.mean_rate()), (10.0, Some(100.0)));
        assert!(series.rates.len() == 97 && series.rates.iter().all(|(_, rate)| *rate == 100.0));
        assert!(series.means.iter().all(|(_, seconds)| *seconds == 10.0));
        // Twice as many blocks in the same time are twice the work.
        let series = Series::of(&chain([5; 100])).expect("blocks");
        assert_eq!(series.mean_rate(), Some(200.0));
        // Blocks of the same time say nothing of a rate.
        let series = Series::of(&chain([0; 100])).expect("blocks");
        assert_eq!((series.mean_rate(), series.rates.len()), (None, 0));
        assert!(Series::of(&chain([])).is_none() && Series::of(&[]).is_none());
    }

    #[test]
    fn a_picture_says_what_it_shows() {
        let series = Series::of(&chain((0..200).map(|number| 100 + number % 7))).expect("blocks");
        let svg = plot("regtest", &series).expect("a picture");
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for text in
            ["regtest: blocks 10 to 209", "height", "hash rate", "time since the block before", "a block"]
        {
            assert!(svg.contains(text), "{text}");
        }
        assert!(svg.contains(" H/s") && svg.contains("100 s"), "units stand at the axes");
        assert_eq!(svg.matches("<circle").count(), 200 + 1, "each block, and the legend's");
        assert!(!svg.contains("longer than"));
    }

    #[test]
    fn a_block_that_took_for_ever_leaves_the_others_room() {
        let series = Series::of(&chain([9_000_000].into_iter().chain([60; 300]))).expect("blocks");
        assert_eq!(series.top(), 90.0);
        let svg = plot("regtest", &series).expect("a picture");
        assert!(svg.contains("longer than can be shown: 1"));
        assert_eq!(svg.matches("<circle").count(), 300 + 1);
    }

    #[test]
    fn any_chain_can_be_drawn() {
        for seconds in [vec![0], vec![0, 0, 0], vec![5], vec![600; POINTS_MAX + 1]] {
            let svg = plot("main", &Series::of(&chain(seconds)).expect("blocks")).expect("a picture");
            assert!(svg.len() < 400_000 && !svg.contains("NaN"), "{}", svg.len());
        }
    }
}
