// The published vectors of meters and contracts: what is asked through C++ has the answers that stand in them.
#include "vectors.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "world.hpp"

namespace {

using gridnet::Bytes32;
using gridnet::Contract;
using gridnet::KeptReading;
using gridnet::SignedContract;
using vectors::fixed;
using vectors::hex;
using vectors::Json;
using vectors::network;
using vectors::number;
using vectors::text;

using Bytes = std::vector<std::uint8_t>;
using Names = std::set<std::string>;

const Json& list(const char* name) { return vectors::list("energy.json", name); }

std::optional<KeptReading> kept(const Json& kept) {
  if (kept.is_null()) return std::nullopt;
  return KeptReading{number<std::uint64_t>(kept.at("sequence")), number<std::uint64_t>(kept.at("slot")),
                     number<std::uint64_t>(kept.at("imported")), number<std::uint64_t>(kept.at("exported")),
                     fixed<Bytes32>(kept.at("id"))};
}

/// A contract that nobody has signed: with a list of no signatures behind it.
Contract contract(const Json& encoded) {
  Bytes bytes = hex(encoded);
  bytes.insert(bytes.end(), 4, 0);
  return SignedContract::from_bytes(bytes).body;
}

}  // namespace

TEST_CASE("energy.json: certificates") {
  Names seen;
  for (const Json& entry : list("certificates")) {
    INFO(text(entry.at("name")));
    const auto certificate = gridnet::SignedCertificate::from_bytes(hex(entry.at("certificate")));
    CHECK(certificate.to_bytes() == hex(entry.at("certificate")));
    CHECK(certificate.body.id(network(entry)) == fixed<Bytes32>(entry.at("id")));
    CHECK(gridnet::name(certificate.check(network(entry))) == vectors::reason(entry));
    seen.insert(vectors::reason(entry));
  }
  seen.erase("");
  CHECK(seen == vectors::names<gridnet::Uncertified>());
}

TEST_CASE("energy.json: readings") {
  Names seen;
  std::size_t beyond = 0;
  for (const Json& entry : list("readings")) {
    INFO(text(entry.at("name")));
    const auto reading = gridnet::SignedReading::from_bytes(hex(entry.at("reading")));
    CHECK(reading.to_bytes() == hex(entry.at("reading")));
    CHECK(reading.body.id(network(entry)) == fixed<Bytes32>(entry.at("id")));
    const auto now = gridnet::try_slot_start(number<std::uint64_t>(entry.at("now")));
    if (!now.ok()) {
      // A slot that no moment is in.
      ++beyond;
      continue;
    }
    const gridnet::MeterFacts facts{fixed<Bytes32>(entry.at("meter")), fixed<Bytes32>(entry.at("key")),
                                    number<std::uint32_t>(entry.at("rating"))};
    const auto taken = gridnet::take_reading(network(entry), facts, kept(entry.at("before")), reading, now.value());
    CHECK(gridnet::name(taken.reason) == vectors::reason(entry));
    const auto in_bulk = gridnet::verify_readings(world::engine(), network(entry), facts, kept(entry.at("before")),
                                                  {reading}, now.value());
    CHECK(in_bulk.at(0).reason == taken.reason);
    seen.insert(vectors::reason(entry));
    if (!taken.ok()) continue;
    const KeptReading after = kept(entry.at("after")).value();
    CHECK(taken.kept.sequence == after.sequence);
    CHECK(taken.kept.slot == after.slot);
    CHECK(taken.kept.import_wh == after.import_wh);
    CHECK(taken.kept.export_wh == after.export_wh);
    CHECK(taken.kept.id == after.id);
    const Json& interval = entry.at("interval");
    REQUIRE(taken.interval.has_value() == !interval.is_null());
    if (!taken.interval) continue;
    CHECK(taken.interval->after == number<std::uint64_t>(interval.at(0)));
    CHECK(taken.interval->until == number<std::uint64_t>(interval.at(1)));
    CHECK(taken.interval->import_wh == number<std::uint64_t>(interval.at(2)));
    CHECK(taken.interval->export_wh == number<std::uint64_t>(interval.at(3)));
  }
  CHECK(beyond == 1);
  seen.erase("");
  CHECK(seen == vectors::names<gridnet::Misread>());
}

