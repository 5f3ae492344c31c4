/// \file
/// Networks, keys and addresses, and whoever signs: a key in memory or in a file, or a secure element that keeps its key to
/// itself.
#ifndef GRIDNET_KEY_HPP
#define GRIDNET_KEY_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/error.hpp"

namespace gridnet {

/// A network: nothing of one is valid on another.
enum class Network : std::uint32_t {
  /// Where coins are worth something.
  main = 1,
  /// Where they are not.
  test = 2,
  /// One's own, with a trivial target.
  regtest = 3
};

/// An Ed25519 key.
using PublicKey = Bytes32;
/// The hash of a key: whose something is.
using Address = Bytes32;
/// An X25519 key that something can be sealed to.
using SealKey = Bytes32;
/// An Ed25519 signature, verified by ZIP-215.
using Signature = Bytes64;

/// 32 bytes that the operating system draws.
Result<Bytes32> try_draw();
Result<Address> try_address_of(const PublicKey& key);
/// An address as people read it: `grid1...`, `tgrid1...`, `rgrid1...`.
Result<std::string> try_address_text(Network network, const Address& address);
Result<Address> try_address_from_text(Network network, const std::string& text);
/// Whether a key may take part in anything: one encoding, no point of small order.
Result<bool> try_is_admitted(const PublicKey& key);
/// Whether this is the key's signature of 32 bytes.
Result<bool> try_is_signature(const PublicKey& key, const Bytes32& digest, const Signature& signature);

class SealSecret;

/// A receiver as tokens name it: what it signs with, what is sealed for it, and the first key's signature of both.
struct Receiver {
  PublicKey key{};
  SealKey seal_key{};
  Signature binding{};

  static Result<Receiver> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static Receiver from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
#endif
};

/// Who signs. May be used by several threads at once if its callback may. Copies are the same signer.
class Signer {
 public:
  /// Signs 32 bytes, on the thread of the call that needs it. When it fails, or throws, so does that call, with `signer`
  /// (117) and its message; a signature that is not the key's is never passed on.
  using Sign = std::function<Result<Signature>(const Bytes32& digest)>;

  /// A fresh key, in memory alone.
  static Result<Signer> try_draw();
  /// The key of a seed, which was drawn evenly and is told to nobody.
  static Result<Signer> try_from_seed(const Bytes32& seed);
  /// The key of a file that write() made.
  static Result<Signer> try_read(const std::string& path);
  /// A key that a secure element keeps to itself.
  static Result<Signer> try_elsewhere(const PublicKey& key, Sign sign);

  /// Writes a new file that its owner alone may read; one that is there already is left as it is.
  Result<void> try_write(const std::string& path) const;
  Result<PublicKey> try_public_key() const;
  /// Signs 32 bytes that a callback was asked to sign: for a process that keeps keys for others. Whoever lets strangers
  /// choose them signs away what the key is worth.
  Result<Signature> try_sign(const Bytes32& digest) const;
  /// Binds this key and one that is sealed to together.
  Result<Receiver> try_bind(Network network, const SealKey& seal_key) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static Signer draw() { return try_draw().or_throw(); }
  /// \throws Error
  static Signer from_seed(const Bytes32& seed) { return try_from_seed(seed).or_throw(); }
  /// \throws Error
  static Signer read(const std::string& path) { return try_read(path).or_throw(); }
  /// \throws Error
  static Signer elsewhere(const PublicKey& key, Sign sign) { return try_elsewhere(key, std::move(sign)).or_throw(); }
  /// \throws Error
  void write(const std::string& path) const { try_write(path).or_throw(); }
  /// \throws Error
  PublicKey public_key() const { return try_public_key().or_throw(); }
  /// \throws Error
  Signature sign(const Bytes32& digest) const { return try_sign(digest).or_throw(); }
  /// \throws Error
  Receiver bind(Network network, const SealKey& seal_key) const { return try_bind(network, seal_key).or_throw(); }
#endif

  struct Impl;
  explicit Signer(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// The secret of a receiver's seal key. Copies are the same secret, which is wiped from memory with the last of them.
class SealSecret {
 public:
  static Result<SealSecret> try_draw();
  /// The secret of these bytes, which were drawn evenly and are told to nobody.
  static Result<SealSecret> try_from_bytes(const Bytes32& bytes);
  /// The secret of a file that write() made.
  static Result<SealSecret> try_read(const std::string& path);

  /// Writes a new file that its owner alone may read; one that is there already is left as it is.
  Result<void> try_write(const std::string& path) const;
  Result<SealKey> try_public_key() const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static SealSecret draw() { return try_draw().or_throw(); }
  /// \throws Error
  static SealSecret from_bytes(const Bytes32& bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  static SealSecret read(const std::string& path) { return try_read(path).or_throw(); }
  /// \throws Error
  void write(const std::string& path) const { try_write(path).or_throw(); }
  /// \throws Error
  SealKey public_key() const { return try_public_key().or_throw(); }
#endif

  struct Impl;
  explicit SealSecret(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// Whether a receiver's keys are bound together.
Result<bool> try_is_bound(Network network, const Receiver& receiver);

#if GRIDNET_EXCEPTIONS
/// \throws Error
inline Bytes32 draw() { return try_draw().or_throw(); }
/// \throws Error
inline Address address_of(const PublicKey& key) { return try_address_of(key).or_throw(); }
/// \throws Error
inline std::string address_text(Network network, const Address& address) {
  return try_address_text(network, address).or_throw();
}
/// \throws Error
inline Address address_from_text(Network network, const std::string& text) {
  return try_address_from_text(network, text).or_throw();
}
/// \throws Error
inline bool is_admitted(const PublicKey& key) { return try_is_admitted(key).or_throw(); }
/// \throws Error
inline bool is_signature(const PublicKey& key, const Bytes32& digest, const Signature& signature) {
  return try_is_signature(key, digest, signature).or_throw();
}
/// \throws Error
inline bool is_bound(Network network, const Receiver& receiver) { return try_is_bound(network, receiver).or_throw(); }
#endif

}  // namespace gridnet

#endif
