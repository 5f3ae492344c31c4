/// \file
/// Energy receipts: who sold how much to whom, for what, measured by which meters, and what is said about those. A stranger
/// checks one with nothing else, a checkpoint at best.
///
/// What a contract was settled with is what its parties agreed on, or what the meters said if they did not: the ledger does
/// not keep which.
#ifndef GRIDNET_RECEIPT_HPP
#define GRIDNET_RECEIPT_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/contract.hpp"
#include "gridnet/control.hpp"
#include "gridnet/engine.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/meter.hpp"
#include "gridnet/spv.hpp"

namespace gridnet {

/// What somebody takes a receipt by.
struct ReceiptOptions {
  Network network = Network::main;
  /// A block that is trusted.
  Checkpoint start;
  /// Blocks that must be on top of the one that names the state's root.
  std::uint32_t depth = spv_depth;
  /// Whose marks count.
  std::vector<Address> authorities;
  /// In seconds since 1970.
  std::uint64_t now = 0;
};

/// Of whom something is said.
struct Subject {
  enum class Kind : std::uint8_t { meter = 0, identity = 1, pool = 2 };

  Kind kind = Kind::meter;
  /// A meter's or pool's id, an identity's address.
  Bytes32 id{};
};

/// What an authority says of a meter or its owner.
struct Mark {
  Address authority{};
  Subject subject;
  /// Why, in its words.
  std::string reason;
  /// From this height on.
  std::uint32_t effective = 0;
  /// When it said so.
  std::uint32_t made = 0;
};

/// Why somebody would not take a receipt, though all that it says is shown.
struct ReceiptObjection {
  enum class Kind : std::uint8_t {
    /// It was proven to everybody that the subject did wrong.
    proven = 1,
    /// An authority that counts had marked the subject by then.
    marked = 2,
    /// The receipt says nothing of this authority, which counts.
    unsaid = 3
  };

  Kind kind = Kind::proven;
  /// Of those that are proven or marked.
  Subject subject;
  /// Of those that are marked or unsaid.
  Address authority{};
};

/// The stable name: `proven`, `marked`, `unsaid`.
std::string_view name(ReceiptObjection::Kind kind) noexcept;

/// What the ledger has of a meter and its owner.
struct ReceiptSide {
  /// Whose meter it is.
  Address owner{};
  /// The meter's id.
  Bytes32 meter{};
  Certificate certificate;
  /// Its latest reading.
  std::optional<KeptReading> kept;
  /// Energy that went through it since the ledger knows it, in Wh: taken from the grid, and given to it.
  std::uint64_t imported_wh = 0;
  std::uint64_t exported_wh = 0;
  /// Whether it said two things at once.
  bool has_equivocated = false;
  /// Whether its owner has an identity, and whether that was revoked.
  bool has_identity = false;
  bool is_revoked = false;
};

/// What a receipt shows. Amounts are in units of 10^-8 GNC.
struct ReceiptFacts {
  /// The contract's id.
  Bytes32 contract{};
  /// What was agreed.
  Contract terms;
  /// The heights at which it was opened, and settled.
  std::uint32_t opened = 0;
  std::uint32_t settled = 0;
  /// The time of that block, in seconds since 1970, if its header is there.
  std::optional<std::uint64_t> settled_time;
  /// What was paid for, in Wh.
  std::uint64_t delivered_wh = 0;
  /// What each party had of the deposit in the end, in the order of the terms. The buyer has back what is left.
  std::vector<std::uint64_t> paid;
  /// Who gave the energy.
  ReceiptSide seller;
  /// Who took it.
  ReceiptSide buyer;
  /// What else the meters signed.
  std::vector<SignedReading> readings;
  /// The authorities that it says something of, be it that they have marked nothing.
  std::vector<Address> authorities;
  /// All marks of these.
  std::vector<Mark> marks;
  /// The state that all this stands in: after the block of this height, its root, and how many blocks are on top of the next.
  std::uint32_t height = 0;
  Bytes32 root{};
  std::uint32_t depth = 0;
  /// The last block.
  Checkpoint tip;
  /// The work of all headers, most significant byte first.
  Bytes32 work{};
  /// All that speaks against it, as seen by the options. With none it is one to take.
  std::vector<ReceiptObjection> objections;
};

/// What becomes of a receipt.
struct ReceiptVerdict : SpvVerdict {
  /// There when nothing is wrong. Look at the objections all the same.
  std::optional<ReceiptFacts> facts;
};

/// What the file of a receipt shows, to somebody who takes it by these options. What does not decode is a failure,
/// `encoding` (101).
Result<ReceiptVerdict> try_verify_receipt(const Engine& engine, View file, const ReceiptOptions& options,
                                          const Control* control = nullptr);

#if GRIDNET_EXCEPTIONS
/// \throws Error
inline ReceiptVerdict verify_receipt(const Engine& engine, View file, const ReceiptOptions& options,
                                     const Control* control = nullptr) {
  return try_verify_receipt(engine, file, options, control).or_throw();
}
#endif

}  // namespace gridnet

#endif
