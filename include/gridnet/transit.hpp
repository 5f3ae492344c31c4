/// \file
/// Transit pools: the last token of a session with those who carried, made by the receiver, and what goes to the ledger for
/// one.
#ifndef GRIDNET_TRANSIT_HPP
#define GRIDNET_TRANSIT_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/custody.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/pool.hpp"
#include "gridnet/reason.hpp"
#include "gridnet/token.hpp"

namespace gridnet {

/// A transit pool. Never changes; copies are the same one.
class TransitPool {
 public:
  /// The receiver ends a session: opens the seals, and signs. A seal that does not open leaves its hop unopened.
  static Result<TransitPool> try_assemble(Network network, const Token& token, const Custody& custody,
                                          const Signer& receiver, const SealSecret& secret);
  /// Anybody ends a session that the receiver gave a receipt for, with what the hops say themselves: an opening, or none,
  /// for each.
  static Result<TransitPool> try_assemble_with_receipt(Network network, const Token& token, const Custody& custody,
                                                       const Signature& receipt,
                                                       const std::vector<std::optional<Opening>>& openings);
  static Result<TransitPool> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;

  Result<Token> try_token() const;
  Result<std::size_t> try_hops() const;
  /// Who the hops are, as far as they are opened.
  Result<std::vector<std::optional<Opening>>> try_openings() const;
  /// All that can be said of it without the ledger. Takes no memory.
  Result<Reason> try_check(Network network) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static TransitPool assemble(Network network, const Token& token, const Custody& custody, const Signer& receiver,
                              const SealSecret& secret) {
    return try_assemble(network, token, custody, receiver, secret).or_throw();
  }
  /// \throws Error
  static TransitPool assemble_with_receipt(Network network, const Token& token, const Custody& custody,
                                           const Signature& receipt,
                                           const std::vector<std::optional<Opening>>& openings) {
    return try_assemble_with_receipt(network, token, custody, receipt, openings).or_throw();
  }
  /// \throws Error
  static TransitPool from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  Token token() const { return try_token().or_throw(); }
  /// \throws Error
  std::size_t hops() const { return try_hops().or_throw(); }
  /// \throws Error
  std::vector<std::optional<Opening>> openings() const { return try_openings().or_throw(); }
  /// \throws Error
  Reason check(Network network) const { return try_check(network).or_throw(); }
#endif

  struct Impl;
  explicit TransitPool(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// A transit pool as it goes to the ledger. Never changes; copies are the same one.
class ClaimedPool {
 public:
  /// \param steps hashes from the token's word to the one that the ledger keeps: of a bank that nothing was claimed from,
  /// the token's depth
  static Result<ClaimedPool> try_make(const TransitPool& pool, std::uint32_t steps);
  /// The same with the proof, out of a card, that the token's chain is its pool's bank: for one that nothing was claimed
  /// from.
  static Result<ClaimedPool> try_make(const TransitPool& pool, std::uint32_t steps, const PoolCard& card);
  static Result<ClaimedPool> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;

  Result<TransitPool> try_pool() const;
  Result<std::uint32_t> try_steps() const;
  /// What it costs the ledger.
  Result<std::uint64_t> try_weight() const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static ClaimedPool make(const TransitPool& pool, std::uint32_t steps) { return try_make(pool, steps).or_throw(); }
  /// \throws Error
  static ClaimedPool make(const TransitPool& pool, std::uint32_t steps, const PoolCard& card) {
    return try_make(pool, steps, card).or_throw();
  }
  /// \throws Error
  static ClaimedPool from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  TransitPool pool() const { return try_pool().or_throw(); }
  /// \throws Error
  std::uint32_t steps() const { return try_steps().or_throw(); }
  /// \throws Error
  std::uint64_t weight() const { return try_weight().or_throw(); }
#endif

  struct Impl;
  explicit ClaimedPool(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace gridnet

#endif
