/// \file
/// Datagrams: something sealed, with what pays for carrying it and who did so far.
#ifndef GRIDNET_DATAGRAM_HPP
#define GRIDNET_DATAGRAM_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/custody.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/pool.hpp"
#include "gridnet/reason.hpp"
#include "gridnet/token.hpp"

namespace gridnet {

/// Most bytes of a datagram's payload.
constexpr std::size_t payload_bytes_max = 65'535;

/// A datagram. Never changes; copies are the same one.
class Datagram {
 public:
  /// \param destination where it goes
  /// \param expiry after this nobody need carry it, in seconds since 1970
  /// \param payload what is carried, which the token's content is the digest of: sealed
  static Result<Datagram> try_make(const Token& token, const Custody& custody, const Address& destination,
                                   std::uint64_t expiry, View payload);
  static Result<Datagram> try_from_file(View file);
  Result<std::vector<std::uint8_t>> try_to_file() const;
  /// The same with a card for its token.
  Result<Datagram> try_with_card(const PoolCard& card) const;
  /// The same as it goes on: with those who carried it by now.
  Result<Datagram> try_with_custody(const Custody& custody) const;

  /// What pays for it.
  Result<Token> try_token() const;
  /// What shows that it does, if it was put in.
  Result<std::optional<PoolCard>> try_card() const;
  /// Who carried it so far.
  Result<Custody> try_custody() const;
  Result<Address> try_destination() const;
  Result<std::uint64_t> try_expiry() const;
  Result<std::vector<std::uint8_t>> try_payload() const;

  /// Whether it should be carried on, at this moment, in seconds since 1970: its token, the sender's identity, its card if
  /// it has one, its custody, its times, its content. It says nothing about worth: for that there must be a card(), and
  /// PoolCard::is_of() and then leads_to_ceiling() must be true. Takes no memory.
  /// \param previous null for a bundle; for one packet of a stream the content of those before it, for the first 32 zeros
  Result<Refusal> try_check(Network network, std::uint64_t now, const Bytes32* previous = nullptr) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static Datagram make(const Token& token, const Custody& custody, const Address& destination, std::uint64_t expiry,
                       View payload) {
    return try_make(token, custody, destination, expiry, payload).or_throw();
  }
  /// \throws Error
  static Datagram from_file(View file) { return try_from_file(file).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_file() const { return try_to_file().or_throw(); }
  /// \throws Error
  Datagram with_card(const PoolCard& card) const { return try_with_card(card).or_throw(); }
  /// \throws Error
  Datagram with_custody(const Custody& custody) const { return try_with_custody(custody).or_throw(); }
  /// \throws Error
  Token token() const { return try_token().or_throw(); }
  /// \throws Error
  std::optional<PoolCard> card() const { return try_card().or_throw(); }
  /// \throws Error
  Custody custody() const { return try_custody().or_throw(); }
  /// \throws Error
  Address destination() const { return try_destination().or_throw(); }
  /// \throws Error
  std::uint64_t expiry() const { return try_expiry().or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> payload() const { return try_payload().or_throw(); }
  /// \throws Error
  Refusal check(Network network, std::uint64_t now, const Bytes32* previous = nullptr) const {
    return try_check(network, now, previous).or_throw();
  }
#endif

  struct Impl;
  explicit Datagram(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace gridnet

#endif
