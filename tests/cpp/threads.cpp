// What several threads may ask of one object at once, and what they are told where they may not.
#include <gridnet/gridnet.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

using gridnet::ClaimedPool;
using gridnet::Claims;
using gridnet::Reason;
using gridnet::Sequence;

/// Does the same on so many threads at once; each is told its number.
void at_once(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::vector<std::thread> threads;
  for (std::size_t number = 0; number < count; ++number) threads.emplace_back(work, number);
  for (std::thread& thread : threads) thread.join();
}

/// A claim, what the ledger holds of its pool, and the same claim without its receiver's signature.
struct Settled {
  world::Recipient receiver{"receiver"};
  gridnet::OwnedPool pool = world::pool();
  ClaimedPool claim = world::claim(pool, world::session(pool, world::ask(receiver.keys)), receiver);
  ClaimedPool forged = [this] {
    std::vector<std::uint8_t> bytes = claim.to_bytes();
    bytes.back() ^= 1;
    return ClaimedPool::from_bytes(bytes);
  }();
  gridnet::Context context = world::ledger(pool);
};

const Settled& settled() {
  static const Settled settled;
  return settled;
}

}  // namespace

TEST_CASE("many threads verify with one engine, one ledger and one list at the same time") {
  Claims claims;
  for (const ClaimedPool& claim : {settled().forged, settled().claim, settled().claim}) claims.add(claim);
  std::atomic<int> right{0};
  at_once(4, [&](std::size_t) {
    for (int turn = 0; turn < 2; ++turn) {
      const auto [verdicts, hops, digests, signatures, steps, nanoseconds] =
          Sequence().verify(world::engine(), claims, settled().context);
      right += verdicts.size() == 3 && verdicts[0].reason == Reason::receiver_signature &&
               verdicts[1].reason == Reason::none && verdicts[2].reason == Reason::stale && hops.size() == 3;
    }
  });
  CHECK(right == 8);
}

TEST_CASE("threads that use one sequence at once get an answer, or are told that it is busy") {
  Claims claims;
  claims.add(settled().claim);
  Sequence sequence;
  std::atomic<int> valid{0}, stale{0}, busy{0}, other{0};
  at_once(4, [&](std::size_t) {
    for (int turn = 0; turn < 10; ++turn) {
      const auto verified = sequence.try_verify(world::engine(), claims, settled().context);
      if (!verified.ok()) {
        (why(verified) == "205 busy" ? busy : other) += 1;
      } else {
        const Reason reason = verified.value().verdicts.at(0).reason;
        (reason == Reason::none ? valid : reason == Reason::stale ? stale : other) += 1;
      }
    }
  });
  // The bank was paid once.
  CHECK(valid == 1);
  CHECK(other == 0);
  CHECK(valid + stale + busy == 40);
}

TEST_CASE("a ledger or a list is not changed while it is read, nor read while it is changed") {
  gridnet::Context context = world::ledger(settled().pool);
  Claims claims;
  claims.add(settled().claim);
  std::atomic<int> done{0}, busy{0}, other{0};
  const auto count = [&](const std::string& said) { (said.empty() ? done : said == "205 busy" ? busy : other) += 1; };
  at_once(2, [&](std::size_t number) {
    if (number == 0) {
      for (int turn = 0; turn < 20; ++turn) {
        const auto verified = Sequence().try_verify(world::engine(), claims, context);
        count(verified.ok() ? std::string(gridnet::name(verified.value().verdicts.at(0).reason)) : why(verified));
      }
    } else {
      for (int turn = 0; turn < 50; ++turn) {
        count(why(context.try_identify(world::address("ann"), world::identity())));
        count(why(claims.try_add(settled().claim)));
      }
    }
  });
  CHECK(other == 0);
  CHECK(done + busy == 20 + 2 * 50);
}

TEST_CASE("threads that use one pool at once get a token each, or are told that it is busy") {
  gridnet::PoolPlan plan = world::plan();
  plan.banks = 100;
  plan.length = 2;
  gridnet::OwnedPool pool = world::pool(plan);
  const gridnet::Signer owner = world::key("owner");
  const gridnet::Ask ask = world::ask(settled().receiver.keys, 1);
  std::atomic<int> done{0}, busy{0}, other{0};
  std::vector<std::vector<std::uint16_t>> banks(4);
  at_once(4, [&](std::size_t number) {
    for (int turn = 0; turn < 20; ++turn) {
      const auto issued = pool.try_issue(owner, ask, world::forget);
      const auto seen = pool.try_issued();
      if (issued.ok()) banks[number].push_back(issued.value().token.body().bank);
      for (const std::string& said : {why(issued), why(seen)}) {
        (said.empty() ? done : said == "205 busy" ? busy : other) += 1;
      }
    }
  });
  CHECK(other == 0);
  CHECK(done > 0);
  CHECK(done + busy == 4 * 20 * 2);
  // No bank was promised twice.
  std::set<std::uint16_t> all;
  std::size_t count = 0;
  for (const auto& mine : banks) {
    all.insert(mine.begin(), mine.end());
    count += mine.size();
  }
  CHECK(all.size() == count);
  const std::vector<std::uint32_t> depths = pool.issued();
  CHECK(static_cast<std::size_t>(std::count(depths.begin(), depths.end(), 1U)) == count);
}
