#include <gridnet/datagram.hpp>
#include <gridnet/datagram.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

using gridnet::Bytes32;
using gridnet::Datagram;
using gridnet::Network;
using gridnet::Refusal;
using world::NETWORK;
using world::NOW;
using world::Session;

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t EXPIRY = NOW + 50;

const std::string payload = "sealed elsewhere";

gridnet::Address destination() { return world::address("destination"); }

const world::Recipient& receiver() {
  static const world::Recipient receiver("receiver");
  return receiver;
}

/// A session that carries this.
Session session_of(gridnet::OwnedPool& pool, const Bytes32& content) {
  gridnet::Ask ask = world::ask(receiver().keys);
  ask.content = content;
  return Session(pool.issue(world::key("owner"), ask, world::forget));
}

Bytes32 content() { return gridnet::bundle_content(destination(), EXPIRY, payload); }

Datagram datagram(const Session& session, std::uint64_t expiry = EXPIRY, gridnet::View carried = payload) {
  return Datagram::make(session.token, session.custody, destination(), expiry, carried);
}

}  // namespace

TEST_CASE("a datagram is checked, carried on, and checked again") {
  gridnet::OwnedPool pool = world::pool();
  Session session = session_of(pool, content());
  const Datagram sent = datagram(session).with_card(pool.card(0));
  CHECK(sent.check(NETWORK, NOW) == Refusal::none);
  session.carry("ann");
  session.carry("ben", true);
  const Datagram carried = sent.with_custody(session.custody);
  CHECK(carried.check(NETWORK, NOW) == Refusal::none);
  CHECK(carried.custody().hops() == 2);
  // The one before is as it was.
  CHECK(sent.custody().hops() == 0);
  session.arrive();
  CHECK(sent.with_custody(session.custody).check(NETWORK, NOW) == Refusal::none);
}

TEST_CASE("a datagram says what was put in") {
  gridnet::OwnedPool pool = world::pool();
  const Session session = session_of(pool, content());
  const Datagram plain = datagram(session);
  CHECK(plain.token().to_bytes() == session.token.to_bytes());
  CHECK(plain.custody().to_bytes() == session.custody.to_bytes());
  CHECK(plain.destination() == destination());
  CHECK(plain.expiry() == EXPIRY);
  CHECK(plain.payload() == Bytes(payload.begin(), payload.end()));
  CHECK(!plain.card().has_value());
  const auto card = plain.with_card(pool.card(3)).card();
  REQUIRE(card.has_value());
  CHECK(card->bank() == 3);
  CHECK(plain.with_card(pool.card(3)).with_custody(session.custody).card().has_value());
}

TEST_CASE("a file is read as it is written, and begins with what it is") {
  gridnet::OwnedPool pool = world::pool();
  Session session = session_of(pool, content());
  session.carry("ann");
  const Bytes file = datagram(session).with_card(pool.card(0)).to_file();
  const std::string magic("GN-dgram\x01");
  CHECK(std::string(file.begin(), file.begin() + 9) == magic);
  const Datagram read = Datagram::from_file(file);
  CHECK(read.to_file() == file);
  CHECK(read.check(NETWORK, NOW) == Refusal::none);

  CHECK(why(Datagram::try_from_file({})) == "101 encoding");
  CHECK(why(Datagram::try_from_file(magic)) == "101 encoding");
  CHECK(why(Datagram::try_from_file({file.data(), file.size() - 1})) == "101 encoding");
  CHECK(why(Datagram::try_from_file({file.data() + 9, file.size() - 9})) == "101 encoding");
  CHECK(why(Datagram::try_from_file({nullptr, file.size()})) == "204 null");
  Bytes later = file;
  later[8] = 2;
  CHECK(why(Datagram::try_from_file(later)) == "101 encoding");
  later = file;
  later.push_back(0);
  CHECK(why(Datagram::try_from_file(later)) == "101 encoding");
}

TEST_CASE("what is wrong with a datagram is said by the first thing that is") {
  gridnet::OwnedPool pool = world::pool();
  Session session = session_of(pool, content());
  session.carry("ann");
  const Datagram good = datagram(session);
  CHECK(good.check(NETWORK, NOW) == Refusal::none);
  CHECK(good.check(NETWORK, EXPIRY) == Refusal::none);
  CHECK(good.check(NETWORK, EXPIRY + 1) == Refusal::expiry);
  CHECK(good.check(NETWORK, NOW - 100) == Refusal::none);
  CHECK(good.check(NETWORK, NOW - 101) == Refusal::expiry);
  CHECK(datagram(session, NOW + 101).check(NETWORK, NOW) == Refusal::expiry);
  CHECK(datagram(session, NOW + 100).check(NETWORK, NOW) == Refusal::content);
  CHECK(datagram(session, EXPIRY, std::string("sealed by another")).check(NETWORK, NOW) == Refusal::content);
  CHECK(Datagram::make(session.token, session.custody, world::address("ann"), EXPIRY, payload).check(NETWORK, NOW) ==
        Refusal::content);
  CHECK(good.with_card(pool.card(0)).check(NETWORK, NOW) == Refusal::none);
  CHECK(good.with_card(pool.card(1)).check(NETWORK, NOW) == Refusal::card);
  CHECK(good.check(Network::test, NOW) == Refusal::network);
  CHECK(why(good.try_check(static_cast<Network>(0), NOW)) == "201 unknown");

  Bytes bytes = session.custody.to_bytes();
  bytes[4 + 1 + 32] ^= 1;
  CHECK(good.with_custody(gridnet::Custody::from_bytes(bytes)).check(NETWORK, NOW) == Refusal::custody);
  std::fill_n(&bytes[4 + 1], 32, std::uint8_t{0});
  CHECK(good.with_custody(gridnet::Custody::from_bytes(bytes)).check(NETWORK, NOW) == Refusal::bad_key);
  session.arrive();
  bytes = session.custody.to_bytes();
  bytes.back() ^= 1;
  CHECK(good.with_custody(gridnet::Custody::from_bytes(bytes)).check(NETWORK, NOW) == Refusal::last_hand_over);
  bytes = session.token.to_bytes();
  bytes.back() ^= 1;
  CHECK(Datagram::make(gridnet::Token::from_bytes(bytes), session.custody, destination(), EXPIRY, payload)
            .check(NETWORK, NOW) == Refusal::owner_signature);
}

