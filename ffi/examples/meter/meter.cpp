// A meter's gateway: is certified, signs a reading of each quarter of an hour, and does what a grid operator asks whom its
// owner trusts. Keys are files here; with a secure element Signer::elsewhere() takes their place.
#include <gridnet/gridnet.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "common.hpp"

namespace {

using namespace example;

const char* const usage =
    "usage: meter certify HOME AREA WATTS CERTIFIER-KEY OWNER-KEY\n"
    "       meter sign HOME IMPORT-WH EXPORT-WH READING\n"
    "       meter check HOME READING...\n"
    "       meter trust HOME DSO-KEY\n"
    "       meter command DSO-KEY SEQUENCE AREA WATTS COMMAND\n"
    "       meter obey HOME COMMAND\n"
    "       meter override HOME\n";

// Numbers of the command line: whole, and no more than 64 bits.
std::uint64_t number(const std::string& word) {
  std::size_t read = 0;
  const unsigned long long whole = std::stoull(word, &read);
  if (read != word.size() || word[0] == '-') fail(word, "this is no number");
  return whole;
}

std::uint32_t watts(const std::string& word) {
  const std::uint64_t whole = number(word);
  if (whole > UINT32_MAX) fail(word, "this is more than any meter is made for");
  return static_cast<std::uint32_t>(whole);
}

unsigned long long wide(std::uint64_t number) { return number; }

gridnet::Certificate certificate(const std::string& home) {
  const auto read = gridnet::SignedCertificate::from_bytes(read_file(home + "/certificate"));
  const gridnet::Uncertified fault = read.check(network);
  if (fault != gridnet::Uncertified::none) fail(home + "/certificate", std::string(gridnet::name(fault)));
  return read.body;
}

// One program for both here: in earnest the certifier signs at its own place, and then the owner at its own.
int certify(const Words& given) {
  const std::string& home = given[1];
  const gridnet::Signer certifier = key_of(given[4]), owner = key_of(given[5]);
  gridnet::Certificate body;
  body.key = key_of(home + "/meter.key").public_key();
  body.area = given[2];
  body.rating_watts = watts(given[3]);
  body.certifier = certifier.public_key();
  body.owner = owner.public_key();
  write_file(home + "/certificate", body.sign(network, certifier, owner).to_bytes(), For::everybody);
  std::printf("certified meter %s\n", hex(body.id(network)).c_str());
  return 0;
}

// The reading that was signed last, if there is one.
std::optional<gridnet::SignedReading> last(const std::string& home) {
  if (!std::filesystem::exists(home + "/last")) return std::nullopt;
  return gridnet::SignedReading::from_bytes(read_file(home + "/last"));
}

int sign(const std::string& home, const std::string& import_wh, const std::string& export_wh, const std::string& to) {
  const Lock lock(home + "/lock");
  const std::optional<gridnet::SignedReading> before = last(home);
  gridnet::Reading reading;
  reading.meter = certificate(home).id(network);
  reading.slot = gridnet::slot_of_register(now());
  reading.import_wh = number(import_wh);
  reading.export_wh = number(export_wh);
  if (before) {
    // One of each slot: another would be a second word on the same.
    if (reading.slot <= before->body.slot) return refused("slot");
    reading.sequence = before->body.sequence + 1;
    reading.previous = before->body.id(network);
  }
  const gridnet::SignedReading signed_by = reading.sign(network, gridnet::Signer::read(home + "/meter.key"));
  // Written down before anybody sees it: who signs one sequence twice is convicted by the two.
  write_file(home + "/last", signed_by.to_bytes(), For::owner);
  write_file(to, signed_by.to_bytes(), For::everybody);
  std::printf("reading %llu of slot %llu: %llu Wh in, %llu Wh out\n", wide(reading.sequence), wide(reading.slot),
              wide(reading.import_wh), wide(reading.export_wh));
  return 0;
}

// What anybody does who has the certificate and some readings.
int check(const Words& given) {
  std::vector<gridnet::SignedReading> readings;
  for (std::size_t i = 2; i < given.size(); ++i) {
    readings.push_back(gridnet::SignedReading::from_bytes(read_file(given[i])));
  }
  const gridnet::MeterFacts facts = certificate(given[1]).facts(network);
  if (gridnet::find_equivocation(network, facts.key, readings)) return refused("the meter said two things at once");
  const auto verdicts = gridnet::verify_readings(small_engine(), network, facts, std::nullopt, readings, now());
  for (const gridnet::Taken& taken : verdicts) {
    if (!taken.ok()) return refused(gridnet::name(taken.reason));
    if (taken.interval) {
      std::printf("good: %llu Wh in, %llu Wh out\n", wide(taken.interval->import_wh), wide(taken.interval->export_wh));
    } else {
      std::printf("good: the first\n");
    }
  }
  return 0;
}

gridnet::CommandLog log_of(const std::string& home) {
  const std::string path = home + "/commands";
  return std::filesystem::exists(path) ? gridnet::CommandLog::from_bytes(read_file(path)) : gridnet::CommandLog();
}

void keep(const std::string& home, const gridnet::CommandLog& log) {
  write_file(home + "/commands", log.to_bytes(), For::owner);
}

int trust(const std::string& home, const std::string& dso) {
  const Lock lock(home + "/lock");
  gridnet::CommandLog log = log_of(home);
  log.trust(gridnet::Signer::read(dso).public_key());
  keep(home, log);
  return 0;
}

// What a grid operator does: it asks all of an area for no more than so many watts, for an hour.
int command(const Words& given) {
  const gridnet::Signer dso = key_of(given[1]);
  gridnet::Command command;
  command.dso = dso.public_key();
  command.sequence = number(given[2]);
  command.scope = given[3];
  command.instruction = {gridnet::Instruction::Kind::curtail, watts(given[4])};
  command.expiry = now() + 3600;
  write_file(given[5], command.sign(network, dso).to_bytes(), For::everybody);
  return 0;
}

void tell(const std::optional<gridnet::Instruction>& asked) {
  static const char* const words[] = {"disconnect", "stop", "curtail", "restore"};
  if (!asked) {
    std::printf("nothing is asked\n");
  } else {
    std::printf("asked: %s %u W\n", words[static_cast<std::size_t>(asked->kind)], unsigned{asked->watts});
  }
}

int obey(const std::string& home, const std::string& file) {
  const Lock lock(home + "/lock");
  const gridnet::Certificate meter = certificate(home);
  gridnet::CommandLog log = log_of(home);
  const auto command = gridnet::SignedCommand::from_bytes(read_file(file));
  const gridnet::Heeded heeded = log.receive(network, meter.id(network), meter.area, command, now());
  keep(home, log);
  if (!heeded.ok()) return refused(gridnet::name(heeded.reason));
  tell(log.in_force(now()));
  return 0;
}

int say_otherwise(const std::string& home) {
  const Lock lock(home + "/lock");
  gridnet::CommandLog log = log_of(home);
  log.override_current(now());
  keep(home, log);
  tell(log.in_force(now()));
  return 0;
}

}  // namespace

int main(int count, char** words) {
  return run(count, words, [](const Words& given) {
    if (given.size() == 6 && given[0] == "certify") return certify(given);
    if (given.size() == 5 && given[0] == "sign") return sign(given[1], given[2], given[3], given[4]);
    if (given.size() >= 3 && given[0] == "check") return check(given);
    if (given.size() == 3 && given[0] == "trust") return trust(given[1], given[2]);
    if (given.size() == 6 && given[0] == "command") return command(given);
    if (given.size() == 3 && given[0] == "obey") return obey(given[1], given[2]);
    if (given.size() == 2 && given[0] == "override") return say_otherwise(given[1]);
    return wrong_usage(usage);
  });
}
