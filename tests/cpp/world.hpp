// A small made-up ledger with people in it, and sessions that run through the library's own calls. Every secret is
// drawn from its name, and time is data.
#ifndef GRIDNET_TESTS_WORLD_HPP
#define GRIDNET_TESTS_WORLD_HPP

#include <gridnet/gridnet.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace world {

/// Everything happens on a network of one's own.
constexpr gridnet::Network NETWORK = gridnet::Network::regtest;
/// The moment, and the median time of the block before the one that takes claims.
constexpr std::uint64_t NOW = 1'800'000'000;
/// The height of that.
constexpr std::uint32_t HEIGHT = 1'000;

/// The one engine of all tests that need no other: making one takes longer than most of what they ask.
inline const gridnet::Engine& engine() {
  static const gridnet::Engine engine({{"cpu"}, 1, 0, ""});
  return engine;
}

/// 32 bytes that are as good as random, from a name.
inline gridnet::Bytes32 secret(const std::string& name) {
  return gridnet::try_hash(gridnet::HashFunction::sha256(), name).or_throw();
}
inline gridnet::Signer key(const std::string& name) { return gridnet::Signer::from_seed(secret(name)); }
inline gridnet::Address address(const std::string& name) { return gridnet::address_of(key(name).public_key()); }

/// A key that a secure element keeps to itself.
inline gridnet::Signer elsewhere(const std::string& name) {
  const gridnet::Signer kept = key(name);
  return gridnet::Signer::elsewhere(kept.public_key(), [kept](const gridnet::Bytes32& digest) {
    return kept.try_sign(digest);
  });
}
/// The same with a secure element that does not sign.
inline gridnet::Signer locked(const std::string& name) {
  return gridnet::Signer::elsewhere(key(name).public_key(), [](const gridnet::Bytes32&) {
    return gridnet::Result<gridnet::Signature>(gridnet::Failure("the element is locked"));
  });
}

/// Somebody who receives.
struct Recipient {
  explicit Recipient(const std::string& name)
      : key(world::key(name)),
        secret(gridnet::SealSecret::from_bytes(world::secret(name + "'s seals"))),
        keys(key.bind(NETWORK, secret.public_key())) {}

  gridnet::Signer key;
  gridnet::SealSecret secret;
  gridnet::Receiver keys;
};

/// The proof of the owner's identity.
inline const gridnet::IdentityProof& proof() {
  static const auto minted = gridnet::mint(engine(), address("owner"), gridnet::identity_target(NETWORK));
  return minted.proof;
}

/// What pools are, unless a test says otherwise: six banks of 60 hashes.
inline gridnet::PoolPlan plan() {
  gridnet::PoolPlan plan;
  plan.sequence = 5;
  plan.banks = 6;
  plan.length = 60;
  plan.value = 100'000;
  plan.expiry = HEIGHT + 500;
  plan.minimum_stake = 10;
  return plan;
}

inline gridnet::OwnedPool pool(const gridnet::PoolPlan& plan = world::plan()) {
  return gridnet::OwnedPool::create(engine(), NETWORK, key("owner"), proof(), secret("master"), plan);
}

/// Of those who have nothing to lose.
inline gridnet::Result<void> forget(const gridnet::Change&) { return {}; }

/// What tokens are asked for, unless a test says otherwise: twenty hashes of a bank that was never used.
inline gridnet::Ask ask(const gridnet::Receiver& receiver, std::uint32_t depth = 20,
                        gridnet::Ask::Source source = gridnet::Ask::Source::unused, std::uint16_t bank = 0) {
  gridnet::Ask ask;
  ask.receiver = receiver;
  ask.content = secret("content");
  ask.issued = NOW - 100;
  ask.expiry = NOW + 100;
  ask.depth = depth;
  ask.source = source;
  ask.bank = bank;
  return ask;
}

/// A datagram's way.
struct Session {
  explicit Session(gridnet::Issued issued) : token(std::move(issued.token)), holder(std::move(issued.first_key)) {}

  /// Somebody takes over.
  void carry(const std::string& name, bool by_bearer = false) {
    const gridnet::Signer next = key(name + " at " + std::to_string(openings.size()));
    const gridnet::Opening opening{address(name), secret(name + "'s blind")};
    if (by_bearer) custody.offer_to_bearer(NETWORK, token, holder);
    const auto candidate = gridnet::Candidate::make(NETWORK, token, custody, next, opening);
    if (by_bearer) {
      custody.join_by_bearer(NETWORK, token, candidate);
    } else {
      custody.hand_over(NETWORK, token, holder, candidate);
    }
    openings.emplace_back(opening);
    holder = next;
  }

  /// It comes to its receiver.
  void arrive() { custody.hand_over_last(NETWORK, token, holder); }

  gridnet::Token token;
  gridnet::Custody custody;
  std::vector<std::optional<gridnet::Opening>> openings;
  gridnet::Signer holder;
};

/// A session from its token to its receiver.
inline Session session(gridnet::OwnedPool& pool, const gridnet::Ask& ask,
                       const std::vector<std::string>& carriers = {"ann", "ben", "cyd"}) {
  Session session(pool.issue(key("owner"), ask, forget));
  for (const std::string& name : carriers) session.carry(name);
  session.arrive();
  return session;
}

/// Its transit pool, made by the receiver.
inline gridnet::TransitPool assemble(const Session& session, const Recipient& receiver) {
  return gridnet::TransitPool::assemble(NETWORK, session.token, session.custody, receiver.key, receiver.secret);
}

/// The same as it goes to the ledger, of a bank that nothing was claimed from.
inline gridnet::ClaimedPool claim(const gridnet::OwnedPool& pool, const Session& session, const Recipient& receiver) {
  const gridnet::TokenBody body = session.token.body();
  return gridnet::ClaimedPool::make(assemble(session, receiver), body.depth, pool.card(body.bank));
}

/// An identity that nothing is wrong with.
inline gridnet::Identity identity() {
  gridnet::Identity identity;
  identity.registered = 100;
  identity.stake = 10;
  return identity;
}

/// What the ledger holds: a pool, its owner, and ann, ben and cyd, who carry.
inline gridnet::Context ledger(const gridnet::OwnedPool& pool) {
  gridnet::Context context(NETWORK, HEIGHT, NOW);
  context.add(pool.registration());
  gridnet::Identity owner = identity();
  owner.proof = proof();
  context.identify(address("owner"), owner);
  for (const char* name : {"ann", "ben", "cyd"}) context.identify(address(name), identity());
  return context;
}

}  // namespace world

#endif