TEST_CASE("a sender without an identity is refused") {
  gridnet::IdentityProof worn = world::proof();
  while (gridnet::check_identity(NETWORK, world::address("owner"), worn) == gridnet::IdentityFault::none) ++worn.nonce;
  gridnet::OwnedPool pool = gridnet::OwnedPool::create(world::engine(), NETWORK, world::key("owner"), worn,
                                                       world::secret("master"), world::plan());
  const Session session = session_of(pool, content());
  CHECK(session.token.check(NETWORK) == gridnet::Reason::none);
  CHECK(datagram(session).check(NETWORK, NOW) == Refusal::identity);
}

TEST_CASE("a packet of a stream is checked against those before it") {
  gridnet::OwnedPool pool = world::pool();
  const Bytes32 before = world::secret("what was sent before");
  const Bytes32 other = world::secret("what was not");
  const Datagram packet = datagram(session_of(pool, gridnet::stream_content(before, content())));
  CHECK(packet.check(NETWORK, NOW, &before) == Refusal::none);
  CHECK(packet.check(NETWORK, NOW, &other) == Refusal::content);
  CHECK(packet.check(NETWORK, NOW) == Refusal::content);
  // The first packet of a stream is not a bundle.
  const Bytes32 nothing{};
  const Datagram bundle = datagram(session_of(pool, content()));
  CHECK(bundle.check(NETWORK, NOW) == Refusal::none);
  CHECK(bundle.check(NETWORK, NOW, &nothing) == Refusal::content);
}

TEST_CASE("a payload has its bounds") {
  gridnet::OwnedPool pool = world::pool();
  const Session session = session_of(pool, content());
  const Bytes most(gridnet::payload_bytes_max, 7);
  const Bytes more(gridnet::payload_bytes_max + 1, 7);
  CHECK(Datagram::from_file(datagram(session, EXPIRY, most).to_file()).payload() == most);
  CHECK(datagram(session, EXPIRY, {}).payload().empty());
  const auto make = [&](gridnet::View carried) {
    return why(Datagram::try_make(session.token, session.custody, destination(), EXPIRY, carried));
  };
  CHECK(make(more) == "102 too-many");
  CHECK(make({nullptr, 0}).empty());
  CHECK(make({nullptr, 1}) == "204 null");
}

TEST_CASE("a datagram that was moved from, or never made, is empty") {
  gridnet::OwnedPool pool = world::pool();
  const Session session = session_of(pool, content());
  Datagram moved = datagram(session);
  CHECK(why(moved.try_with_card(gridnet::PoolCard(nullptr))) == "203 empty");
  CHECK(why(moved.try_with_custody(gridnet::Custody(nullptr))) == "203 empty");
  CHECK(why(Datagram::try_make(gridnet::Token(nullptr), {}, {}, EXPIRY, payload)) == "203 empty");
  CHECK(why(Datagram::try_make(session.token, gridnet::Custody(nullptr), {}, EXPIRY, payload)) == "203 empty");
  const Datagram taken = std::move(moved);
  CHECK(taken.check(NETWORK, NOW) == Refusal::none);
  const Bytes32 before{};
  for (const Datagram& empty : {moved, Datagram(nullptr)}) {
    CHECK(why(empty.try_to_file()) == "203 empty");
    CHECK(why(empty.try_with_card(pool.card(0))) == "203 empty");
    CHECK(why(empty.try_with_custody({})) == "203 empty");
    CHECK(why(empty.try_token()) == "203 empty");
    CHECK(why(empty.try_card()) == "203 empty");
    CHECK(why(empty.try_custody()) == "203 empty");
    CHECK(why(empty.try_destination()) == "203 empty");
    CHECK(why(empty.try_expiry()) == "203 empty");
    CHECK(why(empty.try_payload()) == "203 empty");
    CHECK(why(empty.try_check(NETWORK, NOW)) == "203 empty");
    CHECK(why(empty.try_check(NETWORK, NOW, &before)) == "203 empty");
  }
}
