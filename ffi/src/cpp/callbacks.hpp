// What Rust asks of C++ in the middle of a call. For the bridge: nothing here throws.
#ifndef GRIDNET_CALLBACKS_HPP
#define GRIDNET_CALLBACKS_HPP

#include <array>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include "gridnet/key.hpp"
#include "gridnet/pool.hpp"
#include "rust/cxx.h"

namespace gridnet::bridge {

struct Change;

/// Whether a callback did what it was asked; else what it says about that. Whatever it throws ends here.
template <class F>
bool asked(rust::String& why, F callback) noexcept {
  try {
    const auto answer = callback();
    if (answer.ok()) return true;
    why = rust::String::lossy(answer.failure().message());
  } catch (const Error& error) {
    why = rust::String::lossy(error.what());
  } catch (const std::exception& error) {
    why = rust::String::lossy(std::string("it threw: ") + error.what());
  } catch (...) {
    why = rust::String::lossy("it threw something that is no std::exception");
  }
  return false;
}

/// Whoever has a key that is not here.
class SignCallback {
 public:
  explicit SignCallback(Signer::Sign sign) : sign_(std::move(sign)) {}
  bool sign(const std::array<std::uint8_t, 32>& digest, std::array<std::uint8_t, 64>& signature,
            rust::String& why) const noexcept;

 private:
  Signer::Sign sign_;
};

/// Whoever writes down what a pool has given away.
class PersistCallback {
 public:
  explicit PersistCallback(const OwnedPool::Persist& persist) : persist_(persist) {}
  bool persist(const Change& change, rust::String& why) const noexcept;

 private:
  const OwnedPool::Persist& persist_;
};

}  // namespace gridnet::bridge

#endif
