// What several tests need.
#ifndef GRIDNET_TESTS_COMMON_HPP
#define GRIDNET_TESTS_COMMON_HPP

#include <gridnet/bytes.hpp>
#include <gridnet/error.hpp>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The bytes of hexadecimal digits.
inline std::vector<std::uint8_t> bytes(std::string_view hex) {
  const auto digit = [](char character) -> int {
    if ('0' <= character && character <= '9') return character - '0';
    if ('a' <= character && character <= 'f') return character - 'a' + 10;
    throw std::invalid_argument("this is no hexadecimal digit");
  };
  if (hex.size() % 2 != 0) throw std::invalid_argument("half a byte is left over");
  std::vector<std::uint8_t> out(hex.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  }
  return out;
}

/// The same in an array of their number.
template <class Array>
Array array(std::string_view hex) {
  const std::vector<std::uint8_t> all = bytes(hex);
  Array out{};
  if (all.size() != out.size()) throw std::invalid_argument("these are not as many bytes as there must be");
  std::copy(all.begin(), all.end(), out.begin());
  return out;
}

/// Why a call has no answer, as `203 empty`; nothing where it has one.
template <class T>
std::string why(const gridnet::Result<T>& result) {
  return result.ok() ? std::string() : std::to_string(result.failure().code()) + ' ' + result.failure().name();
}

/// What a call throws, in the same words.
template <class F>
std::string thrown_by(F call) {
  try {
    call();
    return {};
  } catch (const gridnet::Error& error) {
    return std::to_string(error.code()) + ' ' + error.name();
  }
}

#endif
