/// \file
/// Token pools: hash chains whose words are coins. What is registered of one, the card that shows it, and a pool in its
/// owner's hands.
#ifndef GRIDNET_POOL_HPP
#define GRIDNET_POOL_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/control.hpp"
#include "gridnet/engine.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/proof.hpp"
#include "gridnet/token.hpp"

namespace gridnet {

/// What a pool is to be.
struct PoolPlan {
  enum class Function : std::uint8_t { blake2s = 0, sha256 = 1 };

  /// The owner's account sequence, which tells its pools apart.
  std::uint64_t sequence = 0;
  /// Of the chains.
  Function function = Function::blake2s;
  /// How many chains: 1 to 1,024.
  std::uint16_t banks = 0;
  /// Hashes of each: 1 to 2^24.
  std::uint32_t length = 0;
  /// What a hash is worth, in units of 10^-8 GNC.
  std::uint64_t value = 0;
  /// The last height at which its tokens are sure to be paid.
  std::uint32_t expiry = 0;
  /// Coin stake below which a hop is not paid.
  std::uint64_t minimum_stake = 0;
  /// What is proposed for its tokens, each of which states its own.
  Terms terms;
};

/// A pool as it is registered: a plan with its owner and the root over its banks.
struct Registration : PoolPlan {
  Address owner{};
  Bytes32 root{};

  static Result<Registration> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;
  /// The pool's id.
  Result<Bytes32> try_id(Network network) const;
  /// What its hashes are worth together.
  Result<std::uint64_t> try_coins() const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static Registration from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  Bytes32 id(Network network) const { return try_id(network).or_throw(); }
  /// \throws Error
  std::uint64_t coins() const { return try_coins().or_throw(); }
#endif
};

/// A registration and one of its banks: what lets somebody without the ledger value a token. It does not prove that coins
/// were deposited. Never changes; copies are the same card.
class PoolCard {
 public:
  static Result<PoolCard> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;

  Result<Registration> try_registration() const;
  Result<std::uint16_t> try_bank() const;
  /// Whether it is good for a token: of its pool, its owner and its bank. Takes no memory.
  Result<bool> try_is_of(Network network, const Token& token) const;
  /// Whether the word of a token, of which this is, belongs to the bank: as many hashes as its depth, no more than its
  /// bank is long. Ask is_of() first. Takes no memory.
  Result<bool> try_leads_to_ceiling(const Token& token) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static PoolCard from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  Registration registration() const { return try_registration().or_throw(); }
  /// \throws Error
  std::uint16_t bank() const { return try_bank().or_throw(); }
  /// \throws Error
  bool is_of(Network network, const Token& token) const { return try_is_of(network, token).or_throw(); }
  /// \throws Error
  bool leads_to_ceiling(const Token& token) const { return try_leads_to_ceiling(token).or_throw(); }
#endif

