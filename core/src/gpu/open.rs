//! A device in use: nothing here panics, whatever the driver does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use wgpu::{
    Buffer, BufferDescriptor, BufferUsages, DeviceDescriptor, ErrorFilter, Features, Limits, MapMode,
    PollError, PollType,
};

use super::kernels::Kernels;
use super::{Fault, dispatch, verify};
use crate::tuning::Tuner;
use crate::{Cancel, Device, DeviceKind};

/// Time between two looks at a dispatch that is waited for, at first and later on.
const LOOK_SOON: Duration = Duration::from_micros(50);
const LOOK: Duration = Duration::from_micros(250);
/// How long it is looked at so often.
const SOON: Duration = Duration::from_millis(2);

/// A device and its queue.
pub(super) struct Open {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) kernels: Kernels,
    /// Memory of verifications.
    pub(super) verify: verify::Pool,
    /// Every wait ends after so long.
    patience: Duration,
    pub(super) software: bool,
    /// Whether dispatches can be timed.
    pub(super) has_clock: bool,
    /// Calls share the device; finding out how fast it is wants it alone.
    pub(super) shared: RwLock<()>,
    trouble: Arc<Trouble>,
}

/// What the driver reports outside of any call.
#[derive(Default)]
struct Trouble {
    lost: OnceLock<String>,
    error: Mutex<Option<String>>,
}

/// A submission whose results will be in buffers.
pub(super) struct Pending {
    over: Arc<AtomicBool>,
    result: Option<Mapped>,
    /// Of each dispatch in it.
    times: Vec<Mapped>,
    upload: Option<Mapped>,
    since: Instant,
}

/// A buffer that can be read when its mapping is done.
struct Mapped {
    buffer: Buffer,
    bytes: u64,
    outcome: Arc<OnceLock<Result<(), String>>>,
}

