//! Which path serves a function: the one place that ranks them.

use gridnet_simd::{Kernel, Path};

use crate::HashFunction;

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
#[derive(Clone)]
pub(crate) struct Choice {
    /// For work that fills its lanes.
    pub(crate) wide: Kernel,
    /// For fewer values, which would leave most of the wide kernel's lanes empty: each with the number of values up
    /// to which it is the best, ascending.
    narrow: Vec<(Kernel, usize)>,
}

impl Choice {
    /// `forced`: only this path, or portable where it has nothing for the function.
    pub(crate) fn new(function: HashFunction, forced: Option<Path>) -> Choice {
        let kernels = |path| Kernel::all(path, function.kernel_function());
        let portable =
            kernels(Path::Portable).next().expect("the portable path serves every function everywhere");
        let wide = match forced {
            Some(path) => kernels(path).next(),
            None => preferred(function).find_map(|path| kernels(path).next()),
        }
        .unwrap_or(portable);
        // A group of lanes costs the same however few of them are filled. SHA streams beat a part-filled AVX-512
        // group up to 12 values, one scalar lane beats lanes up to 3; fewer streams beat more that stand empty.
        let streams: Vec<Kernel> = match forced {
            Some(path) => kernels(path).filter(|kernel| kernel.path() == wide.path()).collect(),
            None => [Path::ShaNi, Path::Armv8Sha].into_iter().flat_map(kernels).collect(),
        };
        let mut narrow: Vec<(Kernel, usize)> = streams
            .into_iter()
            .filter(|kernel| kernel.path() != wide.path() || kernel.lanes() < wide.lanes())
            .map(|kernel| (kernel, if kernel.lanes() > 2 { 12 } else { kernel.lanes() }))
            .collect();
        if narrow.is_empty() && forced.is_none() && wide.lanes() > 4 {
            narrow.push((portable, 3));
        }
        narrow.reverse();
        Choice { wide, narrow }
    }

    /// The kernel for so many values at once, and the number of values from which on it is worth it.
    pub(crate) fn for_count(&self, count: usize) -> (Kernel, usize) {
        let rung = self.narrow.iter().position(|&(_, most)| count <= most).unwrap_or(self.narrow.len());
        let kernel = self.narrow.get(rung).map_or(self.wide, |&(kernel, _)| kernel);
        let least = if rung == 0 { 1 } else { self.narrow[rung - 1].1 + 1 };
        (kernel, least)
    }

    /// Every kernel that may be used.
    pub(crate) fn kernels(&self) -> impl Iterator<Item = Kernel> {
        std::iter::once(self.wide).chain(self.narrow.iter().map(|&(kernel, _)| kernel))
    }
}
