#include <gridnet/device.hpp>
#include <gridnet/device.hpp>

#include <doctest/doctest.h>

TEST_CASE("the CPU is there, and right") {
  const auto devices = gridnet::survey();
  REQUIRE(!devices.empty());
  const gridnet::Device& cpu = devices.front();
  CHECK(cpu.id == "cpu");
  CHECK(cpu.kind == gridnet::DeviceKind::cpu);
  CHECK(!cpu.name.empty());
  CHECK(!cpu.paths.empty());
  CHECK(cpu.self_test == "passed");
  CHECK(cpu.available);
  CHECK(cpu.reason.empty());
}
