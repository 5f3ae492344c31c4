// The published vectors (tests/vectors), as they are read: bytes in hex, numbers of 64 bits as text.
#ifndef GRIDNET_TESTS_VECTORS_HPP
#define GRIDNET_TESTS_VECTORS_HPP

#include <gridnet/gridnet.hpp>

#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "common.hpp"

namespace vectors {

using Json = nlohmann::json;

/// A list of a file, which is read once. There is none where the file, or the list, is not there.
inline const Json& list(const std::string& file, const std::string& name, const std::string& folder = "protocol") {
  static std::map<std::string, Json> read;
  Json& content = read[file];
  if (content.is_null()) {
    std::ifstream in(GRIDNET_VECTORS "/" + folder + "/" + file);
    if (!in) throw std::runtime_error(file + " cannot be read");
    content = Json::parse(in);
  }
  return content.at(name);
}

inline const std::string& text(const Json& value) { return value.get_ref<const std::string&>(); }
inline std::vector<std::uint8_t> hex(const Json& value) { return bytes(text(value)); }

template <class Array>
Array fixed(const Json& value) {
  return array<Array>(text(value));
}

/// What is there, and nothing where null stands.
inline std::string reason(const Json& entry) { return entry.at("reason").is_null() ? "" : text(entry.at("reason")); }

template <class Number>
Number number(const Json& value) {
  const std::uint64_t whole = value.is_string() ? std::stoull(text(value)) : value.get<std::uint64_t>();
  if (whole > std::numeric_limits<Number>::max()) throw std::out_of_range("a number is too large");
  return static_cast<Number>(whole);
}

inline gridnet::Network network(const Json& entry) {
  const std::string& name = text(entry.at("network"));
  if (name == "main") return gridnet::Network::main;
  if (name == "test") return gridnet::Network::test;
  if (name == "regtest") return gridnet::Network::regtest;
  throw std::invalid_argument("there is no network " + name);
}

/// Every name of a kind of codes, in a set to which what was seen is compared.
template <class Code>
std::set<std::string> names() {
  std::set<std::string> out;
  for (int number = 1; !gridnet::name(static_cast<Code>(number)).empty(); ++number) {
    out.emplace(gridnet::name(static_cast<Code>(number)));
  }
  return out;
}

}  // namespace vectors

#endif
