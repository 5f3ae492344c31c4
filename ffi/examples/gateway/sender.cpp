// A meter's owner: issues a token for a bundle, and hands the datagram over to its first carrier.
#include <gridnet/gridnet.hpp>

#include <cstdio>
#include <filesystem>
#include <string>

#include "common.hpp"

namespace {

using namespace example;

const char* const usage =
    "usage: sender send HOME LEDGER CONTACT BUNDLE DATAGRAM\n"
    "       sender hand-over HOME DATAGRAM CANDIDATE NEXT-DATAGRAM\n";

constexpr std::uint64_t day = 86'400;

// Who signs tokens: a secure element, which signs and does not tell its key. Here a key file stands for one; with a chip
// the lambda asks its driver, and nothing else changes. It is called in the middle of the call that needs a signature, on
// its thread: its failure, or what it throws, becomes that call's, and a signature that is not the key's goes nowhere.
gridnet::Signer owner_of(const std::string& home) {
  const gridnet::Signer chip = key_of(home + "/owner.key");
  return gridnet::Signer::elsewhere(chip.public_key(), [chip](const gridnet::Bytes32& digest) {
    return chip.try_sign(digest);
  });
}

// The pool of its file, or a new one. The file is secret: all words can be computed from it.
gridnet::OwnedPool pool_of(const std::string& home, const std::string& ledger, const gridnet::Signer& owner) {
  const std::string path = home + "/pool";
  if (std::filesystem::exists(path)) {
    Bytes file = read_file(path);
    gridnet::OwnedPool resumed = gridnet::OwnedPool::resume(file);
    gridnet::wipe(file);
    return resumed;
  }

  const gridnet::Engine engine = small_engine();
  const gridnet::IdentityProof proof = own_identity(engine, ledger, gridnet::address_of(owner.public_key()));
  gridnet::PoolPlan plan;
  plan.banks = 8;
  plan.length = 1'000;
  plan.value = 2'000;
  plan.expiry = 100'000;
  plan.terms = {3, 4, gridnet::Terms::Rule::payrate};
  gridnet::Bytes32 master = gridnet::draw();
  gridnet::OwnedPool pool = gridnet::OwnedPool::create(engine, network, owner, proof, master, plan);
  gridnet::wipe(master);
  Bytes file = pool.file();
  write_file(path, file, For::owner);
  gridnet::wipe(file);
  return pool;
}

int send(const std::string& home, const std::string& ledger, const std::string& contact, const std::string& bundle,
         const std::string& to) {
  // From reading the pool to writing it nobody else may: two that read the same file give the same hashes away twice.
  const Lock lock(home + "/pool.lock");
  const gridnet::Signer owner = owner_of(home);
  gridnet::OwnedPool pool = pool_of(home, ledger, owner);
  const gridnet::Registration registration = pool.registration();
  write_file(ledger + "/" + hex(pool.id()) + ".pool", registration.to_bytes(), For::everybody);

  // Carriers read what they carry. What is secret was sealed for the receiver before it came here.
  const Bytes payload = read_file(bundle);
  gridnet::Ask ask;
  ask.receiver = gridnet::Receiver::from_bytes(read_file(contact));
  const gridnet::Address destination = gridnet::address_of(ask.receiver.key);
  ask.issued = now();
  ask.expiry = ask.issued + day;
  ask.content = gridnet::bundle_content(destination, ask.expiry, payload);
  ask.terms = registration.terms;
  // A bundle takes a bank of its own, so it is given all of it.
  ask.source = gridnet::Ask::Source::unused;
  ask.depth = registration.length;

  // Before the token exists its pool's file says that its hashes are gone. A token that was given away and forgotten
  // would be given away again, which costs the owner its stake. When the write fails there is no token.
  const gridnet::Issued issued = pool.issue(owner, ask, [&home](const gridnet::Change& change) {
    write_file(home + "/pool", change.file(), For::owner);
    return gridnet::Result<void>();
  });

  // Whoever has this key holds the datagram, until it hands over.
  issued.first_key.write(session_file(home, issued.token, ".key"));
  const gridnet::PoolCard card = pool.card(issued.token.body().bank);
  const auto datagram = gridnet::Datagram::make(issued.token, gridnet::Custody(), destination, ask.expiry, payload);
  write_file(to, datagram.with_card(card).to_file(), For::everybody);
  std::printf("sent %zu bytes to %s\n", payload.size(), gridnet::address_text(network, destination).c_str());
  return 0;
}

int hand_over(const std::string& home, const std::string& from, const std::string& candidate, const std::string& to) {
  const auto datagram = gridnet::Datagram::from_file(read_file(from));
  const gridnet::Token token = datagram.token();
  const auto holder = gridnet::Signer::read(session_file(home, token, ".key"));
  gridnet::Custody custody = datagram.custody();
  custody.hand_over(network, token, holder, gridnet::Candidate::from_bytes(read_file(candidate)));
  write_file(to, datagram.with_custody(custody).to_file(), For::everybody);
  std::printf("handed over to hop %zu\n", custody.hops());
  return 0;
}

}  // namespace

int main(int count, char** words) {
  return run(count, words, [](const Words& given) {
    if (given.size() == 6 && given[0] == "send") return send(given[1], given[2], given[3], given[4], given[5]);
    if (given.size() == 5 && given[0] == "hand-over") return hand_over(given[1], given[2], given[3], given[4]);
    return wrong_usage(usage);
  });
}
