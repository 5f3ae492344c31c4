#include <gridnet/settlement.hpp>
#include <gridnet/settlement.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

using gridnet::Fraud;
using gridnet::Network;
using gridnet::NoFraud;
using gridnet::Payout;
using gridnet::Terms;
using gridnet::Token;
using world::NETWORK;

using Bytes = std::vector<std::uint8_t>;
using Amounts = std::vector<std::uint64_t>;

constexpr Terms payrate{3, 4, Terms::Rule::payrate};
constexpr Terms neutral{3, 4, Terms::Rule::sybil_neutral};

const world::Recipient& receiver() {
  static const world::Recipient receiver("receiver");
  return receiver;
}

/// The first pool's file, before anything was issued: who resumes it again and again sells the same hashes every time.
gridnet::OwnedPool careless() {
  static const Bytes file = world::pool().file();
  return gridnet::OwnedPool::resume(file);
}

Token sold_to(const std::string& name, gridnet::OwnedPool pool = careless(), std::uint32_t depth = 20) {
  return pool.issue(world::key("owner"), world::ask(world::Recipient(name).keys, depth), world::forget).token;
}

NoFraud reason(const Token& one, const Token& other) {
  return gridnet::check_fraud(NETWORK, gridnet::prove_fraud(NETWORK, one, other)).reason;
}

}  // namespace

