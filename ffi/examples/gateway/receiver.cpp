// Who a bundle is for: tells its keys to senders, and settles what arrives. It opens who carried, signs a transit pool,
// and judges the claim as the ledger will, before anybody pays for submitting it.
#include <gridnet/gridnet.hpp>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common.hpp"

namespace {

using namespace example;

const char* const usage =
    "usage: receiver announce HOME CONTACT\n"
    "       receiver settle HOME LEDGER DATAGRAM BUNDLE CLAIM\n";

// Where the ledger stands: at a height at which whoever was registered at 0 is old enough to be paid.
constexpr std::uint32_t height = 100;

gridnet::SealSecret seal_secret_of(const std::string& path) {
  if (std::filesystem::exists(path)) return gridnet::SealSecret::read(path);
  const gridnet::SealSecret drawn = gridnet::SealSecret::draw();
  drawn.write(path);
  return drawn;
}

int announce(const std::string& home, const std::string& contact) {
  const gridnet::Signer key = key_of(home + "/receiver.key");
  const gridnet::SealSecret secret = seal_secret_of(home + "/receiver.seal");
  write_file(contact, key.bind(network, secret.public_key()).to_bytes(), For::everybody);
  const gridnet::Address address = gridnet::address_of(key.public_key());
  std::printf("receiving at %s\n", gridnet::address_text(network, address).c_str());
  return 0;
}

// What is registered. A node knows it from the ledger, with what was claimed of each bank, which here is nothing.
gridnet::Context context_of(const std::string& ledger) {
  // A claim waits until the median time past, which is behind the clock, has passed the token's issue. Here it is now.
  gridnet::Context context(network, height, now());
  for (const auto& entry : std::filesystem::directory_iterator(ledger)) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() == ".pool") {
      context.add(gridnet::Registration::from_bytes(read_file(path.string())));
    } else if (path.extension() == ".identity") {
      const gridnet::Address address = gridnet::address_from_text(network, path.stem().string());
      gridnet::Identity registered;
      registered.proof = identity(path.string(), address);
      context.identify(address, registered);
    }
  }
  return context;
}

void print(const char* who, std::uint64_t units, const char* why) {
  std::printf("%12llu units  %s%s\n", static_cast<unsigned long long>(units), who, why);
}

void print(const gridnet::Verified& judged, const std::vector<std::optional<gridnet::Opening>>& openings) {
  const gridnet::Verdict& verdict = judged.verdicts.front();
  for (std::size_t hop = 0; hop < verdict.hops; ++hop) {
    const gridnet::HopShare& share = judged.hops[verdict.first_hop + hop];
    const std::optional<gridnet::Opening>& opening = openings[hop];
    const std::string who = opening ? gridnet::address_text(network, opening->identity) : "a hop that nobody knows";
    const std::string why(gridnet::name(share.reason));
    print(("hop " + std::to_string(hop + 1) + ", " + who).c_str(), share.share,
          why.empty() ? "" : (", not paid: " + why).c_str());
  }
  print("the receiver", verdict.receiver, "");
  print("the block's producer", verdict.fee, "");
  print("nobody", verdict.burnt, "");
  print("in all", verdict.total, "");
}

int settle(const std::string& home, const std::string& ledger, const std::string& from, const std::string& bundle,
           const std::string& claim_file) {
  const auto key = gridnet::Signer::read(home + "/receiver.key");
  const auto secret = gridnet::SealSecret::read(home + "/receiver.seal");
  const auto datagram = gridnet::Datagram::from_file(read_file(from));
  const gridnet::Refusal refusal = datagram.check(network, now());
  if (refusal != gridnet::Refusal::none) return refused(gridnet::name(refusal));
  const gridnet::Token token = datagram.token();
  const gridnet::Custody custody = datagram.custody();
  const std::optional<gridnet::PoolCard> card = datagram.card();
  if (!card) return refused(gridnet::name(gridnet::Refusal::card));
  if (!custody.is_handed_over()) return refused(gridnet::name(gridnet::Refusal::last_hand_over));

  // Until it claims the receiver alone knows who carried. Its keys must be those of the token.
  const std::vector<std::optional<gridnet::Opening>> openings = custody.open(token, secret);
  const auto pool = gridnet::TransitPool::assemble(network, token, custody, key, secret);
  const gridnet::Reason reason = pool.check(network);
  if (reason != gridnet::Reason::none) return refused(gridnet::name(reason));
  write_file(bundle, datagram.payload(), For::owner);

  // Nothing was claimed of this bank, so the steps go all the way to its ceiling, and the card shows that this is the
  // one.
  const auto claim = gridnet::ClaimedPool::make(pool, token.body().depth, *card);
  gridnet::Claims claims;
  claims.add(claim);
  const gridnet::Verified judged = gridnet::Sequence().verify(small_engine(), claims, context_of(ledger));
  if (judged.verdicts.front().reason != gridnet::Reason::none) {
    return refused(gridnet::name(judged.verdicts.front().reason));
  }
  print(judged, openings);
  write_file(claim_file, claim.to_bytes(), For::everybody);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  return run(count, words, [](const Words& given) {
    if (given.size() == 3 && given[0] == "announce") return announce(given[1], given[2]);
    if (given.size() == 6 && given[0] == "settle") return settle(given[1], given[2], given[3], given[4], given[5]);
    return wrong_usage(usage);
  });
}
