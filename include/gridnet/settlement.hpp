/// \file
/// Who is paid what for a transit pool, and proofs that an owner sold the same hashes twice.
#ifndef GRIDNET_SETTLEMENT_HPP
#define GRIDNET_SETTLEMENT_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/reason.hpp"
#include "gridnet/token.hpp"

namespace gridnet {

/// What a transit pool pays, in units of 10^-8 GNC.
struct Payout {
  /// To the block's producer.
  std::uint64_t fee = 0;
  /// To the receiver.
  std::uint64_t receiver = 0;
  /// To each hop, the first one first.
  std::vector<std::uint64_t> hops;
  /// To nobody.
  std::uint64_t burnt = 0;
};

/// What `total` units pay to so many hops, after a fee for a claim of so much weight.
Result<Payout> try_payout(std::uint64_t total, std::uint64_t weight, std::uint64_t minimum_fee_rate,
                          const Terms& terms, std::size_t hops);

/// What a proof of fraud proves.
struct Fraud {
  /// Why it proves nothing; none when it does.
  NoFraud reason = NoFraud::none;
  Address owner{};
  /// The pool whose bank was sold twice.
  Bytes32 pool{};
  std::uint16_t bank = 0;
};

/// The proof of two tokens that sell the same hashes to two sessions.
Result<std::vector<std::uint8_t>> try_prove_fraud(Network network, const Token& one, const Token& other);
/// What it proves.
Result<Fraud> try_check_fraud(Network network, View proof);

#if GRIDNET_EXCEPTIONS
/// \throws Error
inline Payout payout(std::uint64_t total, std::uint64_t weight, std::uint64_t minimum_fee_rate, const Terms& terms,
                     std::size_t hops) {
  return try_payout(total, weight, minimum_fee_rate, terms, hops).or_throw();
}
/// \throws Error
inline std::vector<std::uint8_t> prove_fraud(Network network, const Token& one, const Token& other) {
  return try_prove_fraud(network, one, other).or_throw();
}
/// \throws Error
inline Fraud check_fraud(Network network, View proof) { return try_check_fraud(network, proof).or_throw(); }
#endif

}  // namespace gridnet

#endif
