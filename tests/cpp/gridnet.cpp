#include <gridnet/gridnet.hpp>
#include <gridnet/gridnet.hpp>

#include <doctest/doctest.h>

TEST_CASE("the umbrella has everything") {
  CHECK(gridnet::is_version_right());
  CHECK(gridnet::header_bytes == 80);
  CHECK(gridnet::try_hash(gridnet::HashFunction::sha256(), {}).ok());
}
