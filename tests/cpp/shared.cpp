// The shared library does the same, and its errors are caught here. Of every class something is asked, so that this
// does not link when a name of the headers is not among those that the library shows.
#include <gridnet/gridnet.hpp>

#include "meters.hpp"
#include "world.hpp"

namespace {

/// A session from its pool to its claim, and a datagram of it.
bool is_carried_and_paid() {
  const world::Recipient receiver("receiver");
  gridnet::OwnedPool pool = world::pool();
  const auto persist = [](const gridnet::Change& change) {
    const auto resumed = gridnet::OwnedPool::try_resume(change.file());
    return resumed.ok() && change.bytes().size() > 0 ? gridnet::Result<void>()
                                                     : gridnet::Failure("nothing is to be written down");
  };
  world::Session session(pool.issue(world::key("owner"), world::ask(receiver.keys), persist));
  session.carry("ann");
  session.carry("ben", true);
  const gridnet::PoolCard card = pool.card(0);
  if (!card.is_of(world::NETWORK, session.token) || card.registration().id(world::NETWORK) != pool.id()) return false;
  const auto datagram = gridnet::Datagram::make(session.token, session.custody, {}, world::NOW, {}).with_card(card);
  if (datagram.check(world::NETWORK, world::NOW) != gridnet::Refusal::content) return false;
  session.arrive();
  gridnet::Claims claims;
  claims.add(world::claim(pool, session, receiver));
  const gridnet::Control control;
  const auto verified = gridnet::Sequence().verify(world::engine(), claims, world::ledger(pool), &control);
  return verified.verdicts.at(0).reason == gridnet::Reason::none && verified.hops.size() == 2;
}

/// A meter from its certificate to what it is asked.
bool is_metered() {
  const auto certificate = gridnet::SignedCertificate::from_bytes(meters::signed_certificate().to_bytes());
  const auto reading = gridnet::SignedReading::from_bytes(meters::chain(1).at(0).to_bytes());
  const auto taken = gridnet::verify_readings(world::engine(), world::NETWORK, meters::facts(), {}, {reading}, world::NOW);
  gridnet::Command command;
  command.dso = world::key("dso").public_key();
  command.scope = certificate.body.area;
  gridnet::CommandLog log;
  log.trust(command.dso);
  const auto sent = gridnet::SignedCommand::from_bytes(command.sign(world::NETWORK, world::key("dso")).to_bytes());
  return certificate.check(world::NETWORK) == gridnet::Uncertified::none && taken.at(0).ok() &&
         log.receive(world::NETWORK, meters::facts().meter, "north", sent, 0).ok();
}

/// A contract, and what somebody without the ledger knows.
bool is_agreed() {
  gridnet::Contract contract;
  contract.parties = {{world::key("seller").public_key(), gridnet::Signatory::Role::seller, 1}};
  const gridnet::SignedContract unsigned_by_all{contract, {}};
  const gridnet::SignedState state;
  gridnet::Watcher watcher(1);
  const auto start = gridnet::Checkpoint::first(world::NETWORK);
  const auto none = gridnet::VerifiedHeaders::verify(world::engine(), world::NETWORK, start, {}, world::NOW);
  return unsigned_by_all.check(world::NETWORK) == gridnet::Objection::parties &&
         contract.check(world::NETWORK) == gridnet::Objection::parties &&
         gridnet::SignedContract::from_bytes(unsigned_by_all.to_bytes()).body.id(world::NETWORK) ==
             contract.id(world::NETWORK) &&
         gridnet::SignedState::from_bytes(state.to_bytes()).check(world::NETWORK, contract) ==
             gridnet::Objection::other_contract &&
         watcher.hear(world::NETWORK, state).reason == gridnet::Objection::other_contract &&
         !gridnet::Party::try_from_bytes({"none", 4}).ok() && none.reason == gridnet::SpvFault::start &&
         !gridnet::VerifiedHeaders(nullptr).try_tip().ok() &&
         !gridnet::try_verify_receipt(world::engine(), {"none", 4}, {}).ok();
}

/// What is not on the way of a session.
bool is_the_rest_there() {
  gridnet::Bytes32 secret{};
  gridnet::wipe(secret);
  return world::locked("ann").try_bind(world::NETWORK, {}).failure().name() == "signer" &&
         world::Recipient("receiver").keys.try_to_bytes().ok() && gridnet::try_is_admitted(secret).ok() &&
         gridnet::Opening::draw({}).try_commitment().ok() && gridnet::Target::try_from_compact(0x1d00ffff).ok() &&
         gridnet::try_payout(1000, 0, 0, {}, 0).ok() && !gridnet::try_check_fraud(world::NETWORK, {}).ok() &&
         gridnet::name(gridnet::Void::unopened) == "unopened" && gridnet::name(gridnet::NoFraud::order) == "order";
}

}  // namespace

int main() {
  if (!gridnet::is_version_right()) return 1;
  try {
    const gridnet::Engine other(gridnet::EngineOptions{{"no-such-device"}, 1, 0, ""});
    return 2;
  } catch (const gridnet::Error& error) {
    if (error.name() != "unknown-device") return 3;
  }
  if (!is_carried_and_paid()) return 4;
  if (!is_metered()) return 5;
  if (!is_agreed()) return 6;
  return is_the_rest_there() ? 0 : 7;
}
