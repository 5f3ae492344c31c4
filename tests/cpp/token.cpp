#include <gridnet/token.hpp>
#include <gridnet/token.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

using gridnet::Bytes32;
using gridnet::Network;
using gridnet::Reason;
using gridnet::Token;
using world::NETWORK;
using world::NOW;

using Bytes = std::vector<std::uint8_t>;

/// Where the fields of a token stand in its encoding (docs/protocol.md).
namespace at {
constexpr std::size_t network = 0, from = 38, depth = 42, payrate = 78, rule = 82, binding = 147, content = 211,
                      issued = 243, expiry = 251, first_key = 259, sender = 291, signature = 331, end = 395;
}

struct Made {
  world::Recipient receiver{"receiver"};
  gridnet::OwnedPool pool = world::pool();
  gridnet::Issued issued = pool.issue(world::key("owner"), world::ask(receiver.keys), world::forget);
};

const Made& made() {
  static const Made made;
  return made;
}

/// What becomes of a good token's encoding that is changed: a reason, or the failure to read it.
std::string after(const std::function<void(Bytes&)>& change) {
  Bytes bytes = made().issued.token.to_bytes();
  change(bytes);
  const auto token = Token::try_from_bytes(bytes);
  return token.ok() ? std::string(gridnet::name(token.value().check(NETWORK))) : why(token);
}

/// A number of eight bytes, the lowest first.
Bytes little(std::uint64_t number) {
  Bytes out;
  for (int byte = 0; byte < 8; ++byte) out.push_back(static_cast<std::uint8_t>(number >> 8 * byte));
  return out;
}

/// BLAKE2s under one of the protocol's tags.
Bytes32 tagged(const std::string& tag, const Bytes& message) {
  gridnet::HashFunction function = gridnet::HashFunction::blake2s();
  std::copy(tag.begin(), tag.end(), function.personal.begin());
  return gridnet::try_hash(function, message).or_throw();
}

void append(Bytes& bytes, gridnet::View more) { bytes.insert(bytes.end(), more.data(), more.data() + more.size()); }

}  // namespace

TEST_CASE("a token says what it was issued for") {
  const auto& [receiver, pool, issued] = made();
  const gridnet::Ask ask = world::ask(receiver.keys);
  const gridnet::TokenBody body = issued.token.body();
  CHECK(body.network == 3);
  CHECK(body.pool == pool.id());
  CHECK(body.bank == 0);
  CHECK(body.from == 0);
  CHECK(body.depth == 20);
  CHECK(body.terms.a == 3);
  CHECK(body.terms.b == 4);
  CHECK(body.terms.rule == gridnet::Terms::Rule::payrate);
  CHECK(body.receiver.key == receiver.keys.key);
  CHECK(body.receiver.seal_key == receiver.keys.seal_key);
  CHECK(body.receiver.binding == receiver.keys.binding);
  CHECK(body.content == ask.content);
  CHECK(body.issued == NOW - 100);
  CHECK(body.expiry == NOW + 100);
  CHECK(body.first_key == issued.first_key.public_key());
  CHECK(body.sender.key == world::key("owner").public_key());
  CHECK(body.sender.proof.repetitions == world::proof().repetitions);
  CHECK(body.sender.proof.nonce == world::proof().nonce);
  CHECK(pool.card(0).leads_to_ceiling(issued.token));
}

TEST_CASE("a token is read as it is written") {
  const Token& token = made().issued.token;
  const Bytes bytes = token.to_bytes();
  CHECK(bytes.size() == at::end);
  const Token read = Token::from_bytes(bytes);
  CHECK(read.to_bytes() == bytes);
  CHECK(read.id(NETWORK) == token.id(NETWORK));
  CHECK(read.session() == token.session());
  CHECK(read.check(NETWORK) == Reason::none);
}

TEST_CASE("what is no token is not read") {
  CHECK(why(Token::try_from_bytes({})) == "101 encoding");
  CHECK(why(Token::try_from_bytes({nullptr, 0})) == "101 encoding");
  CHECK(why(Token::try_from_bytes({nullptr, 395})) == "204 null");
  CHECK(after([](Bytes& bytes) { bytes.pop_back(); }) == "101 encoding");
  CHECK(after([](Bytes& bytes) { bytes.push_back(0); }) == "101 encoding");
  CHECK(after([](Bytes& bytes) { bytes[at::payrate] = 4; }) == "101 encoding");
  CHECK(after([](Bytes& bytes) { bytes[at::payrate] = 0; }) == "101 encoding");
  CHECK(after([](Bytes& bytes) { bytes[at::rule] = 2; }) == "101 encoding");
  CHECK(thrown_by([] { Token::from_bytes(std::string("no token")); }) == "101 encoding");
}

