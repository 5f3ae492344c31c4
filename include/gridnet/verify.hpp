/// \file
/// Transit pools in bulk: a verdict for each, with a reason or with who is paid what.
#ifndef GRIDNET_VERIFY_HPP
#define GRIDNET_VERIFY_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/control.hpp"
#include "gridnet/engine.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/pool.hpp"
#include "gridnet/proof.hpp"
#include "gridnet/reason.hpp"
#include "gridnet/transit.hpp"

namespace gridnet {

/// What the ledger keeps of a bank that was claimed from.
struct Kept {
  /// Hashes down to this depth are paid.
  std::uint32_t depth = 0;
  /// The word there.
  Bytes32 word{};
  /// To whom they were paid.
  std::optional<Bytes32> session;
};

/// A registered identity.
struct Identity {
  IdentityProof proof;
  /// The height at which it was registered.
  std::uint32_t registered = 0;
  bool revoked = false;
  /// Its coin stake, what is under notice not counted.
  std::uint64_t stake = 0;
};

/// What the ledger holds, as far as verdicts depend on it. To be changed by one thread, while no verification reads it:
/// what comes at the same time is refused.
class Context {
 public:
  /// \param height of the block that would take the claims
  /// \param median_time the median time past of its parent
  static Result<Context> try_make(Network network, std::uint32_t height, std::uint64_t median_time);

  /// A registered pool; answers its id.
  Result<Bytes32> try_add(const Registration& registration);
  Result<void> try_keep(const Bytes32& pool, std::uint16_t bank, const Kept& kept);
  Result<void> try_identify(const Address& address, const Identity& identity);

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  Context(Network network, std::uint32_t height, std::uint64_t median_time)
      : Context(try_make(network, height, median_time).or_throw()) {}
  /// \throws Error
  Bytes32 add(const Registration& registration) { return try_add(registration).or_throw(); }
  /// \throws Error
  void keep(const Bytes32& pool, std::uint16_t bank, const Kept& kept) { try_keep(pool, bank, kept).or_throw(); }
  /// \throws Error
  void identify(const Address& address, const Identity& identity) { try_identify(address, identity).or_throw(); }
#endif

  struct Impl;
  explicit Context(std::unique_ptr<Impl> impl) noexcept;
  ~Context();
  Context(Context&&) noexcept;
  Context& operator=(Context&&) noexcept;
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Claimed pools that are to be judged, in their order. To be changed by one thread, as a Context.
class Claims {
 public:
  Claims();

  Result<void> try_add(const ClaimedPool& claim);
  /// One that is encoded. What does not decode is a failure (`encoding`, 101), and is not in the list: no verdict is given on
  /// it, and what there is to say is Reason::shape. The verdicts are of those that were added.
  Result<void> try_add(View bytes);
  Result<void> try_clear();
  Result<std::size_t> try_size() const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  void add(const ClaimedPool& claim) { try_add(claim).or_throw(); }
  /// \throws Error
  void add(View bytes) { try_add(bytes).or_throw(); }
  /// \throws Error
  void clear() { try_clear().or_throw(); }
  /// \throws Error
  std::size_t size() const { return try_size().or_throw(); }
#endif

  struct Impl;
  ~Claims();
  Claims(Claims&&) noexcept;
  Claims& operator=(Claims&&) noexcept;
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::unique_ptr<Impl> impl_;
};

/// What became of a hop of a valid transit pool.
struct HopShare {
  /// In units of 10^-8 GNC.
  std::uint64_t share = 0;
  /// Why it is not paid. The share of an unopened hop is held, those of others are burnt.
  Void reason = Void::none;
};

/// A verdict. Amounts are in units of 10^-8 GNC, and 0 for a bad one.
struct Verdict {
  /// Why it is bad; none for a valid one.
  Reason reason = Reason::none;
  std::uint64_t total = 0;
  /// To the block's producer.
  std::uint64_t fee = 0;
  /// To the receiver.
  std::uint64_t receiver = 0;
  /// To nobody.
  std::uint64_t burnt = 0;
  /// Its hops stand in Verified::hops from here on.
  std::size_t first_hop = 0;
  std::size_t hops = 0;
};

/// Verdicts, and what they took.
struct Verified {
  /// One for each claim.
  std::vector<Verdict> verdicts;
  /// Of all valid ones, one after the other.
  std::vector<HopShare> hops;
  /// Messages hashed, signatures checked, steps walked, by device.
  std::vector<Share> digests;
  std::vector<Share> signatures;
  std::vector<Share> steps;
  std::uint64_t nanoseconds = 0;
};

/// Judges claims one after the other, in as many calls as one likes: each on what the valid ones before it left of its
/// bank. One call at a time: a second one at the same time is refused.
class Sequence {
 public:
  Sequence();

  /// The verdicts on the next claims, computed by all that the engine has. When it fails, or is cancelled, the sequence is
  /// as it was. The control ends it; its progress does not count what is verified.
  Result<Verified> try_verify(const Engine& engine, const Claims& claims, const Context& context,
                              const Control* control = nullptr);

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  Verified verify(const Engine& engine, const Claims& claims, const Context& context,
                  const Control* control = nullptr) {
    return try_verify(engine, claims, context, control).or_throw();
  }
#endif

  struct Impl;
  ~Sequence();
  Sequence(Sequence&&) noexcept;
  Sequence& operator=(Sequence&&) noexcept;
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace gridnet

#endif
