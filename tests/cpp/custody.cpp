#include <gridnet/custody.hpp>
#include <gridnet/custody.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

using gridnet::Candidate;
using gridnet::Custody;
using gridnet::Network;
using gridnet::Opening;
using gridnet::Reason;
using gridnet::Token;
using world::NETWORK;
using world::Session;

using Bytes = std::vector<std::uint8_t>;

/// Bytes of a link without a bearer element (docs/protocol.md): its option, K, its commitment, its seal, the signature.
constexpr std::size_t link_bytes = 1 + 32 + 32 + 112 + 64;
/// Where the first link's parts stand.
namespace at {
constexpr std::size_t key = 4 + 1, seal = key + 64, signature = seal + 112;
}

const world::Recipient& receiver() {
  static const world::Recipient receiver("receiver");
  return receiver;
}

/// One token for all that is not about tokens: chains are values.
const gridnet::Issued& issued() {
  static const gridnet::Issued issued = [] {
    gridnet::OwnedPool pool = world::pool();
    return pool.issue(world::key("owner"), world::ask(receiver().keys), world::forget);
  }();
  return issued;
}

const Token& token() { return issued().token; }

/// A session that was carried by so many of these.
Session carried(const std::vector<std::string>& names) {
  Session session(issued());
  for (const std::string& name : names) session.carry(name);
  return session;
}

Candidate candidate(const Custody& custody, const std::string& name) {
  return Candidate::make(NETWORK, token(), custody, world::key(name), {world::address(name), world::secret(name)});
}

gridnet::CustodyFault fault(const Bytes& bytes) { return Custody::from_bytes(bytes).check(NETWORK, token()); }

/// A call that is refused, and leaves the chain as it was.
template <class F>
std::string refused(Custody& custody, F call) {
  const Bytes before = custody.to_bytes();
  const std::string said = why(call());
  CHECK(custody.to_bytes() == before);
  return said;
}

}  // namespace

TEST_CASE("an opening commits to who one is, and is drawn anew every time") {
  const gridnet::Address ann = world::address("ann");
  const Opening opening = Opening::draw(ann);
  CHECK(opening.identity == ann);
  CHECK(Opening::draw(ann).blind != opening.blind);
  Bytes message(ann.begin(), ann.end());
  message.insert(message.end(), opening.blind.begin(), opening.blind.end());
  gridnet::HashFunction function = gridnet::HashFunction::blake2s();
  const std::string tag = "GN-hop__";
  std::copy(tag.begin(), tag.end(), function.personal.begin());
  CHECK(opening.commitment() == gridnet::try_hash(function, message).or_throw());
}

TEST_CASE("a chain goes from hand to hand, and its receiver alone learns who carried") {
  Session session = carried({});
  CHECK(session.custody.hops() == 0);
  CHECK(session.custody.holder(token()) == token().body().first_key);
  CHECK(session.custody.check(NETWORK, token()).ok());
  CHECK(session.custody.accumulators(token()) == std::vector{token().session()});
  session.carry("ann");
  session.carry("ben");
  session.carry("cyd");
  Custody& custody = session.custody;
  CHECK(custody.hops() == 3);
  CHECK(custody.holder(token()) == session.holder.public_key());
  CHECK(!custody.has_offer());
  CHECK(!custody.is_handed_over());
  CHECK(custody.check(NETWORK, token()).ok());
  CHECK(custody.accumulators(token()).size() == 4);
  session.arrive();
  CHECK(custody.is_handed_over());
  CHECK(custody.check(NETWORK, token()).ok());

  const auto openings = custody.open(token(), receiver().secret);
  REQUIRE(openings.size() == 3);
  for (std::size_t hop = 0; hop < 3; ++hop) {
    REQUIRE(openings[hop].has_value());
    CHECK(openings[hop]->identity == session.openings[hop]->identity);
    CHECK(openings[hop]->blind == session.openings[hop]->blind);
  }
  for (const auto& opening : custody.open(token(), world::Recipient("another receiver").secret)) CHECK(!opening);
}

