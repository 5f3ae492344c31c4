#include <gridnet/command.hpp>
#include <gridnet/command.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

using gridnet::Bytes32;
using gridnet::Command;
using gridnet::CommandLog;
using gridnet::Heeded;
using gridnet::Instruction;
using gridnet::LogEntry;
using gridnet::Network;
using gridnet::SignedCommand;
using gridnet::Unheeded;
using world::NETWORK;
using world::NOW;

using Bytes = std::vector<std::uint8_t>;
using Kind = Instruction::Kind;

const char* const area = "north";

Bytes32 meter() { return world::secret("the meter's id"); }

Command command(std::uint64_t sequence, const Instruction& instruction, const std::string& dso = "dso") {
  Command command;
  command.dso = world::key(dso).public_key();
  command.sequence = sequence;
  command.scope = std::string(area);
  command.instruction = instruction;
  command.expiry = NOW + 100;
  return command;
}

SignedCommand signed_command(std::uint64_t sequence, const Instruction& instruction,
                             const std::string& dso = "dso") {
  return command(sequence, instruction, dso).sign(NETWORK, world::key(dso));
}

/// A log that heeds these.
CommandLog heeding(const std::vector<std::string>& operators) {
  CommandLog log;
  for (const std::string& dso : operators) log.trust(world::key(dso).public_key());
  return log;
}

Heeded receive(CommandLog& log, const SignedCommand& command, std::uint64_t now = NOW) {
  return log.receive(NETWORK, meter(), area, command, now);
}

/// What is asked, as `curtail 500`.
std::string asked(const std::optional<Instruction>& instruction) {
  if (!instruction) return "nothing";
  const char* const kinds[] = {"disconnect", "stop", "curtail", "restore"};
  return std::string(kinds[static_cast<int>(instruction->kind)]) + ' ' + std::to_string(instruction->watts);
}

}  // namespace

TEST_CASE("only the operator signs, and for one network") {
  const SignedCommand good = command(7, {Kind::stop, 0}).sign(NETWORK, world::elsewhere("dso"));
  CHECK(good.is_signed(NETWORK));
  CHECK(!good.is_signed(Network::main));
  CHECK(good.body.id(NETWORK) != good.body.id(Network::main));
  SignedCommand bad = good;
  bad.body.sequence = 8;
  CHECK(!bad.is_signed(NETWORK));
  CHECK(bad.body.id(NETWORK) != good.body.id(NETWORK));
  CHECK(why(good.body.try_sign(NETWORK, world::key("another"))) == "111 order");
  CHECK(why(good.body.try_sign(NETWORK, world::locked("dso"))) == "117 signer");
  CHECK(why(good.body.try_sign(NETWORK, gridnet::Signer(nullptr))) == "203 empty");
  CHECK(why(good.try_is_signed(static_cast<Network>(0))) == "201 unknown");
  CHECK(thrown_by([&] { good.body.sign(NETWORK, world::key("another")); }) == "111 order");
}

TEST_CASE("a command comes back from its bytes as it was") {
  const SignedCommand good = signed_command(7, {Kind::curtail, 500});
  SignedCommand read = SignedCommand::from_bytes(good.to_bytes());
  CHECK(read.body.dso == good.body.dso);
  CHECK(read.body.sequence == 7);
  CHECK(read.body.scope == good.body.scope);
  CHECK(asked(read.body.instruction) == "curtail 500");
  CHECK(read.body.expiry == NOW + 100);
  CHECK(read.signature == good.signature);
  for (const std::size_t count : {0U, 1U, 96U}) {
    Command to_meters = command(8, {Kind::disconnect, 0});
    to_meters.scope = std::vector<Bytes32>(count, meter());
    read = SignedCommand::from_bytes(to_meters.sign(NETWORK, world::key("dso")).to_bytes());
    CHECK(read.body.scope == to_meters.scope);
    CHECK(asked(read.body.instruction) == "disconnect 0");
    CHECK(read.is_signed(NETWORK));
  }
}