TEST_CASE("five hops share as docs/protocol.md says") {
  const Payout paid = gridnet::payout(1'063'267, 0, 10, payrate, 5);
  CHECK(paid.fee == 10'633);
  CHECK(paid.receiver == 52'631);
  CHECK(paid.hops == Amounts{250'001, 187'501, 140'626, 105'469, 316'406});
  CHECK(paid.burnt == 0);
  const Payout even = gridnet::payout(1'063'267, 0, 10, neutral, 5);
  CHECK(even.hops == Amounts(5, 1'000'003 / 32));
  CHECK(even.burnt == 1'000'003 - 5 * (1'000'003 / 32));
  const Payout direct = gridnet::payout(1'063'267, 0, 10, neutral, 0);
  CHECK(direct.receiver == 1'063'267 - 10'633);
  CHECK(direct.burnt == 0);
}

TEST_CASE("the parts are the whole, whoever carries and however they share") {
  for (const Terms& terms : {payrate, neutral, Terms{1, 65'535, Terms::Rule::payrate}}) {
    for (const std::size_t hops : {0U, 1U, 2U, 7U, 32U}) {
      for (const std::uint64_t total : {std::uint64_t{101'003}, std::uint64_t{999'999'937}, UINT64_MAX}) {
        const Payout paid = gridnet::payout(total, 1000, 10, terms, hops);
        CHECK(paid.hops.size() == hops);
        const std::uint64_t rest = paid.fee + paid.receiver + paid.burnt;
        CHECK(std::accumulate(paid.hops.begin(), paid.hops.end(), rest) == total);
      }
    }
  }
}

TEST_CASE("what pays nobody is refused by name") {
  CHECK(gridnet::payout(100, 9, 10, payrate, 1).fee == 90);
  CHECK(why(gridnet::try_payout(100, 10, 10, payrate, 1)) == "107 fee");
  CHECK(why(gridnet::try_payout(0, 0, 0, payrate, 1)) == "107 fee");
  CHECK(why(gridnet::try_payout(UINT64_MAX, UINT64_MAX, UINT64_MAX, payrate, 1)) == "107 fee");
  CHECK(why(gridnet::try_payout(1'000'000, 0, 10, payrate, 33)) == "102 too-many");
  CHECK(why(gridnet::try_payout(1'000'000, 0, 10, payrate, SIZE_MAX)) == "102 too-many");
  CHECK(why(gridnet::try_payout(1'000'000, 0, 10, {4, 4, Terms::Rule::payrate}, 1)) == "208 value");
  CHECK(why(gridnet::try_payout(1'000'000, 0, 10, {0, 4, Terms::Rule::payrate}, 1)) == "208 value");
  CHECK(why(gridnet::try_payout(1'000'000, 0, 10, {3, 4, static_cast<Terms::Rule>(2)}, 1)) == "201 unknown");
  CHECK(thrown_by([] { gridnet::payout(0, 0, 0, payrate, 1); }) == "107 fee");
}

TEST_CASE("who sells the same hashes to two is convicted by the two tokens") {
  const Token one = sold_to("receiver");
  const Token other = sold_to("another receiver");
  const Bytes proof = gridnet::prove_fraud(NETWORK, one, other);
  CHECK(proof == gridnet::prove_fraud(NETWORK, other, one));
  const Fraud fraud = gridnet::check_fraud(NETWORK, proof);
  CHECK(fraud.reason == NoFraud::none);
  CHECK(fraud.owner == world::address("owner"));
  CHECK(fraud.pool == careless().id());
  CHECK(fraud.bank == 0);
}

TEST_CASE("two honest tokens convict nobody") {
  const Token one = sold_to("receiver");
  CHECK(reason(one, one) == NoFraud::order);
  // Another bank, another pool, another session that begins where the first one ended.
  gridnet::OwnedPool pool = careless();
  const Token first = pool.issue(world::key("owner"), world::ask(receiver().keys), world::forget).token;
  const Token second = pool.issue(world::key("owner"), world::ask(receiver().keys), world::forget).token;
  CHECK(reason(first, second) == NoFraud::other_bank);
  const gridnet::Ask further = world::ask(world::Recipient("another receiver").keys, 40, gridnet::Ask::Source::bank);
  CHECK(reason(first, pool.issue(world::key("owner"), further, world::forget).token) == NoFraud::apart);
  gridnet::PoolPlan plan = world::plan();
  plan.sequence = 6;
  CHECK(reason(one, sold_to("another receiver", world::pool(plan))) == NoFraud::other_pool);
  // The packets of a stream are one session.
  gridnet::OwnedPool streams = careless();
  gridnet::Ask packet = world::ask(receiver().keys, 10, gridnet::Ask::Source::session);
  const Token early = streams.issue(world::key("owner"), packet, world::forget).token;
  packet.depth = 11;
  CHECK(reason(early, streams.issue(world::key("owner"), packet, world::forget).token) == NoFraud::same_session);
  // Sold again when the first token was no longer good.
  gridnet::Ask later = world::ask(world::Recipient("another receiver").keys);
  later.issued = world::NOW + 101;
  later.expiry = world::NOW + 200;
  CHECK(reason(one, careless().issue(world::key("owner"), later, world::forget).token) == NoFraud::not_at_once);
}

TEST_CASE("a proof that was tampered with proves nothing, and what is none is not read") {
  const Bytes good = gridnet::prove_fraud(NETWORK, sold_to("receiver"), sold_to("another receiver"));
  const auto check = [](const Bytes& bytes) { return gridnet::check_fraud(NETWORK, bytes); };
  Bytes bad = good;
  bad.back() ^= 1;
  CHECK(check(bad).reason == NoFraud::owner_signature);
  // Where nothing is proven, nobody is named.
  CHECK(check(bad).owner == gridnet::Address{});
  CHECK(gridnet::check_fraud(Network::main, good).reason == NoFraud::network);
  Bytes swapped(good.begin() + 395, good.end());
  swapped.insert(swapped.end(), good.begin(), good.begin() + 395);
  CHECK(check(swapped).reason == NoFraud::order);
  CHECK(why(gridnet::try_check_fraud(NETWORK, {})) == "101 encoding");
  CHECK(why(gridnet::try_check_fraud(NETWORK, {good.data(), good.size() - 1})) == "101 encoding");
  CHECK(why(gridnet::try_check_fraud(NETWORK, {nullptr, good.size()})) == "204 null");
  CHECK(why(gridnet::try_check_fraud(static_cast<Network>(0), good)) == "201 unknown");
  CHECK(why(gridnet::try_prove_fraud(static_cast<Network>(0), sold_to("a"), sold_to("b"))) == "201 unknown");
  CHECK(why(gridnet::try_prove_fraud(NETWORK, sold_to("a"), Token(nullptr))) == "203 empty");
  CHECK(why(gridnet::try_prove_fraud(NETWORK, Token(nullptr), sold_to("a"))) == "203 empty");
}
