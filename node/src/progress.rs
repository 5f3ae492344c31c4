//! Long work on a terminal: a bar with rate and time left on stderr. In a pipe nothing is drawn, and short work is
//! over before anything would be.

use std::io::{IsTerminal as _, stderr};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use gridnet_core::{Control, Progress, Snapshot};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::interrupt;
use crate::output::{duration, scaled};

/// Time before the first drawing.
const PATIENCE: Duration = Duration::from_millis(300);
/// Time between two drawings.
const REFRESH: Duration = Duration::from_millis(100);

/// What is drawn beside the numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// What is being done: `mining`.
    pub(crate) verb: &'static str,
    /// What is counted: `H`, or ` steps` with the space before it.
    pub(crate) unit: &'static str,
    /// When it will end.
    pub(crate) end: End,
}

/// What is known about the end of a work.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// After exactly so many.
    At(u64),
    /// After so many at the latest.
    By(u64),
    /// By luck: each has a chance of one in 2 to this power.
    Luck(u32),
}

/// Runs a job of the engine under Ctrl-C, and draws its progress where somebody can see it.
pub(crate) fn watch<T>(look: Look, job: impl FnOnce(&Control) -> T) -> T {
    let progress = Arc::new(Progress::default());
    let control = Control { cancel: interrupt::cancel(), progress: Some(Arc::clone(&progress)) };
    if !stderr().is_terminal() {
        return job(&control);
    }
    thread::scope(|scope| {
        let (done, ended) = channel::<()>();
        scope.spawn(move || draw(look, &progress, &ended));
        let value = job(&control);
        drop(done);
        value
    })
}

/// Draws until the other end of the channel is dropped.
fn draw(look: Look, progress: &Progress, ended: &Receiver<()>) {
    let running = |time| ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
    if !running(PATIENCE) {
        return;
    }
    let bar = look.bar();
    while {
        let now = progress.snapshot();
        bar.set_position(now.done);
        bar.set_message(look.line(&now));
        bar.tick();
        running(REFRESH)
    } {}
    bar.finish_and_clear();
}

impl Look {
    fn bar(self) -> ProgressBar {
        let (length, template) = match self.end {
            End::At(total) | End::By(total) => {
                (Some(total), "{prefix} {percent:>3}% {bar:16.cyan/dim} {msg}")
            }
            End::Luck(_) => (None, "{prefix} {spinner:.cyan} {msg}"),
        };
        let style = ProgressStyle::with_template(template).expect("the templates above are well-formed");
        let bar = match length {
            Some(length) => ProgressBar::new(length),
            None => ProgressBar::new_spinner(),
        };
        bar.with_style(style.progress_chars("━╸─")).with_prefix(self.verb)
    }

    /// How much, how fast, how long still: with the bar, within 80 columns.
    fn line(self, now: &Snapshot) -> String {
        let rate = now.rate();
        let speed = scaled(rate, if self.unit.starts_with(' ') { "/s" } else { "H/s" });
        let done = now.done as f64;
        let of = |total: u64| {
            let left = time(total.saturating_sub(now.done) as f64, rate);
            (format!("{} of {} · {speed}", scaled(done, ""), scaled(total as f64, self.unit)), left)
        };
        match self.end {
            End::At(total) => {
                let (amount, left) = of(total);
                format!("{amount} · {left} left")
            }
            End::By(total) => {
                let (amount, left) = of(total);
                format!("{amount} · at most {left} left")
            }
            End::Luck(bits) => {
                let mean = time(f64::from(bits).exp2(), rate);
                format!("{} · {speed} · one in 2^{bits} is good: {mean} on average", scaled(done, self.unit))
            }
        }
    }
}

/// How long so much takes, to the second.
fn time(work: f64, rate: f64) -> String {
    let seconds = if rate > 0.0 { (work / rate).round() } else { f64::INFINITY };
    match Duration::try_from_secs_f64(seconds) {
        Ok(left) if left.as_secs() < 60 => format!("{} s", left.as_secs()),
        Ok(left) => duration(left),
        Err(_) => "for ever".to_owned(),
    }
}

/// A bar over the rows of a table.
pub(crate) struct Rows(Option<ProgressBar>);

impl Rows {
    /// Hidden where nobody can see it. `count`: how many rows there are, if that is known.
    pub(crate) fn new(verb: &'static str, count: Option<u64>) -> Rows {
        let bar = stderr().is_terminal().then(|| {
            let (bar, template) = match count {
                Some(count) => (
                    ProgressBar::new(count),
                    "{prefix} {percent:>3}% {bar:16.cyan/dim} {human_pos} of {human_len} · {rate} · {eta} left",
                ),
                None => (ProgressBar::new_spinner(), "{prefix} {spinner:.cyan} {human_pos} · {rate}"),
            };
            let style = ProgressStyle::with_template(template).expect("the templates above are well-formed");
            let style = style.with_key("rate", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                let _ = text.write_str(&scaled(state.per_sec(), "/s"));
            });
            let bar = bar.with_style(style.progress_chars("━╸─")).with_prefix(verb);
            bar.enable_steady_tick(REFRESH);
            bar
        });
        Rows(bar)
    }

    /// Counts so many more.
    pub(crate) fn add(&self, rows: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(rows);
        }
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// A bar over a list of measurements, each of which takes about the same time.
pub(crate) struct Steps(Option<ProgressBar>);

impl Steps {
    /// Hidden where nobody can see it.
    pub(crate) fn new(verb: &'static str, count: u64) -> Steps {
        let bar = stderr().is_terminal().then(|| {
            let template = "{prefix} {pos:>2} of {len} {bar:16.cyan/dim} {msg} · {eta} left";
            let style = ProgressStyle::with_template(template).expect("the template above is well-formed");
            let bar = ProgressBar::new(count).with_style(style.progress_chars("━╸─")).with_prefix(verb);
            bar.enable_steady_tick(REFRESH);
            bar
        });
        Steps(bar)
    }

    /// Says what is under way.
    pub(crate) fn begin(&self, what: String) {
        if let Some(bar) = &self.0 {
            bar.set_message(what);
        }
    }

    /// Counts one, and runs `print` while the bar is out of the way.
    pub(crate) fn end<T>(&self, print: impl FnOnce() -> T) -> T {
        let Some(bar) = &self.0 else { return print() };
        bar.inc(1);
        bar.suspend(print)
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
