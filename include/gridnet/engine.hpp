/// \file
/// The engine: searching nonces, walking hash chains, digests and signatures in bulk, on every core and graphics processor.
#ifndef GRIDNET_ENGINE_HPP
#define GRIDNET_ENGINE_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/control.hpp"
#include "gridnet/device.hpp"
#include "gridnet/error.hpp"

namespace gridnet {

/// A hash function with 32 bytes of digest, and BLAKE2's personalisation.
struct HashFunction {
  enum class Kind : std::uint8_t { sha256 = 0, sha256d = 1, blake2s = 2, blake2b = 3 };

  Kind kind = Kind::sha256d;
  /// Zeros where there is none; BLAKE2s has 8 bytes, BLAKE2b 16, the others none.
  std::array<std::uint8_t, 16> personal{};

  static HashFunction sha256() noexcept { return {Kind::sha256, {}}; }
  static HashFunction sha256d() noexcept { return {Kind::sha256d, {}}; }
  static HashFunction blake2s() noexcept { return {Kind::blake2s, {}}; }
  static HashFunction blake2b() noexcept { return {Kind::blake2b, {}}; }
};

/// The digest of one message, on the plainest path.
Result<Bytes32> try_hash(const HashFunction& function, View message);

/// A 256-bit number that a digest must not exceed, most significant byte first.
struct Target {
  Bytes32 bytes{};

  /// Met by one digest in 2^bits.
  static Result<Target> try_from_zero_bits(std::uint32_t bits);
  /// Of a header's compact form (Bitcoin's nBits).
  static Result<Target> try_from_compact(std::uint32_t bits);
#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static Target from_zero_bits(std::uint32_t bits) { return try_from_zero_bits(bits).or_throw(); }
  /// \throws Error
  static Target from_compact(std::uint32_t bits) { return try_from_compact(bits).or_throw(); }
#endif
};

/// The order of bytes in a number.
enum class Order : std::uint8_t { little = 0, big = 1 };

/// Where in a message the nonce stands.
struct NonceField {
  std::size_t offset = 0;
  /// 1 to 8.
  std::uint8_t bytes = 4;
  Order endian = Order::little;
};

/// The question of a search: the first nonces, ascending, under which the message's digest meets the target.
struct Search {
  HashFunction function;
  /// Must be there until the search is over: not of a temporary.
  View message;
  NonceField nonce;
  std::uint64_t start = 0;
  /// One past the last; 0 means as far as the field goes.
  std::uint64_t end = 0;
  Target target;
  /// How the digest is read: little for headers, big for identities.
  Order order = Order::little;
  /// So many nonces at most.
  std::size_t limit = 1;
};

/// A nonce that meets the target.
struct Hit {
  std::uint64_t nonce = 0;
  Bytes32 hash{};
};

/// A device's part in an answer.
struct Share {
  std::string id;
  std::string name;
  /// The path that did it: `avx2 ×8 ×1, 2 threads`.
  std::string path;
  std::uint64_t done = 0;
};

/// What an answer took.
struct Report {
  std::vector<Share> devices;
  std::uint64_t nanoseconds = 0;
};

/// The answer of a search.
struct Found {
  std::vector<Hit> hits;
  /// Where to go on after a search that was cancelled: every nonce below was tried.
  std::optional<std::uint64_t> resume;
  Report report;
};

/// What becomes of a signature: the first of these that is wrong with it.
enum class SignatureVerdict : std::uint8_t { good = 0, bad_key = 1, bad_point = 2, bad_scalar = 3, bad_signature = 4 };

/// The stable name, `bad-key`; empty for a good one.
std::string_view name(SignatureVerdict verdict) noexcept;

/// Which devices an engine has.
struct EngineOptions {
  /// `auto`, `cpu`, `gpu`, `all`, or ids of survey(). Empty means `auto`.
  std::vector<std::string> devices;
  /// CPU threads; 0 means one for each core. With 1 and device `cpu` everything happens on the thread of the call.
  std::uint32_t threads = 0;
  /// One in so many of a graphics processor's answers is computed again; 0 means 256.
  std::uint32_t audit_one_in = 0;
  /// Only this CPU path: `avx2`. Empty means the fastest.
  std::string path;
};

/// Devices that compute. Make one and keep it. All calls may be made from any thread, at the same time.
class Engine {
 public:
  /// Makes an engine and tests every path it will use.
  static Result<Engine> try_make(const EngineOptions& options = {});

  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  std::vector<Device> devices() const;
  /// The printable name of what serves a function.
  Result<std::string> try_path(const HashFunction& function) const;

  /// The first hits. When cancelled, what was found and covered until then.
  Result<Found> try_search(const Search& search, const Control* control = nullptr) const;
  /// Hashes each of `count` values as often as its steps say; `ends` has room for as many. What is written never overlaps
  /// what is read, here and below.
  Result<Report> try_walk(const HashFunction& function, View starts, const std::uint64_t* steps, std::size_t count,
                          Room ends, const Control* control = nullptr) const;
  /// The digests of messages of one length, one after the other; as many as `digests` has room for.
  Result<Report> try_digest(const HashFunction& function, View messages, std::size_t length, Room digests,
                            const Control* control = nullptr) const;
  /// What becomes of each Ed25519 signature (ZIP-215) of messages of one length.
  Result<Report> try_verify(View keys, View messages, std::size_t length, View signatures, SignatureVerdict* verdicts,
                            std::size_t count, const Control* control = nullptr) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  explicit Engine(const EngineOptions& options) : Engine(try_make(options).or_throw()) {}
  /// \throws Error
  std::string path(const HashFunction& function) const { return try_path(function).or_throw(); }
  /// \throws Error
  Found search(const Search& question, const Control* control = nullptr) const {
    return try_search(question, control).or_throw();
  }
  /// \throws Error
  Report walk(const HashFunction& function, View starts, const std::uint64_t* steps, std::size_t count, Room ends,
              const Control* control = nullptr) const {
    return try_walk(function, starts, steps, count, ends, control).or_throw();
  }
  /// \throws Error
  Report digest(const HashFunction& function, View messages, std::size_t length, Room digests,
                const Control* control = nullptr) const {
    return try_digest(function, messages, length, digests, control).or_throw();
  }
  /// \throws Error
  Report verify(View keys, View messages, std::size_t length, View signatures, SignatureVerdict* verdicts,
                std::size_t count, const Control* control = nullptr) const {
    return try_verify(keys, messages, length, signatures, verdicts, count, control).or_throw();
  }
#endif

  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl) noexcept;
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace gridnet

#endif
