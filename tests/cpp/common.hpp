// What several tests need.
#ifndef GRIDNET_TESTS_COMMON_HPP
#define GRIDNET_TESTS_COMMON_HPP

#include <cstdint>
#include <string>
#include <vector>

/// The bytes of hexadecimal digits.
inline std::vector<std::uint8_t> bytes(const std::string& hex) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return out;
}

#endif
