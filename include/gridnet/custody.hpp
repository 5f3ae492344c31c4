/// \file
/// Custody: who carried a datagram, provably, and without anybody on the way learning who that was.
#ifndef GRIDNET_CUSTODY_HPP
#define GRIDNET_CUSTODY_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/reason.hpp"
#include "gridnet/token.hpp"

namespace gridnet {

/// Most hops of a custody chain.
constexpr std::size_t hops_max = 32;

/// Who a hop is: sealed to the receiver, and kept by the hop itself to claim with a receipt. Its encoding is the identity
/// and the random bytes, one after the other.
struct Opening {
  /// Its identity, at which it is paid.
  Address identity{};
  /// Random bytes, so that nobody can guess the rest.
  Bytes32 blind{};

  /// An opening with fresh random bytes.
  static Result<Opening> try_draw(const Address& identity);
  /// What the others see of it.
  Result<Bytes32> try_commitment() const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static Opening draw(const Address& identity) { return try_draw(identity).or_throw(); }
  /// \throws Error
  Bytes32 commitment() const { return try_commitment().or_throw(); }
#endif
};

class Custody;

/// What somebody gives to the holder who wants to carry next. Never changes; copies are the same candidate.
class Candidate {
 public:
  /// Checks the token and the chain so far, and seals who one is to the receiver.
  /// \param key a fresh key, for this once
  static Result<Candidate> try_make(Network network, const Token& token, const Custody& custody, const Signer& key,
                                    const Opening& opening);
  static Result<Candidate> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static Candidate make(Network network, const Token& token, const Custody& custody, const Signer& key,
                        const Opening& opening) {
    return try_make(network, token, custody, key, opening).or_throw();
  }
  /// \throws Error
  static Candidate from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
#endif

  struct Impl;
  explicit Candidate(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// What is wrong with a custody chain.
struct CustodyFault {
  /// none, bad_key, custody or last_hand_over.
  Reason reason = Reason::none;
  /// Where: hops are counted from 1, and what follows the last hop is one more.
  std::size_t element = 0;

  bool ok() const noexcept { return reason == Reason::none; }
};

/// A custody chain on its way. A call that fails leaves it as it was.
class Custody {
 public:
  /// One that nobody joined yet: the token's first key holds what is carried.
  Custody();
  static Result<Custody> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;

  Result<std::size_t> try_hops() const;
  /// The one-time key of whoever holds what is carried: of the last hop, or the token's first.
  Result<PublicKey> try_holder(const Token& token) const;
  /// Whether a bearer element waits for a carrier.
  Result<bool> try_has_offer() const;
  /// Whether it was handed over to the receiver.
  Result<bool> try_is_handed_over() const;
  /// Verifies the whole chain so far, of a token that was checked. Takes no memory.
  Result<CustodyFault> try_check(Network network, const Token& token) const;

  /// The holder hands over to whoever wants to carry next.
  Result<void> try_hand_over(Network network, const Token& token, const Signer& holder, const Candidate& next);
  /// The holder lets whoever comes next join without meeting it: a race among all who hear it.
  Result<void> try_offer_to_bearer(Network network, const Token& token, const Signer& holder);
  /// Whoever comes next signs itself in.
  Result<void> try_join_by_bearer(Network network, const Token& token, const Candidate& next);
  /// The last holder hands over to the receiver.
  Result<void> try_hand_over_last(Network network, const Token& token, const Signer& holder);
  /// The receiver signs for what it is about to be given: with this and the hops' openings anybody can claim.
  Result<Signature> try_receipt(Network network, const Token& token, const Signer& receiver) const;
  /// Who the hops are; nothing for each whose seal does not open to what it committed to.
  Result<std::vector<std::optional<Opening>>> try_open(const Token& token, const SealSecret& secret) const;
  /// What the holders signed, one after the other: first the session, then for each hop.
  Result<std::vector<Bytes32>> try_accumulators(const Token& token) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static Custody from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  std::size_t hops() const { return try_hops().or_throw(); }
  /// \throws Error
  PublicKey holder(const Token& token) const { return try_holder(token).or_throw(); }
  /// \throws Error
  bool has_offer() const { return try_has_offer().or_throw(); }
  /// \throws Error
  bool is_handed_over() const { return try_is_handed_over().or_throw(); }
  /// \throws Error
  CustodyFault check(Network network, const Token& token) const { return try_check(network, token).or_throw(); }
  /// \throws Error
  void hand_over(Network network, const Token& token, const Signer& holder, const Candidate& next) {
    try_hand_over(network, token, holder, next).or_throw();
  }
  /// \throws Error
  void offer_to_bearer(Network network, const Token& token, const Signer& holder) {
    try_offer_to_bearer(network, token, holder).or_throw();
  }
  /// \throws Error
  void join_by_bearer(Network network, const Token& token, const Candidate& next) {
    try_join_by_bearer(network, token, next).or_throw();
  }
  /// \throws Error
  void hand_over_last(Network network, const Token& token, const Signer& holder) {
    try_hand_over_last(network, token, holder).or_throw();
  }
  /// \throws Error
  Signature receipt(Network network, const Token& token, const Signer& receiver) const {
    return try_receipt(network, token, receiver).or_throw();
  }
  /// \throws Error
  std::vector<std::optional<Opening>> open(const Token& token, const SealSecret& secret) const {
    return try_open(token, secret).or_throw();
  }
  /// \throws Error
  std::vector<Bytes32> accumulators(const Token& token) const { return try_accumulators(token).or_throw(); }
#endif

  struct Impl;
  explicit Custody(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace gridnet

#endif
