/// \file
/// Why something is bad, void or refused: numbers and names that never change.
#ifndef GRIDNET_REASON_HPP
#define GRIDNET_REASON_HPP

#include <cstdint>
#include <string_view>

namespace gridnet {

/// Why a transit pool is bad. A verdict names the first that fails, in this order.
enum class Reason : std::uint8_t {
  /// It is good.
  none = 0,
  /// It does not decode, or its numbers do not fit together.
  shape = 1,
  /// A key is not admitted.
  bad_key = 2,
  /// It is of another network.
  network = 3,
  /// Its token pool, or the owner of that, is not what is registered.
  pool = 4,
  /// Its bank is none of the pool, or not proven to be.
  bank = 5,
  /// What it claims was settled already, or belongs to another session.
  stale = 6,
  /// It comes too early or too late.
  expiry = 7,
  /// The token is not signed by its sender.
  owner_signature = 8,
  /// The receiver's keys are not bound together by the receiver.
  receiver_binding = 9,
  /// The custody chain does not hold together.
  custody = 10,
  /// The last holder did not hand over.
  last_hand_over = 11,
  /// The receiver did not sign.
  receiver_signature = 12,
  /// The word does not lead to the kept one.
  walk = 13,
  /// The fee would take all.
  fee = 14,
};

/// Why a hop of a valid transit pool is paid nothing. The first that holds.
enum class Void : std::uint8_t {
  /// It is paid.
  none = 0,
  /// It did not say who it is. Its share is held for a while.
  unopened = 1,
  /// Its identity is not registered.
  unregistered = 2,
  /// Its identity was revoked.
  revoked = 3,
  /// Its identity was registered too recently.
  too_young = 4,
  /// Its identity's coin stake is below the pool's minimum.
  low_stake = 5,
  /// Another hop of its identity has a larger share, or an equal one and comes before.
  duplicate = 6,
};

/// Why two tokens are no proof of fraud. The first that holds.
enum class NoFraud : std::uint8_t {
  /// They are.
  none = 0,
  /// A token's numbers do not fit together. (What does not decode is a failure, `encoding`, and means the same.)
  shape = 1,
  /// A token is of another network.
  network = 2,
  /// They are of different pools.
  other_pool = 3,
  /// They are of different banks.
  other_bank = 4,
  /// They are of different senders.
  other_sender = 5,
  /// The first one's id is not the lower.
  order = 6,
  /// They are of one session.
  same_session = 7,
  /// They have no hash in common.
  apart = 8,
  /// They are never valid at once.
  not_at_once = 9,
  /// The sender's key is not admitted.
  bad_key = 10,
  /// One is not signed by the sender.
  owner_signature = 11,
};

/// Why a datagram is not taken: what is wrong with its token first, then with its card, its custody, and itself.
enum class Refusal : std::uint8_t {
  /// It is taken.
  none = 0,
  /// It does not decode, or its token's numbers do not fit together.
  shape = 1,
  /// A key is not admitted.
  bad_key = 2,
  /// It is of another network.
  network = 3,
  /// The token is not signed by its sender.
  owner_signature = 4,
  /// The receiver's keys are not bound together by the receiver.
  receiver_binding = 5,
  /// The sender has not proven its identity by work.
  identity = 6,
  /// Its pool card is not good for its token.
  card = 7,
  /// The custody chain does not hold together.
  custody = 8,
  /// The last holder did not hand over.
  last_hand_over = 9,
  /// It comes too early or too late, or would outlive its token.
  expiry = 10,
  /// The token is not for what is carried.
  content = 11,
};

/// The stable name, `bad-key`; empty for none.
std::string_view name(Reason reason) noexcept;
/// As above.
std::string_view name(Void reason) noexcept;
/// As above.
std::string_view name(NoFraud reason) noexcept;
/// As above.
std::string_view name(Refusal reason) noexcept;

}  // namespace gridnet

#endif
