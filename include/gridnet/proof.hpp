/// \file
/// Proofs that are hashing alone: block headers, chains of them, identities.
#ifndef GRIDNET_PROOF_HPP
#define GRIDNET_PROOF_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gridnet/bytes.hpp"
#include "gridnet/control.hpp"
#include "gridnet/engine.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"

namespace gridnet {

/// Bytes of a block header.
constexpr std::size_t header_bytes = 80;

/// Why a header is bad: the first of these that fails.
enum class HeaderFault : std::uint8_t { none = 0, link = 1, target = 2, bits = 3, work = 4 };

/// The stable name: `bad-link`, `bad-target`, `bad-bits`, `high-hash`; empty for none.
std::string_view name(HeaderFault fault) noexcept;

/// Whether a header alone meets the target that it names. Takes no memory.
Result<HeaderFault> try_verify_header(View header, const HashFunction& function = HashFunction::sha256d());

/// How a header's target follows from those before.
struct Retarget {
  enum class Rule : std::uint8_t {
    /// Any target is taken as it is.
    none = 0,
    bitcoin = 1,
    asert = 2,
  };

  Rule rule = Rule::none;
  /// ASERT: wanted seconds between blocks.
  std::uint32_t spacing = 0;
  /// ASERT: seconds behind schedule that double the target.
  std::uint32_t half_life = 0;
};

/// What a chain of headers is worth.
struct HeaderChain {
  std::size_t count = 0;
  /// Headers before the first bad one.
  std::size_t valid = 0;
  HeaderFault fault = HeaderFault::none;
  /// The index of the bad one.
  std::optional<std::size_t> first_bad;
  /// Work of the valid ones, most significant byte first.
  Bytes32 work{};
  /// It was cancelled: nothing is known of the headers after the valid ones.
  bool is_cut_short = false;
  Report report;
};

/// Verifies bare 80-byte headers, one after the other.
Result<HeaderChain> try_verify_headers(const Engine& engine, View headers, const Retarget& rule = {},
                                       const HashFunction& function = HashFunction::sha256d(),
                                       const Control* control = nullptr);

/// What proves an identity, beside its address.
struct IdentityProof {
  /// How often the address stands in the message.
  std::uint32_t repetitions = 1;
  std::uint32_t nonce = 0;
};

/// A proof that was found.
struct Minted {
  IdentityProof proof;
  Bytes32 hash{};
  Report report;
};

/// Searches the proof of stake of an address: where a nonce overflows the address is appended to itself.
Result<Minted> try_mint(const Engine& engine, const Bytes32& address, const Target& target,
                        const Control* control = nullptr, std::uint32_t nonce_bits = 32);

/// What is wrong with a proof.
enum class IdentityFault : std::uint8_t { none = 0, repetitions = 1, hash = 2 };

/// The stable name: `bad-repetitions`, `high-hash`; empty for none.
std::string_view name(IdentityFault fault) noexcept;

/// Whether a proof meets a target. Takes no memory.
Result<IdentityFault> try_verify_identity(const Bytes32& address, const IdentityProof& proof, const Target& target);

/// The target of a network's identities.
Result<Target> try_identity_target(Network network);

/// Whether a proof is good on a network, which bounds how often an address may be appended to itself. Takes no memory.
Result<IdentityFault> try_check_identity(Network network, const Bytes32& address, const IdentityProof& proof);

#if GRIDNET_EXCEPTIONS
/// \throws Error
inline Target identity_target(Network network) { return try_identity_target(network).or_throw(); }
/// \throws Error
inline IdentityFault check_identity(Network network, const Bytes32& address, const IdentityProof& proof) {
  return try_check_identity(network, address, proof).or_throw();
}
/// \throws Error
inline HeaderFault verify_header(View header, const HashFunction& function = HashFunction::sha256d()) {
  return try_verify_header(header, function).or_throw();
}
/// \throws Error
inline HeaderChain verify_headers(const Engine& engine, View headers, const Retarget& rule = {},
                                  const HashFunction& function = HashFunction::sha256d(),
                                  const Control* control = nullptr) {
  return try_verify_headers(engine, headers, rule, function, control).or_throw();
}
/// \throws Error
inline Minted mint(const Engine& engine, const Bytes32& address, const Target& target,
                   const Control* control = nullptr, std::uint32_t nonce_bits = 32) {
  return try_mint(engine, address, target, control, nonce_bits).or_throw();
}
/// \throws Error
inline IdentityFault verify_identity(const Bytes32& address, const IdentityProof& proof, const Target& target) {
  return try_verify_identity(address, proof, target).or_throw();
}
#endif

}  // namespace gridnet

#endif
