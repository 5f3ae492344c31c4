#include <gridnet/error.hpp>
#include <gridnet/error.hpp>

#include <doctest/doctest.h>

#include <memory>

TEST_CASE("a result is one or the other") {
  gridnet::Result<int> good(3);
  CHECK(good.ok());
  CHECK(good.value() == 3);
  CHECK(std::move(good).or_throw() == 3);

  gridnet::Result<int> bad(gridnet::Failure(17, "cancelled", "it was cancelled"));
  CHECK(!bad);
  CHECK(bad.failure().code() == 17);
  try {
    std::move(bad).or_throw();
    FAIL("it should throw");
  } catch (const gridnet::Error& error) {
    CHECK(error.code() == 17);
    CHECK(error.name() == "cancelled");
    CHECK(std::string(error.what()) == "it was cancelled");
  }

  gridnet::Result<void> done;
  CHECK(done.ok());
  std::move(done).or_throw();
  gridnet::Result<void> not_done(gridnet::Failure(1, "a", "b"));
  CHECK_THROWS_AS(std::move(not_done).or_throw(), gridnet::Error);
}

TEST_CASE("what can only be moved is moved") {
  gridnet::Result<std::unique_ptr<int>> result(std::make_unique<int>(4));
  const std::unique_ptr<int> taken = std::move(result).or_throw();
  CHECK(*taken == 4);
}

TEST_CASE("a callback says what went wrong in its own words") {
  const gridnet::Failure failure("the disk is full");
  CHECK(failure.code() == 206);
  CHECK(failure.name() == "callback");
  CHECK(failure.message() == "the disk is full");
}
