//! `gridnet bench --report`: each device alone, in more detail, in a file.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gridnet_core::{Control, Device, Engine, Error, HashFunction, Health, KernelInfo, Tune};
use serde::Serialize;

use super::job::{self, Job, Kind};
use super::load::Load;
use super::{Measured, Row, Table, finish, heading, measure, print};
use crate::arguments::{self, quoted};
use crate::cache;
use crate::cli::Bench;
use crate::nvidia::Card;
use crate::outcome::{Failure, Outcome};
use crate::output::{Whole, seconds};
use crate::progress::Steps;

/// Measures one device after the other.
pub(super) struct Reporter<'a> {
    args: &'a Bench,
    path: &'a Path,
    seconds: Duration,
    control: Control,
    report: Report,
    devices: Vec<Device>,
}

/// The file.
#[derive(Serialize)]
struct Report {
    /// Version of this format; keys are only added.
    gridnet_report: u32,
    version: &'static str,
    /// Whether all was measured that should be.
    complete: bool,
    /// Seconds since 1970.
    date: u64,
    /// From nothing to an engine on all the devices: the loader, the drivers, the probes.
    engine_seconds: f64,
    devices: Vec<Reported>,
}

#[derive(Serialize)]
struct Reported {
    id: String,
    name: String,
    kind: &'static str,
    backend: String,
    driver: Option<String>,
    pci: Option<String>,
    /// Kernels that fail their self-test.
    refused: Vec<String>,
    /// To open it once more, for an engine of its own.
    open_seconds: f64,
    /// From the same moment to the first answer of a search: its kernels compiled, unless the driver has kept them, and
    /// tested.
    first_answer_seconds: f64,
    /// Integer instructions that it can begin in a cycle.
    integer_units: Option<u32>,
    /// Why clocks, watts and shares of the model are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_counters_because: Option<String>,
    rows: Vec<Detailed>,
    /// Answers that were held against the CPU's.
    checked_answers: Whole,
    /// Pieces of work whose answers were wrong, did not come because something failed, or did not come in time.
    wrong_pieces: Whole,
    failed_pieces: Whole,
    late_pieces: Whole,
}

#[derive(Serialize)]
struct Detailed {
    #[serde(flatten)]
    row: Row,
    /// By the device's clock, without what is between dispatches.
    kernel_per_second: Option<Whole>,
    /// What of the kernel's rate is left from host to host.
    host_share: Option<f64>,
    dispatch_mean_ms: Option<f64>,
    dispatch_longest_ms: Option<f64>,
    kernels: Vec<Kernel>,
    /// What its integer units could do at that clock.
    model_per_second: Option<Whole>,
    /// What of that the kernel reaches.
    model_share: Option<f64>,
    clock_mhz: Option<f64>,
    watts: Option<f64>,
    per_joule: Option<Whole>,
    throttle: Vec<&'static str>,
}

#[derive(Serialize)]
struct Kernel {
    name: String,
    /// Instructions of integer units for each unit of work.
    integer_instructions: f64,
    /// With those of other units.
    instructions: f64,
    group_size: u32,
    invocations: u32,
    dispatch_ms: u32,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(
        args: &'a Bench,
        path: &'a Path,
        seconds: Duration,
        control: Control,
    ) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Err(Failure::argument("--report", "a file is needed; --json prints to standard output"));
        }
        let began = Instant::now();
        let engine = arguments::engine(&args.devices)?;
        let report = Report {
            gridnet_report: 1,
            version: env!("CARGO_PKG_VERSION"),
            complete: false,
            date: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
            engine_seconds: self::seconds(began.elapsed()),
            devices: Vec::new(),
        };
        let reporter = Reporter { args, path, seconds, control, report, devices: engine.devices().collect() };
        // Better now than after an hour of measuring.
        reporter.write()?;
        Ok(reporter)
    }

    fn write(&self) -> Result<(), Failure> {
        let json =
            serde_json::to_vec_pretty(&self.report).map_err(|error| Failure::Internal(error.to_string()))?;
        // As a whole, where it is a file: a report of hours is not lost to a power cut.
        let written = match self.path.is_file() {
            true => cache::write(self.path, &json),
            false => std::fs::write(self.path, &json),
        };
        written.map_err(|error| {
            let path = quoted(&self.path.to_string_lossy());
            Failure::argument("--report", format!("cannot write {path}: {error}"))
        })
    }

    pub(super) fn run(mut self) -> Result<Outcome, Failure> {
        let mut answer = Table { results: Vec::new(), interrupted: false };
        let plan = job::plan(&self.args.primitive, true);
        let devices = std::mem::take(&mut self.devices);
        let steps = Steps::new("measuring", (devices.len() * plan.len()) as u64);
        print(self.args.json, &heading())?;
        'devices: for device in devices {
            let (engine, card) = match self.open(&device) {
                Err(Error::Cancelled) => {
                    answer.interrupted = true;
                    break;
                }
                opened => opened?,
            };
            for &job in &plan {
                steps.begin(format!("{} {}", job.primitive(), job.algorithm()));
                let looking_on = card.as_ref().ok();
                let measured = match measure(&engine, job, self.seconds, &self.control, looking_on) {
                    Err(Error::Cancelled) => {
                        answer.interrupted = true;
                        break 'devices;
                    }
                    measured => measured?,
                };
                match steps.end(|| print(self.args.json, &measured.row.plain())) {
                    // The report is what is wanted.
                    Err(Failure::ReaderGone) => {}
                    printed => printed?,
                }
                answer.results.push(measured.row.clone());
                let units = looking_on.and_then(|card| card.integer_units);
                let detailed = Detailed::new(&engine, job, measured, units);
                let reported = self.report.devices.last_mut().expect("it was pushed when it was opened");
                reported.rows.push(detailed);
                reported.note(&engine);
                // Whether it can be written shows at the end; until then nothing measured is given up.
                let _ = self.write();
            }
        }
        drop(steps);
        self.report.complete = !answer.interrupted;
        let written = self.write();
        let outcome = finish(self.args.json, &answer);
        written.and(outcome)
    }

    /// An engine on one device, opened anew and timed.
    fn open(&mut self, device: &Device) -> Result<(Engine, Result<Card, String>), Error> {
        let alone = || arguments::builder(&self.args.devices).device(&device.id);
        let began = Instant::now();
        let first = alone().tune(Tune::Never).build()?;
        let opened = began.elapsed();
        let header = Job::Hash(Kind::Header { versions: 1 }, HashFunction::Sha256d);
        Load::new(header).call(&first, &self.control)?;
        let answered = began.elapsed();
        drop(first);
        let engine = alone().build()?;
        let card = Card::at(device.pci.as_deref());
        let Device { id, name, kind, backend, driver, pci, .. } = device.clone();
        let zero = Whole::from(0);
        self.report.devices.push(Reported {
            id,
            name,
            kind: kind.name(),
            backend,
            driver,
            pci,
            refused: Vec::new(),
            open_seconds: seconds(opened),
            first_answer_seconds: seconds(answered),
            integer_units: card.as_ref().ok().and_then(|card| card.integer_units),
            no_counters_because: card.as_ref().err().cloned(),
            rows: Vec::new(),
            checked_answers: zero,
            wrong_pieces: zero,
            failed_pieces: zero,
            late_pieces: zero,
        });
        Ok((engine, card))
    }
}

