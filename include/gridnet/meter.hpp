/// \file
/// Meters: certificates that say what a meter is, readings that it signs, what flowed by them, and proofs that a meter
/// said two things at once.
#ifndef GRIDNET_METER_HPP
#define GRIDNET_METER_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/control.hpp"
#include "gridnet/engine.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/reason.hpp"

namespace gridnet {

/// Seconds of a slot: a quarter of an hour of UTC, counted from 1970.
constexpr std::uint64_t slot_seconds = 900;
/// Most characters of an area's name.
constexpr std::size_t area_bytes_max = 16;

/// The slot that a moment is in, in seconds since 1970. Its start belongs to it, its end does not.
Result<std::uint64_t> try_slot_containing(std::uint64_t moment);
/// The slot of a register that is read at a moment: the last one that has ended by then. None has in the first quarter of an
/// hour of 1970: a failure, `value` (208).
Result<std::uint64_t> try_slot_of_register(std::uint64_t moment);
/// A slot's first moment, in seconds since 1970. Of one beyond what a moment holds: a failure, `value` (208).
Result<std::uint64_t> try_slot_start(std::uint64_t slot);
/// The first moment after a slot. Otherwise as above.
Result<std::uint64_t> try_slot_end(std::uint64_t slot);

/// What somebody must know of a meter to judge its readings.
struct MeterFacts {
  /// Its id.
  Bytes32 meter{};
  /// What it signs with.
  PublicKey key{};
  /// Most that can flow through it, either way, in watts.
  std::uint32_t rating_watts = 0;
};

/// The meter that another one takes the place of.
struct Replacement {
  /// The old meter's id.
  Bytes32 meter{};
  /// The id of its last reading.
  Bytes32 last{};
};

struct SignedCertificate;

/// What a meter is, by the word of whoever certifies it and with the consent of whoever owns it.
struct Certificate {
  /// Where a meter stands: at a generator, or where somebody is connected to the grid.
  enum class Kind : std::uint8_t { generation = 0, connection = 1 };
  /// Where the energy comes from: from what renews itself, or from elsewhere.
  enum class Source : std::uint8_t { green = 0, grey = 1 };

  /// What the meter signs its readings with. Its owner has no access to it.
  PublicKey key{};
  Kind kind = Kind::generation;
  Source source = Source::green;
  /// In which part of the grid it is: 1 to 16 ASCII characters that can be seen.
  std::string area;
  /// Most that can flow through it, either way, in watts.
  std::uint32_t rating_watts = 0;
  /// Who answers for it: its manufacturer, or a grid operator.
  PublicKey certifier{};
  /// Whose it is. May be the certifier's own.
  PublicKey owner{};
  /// The meter that it takes the place of, if any: its registers begin anew.
  std::optional<Replacement> replaces;

  /// The meter's id.
  Result<Bytes32> try_id(Network network) const;
  Result<MeterFacts> try_facts(Network network) const;
  /// Whether it could be registered, its signatures aside.
  Result<Uncertified> try_check() const;
  /// The certifier signs it. With another's key: a failure, `order` (111).
  Result<Signature> try_certify(Network network, const Signer& signer) const;
  /// The owner signs it. Otherwise as above.
  Result<Signature> try_consent(Network network, const Signer& signer) const;
  /// Both sign it, where both keys are at hand. Otherwise as above.
  Result<SignedCertificate> try_sign(Network network, const Signer& certifying, const Signer& consenting) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  Bytes32 id(Network network) const { return try_id(network).or_throw(); }
  /// \throws Error
  MeterFacts facts(Network network) const { return try_facts(network).or_throw(); }
  /// \throws Error
  Uncertified check() const { return try_check().or_throw(); }
  /// \throws Error
  Signature certify(Network network, const Signer& signer) const { return try_certify(network, signer).or_throw(); }
  /// \throws Error
  Signature consent(Network network, const Signer& signer) const { return try_consent(network, signer).or_throw(); }
  /// \throws Error
  inline SignedCertificate sign(Network network, const Signer& certifying, const Signer& consenting) const;
#endif
};

/// A certificate that both have signed. Between the two it travels with zeros for the signature that is missing.
struct SignedCertificate {
  Certificate body;
  Signature certifier_signature{};
  Signature owner_signature{};

  static Result<SignedCertificate> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;
  /// All that can be said of it without the ledger.
  Result<Uncertified> try_check(Network network) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static SignedCertificate from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  Uncertified check(Network network) const { return try_check(network).or_throw(); }
#endif
};

struct SignedReading;

/// What a meter's registers stood at, at the end of a slot. They are cumulative: the newest reading says all that the ones
/// before it said.
struct Reading {
  /// The meter's id.
  Bytes32 meter{};
  /// The slot at whose end the registers stood so.
  std::uint64_t slot = 0;
  /// How many readings the meter has signed before. None is signed twice: two of one sequence convict the meter.
  std::uint64_t sequence = 0;
  /// Energy taken from the grid since ever, in Wh.
  std::uint64_t import_wh = 0;
  /// Energy given to the grid since ever, in Wh.
  std::uint64_t export_wh = 0;
  /// The id of the reading before this one; zeros in the first.
  Bytes32 previous{};

  Result<Bytes32> try_id(Network network) const;
  /// The meter signs it, by whatever keeps its key.
  Result<SignedReading> try_sign(Network network, const Signer& signer) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  Bytes32 id(Network network) const { return try_id(network).or_throw(); }
  /// \throws Error
  inline SignedReading sign(Network network, const Signer& signer) const;
#endif
};

/// A signed reading. Its encoding has 160 bytes.
struct SignedReading {
  Reading body;
  /// The meter's, of that.
  Signature signature{};

