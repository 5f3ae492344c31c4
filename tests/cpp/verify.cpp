#include <gridnet/verify.hpp>
#include <gridnet/verify.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

using gridnet::ClaimedPool;
using gridnet::Claims;
using gridnet::Context;
using gridnet::Reason;
using gridnet::Sequence;
using gridnet::Verdict;
using gridnet::Verified;
using gridnet::Void;
using world::NETWORK;
using world::NOW;
using world::Session;

using Bytes = std::vector<std::uint8_t>;
using Reasons = std::vector<Reason>;

const world::Recipient& receiver() {
  static const world::Recipient receiver("receiver");
  return receiver;
}

Claims list(const std::vector<ClaimedPool>& claims) {
  Claims list;
  for (const ClaimedPool& claim : claims) list.add(claim);
  return list;
}

Reasons reasons(const Verified& verified) {
  Reasons out;
  for (const Verdict& verdict : verified.verdicts) out.push_back(verdict.reason);
  return out;
}

/// What is said of claims by a sequence that knows nothing of others.
Reasons judged(const std::vector<ClaimedPool>& claims, const Context& context) {
  return reasons(Sequence().verify(world::engine(), list(claims), context));
}

Reason judged(const ClaimedPool& claim, const Context& context) { return judged(std::vector{claim}, context).at(0); }

/// A claim whose receiver did not sign it.
ClaimedPool forged(const ClaimedPool& claim) {
  Bytes bytes = claim.to_bytes();
  bytes.back() ^= 1;
  return ClaimedPool::from_bytes(bytes);
}

/// A pool, what the ledger holds of it, and a claim of its first bank.
struct Settled {
  gridnet::OwnedPool pool = world::pool();
  ClaimedPool claim = world::claim(pool, world::session(pool, world::ask(receiver().keys)), receiver());
  Context context = world::ledger(pool);
};

const Settled& settled() {
  static const Settled settled;
  return settled;
}

/// Two claims of a stream: ten hashes, and ten more that are settled after them.
struct Stream {
  std::vector<Session> sessions;
  gridnet::OwnedPool pool = world::pool();
  ClaimedPool early = claim(10, 10, true);
  ClaimedPool late = claim(20, 10, false);
  ClaimedPool whole = claim(20, 20, true);
  Context context = world::ledger(pool);

  ClaimedPool claim(std::uint32_t depth, std::uint32_t steps, bool with_card) {
    if (sessions.empty() || sessions.back().token.body().depth != depth) {
      const gridnet::Ask ask = world::ask(receiver().keys, depth, gridnet::Ask::Source::session);
      sessions.push_back(world::session(pool, ask, {"ann"}));
    }
    const gridnet::TransitPool transit = world::assemble(sessions.back(), receiver());
    return with_card ? ClaimedPool::make(transit, steps, pool.card(0)) : ClaimedPool::make(transit, steps);
  }
};

}  // namespace

