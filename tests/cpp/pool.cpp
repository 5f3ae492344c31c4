#include <gridnet/pool.hpp>
#include <gridnet/pool.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

using gridnet::Ask;
using gridnet::Issued;
using gridnet::OwnedPool;
using gridnet::PoolCard;
using gridnet::PoolPlan;
using gridnet::Registration;
using gridnet::Result;
using world::NETWORK;

using Bytes = std::vector<std::uint8_t>;
using Depths = std::vector<std::uint32_t>;

const world::Recipient& receiver() {
  static const world::Recipient receiver("receiver");
  return receiver;
}

const gridnet::Signer& owner() {
  static const gridnet::Signer owner = world::key("owner");
  return owner;
}

Ask ask(std::uint32_t depth = 20, Ask::Source source = Ask::Source::unused, std::uint16_t bank = 0) {
  return world::ask(receiver().keys, depth, source, bank);
}

Issued issue(OwnedPool& pool, const Ask& asked) { return pool.issue(owner(), asked, world::forget); }

std::string refusal(OwnedPool& pool, const Ask& asked) { return why(pool.try_issue(owner(), asked, world::forget)); }

Result<OwnedPool> created(const PoolPlan& plan, const gridnet::Control* control = nullptr) {
  return OwnedPool::try_create(world::engine(), NETWORK, owner(), world::proof(), world::secret("master"), plan,
                               control);
}

}  // namespace

