#include <gridnet/transit.hpp>
#include <gridnet/transit.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

using gridnet::ClaimedPool;
using gridnet::Network;
using gridnet::Opening;
using gridnet::Reason;
using gridnet::TransitPool;
using world::NETWORK;
using world::Session;

using Bytes = std::vector<std::uint8_t>;
using Openings = std::vector<std::optional<Opening>>;

const world::Recipient& receiver() {
  static const world::Recipient receiver("receiver");
  return receiver;
}

/// A pool with a session that came to its end.
struct Ended {
  gridnet::OwnedPool pool = world::pool();
  Session session = world::session(pool, world::ask(receiver().keys));
};

const Ended& ended() {
  static const Ended ended;
  return ended;
}

const gridnet::Signature& receipt() {
  static const gridnet::Signature receipt =
      ended().session.custody.receipt(NETWORK, ended().session.token, receiver().key);
  return receipt;
}

gridnet::Result<TransitPool> by_receipt(const gridnet::Signature& receipt, const Openings& openings) {
  const Session& session = ended().session;
  return TransitPool::try_assemble_with_receipt(NETWORK, session.token, session.custody, receipt, openings);
}

}  // namespace

TEST_CASE("the receiver ends a session") {
  const TransitPool pool = world::assemble(ended().session, receiver());
  CHECK(pool.check(NETWORK) == Reason::none);
  CHECK(pool.check(Network::main) == Reason::network);
  CHECK(pool.hops() == 3);
  CHECK(pool.token().to_bytes() == ended().session.token.to_bytes());
  const Openings openings = pool.openings();
  REQUIRE(openings.size() == 3);
  for (std::size_t hop = 0; hop < 3; ++hop) {
    REQUIRE(openings[hop].has_value());
    CHECK(openings[hop]->identity == ended().session.openings[hop]->identity);
    CHECK(openings[hop]->blind == ended().session.openings[hop]->blind);
  }
  CHECK(why(pool.try_check(static_cast<Network>(0))) == "201 unknown");

  const Bytes bytes = pool.to_bytes();
  CHECK(TransitPool::from_bytes(bytes).to_bytes() == bytes);
  CHECK(TransitPool::from_bytes(bytes).check(NETWORK) == Reason::none);
  CHECK(why(TransitPool::try_from_bytes({})) == "101 encoding");
  CHECK(why(TransitPool::try_from_bytes({bytes.data(), bytes.size() - 1})) == "101 encoding");
  CHECK(why(TransitPool::try_from_bytes({nullptr, bytes.size()})) == "204 null");
  Bytes other = bytes;
  other.back() ^= 1;
  CHECK(TransitPool::from_bytes(other).check(NETWORK) == Reason::receiver_signature);
}

TEST_CASE("nobody else does, nor before the last hand-over") {
  const Session& session = ended().session;
  const world::Recipient other("another receiver");
  const auto assemble = [&](const gridnet::Custody& custody, const gridnet::Signer& key,
                            const gridnet::SealSecret& secret) {
    return why(TransitPool::try_assemble(NETWORK, session.token, custody, key, secret));
  };
  CHECK(assemble(session.custody, other.key, receiver().secret) == "111 order");
  CHECK(assemble(session.custody, receiver().key, other.secret) == "111 order");
  CHECK(assemble({}, receiver().key, receiver().secret) == "111 order");
  Bytes bytes = session.custody.to_bytes();
  bytes[4 + 1 + 32] ^= 1;
  CHECK(assemble(gridnet::Custody::from_bytes(bytes), receiver().key, receiver().secret) == "110 custody");
  bytes = session.token.to_bytes();
  bytes.back() ^= 1;
  CHECK(why(TransitPool::try_assemble(NETWORK, gridnet::Token::from_bytes(bytes), session.custody, receiver().key,
                                      receiver().secret)) == "109 token");
  CHECK(assemble(session.custody, world::locked("receiver"), receiver().secret) == "117 signer");
}

TEST_CASE("with a receipt anybody ends it, with what the hops say themselves") {
  const Openings& openings = ended().session.openings;
  const TransitPool pool = by_receipt(receipt(), openings).or_throw();
  CHECK(pool.check(NETWORK) == Reason::none);
  CHECK(pool.hops() == 3);
  Openings some = openings;
  some[1].reset();
  CHECK(by_receipt(receipt(), some).or_throw().check(NETWORK) == Reason::none);
  CHECK(by_receipt(receipt(), some).or_throw().to_bytes() != pool.to_bytes());
  CHECK(by_receipt(receipt(), some).or_throw().openings()[0].has_value());
  CHECK(!by_receipt(receipt(), some).or_throw().openings()[1].has_value());
  CHECK(by_receipt(receipt(), Openings(3)).ok());

  // Another's opening, too few, too many, a receipt for nothing, and one for fewer hops.
  some[1] = openings[0];
  CHECK(why(by_receipt(receipt(), some)) == "111 order");
  CHECK(why(by_receipt(receipt(), Openings(2))) == "111 order");
  CHECK(why(by_receipt(receipt(), Openings(4))) == "111 order");
  CHECK(why(by_receipt(receipt(), {})) == "111 order");
  CHECK(why(by_receipt({}, openings)) == "111 order");
  const auto early = gridnet::Custody().receipt(NETWORK, ended().session.token, receiver().key);
  CHECK(why(by_receipt(early, openings)) == "111 order");
}