TEST_CASE("a valid claim pays what the rules of payout say") {
  const Verified verified = Sequence().verify(world::engine(), list({settled().claim}), settled().context);
  REQUIRE(verified.verdicts.size() == 1);
  const Verdict& verdict = verified.verdicts[0];
  CHECK(verdict.reason == Reason::none);
  CHECK(verdict.total == 20 * 100'000);
  const gridnet::Payout paid = gridnet::payout(verdict.total, settled().claim.weight(), 10, {}, 3);
  CHECK(verdict.fee == paid.fee);
  CHECK(verdict.receiver == paid.receiver);
  CHECK(verdict.burnt == 0);
  CHECK(verdict.first_hop == 0);
  CHECK(verdict.hops == 3);
  REQUIRE(verified.hops.size() == 3);
  for (std::size_t hop = 0; hop < 3; ++hop) {
    CHECK(verified.hops[hop].share == paid.hops[hop]);
    CHECK(verified.hops[hop].reason == Void::none);
  }
  CHECK(verified.nanoseconds > 0);
  for (const auto& shares : {verified.digests, verified.signatures, verified.steps}) {
    REQUIRE(shares.size() == 1);
    CHECK(shares[0].id == "cpu");
    CHECK(shares[0].done > 0);
  }
}

TEST_CASE("every hop that is not paid has its reason, and no unit is lost") {
  gridnet::OwnedPool pool = world::pool();
  const std::vector<std::string> names = {"stranger", "revoked", "young", "poor", "ann", "ann", "silent"};
  Session session = world::session(pool, world::ask(receiver().keys), names);
  session.openings.back().reset();
  const auto receipt = session.custody.receipt(NETWORK, session.token, receiver().key);
  const auto transit = gridnet::TransitPool::assemble_with_receipt(NETWORK, session.token, session.custody, receipt,
                                                                   session.openings);
  Context context = world::ledger(pool);
  gridnet::Identity identity = world::identity();
  identity.revoked = true;
  context.identify(world::address("revoked"), identity);
  identity = world::identity();
  identity.registered = world::HEIGHT - 5;
  context.identify(world::address("young"), identity);
  identity = world::identity();
  identity.stake = 9;
  context.identify(world::address("poor"), identity);
  context.identify(world::address("silent"), world::identity());

  const Verified verified =
      Sequence().verify(world::engine(), list({ClaimedPool::make(transit, 20, pool.card(0))}), context);
  const Verdict& verdict = verified.verdicts.at(0);
  CHECK(verdict.reason == Reason::none);
  REQUIRE(verified.hops.size() == names.size());
  const Void expected[] = {Void::unregistered, Void::revoked,   Void::too_young, Void::low_stake,
                           Void::none,         Void::duplicate, Void::unopened};
  std::uint64_t sum = verdict.fee + verdict.receiver + verdict.burnt;
  for (std::size_t hop = 0; hop < names.size(); ++hop) {
    const auto& [share, reason] = verified.hops[hop];
    CHECK(reason == expected[hop]);
    CHECK(share > 0);
    // What is held is not burnt.
    if (reason == Void::none || reason == Void::unopened) sum += share;
  }
  CHECK(sum == verdict.total);
  CHECK(verdict.burnt > 0);
}

TEST_CASE("many claims in one list have a verdict each, and their hops stand where it says") {
  gridnet::OwnedPool pool = world::pool();
  Claims claims;
  const std::vector<std::string> names = {"ann", "ben", "cyd"};
  for (std::size_t bank = 0; bank < 6; ++bank) {
    // No hop, one, two, or three; every fourth is bad.
    const std::vector<std::string> carriers(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(bank % 4));
    const Session session = world::session(pool, world::ask(receiver().keys), carriers);
    const ClaimedPool claim = world::claim(pool, session, receiver());
    claims.add(bank % 4 == 1 ? forged(claim) : claim);
  }
  CHECK(claims.size() == 6);
  const Verified verified = Sequence().verify(world::engine(), claims, world::ledger(pool));
  REQUIRE(verified.verdicts.size() == 6);
  std::size_t hops = 0;
  for (std::size_t bank = 0; bank < 6; ++bank) {
    const Verdict& verdict = verified.verdicts[bank];
    const bool is_bad = bank % 4 == 1;
    CHECK(verdict.reason == (is_bad ? Reason::receiver_signature : Reason::none));
    CHECK(verdict.total == (is_bad ? 0 : 2'000'000));
    CHECK(verdict.first_hop == hops);
    CHECK(verdict.hops == (is_bad ? 0 : bank % 4));
    hops += verdict.hops;
  }
  CHECK(verified.hops.size() == hops);
  CHECK(hops == 2 + 3);
}

TEST_CASE("what is claimed twice is paid once, in one call or in two") {
  const auto& [pool, claim, context] = settled();
  CHECK(judged({claim, claim}, context) == Reasons{Reason::none, Reason::stale});
  Sequence sequence;
  CHECK(reasons(sequence.verify(world::engine(), list({claim}), context)) == Reasons{Reason::none});
  CHECK(reasons(sequence.verify(world::engine(), list({claim}), context)) == Reasons{Reason::stale});
  // A bad one leaves its bank to the good one after it.
  CHECK(judged({forged(claim), claim}, context) == Reasons{Reason::receiver_signature, Reason::none});
  // The context is as it was: whoever begins anew finds nothing claimed.
  CHECK(judged(claim, context) == Reason::none);
}

TEST_CASE("claims are judged in their order, each on what those before it left") {
  const Stream stream;
  const Context& context = stream.context;
  CHECK(judged({stream.early, stream.late}, context) == Reasons{Reason::none, Reason::none});
  CHECK(judged({stream.late, stream.early}, context) == Reasons{Reason::bank, Reason::none});
  CHECK(judged({stream.whole, stream.early}, context) == Reasons{Reason::none, Reason::stale});
  CHECK(judged({stream.early, stream.whole}, context) == Reasons{Reason::none, Reason::stale});
  const Verified both = Sequence().verify(world::engine(), list({stream.early, stream.late}), context);
  CHECK(both.verdicts[0].total == 10 * 100'000);
  CHECK(both.verdicts[1].total == 10 * 100'000);
}

TEST_CASE("a call that is cancelled leaves the sequence as it was") {
  const Stream stream;
  Sequence sequence;
  const gridnet::Control cancelled;
  cancelled.cancel();
  const auto verify = [&](const ClaimedPool& claim, const gridnet::Control* control) {
    const auto verified = sequence.try_verify(world::engine(), list({claim}), stream.context, control);
    return verified.ok() ? std::string(gridnet::name(verified.value().verdicts.at(0).reason)) : why(verified);
  };
  CHECK(verify(stream.early, &cancelled) == "17 cancelled");
  const gridnet::Control control;
  CHECK(verify(stream.early, &control).empty());
  CHECK(verify(stream.late, &cancelled) == "17 cancelled");
  CHECK(verify(stream.late, nullptr).empty());
  CHECK(verify(stream.late, nullptr) == "stale");
}

TEST_CASE("what the ledger holds decides") {
  const gridnet::OwnedPool& pool = settled().pool;
  const ClaimedPool& claim = settled().claim;
  const auto with = [&](auto change) {
    Context other = world::ledger(pool);
    change(other);
    return judged(claim, other);
  };
  CHECK(with([](Context&) {}) == Reason::none);
  // Claimed from already: the word that is kept is the one that the claim must lead to.
  gridnet::Kept kept;
  kept.word = world::secret("a word of no chain");
  CHECK(with([&](Context& other) { other.keep(pool.id(), 0, kept); }) == Reason::walk);
  kept.depth = 5;
  CHECK(with([&](Context& other) { other.keep(pool.id(), 0, kept); }) == Reason::stale);
  kept.session = world::secret("another session");
  CHECK(with([&](Context& other) { other.keep(pool.id(), 0, kept); }) == Reason::stale);
  CHECK(with([&](Context& other) { other.keep(pool.id(), 1, kept); }) == Reason::none);
  gridnet::Identity owner = world::identity();
  owner.proof = world::proof();
  ++owner.proof.nonce;
  CHECK(with([&](Context& other) { other.identify(world::address("owner"), owner); }) == Reason::pool);
  CHECK(judged(claim, Context(NETWORK, world::HEIGHT, NOW)) == Reason::pool);
  CHECK(judged(claim, Context(gridnet::Network::main, world::HEIGHT, NOW)) == Reason::network);
  const auto at = [&](std::uint32_t height, std::uint64_t now) {
    Context other(NETWORK, height, now);
    other.add(pool.registration());
    owner.proof = world::proof();
    other.identify(world::address("owner"), owner);
    return judged(claim, other);
  };
  CHECK(at(world::HEIGHT, NOW) == Reason::none);
  CHECK(at(world::HEIGHT, NOW + 101) == Reason::expiry);
  CHECK(at(world::HEIGHT + 500 + 720, NOW) == Reason::none);
  CHECK(at(world::HEIGHT + 500 + 721, NOW) == Reason::expiry);
}

TEST_CASE("what is kept of a bank is where the next claim goes on") {
  const Stream stream;
  const gridnet::TokenBody body = stream.early.pool().token().body();
  gridnet::Kept kept;
  kept.depth = body.depth;
  kept.word = body.word;
  Context context = world::ledger(stream.pool);
  context.keep(stream.pool.id(), 0, kept);
  // The token begins before what is kept: only its own session may go on.
  CHECK(judged(stream.late, context) == Reason::stale);
  kept.session = stream.early.pool().token().session();
  context.keep(stream.pool.id(), 0, kept);
  CHECK(judged(stream.late, context) == Reason::none);
  CHECK(judged(stream.early, context) == Reason::stale);
}

TEST_CASE("a claim that pays less than it weighs is bad, and so is one without its bank's proof") {
  gridnet::PoolPlan plan = world::plan();
  plan.value = 100;
  gridnet::OwnedPool pool = world::pool(plan);
  const Session session = world::session(pool, world::ask(receiver().keys));
  const Context context = world::ledger(pool);
  CHECK(judged(world::claim(pool, session, receiver()), context) == Reason::fee);
  const gridnet::TransitPool transit = world::assemble(session, receiver());
  CHECK(judged(ClaimedPool::make(transit, 20), context) == Reason::bank);
  CHECK(judged(ClaimedPool::make(transit, 20, pool.card(1)), context) == Reason::bank);
  CHECK(judged(ClaimedPool::make(transit, 19, pool.card(0)), context) == Reason::stale);
}

TEST_CASE("claims come encoded, too, and what does not decode is not added") {
  const auto& [pool, claim, context] = settled();
  const Bytes bytes = claim.to_bytes();
  Claims claims;
  claims.add(bytes);
  CHECK(why(claims.try_add({bytes.data(), bytes.size() - 1})) == "101 encoding");
  CHECK(why(claims.try_add(gridnet::View())) == "101 encoding");
  CHECK(why(claims.try_add({nullptr, bytes.size()})) == "204 null");
  CHECK(claims.size() == 1);
  claims.add(claim);
  CHECK(reasons(Sequence().verify(world::engine(), claims, context)) == Reasons{Reason::none, Reason::stale});
  claims.clear();
  CHECK(claims.size() == 0);
  const Verified nothing = Sequence().verify(world::engine(), claims, context);
  CHECK(nothing.verdicts.empty());
  CHECK(nothing.hops.empty());
}

TEST_CASE("a ledger takes what could be registered, and nothing else") {
  Context context(NETWORK, world::HEIGHT, NOW);
  gridnet::Registration registration = settled().pool.registration();
  CHECK(context.add(registration) == settled().pool.id());
  registration.banks = 0;
  CHECK(why(context.try_add(registration)) == "108 out-of-range");
  registration.banks = 6;
  registration.value = UINT64_MAX;
  CHECK(why(context.try_add(registration)) == "103 overflow");
  registration = settled().pool.registration();
  registration.function = static_cast<gridnet::PoolPlan::Function>(2);
  CHECK(why(context.try_add(registration)) == "201 unknown");
  CHECK(why(Context::try_make(static_cast<gridnet::Network>(0), 1, NOW)) == "201 unknown");
  CHECK(thrown_by([] { Context(static_cast<gridnet::Network>(0), 1, NOW); }) == "201 unknown");
}

TEST_CASE("what was moved from is empty") {
  const ClaimedPool& claim = settled().claim;
  Context context = world::ledger(settled().pool);
  Claims claims = list({claim});
  Sequence sequence;
  gridnet::Engine engine({{"cpu"}, 1, 0, ""});
  const auto verify = [&] { return why(sequence.try_verify(engine, claims, context)); };

  CHECK(why(claims.try_add(ClaimedPool(nullptr))) == "203 empty");
  Claims list_taken = std::move(claims);
  CHECK(why(claims.try_add(claim)) == "203 empty");
  CHECK(why(claims.try_add(claim.to_bytes())) == "203 empty");
  CHECK(why(claims.try_clear()) == "203 empty");
  CHECK(why(claims.try_size()) == "203 empty");
  CHECK(verify() == "203 empty");
  claims = std::move(list_taken);

  Context context_taken = std::move(context);
  CHECK(why(context.try_add(settled().pool.registration())) == "203 empty");
  CHECK(why(context.try_keep({}, 0, {})) == "203 empty");
  CHECK(why(context.try_identify({}, {})) == "203 empty");
  CHECK(verify() == "203 empty");
  context = std::move(context_taken);

  Sequence sequence_taken = std::move(sequence);
  CHECK(verify() == "203 empty");
  sequence = std::move(sequence_taken);
  const gridnet::Engine engine_taken = std::move(engine);
  CHECK(verify() == "203 empty");
  CHECK(sequence.verify(engine_taken, claims, context).verdicts.at(0).reason == Reason::none);
}