TEST_CASE("whoever does not meet the next carrier leaves a bearer element") {
  Session session = carried({"ann"});
  Custody& custody = session.custody;
  const auto joining = candidate(custody, "ben");
  CHECK(refused(custody, [&] { return custody.try_join_by_bearer(NETWORK, token(), joining); }) == "111 order");
  custody.offer_to_bearer(NETWORK, token(), session.holder);
  CHECK(custody.has_offer());
  CHECK(custody.holder(token()) == session.holder.public_key());
  CHECK(custody.check(NETWORK, token()).ok());
  CHECK(custody.hops() == 1);
  // Only whoever has the bearer's key goes on.
  const auto& holder = session.holder;
  CHECK(refused(custody, [&] { return custody.try_hand_over(NETWORK, token(), holder, joining); }) == "111 order");
  CHECK(refused(custody, [&] { return custody.try_hand_over_last(NETWORK, token(), holder); }) == "111 order");
  CHECK(refused(custody, [&] { return custody.try_offer_to_bearer(NETWORK, token(), holder); }) == "111 order");
  custody.join_by_bearer(NETWORK, token(), joining);
  CHECK(!custody.has_offer());
  CHECK(custody.hops() == 2);
  CHECK(custody.check(NETWORK, token()).ok());
  custody.hand_over_last(NETWORK, token(), world::key("ben"));
  CHECK(custody.check(NETWORK, token()).ok());
}

TEST_CASE("chains and candidates are read as they are written") {
  Session session = carried({"ann", "ben"});
  session.custody.offer_to_bearer(NETWORK, token(), session.holder);
  const Bytes bytes = session.custody.to_bytes();
  CHECK(bytes.size() == 4 + 2 * link_bytes + 1 + 128 + 1);
  Custody read = Custody::from_bytes(bytes);
  CHECK(read.to_bytes() == bytes);
  CHECK(read.has_offer());

  const Candidate joining = candidate(read, "cyd");
  const Bytes written = joining.to_bytes();
  CHECK(written.size() == 32 + 32 + 112);
  read.join_by_bearer(NETWORK, token(), Candidate::from_bytes(written));
  CHECK(read.check(NETWORK, token()).ok());
  CHECK(read.open(token(), receiver().secret).back()->identity == world::address("cyd"));

  CHECK(why(Custody::try_from_bytes({})) == "101 encoding");
  CHECK(why(Custody::try_from_bytes({bytes.data(), bytes.size() - 1})) == "101 encoding");
  CHECK(why(Custody::try_from_bytes({nullptr, 6})) == "204 null");
  CHECK(why(Candidate::try_from_bytes({written.data(), written.size() - 1})) == "101 encoding");
  CHECK(why(Candidate::try_from_bytes({nullptr, written.size()})) == "204 null");
  // An offer after the last hand-over stands for nothing.
  Bytes both = bytes;
  both.back() = 1;
  both.resize(both.size() + 64);
  CHECK(why(Custody::try_from_bytes(both)) == "101 encoding");
  // Nor do 33 hops.
  CHECK(why(Custody::try_from_bytes(Bytes{33, 0, 0, 0, 0, 0})) == "101 encoding");
}

TEST_CASE("whatever is changed of a chain is seen, and where") {
  Session session = carried({"ann", "ben", "cyd"});
  session.arrive();
  const Bytes good = session.custody.to_bytes();
  CHECK(fault(good).ok());
  CHECK(fault(good).element == 0);
  const auto changed = [&](std::size_t place) {
    Bytes bytes = good;
    bytes[place] ^= 1;
    return fault(bytes);
  };
  for (std::size_t hop = 0; hop < 3; ++hop) {
    for (const std::size_t part : {at::key + 32, at::seal, at::signature}) {
      const gridnet::CustodyFault found = changed(part + hop * link_bytes);
      CHECK(found.reason == Reason::custody);
      CHECK(found.element == hop + 1);
    }
  }
  CHECK(changed(good.size() - 1).reason == Reason::last_hand_over);
  CHECK(changed(good.size() - 1).element == 4);
  Bytes small = good;
  std::fill_n(&small[at::key + link_bytes], 32, std::uint8_t{0});
  CHECK(fault(small).reason == Reason::bad_key);
  CHECK(fault(small).element == 2);

  // Of another token, or for another network, it is no chain from the first hop on.
  gridnet::OwnedPool pool = world::pool();
  const Token other = pool.issue(world::key("owner"), world::ask(receiver().keys, 30), world::forget).token;
  pool.issue(world::key("owner"), world::ask(receiver().keys), world::forget);
  const Token another = pool.issue(world::key("owner"), world::ask(receiver().keys), world::forget).token;
  CHECK(session.custody.check(NETWORK, another).reason == Reason::custody);
  CHECK(session.custody.check(NETWORK, another).element == 1);
  CHECK(session.custody.check(Network::main, token()).element == 1);
  // A deeper token of the same session is carried by the same hops.
  CHECK(other.session() == token().session());
  CHECK(session.custody.check(NETWORK, other).ok());
  CHECK(why(session.custody.try_check(static_cast<Network>(0), token())) == "201 unknown");
}

