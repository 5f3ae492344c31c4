#include <gridnet/bytes.hpp>
#include <gridnet/bytes.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>
#include <vector>
#if __cplusplus >= 202002L
#include <span>
#endif

namespace {

std::size_t bytes_of(gridnet::View view) { return view.size(); }
std::size_t room_of(gridnet::Room room) { return room.size(); }

}  // namespace

TEST_CASE("whatever is bytes can be viewed") {
  const std::vector<std::uint8_t> vector(7);
  const std::string text = "twelve bytes";
  const gridnet::Bytes32 array{};
  const std::vector<gridnet::Bytes32> arrays(3);
  const std::array<std::byte, 5> raw{};
  CHECK(bytes_of(vector) == 7);
  CHECK(bytes_of(text) == 12);
  CHECK(bytes_of(array) == 32);
  CHECK(bytes_of(arrays) == 96);
  CHECK(bytes_of(raw) == 5);
  CHECK(bytes_of({vector.data(), 2}) == 2);
  CHECK(gridnet::View(vector).data() == vector.data());
#if __cplusplus >= 202002L
  CHECK(bytes_of(std::span<const std::uint8_t>(vector)) == 7);
  CHECK(bytes_of(std::span<const gridnet::Bytes32>(arrays)) == 96);
#endif
}

TEST_CASE("what is no bytes cannot, nor what is constant be written") {
  CHECK(!std::is_constructible_v<gridnet::View, std::vector<std::uint32_t>>);
  CHECK(!std::is_constructible_v<gridnet::View, std::vector<std::string>>);
  CHECK(!std::is_constructible_v<gridnet::View, int>);
  CHECK(!std::is_constructible_v<gridnet::Room, const std::vector<std::uint8_t>&>);
  CHECK(!std::is_constructible_v<gridnet::Room, const gridnet::Bytes32&>);
  std::vector<gridnet::Bytes32> out(4);
  CHECK(room_of(out) == 128);
}

TEST_CASE("nothing is left of a secret that was wiped, and all around it is") {
  std::vector<std::uint8_t> memory(64, 7);
  gridnet::wipe({memory.data() + 8, 32});
  for (std::size_t i = 0; i < memory.size(); ++i) CHECK(memory[i] == (8 <= i && i < 40 ? 0 : 7));
  gridnet::Bytes32 secret{1, 2, 3};
  gridnet::wipe(secret);
  CHECK(secret == gridnet::Bytes32{});
  gridnet::wipe({});
}
