// What is written down of a pool, and when: a hash that is promised twice costs its owner the stake.
#include <gridnet/pool.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

using gridnet::Ask;
using gridnet::Change;
using gridnet::Issued;
using gridnet::OwnedPool;
using gridnet::PoolPlan;
using gridnet::Result;
using world::NETWORK;

using Bytes = std::vector<std::uint8_t>;
using Depths = std::vector<std::uint32_t>;

const gridnet::Signer& owner() {
  static const gridnet::Signer owner = world::key("owner");
  return owner;
}

Ask ask(std::uint32_t depth = 20, Ask::Source source = Ask::Source::unused, std::uint16_t bank = 0) {
  static const world::Recipient receiver("receiver");
  return world::ask(receiver.keys, depth, source, bank);
}

Issued issue(OwnedPool& pool, const Ask& asked) { return pool.issue(owner(), asked, world::forget); }

std::string refusal(OwnedPool& pool, const Ask& asked) { return why(pool.try_issue(owner(), asked, world::forget)); }

Bytes copied(gridnet::View view) { return {view.data(), view.data() + view.size()}; }

bool has(const Bytes& bytes, gridnet::View part) {
  return std::search(bytes.begin(), bytes.end(), part.data(), part.data() + part.size()) != bytes.end();
}

/// Whoever writes a change down.
struct Written {
  Result<void> operator()(const Change& change) {
    bank = change.bank();
    file = copied(change.file());
    bytes = copied(change.bytes());
    return {};
  }

  std::uint16_t bank = 0;
  Bytes file, bytes;
};

}  // namespace

TEST_CASE("a token is written down before anybody sees it, and the file goes on where it stopped") {
  OwnedPool pool = world::pool();
  Written first, second;
  const Issued one = pool.issue(owner(), ask(), std::ref(first));
  const Issued two = pool.issue(owner(), ask(25), std::ref(second));
  CHECK(first.bank == 0);
  CHECK(second.bank == 1);
  CHECK(second.file == pool.file());
  CHECK(second.bytes.size() < 2048);
  CHECK(second.bytes.size() > 100);

  OwnedPool resumed = OwnedPool::resume(second.file);
  CHECK(resumed.issued() == Depths{20, 25, 0, 0, 0, 0});
  CHECK(resumed.id() == pool.id());
  CHECK(resumed.file() == pool.file());
  // It goes on with the same words and keys as the one that stopped would have.
  const Issued here = issue(pool, ask(30));
  const Issued there = issue(resumed, ask(30));
  CHECK(there.token.to_bytes() == here.token.to_bytes());
  CHECK(there.first_key.public_key() == here.first_key.public_key());
}

TEST_CASE("a change alone brings an older file up to the newer one") {
  OwnedPool pool = world::pool();
  const Bytes old = pool.file();
  Written first, second;
  pool.issue(owner(), ask(), std::ref(first));
  pool.issue(owner(), ask(25, Ask::Source::bank, 0), std::ref(second));
  OwnedPool resumed = OwnedPool::resume(old);
  resumed.apply(first.bytes);
  CHECK(resumed.file() == OwnedPool::resume(first.file).file());
  resumed.apply(second.bytes);
  CHECK(resumed.file() == OwnedPool::resume(second.file).file());
  CHECK(resumed.file() == pool.file());

  // Twice does no harm, but what is older would take back what was promised.
  resumed.apply(second.bytes);
  CHECK(why(resumed.try_apply(first.bytes)) == "113 bank");
  CHECK(resumed.file() == pool.file());
  CHECK(why(resumed.try_apply({})) == "101 encoding");
  CHECK(why(resumed.try_apply(first.file)) == "101 encoding");
  CHECK(why(resumed.try_apply({nullptr, 100})) == "204 null");
  CHECK(why(resumed.try_apply({first.bytes.data(), first.bytes.size() - 1})) == "101 encoding");
  PoolPlan plan = world::plan();
  plan.sequence = 6;
  OwnedPool other = world::pool(plan);
  CHECK(why(other.try_apply(first.bytes)) == "113 bank");
  CHECK(other.issued() == Depths(6, 0));
}

TEST_CASE("from an old copy only banks that were never used are issued") {
  OwnedPool pool = world::pool();
  issue(pool, ask());
  const Bytes copy = pool.file();
  issue(pool, ask(30));
  // The copy does not know of the second bank: whoever restores it does.
  OwnedPool restored = OwnedPool::restore(copy, 2);
  CHECK(restored.issued() == Depths{60, 60, 0, 0, 0, 0});
  CHECK(issue(restored, ask()).token.body().bank == 2);
  CHECK(refusal(restored, ask(40, Ask::Source::bank, 0)) == "113 bank");
  // What the copy knows of is closed in any case.
  CHECK(OwnedPool::restore(copy, 0).issued() == Depths{60, 0, 0, 0, 0, 0});
  OwnedPool none = OwnedPool::restore(copy, 6);
  CHECK(refusal(none, ask()) == "114 exhausted");
}

