// That the vectors would notice: a byte of something good that is changed makes it bad, wherever the byte stands.
#include "vectors.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "world.hpp"

namespace {

using vectors::hex;
using vectors::Json;
using vectors::text;

using Bytes = std::vector<std::uint8_t>;

/// Places that are tried: prime, so that they meet every part of what is laid out in eights.
constexpr std::size_t stride = 31;

/// Asks again and again with another byte changed; nothing may be as good as the first.
void notices(const Bytes& good, const std::function<bool(const Bytes&)>& is_good) {
  CHECK(is_good(good));
  std::size_t tried = 0;
  for (std::size_t place = 0; place < good.size(); place += stride) {
    Bytes bad = good;
    bad[place] ^= 1;
    INFO(place);
    CHECK(!is_good(bad));
    ++tried;
  }
  CHECK(tried > 10);
}

/// The first entry of a list with a name that nothing is wrong with.
Json good(const std::string& file, const std::string& list, const std::string& name) {
  for (const Json& entry : vectors::list(file, list)) {
    if (text(entry.at("name")) == name && entry.at("reason").is_null()) return entry;
  }
  throw std::runtime_error(file + " has nothing good named " + name);
}

}  // namespace

TEST_CASE("a byte of a token") {
  const Json entry = good("tokens.json", "tokens", "good");
  notices(hex(entry.at("token")), [&](const Bytes& bytes) {
    const auto token = gridnet::Token::try_from_bytes(bytes);
    return token.ok() && token.value().check(vectors::network(entry)) == gridnet::Reason::none;
  });
}

TEST_CASE("a byte of a custody chain, or of the token that it is of") {
  const Json entry = good("custody.json", "custody", "bearers");
  const auto is_good = [&](const Bytes& of, const Bytes& chain) {
    const auto token = gridnet::Token::try_from_bytes(of);
    const auto custody = gridnet::Custody::try_from_bytes(chain);
    return token.ok() && custody.ok() && custody.value().check(vectors::network(entry), token.value()).ok();
  };
  const Bytes token = hex(entry.at("token"));
  const Bytes chain = hex(entry.at("custody"));
  notices(chain, [&](const Bytes& bytes) { return is_good(token, bytes); });
  // Of the token its session counts: its first key, for one.
  Bytes other = token;
  other[259] ^= 1;
  CHECK(!is_good(other, chain));
}

TEST_CASE("a byte of a datagram") {
  const Json entry = vectors::list("datagrams.json", "datagrams").at(0);
  REQUIRE(entry.at("reason").is_null());
  notices(hex(entry.at("file")), [&](const Bytes& bytes) {
    const auto datagram = gridnet::Datagram::try_from_file(bytes);
    return datagram.ok() && datagram.value().check(vectors::network(entry),
                                                   vectors::number<std::uint64_t>(entry.at("now"))) ==
                                gridnet::Refusal::none;
  });
}

TEST_CASE("a byte of a proof of fraud") {
  const Json entry = good("fraud.json", "frauds", "sold twice");
  notices(hex(entry.at("proof")), [&](const Bytes& bytes) {
    const auto fraud = gridnet::try_check_fraud(vectors::network(entry), bytes);
    return fraud.ok() && fraud.value().reason == gridnet::NoFraud::none;
  });
}