impl Open {
    pub(super) fn new(
        adapter: &wgpu::Adapter,
        named: &Device,
        tuner: &Tuner,
        int64: bool,
    ) -> Result<Open, Fault> {
        let software = named.kind == DeviceKind::Software;
        let has_clock = adapter.features().contains(Features::TIMESTAMP_QUERY);
        let mut required_features = Features::empty();
        required_features.set(Features::SHADER_INT64, int64);
        required_features.set(Features::TIMESTAMP_QUERY, has_clock);
        let descriptor = DeviceDescriptor {
            label: Some("gridnet"),
            required_features,
            required_limits: limits(&adapter.limits()),
            ..DeviceDescriptor::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|error| Fault::Refused(error.to_string()))?;
        let trouble = Arc::new(Trouble::default());
        let heard = Arc::clone(&trouble);
        device.set_device_lost_callback(move |_, why| {
            heard.lost.get_or_init(|| why);
        });
        let heard = Arc::clone(&trouble);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            *heard.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        }));
        let kernels = Kernels::new(named, tuner, int64);
        let patience = patience(software);
        Ok(Open {
            device,
            queue,
            kernels,
            verify: verify::Pool::default(),
            patience,
            software,
            has_clock,
            shared: RwLock::default(),
            trouble,
        })
    }

    /// Runs calls that create something, and tells what the driver thought of them.
    pub(super) fn guarded<T>(&self, create: impl FnOnce(&wgpu::Device) -> T) -> Result<T, Fault> {
        let memory = self.device.push_error_scope(ErrorFilter::OutOfMemory);
        let internal = self.device.push_error_scope(ErrorFilter::Internal);
        let validation = self.device.push_error_scope(ErrorFilter::Validation);
        let created = create(&self.device);
        let wrong = pollster::block_on(validation.pop());
        let failed = pollster::block_on(internal.pop());
        if pollster::block_on(memory.pop()).is_some() {
            return Err(Fault::Memory);
        }
        self.check()?;
        match wrong.or(failed) {
            Some(error) => Err(Fault::Refused(error.to_string())),
            None => Ok(created),
        }
    }

    /// A buffer of at least so many bytes.
    pub(super) fn buffer(&self, label: &str, bytes: usize, usage: BufferUsages) -> Result<Buffer, Fault> {
        self.create(label, bytes, usage, false)
    }

    /// The same, to be written by the host at once.
    pub(super) fn mapped_buffer(
        &self,
        label: &str,
        bytes: usize,
        usage: BufferUsages,
    ) -> Result<Buffer, Fault> {
        self.create(label, bytes, usage, true)
    }

    fn create(&self, label: &str, bytes: usize, usage: BufferUsages, mapped: bool) -> Result<Buffer, Fault> {
        let size = (bytes.max(4) as u64).next_multiple_of(4);
        let limits = self.device.limits();
        if size > limits.max_buffer_size {
            return Err(Fault::Memory);
        }
        let label = Some(label);
        let descriptor = BufferDescriptor { label, size, usage, mapped_at_creation: mapped };
        self.guarded(|device| device.create_buffer(&descriptor))
    }

    /// Submits commands that fill the first bytes of `result`, if it is given, and `times`, of dispatches that are timed.
    /// After the wait for it the host can write into `upload` again.
    pub(super) fn submit<'a>(
        &self,
        commands: wgpu::CommandBuffer,
        result: Option<(&Buffer, usize)>,
        times: impl IntoIterator<Item = &'a Buffer>,
        upload: Option<&Buffer>,
    ) -> Result<Pending, Fault> {
        self.guarded(|_| {
            self.queue.submit([commands]);
            let over = Arc::new(AtomicBool::new(false));
            let told = Arc::clone(&over);
            let result = result.map(|(buffer, bytes)| Mapped::new(buffer, MapMode::Read, bytes as u64));
            let mapped = |times: &Buffer| Mapped::new(times, MapMode::Read, times.size());
            let times = times.into_iter().map(mapped).collect();
            let upload = upload.map(|upload| Mapped::new(upload, MapMode::Write, upload.size()));
            self.queue.on_submitted_work_done(move || told.store(true, Ordering::Release));
            Pending { over, result, times, upload, since: Instant::now() }
        })
    }

    /// Waits for a submission and hands its result to `read`; nothing where it has none. Says how long its dispatches
    /// took, where they are timed.
    pub(super) fn wait<T>(
        &self,
        pending: &Pending,
        cancel: &Cancel,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<(T, Option<Duration>), Fault> {
        let (value, times) = self.wait_timed(pending, cancel, read)?;
        Ok((value, times.into_iter().reduce(|a, b| a + b)))
    }

    /// The same with the time of each dispatch.
    pub(super) fn wait_timed<T>(
        &self,
        pending: &Pending,
        cancel: &Cancel,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<(T, Vec<Duration>), Fault> {
        let deadline = pending.since + self.patience;
        while !pending.is_over() {
            self.check()?;
            if cancel.is_cancelled() {
                return Err(Fault::Cancelled);
            }
            if Instant::now() > deadline {
                return Err(Fault::Late(self.patience));
            }
            // Not `PollType::Wait`: of two threads that wait, wgpu-core 30.0 lets one panic.
            match self.device.poll(PollType::Poll) {
                Ok(_) | Err(PollError::Timeout) => {}
                Err(error) => return Err(Fault::Refused(error.to_string())),
            }
            if !pending.is_over() {
                std::thread::sleep(if pending.since.elapsed() < SOON { LOOK_SOON } else { LOOK });
            }
        }
        self.check()?;
        if let Some(upload) = &pending.upload {
            upload.check()?;
        }
        let tick = self.queue.get_timestamp_period();
        let mut took = Vec::new();
        for times in &pending.times {
            took.extend(times.read(|times| dispatch::between(times, tick))?);
        }
        let value = match &pending.result {
            Some(result) => result.read(read)?,
            None => read(&[]),
        };
        Ok((value, took))
    }

    /// Whether the device is gone; drivers may say so in passing, or as the fault of a call.
    pub(super) fn is_lost(&self) -> bool {
        let _ = self.device.poll(PollType::Poll);
        self.trouble.lost.get().is_some()
    }

    fn check(&self) -> Result<(), Fault> {
        if let Some(why) = self.trouble.lost.get() {
            return Err(Fault::Lost(why.clone()));
        }
        let error = self.trouble.error.lock().unwrap_or_else(PoisonError::into_inner).take();
        error.map_or(Ok(()), |error| Err(Fault::Refused(error)))
    }
}

impl Pending {
    fn is_over(&self) -> bool {
        let mut mapped = self.times.iter().chain(&self.result).chain(&self.upload);
        self.over.load(Ordering::Acquire) && mapped.all(|mapped| mapped.outcome.get().is_some())
    }
}

impl Mapped {
    /// Maps the first bytes.
    fn new(buffer: &Buffer, mode: MapMode, bytes: u64) -> Mapped {
        let outcome = Arc::new(OnceLock::new());
        let told = Arc::clone(&outcome);
        buffer.map_async(mode, ..bytes, move |outcome| {
            told.get_or_init(|| outcome.map_err(|error| error.to_string()));
        });
        Mapped { buffer: buffer.clone(), bytes, outcome }
    }

    fn check(&self) -> Result<(), Fault> {
        match self.outcome.get() {
            Some(Err(why)) => Err(unreadable(why)),
            _ => Ok(()),
        }
    }

    fn read<T>(&self, read: impl FnOnce(&[u8]) -> T) -> Result<T, Fault> {
        self.check()?;
        let view = self.buffer.get_mapped_range(..self.bytes).map_err(|error| unreadable(&error))?;
        let value = read(&view);
        drop(view);
        self.buffer.unmap();
        Ok(value)
    }
}

fn unreadable(why: &dyn std::fmt::Display) -> Fault {
    Fault::Refused(format!("its memory cannot be read: {why}"))
}

/// How long a dispatch may take at most. Software drivers compile at the first one, on the cores that everything else
/// uses.
pub(super) fn patience(software: bool) -> Duration {
    Duration::from_secs(if software { 120 } else { 10 })
}

/// What we ask of a device: the defaults that every one has, and as large buffers as this one allows.
fn limits(adapter: &Limits) -> Limits {
    Limits {
        max_buffer_size: adapter.max_buffer_size,
        max_storage_buffer_binding_size: adapter.max_storage_buffer_binding_size,
        ..Limits::downlevel_defaults().using_resolution(adapter.clone())
    }
}
