/// \file
/// Contracts for energy: what parties agree on, who is paid what for what was delivered, a party's own state, and watchers
/// that need no key.
#ifndef GRIDNET_CONTRACT_HPP
#define GRIDNET_CONTRACT_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/meter.hpp"
#include "gridnet/reason.hpp"

namespace gridnet {

/// Parties of a contract, at most.
constexpr std::size_t parties_max = 8;

/// A party of a contract.
struct Signatory {
  /// What a party does: gives the energy; takes it, and pays; owns a line that it flows through; brought the others together,
  /// or runs the grid.
  enum class Role : std::uint8_t { seller = 0, buyer = 1, line_owner = 2, broker = 3 };

  /// What it signs with. It is paid at this key's address.
  PublicKey key{};
  Role role = Role::seller;
  /// What it is paid for each kWh, in units of 10^-8 GNC; nothing for the buyer.
  std::uint64_t rate = 0;
};

/// What parties agree on. Amounts are in units of 10^-8 GNC.
struct Contract {
  /// Who they are, in the order in which they sign: 2 to 8, of whom one is the seller and one the buyer.
  std::vector<Signatory> parties;
  /// The id of the meter that measures what is given.
  Bytes32 seller_meter{};
  /// The id of the meter that measures what is taken.
  Bytes32 buyer_meter{};
  /// The first slot in which energy is delivered.
  std::uint64_t first = 0;
  /// The last one.
  std::uint64_t last = 0;
  /// Most that is delivered in a slot, in Wh.
  std::uint64_t limit_wh = 0;
  /// What the buyer deposits.
  std::uint64_t deposit = 0;
  /// Least that whoever closes puts in of its own, for a watcher that knows better.
  std::uint64_t watch_fee = 0;
  /// Blocks in which a close can be answered.
  std::uint32_t window = 0;
  /// From this height anybody may close.
  std::uint32_t expiry = 0;
  /// What tells contracts apart that are the same otherwise.
  std::uint64_t nonce = 0;

  Result<Bytes32> try_id(Network network) const;
  /// Whether it could be opened, by all that can be said without the ledger but its signatures.
  Result<Objection> try_check(Network network) const;
  /// The most energy that the deposit pays for, in Wh.
  Result<std::uint64_t> try_cap() const;
  /// What each party has when so much energy was delivered, in their order: all together the deposit. Beyond the cap nobody
  /// is paid more. Of a contract that is good: check it first.
  Result<std::vector<std::uint64_t>> try_balances(std::uint64_t delivered_wh) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  Bytes32 id(Network network) const { return try_id(network).or_throw(); }
  /// \throws Error
  Objection check(Network network) const { return try_check(network).or_throw(); }
  /// \throws Error
  std::uint64_t cap() const { return try_cap().or_throw(); }
  /// \throws Error
  std::vector<std::uint64_t> balances(std::uint64_t delivered_wh) const { return try_balances(delivered_wh).or_throw(); }
#endif
};

/// A contract that all parties have signed: what goes to the ledger.
struct SignedContract {
  Contract body;
  /// Of that, in the parties' order.
  std::vector<Signature> signatures;

  static Result<SignedContract> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;
  /// All that can be said of it without the ledger.
  Result<Objection> try_check(Network network) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static SignedContract from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  Objection check(Network network) const { return try_check(network).or_throw(); }
#endif
};

/// How much was delivered so far, by the word of all parties.
struct ContractState {
  /// The id of its contract.
  Bytes32 contract{};
  /// The higher one outdoes. 0 is the state before any was signed.
  std::uint64_t sequence = 0;
  /// All that was delivered since the beginning, in Wh.
  std::uint64_t delivered_wh = 0;
  /// Whether it ends the contract at once.
  bool is_final = false;
};

/// A state that all parties have signed.
struct SignedState {
  ContractState body;
  /// Of that, in the parties' order.
  std::vector<Signature> signatures;

  static Result<SignedState> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;
  /// Whether it is a state of this contract that all parties have signed.
  Result<Objection> try_check(Network network, const Contract& contract) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static SignedState from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  Objection check(Network network, const Contract& contract) const { return try_check(network, contract).or_throw(); }
#endif
};

/// Where a contract stands on the ledger.
struct OnChain {
  /// Nobody has closed it; somebody wants to; it is over.
  enum class Standing : std::uint8_t { open = 0, closing = 1, settled = 2 };

  Standing standing = Standing::open;
  /// Of one that is being closed: with a state of this sequence.
  std::uint64_t sequence = 0;
  /// And the last block that takes an answer.
  std::uint32_t until = 0;
};

/// What is best done on the ledger.
struct Advice {
  /// Nothing; answer the close with the state, which outdoes it; close with the state, or with that before any was signed.
  enum class Action : std::uint8_t { nothing = 0, answer = 1, close = 2 };

