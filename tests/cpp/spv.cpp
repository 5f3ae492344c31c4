#include <gridnet/spv.hpp>
#include <gridnet/spv.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common.hpp"
#include "vectors.hpp"
#include "world.hpp"

namespace {

using gridnet::Bytes32;
using gridnet::Checkpoint;
using gridnet::HeadersVerdict;
using gridnet::Network;
using gridnet::SpvFault;
using gridnet::Table;
using gridnet::VerifiedHeaders;
using vectors::fixed;
using vectors::hex;
using vectors::Json;
using vectors::number;
using vectors::text;

using Bytes = std::vector<std::uint8_t>;

const Json& list(const std::string& name) { return vectors::list("spv.json", name, "ledger"); }

Checkpoint checkpoint(const Json& block) {
  return {number<std::uint32_t>(block.at("height")), fixed<Bytes32>(block.at("id"))};
}

HeadersVerdict verify(const Json& entry, const Bytes& headers) {
  return VerifiedHeaders::verify(world::engine(), vectors::network(entry), checkpoint(entry.at("start")), headers,
                                 number<std::uint64_t>(entry.at("now")));
}

/// The headers that all other proofs are looked at under.
const VerifiedHeaders& good() {
  static const HeadersVerdict verdict = verify(list("headers").at(0), hex(list("headers").at(0).at("headers")));
  return verdict.headers.value();
}

/// What is wrong, as the vectors say it.
std::string said(const gridnet::SpvVerdict& verdict) {
  return verdict.ok() ? std::string() : std::string(gridnet::name(verdict.reason)) + " of " + verdict.where;
}
std::string expected(const Json& entry) {
  const std::string reason = vectors::reason(entry);
  return reason.empty() ? reason : reason + " of " + text(entry.at("where"));
}

}  // namespace

TEST_CASE("spv.json: headers from a block that is trusted") {
  std::set<std::string> seen;
  for (const Json& entry : list("headers")) {
    INFO(text(entry.at("name")));
    const HeadersVerdict verdict = verify(entry, hex(entry.at("headers")));
    CHECK(said(verdict) == expected(entry));
    CHECK(verdict.headers.has_value() == verdict.ok());
    seen.insert(vectors::reason(entry));
    if (!verdict.headers) continue;
    const Checkpoint tip = verdict.headers->tip();
    CHECK(tip.height == number<std::uint32_t>(entry.at("shown").at("tip").at("height")));
    CHECK(tip.id == fixed<Bytes32>(entry.at("shown").at("tip").at("id")));
    CHECK(verdict.headers->work() == fixed<Bytes32>(entry.at("shown").at("work")));
    const auto header = verdict.headers->header(tip.height);
    REQUIRE(header);
    const Bytes bytes = hex(entry.at("headers"));
    CHECK(std::equal(header->begin(), header->end(), bytes.end() - 80));
    CHECK(!verdict.headers->header(tip.height + 1));
    const std::uint32_t start = checkpoint(entry.at("start")).height;
    CHECK(verdict.headers->header(start).has_value());
    if (start > 0) CHECK(!verdict.headers->header(start - 1));
  }
  CHECK(seen == std::set<std::string>{"", "start", "bad-link", "bad-bits", "time-too-new"});
}

TEST_CASE("spv.json: a bit of a header that is changed is noticed, wherever it stands") {
  const Json& entry = list("headers").at(0);
  const Bytes headers = hex(entry.at("headers"));
  CHECK(verify(entry, headers).ok());
  // The first header's own id is what is trusted, so its bytes count too.
  for (std::size_t place = 0; place < headers.size(); place += 7) {
    Bytes bad = headers;
    bad[place] ^= static_cast<std::uint8_t>(1U << place % 8);
    const HeadersVerdict verdict = verify(entry, bad);
    INFO(place);
    // The last header may meet its target with another nonce or time, but then it is another block.
    CHECK((!verdict.ok() || verdict.headers->tip().id != good().tip().id));
    if (place + 80 < headers.size()) CHECK(!verdict.ok());
  }
}

TEST_CASE("spv.json: a transaction is in a block") {
  std::set<std::string> seen;
  for (const Json& entry : list("transactions")) {
    INFO(text(entry.at("name")));
    const Bytes proof = hex(entry.at("proof"));
    const auto verdict = gridnet::verify_transaction(good(), proof);
    CHECK(said(verdict) == expected(entry));
    seen.insert(vectors::reason(entry));
    if (!verdict.ok()) continue;
    CHECK(verdict.height == number<std::uint32_t>(entry.at("height")));
    CHECK(verdict.place == number<std::uint32_t>(entry.at("place")));
    CHECK(verdict.depth == number<std::uint32_t>(entry.at("depth")));
    CHECK(verdict.id == fixed<Bytes32>(entry.at("id")));
    CHECK(verdict.transaction == hex(entry.at("transaction")));
    for (std::size_t place = 0; place < proof.size(); ++place) {
      Bytes bad = proof;
      bad[place] ^= static_cast<std::uint8_t>(1U << place % 8);
      const auto changed = gridnet::try_verify_transaction(good(), bad);
      INFO(place);
      CHECK((!changed.ok() || !changed.value().ok()));
    }
  }
  CHECK(seen == std::set<std::string>{"", "branch", "height"});
}

