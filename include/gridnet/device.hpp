/// \file
/// What there is to compute on.
#ifndef GRIDNET_DEVICE_HPP
#define GRIDNET_DEVICE_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "gridnet/error.hpp"

namespace gridnet {

/// What kind of thing a device is.
enum class DeviceKind : std::uint8_t {
  cpu = 0,
  gpu = 1,
  /// A graphics driver that computes on the processor's cores.
  software = 2,
};

/// A device.
struct Device {
  /// What EngineOptions::devices takes.
  std::string id;
  std::string name;
  DeviceKind kind = DeviceKind::cpu;
  /// What drives it: `simd`, `vulkan`.
  std::string backend;
  /// Empty where there is none.
  std::string driver;
  /// Empty where there is none.
  std::string pci;
  /// The CPU's paths, fastest for SHA-256 first.
  std::vector<std::string> paths;
  /// What its self-test said: `passed`, `failed`, `not run`.
  std::string self_test;
  bool available = false;
  /// Why it is not.
  std::string reason;
  /// What it must not do because it fails that part of its self-test.
  std::vector<std::string> refused;
};

/// Every device of this machine, used or not, each opened and with all that it can do tested: takes seconds.
Result<std::vector<Device>> try_survey();

#if GRIDNET_EXCEPTIONS
/// \throws Error
inline std::vector<Device> survey() { return try_survey().or_throw(); }
#endif

}  // namespace gridnet

#endif
