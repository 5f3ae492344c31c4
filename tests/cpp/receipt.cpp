#include <gridnet/receipt.hpp>
#include <gridnet/receipt.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common.hpp"
#include "vectors.hpp"
#include "world.hpp"

namespace {

using gridnet::Bytes32;
using gridnet::ReceiptFacts;
using gridnet::ReceiptOptions;
using gridnet::ReceiptSide;
using gridnet::ReceiptVerdict;
using vectors::fixed;
using vectors::hex;
using vectors::Json;
using vectors::number;
using vectors::text;

using Bytes = std::vector<std::uint8_t>;

const Json& list() { return vectors::list("spv.json", "receipts", "ledger"); }

ReceiptOptions options(const Json& entry) {
  ReceiptOptions options;
  options.network = vectors::network(entry);
  options.start.height = number<std::uint32_t>(entry.at("start").at("height"));
  options.start.id = fixed<Bytes32>(entry.at("start").at("id"));
  options.depth = number<std::uint32_t>(entry.at("depth"));
  for (const Json& one : entry.at("authorities")) options.authorities.push_back(fixed<Bytes32>(one));
  options.now = number<std::uint64_t>(entry.at("now"));
  return options;
}

ReceiptVerdict verify(const Bytes& file, const ReceiptOptions& options) {
  return gridnet::verify_receipt(world::engine(), file, options);
}

void is_side(const ReceiptSide& side, const Json& expected) {
  CHECK(side.owner == fixed<Bytes32>(expected.at("owner")));
  CHECK(side.meter == fixed<Bytes32>(expected.at("meter")));
  CHECK(side.certificate.area == text(expected.at("area")));
  CHECK(side.certificate.id(world::NETWORK) == side.meter);
  CHECK(gridnet::address_of(side.certificate.owner) == side.owner);
  CHECK(side.imported_wh == number<std::uint64_t>(expected.at("measured").at(0)));
  CHECK(side.exported_wh == number<std::uint64_t>(expected.at("measured").at(1)));
  CHECK(side.kept.has_value());
  CHECK(!side.has_equivocated);
  CHECK(side.has_identity);
  CHECK(!side.is_revoked);
}

void are_facts(const ReceiptFacts& facts, const Json& expected) {
  CHECK(facts.contract == fixed<Bytes32>(expected.at("contract")));
  CHECK(facts.terms.id(world::NETWORK) == facts.contract);
  CHECK(facts.opened == number<std::uint32_t>(expected.at("opened")));
  CHECK(facts.settled == number<std::uint32_t>(expected.at("settled")));
  CHECK(facts.settled_time == number<std::uint64_t>(expected.at("settled_time")));
  CHECK(facts.delivered_wh == number<std::uint64_t>(expected.at("delivered")));
  CHECK(facts.paid == facts.terms.balances(facts.delivered_wh));
  REQUIRE(facts.paid.size() == expected.at("paid").size());
  for (std::size_t i = 0; i < facts.paid.size(); ++i) {
    CHECK(facts.paid[i] == number<std::uint64_t>(expected.at("paid").at(i)));
  }
  is_side(facts.seller, expected.at("sides").at(0));
  is_side(facts.buyer, expected.at("sides").at(1));
  REQUIRE(facts.readings.size() == expected.at("readings").size());
  for (std::size_t i = 0; i < facts.readings.size(); ++i) {
    CHECK(facts.readings[i].to_bytes() == hex(expected.at("readings").at(i)));
  }
  REQUIRE(facts.marks.size() == number<std::size_t>(expected.at("marks")));
  for (const gridnet::Mark& mark : facts.marks) {
    CHECK(mark.reason == "its seal is broken");
    CHECK(mark.subject.kind == gridnet::Subject::Kind::meter);
    CHECK(mark.subject.id == facts.seller.meter);
    CHECK(mark.authority == facts.authorities.at(0));
  }
  CHECK(facts.height == number<std::uint32_t>(expected.at("height")));
  CHECK(facts.root == fixed<Bytes32>(expected.at("root")));
  CHECK(facts.depth == number<std::uint32_t>(expected.at("depth")));
  CHECK(facts.work == fixed<Bytes32>(expected.at("work")));
  REQUIRE(facts.objections.size() == expected.at("objections").size());
  for (std::size_t i = 0; i < facts.objections.size(); ++i) {
    CHECK(gridnet::name(facts.objections[i].kind) == text(expected.at("objections").at(i)));
  }
}

}  // namespace