  Action action = Action::nothing;
  std::optional<SignedState> state;
};

/// A meter of a contract, and the reading of it that further ones are counted from: the one that the ledger kept.
struct Metered {
  MeterFacts facts;
  std::optional<KeptReading> kept;
};

/// A contract as one of those that a meter fills, in one direction: the ledger has them in the order of their opening.
struct Filling {
  Bytes32 contract{};
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t limit_wh = 0;
};

/// What a party agrees to without asking anybody. Amounts are in units of 10^-8 GNC.
struct PartyBounds {
  /// The last slot that it binds itself for.
  std::uint64_t last = 0;
  /// Most that it puts in for a watcher when it closes.
  std::uint64_t watch_fee_max = 0;
  /// As a buyer: most that it pays for a kWh, to all others together.
  std::uint64_t price_max = 0;
  /// As a buyer: most that it deposits.
  std::uint64_t deposit_max = 0;
  /// As any other: least that it is paid for a kWh.
  std::uint64_t rate_min = 0;
  /// As any other: least energy that the deposit must pay for, in Wh.
  std::uint64_t covered_wh_min = 0;
};

/// What a party was asked to sign.
struct Proposal {
  /// Why it did not; none when it did.
  Objection reason = Objection::none;
  /// The state with the signatures that are there: what the other parties are sent.
  std::vector<std::uint8_t> bytes;

  bool ok() const noexcept { return reason == Objection::none; }
};

/// What became of something that somebody sent.
struct Heard {
  /// Why it was not taken; none when it was.
  Objection reason = Objection::none;
  /// Of signatures of a state: whether all are there now. Of a state: whether it is newer than what was known.
  bool is_news = false;

  bool ok() const noexcept { return reason == Objection::none; }
};

/// One party's own state of a contract. It holds no key: whoever does is asked to sign. It signs only what it recomputes
/// from the meters' readings, and never a lower sequence than it signed before.
///
/// Write its bytes down before anything that it signed is sent. One that is read back from bytes cannot know whether they
/// are the newest, so it signs nothing until it has heard the newest state from another party or a watcher.
///
/// One call at a time: a second one at the same time is refused.
class Party {
 public:
  enum class Side : std::uint8_t { seller = 0, buyer = 1 };

  /// Whoever wants a contract signs it first. What it does not agree to is a failure, `contract` (118).
  static Result<Party> try_propose(Network network, const Contract& contract, const PartyBounds& bounds,
                                   const Metered& seller, const Metered& buyer, const Signer& signer);
  /// Whoever is sent a contract, as offer() says it, signs it if it is what it agrees to. Otherwise as above.
  static Result<Party> try_accept(Network network, View offer, const PartyBounds& bounds, const Metered& seller,
                                  const Metered& buyer, const Signer& signer);
  /// The party of what was written down.
  static Result<Party> try_from_bytes(View bytes);
  /// What is to be written down.
  Result<std::vector<std::uint8_t>> try_to_bytes() const;

  /// The contract's id.
  Result<Bytes32> try_id() const;
  /// The contract with the signatures that are there: what other parties are sent.
  Result<std::vector<std::uint8_t>> try_offer() const;
  /// The contract, when all have signed it.
  Result<std::optional<SignedContract>> try_contract() const;
  /// Further signatures of the contract, as another party's offer() has them.
  Result<Objection> try_gather(Network network, View offer);

  /// A further reading of either meter, in their order. `fillings` are the contracts that the ledger has for this meter in
  /// this direction; this one gets what those before it leave, and nothing while it is not among them.
  Result<Misread> try_read(Network network, Side side, const SignedReading& reading,
                           const std::vector<Filling>& fillings, std::uint64_t now);
  /// What was delivered by the readings so far, as far as it is certain, in Wh.
  Result<std::uint64_t> try_recomputed() const;
  /// Whether both meters were read to the contract's end.
  Result<bool> try_is_complete() const;

  /// Signs the next state, for the others to sign. It is final when the contract ends, or both meters were read to its end.
  Result<Proposal> try_sign_next(Network network, const Signer& signer);
  /// Signs a state that another party has signed, if it is what this one would sign, or has.
  Result<Proposal> try_counter_sign(Network network, const Signer& signer, View proposal);
  /// Further signatures of a state that it signed, as another party sends them.
  Result<Heard> try_gather_state(Network network, View proposal);
  /// The newest state that all have signed.
  Result<std::optional<SignedState>> try_newest() const;
  /// It agrees to end the contract before its time: the next state that it signs is final, and it signs none after that.
  Result<void> try_end();