TEST_CASE("spv.json: what stands in a row, and that there is none") {
  std::size_t present = 0, absent = 0;
  for (const Json& entry : list("rows")) {
    INFO(text(entry.at("name")));
    const Bytes proof = hex(entry.at("proof")), key = hex(entry.at("key"));
    const auto table = static_cast<Table>(number<std::uint8_t>(entry.at("table")));
    const auto verdict = gridnet::verify_row(good(), table, key, proof);
    REQUIRE(verdict.ok());
    CHECK(verdict.height == number<std::uint32_t>(entry.at("height")));
    CHECK(verdict.root == fixed<Bytes32>(entry.at("root")));
    CHECK(verdict.depth == number<std::uint32_t>(entry.at("depth")));
    REQUIRE(verdict.value.has_value() == !entry.at("value").is_null());
    if (verdict.value) CHECK(*verdict.value == hex(entry.at("value")));
    ++(verdict.value ? present : absent);
    // A proof of one row shows no other, however it names itself. That one row is not there may show the same of another,
    // which would stand on the same way.
    Bytes other = key;
    other[0] ^= 1;
    const Table elsewhere = table == Table::pools ? Table::meters : Table::pools;
    for (const auto& [where, which] : {std::pair{table, other}, std::pair{elsewhere, key}}) {
      const auto asked = gridnet::verify_row(good(), where, which, proof);
      CHECK((verdict.value ? asked.reason == SpvFault::row : !asked.value));
    }
    for (std::size_t place = 0; place < proof.size(); ++place) {
      Bytes bad = proof;
      bad[place] ^= static_cast<std::uint8_t>(1U << place % 8);
      const auto changed = gridnet::try_verify_row(good(), table, key, bad);
      INFO(place);
      // The proof's own word for which row it is of is not believed, so it may be anything.
      const bool shows = changed.ok() && changed.value().ok();
      if (shows) {
        CHECK(changed.value().value == verdict.value);
        CHECK(changed.value().root == verdict.root);
      }
    }
  }
  CHECK(present == 1);
  CHECK(absent == 2);
}

TEST_CASE("a wrong question has no answer") {
  const Json& entry = list("headers").at(0);
  const Bytes headers = hex(entry.at("headers"));
  const auto ask = [&](Network network, gridnet::View bytes, const gridnet::Control* control = nullptr) {
    return why(VerifiedHeaders::try_verify(world::engine(), network, checkpoint(entry.at("start")), bytes,
                                           number<std::uint64_t>(entry.at("now")), control));
  };
  CHECK(ask(Network::regtest, headers).empty());
  CHECK(ask(static_cast<Network>(0), headers) == "201 unknown");
  CHECK(ask(Network::regtest, {headers.data(), 81}) == "202 size");
  CHECK(ask(Network::regtest, {nullptr, 80}) == "204 null");
  const gridnet::Control control;
  control.cancel();
  CHECK(ask(Network::regtest, headers, &control) == "17 cancelled");
  CHECK(Checkpoint::first(Network::regtest).id == checkpoint(entry.at("start")).id);
  CHECK(Checkpoint::first(Network::regtest).height == 0);
  CHECK(why(Checkpoint::try_first(static_cast<Network>(0))) == "201 unknown");

  const Bytes proof = hex(list("rows").at(0).at("proof")), key = hex(list("rows").at(0).at("key"));
  const auto row = [&](int table) {
    return why(gridnet::try_verify_row(good(), static_cast<Table>(table), key, proof));
  };
  // Nodes are what the tree is made of, and no row of it.
  for (const int table : {18, 255}) CHECK(row(table) == "201 unknown");
  CHECK(row(2).empty());
  CHECK(why(gridnet::try_verify_row(good(), Table::accounts, key, {"none", 4})) == "101 encoding");
  CHECK(why(gridnet::try_verify_transaction(good(), {"none", 4})) == "101 encoding");
  CHECK(why(gridnet::try_verify_transaction(VerifiedHeaders(nullptr), proof)) == "203 empty");
  CHECK(why(gridnet::try_verify_row(VerifiedHeaders(nullptr), Table::accounts, key, proof)) == "203 empty");
  CHECK(why(VerifiedHeaders(nullptr).try_tip()) == "203 empty");
  CHECK(why(VerifiedHeaders(nullptr).try_work()) == "203 empty");
  CHECK(why(VerifiedHeaders(nullptr).try_header(0)) == "203 empty");
}