TEST_CASE("only who holds it hands it over, once") {
  Session session = carried({"ann"});
  Custody& custody = session.custody;
  const auto joining = candidate(custody, "ben");
  const auto stranger = world::key("stranger");
  const auto unknown = static_cast<Network>(8);
  CHECK(refused(custody, [&] { return custody.try_hand_over(NETWORK, token(), stranger, joining); }) == "111 order");
  CHECK(refused(custody, [&] { return custody.try_offer_to_bearer(NETWORK, token(), stranger); }) == "111 order");
  CHECK(refused(custody, [&] { return custody.try_hand_over_last(NETWORK, token(), stranger); }) == "111 order");
  CHECK(refused(custody, [&] { return custody.try_hand_over_last(unknown, token(), session.holder); }) ==
        "201 unknown");
  // The chain is no chain of another network.
  CHECK(refused(custody, [&] { return custody.try_hand_over_last(Network::main, token(), session.holder); }) ==
        "110 custody");
  session.arrive();
  CHECK(refused(custody, [&] { return custody.try_hand_over_last(NETWORK, token(), session.holder); }) == "111 order");
  CHECK(refused(custody, [&] { return custody.try_hand_over(NETWORK, token(), session.holder, joining); }) ==
        "111 order");
  CHECK(thrown_by([&] { custody.hand_over_last(NETWORK, token(), session.holder); }) == "111 order");
  CHECK(why(Candidate::try_make(NETWORK, token(), custody, stranger, Opening{})) == "111 order");
}

TEST_CASE("whoever joins checks the token and the chain first") {
  Session session = carried({"ann"});
  Bytes bytes = token().to_bytes();
  bytes.back() ^= 1;
  const auto make = [&](const Token& of, const Custody& custody) {
    return why(Candidate::try_make(NETWORK, of, custody, world::key("ben"), Opening::draw(world::address("ben"))));
  };
  CHECK(make(token(), session.custody).empty());
  CHECK(make(Token::from_bytes(bytes), session.custody) == "109 token");
  bytes = session.custody.to_bytes();
  bytes[at::seal] ^= 1;
  CHECK(make(token(), Custody::from_bytes(bytes)) == "110 custody");
  CHECK(why(Candidate::try_make(static_cast<Network>(0), token(), session.custody, world::key("ben"), Opening{})) ==
        "201 unknown");
}

TEST_CASE("a copy goes its own way") {
  Session session = carried({"ann"});
  const Custody copy = session.custody;
  session.carry("ben");
  CHECK(copy.hops() == 1);
  CHECK(session.custody.hops() == 2);
  CHECK(copy.check(NETWORK, token()).ok());
}

TEST_CASE("a secure element hands over, and where it fails the chain stays as it was") {
  Session session = carried({});
  const Candidate ann = candidate(session.custody, "ann");
  session.custody.hand_over(NETWORK, token(), session.holder, ann);
  const Candidate ben = candidate(session.custody, "ben");
  Custody here = session.custody;
  here.hand_over(NETWORK, token(), world::key("ann"), ben);
  Custody there = session.custody;
  there.hand_over(NETWORK, token(), world::elsewhere("ann"), ben);
  CHECK(there.to_bytes() == here.to_bytes());
  there.offer_to_bearer(NETWORK, token(), world::elsewhere("ben"));
  CHECK(there.check(NETWORK, token()).ok());

  Custody& custody = session.custody;
  const gridnet::Signer::Sign bad[] = {
      [](const auto&) -> gridnet::Result<gridnet::Signature> { return gridnet::Failure("the element is locked"); },
      [](const auto&) -> gridnet::Result<gridnet::Signature> { throw std::runtime_error("the bus is down"); },
      [](const auto&) -> gridnet::Result<gridnet::Signature> { throw 7; },
      [](const auto&) -> gridnet::Result<gridnet::Signature> { return gridnet::Signature{}; },
  };
  for (const auto& sign : bad) {
    const auto signer = gridnet::Signer::elsewhere(world::key("ann").public_key(), sign);
    CHECK(refused(custody, [&] { return custody.try_hand_over(NETWORK, token(), signer, ben); }) == "117 signer");
    CHECK(refused(custody, [&] { return custody.try_offer_to_bearer(NETWORK, token(), signer); }) == "117 signer");
    CHECK(refused(custody, [&] { return custody.try_hand_over_last(NETWORK, token(), signer); }) == "117 signer");
  }
}