impl Reported {
    /// How the device stands after a row.
    fn note(&mut self, engine: &Engine) {
        self.refused = engine.devices().flat_map(|device| device.refused).collect();
        let health = engine.health().fold(Health::default(), |sum, health| Health {
            checked: sum.checked + health.checked,
            wrong: sum.wrong + health.wrong,
            failed: sum.failed + health.failed,
            late: sum.late + health.late,
            ..sum
        });
        self.checked_answers = health.checked.into();
        self.wrong_pieces = health.wrong.into();
        self.failed_pieces = health.failed.into();
        self.late_pieces = health.late.into();
    }
}

impl Detailed {
    fn new(engine: &Engine, job: Job, measured: Measured, integer_units: Option<u32>) -> Detailed {
        let Measured { row, tally, seen } = measured;
        let infos: Option<Vec<KernelInfo>> = Load::new(job)
            .ask(|question| engine.kernels(question).flat_map(|(_, kernels)| kernels).collect());
        let infos = infos.unwrap_or_default();
        let kernels: Vec<Kernel> = infos.into_iter().map(Kernel::new).collect();
        let elapsed = tally.elapsed.as_secs_f64();
        let rate = tally.done as f64 / elapsed;
        let whole = |rate: f64| Whole(rate.round() as u128);
        let kernel_rate = tally.busy.map(|busy| tally.done as f64 / busy.as_secs_f64());
        let model = match (kernels.as_slice(), integer_units, seen.clock_mhz) {
            ([kernel], Some(units), Some(mhz)) if job.is_arithmetic() => {
                Some(f64::from(units) * mhz * 1e6 / kernel.integer_instructions)
            }
            _ => None,
        };
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        Detailed {
            row,
            kernel_per_second: kernel_rate.map(whole),
            host_share: kernel_rate.map(|kernel| rate / kernel),
            dispatch_mean_ms: tally.busy.map(|busy| milliseconds(busy) / tally.dispatches as f64),
            dispatch_longest_ms: tally.longest.map(milliseconds),
            kernels,
            model_per_second: model.map(whole),
            model_share: model.zip(kernel_rate).map(|(model, kernel)| kernel / model),
            clock_mhz: seen.clock_mhz,
            watts: seen.joules.map(|joules| joules / seen.seconds),
            per_joule: seen
                .joules
                .filter(|&joules| joules > 0.0)
                .map(|joules| whole(rate * seen.seconds / joules)),
            throttle: seen.throttle,
        }
    }
}

impl Kernel {
    fn new(info: KernelInfo) -> Kernel {
        let units = info.units as f64;
        Kernel {
            name: info.name,
            integer_instructions: info.integer_instructions as f64 / units,
            instructions: info.instructions as f64 / units,
            group_size: info.tuning.group_size,
            invocations: info.tuning.invocations,
            dispatch_ms: info.tuning.dispatch_ms,
        }
    }
}
