// The shared library does the same, and its errors are caught here.
#include <gridnet/gridnet.hpp>

int main() {
  if (!gridnet::is_version_right()) return 1;
  const gridnet::Engine engine(gridnet::EngineOptions{{"cpu"}, 1, 0, ""});
  try {
    const gridnet::Engine other(gridnet::EngineOptions{{"no-such-device"}, 1, 0, ""});
    return 2;
  } catch (const gridnet::Error& error) {
    return error.name() == "unknown-device" ? 0 : 3;
  }
}
