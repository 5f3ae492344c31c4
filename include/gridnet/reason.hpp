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

/// Why a meter's certificate is not taken. The first that holds.
enum class Uncertified : std::uint8_t {
  /// It is good.
  none = 0,
  /// A key is not admitted.
  bad_key = 1,
  /// The meter's key is its owner's or its certifier's.
  same_key = 2,
  /// Its rating is zero.
  rating = 3,
  /// It is not signed by its certifier.
  certifier_signature = 4,
  /// It is not signed by its owner.
  owner_signature = 5,
};

/// Why a meter's reading is not taken. The first that holds.
enum class Misread : std::uint8_t {
  /// It is taken.
  none = 0,
  /// It is not signed by the meter.
  signature = 1,
  /// It is of another meter.
  other_meter = 2,
  /// Its sequence is not above the kept one.
  sequence = 3,
  /// Its slot is not after the kept one.
  slot = 4,
  /// Its slot is still to come.
  future = 5,
  /// A register is below the kept one.
  backwards = 6,
  /// A register has grown by more than the meter's rating allows.
  too_much = 7,
  /// It follows the kept one, and names another as the one before it.
  previous = 8,
};

/// Why two readings are no proof that a meter said two things at once. The first that holds.
enum class NoEquivocation : std::uint8_t {
  /// They are.
  none = 0,
  /// The first one's id is not the lower.
  order = 1,
  /// They are of different meters.
  other_meter = 2,
  /// They have different sequences.
  other_sequence = 3,
  /// One is not signed by the meter.
  signature = 4,
};

/// Why a meter does not heed a command. The first that holds.
enum class Unheeded : std::uint8_t {
  /// It heeds it.
  none = 0,
  /// It is not signed by whoever it says.
  signature = 1,
  /// It is for other meters.
  other_place = 2,
  /// Its time is over.
  expired = 3,
  /// Its sequence is not above that of an earlier one.
  replayed = 4,
  /// Its key is none that the owner trusts.
  untrusted = 5,
};

/// Why a contract, or a state of one, is not taken: what is wrong with its terms first. The first that holds.
enum class Objection : std::uint8_t {
  /// It is taken.
  none = 0,
  /// It has not 2 to 8 parties, or not exactly one seller and one buyer.
  parties = 1,
  /// A key is not admitted.
  bad_key = 2,
  /// Two parties have one key.
  same_key = 3,
  /// Seller and buyer have one meter, or it names other meters.
  meters = 4,
  /// The buyer is paid, or nobody is.
  rate = 5,
  /// It ends before it begins, or lasts more than a year.
  slots = 6,
  /// Nothing can be delivered within its limit.
  limit = 7,
  /// Its deposit is not above its watch fee.
  deposit = 8,
  /// Its window is out of bounds.
  window = 9,
  /// It is not what this party agrees to.
  terms = 10,
  /// This key is none of its parties'.
  stranger = 11,
  /// It is of another contract.
  other_contract = 12,
  /// It is not signed by all parties in their order.
  signature = 13,
  /// The contract is not signed by all parties yet.
  not_signed = 14,
  /// What this party signed last is not known again since it was restored.
  restored = 15,
  /// A state that ends the contract was signed already, or this one ends it too early.
  final = 16,
  /// Its sequence is not above that of an earlier one.
  sequence = 17,
  /// What it says was delivered is not what the readings say, or less than was signed before.
  delivered = 18,
};

/// Why a proof by headers, or an energy receipt, does not show what it should. The first that holds.
enum class SpvFault : std::uint8_t {
  /// It does.
  none = 0,
  /// It is of another network.
  network = 1,
  /// Its first header is not that of the block that the verifier trusts.
  start = 2,
  /// A header's bits are not those that the rule gives.
  bits = 3,
  /// A header's time is not after the median of the eleven before it.
  too_old = 4,
  /// A header's time is too far ahead of now.
  too_new = 5,
  /// A header does not name the one before it.
  link = 6,
  /// A header's hash is above its target.
  work = 7,
  /// It is about a block that is not among the headers.
  height = 8,
  /// The branch does not lead to the Merkle root of its block.
  branch = 9,
  /// There are fewer blocks on top than asked for.
  shallow = 10,
  /// The state's root says something else of the row.
  row = 11,
  /// There is no such contract or meter.
  unknown = 12,
  /// What stands in the row no ledger would have put there.
  forged = 13,
  /// The contract is not settled.
  unsettled = 14,
  /// A reading is not signed by one of the two meters, or not what the ledger keeps of it.
  reading = 15,
  /// The authorities do not stand in the order of their addresses, each once.
  authorities = 16,
};

/// The stable name, `bad-key`; empty for none.
std::string_view name(Reason reason) noexcept;
/// As above.
std::string_view name(Void reason) noexcept;
/// As above.
std::string_view name(NoFraud reason) noexcept;
/// As above.
std::string_view name(Refusal reason) noexcept;
/// As above.
std::string_view name(Uncertified reason) noexcept;
/// As above.
std::string_view name(Misread reason) noexcept;
/// As above.
std::string_view name(NoEquivocation reason) noexcept;
/// As above.
std::string_view name(Unheeded reason) noexcept;
/// As above.
std::string_view name(Objection reason) noexcept;
/// As above.
std::string_view name(SpvFault fault) noexcept;

}  // namespace gridnet

#endif