TEST_CASE("spv.json: a receipt shows who sold what to whom") {
  std::set<std::string> reasons, objections;
  for (const Json& entry : list()) {
    INFO(text(entry.at("name")));
    const ReceiptVerdict verdict = verify(hex(entry.at("file")), options(entry));
    CHECK(gridnet::name(verdict.reason) == vectors::reason(entry));
    CHECK(verdict.facts.has_value() == verdict.ok());
    reasons.insert(vectors::reason(entry));
    if (!verdict.facts) {
      CHECK(verdict.where == text(entry.at("where")));
      continue;
    }
    CHECK(verdict.where.empty());
    are_facts(*verdict.facts, entry.at("facts"));
    for (const auto& one : verdict.facts->objections) objections.emplace(gridnet::name(one.kind));
  }
  CHECK(reasons == std::set<std::string>{"", "shallow", "network", "start"});
  CHECK(objections == std::set<std::string>{"marked", "unsaid"});
}

TEST_CASE("spv.json: no bit of a receipt can be changed and something else be shown") {
  const Json& entry = list().at(0);
  const Bytes file = hex(entry.at("file"));
  const ReceiptOptions asked = options(entry);
  const auto good = verify(file, asked);
  REQUIRE(good.ok());
  std::size_t refused = 0, tried = 0;
  // A prime, so that all parts are met; the rest of this is done byte by byte where the rules are.
  for (std::size_t place = 0; place < file.size(); place += 13) {
    Bytes bad = file;
    bad[place] ^= static_cast<std::uint8_t>(1U << place % 8);
    const auto read = gridnet::try_verify_receipt(world::engine(), bad, asked);
    ++tried;
    if (!read.ok() || !read.value().ok()) {
      ++refused;
      continue;
    }
    INFO(place);
    // The last headers may be others that have as much work; what is shown stands all the same.
    const ReceiptFacts& facts = *read.value().facts;
    CHECK(facts.contract == good.facts->contract);
    CHECK(facts.delivered_wh == good.facts->delivered_wh);
    CHECK(facts.root == good.facts->root);
    CHECK(facts.marks.size() == good.facts->marks.size());
  }
  CHECK(tried > 300);
  CHECK(refused * 100 > tried * 95);
}

TEST_CASE("what is no receipt, or no question, has no answer") {
  const Json& entry = list().at(0);
  const Bytes file = hex(entry.at("file"));
  const ReceiptOptions asked = options(entry);
  const auto ask = [&](gridnet::View bytes, const ReceiptOptions& by, const gridnet::Control* control = nullptr) {
    return why(gridnet::try_verify_receipt(world::engine(), bytes, by, control));
  };
  CHECK(ask(file, asked).empty());
  CHECK(ask({}, asked) == "101 encoding");
  CHECK(ask({file.data(), file.size() - 1}, asked) == "101 encoding");
  CHECK(ask({nullptr, 9}, asked) == "204 null");
  ReceiptOptions other = asked;
  other.network = static_cast<gridnet::Network>(0);
  CHECK(ask(file, other) == "201 unknown");
  const gridnet::Control control;
  control.cancel();
  CHECK(ask(file, asked, &control) == "17 cancelled");
  gridnet::Engine engine({{"cpu"}, 1, 0, ""});
  const gridnet::Engine taken = std::move(engine);
  CHECK(why(gridnet::try_verify_receipt(engine, file, asked)) == "203 empty");
  CHECK(gridnet::name(gridnet::ReceiptObjection::Kind::proven) == "proven");
  CHECK(gridnet::name(static_cast<gridnet::ReceiptObjection::Kind>(4)).empty());
}