TEST_CASE("energy.json: equivocations") {
  Names seen;
  for (const Json& entry : list("equivocations")) {
    INFO(text(entry.at("name")));
    const auto proven =
        gridnet::check_equivocation(network(entry), fixed<Bytes32>(entry.at("key")), hex(entry.at("proof")));
    CHECK(gridnet::name(proven.reason) == vectors::reason(entry));
    seen.insert(vectors::reason(entry));
  }
  CHECK(seen.erase("") == 1);
  CHECK(seen == vectors::names<gridnet::NoEquivocation>());
}

TEST_CASE("energy.json: commands") {
  std::size_t heeded = 0, ignored = 0, none = 0;
  for (const Json& entry : list("commands")) {
    INFO(text(entry.at("name")));
    const auto read = gridnet::SignedCommand::try_from_bytes(hex(entry.at("command")));
    if (entry.at("signed").is_null()) {
      CHECK(why(read) == "101 encoding");
      ++none;
      continue;
    }
    const gridnet::SignedCommand& command = read.value();
    CHECK(command.to_bytes() == hex(entry.at("command")));
    CHECK(command.body.id(network(entry)) == fixed<Bytes32>(entry.at("id")));
    const bool is_signed = entry.at("signed").get<bool>(), is_for = entry.at("is_for").get<bool>();
    CHECK(command.is_signed(network(entry)) == is_signed);
    gridnet::CommandLog log;
    log.trust(command.body.dso);
    const auto done = log.receive(network(entry), fixed<Bytes32>(entry.at("meter")), text(entry.at("area")), command,
                                  command.body.expiry);
    CHECK(gridnet::name(done.reason) == (!is_signed ? "signature" : is_for ? "" : "other-place"));
    ++(done.ok() ? heeded : ignored);
  }
  CHECK(heeded >= 5);
  CHECK(ignored >= 4);
  CHECK(none == 3);
}

TEST_CASE("energy.json: who has what") {
  std::size_t paid = 0;
  for (const Json& entry : list("balances")) {
    INFO(text(entry.at("name")));
    const Contract terms = contract(entry.at("contract"));
    CHECK(terms.cap() == number<std::uint64_t>(entry.at("cap")));
    for (const Json& one : entry.at("paid")) {
      const auto balances = terms.balances(number<std::uint64_t>(one.at("delivered")));
      REQUIRE(balances.size() == one.at("balances").size());
      for (std::size_t i = 0; i < balances.size(); ++i) {
        CHECK(balances[i] == number<std::uint64_t>(one.at("balances").at(i)));
      }
      ++paid;
    }
  }
  CHECK(paid >= 30);
}

TEST_CASE("energy.json: contracts and their states") {
  Names seen;
  for (const Json& entry : list("contracts")) {
    INFO(text(entry.at("name")));
    const auto signed_by = SignedContract::from_bytes(hex(entry.at("contract")));
    CHECK(signed_by.to_bytes() == hex(entry.at("contract")));
    CHECK(signed_by.body.id(network(entry)) == fixed<Bytes32>(entry.at("id")));
    CHECK(gridnet::name(signed_by.check(network(entry))) == vectors::reason(entry));
    seen.insert(vectors::reason(entry));
  }
  CHECK(seen == Names{"", "parties", "bad-key", "same-key", "meters", "rate", "slots", "limit", "deposit", "window",
                      "signature"});
  seen.clear();
  for (const Json& entry : list("states")) {
    INFO(text(entry.at("name")));
    const auto state = gridnet::SignedState::from_bytes(hex(entry.at("state")));
    CHECK(state.to_bytes() == hex(entry.at("state")));
    CHECK(gridnet::name(state.check(network(entry), contract(entry.at("contract")))) == vectors::reason(entry));
    seen.insert(vectors::reason(entry));
  }
  CHECK(seen == Names{"", "other-contract", "signature"});
}