TEST_CASE("every byte of a command counts") {
  const Bytes good = signed_command(7, {Kind::curtail, 500}).to_bytes();
  const auto is_good = [](const Bytes& bytes) {
    const auto read = SignedCommand::try_from_bytes(bytes);
    return read.ok() && read.value().is_signed(NETWORK);
  };
  CHECK(is_good(good));
  for (std::size_t place = 0; place < good.size(); ++place) {
    Bytes bad = good;
    bad[place] ^= 1;
    INFO(place);
    CHECK(!is_good(bad));
  }
}

TEST_CASE("what is no command is refused by name") {
  CHECK(why(SignedCommand::try_from_bytes({})) == "101 encoding");
  CHECK(why(SignedCommand::try_from_bytes({nullptr, 9})) == "204 null");
  Command bad = command(7, {Kind::stop, 500});
  CHECK(why(bad.try_id(NETWORK)) == "208 value");
  bad.instruction = {static_cast<Kind>(4), 0};
  CHECK(why(bad.try_sign(NETWORK, world::key("dso"))) == "201 unknown");
  bad = command(7, {Kind::stop, 0});
  bad.scope = std::string("two words");
  CHECK(why(bad.try_id(NETWORK)) == "101 encoding");
  bad.scope = std::vector<Bytes32>(gridnet::command_meters_max + 1);
  CHECK(why(bad.try_id(NETWORK)) == "102 too-many");
  CHECK(why(SignedCommand{bad, {}}.try_to_bytes()) == "102 too-many");
}

TEST_CASE("each rule about a command is looked at, and everything is written down") {
  CommandLog log = heeding({"dso"});
  const Heeded heeded = receive(log, signed_command(7, {Kind::stop, 0}));
  CHECK(heeded.ok());
  CHECK(heeded.instruction.kind == Kind::stop);
  SignedCommand forged = signed_command(8, {Kind::restore, 0});
  forged.signature[40] ^= 1;
  CHECK(receive(log, forged).reason == Unheeded::signature);
  Command elsewhere = command(8, {Kind::restore, 0});
  elsewhere.scope = std::string("south");
  CHECK(receive(log, elsewhere.sign(NETWORK, world::key("dso"))).reason == Unheeded::other_place);
  elsewhere.scope = std::vector<Bytes32>{world::secret("another meter")};
  CHECK(receive(log, elsewhere.sign(NETWORK, world::key("dso"))).reason == Unheeded::other_place);
  const SignedCommand later = signed_command(8, {Kind::restore, 0});
  CHECK(receive(log, later, NOW + 101).reason == Unheeded::expired);
  CHECK(receive(log, signed_command(7, {Kind::restore, 0})).reason == Unheeded::replayed);
  CHECK(receive(log, signed_command(99, {Kind::restore, 0}, "stranger")).reason == Unheeded::untrusted);
  // None of these changed anything.
  CHECK(asked(log.in_force(NOW)) == "stop 0");
  const auto entries = log.entries();
  REQUIRE(entries.size() == 7);
  CHECK(entries[0].at == NOW);
  CHECK(entries[0].command == command(7, {Kind::stop, 0}).id(NETWORK));
  CHECK(entries[0].done == LogEntry::Done::heeded);
  CHECK(entries[0].reason == Unheeded::none);
  CHECK(entries[1].command == forged.body.id(NETWORK));
  const Unheeded reasons[] = {Unheeded::signature, Unheeded::other_place, Unheeded::other_place,
                              Unheeded::expired,   Unheeded::replayed,    Unheeded::untrusted};
  for (std::size_t i = 1; i < entries.size(); ++i) {
    CHECK(entries[i].done == LogEntry::Done::ignored);
    CHECK(entries[i].reason == reasons[i - 1]);
  }
  CHECK(entries[4].at == NOW + 101);
  CHECK(receive(log, later, NOW + 100).ok());
  CHECK(asked(log.in_force(NOW)) == "nothing");
}

