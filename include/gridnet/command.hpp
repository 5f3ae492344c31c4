/// \file
/// Emergency commands: what a grid operator asks of meters, and what a device does about it. Information only: a device heeds
/// those whom its owner trusts, the owner may override them, and nothing in the ledger depends on it.
#ifndef GRIDNET_COMMAND_HPP
#define GRIDNET_COMMAND_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gridnet/bytes.hpp"
#include "gridnet/error.hpp"
#include "gridnet/key.hpp"
#include "gridnet/reason.hpp"

namespace gridnet {

/// Meters that one command may name.
constexpr std::size_t command_meters_max = 96;
/// Operators that a device heeds, at most.
constexpr std::size_t operators_max = 64;
/// Entries of a command log, at most.
constexpr std::size_t log_entries_max = 1'024;

/// What is asked of a meter.
struct Instruction {
  /// The ones before are the stricter.
  enum class Kind : std::uint8_t {
    /// Leave the grid.
    disconnect = 0,
    /// Neither give nor take energy.
    stop = 1,
    /// Neither give nor take more than so many watts. Of two, fewer watts are the stricter.
    curtail = 2,
    /// Do as before.
    restore = 3
  };

  Kind kind = Kind::restore;
  /// Of Kind::curtail; of the others 0.
  std::uint32_t watts = 0;
};

struct SignedCommand;

/// What a command says.
struct Command {
  /// Who asks: a grid operator.
  PublicKey dso{};
  /// Larger than in every command that it sent to the same meters before.
  std::uint64_t sequence = 0;
  /// Whom it asks: every meter of an area, by its name, or the meters of these ids.
  std::variant<std::string, std::vector<Bytes32>> scope;
  Instruction instruction;
  /// The last moment at which it holds, in seconds since 1970.
  std::uint64_t expiry = 0;

  Result<Bytes32> try_id(Network network) const;
  /// The operator signs it. With another's key: a failure, `order` (111).
  Result<SignedCommand> try_sign(Network network, const Signer& signer) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  Bytes32 id(Network network) const { return try_id(network).or_throw(); }
  /// \throws Error
  inline SignedCommand sign(Network network, const Signer& signer) const;
#endif
};

/// A signed command.
struct SignedCommand {
  Command body;
  /// The operator's, of that.
  Signature signature{};

  static Result<SignedCommand> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;
  /// Whether the operator that it names signed it. Whether that one is to be heeded a CommandLog says.
  Result<bool> try_is_signed(Network network) const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static SignedCommand from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  bool is_signed(Network network) const { return try_is_signed(network).or_throw(); }
#endif
};

/// What a device does about a command.
struct Heeded {
  /// Why it does nothing; none when it does what the instruction says.
  Unheeded reason = Unheeded::none;
  Instruction instruction;

  bool ok() const noexcept { return reason == Unheeded::none; }
};

/// What a device did, and when.
struct LogEntry {
  enum class Done : std::uint8_t {
    /// It did as it was asked.
    heeded = 0,
    /// Its owner said otherwise, on its own responsibility.
    overridden = 1,
    /// It did nothing.
    ignored = 2
  };

  /// In seconds since 1970.
  std::uint64_t at = 0;
  /// The command's id.
  Bytes32 command{};
  Done done = Done::heeded;
  /// Why a command was ignored; none for the others.
  Unheeded reason = Unheeded::none;
};

/// A device's own state about commands: whom its owner trusts, what is asked of it now, and the newest 1,024 entries of
/// what it did. A full log loses the oldest command that was ignored, so that whoever is not heeded cannot flood out what
/// was done. To be written down after each change: who forgets it heeds old commands again.
///
/// To be changed by one thread: what comes at the same time is refused.
class CommandLog {
 public:
  /// Of a device that heeds nobody yet.
  CommandLog();
  static Result<CommandLog> try_from_bytes(View bytes);
  Result<std::vector<std::uint8_t>> try_to_bytes() const;

  /// From now on this operator is heeded. A key that is not admitted is a failure, `bad-key` (104); one more than 64,
  /// `too-many` (102).
  Result<void> try_trust(const PublicKey& dso);
  /// From now on this operator is not heeded, and what it asked does not hold any more.
  Result<void> try_distrust(const PublicKey& dso);
  /// Who is heeded.
  Result<std::vector<PublicKey>> try_trusted() const;

  /// What the device of this meter, in this area, does about a command, at this moment, in seconds since 1970. It is
  /// written down either way.
  Result<Heeded> try_receive(Network network, const Bytes32& meter, const std::string& area,
                             const SignedCommand& command, std::uint64_t now);
  /// What is asked of the device at this moment; of several operators the strictest. It ends by itself when its time is
  /// over.
  Result<std::optional<Instruction>> try_in_force(std::uint64_t now) const;
  /// The owner says otherwise, on its own responsibility: what is asked of the device now does not hold any more. What that
  /// was, if anything; commands that come later hold again.
  Result<std::optional<Instruction>> try_override_current(std::uint64_t now);
  /// What was done, the oldest first.
  Result<std::vector<LogEntry>> try_entries() const;

#if GRIDNET_EXCEPTIONS
  /// \throws Error
  static CommandLog from_bytes(View bytes) { return try_from_bytes(bytes).or_throw(); }
  /// \throws Error
  std::vector<std::uint8_t> to_bytes() const { return try_to_bytes().or_throw(); }
  /// \throws Error
  void trust(const PublicKey& dso) { try_trust(dso).or_throw(); }
  /// \throws Error
  void distrust(const PublicKey& dso) { try_distrust(dso).or_throw(); }
  /// \throws Error
  std::vector<PublicKey> trusted() const { return try_trusted().or_throw(); }
  /// \throws Error
  Heeded receive(Network network, const Bytes32& meter, const std::string& area, const SignedCommand& command,
                 std::uint64_t now) {
    return try_receive(network, meter, area, command, now).or_throw();
  }
  /// \throws Error
  std::optional<Instruction> in_force(std::uint64_t now) const { return try_in_force(now).or_throw(); }
  /// \throws Error
  std::optional<Instruction> override_current(std::uint64_t now) { return try_override_current(now).or_throw(); }
  /// \throws Error
  std::vector<LogEntry> entries() const { return try_entries().or_throw(); }
#endif

  struct Impl;
  explicit CommandLog(std::unique_ptr<Impl> impl) noexcept;
  ~CommandLog();
  CommandLog(CommandLog&&) noexcept;
  CommandLog& operator=(CommandLog&&) noexcept;
  const Impl* impl() const noexcept { return impl_.get(); }

 private:
  std::unique_ptr<Impl> impl_;
};

#if GRIDNET_EXCEPTIONS
inline SignedCommand Command::sign(Network network, const Signer& signer) const { return try_sign(network, signer).or_throw(); }
#endif

}  // namespace gridnet

#endif
