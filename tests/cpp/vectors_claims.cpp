// The published claims: a verdict for each, who is paid what, and claims in their order.
#include "vectors.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "world.hpp"

namespace {

using gridnet::Bytes32;
using gridnet::Claims;
using gridnet::Context;
using gridnet::Void;
using vectors::fixed;
using vectors::hex;
using vectors::Json;
using vectors::number;
using vectors::text;

using Names = std::set<std::string>;
using Verdicts = std::vector<std::string>;

Context context(const Json& entry) {
  Context context(vectors::network(entry), number<std::uint32_t>(entry.at("height")),
                  number<std::uint64_t>(entry.at("median_time")));
  for (const Json& encoded : entry.at("registrations")) {
    const auto registration = gridnet::Registration::from_bytes(hex(encoded));
    const auto added = context.try_add(registration);
    // What could not be registered is not there: its tokens are bad for the same reason.
    if (added.ok()) {
      CHECK(added.value() == registration.id(vectors::network(entry)));
    } else {
      CHECK((why(added) == "108 out-of-range" || why(added) == "103 overflow"));
    }
  }
  for (const Json& of : entry.at("kept")) {
    gridnet::Kept kept{number<std::uint32_t>(of.at("depth")), fixed<Bytes32>(of.at("word")), {}};
    if (!of.at("session").is_null()) kept.session = fixed<Bytes32>(of.at("session"));
    context.keep(fixed<Bytes32>(of.at("pool")), number<std::uint16_t>(of.at("bank")), kept);
  }
  for (const Json& of : entry.at("identities")) {
    gridnet::Identity identity;
    identity.proof = {number<std::uint32_t>(of.at("repetitions")), number<std::uint32_t>(of.at("nonce"))};
    identity.registered = number<std::uint32_t>(of.at("registered"));
    identity.revoked = of.at("revoked").get<bool>();
    identity.stake = number<std::uint64_t>(of.at("stake"));
    context.identify(fixed<Bytes32>(of.at("address")), identity);
  }
  return context;
}

const std::vector<Context>& contexts() {
  static const std::vector<Context> contexts = [] {
    std::vector<Context> read;
    for (const Json& entry : vectors::list("transit.json", "contexts")) read.push_back(context(entry));
    return read;
  }();
  return contexts;
}

const Context& context_of(const Json& entry) { return contexts().at(number<std::size_t>(entry.at("context"))); }

/// What the files say of a payout, of what C++ says.
Json said(const gridnet::Verified& verified, const gridnet::Verdict& verdict) {
  if (verdict.reason != gridnet::Reason::none) return nullptr;
  Json hops = Json::array();
  for (std::size_t hop = verdict.first_hop; hop < verdict.first_hop + verdict.hops; ++hop) {
    const auto& [share, reason] = verified.hops.at(hop);
    const char* fate = reason == Void::none ? "paid" : reason == Void::unopened ? "held" : "burnt";
    hops.push_back({{"share", std::to_string(share)}, {"fate", fate}, {"void", nullptr}});
    if (reason != Void::none) hops.back()["void"] = gridnet::name(reason);
  }
  return {{"total", std::to_string(verdict.total)},
          {"fee", std::to_string(verdict.fee)},
          {"receiver", std::to_string(verdict.receiver)},
          {"burnt", std::to_string(verdict.burnt)},
          {"hops", hops}};
}

/// The reasons of the next claims of a sequence.
Verdicts judged(gridnet::Sequence& sequence, const Claims& claims, const Context& context) {
  Verdicts out;
  for (const auto& verdict : sequence.verify(world::engine(), claims, context).verdicts) {
    out.emplace_back(gridnet::name(verdict.reason));
  }
  return out;
}

}  // namespace

TEST_CASE("transit.json: claims have their verdicts, weights and payouts") {
  Names seen, voids;
  std::size_t count = 0;
  for (const Json& entry : vectors::list("transit.json", "claims")) {
    INFO(text(entry.at("name")));
    seen.insert(vectors::reason(entry));
    ++count;
    Claims claims;
    const std::vector<std::uint8_t> encoded = hex(entry.at("claim"));
    const auto claim = gridnet::ClaimedPool::try_from_bytes(encoded);
    CHECK(why(claims.try_add(encoded)) == why(claim));
    if (!claim.ok()) {
      CHECK(why(claim) == "101 encoding");
      CHECK(vectors::reason(entry) == "shape");
      CHECK(entry.at("payout").is_null());
      continue;
    }
    CHECK(claim.value().weight() == number<std::uint64_t>(entry.at("weight")));
    CHECK(claim.value().to_bytes() == encoded);
    const auto verified = gridnet::Sequence().verify(world::engine(), claims, context_of(entry));
    REQUIRE(verified.verdicts.size() == 1);
    CHECK(gridnet::name(verified.verdicts[0].reason) == vectors::reason(entry));
    CHECK(said(verified, verified.verdicts[0]) == entry.at("payout"));
    for (const auto& hop : verified.hops) voids.emplace(gridnet::name(hop.reason));
  }
  CHECK(count >= 137);
  Names all = vectors::names<gridnet::Reason>();
  all.insert("");
  CHECK(seen == all);
  all = vectors::names<Void>();
  all.insert("");
  CHECK(voids == all);
}

TEST_CASE("transit.json: claims in their order are judged alike in one call and in many") {
  std::size_t count = 0;
  for (const Json& entry : vectors::list("transit.json", "sequences")) {
    INFO(text(entry.at("name")));
    Verdicts expected;
    for (const Json& reason : entry.at("reasons")) expected.push_back(reason.is_null() ? "" : text(reason));
    Claims together, alone;
    gridnet::Sequence one, many;
    Verdicts apart;
    for (const Json& claim : entry.at("claims")) {
      together.add(hex(claim));
      alone.clear();
      alone.add(hex(claim));
      for (std::string& said : judged(many, alone, context_of(entry))) apart.push_back(std::move(said));
    }
    CHECK(judged(one, together, context_of(entry)) == expected);
    CHECK(apart == expected);
    count += expected.size();
  }
  CHECK(count >= 26);
}

TEST_CASE("a byte of a claim, wherever it stands, makes it bad") {
  const Json entry = vectors::list("transit.json", "claims").at(0);
  const std::vector<std::uint8_t> good = hex(entry.at("claim"));
  const auto reason = [&](const std::vector<std::uint8_t>& bytes) {
    Claims claims;
    gridnet::Sequence sequence;
    return claims.try_add(bytes).ok() ? judged(sequence, claims, context_of(entry)).at(0) : "shape";
  };
  CHECK(reason(good).empty());
  // The steps, each part of the bank's proof, and then one place after the other.
  for (std::size_t place = 0; place < good.size(); place += 61) {
    std::vector<std::uint8_t> bad = good;
    bad[place] ^= 1;
    INFO(place);
    CHECK(!reason(bad).empty());
  }
}
