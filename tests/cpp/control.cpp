#include <gridnet/control.hpp>
#include <gridnet/control.hpp>

#include <gridnet/engine.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

TEST_CASE("a call is watched and ended from another thread, and says how far it came") {
  const gridnet::Engine engine({{"cpu"}, 1, 0, ""});
  const gridnet::Control control;
  CHECK(!control.is_cancelled());
  const gridnet::Bytes32 message{};
  gridnet::Search search;
  search.message = message;
  search.nonce = {24, 8, gridnet::Order::little};
  search.start = 5;
  std::thread canceller([&control] {
    while (control.progress().done < 1000) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    control.cancel();
  });
  // The target is zero: nothing meets it.
  const gridnet::Found found = engine.search(search, &control);
  canceller.join();
  CHECK(found.hits.empty());
  REQUIRE(found.resume.has_value());
  CHECK(*found.resume >= 1005);
  CHECK(control.is_cancelled());
  CHECK(control.progress().done >= 1000);
  CHECK(control.progress().total > control.progress().done);
  // It cannot be taken back.
  const std::uint64_t steps = 1000000;
  gridnet::Bytes32 end{};
  const auto walked = engine.try_walk(gridnet::HashFunction::sha256(), message, &steps, 1, end, &control);
  REQUIRE(!walked.ok());
  CHECK(walked.failure().name() == "cancelled");
  CHECK(walked.failure().code() == 17);
}