TEST_CASE("a pool is what its plan says, and the same for the same secrets") {
  PoolPlan plan = world::plan();
  plan.function = PoolPlan::Function::sha256;
  plan.terms = {1, 2, gridnet::Terms::Rule::sybil_neutral};
  const OwnedPool pool = world::pool(plan);
  const Registration registration = pool.registration();
  CHECK(registration.sequence == 5);
  CHECK(registration.function == PoolPlan::Function::sha256);
  CHECK(registration.banks == 6);
  CHECK(registration.length == 60);
  CHECK(registration.value == 100'000);
  CHECK(registration.expiry == world::HEIGHT + 500);
  CHECK(registration.minimum_stake == 10);
  CHECK(registration.terms.a == 1);
  CHECK(registration.terms.b == 2);
  CHECK(registration.terms.rule == gridnet::Terms::Rule::sybil_neutral);
  CHECK(registration.owner == world::address("owner"));
  CHECK(registration.coins() == 6 * 60 * 100'000);
  CHECK(registration.id(NETWORK) == pool.id());
  CHECK(registration.id(gridnet::Network::main) != pool.id());
  CHECK(pool.issued() == Depths(6, 0));

  CHECK(world::pool(plan).id() == pool.id());
  plan.sequence = 6;
  CHECK(world::pool(plan).registration().root != registration.root);
  const OwnedPool other = OwnedPool::create(world::engine(), NETWORK, owner(), world::proof(),
                                            world::secret("another master"), world::plan());
  CHECK(other.registration().root != world::pool().registration().root);
}

TEST_CASE("a registration is read as it is written") {
  const Registration registration = world::pool().registration();
  const Bytes bytes = registration.to_bytes();
  const Registration read = Registration::from_bytes(bytes);
  CHECK(read.to_bytes() == bytes);
  CHECK(read.id(NETWORK) == registration.id(NETWORK));
  CHECK(why(Registration::try_from_bytes({bytes.data(), bytes.size() - 1})) == "101 encoding");
  CHECK(why(Registration::try_from_bytes({})) == "101 encoding");
  CHECK(why(Registration::try_from_bytes({nullptr, bytes.size()})) == "204 null");

  Registration bad = registration;
  bad.function = static_cast<PoolPlan::Function>(2);
  CHECK(why(bad.try_to_bytes()) == "201 unknown");
  CHECK(why(bad.try_id(NETWORK)) == "201 unknown");
  bad = registration;
  bad.terms.a = 4;
  CHECK(why(bad.try_to_bytes()) == "208 value");
  bad = registration;
  bad.value = UINT64_MAX / 359;
  CHECK(why(bad.try_coins()) == "103 overflow");
  CHECK(why(registration.try_id(static_cast<gridnet::Network>(9))) == "201 unknown");
}

TEST_CASE("a plan out of bounds makes no pool, nor does one that is cancelled") {
  const auto with = [](auto change) {
    PoolPlan plan = world::plan();
    change(plan);
    return why(created(plan));
  };
  CHECK(with([](PoolPlan&) {}).empty());
  CHECK(with([](PoolPlan& plan) { plan.banks = 0; }) == "108 out-of-range");
  CHECK(with([](PoolPlan& plan) { plan.banks = 1025; }) == "108 out-of-range");
  CHECK(with([](PoolPlan& plan) { plan.length = 0; }) == "108 out-of-range");
  CHECK(with([](PoolPlan& plan) { plan.length = (1U << 24) + 1; }) == "108 out-of-range");
  CHECK(with([](PoolPlan& plan) { plan.value = 0; }) == "108 out-of-range");
  CHECK(with([](PoolPlan& plan) { plan.value = UINT64_MAX; }) == "103 overflow");
  CHECK(with([](PoolPlan& plan) { plan.function = static_cast<PoolPlan::Function>(9); }) == "201 unknown");
  CHECK(with([](PoolPlan& plan) { plan.terms.b = plan.terms.a; }) == "208 value");
  CHECK(with([](PoolPlan& plan) { plan.terms.rule = static_cast<gridnet::Terms::Rule>(2); }) == "201 unknown");
  const gridnet::Control control;
  control.cancel();
  CHECK(why(created(world::plan(), &control)) == "17 cancelled");
  CHECK(why(OwnedPool::try_create(world::engine(), static_cast<gridnet::Network>(0), owner(), world::proof(), {},
                                  world::plan())) == "201 unknown");
}

TEST_CASE("a card is good for its own pool's and bank's tokens, and leads nowhere from others'") {
  OwnedPool pool = world::pool();
  const Issued first = issue(pool, ask());
  const Issued second = issue(pool, ask(30));
  const PoolCard card = pool.card(0);
  CHECK(card.bank() == 0);
  CHECK(card.registration().id(NETWORK) == pool.id());
  CHECK(card.is_of(NETWORK, first.token));
  CHECK(card.leads_to_ceiling(first.token));
  CHECK(!card.is_of(NETWORK, second.token));
  CHECK(!card.leads_to_ceiling(second.token));
  CHECK(!card.is_of(gridnet::Network::main, first.token));
  CHECK(why(card.try_is_of(static_cast<gridnet::Network>(5), first.token)) == "201 unknown");
  PoolPlan plan = world::plan();
  plan.sequence = 6;
  CHECK(!world::pool(plan).card(0).is_of(NETWORK, first.token));
  CHECK(why(pool.try_card(6)) == "113 bank");

  const Bytes bytes = card.to_bytes();
  const PoolCard read = PoolCard::from_bytes(bytes);
  CHECK(read.to_bytes() == bytes);
  CHECK(read.is_of(NETWORK, first.token));
  CHECK(why(PoolCard::try_from_bytes({bytes.data(), bytes.size() - 1})) == "101 encoding");
  CHECK(why(PoolCard::try_from_bytes({nullptr, 1})) == "204 null");
  // The ceiling stands after the registration and the bank, the branch at the end.
  Bytes other = bytes;
  other[104 + 2] ^= 1;
  CHECK(!PoolCard::from_bytes(other).is_of(NETWORK, first.token));
  CHECK(!PoolCard::from_bytes(other).leads_to_ceiling(first.token));
  other = bytes;
  other.back() ^= 1;
  CHECK(!PoolCard::from_bytes(other).is_of(NETWORK, first.token));
  // A stranger's token that claims to be deeper than the bank is long is not walked at all.
  Bytes deep = first.token.to_bytes();
  std::fill_n(&deep[42], 4, std::uint8_t{0xff});
  CHECK(!card.is_of(NETWORK, gridnet::Token::from_bytes(deep)));
  CHECK(!card.leads_to_ceiling(gridnet::Token::from_bytes(deep)));
}

TEST_CASE("bundles take a bank each, packets of a stream go on in theirs") {
  OwnedPool pool = world::pool();
  CHECK(issue(pool, ask()).token.body().bank == 0);
  const auto packet = [&](std::uint32_t depth) {
    return issue(pool, ask(depth, Ask::Source::session)).token.body();
  };
  const gridnet::TokenBody first = packet(7);
  const gridnet::TokenBody second = packet(11);
  CHECK(first.bank == 1);
  CHECK(second.bank == 1);
  CHECK(second.from == 0);
  CHECK(second.first_key == first.first_key);
  CHECK(issue(pool, ask()).token.body().bank == 2);
  // Another receiver's bank is named, once that is settled.
  const world::Recipient other("another receiver");
  const Ask named = world::ask(other.keys, 15, Ask::Source::bank, 1);
  const gridnet::TokenBody third = issue(pool, named).token.body();
  CHECK(third.bank == 1);
  CHECK(third.from == 11);
  CHECK(third.first_key != first.first_key);
  CHECK(pool.issued() == Depths{20, 15, 20, 0, 0, 0});
  for (int bundle = 0; bundle < 3; ++bundle) issue(pool, ask());
  CHECK(refusal(pool, ask()) == "114 exhausted");
}

TEST_CASE("what cannot be issued is refused by name, and uses nothing up") {
  OwnedPool pool = world::pool();
  issue(pool, ask(60));
  const Bytes before = pool.file();
  CHECK(refusal(pool, ask(0)) == "108 out-of-range");
  CHECK(refusal(pool, ask(61)) == "108 out-of-range");
  CHECK(refusal(pool, ask(20, Ask::Source::bank, 6)) == "113 bank");
  CHECK(refusal(pool, ask(20, Ask::Source::bank, 0)) == "113 bank");
  CHECK(refusal(pool, ask(20, static_cast<Ask::Source>(3))) == "201 unknown");
  Ask asked = ask();
  asked.issued = asked.expiry + 1;
  CHECK(refusal(pool, asked) == "108 out-of-range");
  asked = ask();
  asked.terms = {4, 3, gridnet::Terms::Rule::payrate};
  CHECK(refusal(pool, asked) == "208 value");
  asked = ask();
  asked.receiver.binding[0] ^= 1;
  CHECK(refusal(pool, asked) == "109 token");
  asked.receiver.key = {};
  CHECK(refusal(pool, asked) == "109 token");
  CHECK(why(pool.try_issue(world::key("ann"), ask(), world::forget)) == "111 order");
  CHECK(pool.file() == before);
}

TEST_CASE("a pool that was moved from is empty, and so is what is never made") {
  OwnedPool pool = world::pool();
  OwnedPool taken = std::move(pool);
  CHECK(why(pool.try_issue(owner(), ask(), world::forget)) == "203 empty");
  CHECK(why(pool.try_apply(Bytes(4))) == "203 empty");
  CHECK(why(pool.try_registration()) == "203 empty");
  CHECK(why(pool.try_id()) == "203 empty");
  CHECK(why(pool.try_issued()) == "203 empty");
  CHECK(why(pool.try_card(0)) == "203 empty");
  CHECK(why(pool.try_file()) == "203 empty");
  CHECK(thrown_by([&] { pool.id(); }) == "203 empty");
  CHECK(why(taken.try_issue(gridnet::Signer(nullptr), ask(), world::forget)) == "203 empty");
  pool = std::move(taken);
  CHECK(pool.issued() == Depths(6, 0));

  PoolCard card = pool.card(0);
  const gridnet::Token token = issue(pool, ask()).token;
  CHECK(why(card.try_is_of(NETWORK, gridnet::Token(nullptr))) == "203 empty");
  CHECK(why(card.try_leads_to_ceiling(gridnet::Token(nullptr))) == "203 empty");
  const PoolCard kept = std::move(card);
  for (const PoolCard& empty : {card, PoolCard(nullptr)}) {
    CHECK(why(empty.try_to_bytes()) == "203 empty");
    CHECK(why(empty.try_registration()) == "203 empty");
    CHECK(why(empty.try_bank()) == "203 empty");
    CHECK(why(empty.try_is_of(NETWORK, token)) == "203 empty");
    CHECK(why(empty.try_leads_to_ceiling(token)) == "203 empty");
  }
  gridnet::Engine engine({{"cpu"}, 1, 0, ""});
  const gridnet::Engine elsewhere = std::move(engine);
  CHECK(why(OwnedPool::try_create(engine, NETWORK, owner(), world::proof(), {}, world::plan())) == "203 empty");
  CHECK(why(OwnedPool::try_create(elsewhere, NETWORK, gridnet::Signer(nullptr), world::proof(), {},
                                  world::plan())) == "203 empty");
}
