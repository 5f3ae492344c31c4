#include "impl.hpp"

namespace gridnet::detail {

Failure empty(const char* what) {
  return Failure(203, "empty", std::string("this ") + what + " holds nothing: it was moved from, or never made");
}

}  // namespace gridnet::detail
