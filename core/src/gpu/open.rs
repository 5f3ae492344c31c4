//! A device in use: nothing here panics, whatever the driver does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use wgpu::{
    Buffer, BufferDescriptor, BufferUsages, DeviceDescriptor, ErrorFilter, Features, Limits, MapMode,
    PollError, PollType, SubmissionIndex,
};

use super::Fault;
use super::kernels::Kernels;
use crate::Cancel;

/// Time between two looks at the cancel flag while waiting.
const LOOK: Duration = Duration::from_millis(5);

/// A device and its queue.
pub(super) struct Open {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) kernels: Kernels,
    /// Every wait ends after so long.
    patience: Duration,
    pub(super) software: bool,
    trouble: Arc<Trouble>,
}

/// What the driver reports outside of any call.
#[derive(Default)]
struct Trouble {
    lost: OnceLock<String>,
    error: Mutex<Option<String>>,
}

/// A submission whose result will be in a buffer.
pub(super) struct Pending {
    index: SubmissionIndex,
    result: Option<Buffer>,
    mapped: Arc<Mapped>,
    since: Instant,
}

#[derive(Default)]
struct Mapped {
    done: AtomicBool,
    failed: OnceLock<String>,
}

impl Open {
    pub(super) fn new(adapter: &wgpu::Adapter, software: bool, int64: bool) -> Result<Open, Fault> {
        let descriptor = DeviceDescriptor {
            label: Some("gridnet"),
            required_features: if int64 { Features::SHADER_INT64 } else { Features::empty() },
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
        let kernels = Kernels::new(int64);
        Ok(Open { device, queue, kernels, patience: patience(software), software, trouble })
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
        let size = (bytes.max(4) as u64).next_multiple_of(4);
        let limits = self.device.limits();
        if size > limits.max_buffer_size {
            return Err(Fault::Memory);
        }
        self.guarded(|device| {
            device.create_buffer(&BufferDescriptor {
                label: Some(label),
                size,
                usage,
                mapped_at_creation: false,
            })
        })
    }

    /// Submits commands whose last one fills `result`, if there is one.
    pub(super) fn submit(
        &self,
        commands: wgpu::CommandBuffer,
        result: Option<&Buffer>,
    ) -> Result<Pending, Fault> {
        let (index, mapped) = self.guarded(|_| {
            let index = self.queue.submit([commands]);
            let mapped = Arc::new(Mapped::default());
            let told = Arc::clone(&mapped);
            match result {
                Some(result) => result.map_async(MapMode::Read, .., move |outcome| {
                    if let Err(error) = outcome {
                        told.failed.get_or_init(|| error.to_string());
                    }
                    told.done.store(true, Ordering::Release);
                }),
                None => self.queue.on_submitted_work_done(move || told.done.store(true, Ordering::Release)),
            }
            (index, mapped)
        })?;
        Ok(Pending { index, result: result.cloned(), mapped, since: Instant::now() })
    }

    /// Waits for a submission and hands its result to `read`; nothing where it has none.
    pub(super) fn wait<T>(
        &self,
        pending: &Pending,
        cancel: &Cancel,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, Fault> {
        let deadline = pending.since + self.patience;
        while !pending.mapped.done.load(Ordering::Acquire) {
            self.check()?;
            if cancel.is_cancelled() {
                return Err(Fault::Cancelled);
            }
            if Instant::now() > deadline {
                return Err(Fault::Late(self.patience));
            }
            let wait = PollType::Wait { submission_index: Some(pending.index.clone()), timeout: Some(LOOK) };
            match self.device.poll(wait) {
                Ok(_) | Err(PollError::Timeout) => {}
                Err(error) => return Err(Fault::Refused(error.to_string())),
            }
        }
        self.check()?;
        if let Some(why) = pending.mapped.failed.get() {
            return Err(Fault::Refused(format!("its answer cannot be read: {why}")));
        }
        let Some(result) = &pending.result else { return Ok(read(&[])) };
        let view = result.get_mapped_range(..).map_err(|error| Fault::Refused(error.to_string()))?;
        let value = read(&view);
        drop(view);
        result.unmap();
        Ok(value)
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
