/// \file
/// Cancelling a call, and watching it, from another thread.
#ifndef GRIDNET_CONTROL_HPP
#define GRIDNET_CONTROL_HPP

#include <cstdint>
#include <memory>

namespace gridnet {

/// What a Control said at one moment.
struct Progress {
  /// Candidates, steps, messages or signatures so far.
  std::uint64_t done = 0;
  /// The most there may be to do.
  std::uint64_t total = 0;
  /// Since the Control was made.
  double seconds = 0;
  /// Units a second over the last ten seconds, all devices together.
  double rate = 0;
};

/// How a call is watched and ended. Every member may be called from any thread while calls that it was given to are under
/// way; it must outlive those.
class Control {
 public:
  Control();
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;
  Control(Control&&) = delete;
  Control& operator=(Control&&) = delete;

  /// Ends every call that has this Control, within 50 ms, and those to come. Cannot be taken back.
  void cancel() const noexcept;
  bool is_cancelled() const noexcept;
  Progress progress() const;

  struct Impl;
  const Impl& impl() const noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace gridnet

#endif
