//! The kernels of one device: compiled when they are first needed, tested before they serve.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use gridnet_shaders::{Function, KERNELS, Kernel, Shape};
use wgpu::{
    BindGroupLayout, BindGroupLayoutDescriptor, BindGroupLayoutEntry, BindingType, BufferBindingType,
    ComputePipeline, ComputePipelineDescriptor, PipelineCompilationOptions, PipelineLayoutDescriptor,
    ShaderModuleDescriptor, ShaderSource, ShaderStages,
};

use super::Fault;
use super::memory::Memory;
use super::open::Open;
use crate::tuning::Tuner;
use crate::{Device, HashFunction, Tune, Tuning};

/// Every kernel that a device can run, each with what is known of it.
pub(super) struct Kernels {
    pub(super) int64: bool,
    all: HashMap<&'static str, Entry>,
}

/// A kernel on a device.
pub(super) struct Entry {
    pub(super) kernel: &'static Kernel,
    tuner: Tuner,
    /// Under which its tuning is kept.
    key: String,
    state: Mutex<State>,
    /// Work of a dispatch that took as long as it should; 0 when there was none.
    work: AtomicU64,
    /// Memory that no call uses at the moment.
    free: Mutex<Vec<Memory>>,
}

#[derive(Default)]
struct State {
    tuning: Tuning,
    tuned: bool,
    /// By size of a workgroup.
    variants: HashMap<u32, Arc<Variant>>,
}

/// A kernel for one size of a workgroup.
#[derive(Default)]
struct Variant {
    compiled: OnceLock<Result<Arc<Ready>, Fault>>,
    /// What the known questions said.
    proven: Mutex<Option<Result<(), Fault>>>,
}

/// A kernel that a device has compiled.
pub(super) struct Ready {
    pub(super) pipeline: ComputePipeline,
    pub(super) layout: BindGroupLayout,
    pub(super) group_size: u32,
}

impl Kernels {
    pub(super) fn new(device: &Device, tuner: &Tuner, int64: bool) -> Kernels {
        let fits = |kernel: &&Kernel| {
            Kernel::find(kernel.shape, kernel.function, int64)
                .is_some_and(|found| std::ptr::eq(found, *kernel))
        };
        let entry = |kernel: &'static Kernel| (kernel.name, Entry::new(kernel, device, tuner));
        Kernels { int64, all: KERNELS.iter().filter(fits).map(entry).collect() }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.all.values()
    }

    /// What is known of a kernel that this device can run.
    pub(super) fn of(&self, kernel: &Kernel) -> &Entry {
        &self.all[kernel.name]
    }

    /// The kernel for a shape and a function, in the form that this device runs best.
    pub(super) fn find(&self, shape: Shape, function: Function) -> Option<&Entry> {
        Kernel::find(shape, function, self.int64).map(|kernel| self.of(kernel))
    }
}