  /// Whether it was read back from bytes, and has not heard since what was signed last.
  Result<bool> try_is_restored() const;
  /// A state that all have signed, from another party or a watcher. After a restoration ask as many as can be reached, and
  /// give what they say the newest first.
  Result<Heard> try_hear(Network network, const SignedState& state);
  /// After a restoration: another party or a watcher says that there is no state that all have signed.
  Result<void> try_hear_of_none();
  /// What is best done, given where the contract stands on the ledger.
  /// \param height of the block that would take it
  Result<Advice> try_advise(std::uint32_t height, const OnChain& on_chain) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static Party propose(Network network, const Contract& contract, const PartyBounds& bounds, const Metered& seller,
                       const Metered& buyer, const Signer& signer) {
    return try_propose(network, contract, bounds, seller, buyer, signer).or_throw();
  }
  /// \throws Error
  static Party accept(Network network, View offer, const PartyBounds& bounds, const Metered& seller,
                      const Metered& buyer, const Signer& signer) {
    return try_accept(network, offer, bounds, seller, buyer, signer).or_throw();
  }
  /// \throws Error
  static Party from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  Bytes32 id() const { return try_id().or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> offer() const { return try_offer().or_throw(); }
  /// \throws Error
  std::optional<SignedContract> contract() const { return try_contract().or_throw(); }
  /// \throws Error
  Objection gather(Network network, View offer) { return try_gather(network, offer).or_throw(); }
  /// \throws Error
  Misread read(Network network, Side side, const SignedReading& reading, const std::vector<Filling>& fillings,
               std::uint64_t now) {
    return try_read(network, side, reading, fillings, now).or_throw();
  }
  /// \throws Error
  std::uint64_t recomputed() const { return try_recomputed().or_throw(); }
  /// \throws Error
  bool is_complete() const { return try_is_complete().or_throw(); }
  /// \throws Error
  Proposal sign_next(Network network, const Signer& signer) { return try_sign_next(network, signer).or_throw(); }
  /// \throws Error
  Proposal counter_sign(Network network, const Signer& signer, View proposal) {
    return try_counter_sign(network, signer, proposal).or_throw();
  }
  /// \throws Error
  Heard gather_state(Network network, View proposal) { return try_gather_state(network, proposal).or_throw(); }
  /// \throws Error
  std::optional<SignedState> newest() const { return try_newest().or_throw(); }
  /// \throws Error
  void end() { try_end().or_throw(); }
  /// \throws Error
  bool is_restored() const { return try_is_restored().or_throw(); }
  /// \throws Error
  Heard hear(Network network, const SignedState& state) { return try_hear(network, state).or_throw(); }
  /// \throws Error
  void hear_of_none() { try_hear_of_none().or_throw(); }
  /// \throws Error
  Advice advise(std::uint32_t height, const OnChain& on_chain) const { return try_advise(height, on_chain).or_throw(); }
#endif

  struct Impl;
  explicit Party(std::unique_ptr<Impl> impl) noexcept;
  ~Party();
  Party(Party&&) noexcept;
  Party& operator=(Party&&) noexcept;
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Keeps the newest state of each of many contracts, for others and without any key: a state speaks for itself, and anybody
/// may submit it. Whoever wants it to outlive the program keeps the contracts and states, and gives them to a new one.
///
/// One call at a time: a second one at the same time is refused.
class Watcher {
 public:
  /// Of at most so many contracts.
  static Result<Watcher> try_make(std::size_t contracts_max);

  /// Begins to watch a contract, and answers its id. One that is bad is a failure, `contract` (118); one too many,
  /// `too-many` (102). One that is watched already stays as it is.
  Result<Bytes32> try_watch(Network network, const SignedContract& contract);
  /// Watches a contract no longer: it is over.
  Result<void> try_forget(const Bytes32& contract);
  /// A state that somebody sends.
  Result<Heard> try_hear(Network network, const SignedState& state);
  /// The newest state of a contract: what a party asks for that was restored.
  Result<std::optional<SignedState>> try_newest(const Bytes32& contract) const;
  /// The state to answer with, when somebody closes a contract with an older one.
  Result<std::optional<SignedState>> try_advise(const Bytes32& contract, const OnChain& on_chain) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  explicit Watcher(std::size_t contracts_max) : Watcher(try_make(contracts_max).or_throw()) {}
  /// \throws Error
  Bytes32 watch(Network network, const SignedContract& contract) { return try_watch(network, contract).or_throw(); }
  /// \throws Error
  void forget(const Bytes32& contract) { try_forget(contract).or_throw(); }
  /// \throws Error
  Heard hear(Network network, const SignedState& state) { return try_hear(network, state).or_throw(); }
  /// \throws Error
  std::optional<SignedState> newest(const Bytes32& contract) const { return try_newest(contract).or_throw(); }
  /// \throws Error
  std::optional<SignedState> advise(const Bytes32& contract, const OnChain& on_chain) const {
    return try_advise(contract, on_chain).or_throw();
  }
#endif

  struct Impl;
  explicit Watcher(std::unique_ptr<Impl> impl) noexcept;
  ~Watcher();
  Watcher(Watcher&&) noexcept;
  Watcher& operator=(Watcher&&) noexcept;
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace gridnet

#endif
