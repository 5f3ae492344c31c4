//! What the processor calls itself.

/// The model's name where the operating system tells it, else the architecture's.
pub(super) fn processor() -> String {
    let info = if cfg!(target_os = "linux") { std::fs::read_to_string("/proc/cpuinfo").ok() } else { None };
    info.as_deref()
        .and_then(|info| {
            let line = info.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}
