// A program without exceptions: results say what is wrong.
#include <gridnet/gridnet.hpp>

#include <optional>
#include <vector>

static_assert(GRIDNET_EXCEPTIONS == 0);

namespace {

using gridnet::Network;

/// A token from its owner's pool, written down and read again.
bool is_issued(const gridnet::Engine& engine) {
  const auto owner = gridnet::Signer::try_draw();
  const auto secret = gridnet::SealSecret::try_draw();
  const auto master = gridnet::try_draw();
  if (!owner.ok() || !secret.ok() || !master.ok()) return false;
  const auto seal_key = secret.value().try_public_key();
  if (!seal_key.ok()) return false;
  const auto receiver = owner.value().try_bind(Network::regtest, seal_key.value());
  if (!receiver.ok()) return false;

  gridnet::PoolPlan plan;
  plan.banks = 1;
  plan.length = 20;
  plan.value = 1;
  auto pool = gridnet::OwnedPool::try_create(engine, Network::regtest, owner.value(), {}, master.value(), plan);
  if (!pool.ok()) return false;
  gridnet::Ask ask;
  ask.receiver = receiver.value();
  ask.depth = 20;
  const auto fails = [](const gridnet::Change&) -> gridnet::Result<void> {
    return gridnet::Failure("the disk is full");
  };
  const auto refused = pool.value().try_issue(owner.value(), ask, fails);
  if (refused.ok() || refused.failure().code() != 206) return false;
  std::size_t written = 0;
  const auto issued = pool.value().try_issue(owner.value(), ask, [&](const gridnet::Change& change) {
    written = change.file().size();
    return gridnet::Result<void>();
  });
  if (!issued.ok() || written == 0) return false;

  const auto bytes = issued.value().token.try_to_bytes();
  if (!bytes.ok()) return false;
  const auto token = gridnet::Token::try_from_bytes(bytes.value());
  if (!token.ok() || gridnet::Token::try_from_bytes({"no token", 8}).ok()) return false;
  const auto reason = token.value().try_check(Network::regtest);
  const auto elsewhere = token.value().try_check(Network::main);
  return reason.ok() && reason.value() == gridnet::Reason::none && elsewhere.ok() &&
         gridnet::name(elsewhere.value()) == "network";
}

/// A reading from its meter to its verdict, and a command that is heeded.
bool is_metered() {
  const auto meter = gridnet::Signer::try_draw();
  if (!meter.ok()) return false;
  const auto key = meter.value().try_public_key();
  if (!key.ok()) return false;
  gridnet::Reading reading;
  reading.slot = 7;
  const auto signed_by = reading.try_sign(Network::regtest, meter.value());
  if (!signed_by.ok()) return false;
  const gridnet::MeterFacts facts{reading.meter, key.value(), 1};
  const auto early = gridnet::try_take_reading(Network::regtest, facts, std::nullopt, signed_by.value(), 0);
  if (!early.ok() || early.value().reason != gridnet::Misread::future) return false;
  const auto taken =
      gridnet::try_take_reading(Network::regtest, facts, std::nullopt, signed_by.value(), 8 * gridnet::slot_seconds);
  if (!taken.ok() || !taken.value().ok()) return false;

  gridnet::Command command;
  command.dso = key.value();
  command.scope = "two words";
  if (command.try_sign(Network::regtest, meter.value()).failure().name() != "encoding") return false;
  command.scope = "north";
  const auto sent = command.try_sign(Network::regtest, meter.value());
  gridnet::CommandLog log;
  if (!sent.ok() || !log.try_trust(command.dso).ok()) return false;
  const auto heeded = log.try_receive(Network::regtest, reading.meter, "north", sent.value(), 0);
  return heeded.ok() && heeded.value().ok();
}

}  // namespace

int main() {
  const auto engine = gridnet::Engine::try_make({{"cpu"}, 1, 0, ""});
  if (!engine.ok()) return 1;
  if (gridnet::Engine::try_make({{"no-such-device"}, 1, 0, ""}).ok()) return 2;
  const auto fault = gridnet::try_verify_header({"too short", 9});
  if (fault.ok() || fault.failure().name() != "size") return 3;
  if (!is_issued(engine.value())) return 4;
  return is_metered() ? 0 : 5;
}