impl Entry {
    fn new(kernel: &'static Kernel, device: &Device, tuner: &Tuner) -> Entry {
        let text = HashFunction::Sha256.hash(kernel.wgsl.as_bytes());
        let text: String = text[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let driver = device.driver.as_deref().unwrap_or("no driver");
        let key = format!("{} | {} {driver} | {} | {text}", device.name, device.backend, kernel.name);
        let kept = match (&tuner.store, tuner.tune) {
            (_, Tune::Anew) | (None, _) => None,
            (Some(store), _) => store.load(&key).filter(Tuning::is_valid),
        };
        let state = State { tuned: kept.is_some(), tuning: kept.unwrap_or_default(), ..State::default() };
        Entry {
            kernel,
            tuner: tuner.clone(),
            key,
            state: Mutex::new(state),
            work: AtomicU64::new(0),
            free: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it is run.
    pub(super) fn tuning(&self) -> Tuning {
        self.state().tuning
    }

    /// Runs it like this from now on.
    pub(super) fn set_tuning(&self, tuning: Tuning) {
        self.state().tuning = tuning;
    }

    /// Whether it should be found out how it runs fastest before a job; `long` ones are worth it.
    pub(super) fn wants_tuning(&self, long: bool) -> bool {
        let worth = match self.tuner.tune {
            Tune::WhenWorthIt => long,
            Tune::Anew => true,
            Tune::Never => false,
        };
        // Of a verification nothing is tried out: it is batches of signatures, which find their own length.
        worth && self.kernel.function != Function::Ed25519 && !self.state().tuned
    }

    /// This was found out: it is run so from now on, and next time.
    pub(super) fn tuned(&self, tuning: Tuning) {
        let mut state = self.state();
        (state.tuning, state.tuned) = (tuning, true);
        drop(state);
        if let Some(store) = &self.tuner.store {
            store.save(&self.key, tuning);
        }
    }

    pub(super) fn work(&self) -> Option<u64> {
        Some(self.work.load(Ordering::Relaxed)).filter(|&work| work > 0)
    }

    pub(super) fn set_work(&self, work: u64) {
        self.work.store(work, Ordering::Relaxed);
    }

    pub(super) fn free(&self) -> MutexGuard<'_, Vec<Memory>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn variant(&self) -> Arc<Variant> {
        let mut state = self.state();
        let size = state.tuning.group_size;
        Arc::clone(state.variants.entry(size).or_default())
    }

    /// Whether it answers known questions rightly, as it is run; they are asked once.
    pub(super) fn proven(&self, ask: impl FnOnce() -> Result<bool, Fault>) -> Result<(), Fault> {
        let variant = self.variant();
        let mut proven = variant.proven.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*proven {
            return known.clone();
        }
        let unfit = |why: String| Fault::Unfit { kernel: self.kernel.name, why };
        let said = match ask() {
            Ok(true) => Ok(()),
            Ok(false) => Err(unfit("gives wrong answers".to_owned())),
            Err(Fault::Wrong(why) | Fault::Refused(why)) => Err(unfit(why)),
            // That says nothing about the kernel.
            Err(other) => return Err(other),
        };
        *proven = Some(said.clone());
        said
    }

    /// Compiles it as it is run, once.
    pub(super) fn ready(&self, open: &Open) -> Result<Arc<Ready>, Fault> {
        let size = self.tuning().group_size;
        self.variant().compiled.get_or_init(|| compile(open, self.kernel, size).map(Arc::new)).clone()
    }
}

fn compile(open: &Open, kernel: &Kernel, group_size: u32) -> Result<Ready, Fault> {
    open.guarded(|device| {
        let descriptor = ShaderModuleDescriptor {
            label: Some(kernel.name),
            source: ShaderSource::Wgsl(kernel.wgsl.into()),
        };
        let module = module(device, descriptor);
        let layout = device.create_bind_group_layout(&BindGroupLayoutDescriptor {
            label: Some(kernel.name),
            entries: &bindings(kernel.shape),
        });
        let pipeline_layout = device.create_pipeline_layout(&PipelineLayoutDescriptor {
            label: Some(kernel.name),
            bind_group_layouts: &[Some(&layout)],
            ..PipelineLayoutDescriptor::default()
        });
        let pipeline = device.create_compute_pipeline(&ComputePipelineDescriptor {
            label: Some(kernel.name),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: None,
            compilation_options: PipelineCompilationOptions {
                constants: &[("group_size", f64::from(group_size))],
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        Ready { pipeline, layout, group_size }
    })
}

/// Without the checks on loops and indices that a stranger's text would need: the texts are ours, their loops end, and
/// every length that they index with was checked. Tests keep the checks.
#[cfg(not(debug_assertions))]
#[allow(unsafe_code)]
fn module(device: &wgpu::Device, descriptor: ShaderModuleDescriptor<'_>) -> wgpu::ShaderModule {
    // SAFETY: every loop of the kernels counts up to a bound that does not change while it runs, and every index is
    // below the length of its buffer: buffers are as long as the counts that are sent with them, and every digit of a
    // scalar has its entry in a table.
    unsafe { device.create_shader_module_trusted(descriptor, wgpu::ShaderRuntimeChecks::unchecked()) }
}

#[cfg(debug_assertions)]
fn module(device: &wgpu::Device, descriptor: ShaderModuleDescriptor<'_>) -> wgpu::ShaderModule {
    device.create_shader_module(descriptor)
}

/// What a shape's kernels bind, as their templates say.
fn bindings(shape: Shape) -> Vec<BindGroupLayoutEntry> {
    let uniform = BufferBindingType::Uniform;
    let (read, write) =
        (BufferBindingType::Storage { read_only: true }, BufferBindingType::Storage { read_only: false });
    let types: &[(u32, BufferBindingType)] = match shape {
        Shape::Header { .. } | Shape::Identity | Shape::Tail => &[(0, uniform), (1, uniform), (2, write)],
        Shape::Walk | Shape::Digest => &[(0, uniform), (1, uniform), (2, read), (3, write)],
        Shape::Scalars => &[(0, uniform), (1, uniform), (2, read), (3, write)],
        Shape::Points => &[(1, uniform), (2, read), (3, write), (4, write)],
        Shape::Sum => &[(1, uniform), (2, read), (3, read), (4, read), (5, write)],
        Shape::Probe => &[(1, uniform), (2, write), (3, write)],
    };
    let entry = |&(binding, ty): &(u32, BufferBindingType)| BindGroupLayoutEntry {
        binding,
        visibility: ShaderStages::COMPUTE,
        ty: BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    };
    types.iter().map(entry).collect()
}
