//! A Vulkan device for the tests of the GPU side: Mesa's software one, the same everywhere.

use std::path::Path;

use anyhow::Result;

use crate::setup::{Package, packages};

/// Where Debian's Mesa describes its software device.
#[cfg(target_arch = "aarch64")]
const DRIVER: &str = "/usr/share/vulkan/icd.d/lvp_icd.aarch64.json";
#[cfg(not(target_arch = "aarch64"))]
const DRIVER: &str = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json";

/// What running on it needs.
const PACKAGES: &[Package] = &[
    Package { name: "mesa-vulkan-drivers", gives: DRIVER, why: "the software Vulkan device" },
    Package { name: "libvulkan1", gives: LOADER, why: "the Vulkan loader" },
];
#[cfg(target_arch = "aarch64")]
const LOADER: &str = "/usr/lib/aarch64-linux-gnu/libvulkan.so.1";
#[cfg(not(target_arch = "aarch64"))]
const LOADER: &str = "/usr/lib/x86_64-linux-gnu/libvulkan.so.1";

/// Installs it where it is missing.
pub(crate) fn set_up() -> Result<()> {
    packages(PACKAGES)
}

/// The setting that makes a test see this device and no other, unless somebody has set it otherwise.
pub(crate) fn software() -> Option<(&'static str, &'static str)> {
    const SETTING: &str = "VK_DRIVER_FILES";
    (std::env::var_os(SETTING).is_none() && Path::new(DRIVER).exists()).then_some((SETTING, DRIVER))
}
