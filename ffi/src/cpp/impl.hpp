// What the public headers hide, and the ways between their types and the bridge's. For this folder alone.
#ifndef GRIDNET_IMPL_HPP
#define GRIDNET_IMPL_HPP

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "gridnet-ffi/src/bridge.rs.h"
#include "gridnet-ffi/src/bridge/contract.rs.h"
#include "gridnet-ffi/src/bridge/meter.rs.h"
#include "gridnet-ffi/src/bridge/spv.rs.h"
#include "gridnet/gridnet.hpp"

namespace gridnet {

struct Control::Impl {
  rust::Box<bridge::Control> control = bridge::new_control();
};

struct Engine::Impl {
  rust::Box<bridge::Engine> inner;
};

struct Signer::Impl {
  rust::Box<bridge::Signer> inner;
};
struct SealSecret::Impl {
  rust::Box<bridge::SealSecret> inner;
};
struct Token::Impl {
  rust::Box<bridge::Token> inner;
};
struct PoolCard::Impl {
  rust::Box<bridge::PoolCard> inner;
};
struct OwnedPool::Impl {
  rust::Box<bridge::OwnedPool> inner;
};
struct Candidate::Impl {
  rust::Box<bridge::Candidate> inner;
};
struct Custody::Impl {
  rust::Box<bridge::Custody> inner;
};
struct TransitPool::Impl {
  rust::Box<bridge::TransitPool> inner;
};
struct ClaimedPool::Impl {
  rust::Box<bridge::ClaimedPool> inner;
};
struct Datagram::Impl {
  rust::Box<bridge::Datagram> inner;
};
struct Context::Impl {
  rust::Box<bridge::Context> inner;
};
struct Claims::Impl {
  rust::Box<bridge::Claims> inner = bridge::new_claims();
};
struct Sequence::Impl {
  rust::Box<bridge::Sequence> inner = bridge::new_sequence();
};
struct CommandLog::Impl {
  rust::Box<bridge::CommandLog> inner = bridge::new_command_log();
};
struct Party::Impl {
  rust::Box<bridge::Party> inner;
};
struct VerifiedHeaders::Impl {
  rust::Box<bridge::VerifiedHeaders> inner;
};
struct Watcher::Impl {
  rust::Box<bridge::Watcher> inner;
};

namespace detail {

inline rust::Slice<const std::uint8_t> slice(View bytes) { return {bytes.data(), bytes.size()}; }
inline rust::Slice<std::uint8_t> slice(Room bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view view(rust::Str text) { return {text.data(), text.size()}; }
inline std::string text(const rust::String& text) { return std::string(text); }

/// What was refused, if something was.
inline bool is_good(const bridge::Status& status) { return status.code == 0; }
inline Failure failure(const bridge::Status& status) {
  return Failure(status.code, text(status.name), text(status.message));
}

/// Of an object that was moved from.
Failure empty(const char* what);
/// Of a null pointer that should point to something.
Failure null();

inline const char* noun(const Engine&) { return "engine"; }
inline const char* noun(const Signer&) { return "signer"; }
inline const char* noun(const SealSecret&) { return "seal secret"; }
inline const char* noun(const Token&) { return "token"; }
inline const char* noun(const PoolCard&) { return "pool card"; }
inline const char* noun(const OwnedPool&) { return "token pool"; }
inline const char* noun(const Candidate&) { return "candidate"; }
inline const char* noun(const Custody&) { return "custody chain"; }
inline const char* noun(const TransitPool&) { return "transit pool"; }
inline const char* noun(const ClaimedPool&) { return "claimed pool"; }
inline const char* noun(const Datagram&) { return "datagram"; }
inline const char* noun(const Context&) { return "context"; }
inline const char* noun(const Claims&) { return "list of claims"; }
inline const char* noun(const Sequence&) { return "sequence"; }
inline const char* noun(const CommandLog&) { return "command log"; }
inline const char* noun(const Party&) { return "party"; }
inline const char* noun(const VerifiedHeaders&) { return "chain of headers"; }
inline const char* noun(const Watcher&) { return "watcher"; }

/// What is missing of what a call was given, if something is.
using Lack = std::optional<Failure>;
inline Lack lack() { return std::nullopt; }
inline Lack lack_of(View bytes) {
  return bytes.data() == nullptr && bytes.size() > 0 ? Lack(null()) : std::nullopt;
}
inline Lack lack_of(Room bytes) { return lack_of(View(bytes.data(), bytes.size())); }
template <class T>
Lack lack_of(const T& object) {
  return object.impl() == nullptr ? Lack(empty(noun(object))) : std::nullopt;
}
template <class First, class... Rest>
Lack lack(const First& first, const Rest&... rest) {
  Lack found = lack_of(first);
  return found ? found : lack(rest...);
}

/// What is read and what is written must not be the same memory: Rust takes both for its own.
Lack overlap(View read, Room written);

/// Asks the bridge for a value.
template <class T, class F>
Result<T> told(Lack lack, F call) {
  if (lack) return *std::move(lack);
  bridge::Status status;
  T answer = static_cast<T>(call(status));
  if (!is_good(status)) return failure(status);
  return answer;
}

/// Asks the bridge for an object.
template <class T, class F>
Result<T> made(Lack lack, F call) {
  if (lack) return *std::move(lack);
  bridge::Status status;
  typename T::Impl impl{call(status)};
  if (!is_good(status)) return failure(status);
  if constexpr (std::is_copy_constructible_v<T>) {
    return T(std::make_shared<const typename T::Impl>(std::move(impl)));
  } else {
    return T(std::make_unique<typename T::Impl>(std::move(impl)));
  }
}

/// Asks the bridge to do something.
template <class F>
Result<void> done(Lack lack, F call) {
  if (lack) return *std::move(lack);
  bridge::Status status;
  call(status);
  if (!is_good(status)) return failure(status);
  return {};
}

inline std::uint32_t number(Network network) { return static_cast<std::uint32_t>(network); }
inline std::vector<std::uint8_t> bytes(const rust::Vec<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

bridge::Receiver receiver(const Receiver& receiver);
Receiver receiver(const bridge::Receiver& receiver);
bridge::Terms terms(const Terms& terms);
Terms terms(const bridge::Terms& terms);
bridge::Registration registration(const Registration& registration);
bridge::Registration plan(const PoolPlan& plan);
Registration registration(const bridge::Registration& registration);
bridge::Opening opening(const Opening& opening);
std::vector<std::optional<Opening>> openings(const rust::Vec<bridge::Opening>& openings);
std::vector<Share> shares(const rust::Vec<bridge::Share>& shares);

bridge::SignedReading reading(const SignedReading& reading);
SignedReading reading(const bridge::SignedReading& reading);
bridge::MeterFacts facts(const MeterFacts& facts);
bridge::KeptReading kept(const std::optional<KeptReading>& kept);
std::optional<KeptReading> kept_if_any(const bridge::KeptReading& kept);
Certificate certificate(const bridge::Certificate& certificate);
Contract contract(const bridge::Contract& contract);
bridge::Checkpoint checkpoint(const Checkpoint& checkpoint);
Checkpoint checkpoint(const bridge::Checkpoint& checkpoint);
SpvVerdict verdict(const bridge::SpvVerdict& verdict);
/// As many hashes as their bytes make.
std::vector<Bytes32> hashes(const rust::Vec<std::uint8_t>& bytes);

Device device(const bridge::Device& device);
Report report(const bridge::Report& report);
bridge::Function function(const HashFunction& function);

/// The caller's control, or one that nobody else has.
class Watched {
 public:
  explicit Watched(const Control* control) : control_(control == nullptr ? &own_.emplace() : control) {}
  const bridge::Control& operator*() const { return *control_->impl().control; }

 private:
  std::optional<Control> own_;
  const Control* control_;
};

}  // namespace detail
}  // namespace gridnet

#endif
