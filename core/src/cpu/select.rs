//! Which path serves a function: the one place that ranks them.

use gridnet_simd::{Kernel, Path};

use crate::{Error, HashFunction};

/// Paths for a function, fastest first. Ranked by measurement (docs/performance.md).
pub(super) fn preferred(function: HashFunction) -> impl Iterator<Item = Path> {
    match function {
        HashFunction::Sha256 | HashFunction::Sha256d => {
            [Path::Avx512, Path::ShaNi, Path::Armv8Sha, Path::Avx2, Path::Neon, Path::Portable].into_iter()
        }
        HashFunction::Blake2s { .. } | HashFunction::Blake2b { .. } => {
            [Path::Avx512, Path::Avx2, Path::Neon, Path::Portable, Path::ShaNi, Path::Armv8Sha].into_iter()
        }
    }
}

/// The kernels that serve a function on this CPU.
#[derive(Clone, Copy)]
pub(crate) struct Choice {
    /// For work that fills its lanes.
    pub(crate) wide: Kernel,
    /// For work that would leave most of the wide kernel's lanes empty, and the number of values up to which it wins.
    pub(crate) narrow: Option<(Kernel, usize)>,
}

impl Choice {
    /// `forced`: only this path, or portable where it has nothing for the function.
    pub(crate) fn new(function: HashFunction, forced: Option<Path>) -> Choice {
        let kernel = |path| Kernel::new(path, function.kernel_function());
        let portable = kernel(Path::Portable).expect("the portable path serves every function everywhere");
        if let Some(path) = forced {
            return Choice { wide: kernel(path).unwrap_or(portable), narrow: None };
        }
        let wide = preferred(function).find_map(kernel).unwrap_or(portable);
        let streams = [Path::ShaNi, Path::Armv8Sha].into_iter().find_map(kernel);
        // A group of lanes costs the same however few are filled. SHA streams beat a part-filled AVX-512 group up to
        // 12 values, a single scalar lane beats lanes up to 3.
        let narrow = match streams {
            Some(streams) if streams.path() != wide.path() => Some((streams, 12)),
            None if wide.lanes() > 4 => Some((portable, 3)),
            _ => None,
        };
        Choice { wide, narrow }
    }

    /// The kernel for so many values at once.
    pub(crate) fn for_count(&self, count: usize) -> Kernel {
        match self.narrow {
            Some((narrow, most)) if count <= most => narrow,
            _ => self.wide,
        }
    }

    /// Calls `f` with each kernel.
    pub(crate) fn each(&self, f: impl Fn(Kernel) -> Result<(), Error>) -> Result<(), Error> {
        f(self.wide)?;
        self.narrow.map_or(Ok(()), |(narrow, _)| f(narrow))
    }
}
