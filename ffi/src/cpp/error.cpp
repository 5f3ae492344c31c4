#include "impl.hpp"

namespace gridnet {

void wipe(Room secret) noexcept {
  volatile std::uint8_t* const bytes = secret.data();
  for (std::size_t i = 0; bytes != nullptr && i < secret.size(); ++i) bytes[i] = 0;
}

}  // namespace gridnet

namespace gridnet::detail {

Failure empty(const char* what) {
  return Failure(203, "empty", std::string("this ") + what + " holds nothing: it was moved from, or never made");
}

Failure null() { return Failure(204, "null", "a null pointer was given with a size: give memory of that size"); }

Lack overlap(View read, Room written) {
  const auto begin = [](const std::uint8_t* data) { return reinterpret_cast<std::uintptr_t>(data); };
  const std::uintptr_t from = begin(read.data()), to = begin(written.data());
  if (from < to + written.size() && to < from + read.size()) {
    return Failure(208, "value", "what is read and what is written overlap: give memory of their own to both");
  }
  return std::nullopt;
}

}  // namespace gridnet::detail