TEST_CASE("a damaged file makes no pool") {
  const Bytes file = world::pool().file();
  CHECK(OwnedPool::try_resume(file).ok());
  for (std::size_t place = 0; place < file.size(); place += 97) {
    Bytes damaged = file;
    damaged[place] ^= 1;
    CHECK(why(OwnedPool::try_resume(damaged)) == "101 encoding");
    CHECK(why(OwnedPool::try_restore(damaged, 6)) == "101 encoding");
  }
  CHECK(why(OwnedPool::try_resume({file.data(), file.size() - 1})) == "101 encoding");
  CHECK(why(OwnedPool::try_resume({})) == "101 encoding");
  CHECK(why(OwnedPool::try_resume({nullptr, file.size()})) == "204 null");
  CHECK(why(OwnedPool::try_restore({nullptr, 1}, 0)) == "204 null");
}

TEST_CASE("a pool's file has the public half of its owner's key alone") {
  OwnedPool pool = world::pool();
  Written written;
  pool.issue(owner(), ask(), std::ref(written));
  for (const Bytes& file : {pool.file(), written.file, written.bytes}) CHECK(!has(file, world::secret("owner")));
  CHECK(has(pool.file(), owner().public_key()));
  // The search finds what is there: of the master the file is the only copy.
  CHECK(has(pool.file(), world::secret("master")));
}

TEST_CASE("what was not written down was not issued") {
  OwnedPool pool = world::pool();
  issue(pool, ask());
  const Bytes before = pool.file();
  const auto refused = [&](const OwnedPool::Persist& persist) {
    const auto issued = pool.try_issue(owner(), ask(), persist);
    CHECK(pool.issued() == Depths{20, 0, 0, 0, 0, 0});
    CHECK(pool.file() == before);
    REQUIRE(!issued.ok());
    return why(issued) + ": " + issued.failure().message();
  };
  const auto says = [](const std::string& text, const std::string& words) {
    return text.rfind("206 callback: ", 0) == 0 && text.find(words) != std::string::npos;
  };
  CHECK(says(refused([](const Change&) -> Result<void> { return gridnet::Failure("the disk is full"); }),
             "the disk is full"));
  CHECK(says(refused([](const Change&) -> Result<void> { throw std::runtime_error("the disk is gone"); }),
             "the disk is gone"));
  CHECK(says(refused([](const Change&) -> Result<void> { throw 7; }), "no std::exception"));
  // What another call throws says what that says.
  CHECK(says(refused([](const Change&) -> Result<void> {
               world::key("ann").write("");
               return {};
             }),
             "No such file"));
  CHECK(says(refused(nullptr), "no callback"));
  // It fails after it wrote: the bytes are good, but nobody promised anything.
  Written written;
  CHECK(says(refused([&](const Change& change) -> Result<void> {
               CHECK(written(change).ok());
               return gridnet::Failure("the power went");
             }),
             "the power went"));
  const Issued next = issue(pool, ask());
  CHECK(next.token.body().bank == 1);
  CHECK(pool.file() == written.file);
}

TEST_CASE("a callback that asks its own pool is told that it is busy") {
  OwnedPool pool = world::pool();
  const Bytes copy = pool.file();
  std::vector<std::string> said;
  const auto persist = [&](const Change& change) -> Result<void> {
    const Bytes bytes = copied(change.bytes());
    said = {why(pool.try_issued()),
            why(pool.try_file()),
            why(pool.try_id()),
            why(pool.try_registration()),
            why(pool.try_card(0)),
            why(pool.try_apply(bytes)),
            why(pool.try_issue(owner(), ask(), world::forget))};
    return {};
  };
  const Issued issued = pool.issue(owner(), ask(), persist);
  CHECK(said == std::vector<std::string>(7, "205 busy"));
  CHECK(issued.token.check(NETWORK) == gridnet::Reason::none);
  CHECK(pool.issued() == Depths{20, 0, 0, 0, 0, 0});

  // So is a signer, and another pool is not busy.
  OwnedPool other = OwnedPool::resume(copy);
  OwnedPool third = OwnedPool::resume(copy);
  std::string own, another;
  const auto elsewhere = gridnet::Signer::elsewhere(owner().public_key(), [&](const gridnet::Bytes32& digest) {
    own = why(other.try_issued());
    another = why(third.try_issued());
    return owner().try_sign(digest);
  });
  CHECK(other.issue(elsewhere, ask(), world::forget).token.to_bytes() == issued.token.to_bytes());
  CHECK(own == "205 busy");
  CHECK(another.empty());
}

TEST_CASE("where the owner's signer fails nothing is written down or used up") {
  OwnedPool pool = world::pool();
  const Bytes before = pool.file();
  bool was_asked = false;
  const auto issued = pool.try_issue(world::locked("owner"), ask(), [&](const Change&) -> Result<void> {
    was_asked = true;
    return {};
  });
  CHECK(why(issued) == "117 signer");
  CHECK(issued.failure().message().find("the element is locked") != std::string::npos);
  CHECK(!was_asked);
  CHECK(pool.file() == before);
}
