// A program without exceptions: results say what is wrong.
#include <gridnet/gridnet.hpp>

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

}  // namespace

int main() {
  const auto engine = gridnet::Engine::try_make({{"cpu"}, 1, 0, ""});
  if (!engine.ok()) return 1;
  if (gridnet::Engine::try_make({{"no-such-device"}, 1, 0, ""}).ok()) return 2;
  const auto fault = gridnet::try_verify_header({"too short", 9});
  if (fault.ok() || fault.failure().name() != "size") return 3;
  return is_issued(engine.value()) ? 0 : 4;
}