  static Result<SignedReading> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;
  /// Whether the meter's key signed it. Takes no memory.
  Result<bool> try_is_signed(Network network, const PublicKey& key) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static SignedReading from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  bool is_signed(Network network, const PublicKey& key) const { return try_is_signed(network, key).or_throw(); }
#endif
};

/// What is kept of a meter's latest reading.
struct KeptReading {
  std::uint64_t sequence = 0;
  std::uint64_t slot = 0;
  /// In Wh since ever.
  std::uint64_t import_wh = 0;
  std::uint64_t export_wh = 0;
  /// The reading's id.
  Bytes32 id{};
};

/// What flowed between two readings.
struct Interval {
  /// The last slot that is none of it.
  std::uint64_t after = 0;
  /// The last slot of it.
  std::uint64_t until = 0;
  /// Energy taken from the grid, in Wh.
  std::uint64_t import_wh = 0;
  /// Energy given to the grid, in Wh.
  std::uint64_t export_wh = 0;
};

/// What became of a reading.
struct Taken {
  /// Why it is not taken; none when it is. Of one that is not taken the rest means nothing.
  Misread reason = Misread::none;
  /// What is kept from now on.
  KeptReading kept;
  /// What flowed since the one kept before. Of the first reading nothing: nobody knows when what it says flowed.
  std::optional<Interval> interval;

  bool ok() const noexcept { return reason == Misread::none; }
};

/// What becomes of one reading. Takes no memory.
/// \param kept of the reading that was taken last; nothing before the first
/// \param now in seconds since 1970: no reading is of a slot beyond the one that this is in
Result<Taken> try_take_reading(Network network, const MeterFacts& facts, const std::optional<KeptReading>& kept,
                               const SignedReading& reading, std::uint64_t now);

/// What becomes of each reading of a meter, in their order, each judged on what the good ones before it left: a bad one
/// changes nothing. Signatures are verified by all that the engine has.
Result<std::vector<Taken>> try_verify_readings(const Engine& engine, Network network, const MeterFacts& facts,
                                               const std::optional<KeptReading>& kept,
                                               const std::vector<SignedReading>& readings, std::uint64_t now,
                                               const Control* control = nullptr);

/// What a proof of equivocation proves.
struct Equivocation {
  /// Why it proves nothing; none when it does.
  NoEquivocation reason = NoEquivocation::none;
  Bytes32 meter{};
  /// The sequence that the meter gave twice: what it said before is not in doubt.
  std::uint64_t sequence = 0;
};

/// The proof that a meter said two things at once: two different readings of one sequence. In whichever order.
Result<std::vector<std::uint8_t>> try_prove_equivocation(Network network, const SignedReading& one,
                                                         const SignedReading& other);
/// What it proves of the meter that has this key.
Result<Equivocation> try_check_equivocation(Network network, const PublicKey& key, View proof);
/// The proof of the first sequence that is among these readings twice, both signed by this key; nothing when each is there
/// once.
Result<std::optional<std::vector<std::uint8_t>>> try_find_equivocation(Network network, const PublicKey& key,
                                                                       const std::vector<SignedReading>& readings);

#if GRIDNET_EXCEPTIONS
inline SignedCertificate Certificate::sign(Network network, const Signer& certifying, const Signer& consenting) const {
  return try_sign(network, certifying, consenting).or_throw();
}
inline SignedReading Reading::sign(Network network, const Signer& signer) const {
  return try_sign(network, signer).or_throw();
}
/// \throws Error
inline std::uint64_t slot_containing(std::uint64_t moment) { return try_slot_containing(moment).or_throw(); }
/// \throws Error
inline std::uint64_t slot_of_register(std::uint64_t moment) { return try_slot_of_register(moment).or_throw(); }
/// \throws Error
inline std::uint64_t slot_start(std::uint64_t slot) { return try_slot_start(slot).or_throw(); }
/// \throws Error
inline std::uint64_t slot_end(std::uint64_t slot) { return try_slot_end(slot).or_throw(); }
/// \throws Error
inline Taken take_reading(Network network, const MeterFacts& facts, const std::optional<KeptReading>& kept,
                          const SignedReading& reading, std::uint64_t now) {
  return try_take_reading(network, facts, kept, reading, now).or_throw();
}
/// \throws Error
inline std::vector<Taken> verify_readings(const Engine& engine, Network network, const MeterFacts& facts,
                                          const std::optional<KeptReading>& kept,
                                          const std::vector<SignedReading>& readings, std::uint64_t now,
                                          const Control* control = nullptr) {
  return try_verify_readings(engine, network, facts, kept, readings, now, control).or_throw();
}
/// \throws Error
inline std::vector<std::uint8_t> prove_equivocation(Network network, const SignedReading& one,
                                                    const SignedReading& other) {
  return try_prove_equivocation(network, one, other).or_throw();
}
/// \throws Error
inline Equivocation check_equivocation(Network network, const PublicKey& key, View proof) {
  return try_check_equivocation(network, key, proof).or_throw();
}
/// \throws Error
inline std::optional<std::vector<std::uint8_t>> find_equivocation(Network network, const PublicKey& key,
                                                                  const std::vector<SignedReading>& readings) {
  return try_find_equivocation(network, key, readings).or_throw();
}
#endif

}  // namespace gridnet

#endif
