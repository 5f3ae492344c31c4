#include <gridnet/meter.hpp>
#include <gridnet/meter.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common.hpp"
#include "meters.hpp"
#include "world.hpp"

namespace {

using gridnet::Bytes32;
using gridnet::Certificate;
using gridnet::Interval;
using gridnet::KeptReading;
using gridnet::Misread;
using gridnet::Network;
using gridnet::NoEquivocation;
using gridnet::Reading;
using gridnet::SignedCertificate;
using gridnet::SignedReading;
using gridnet::Taken;
using gridnet::Uncertified;
using meters::chain;
using meters::facts;
using meters::reading;
using meters::signed_reading;
using meters::SLOT;
using world::NETWORK;
using world::NOW;

using Bytes = std::vector<std::uint8_t>;
using Names = std::vector<std::string>;

Uncertified after(const std::function<void(SignedCertificate&)>& change) {
  SignedCertificate certificate = meters::signed_certificate();
  change(certificate);
  return certificate.check(NETWORK);
}

/// What becomes of a reading that follows one of sequence 5, two slots before, which stood at 500 and 1,000 Wh.
Taken next(const std::function<void(Reading&)>& change) {
  const KeptReading kept{5, SLOT - 2, 500, 1'000, world::secret("the one before")};
  Reading body = reading(7, 0, 1'100);
  change(body);
  return gridnet::take_reading(NETWORK, facts(), kept, signed_reading(body), NOW);
}

Names names(const std::vector<Taken>& taken) {
  Names out;
  for (const Taken& one : taken) out.emplace_back(one.ok() ? "good" : gridnet::name(one.reason));
  return out;
}

std::vector<Taken> verify(const std::vector<SignedReading>& readings,
                          const std::optional<KeptReading>& kept = std::nullopt) {
  return gridnet::verify_readings(world::engine(), NETWORK, facts(), kept, readings, NOW);
}

/// Whether bytes in which any one is changed are nothing good.
void every_byte_counts(const Bytes& good, const std::function<bool(const Bytes&)>& is_good) {
  CHECK(is_good(good));
  for (std::size_t place = 0; place < good.size(); ++place) {
    Bytes bad = good;
    bad[place] ^= 1;
    INFO(place);
    CHECK(!is_good(bad));
  }
}

}  // namespace

TEST_CASE("a slot is a quarter of an hour, and a register's slot is the one that ended") {
  CHECK(gridnet::slot_containing(0) == 0);
  CHECK(gridnet::slot_containing(899) == 0);
  CHECK(gridnet::slot_containing(900) == 1);
  CHECK(gridnet::slot_containing(NOW) == 2'000'000);
  CHECK(gridnet::slot_of_register(900) == 0);
  CHECK(gridnet::slot_of_register(1'799) == 0);
  CHECK(gridnet::slot_of_register(1'800) == 1);
  CHECK(why(gridnet::try_slot_of_register(899)) == "208 value");
  CHECK(gridnet::slot_start(7) == 6'300);
  CHECK(gridnet::slot_end(7) == 7'200);
  const std::uint64_t last = gridnet::slot_containing(UINT64_MAX);
  CHECK(gridnet::slot_start(last) <= UINT64_MAX);
  CHECK(why(gridnet::try_slot_end(last)) == "208 value");
  CHECK(why(gridnet::try_slot_start(last + 1)) == "208 value");
  CHECK(thrown_by([] { gridnet::slot_end(UINT64_MAX); }) == "208 value");
}

TEST_CASE("a certificate is good when both have signed it, each for itself") {
  CHECK(after([](auto&) {}) == Uncertified::none);
  CHECK(after([](auto& c) { c.body.key = {}; }) == Uncertified::bad_key);
  CHECK(after([](auto& c) { c.body.key = c.body.owner; }) == Uncertified::same_key);
  CHECK(after([](auto& c) { c.body.rating_watts = 0; }) == Uncertified::rating);
  CHECK(after([](auto& c) { c.body.rating_watts += 1; }) == Uncertified::certifier_signature);
  CHECK(after([](auto& c) { c.certifier_signature[40] ^= 1; }) == Uncertified::certifier_signature);
  CHECK(after([](auto& c) { c.owner_signature[40] ^= 1; }) == Uncertified::owner_signature);
  CHECK(after([](auto& c) { c.owner_signature = c.certifier_signature; }) == Uncertified::owner_signature);
  CHECK(meters::signed_certificate().check(Network::main) == Uncertified::certifier_signature);
  CHECK(meters::certificate().check() == Uncertified::none);
  Certificate unrated = meters::certificate();
  unrated.rating_watts = 0;
  CHECK(unrated.check() == Uncertified::rating);
}

TEST_CASE("a certificate is signed in two places, by secure elements too, and nobody signs in another's name") {
  const Certificate body = meters::certificate();
  SignedCertificate travelling{body, body.certify(NETWORK, world::elsewhere("certifier")), {}};
  SignedCertificate arrived = SignedCertificate::from_bytes(travelling.to_bytes());
  CHECK(arrived.check(NETWORK) == Uncertified::owner_signature);
  arrived.owner_signature = arrived.body.consent(NETWORK, world::elsewhere("owner"));
  CHECK(arrived.check(NETWORK) == Uncertified::none);
  CHECK(arrived.to_bytes() == meters::signed_certificate().to_bytes());
  CHECK(why(body.try_certify(NETWORK, world::key("owner"))) == "111 order");
  CHECK(why(body.try_consent(NETWORK, world::key("certifier"))) == "111 order");
  CHECK(why(body.try_sign(NETWORK, world::key("certifier"), world::key("meter"))) == "111 order");
  CHECK(why(body.try_sign(NETWORK, world::locked("certifier"), world::key("owner"))) == "117 signer");
  CHECK(why(body.try_certify(NETWORK, gridnet::Signer(nullptr))) == "203 empty");
  CHECK(why(body.try_certify(static_cast<Network>(0), world::key("certifier"))) == "201 unknown");
}

TEST_CASE("a certificate comes back from its bytes as it was, and its id is of all but the signatures") {
  SignedCertificate good = meters::signed_certificate();
  good.body.kind = Certificate::Kind::connection;
  good.body.source = Certificate::Source::grey;
  good.body.replaces = gridnet::Replacement{world::secret("old meter"), world::secret("last reading")};
  const SignedCertificate read = SignedCertificate::from_bytes(good.to_bytes());
  CHECK(read.body.key == good.body.key);
  CHECK(read.body.kind == Certificate::Kind::connection);
  CHECK(read.body.source == Certificate::Source::grey);
  CHECK(read.body.area == "north");
  CHECK(read.body.rating_watts == 10'000);
  CHECK(read.body.certifier == good.body.certifier);
  CHECK(read.body.owner == good.body.owner);
  REQUIRE(read.body.replaces);
  CHECK(read.body.replaces->meter == world::secret("old meter"));
  CHECK(read.body.replaces->last == world::secret("last reading"));
  CHECK(read.certifier_signature == good.certifier_signature);
  CHECK(read.owner_signature == good.owner_signature);
  CHECK(read.body.id(NETWORK) == good.body.id(NETWORK));
  CHECK(read.body.id(NETWORK) != meters::certificate().id(NETWORK));
  CHECK(read.body.id(NETWORK) != good.body.id(Network::main));
  const gridnet::MeterFacts facts = good.body.facts(NETWORK);
  CHECK(facts.meter == good.body.id(NETWORK));
  CHECK(facts.key == good.body.key);
  CHECK(facts.rating_watts == 10'000);
}

TEST_CASE("what is no certificate is refused by name") {
  CHECK(why(SignedCertificate::try_from_bytes({})) == "101 encoding");
  CHECK(why(SignedCertificate::try_from_bytes({nullptr, 9})) == "204 null");
  SignedCertificate bad = meters::signed_certificate();
  for (const std::string& area : {std::string(), std::string("two words"), std::string("\xff")}) {
    bad.body.area = area;
    CHECK(why(bad.try_to_bytes()) == "101 encoding");
    CHECK(why(bad.try_check(NETWORK)) == "101 encoding");
  }
  bad.body.area = std::string(17, 'a');
  CHECK(why(bad.body.try_id(NETWORK)) == "102 too-many");
  bad = meters::signed_certificate();
  bad.body.kind = static_cast<Certificate::Kind>(2);
  CHECK(why(bad.try_check(NETWORK)) == "201 unknown");
  bad.body.kind = Certificate::Kind::generation;
  bad.body.source = static_cast<Certificate::Source>(2);
  CHECK(why(bad.body.try_check()) == "201 unknown");
  CHECK(why(meters::certificate().try_facts(static_cast<Network>(0))) == "201 unknown");
  CHECK(thrown_by([] { SignedCertificate::from_bytes({"none", 4}); }) == "101 encoding");
}

TEST_CASE("every byte of a certificate counts") {
  every_byte_counts(meters::signed_certificate().to_bytes(), [](const Bytes& bytes) {
    const auto certificate = SignedCertificate::try_from_bytes(bytes);
    return certificate.ok() && certificate.value().check(NETWORK) == Uncertified::none;
  });
}

TEST_CASE("each rule about a reading is looked at") {
  const Taken taken = next([](auto&) {});
  REQUIRE(taken.ok());
  CHECK(taken.kept.sequence == 7);
  CHECK(taken.kept.slot == SLOT);
  CHECK(taken.kept.import_wh == 500);
  CHECK(taken.kept.export_wh == 1'100);
  CHECK(taken.kept.id == reading(7, 0, 1'100).id(NETWORK));
  REQUIRE(taken.interval);
  CHECK(taken.interval->after == SLOT - 2);
  CHECK(taken.interval->until == SLOT);
  CHECK(taken.interval->import_wh == 0);
  CHECK(taken.interval->export_wh == 100);
  CHECK(next([](Reading& r) { r.meter[0] ^= 1; }).reason == Misread::other_meter);
  CHECK(next([](Reading& r) { r.sequence = 5; }).reason == Misread::sequence);
  CHECK(next([](Reading& r) { r.slot = SLOT - 2; }).reason == Misread::slot);
  CHECK(next([](Reading& r) { r.slot = SLOT + 1; }).reason == Misread::future);
  CHECK(next([](Reading& r) { r.import_wh = 499; }).reason == Misread::backwards);
  CHECK(next([](Reading& r) { r.export_wh = 999; }).reason == Misread::backwards);
  // Two slots at 10 kW: 5,000 Wh.
  CHECK(next([](Reading& r) { r.export_wh = 6'000; }).ok());
  CHECK(next([](Reading& r) { r.export_wh = 6'001; }).reason == Misread::too_much);
  CHECK(next([](Reading& r) { r.import_wh = 5'501; }).reason == Misread::too_much);
  CHECK(next([](Reading& r) { r.sequence = 6; }).reason == Misread::previous);
  CHECK(next([](Reading& r) {
          r.sequence = 6;
          r.previous = world::secret("the one before");
        }).ok());
}

TEST_CASE("the first reading is what others are counted from") {
  const SignedReading first = signed_reading(reading(9, 1, UINT64_MAX));
  const Taken taken = gridnet::take_reading(NETWORK, facts(), std::nullopt, first, NOW);
  CHECK(taken.ok());
  CHECK(!taken.interval);
  CHECK(taken.kept.export_wh == UINT64_MAX);
  // A slot is over before the next begins.
  const std::uint64_t ended = gridnet::slot_end(first.body.slot);
  CHECK(gridnet::take_reading(NETWORK, facts(), std::nullopt, first, ended - 1).ok());
  CHECK(gridnet::take_reading(NETWORK, facts(), std::nullopt, first, gridnet::slot_start(first.body.slot) - 1).reason ==
        Misread::future);
}

TEST_CASE("only the meter signs, with a key at hand or kept by a secure element") {
  const Reading body = reading(1, 1, 100);
  const SignedReading good = body.sign(NETWORK, world::elsewhere("meter"));
  CHECK(good.is_signed(NETWORK, facts().key));
  CHECK(good.signature == signed_reading(body).signature);
  CHECK(!good.is_signed(Network::test, facts().key));
  CHECK(!good.is_signed(NETWORK, world::key("owner").public_key()));
  CHECK(gridnet::take_reading(Network::test, facts(), std::nullopt, good, NOW).reason == Misread::signature);
  const SignedReading forged = body.sign(NETWORK, world::key("owner"));
  CHECK(gridnet::take_reading(NETWORK, facts(), std::nullopt, forged, NOW).reason == Misread::signature);
  CHECK(why(body.try_sign(NETWORK, world::locked("meter"))) == "117 signer");
  CHECK(why(body.try_sign(NETWORK, gridnet::Signer(nullptr))) == "203 empty");
  CHECK(why(body.try_sign(static_cast<Network>(4), world::key("meter"))) == "201 unknown");
  CHECK(thrown_by([&] { body.sign(NETWORK, world::locked("meter")); }) == "117 signer");
}

TEST_CASE("a reading has 160 bytes, and every one of them counts") {
  const SignedReading good = signed_reading(reading(3, 1, 100));
  const Bytes bytes = good.to_bytes();
  CHECK(bytes.size() == 160);
  const SignedReading read = SignedReading::from_bytes(bytes);
  CHECK(read.body.meter == good.body.meter);
  CHECK(read.body.slot == good.body.slot);
  CHECK(read.body.sequence == 3);
  CHECK(read.body.import_wh == 500);
  CHECK(read.body.export_wh == 100);
  CHECK(read.body.previous == good.body.previous);
  CHECK(read.signature == good.signature);
  every_byte_counts(bytes, [](const Bytes& changed) {
    return SignedReading::from_bytes(changed).is_signed(NETWORK, facts().key);
  });
  CHECK(why(SignedReading::try_from_bytes({bytes.data(), 159})) == "101 encoding");
  CHECK(why(SignedReading::try_from_bytes({nullptr, 160})) == "204 null");
}

TEST_CASE("a bad reading of a chain changes nothing, and the next one says what it would have said") {
  std::vector<SignedReading> readings = chain(5);
  CHECK(names(verify(readings)) == Names(5, "good"));
  readings[2].signature[40] ^= 1;
  readings.insert(readings.begin() + 4, readings[3]);
  const std::vector<Taken> taken = verify(readings);
  CHECK(names(taken) == Names{"good", "good", "signature", "good", "sequence", "good"});
  CHECK(!taken[0].interval);
  REQUIRE(taken[3].interval);
  CHECK(taken[3].interval->after == SLOT - 4);
  CHECK(taken[3].interval->export_wh == 200);
  // As one after the other.
  std::optional<KeptReading> kept;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const Taken one = gridnet::take_reading(NETWORK, facts(), kept, readings[i], NOW);
    CHECK(one.reason == taken[i].reason);
    CHECK(one.kept.id == taken[i].kept.id);
    if (one.ok()) kept = one.kept;
  }
}

TEST_CASE("what was kept before counts, and a call may be cancelled") {
  const std::vector<SignedReading> readings = chain(4);
  const KeptReading kept = verify({readings[0], readings[1]})[1].kept;
  CHECK(names(verify(readings, kept)) == Names{"sequence", "sequence", "good", "good"});
  CHECK(verify({}).empty());
  const gridnet::Control control;
  control.cancel();
  const auto cancelled =
      gridnet::try_verify_readings(world::engine(), NETWORK, facts(), std::nullopt, readings, NOW, &control);
  CHECK(why(cancelled) == "17 cancelled");
  gridnet::Engine engine({{"cpu"}, 1, 0, ""});
  const gridnet::Engine taken = std::move(engine);
  CHECK(why(gridnet::try_verify_readings(engine, NETWORK, facts(), std::nullopt, readings, NOW)) == "203 empty");
  CHECK(why(gridnet::try_verify_readings(world::engine(), static_cast<Network>(0), facts(), std::nullopt, readings,
                                         NOW)) == "201 unknown");
}

TEST_CASE("a meter that says two things at once is convicted by the two") {
  const Bytes32 key = facts().key;
  const SignedReading one = signed_reading(reading(5, 2, 100));
  const SignedReading other = signed_reading(reading(5, 2, 101));
  const auto check = [&](const Bytes& proof) { return gridnet::check_equivocation(NETWORK, key, proof); };
  const Bytes proof = gridnet::prove_equivocation(NETWORK, one, other);
  CHECK(proof == gridnet::prove_equivocation(NETWORK, other, one));
  CHECK(check(proof).reason == NoEquivocation::none);
  CHECK(check(proof).meter == facts().meter);
  CHECK(check(proof).sequence == 5);
  every_byte_counts(proof, [&](const Bytes& bytes) { return check(bytes).reason == NoEquivocation::none; });
  Bytes swapped(proof.begin() + 160, proof.end());
  swapped.insert(swapped.end(), proof.begin(), proof.begin() + 160);
  CHECK(check(swapped).reason == NoEquivocation::order);
  CHECK(check(gridnet::prove_equivocation(NETWORK, one, one)).reason == NoEquivocation::order);
  Reading elsewhere = reading(5, 2, 101);
  elsewhere.meter[0] ^= 1;
  CHECK(check(gridnet::prove_equivocation(NETWORK, one, signed_reading(elsewhere))).reason ==
        NoEquivocation::other_meter);
  const SignedReading later = signed_reading(reading(6, 1, 101));
  CHECK(check(gridnet::prove_equivocation(NETWORK, one, later)).reason == NoEquivocation::other_sequence);
  const SignedReading forged = reading(5, 2, 101).sign(NETWORK, world::key("owner"));
  const auto slander = check(gridnet::prove_equivocation(NETWORK, one, forged));
  CHECK(slander.reason == NoEquivocation::signature);
  // Where nothing is proven, nobody is named.
  CHECK(slander.meter == Bytes32{});
  CHECK(why(gridnet::try_check_equivocation(NETWORK, key, {})) == "101 encoding");
  CHECK(why(gridnet::try_check_equivocation(static_cast<Network>(0), key, proof)) == "201 unknown");
  CHECK(why(gridnet::try_prove_equivocation(static_cast<Network>(0), one, other)) == "201 unknown");
}

TEST_CASE("two that cannot both be true are found among many") {
  const Bytes32 key = facts().key;
  std::vector<SignedReading> readings = chain(6);
  readings.push_back(readings[2]);
  readings.push_back(reading(3, 1, 99).sign(NETWORK, world::key("owner")));
  CHECK(!gridnet::find_equivocation(NETWORK, key, readings));
  CHECK(!gridnet::find_equivocation(NETWORK, key, {}));
  readings.insert(readings.begin(), signed_reading(reading(4, 1, 99)));
  const auto proof = gridnet::find_equivocation(NETWORK, key, readings);
  REQUIRE(proof);
  CHECK(*proof == gridnet::prove_equivocation(NETWORK, readings[0], readings[5]));
  CHECK(gridnet::check_equivocation(NETWORK, key, *proof).sequence == 4);
  CHECK(why(gridnet::try_find_equivocation(static_cast<Network>(0), key, readings)) == "201 unknown");
}