TEST_CASE("of several operators the strictest is heeded, and each command ends by itself") {
  CommandLog log = heeding({"dso", "another"});
  CHECK(asked(log.in_force(NOW)) == "nothing");
  CHECK(receive(log, signed_command(1, {Kind::curtail, 500})).ok());
  CHECK(asked(log.in_force(NOW + 100)) == "curtail 500");
  CHECK(asked(log.in_force(NOW + 101)) == "nothing");
  CHECK(receive(log, signed_command(1, {Kind::disconnect, 0}, "another")).ok());
  CHECK(asked(log.in_force(NOW)) == "disconnect 0");
  log.distrust(world::key("another").public_key());
  CHECK(asked(log.in_force(NOW)) == "curtail 500");
  CHECK(log.trusted() == std::vector<gridnet::PublicKey>{world::key("dso").public_key()});
  CHECK(receive(log, signed_command(2, {Kind::stop, 0}, "another")).reason == Unheeded::untrusted);
}

TEST_CASE("the owner may override, and it is written down") {
  CommandLog log = heeding({"dso"});
  CHECK(asked(log.override_current(NOW)) == "nothing");
  CHECK(log.entries().empty());
  CHECK(receive(log, signed_command(1, {Kind::stop, 0})).ok());
  CHECK(asked(log.override_current(NOW + 1)) == "stop 0");
  CHECK(asked(log.in_force(NOW + 1)) == "nothing");
  const LogEntry entry = log.entries().back();
  CHECK(entry.done == LogEntry::Done::overridden);
  CHECK(entry.at == NOW + 1);
  CHECK(receive(log, signed_command(1, {Kind::stop, 0})).reason == Unheeded::replayed);
  CHECK(receive(log, signed_command(2, {Kind::stop, 0})).ok());
  CHECK(asked(log.in_force(NOW)) == "stop 0");
}

TEST_CASE("a log is kept as bytes, and what is none is not read") {
  CommandLog log = heeding({"dso"});
  CHECK(receive(log, signed_command(7, {Kind::curtail, 9})).ok());
  const Bytes bytes = log.to_bytes();
  CommandLog again = CommandLog::from_bytes(bytes);
  CHECK(asked(again.in_force(NOW)) == "curtail 9");
  CHECK(again.entries().size() == 1);
  CHECK(receive(again, signed_command(7, {Kind::restore, 0})).reason == Unheeded::replayed);
  CHECK(again.to_bytes() != bytes);
  CHECK(why(CommandLog::try_from_bytes({bytes.data(), bytes.size() - 1})) == "101 encoding");
  CHECK(why(CommandLog::try_from_bytes({nullptr, 1})) == "204 null");
  CHECK(thrown_by([] { CommandLog::from_bytes({"none", 4}); }) == "101 encoding");
}

TEST_CASE("a log heeds 64 operators, by keys that are admitted") {
  CommandLog log;
  CHECK(why(log.try_trust({})) == "104 bad-key");
  for (std::size_t i = 0; i < gridnet::operators_max; ++i) log.trust(world::key(std::to_string(i)).public_key());
  CHECK(why(log.try_trust(world::key("one more").public_key())) == "102 too-many");
  CHECK(log.trusted().size() == gridnet::operators_max);
}

TEST_CASE("a command log that was moved from says so, and a wrong call changes nothing") {
  CommandLog log = heeding({"dso"});
  const SignedCommand good = signed_command(1, {Kind::stop, 0});
  CHECK(why(log.try_receive(static_cast<Network>(0), meter(), area, good, NOW)) == "201 unknown");
  CHECK(why(log.try_receive(NETWORK, meter(), "two words", good, NOW)) == "101 encoding");
  CHECK(log.entries().empty());
  CommandLog other = std::move(log);
  CHECK(receive(other, good).ok());
  CHECK(why(log.try_receive(NETWORK, meter(), area, good, NOW)) == "203 empty");
  CHECK(why(log.try_trust({})) == "203 empty");
  CHECK(why(log.try_distrust({})) == "203 empty");
  CHECK(why(log.try_trusted()) == "203 empty");
  CHECK(why(log.try_in_force(NOW)) == "203 empty");
  CHECK(why(log.try_override_current(NOW)) == "203 empty");
  CHECK(why(log.try_entries()) == "203 empty");
  CHECK(why(log.try_to_bytes()) == "203 empty");
}
