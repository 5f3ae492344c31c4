//! The kernels of one device: compiled when they are first needed, tested before they serve.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gridnet_shaders::{Function, Kernel, Shape};
use wgpu::{
    BindGroupLayout, BindGroupLayoutDescriptor, BindGroupLayoutEntry, BindingType, BufferBindingType,
    ComputePipeline, ComputePipelineDescriptor, PipelineCompilationOptions, PipelineLayoutDescriptor,
    ShaderModuleDescriptor, ShaderSource, ShaderStages,
};

use super::Fault;
use super::open::Open;

/// Invocations of a workgroup.
pub(super) const GROUP_SIZE: u32 = 64;

/// A kernel that a device has compiled.
pub(super) struct Ready {
    pub(super) pipeline: ComputePipeline,
    pub(super) layout: BindGroupLayout,
}

/// A kernel, once somebody has compiled it.
type Compiled = Arc<OnceLock<Result<Arc<Ready>, Fault>>>;

/// Compiled kernels by name.
pub(super) struct Kernels {
    int64: bool,
    ready: Mutex<HashMap<&'static str, Compiled>>,
    /// What the known questions said of each kernel.
    proven: Mutex<HashMap<&'static str, Result<(), Fault>>>,
}

impl Kernels {
    pub(super) fn new(int64: bool) -> Kernels {
        Kernels { int64, ready: Mutex::default(), proven: Mutex::default() }
    }

    /// The kernel for a shape and a function, in the form that this device runs best.
    pub(super) fn find(&self, shape: Shape, function: Function) -> Option<&'static Kernel> {
        Kernel::find(shape, function, self.int64)
    }

    /// Whether a kernel answers known questions rightly; they are asked once.
    pub(super) fn proven(
        &self,
        kernel: &Kernel,
        ask: impl FnOnce() -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        let mut proven = self.proven.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = proven.get(kernel.name) {
            return known.clone();
        }
        let said = match ask() {
            Ok(true) => Ok(()),
            Ok(false) => Err(Fault::Wrong(format!("the kernel {} fails its self-test", kernel.name))),
            Err(fault) => Err(fault),
        };
        // A device that was lost says nothing about its kernels.
        if !matches!(said, Err(Fault::Lost(_))) {
            proven.insert(kernel.name, said.clone());
        }
        said
    }

    /// Compiles a kernel, once.
    pub(super) fn ready(&self, open: &Open, kernel: &'static Kernel) -> Result<Arc<Ready>, Fault> {
        let cell = Arc::clone(
            self.ready.lock().unwrap_or_else(PoisonError::into_inner).entry(kernel.name).or_default(),
        );
        cell.get_or_init(|| compile(open, kernel).map(Arc::new)).clone()
    }
}

fn compile(open: &Open, kernel: &Kernel) -> Result<Ready, Fault> {
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
                constants: &[("group_size", f64::from(GROUP_SIZE))],
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        Ready { pipeline, layout }
    })
}

/// Without the checks on loops and indices that a stranger's text would need: the texts are ours, their loops end, and
/// every length that they index with was checked. Tests keep the checks.
#[cfg(not(debug_assertions))]
#[allow(unsafe_code)]
fn module(device: &wgpu::Device, descriptor: ShaderModuleDescriptor<'_>) -> wgpu::ShaderModule {
    // SAFETY: every loop of the kernels counts up to a bound that does not change while it runs, and every index is
    // below the length of its buffer: `dispatch.rs` makes buffers as long as the counts that it sends.
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
