#include <gridnet/version.hpp>
#include <gridnet/version.hpp>

#include <doctest/doctest.h>

#include <string>

TEST_CASE("the library is the headers' own") {
  CHECK(std::string(gridnet::version()) == GRIDNET_VERSION);
  CHECK(gridnet::is_version_right());
}
