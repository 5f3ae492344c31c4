//! The paths this CPU can run: the only reader of CPU features.
//!
//! A *path* is one way of computing, named after the instruction set it needs. One binary carries every path of
//! its architecture and asks here, at run time, which of them exist.

/// One way of computing on a CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Path {
    /// Plain Rust, any CPU. The reference that every other path is held against.
    Portable,
    /// x86 SHA instructions: several interleaved streams. SHA-256 and SHA-256d only.
    ShaNi,
    /// 256-bit lanes.
    Avx2,
    /// 512-bit lanes with rotates and ternary logic.
    Avx512,
    /// aarch64 128-bit lanes.
    Neon,
    /// ARMv8 SHA-2 instructions: several interleaved streams. SHA-256 and SHA-256d only.
    Armv8Sha,
}

impl Path {
    /// Every path there is, on any CPU.
    pub const ALL: [Path; 6] =
        [Path::Portable, Path::ShaNi, Path::Avx2, Path::Avx512, Path::Neon, Path::Armv8Sha];

    /// The name used on command lines, in reports and in logs.
    pub const fn name(self) -> &'static str {
        match self {
            Path::Portable => "portable",
            Path::ShaNi => "sha-ni",
            Path::Avx2 => "avx2",
            Path::Avx512 => "avx512",
            Path::Neon => "neon",
            Path::Armv8Sha => "armv8-sha",
        }
    }

    /// The path of that name, whether or not this CPU has it.
    pub fn from_name(name: &str) -> Option<Path> {
        Path::ALL.into_iter().find(|path| path.name() == name)
    }

    /// Whether this CPU (and operating system) can run the path, and this build has it.
    pub fn is_available(self) -> bool {
        match self {
            Path::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Path::ShaNi => {
                is_x86_feature_detected!("sha")
                    && is_x86_feature_detected!("sse4.1")
                    && is_x86_feature_detected!("ssse3")
            }
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(all(target_arch = "x86_64", feature = "avx512"))]
            Path::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
            }
            #[cfg(target_arch = "aarch64")]
            Path::Neon => std::arch::is_aarch64_feature_detected!("neon"),
            #[cfg(target_arch = "aarch64")]
            Path::Armv8Sha => std::arch::is_aarch64_feature_detected!("sha2"),
            #[allow(unreachable_patterns, reason = "the arms above differ by architecture")]
            _ => false,
        }
    }

    /// The paths this CPU can run, in the order of [`Path::ALL`].
    pub fn available() -> Vec<Path> {
        Path::ALL.into_iter().filter(|path| path.is_available()).collect()
    }
}

/// Whether the CPU has what [`Path::Avx512`] needs and multiplies 52 bits in its lanes.
#[cfg(all(target_arch = "x86_64", feature = "avx512"))]
pub(crate) fn has_ifma() -> bool {
    Path::Avx512.is_available()
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512ifma")
}

/// Whether the CPU has what [`Path::Avx2`] needs and multiplies and adds doubles with one rounding.
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_fma() -> bool {
    Path::Avx2.is_available() && is_x86_feature_detected!("fma")
}
