// A program without exceptions: results say what is wrong.
#include <gridnet/gridnet.hpp>

static_assert(GRIDNET_EXCEPTIONS == 0);

int main() {
  const auto engine = gridnet::Engine::try_make({{"cpu"}, 1, 0, ""});
  if (!engine.ok()) return 1;
  if (gridnet::Engine::try_make({{"no-such-device"}, 1, 0, ""}).ok()) return 2;
  const auto fault = gridnet::try_verify_header({"too short", 9});
  return !fault.ok() && fault.failure().name() == "size" ? 0 : 3;
}
