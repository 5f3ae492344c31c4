#include "impl.hpp"

namespace gridnet {

const char* version() noexcept {
  static const std::string version = detail::text(bridge::version());
  return version.c_str();
}

namespace detail {

static std::vector<std::string> texts(const rust::Vec<rust::String>& texts) {
  std::vector<std::string> out;
  out.reserve(texts.size());
  for (const rust::String& each : texts) out.push_back(text(each));
  return out;
}

Device device(const bridge::Device& device) {
  Device out;
  out.id = text(device.id);
  out.name = text(device.name);
  out.kind = static_cast<DeviceKind>(device.kind);
  out.backend = text(device.backend);
  out.driver = text(device.driver);
  out.pci = text(device.pci);
  out.paths = texts(device.paths);
  out.self_test = text(device.self_test);
  out.available = device.available;
  out.reason = text(device.reason);
  out.refused = texts(device.refused);
  return out;
}

}  // namespace detail

Result<std::vector<Device>> try_survey() {
  bridge::Status status;
  const auto devices = bridge::survey(status);
  if (!detail::is_good(status)) return detail::failure(status);
  std::vector<Device> out;
  for (const bridge::Device& device : devices) out.push_back(detail::device(device));
  return out;
}

}  // namespace gridnet
