// A gateway: carries strangers' datagrams for pay. It looks at each before it takes it, joins by meeting the holder or
// by a bearer element, and passes on to whoever comes next or to the receiver.
#include <gridnet/gridnet.hpp>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common.hpp"

namespace {

using namespace example;

const char* const usage =
    "usage: gateway register HOME LEDGER\n"
    "       gateway take HOME DATAGRAM CANDIDATE\n"
    "       gateway join HOME DATAGRAM NEXT-DATAGRAM\n"
    "       gateway offer HOME DATAGRAM NEXT-DATAGRAM\n"
    "       gateway deliver HOME DATAGRAM NEXT-DATAGRAM\n";

// Why not to carry a datagram; nothing when it is good.
std::string_view objection(const gridnet::Datagram& datagram) {
  // The token and its signatures, the sender's identity, who carried so far, times, and content.
  const gridnet::Refusal refusal = datagram.check(network, now());
  if (refusal != gridnet::Refusal::none) return gridnet::name(refusal);
  // A card is optional in a datagram; without one nothing says that the token's hashes are worth anything. That it is
  // the token's comes first: it bounds the hashing that follows, from the token's word to the ceiling.
  const gridnet::Token token = datagram.token();
  const std::optional<gridnet::PoolCard> card = datagram.card();
  const bool is_good = card && card->is_of(network, token) && card->leads_to_ceiling(token);
  return is_good ? std::string_view() : gridnet::name(gridnet::Refusal::card);
}

void tell_worth(const gridnet::Datagram& datagram) {
  const gridnet::TokenBody body = datagram.token().body();
  // No overflow: a card that is its token's has no more hashes, nor is worth more, than 64 bits hold.
  const std::uint64_t worth = (body.depth - body.from) * datagram.card()->registration().value;
  std::printf("good: %llu units are offered, %u/%u is passed on\n", static_cast<unsigned long long>(worth),
              unsigned{body.terms.a}, unsigned{body.terms.b});
}

// A fresh key to hold the datagram with, and who this is, sealed for the receiver. Both are kept.
gridnet::Candidate candidate_for(const std::string& home, const gridnet::Datagram& datagram) {
  const gridnet::Token token = datagram.token();
  const std::string key_file = session_file(home, token, ".key");
  // What was carried before and came round again is not taken twice.
  if (std::filesystem::exists(key_file)) fail(key_file, "this session is carried already");
  const auto registered = gridnet::Signer::read(home + "/identity.key");
  const auto opening = gridnet::Opening::draw(gridnet::address_of(registered.public_key()));
  const gridnet::Signer key = gridnet::Signer::draw();
  const auto candidate = gridnet::Candidate::make(network, token, datagram.custody(), key, opening);
  // With the receiver's receipt, or within some time after others claimed, this is enough to be paid.
  Bytes kept(opening.identity.begin(), opening.identity.end());
  kept.insert(kept.end(), opening.blind.begin(), opening.blind.end());
  write_file(session_file(home, token, ".opening"), kept, For::owner);
  key.write(key_file);
  return candidate;
}

int enrol(const std::string& home, const std::string& ledger) {
  const gridnet::Address address = gridnet::address_of(key_of(home + "/identity.key").public_key());
  own_identity(small_engine(), ledger, address);
  std::printf("registered %s\n", gridnet::address_text(network, address).c_str());
  return 0;
}

// Tells the holder, whom it meets, that it wants to carry.
int take(const std::string& home, const std::string& from, const std::string& to) {
  const auto datagram = gridnet::Datagram::from_file(read_file(from));
  const std::string_view why = objection(datagram);
  if (!why.empty()) return refused(why);
  tell_worth(datagram);
  write_file(to, candidate_for(home, datagram).to_bytes(), For::everybody);
  return 0;
}

// Signs itself in where the holder left a bearer element for whoever comes first.
int join(const std::string& home, const std::string& from, const std::string& to) {
  const auto datagram = gridnet::Datagram::from_file(read_file(from));
  const std::string_view why = objection(datagram);
  if (!why.empty()) return refused(why);
  tell_worth(datagram);
  const gridnet::Token token = datagram.token();
  gridnet::Custody custody = datagram.custody();
  // Looked at before a key is made for it, which is made once.
  if (!custody.has_offer()) return refused("no bearer element is enclosed");
  custody.join_by_bearer(network, token, candidate_for(home, datagram));
  write_file(to, datagram.with_custody(custody).to_file(), For::everybody);
  std::printf("joined as hop %zu\n", custody.hops());
  return 0;
}

enum class To { bearer, receiver };

int pass_on(const std::string& home, const std::string& from, const std::string& to, To whom) {
  // What comes back from the holder is as strange as what came first.
  const auto datagram = gridnet::Datagram::from_file(read_file(from));
  const std::string_view why = objection(datagram);
  if (!why.empty()) return refused(why);
  const gridnet::Token token = datagram.token();
  gridnet::Custody custody = datagram.custody();
  // Whoever was left out of the chain learns it here, before it carries for nothing: its key does not hold the
  // datagram, and this is an error.
  const auto key = gridnet::Signer::read(session_file(home, token, ".key"));
  if (whom == To::receiver) {
    custody.hand_over_last(network, token, key);
  } else {
    custody.offer_to_bearer(network, token, key);
  }
  // A bearer element has its private half in the file, and whoever reads that first may join.
  const For readers = whom == To::receiver ? For::everybody : For::owner;
  write_file(to, datagram.with_custody(custody).to_file(), readers);
  std::printf("hop %zu %s\n", custody.hops(),
              whom == To::receiver ? "handed over to the receiver" : "left it for whoever comes first");
  return 0;
}

}  // namespace

int main(int count, char** words) {
  return run(count, words, [](const Words& given) {
    if (given.size() == 3 && given[0] == "register") return enrol(given[1], given[2]);
    if (given.size() == 4 && given[0] == "take") return take(given[1], given[2], given[3]);
    if (given.size() == 4 && given[0] == "join") return join(given[1], given[2], given[3]);
    if (given.size() == 4 && given[0] == "offer") return pass_on(given[1], given[2], given[3], To::bearer);
    if (given.size() == 4 && given[0] == "deliver") return pass_on(given[1], given[2], given[3], To::receiver);
    return wrong_usage(usage);
  });
}
