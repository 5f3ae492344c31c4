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

}  // namespace gridnet::detail
