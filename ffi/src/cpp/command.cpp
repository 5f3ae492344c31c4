#include <algorithm>

#include "impl.hpp"

namespace gridnet {

namespace detail {

static bridge::Instruction instruction(const Instruction& instruction) {
  return {true, static_cast<std::uint8_t>(instruction.kind), instruction.watts};
}
static Instruction instruction(const bridge::Instruction& instruction) {
  return {static_cast<Instruction::Kind>(instruction.kind), instruction.watts};
}
static std::optional<Instruction> instruction_if_any(const bridge::Instruction& asked) {
  return asked.is_there ? std::optional(instruction(asked)) : std::nullopt;
}

std::vector<Bytes32> hashes(const rust::Vec<std::uint8_t>& bytes) {
  std::vector<Bytes32> out(bytes.size() / sizeof(Bytes32));
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::copy_n(bytes.data() + i * sizeof(Bytes32), sizeof(Bytes32), out[i].begin());
  }
  return out;
}

static bridge::Command command(const Command& command) {
  bridge::Command out{};
  out.dso = command.dso;
  out.sequence = command.sequence;
  if (const std::string* area = std::get_if<std::string>(&command.scope)) {
    out.is_for_area = true;
    out.area = rust::String::lossy(*area);
  } else if (const std::vector<Bytes32>* meters = std::get_if<std::vector<Bytes32>>(&command.scope)) {
    out.meters.reserve(meters->size() * sizeof(Bytes32));
    for (const Bytes32& meter : *meters) std::copy(meter.begin(), meter.end(), std::back_inserter(out.meters));
  }
  out.instruction = instruction(command.instruction);
  out.expiry = command.expiry;
  return out;
}
static bridge::SignedCommand command(const SignedCommand& signed_by) {
  return {command(signed_by.body), signed_by.signature};
}
static SignedCommand command(const bridge::SignedCommand& signed_by) {
  const bridge::Command& body = signed_by.body;
  SignedCommand out;
  out.body.dso = body.dso;
  out.body.sequence = body.sequence;
  if (body.is_for_area) {
    out.body.scope = text(body.area);
  } else {
    out.body.scope = hashes(body.meters);
  }
  out.body.instruction = instruction(body.instruction);
  out.body.expiry = body.expiry;
  out.signature = signed_by.signature;
  return out;
}

}  // namespace detail

std::string_view name(Unheeded reason) noexcept {
  return detail::view(bridge::unheeded_name(static_cast<std::uint8_t>(reason)));
}

Result<Bytes32> Command::try_id(Network network) const {
  return detail::told<Bytes32>(detail::lack(), [&](auto& status) {
    return bridge::command_id(detail::number(network), detail::command(*this), status);
  });
}

Result<SignedCommand> Command::try_sign(Network network, const Signer& signer) const {
  return detail::told<SignedCommand>(detail::lack(signer), [&](auto& status) {
    SignedCommand signed_by{*this, {}};
    bridge::sign_command(detail::number(network), detail::command(*this), *signer.impl()->inner, signed_by.signature,
                         status);
    return signed_by;
  });
}

Result<SignedCommand> SignedCommand::try_from_bytes(View bytes) {
  return detail::told<SignedCommand>(detail::lack(bytes), [&](auto& status) {
    bridge::SignedCommand command{};
    bridge::command_from_bytes(detail::slice(bytes), command, status);
    return detail::command(command);
  });
}

Result<std::vector<std::uint8_t>> SignedCommand::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(detail::lack(), [&](auto& status) {
    return detail::bytes(bridge::command_to_bytes(detail::command(*this), status));
  });
}

Result<bool> SignedCommand::try_is_signed(Network network) const {
  return detail::told<bool>(detail::lack(), [&](auto& status) {
    return bridge::is_command_signed(detail::number(network), detail::command(*this), status);
  });
}

CommandLog::CommandLog() : impl_(new Impl) {}
CommandLog::CommandLog(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
CommandLog::~CommandLog() = default;
CommandLog::CommandLog(CommandLog&&) noexcept = default;
CommandLog& CommandLog::operator=(CommandLog&&) noexcept = default;

Result<CommandLog> CommandLog::try_from_bytes(View bytes) {
  return detail::made<CommandLog>(
      detail::lack(bytes), [&](auto& status) { return bridge::command_log_from_bytes(detail::slice(bytes), status); });
}

Result<std::vector<std::uint8_t>> CommandLog::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(
      detail::lack(*this), [&](auto& status) { return detail::bytes(impl_->inner->to_bytes(status)); });
}

Result<void> CommandLog::try_trust(const PublicKey& dso) {
  return detail::done(detail::lack(*this), [&](auto& status) { impl_->inner->trust(dso, status); });
}

Result<void> CommandLog::try_distrust(const PublicKey& dso) {
  return detail::done(detail::lack(*this), [&](auto& status) { impl_->inner->distrust(dso, status); });
}

Result<std::vector<PublicKey>> CommandLog::try_trusted() const {
  return detail::told<std::vector<PublicKey>>(
      detail::lack(*this), [&](auto& status) { return detail::hashes(impl_->inner->trusted(status)); });
}

Result<Heeded> CommandLog::try_receive(Network network, const Bytes32& meter, const std::string& area,
                                       const SignedCommand& command, std::uint64_t now) {
  return detail::told<Heeded>(detail::lack(*this), [&](auto& status) {
    const auto heeded = impl_->inner->receive(detail::number(network), meter, detail::slice(area),
                                              detail::command(command), now, status);
    return Heeded{static_cast<Unheeded>(heeded.reason), detail::instruction(heeded.instruction)};
  });
}

Result<std::optional<Instruction>> CommandLog::try_in_force(std::uint64_t now) const {
  return detail::told<std::optional<Instruction>>(detail::lack(*this), [&](auto& status) {
    return detail::instruction_if_any(impl_->inner->in_force(now, status));
  });
}

Result<std::optional<Instruction>> CommandLog::try_override_current(std::uint64_t now) {
  return detail::told<std::optional<Instruction>>(detail::lack(*this), [&](auto& status) {
    return detail::instruction_if_any(impl_->inner->override_current(now, status));
  });
}

Result<std::vector<LogEntry>> CommandLog::try_entries() const {
  return detail::told<std::vector<LogEntry>>(detail::lack(*this), [&](auto& status) {
    std::vector<LogEntry> out;
    for (const bridge::LogEntry& entry : impl_->inner->entries(status)) {
      out.push_back({entry.at, entry.command, static_cast<LogEntry::Done>(entry.done),
                     static_cast<Unheeded>(entry.reason)});
    }
    return out;
  });
}

}  // namespace gridnet
