// What the public headers hide, and the ways between their types and the bridge's. For this folder alone.
#ifndef GRIDNET_IMPL_HPP
#define GRIDNET_IMPL_HPP

#include <string>
#include <vector>

#include "gridnet-ffi/src/bridge.rs.h"
#include "gridnet/gridnet.hpp"

namespace gridnet {

struct Control::Impl {
  rust::Box<bridge::Control> control = bridge::new_control();
};

struct Engine::Impl {
  rust::Box<bridge::Engine> engine;
};

namespace detail {

inline rust::Slice<const std::uint8_t> slice(View bytes) { return {bytes.data(), bytes.size()}; }
inline rust::Slice<std::uint8_t> slice(Room bytes) { return {bytes.data(), bytes.size()}; }
inline std::string text(const rust::String& text) { return std::string(text); }

/// What was refused, if something was.
inline bool is_good(const bridge::Status& status) { return status.code == 0; }
inline Failure failure(const bridge::Status& status) {
  return Failure(status.code, text(status.name), text(status.message));
}

/// Of an object that was moved from.
Failure empty(const char* what);

Device device(const bridge::Device& device);
Report report(const bridge::Report& report);
bridge::Function function(const HashFunction& function);

/// The caller's control, or one that nobody else has.
class Watched {
 public:
  explicit Watched(const Control* control) : control_(control == nullptr ? &own_.emplace() : control) {}
  const bridge::Control& operator*() const { return *control_->impl().control; }

 private:
  std::optional<Control> own_;
  const Control* control_;
};

}  // namespace detail
}  // namespace gridnet

#endif
