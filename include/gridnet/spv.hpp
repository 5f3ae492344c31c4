/// \file
/// Proofs by headers: what somebody without the ledger can check of it. Under a chain of headers from a block that is trusted
/// stand a transaction, and what is in a row of the state, or that there is none.
///
/// Headers show work, not that others follow them. From a first block on anybody can make a chain of one's own, with less
/// work than the network's: give a checkpoint that is known from elsewhere, or compare the work.
#ifndef GRIDNET_SPV_HPP
#define GRIDNET_SPV_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/control.hpp"
#include "gridnet/engine.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/proof.hpp"
#include "gridnet/reason.hpp"

namespace gridnet {

/// Blocks on top that are asked for when nothing else is said.
constexpr std::uint32_t spv_depth = 6;
/// Headers of a chain, at most.
constexpr std::size_t spv_headers_max = std::size_t{1} << 20;

/// A block that is trusted, and where headers begin.
struct Checkpoint {
  std::uint32_t height = 0;
  /// Its id, as it is hashed.
  Bytes32 id{};

  /// A network's first block, which everybody knows.
  static Result<Checkpoint> try_first(Network network);

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static Checkpoint first(Network network) { return try_first(network).or_throw(); }
#endif
};

/// What is wrong with a proof.
struct SpvVerdict {
  /// The first that holds; none when nothing is wrong.
  SpvFault reason = SpvFault::none;
  /// With which part, for people: `header 26`; empty when nothing is wrong.
  std::string where;

  bool ok() const noexcept { return reason == SpvFault::none; }
};

struct HeadersVerdict;

/// Headers that follow each other by the network's rules from a block that is trusted, with the work that was done for each.
/// Never changes; copies are the same ones.
class VerifiedHeaders {
 public:
  /// \param start the block of the first header
  /// \param headers bare ones of 80 bytes, one after the other
  /// \param now in seconds since 1970: no header is far ahead of it
  static Result<HeadersVerdict> try_verify(const Engine& engine, Network network, const Checkpoint& start, View headers,
                                           std::uint64_t now, const Control* control = nullptr);

  /// The last block.
  Result<Checkpoint> try_tip() const;
  /// The work of all, most significant byte first.
  Result<Bytes32> try_work() const;
  /// The header of a height, if it is among them.
  Result<std::optional<std::array<std::uint8_t, header_bytes>>> try_header(std::uint32_t height) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static inline HeadersVerdict verify(const Engine& engine, Network network, const Checkpoint& start, View headers,
                                      std::uint64_t now, const Control* control = nullptr);
  /// \throws Error
  Checkpoint tip() const { return try_tip().or_throw(); }
  /// \throws Error
  Bytes32 work() const { return try_work().or_throw(); }
  /// \throws Error
  std::optional<std::array<std::uint8_t, header_bytes>> header(std::uint32_t height) const {
    return try_header(height).or_throw();
  }
#endif

  struct Impl;
  explicit VerifiedHeaders(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// What becomes of headers.
struct HeadersVerdict : SpvVerdict {
  /// There when nothing is wrong.
  std::optional<VerifiedHeaders> headers;
};

/// What a proof of a transaction shows. Where something is wrong the rest means nothing.
struct TransactionVerdict : SpvVerdict {
  /// Of the block that it is in.
  std::uint32_t height = 0;
  /// Its place there; the coinbase's is 0.
  std::uint32_t place = 0;
  /// How many blocks are on top. Whether those are enough is the caller's to say.
  std::uint32_t depth = 0;
  Bytes32 id{};
  /// Its encoding.
  std::vector<std::uint8_t> transaction;
};

/// Tables of the state, by the numbers that docs/protocol.md lists with their keys and rows.
enum class Table : std::uint8_t {
  totals = 1,
  accounts = 2,
  identities = 3,
  pools = 4,
  banks = 5,
  held = 6,
  commitments = 7,
  due_counts = 8,
  due = 9,
  certifiers = 10,
  meters = 11,
  fillings = 12,
  contracts = 13,
  subventions = 14,
  credits = 15,
  authorities = 16,
  marks = 17
};

/// What a proof of a row shows. Where something is wrong the rest means nothing.
struct RowVerdict : SpvVerdict {
  /// It is the state after the block of this height.
  std::uint32_t height = 0;
  /// That state's root.
  Bytes32 root{};
  /// How many blocks are on top of the one that names it, which is the next one.
  std::uint32_t depth = 0;
  /// What stands in the row, encoded; nothing when there is no such row.
  std::optional<std::vector<std::uint8_t>> value;
};

/// Whether a transaction is in a block under these headers.
Result<TransactionVerdict> try_verify_transaction(const VerifiedHeaders& headers, View proof);
/// What stands in a row, or that there is none. The row is the one that is named here: a proof of another shows nothing.
/// \param key its encoding: an account's is its address, a meter's its id
Result<RowVerdict> try_verify_row(const VerifiedHeaders& headers, Table table, View key, View proof);

#if GRIDNET_EXCEPTIONS
inline HeadersVerdict VerifiedHeaders::verify(const Engine& engine, Network network, const Checkpoint& start,
                                              View headers, std::uint64_t now, const Control* control) {
  return try_verify(engine, network, start, headers, now, control).or_throw();
}
/// \throws Error
inline TransactionVerdict verify_transaction(const VerifiedHeaders& headers, View proof) {
  return try_verify_transaction(headers, proof).or_throw();
}
/// \throws Error
inline RowVerdict verify_row(const VerifiedHeaders& headers, Table table, View key, View proof) {
  return try_verify_row(headers, table, key, proof).or_throw();
}
#endif

}  // namespace gridnet

#endif