TEST_CASE("a hop whose seal does not open stays unopened") {
  gridnet::OwnedPool pool = world::pool();
  Session session(pool.issue(world::key("owner"), world::ask(receiver().keys), world::forget));
  const auto honest = gridnet::Candidate::make(NETWORK, session.token, session.custody, world::key("ann"),
                                               Opening::draw(world::address("ann")));
  Bytes bytes = honest.to_bytes();
  bytes.back() ^= 1;
  // Nobody on the way sees it.
  session.custody.hand_over(NETWORK, session.token, session.holder, gridnet::Candidate::from_bytes(bytes));
  session.holder = world::key("ann");
  session.arrive();
  const auto openings = session.custody.open(session.token, receiver().secret);
  REQUIRE(openings.size() == 1);
  CHECK(!openings[0].has_value());
  const TransitPool transit = world::assemble(session, receiver());
  CHECK(transit.check(NETWORK) == Reason::none);
  CHECK(transit.hops() == 1);
  CHECK(!transit.openings().at(0).has_value());
}

TEST_CASE("a claim weighs its bytes, its walk and its signatures") {
  const TransitPool pool = world::assemble(ended().session, receiver());
  const ClaimedPool plain = ClaimedPool::make(pool, 20);
  const ClaimedPool proven = ClaimedPool::make(pool, 20, ended().pool.card(0));
  CHECK(plain.steps() == 20);
  CHECK(plain.pool().to_bytes() == pool.to_bytes());
  const Bytes bytes = plain.to_bytes();
  CHECK(bytes.size() == 4 + 1 + pool.to_bytes().size());
  // 20 hashes are more than one sixteen; four signatures and one for each hop.
  CHECK(plain.weight() == bytes.size() + 2 + 64 * (4 + 3));
  CHECK(ClaimedPool::make(pool, 16).weight() == bytes.size() + 1 + 64 * (4 + 3));
  // Six banks have branches of three hashes.
  CHECK(proven.to_bytes().size() == bytes.size() + 32 + 8 + 4 + 3 * 32);
  CHECK(ClaimedPool::from_bytes(bytes).to_bytes() == bytes);
  CHECK(why(ClaimedPool::try_from_bytes({bytes.data(), bytes.size() - 1})) == "101 encoding");
  CHECK(why(ClaimedPool::try_from_bytes({nullptr, 1})) == "204 null");
  CHECK(thrown_by([] { ClaimedPool::from_bytes(std::string("no claim")); }) == "101 encoding");
}

TEST_CASE("what was moved from, or never made, is empty") {
  TransitPool pool = world::assemble(ended().session, receiver());
  ClaimedPool claim = ClaimedPool::make(pool, 20);
  const gridnet::PoolCard card = ended().pool.card(0);
  const Session& session = ended().session;
  CHECK(why(TransitPool::try_assemble(NETWORK, gridnet::Token(nullptr), session.custody, receiver().key,
                                      receiver().secret)) == "203 empty");
  CHECK(why(TransitPool::try_assemble(NETWORK, session.token, gridnet::Custody(nullptr), receiver().key,
                                      receiver().secret)) == "203 empty");
  CHECK(why(TransitPool::try_assemble(NETWORK, session.token, session.custody, gridnet::Signer(nullptr),
                                      receiver().secret)) == "203 empty");
  CHECK(why(TransitPool::try_assemble(NETWORK, session.token, session.custody, receiver().key,
                                      gridnet::SealSecret(nullptr))) == "203 empty");
  CHECK(why(TransitPool::try_assemble_with_receipt(NETWORK, session.token, gridnet::Custody(nullptr), receipt(),
                                                   {})) == "203 empty");
  CHECK(why(ClaimedPool::try_make(pool, 20, gridnet::PoolCard(nullptr))) == "203 empty");
  const TransitPool taken = std::move(pool);
  CHECK(taken.hops() == 3);
  for (const TransitPool& empty : {pool, TransitPool(nullptr)}) {
    CHECK(why(empty.try_to_bytes()) == "203 empty");
    CHECK(why(empty.try_token()) == "203 empty");
    CHECK(why(empty.try_hops()) == "203 empty");
    CHECK(why(empty.try_openings()) == "203 empty");
    CHECK(why(empty.try_check(NETWORK)) == "203 empty");
    CHECK(why(ClaimedPool::try_make(empty, 20)) == "203 empty");
    CHECK(why(ClaimedPool::try_make(empty, 20, card)) == "203 empty");
  }
  const ClaimedPool kept = std::move(claim);
  CHECK(kept.steps() == 20);
  for (const ClaimedPool& empty : {claim, ClaimedPool(nullptr)}) {
    CHECK(why(empty.try_to_bytes()) == "203 empty");
    CHECK(why(empty.try_pool()) == "203 empty");
    CHECK(why(empty.try_steps()) == "203 empty");
    CHECK(why(empty.try_weight()) == "203 empty");
  }
}

TEST_CASE("a transit pool says who its hops are, as far as they are opened") {
  gridnet::OwnedPool pool = world::pool();
  const world::Recipient somebody("receiver");
  const world::Session session = world::session(pool, world::ask(somebody.keys));
  const auto openings = world::assemble(session, somebody).openings();
  REQUIRE(openings.size() == 3);
  CHECK(openings[1].value().identity == world::address("ben"));
  // Whoever claims with a receipt may leave some out.
  auto given = session.openings;
  given[1].reset();
  const auto receipt = session.custody.receipt(world::NETWORK, session.token, somebody.key);
  const auto by_receipt =
      gridnet::TransitPool::assemble_with_receipt(world::NETWORK, session.token, session.custody, receipt, given);
  CHECK(by_receipt.openings()[0].has_value());
  CHECK(!by_receipt.openings()[1].has_value());
}
