/// \file
/// Transmission tokens: a range of a bank's hashes, promised to whoever carries something to a receiver.
#ifndef GRIDNET_TOKEN_HPP
#define GRIDNET_TOKEN_HPP

#include <cstdint>
#include <memory>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/proof.hpp"
#include "gridnet/reason.hpp"

namespace gridnet {

/// How hops share.
struct Terms {
  enum class Rule : std::uint8_t {
    /// Each keeps what it does not pass on; the last keeps all that it is given.
    payrate = 0,
    /// Each of n gets 1/2^n, and the rest is burnt.
    sybil_neutral = 1
  };

  /// A hop passes a/b of what it is given on; 1 <= a < b.
  std::uint16_t a = 3;
  std::uint16_t b = 4;
  Rule rule = Rule::payrate;
};

/// Who signs a token: its pool's owner.
struct Sender {
  PublicKey key{};
  /// Of its address.
  IdentityProof proof;
};

/// What a token says.
struct TokenBody {
  /// The number of its network.
  std::uint32_t network = 0;
  /// The id of its pool.
  Bytes32 pool{};
  std::uint16_t bank = 0;
  /// Hashes beyond `from` down to `depth` are its own.
  std::uint32_t from = 0;
  std::uint32_t depth = 0;
  /// The word at `depth`.
  Bytes32 word{};
  Terms terms;
  Receiver receiver;
  /// The digest of what is carried.
  Bytes32 content{};
  /// Not valid before, in seconds since 1970.
  std::uint64_t issued = 0;
  /// Not valid after.
  std::uint64_t expiry = 0;
  /// The key of the first holder, for this session only.
  PublicKey first_key{};
  Sender sender;
};

/// The digest of a bundle, or of one packet of a stream.
Result<Bytes32> try_bundle_content(const Address& destination, std::uint64_t expiry, View payload);
/// The digest of a stream in which one more packet was sent; of one that nothing was sent in it is 32 zeros.
Result<Bytes32> try_stream_content(const Bytes32& previous, const Bytes32& packet);

/// A signed token. Never changes; copies are the same token.
class Token {
 public:
  static Result<Token> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;

  Result<TokenBody> try_body() const;
  Result<Bytes32> try_id(Network network) const;
  Result<Bytes32> try_session() const;
  /// All that can be said of it without the ledger. Takes no memory.
  Result<Reason> try_check(Network network) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static Token from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  TokenBody body() const { return try_body().or_throw(); }
  /// \throws Error
  Bytes32 id(Network network) const { return try_id(network).or_throw(); }
  /// \throws Error
  Bytes32 session() const { return try_session().or_throw(); }
  /// \throws Error
  Reason check(Network network) const { return try_check(network).or_throw(); }
#endif

  struct Impl;
  explicit Token(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;
};

#if GRIDNET_EXCEPTIONS
/// \throws Error
inline Bytes32 bundle_content(const Address& destination, std::uint64_t expiry, View payload) {
  return try_bundle_content(destination, expiry, payload).or_throw();
}
/// \throws Error
inline Bytes32 stream_content(const Bytes32& previous, const Bytes32& packet) {
  return try_stream_content(previous, packet).or_throw();
}
#endif

}  // namespace gridnet

#endif
