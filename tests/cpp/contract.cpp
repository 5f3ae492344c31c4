#include <gridnet/contract.hpp>
#include <gridnet/contract.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

using gridnet::Advice;
using gridnet::Bytes32;
using gridnet::Contract;
using gridnet::Metered;
using gridnet::Misread;
using gridnet::Network;
using gridnet::Objection;
using gridnet::OnChain;
using gridnet::Party;
using gridnet::Proposal;
using gridnet::Signatory;
using gridnet::SignedContract;
using gridnet::SignedState;
using gridnet::Watcher;
using world::NETWORK;
using world::NOW;

using Bytes = std::vector<std::uint8_t>;
using Amounts = std::vector<std::uint64_t>;
using Action = Advice::Action;
using Role = Signatory::Role;
using Side = Party::Side;
using Standing = OnChain::Standing;

/// The contract's first slot: long enough ago for all its readings.
constexpr std::uint64_t FIRST = NOW / gridnet::slot_seconds - 10;

/// A meter of a side, whose id and key are made of its name, and which was read before the contract began.
Metered metered(const std::string& name) {
  Metered metered;
  metered.facts = {world::secret(name), world::key(name).public_key(), 10'000};
  metered.kept = gridnet::KeptReading{0, FIRST - 1, 0, 0, {}};
  return metered;
}

/// Seller, buyer and line owner, over four slots.
Contract contract() {
  Contract contract;
  contract.parties = {{world::key("seller").public_key(), Role::seller, 3'000},
                      {world::key("buyer").public_key(), Role::buyer, 0},
                      {world::key("line owner").public_key(), Role::line_owner, 500}};
  contract.seller_meter = world::secret("roof");
  contract.buyer_meter = world::secret("home");
  contract.first = FIRST;
  contract.last = FIRST + 3;
  contract.limit_wh = 500;
  contract.deposit = 100'000;
  contract.watch_fee = 1'000;
  contract.window = 10;
  contract.expiry = 1'000;
  return contract;
}

gridnet::PartyBounds bounds() {
  gridnet::PartyBounds bounds;
  bounds.last = FIRST + 3;
  bounds.watch_fee_max = 1'000;
  bounds.price_max = 3'500;
  bounds.deposit_max = 100'000;
  bounds.rate_min = 500;
  return bounds;
}

Party propose(const std::string& name) {
  return Party::propose(NETWORK, contract(), bounds(), metered("roof"), metered("home"), world::key(name));
}

/// The three, who have all signed the contract.
struct Street {
  Party seller = propose("seller");
  Party buyer = Party::accept(NETWORK, seller.offer(), bounds(), metered("roof"), metered("home"), world::key("buyer"));
  Party line = Party::accept(NETWORK, buyer.offer(), bounds(), metered("roof"), metered("home"),
                             world::elsewhere("line owner"));

  Street() {
    for (Party* party : {&seller, &buyer}) CHECK(party->gather(NETWORK, line.offer()) == Objection::none);
  }

  /// All three read both meters: so much flowed from the roof to the home since the contract began.
  void read(std::uint64_t slots, std::uint64_t wh) {
    gridnet::Reading reading;
    reading.slot = FIRST + slots - 1;
    // One is left out between any two, so that none need name the one before it.
    reading.sequence = 2 * slots;
    for (const auto& [name, side] : {std::pair{"roof", Side::seller}, std::pair{"home", Side::buyer}}) {
      reading.meter = world::secret(name);
      reading.export_wh = side == Side::seller ? wh : 0;
      reading.import_wh = side == Side::buyer ? wh : 0;
      const auto signed_by = reading.sign(NETWORK, world::key(name));
      for (Party* party : {&seller, &buyer, &line}) {
        CHECK(party->read(NETWORK, side, signed_by, {{party->id(), FIRST, FIRST + 3, 500}}, NOW) == Misread::none);
      }
    }
  }

  /// All three sign the next state.
  SignedState sign() {
    const Proposal first = seller.sign_next(NETWORK, world::key("seller"));
    const Proposal second = buyer.counter_sign(NETWORK, world::key("buyer"), first.bytes);
    const Proposal third = line.counter_sign(NETWORK, world::key("line owner"), second.bytes);
    CHECK(third.ok());
    CHECK(buyer.gather_state(NETWORK, third.bytes).is_news);
    CHECK(seller.gather_state(NETWORK, third.bytes).is_news);
    const auto newest = seller.newest();
    REQUIRE(newest);
    return *newest;
  }
};

Objection after(const std::function<void(Contract&)>& change) {
  Contract other = contract();
  change(other);
  return other.check(NETWORK);
}

}  // namespace

TEST_CASE("each rule about a contract is looked at") {
  CHECK(after([](auto&) {}) == Objection::none);
  CHECK(after([](auto& c) { c.parties.pop_back(); }) == Objection::none);
  CHECK(after([](auto& c) { c.parties.resize(1); }) == Objection::parties);
  CHECK(after([](auto& c) { c.parties[2].key = {}; }) == Objection::bad_key);
  CHECK(after([](auto& c) { c.parties[2].key = c.parties[0].key; }) == Objection::same_key);
  CHECK(after([](auto& c) { c.buyer_meter = c.seller_meter; }) == Objection::meters);
  CHECK(after([](auto& c) { c.parties[1].rate = 1; }) == Objection::rate);
  CHECK(after([](auto& c) { c.last = c.first - 1; }) == Objection::slots);
  CHECK(after([](auto& c) { c.limit_wh = 0; }) == Objection::limit);
  CHECK(after([](auto& c) { c.deposit = c.watch_fee; }) == Objection::deposit);
  CHECK(after([](auto& c) { c.window = 5; }) == Objection::window);
  // Windows are longer where coins are worth something.
  CHECK(contract().check(Network::main) == Objection::window);
  CHECK(why(contract().try_check(static_cast<Network>(0))) == "201 unknown");
  Contract bad = contract();
  bad.parties.resize(gridnet::parties_max + 1);
  CHECK(why(bad.try_id(NETWORK)) == "102 too-many");
  bad = contract();
  bad.parties[0].role = static_cast<Role>(4);
  CHECK(why(bad.try_balances(0)) == "201 unknown");
}

TEST_CASE("who has what follows from what was delivered") {
  CHECK(contract().balances(0) == Amounts{0, 100'000, 0});
  CHECK(contract().balances(1'000) == Amounts{3'000, 96'500, 500});
  // 100,000 units at 3,500 for each kWh: 28,572 would cost 100,002.
  CHECK(contract().cap() == 28'571);
  CHECK(contract().balances(28'571) == Amounts{85'713, 2, 14'285});
  CHECK(contract().balances(UINT64_MAX) == contract().balances(28'571));
  for (const std::uint64_t delivered : {1ULL, 999ULL, 28'570ULL, 1ULL << 40}) {
    const Amounts balances = contract().balances(delivered);
    CHECK(std::accumulate(balances.begin(), balances.end(), std::uint64_t{0}) == 100'000);
  }
}

TEST_CASE("a contract and its states are signed by all, and every byte of them counts") {
  Street street;
  const auto opened = street.seller.contract();
  REQUIRE(opened);
  CHECK(opened->check(NETWORK) == Objection::none);
  CHECK(opened->check(Network::test) == Objection::window);
  SignedContract forged = *opened;
  forged.signatures.pop_back();
  CHECK(forged.check(NETWORK) == Objection::signature);
  CHECK(opened->body.id(NETWORK) == street.seller.id());
  const Bytes bytes = opened->to_bytes();
  CHECK(SignedContract::from_bytes(bytes).to_bytes() == bytes);
  for (std::size_t place = 0; place < bytes.size(); ++place) {
    Bytes bad = bytes;
    bad[place] ^= 1;
    INFO(place);
    const auto read = SignedContract::try_from_bytes(bad);
    CHECK((!read.ok() || read.value().check(NETWORK) != Objection::none));
  }
  street.read(2, 600);
  const SignedState state = street.sign();
  CHECK(state.body.sequence == 1);
  CHECK(state.body.delivered_wh == 600);
  CHECK(!state.body.is_final);
  CHECK(state.check(NETWORK, contract()) == Objection::none);
  Contract other = contract();
  other.nonce = 1;
  CHECK(state.check(NETWORK, other) == Objection::other_contract);
  const Bytes encoded = state.to_bytes();
  for (std::size_t place = 0; place < encoded.size(); ++place) {
    Bytes bad = encoded;
    bad[place] ^= 1;
    INFO(place);
    const auto read = SignedState::try_from_bytes(bad);
    CHECK((!read.ok() || read.value().check(NETWORK, contract()) != Objection::none));
  }
  CHECK(why(SignedContract::try_from_bytes({"none", 4})) == "101 encoding");
  CHECK(why(SignedState::try_from_bytes({nullptr, 4})) == "204 null");
  SignedState crowded = state;
  crowded.signatures.resize(gridnet::parties_max + 1);
  CHECK(why(crowded.try_to_bytes()) == "102 too-many");
}

TEST_CASE("a party signs what it recomputes, to the end") {
  Street street;
  CHECK(street.seller.recomputed() == 0);
  street.read(1, 100);
  CHECK(street.buyer.recomputed() == 100);
  CHECK(street.sign().body.delivered_wh == 100);
  // More than the limit of its slots is not delivered under the contract.
  street.read(4, 4'000);
  CHECK(street.line.is_complete());
  const SignedState last = street.sign();
  CHECK(last.body.delivered_wh == 100 + 3 * 500);
  CHECK(last.body.is_final);
  CHECK(street.seller.sign_next(NETWORK, world::key("seller")).reason == Objection::final);
  const Advice advice = street.buyer.advise(500, {});
  CHECK(advice.action == Action::close);
  REQUIRE(advice.state);
  CHECK(advice.state->body.sequence == 2);
}

TEST_CASE("a party does not sign what the meters did not say, nor for a stranger") {
  Street street;
  street.read(1, 100);
  CHECK(street.seller.sign_next(NETWORK, world::key("buyer")).reason == Objection::stranger);
  const Proposal proposal = street.seller.sign_next(NETWORK, world::key("seller"));
  street.read(2, 300);
  CHECK(street.buyer.counter_sign(NETWORK, world::key("buyer"), proposal.bytes).reason == Objection::delivered);
  Bytes bad = proposal.bytes;
  bad[40] ^= 1;
  CHECK(street.buyer.counter_sign(NETWORK, world::key("buyer"), bad).reason == Objection::signature);
  CHECK(street.buyer.gather_state(NETWORK, proposal.bytes).reason == Objection::sequence);
  CHECK(why(street.buyer.try_counter_sign(NETWORK, world::locked("buyer"),
                                          street.seller.sign_next(NETWORK, world::key("seller")).bytes)) ==
        "117 signer");
  CHECK(!street.buyer.newest());
  gridnet::Reading forged;
  forged.meter = world::secret("roof");
  forged.sequence = 9;
  forged.slot = FIRST + 3;
  CHECK(street.buyer.read(NETWORK, Side::seller, forged.sign(NETWORK, world::key("home")), {}, NOW) ==
        Misread::signature);
  CHECK(why(street.buyer.try_read(NETWORK, static_cast<Side>(2), {}, {}, NOW)) == "201 unknown");
}

TEST_CASE("a contract that is not what a party agrees to is not signed") {
  const auto refused = [](const gridnet::PartyBounds& bounds, const std::string& name = "buyer") {
    return why(Party::try_propose(NETWORK, contract(), bounds, metered("roof"), metered("home"), world::key(name)));
  };
  CHECK(refused(bounds()).empty());
  gridnet::PartyBounds dear = bounds();
  dear.price_max = 3'499;
  CHECK(refused(dear) == "118 contract");
  CHECK(refused(bounds(), "stranger") == "118 contract");
  CHECK(why(Party::try_propose(NETWORK, contract(), bounds(), metered("home"), metered("roof"), world::key("buyer"))) ==
        "118 contract");
  CHECK(why(Party::try_accept(NETWORK, {"none", 4}, bounds(), metered("roof"), metered("home"), world::key("buyer"))) ==
        "101 encoding");
  CHECK(why(Party::try_propose(NETWORK, contract(), bounds(), metered("roof"), metered("home"),
                               gridnet::Signer(nullptr))) == "203 empty");
  Party alone = propose("seller");
  CHECK(!alone.contract());
  CHECK(alone.sign_next(NETWORK, world::key("seller")).reason == Objection::not_signed);
}

TEST_CASE("who is restored signs nothing until it has heard, and a watcher knows") {
  Street street;
  street.read(1, 100);
  const Bytes old = street.buyer.to_bytes();
  const SignedState newest = street.sign();
  Party restored = Party::from_bytes(old);
  CHECK(restored.is_restored());
  CHECK(restored.sign_next(NETWORK, world::key("buyer")).reason == Objection::restored);

  Watcher watcher(1);
  const Bytes32 id = watcher.watch(NETWORK, *street.seller.contract());
  CHECK(id == street.seller.id());
  CHECK(!watcher.newest(id));
  CHECK(watcher.hear(NETWORK, newest).is_news);
  CHECK(!watcher.hear(NETWORK, newest).is_news);
  const auto known = watcher.newest(id);
  REQUIRE(known);
  CHECK(restored.hear(NETWORK, *known).is_news);
  CHECK(!restored.is_restored());
  street.read(2, 200);
  CHECK(restored.sign_next(NETWORK, world::key("buyer")).ok());

  // Somebody closes with an older state.
  const OnChain cheat{Standing::closing, 0, 600};
  const auto answer = watcher.advise(id, cheat);
  REQUIRE(answer);
  CHECK(answer->to_bytes() == newest.to_bytes());
  CHECK(!watcher.advise(id, {Standing::closing, 1, 600}));
  CHECK(!watcher.advise(id, {}));
  CHECK(restored.advise(600, cheat).action == Action::answer);
  CHECK(restored.advise(601, cheat).action == Action::nothing);
  CHECK(restored.advise(1'000, {}).action == Action::close);
  CHECK(why(watcher.try_advise(id, {static_cast<Standing>(3), 0, 0})) == "201 unknown");

  SignedState forged = newest;
  forged.body.sequence = 2;
  CHECK(watcher.hear(NETWORK, forged).reason == Objection::signature);
  CHECK(restored.hear(NETWORK, forged).reason == Objection::signature);
  forged.body.contract = {};
  CHECK(watcher.hear(NETWORK, forged).reason == Objection::other_contract);
  SignedContract bad = *street.seller.contract();
  bad.body.nonce = 1;
  CHECK(why(watcher.try_watch(NETWORK, bad)) == "118 contract");
  watcher.forget(id);
  CHECK(!watcher.newest(id));

  Party of_none = Party::from_bytes(old);
  of_none.hear_of_none();
  CHECK(!of_none.is_restored());
  of_none.end();
  CHECK(of_none.sign_next(NETWORK, world::key("buyer")).ok());
}

TEST_CASE("what was moved from says so") {
  Street street;
  const Party taken = std::move(street.seller);
  CHECK(why(street.seller.try_id()) == "203 empty");
  CHECK(why(street.seller.try_sign_next(NETWORK, world::key("seller"))) == "203 empty");
  CHECK(why(street.seller.try_newest()) == "203 empty");
  CHECK(why(street.seller.try_end()) == "203 empty");
  Watcher watcher(1);
  const Watcher other = std::move(watcher);
  CHECK(why(watcher.try_newest({})) == "203 empty");
}