  struct Impl;
  explicit PoolCard(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// What a token is to be for.
struct Ask {
  /// Where its hashes come from.
  enum class Source : std::uint8_t {
    /// The bank whose open session is with this receiver under these terms, else one that was never used: for the packets
    /// of a stream. Two bundles in one session would be paid as one.
    session = 0,
    /// A bank that was never used: for a bundle.
    unused = 1,
    /// The bank that is named. Only for those whose sessions were settled to the last token.
    bank = 2
  };

  Receiver receiver;
  /// The digest of what is carried.
  Bytes32 content{};
  Terms terms;
  /// Seconds since 1970.
  std::uint64_t issued = 0;
  std::uint64_t expiry = 0;
  /// The depth of the last hash that is offered, counted from the bank's ceiling (0): a running total, not a number of
  /// hashes. It must be more than issued() says of the bank, and at most the pool's length. The session's newest token
  /// stands for all of it, and is worth `depth - from` hashes.
  std::uint32_t depth = 0;
  Source source = Source::unused;
  /// For Source::bank.
  std::uint16_t bank = 0;
};

/// A change of one bank that is to be written down. For the length of a callback; secret.
class Change {
 public:
  std::uint16_t bank() const noexcept { return bank_; }
  /// All of the pool, changed: what OwnedPool::resume() takes.
  View file() const noexcept;
  /// The changed bank alone, less than 2 KiB: what OwnedPool::apply() takes.
  View bytes() const noexcept;

  Change(std::uint16_t bank, const void* change) noexcept : bank_(bank), change_(change) {}
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;

 private:
  std::uint16_t bank_;
  const void* change_;
};

/// A token with what its first holder needs.
struct Issued {
  Token token;
  /// The private half of its first key.
  Signer first_key;
};

/// A pool in its owner's hands. What must never happen is that a hash is promised twice: it would cost the owner its stake.
/// So every token is written down before anybody sees it. One call at a time: a second one at the same time is refused.
///
/// Of a pool's file there must be one OwnedPool at a time, in one process: the library does not lock it. Two that resumed the
/// same file give the same hashes away twice.
class OwnedPool {
 public:
  /// Writes a change down for good. When it fails, or throws, the token was not issued. It must not ask the same pool
  /// anything.
  using Persist = std::function<Result<void>(const Change& change)>;

  /// Computes a pool's chains, twice, and registers nothing anywhere.
  /// \param owner signs its tokens; of its key the pool and its file have the public half alone
  /// \param proof the proof of stake of the owner's address
  /// \param master 32 bytes that all seeds come from, drawn evenly and told to nobody
  static Result<OwnedPool> try_create(const Engine& engine, Network network, const Signer& owner,
                                      const IdentityProof& proof, const Bytes32& master, const PoolPlan& plan,
                                      const Control* control = nullptr);
  /// The pool of the newest file that was written, by whoever goes on where it stopped.
  static Result<OwnedPool> try_resume(View file);
  /// The pool of an old copy of a file: banks below `first_unused`, and those that the copy says were used, are closed.
  static Result<OwnedPool> try_restore(View copy, std::uint16_t first_unused);
  /// Puts in a change that was written down on its own after the file was.
  Result<void> try_apply(View change);

  /// Issues a token, once `persist` has written it down.
  Result<Issued> try_issue(const Signer& owner, const Ask& ask, const Persist& persist);

  Result<Registration> try_registration() const;
  Result<Bytes32> try_id() const;
  /// The depth of the last word that was issued of each bank; its length for those that are closed.
  Result<std::vector<std::uint32_t>> try_issued() const;
  Result<PoolCard> try_card(std::uint16_t bank) const;
  /// Its file. Secret.
  Result<std::vector<std::uint8_t>> try_file() const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static OwnedPool create(const Engine& engine, Network network, const Signer& owner, const IdentityProof& proof,
                          const Bytes32& master, const PoolPlan& plan, const Control* control = nullptr) {
    return try_create(engine, network, owner, proof, master, plan, control).or_throw();
  }
  /// \throws Error
  static OwnedPool resume(View file) { return try_resume(file).or_throw(); }
  /// \throws Error
  static OwnedPool restore(View copy, std::uint16_t first_unused) {
    return try_restore(copy, first_unused).or_throw();
  }
  /// \throws Error
  void apply(View change) { try_apply(change).or_throw(); }
  /// \throws Error
  Issued issue(const Signer& owner, const Ask& ask, const Persist& persist) {
    return try_issue(owner, ask, persist).or_throw();
  }
  /// \throws Error
  Registration registration() const { return try_registration().or_throw(); }
  /// \throws Error
  Bytes32 id() const { return try_id().or_throw(); }
  /// \throws Error
  std::vector<std::uint32_t> issued() const { return try_issued().or_throw(); }
  /// \throws Error
  PoolCard card(std::uint16_t bank) const { return try_card(bank).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> file() const { return try_file().or_throw(); }
#endif

  struct Impl;
  explicit OwnedPool(std::unique_ptr<Impl> impl) noexcept;
  ~OwnedPool();
  OwnedPool(OwnedPool&&) noexcept;
  OwnedPool& operator=(OwnedPool&&) noexcept;
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace gridnet

#endif