TEST_CASE("the receiver alone gives a receipt, for a chain that is good") {
  const Session session = carried({"ann"});
  const gridnet::Signature receipt = session.custody.receipt(NETWORK, token(), receiver().key);
  CHECK(receipt == session.custody.receipt(NETWORK, token(), receiver().key));
  CHECK(receipt != carried({}).custody.receipt(NETWORK, token(), receiver().key));
  CHECK(why(session.custody.try_receipt(NETWORK, token(), session.holder)) == "111 order");
  Bytes bytes = session.custody.to_bytes();
  bytes[at::seal] ^= 1;
  CHECK(why(Custody::from_bytes(bytes).try_receipt(NETWORK, token(), receiver().key)) == "110 custody");
  CHECK(why(session.custody.try_receipt(NETWORK, token(), world::locked("receiver"))) == "117 signer");
  CHECK(session.custody.receipt(NETWORK, token(), world::elsewhere("receiver")) == receipt);
}

TEST_CASE("what was moved from, or never made, is empty") {
  Custody custody;
  Candidate next = candidate(custody, "ann");
  const Token none(nullptr);
  const gridnet::Signer nobody(nullptr);
  const gridnet::SealSecret no_secret(nullptr);
  const auto& holder = issued().first_key;
  CHECK(why(custody.try_check(NETWORK, none)) == "203 empty");
  CHECK(why(custody.try_accumulators(none)) == "203 empty");
  CHECK(why(custody.try_holder(none)) == "203 empty");
  CHECK(why(custody.try_open(token(), no_secret)) == "203 empty");
  CHECK(why(custody.try_receipt(NETWORK, token(), nobody)) == "203 empty");
  CHECK(refused(custody, [&] { return custody.try_hand_over(NETWORK, none, holder, next); }) == "203 empty");
  CHECK(refused(custody, [&] { return custody.try_hand_over(NETWORK, token(), nobody, next); }) == "203 empty");
  CHECK(refused(custody, [&] { return custody.try_hand_over(NETWORK, token(), holder, Candidate(nullptr)); }) ==
        "203 empty");
  CHECK(why(Candidate::try_make(NETWORK, none, custody, holder, Opening{})) == "203 empty");
  CHECK(why(Candidate::try_make(NETWORK, token(), custody, nobody, Opening{})) == "203 empty");

  const Candidate kept = std::move(next);
  CHECK(kept.try_to_bytes().ok());
  CHECK(why(next.try_to_bytes()) == "203 empty");
  const Custody taken = std::move(custody);
  CHECK(taken.check(NETWORK, token()).ok());
  for (Custody& empty : std::vector{custody, Custody(nullptr)}) {
    CHECK(why(empty.try_to_bytes()) == "203 empty");
    CHECK(why(empty.try_hops()) == "203 empty");
    CHECK(why(empty.try_holder(token())) == "203 empty");
    CHECK(why(empty.try_has_offer()) == "203 empty");
    CHECK(why(empty.try_is_handed_over()) == "203 empty");
    CHECK(why(empty.try_check(NETWORK, token())) == "203 empty");
    CHECK(why(empty.try_hand_over(NETWORK, token(), holder, kept)) == "203 empty");
    CHECK(why(empty.try_offer_to_bearer(NETWORK, token(), holder)) == "203 empty");
    CHECK(why(empty.try_join_by_bearer(NETWORK, token(), kept)) == "203 empty");
    CHECK(why(empty.try_hand_over_last(NETWORK, token(), holder)) == "203 empty");
    CHECK(why(empty.try_receipt(NETWORK, token(), receiver().key)) == "203 empty");
    CHECK(why(empty.try_open(token(), receiver().secret)) == "203 empty");
    CHECK(why(empty.try_accumulators(token())) == "203 empty");
    CHECK(why(Candidate::try_make(NETWORK, token(), empty, holder, Opening{})) == "203 empty");
  }
}

TEST_CASE("whoever holds what is carried is the last who joined, and the first key before") {
  gridnet::OwnedPool pool = world::pool();
  const world::Recipient somebody("receiver");
  world::Session session(pool.issue(world::key("owner"), world::ask(somebody.keys), world::forget));
  CHECK(session.custody.holder(session.token) == session.token.body().first_key);
  session.carry("ann");
  CHECK(session.custody.holder(session.token) == session.holder.public_key());
  const auto ann = session.custody.holder(session.token);
  session.carry("ben", true);
  CHECK(session.custody.holder(session.token) == session.holder.public_key());
  CHECK(session.custody.holder(session.token) != ann);
  CHECK(why(session.custody.try_holder(gridnet::Token(nullptr))) == "203 empty");
}