TEST_CASE("a token is good for one network, and bad for the first thing that is wrong") {
  const Token& token = made().issued.token;
  CHECK(token.check(NETWORK) == Reason::none);
  CHECK(token.check(Network::main) == Reason::network);
  CHECK(token.check(Network::test) == Reason::network);
  CHECK(why(token.try_check(static_cast<Network>(0))) == "201 unknown");
  CHECK(after([](Bytes&) {}).empty());
  CHECK(after([](Bytes& bytes) { bytes[at::from] = 20; }) == "shape");
  CHECK(after([](Bytes& bytes) { bytes[at::issued + 7] ^= 0x80; }) == "shape");
  CHECK(after([](Bytes& bytes) { std::fill_n(&bytes[at::first_key], 32, std::uint8_t{0}); }) == "bad-key");
  CHECK(after([](Bytes& bytes) { std::fill_n(&bytes[at::sender], 32, std::uint8_t{2}); }) == "bad-key");
  CHECK(after([](Bytes& bytes) { bytes[at::network] = 1; }) == "network");
  CHECK(after([](Bytes& bytes) { bytes[at::depth] = 21; }) == "owner-signature");
  CHECK(after([](Bytes& bytes) { bytes[at::content] ^= 1; }) == "owner-signature");
  CHECK(after([](Bytes& bytes) { bytes[at::expiry] ^= 1; }) == "owner-signature");
  CHECK(after([](Bytes& bytes) { bytes[at::signature] ^= 1; }) == "owner-signature");
  // What the owner signed is looked at before what the receiver did.
  CHECK(after([](Bytes& bytes) { bytes[at::binding] ^= 1; }) == "owner-signature");
}

TEST_CASE("an id is for one token and one network, a session for all tokens of it") {
  const world::Recipient receiver("receiver");
  gridnet::OwnedPool pool = world::pool();
  const auto issue = [&](std::uint32_t depth) {
    const gridnet::Ask ask = world::ask(receiver.keys, depth, gridnet::Ask::Source::session);
    return pool.issue(world::key("owner"), ask, world::forget).token;
  };
  const Token first = issue(5);
  const Token second = issue(9);
  CHECK(first.session() == second.session());
  CHECK(first.id(NETWORK) != second.id(NETWORK));
  CHECK(first.id(NETWORK) != first.id(Network::main));
  CHECK(why(first.try_id(static_cast<Network>(4))) == "201 unknown");
  const gridnet::Ask bundle = world::ask(receiver.keys);
  CHECK(pool.issue(world::key("owner"), bundle, world::forget).token.session() != first.session());
}

TEST_CASE("the digest of a bundle is over its destination, its expiry and its payload") {
  const gridnet::Address destination = world::address("destination");
  const std::string payload = "sealed elsewhere";
  Bytes message(destination.begin(), destination.end());
  append(message, little(NOW));
  append(message, payload);
  CHECK(gridnet::bundle_content(destination, NOW, payload) == tagged("GN-data_", message));
  CHECK(gridnet::bundle_content(destination, NOW + 1, payload) != tagged("GN-data_", message));
  CHECK(gridnet::try_bundle_content(destination, NOW, {}).ok());
  CHECK(why(gridnet::try_bundle_content(destination, NOW, {nullptr, 1})) == "204 null");
}

TEST_CASE("the digest of a stream grows by one packet after the other") {
  const Bytes32 one = world::secret("one packet");
  const Bytes32 other = world::secret("another packet");
  Bytes message(32);
  append(message, one);
  const Bytes32 first = gridnet::stream_content({}, one);
  CHECK(first == tagged("GN-strm_", message));
  CHECK(gridnet::stream_content(first, other) != gridnet::stream_content(gridnet::stream_content({}, other), one));
}

TEST_CASE("a token that was moved from, or never made, is empty; a copy is not") {
  Token token = made().issued.token;
  const Token copy = token;
  const Token taken = std::move(token);
  CHECK(copy.check(NETWORK) == Reason::none);
  CHECK(taken.check(NETWORK) == Reason::none);
  for (const Token& empty : {token, Token(nullptr)}) {
    CHECK(why(empty.try_to_bytes()) == "203 empty");
    CHECK(why(empty.try_body()) == "203 empty");
    CHECK(why(empty.try_id(NETWORK)) == "203 empty");
    CHECK(why(empty.try_session()) == "203 empty");
    CHECK(why(empty.try_check(NETWORK)) == "203 empty");
    CHECK(thrown_by([&empty = empty] { empty.check(NETWORK); }) == "203 empty");
  }
}
