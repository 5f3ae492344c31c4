/// \file
/// What can go wrong: a stable number, a stable name, and a sentence that says what to do.
///
/// Every function that can fail is there twice. `try_make()` returns a Result and never throws, also in programs without
/// exceptions; `make()` returns the value and throws gridnet::Error.
#ifndef GRIDNET_ERROR_HPP
#define GRIDNET_ERROR_HPP

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define GRIDNET_EXCEPTIONS 1
#include <stdexcept>
#else
#define GRIDNET_EXCEPTIONS 0
#endif

namespace gridnet {

/// Why a call has no answer.
class Failure {
 public:
  /// Returned from a callback, only the message goes further: the call that asked it fails under its own number.
  Failure(std::uint32_t code, std::string name, std::string message)
      : code_(code), name_(std::move(name)), message_(std::move(message)) {}
  /// What a callback returns, in the caller's own words.
  explicit Failure(std::string message) : Failure(206, "callback", std::move(message)) {}

  /// Never changes for this kind of error. The engine's are below 100, the protocol's below 200; those of this face are 201
  /// (unknown: a number that stands for nothing), 202 (size: memory of the wrong size), 203 (empty: an object that was moved
  /// from), 204 (null: a null pointer with a size), 205 (busy: two calls at once that cannot be), 206 (callback: writing down failed, or there was none),
  /// 207 (file), 208 (value: one that cannot be) and 299 (internal: a fault in gridnet itself).
  std::uint32_t code() const noexcept { return code_; }
  /// Never changes either: `cancelled`.
  const std::string& name() const noexcept { return name_; }
  /// What is wrong, and with what.
  const std::string& message() const noexcept { return message_; }

 private:
  std::uint32_t code_;
  std::string name_;
  std::string message_;
};

#if GRIDNET_EXCEPTIONS
/// A Failure as it is thrown. what() is its message.
class Error : public std::runtime_error {
 public:
  explicit Error(const Failure& failure)
      : std::runtime_error(failure.message()), code_(failure.code()), name_(failure.name()) {}

  std::uint32_t code() const noexcept { return code_; }
  const std::string& name() const noexcept { return name_; }

 private:
  std::uint32_t code_;
  std::string name_;
};
#endif

/// An answer, or why there is none. Asked for the one that it does not hold, it ends the program: look first.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  T& value() & { return *held(std::get_if<0>(&state_)); }
  const T& value() const& { return *held(std::get_if<0>(&state_)); }
  T&& value() && { return std::move(*held(std::get_if<0>(&state_))); }
  const Failure& failure() const { return *held(std::get_if<1>(&state_)); }

#if GRIDNET_EXCEPTIONS
  /// The value.
  /// \throws Error
  T or_throw() && {
    if (!ok()) throw Error(failure());
    return std::move(*this).value();
  }
#endif

 private:
  template <class P>
  static P held(P pointer) {
    if (pointer == nullptr) std::abort();
    return pointer;
  }

  std::variant<T, Failure> state_;
};

/// Of a call that answers nothing but that it was done.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() noexcept = default;
  Result(Failure failure) : state_(std::move(failure)) {}

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  const Failure& failure() const {
    const Failure* failure = std::get_if<Failure>(&state_);
    if (failure == nullptr) std::abort();
    return *failure;
  }

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  void or_throw() && {
    if (!ok()) throw Error(failure());
  }
#endif

 private:
  std::variant<std::monostate, Failure> state_;
};

}  // namespace gridnet

#endif
