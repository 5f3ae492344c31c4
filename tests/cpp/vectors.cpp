// The published vectors, but for claims: what is asked through C++ has the answers that stand in them.
#include "vectors.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "world.hpp"

namespace {

using gridnet::Bytes32;
using gridnet::Bytes64;
using vectors::fixed;
using vectors::hex;
using vectors::Json;
using vectors::network;
using vectors::number;
using vectors::text;

using Bytes = std::vector<std::uint8_t>;
using Names = std::set<std::string>;

/// The reason of what does not decode, else what a check says.
template <class T, class F>
std::string verdict(const gridnet::Result<T>& read, F check) {
  if (read.ok()) return std::string(gridnet::name(check(read.value())));
  CHECK(why(read) == "101 encoding");
  return "shape";
}

/// The encoding of a card: a registration and one of its banks (docs/protocol.md).
Bytes card_of(const Json& pool, const Json& chain) {
  Bytes out = hex(pool.at("registration"));
  const auto append = [&](const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); };
  const auto bank = number<std::uint8_t>(chain.at("bank"));
  const auto hashes = static_cast<std::uint8_t>(chain.at("branch").size());
  append({bank, 0});
  append(hex(chain.at("ceiling")));
  append(hex(chain.at("prefix")));
  append({hashes, 0, 0, 0});
  for (const Json& hash : chain.at("branch")) append(hex(hash));
  return out;
}

}  // namespace

TEST_CASE("every file of vectors is one that these tests read") {
  Names files;
  for (const auto& entry : std::filesystem::directory_iterator(GRIDNET_VECTORS "/protocol")) {
    files.insert(entry.path().filename().string());
  }
  // Whole blocks, transactions and states are a node's: no program in C++ reads them.
  for (const char* file : {"blocks.json", "chain.json", "state.json", "transactions.json"}) CHECK(files.erase(file) == 1);
  CHECK(files == Names{"custody.json", "datagrams.json", "energy.json", "fraud.json", "identities.json", "keys.json",
                       "payouts.json", "pools.json", "tokens.json", "transit.json"});
}

TEST_CASE("payouts.json: who is paid what") {
  std::size_t paid = 0, refused = 0;
  for (const Json& entry : vectors::list("payouts.json", "payouts")) {
    INFO(entry.dump());
    gridnet::Terms terms{number<std::uint16_t>(entry.at("a")), number<std::uint16_t>(entry.at("b")), {}};
    REQUIRE((text(entry.at("rule")) == "payrate" || text(entry.at("rule")) == "sybil-neutral"));
    if (text(entry.at("rule")) == "sybil-neutral") terms.rule = gridnet::Terms::Rule::sybil_neutral;
    const auto payout = gridnet::try_payout(
        number<std::uint64_t>(entry.at("total")), number<std::uint64_t>(entry.at("weight")),
        number<std::uint64_t>(entry.at("minimum_fee_rate")), terms, number<std::size_t>(entry.at("hops")));
    if (entry.contains("error")) {
      CHECK(payout.failure().name() == text(entry.at("error")));
      ++refused;
      continue;
    }
    REQUIRE(payout.ok());
    const auto& [fee, receiver, hops, burnt] = payout.value();
    CHECK(fee == number<std::uint64_t>(entry.at("fee")));
    CHECK(receiver == number<std::uint64_t>(entry.at("receiver")));
    CHECK(burnt == number<std::uint64_t>(entry.at("burnt")));
    std::vector<std::uint64_t> shares;
    for (const Json& share : entry.at("shares")) shares.push_back(number<std::uint64_t>(share));
    CHECK(hops == shares);
    ++paid;
  }
  CHECK(paid >= 70);
  CHECK(refused >= 3);
}

TEST_CASE("keys.json: which keys are admitted, and which signatures are good") {
  std::size_t keys = 0, admitted = 0;
  for (const Json& entry : vectors::list("keys.json", "keys")) {
    INFO(entry.dump());
    CHECK(gridnet::is_admitted(fixed<Bytes32>(entry.at("key"))) == entry.at("admitted").get<bool>());
    admitted += entry.at("admitted").get<bool>();
    ++keys;
  }
  CHECK(keys >= 60);
  CHECK(admitted >= 10);
  CHECK(keys - admitted >= 10);

  std::size_t signatures = 0;
  for (const Json& entry : vectors::list("keys.json", "signatures")) {
    INFO(entry.dump());
    const bool is_valid = entry.at("valid").get<bool>();
    const auto key = fixed<Bytes32>(entry.at("key"));
    const auto signature = fixed<Bytes64>(entry.at("signature"));
    const Bytes message = hex(entry.at("message"));
    auto said = gridnet::SignatureVerdict::bad_key;
    world::engine().verify(key, message, message.size(), signature, &said, 1);
    CHECK((said == gridnet::SignatureVerdict::good) == is_valid);
    if (message.size() == 32) {
      CHECK(gridnet::is_signature(key, fixed<Bytes32>(entry.at("message")), signature) == is_valid);
    }
    ++signatures;
  }
  CHECK(signatures >= 13);
}

TEST_CASE("identities.json: addresses, and what proves an identity") {
  Names seen;
  std::size_t count = 0;
  for (const Json& entry : vectors::list("identities.json", "identities")) {
    INFO(entry.dump());
    const auto address = fixed<Bytes32>(entry.at("address"));
    CHECK(gridnet::address_of(fixed<Bytes32>(entry.at("key"))) == address);
    CHECK(gridnet::address_text(network(entry), address) == text(entry.at("text")));
    CHECK(gridnet::address_from_text(network(entry), text(entry.at("text"))) == address);
    const gridnet::IdentityProof proof{number<std::uint32_t>(entry.at("repetitions")),
                                       number<std::uint32_t>(entry.at("nonce"))};
    const gridnet::IdentityFault fault = gridnet::check_identity(network(entry), address, proof);
    CHECK(gridnet::name(fault) == vectors::reason(entry));
    if (fault != gridnet::IdentityFault::repetitions) {
      Bytes message;
      for (std::uint32_t i = 0; i < proof.repetitions; ++i) {
        message.insert(message.end(), address.begin(), address.end());
      }
      for (int byte = 0; byte < 4; ++byte) message.push_back(static_cast<std::uint8_t>(proof.nonce >> 8 * byte));
      CHECK(gridnet::try_hash(gridnet::HashFunction::blake2b(), message).or_throw() ==
            fixed<Bytes32>(entry.at("hash")));
    }
    seen.insert(vectors::reason(entry));
    ++count;
  }
  CHECK(count >= 26);
  CHECK(seen == Names{"", "bad-repetitions", "high-hash"});
}

TEST_CASE("pools.json: pools grow from their master secret") {
  std::size_t words = 0;
  const gridnet::Signer owner = world::key("owner");
  const gridnet::Signer receiver = world::key("receiver");
  for (const Json& entry : vectors::list("pools.json", "pools")) {
    INFO(text(entry.at("name")));
    const Bytes encoded = hex(entry.at("registration"));
    const auto registration = gridnet::Registration::from_bytes(encoded);
    CHECK(registration.to_bytes() == encoded);
    CHECK(registration.id(network(entry)) == fixed<Bytes32>(entry.at("id")));
    CHECK(registration.coins() == number<std::uint64_t>(entry.at("coins")));
    CHECK(registration.owner == gridnet::address_of(owner.public_key()));

    auto pool = gridnet::OwnedPool::create(world::engine(), network(entry), owner, {1, 3},
                                           fixed<Bytes32>(entry.at("master")), registration);
    CHECK(pool.registration().to_bytes() == encoded);
    CHECK(pool.id() == fixed<Bytes32>(entry.at("id")));
    REQUIRE(entry.at("chains").size() == registration.banks);
    gridnet::Ask ask = world::ask(receiver.bind(network(entry), world::secret("seals")));
    ask.source = gridnet::Ask::Source::bank;
    for (const Json& chain : entry.at("chains")) {
      ask.bank = number<std::uint16_t>(chain.at("bank"));
      CHECK(pool.card(ask.bank).to_bytes() == card_of(entry, chain));
      Bytes32 deepest{};
      for (const Json& word : chain.at("words")) {
        ask.depth = number<std::uint32_t>(word.at("depth"));
        const gridnet::Token token = pool.issue(owner, ask, world::forget).token;
        deepest = token.body().word;
        CHECK(deepest == fixed<Bytes32>(word.at("word")));
        if (++words % 8 == 0) CHECK(pool.card(ask.bank).leads_to_ceiling(token));
      }
      CHECK(deepest == fixed<Bytes32>(chain.at("seed")));
    }
  }
  CHECK(words >= 95);
}

TEST_CASE("tokens.json: ids, sessions, contents, and what is wrong") {
  Names seen;
  std::size_t count = 0, bundles = 0;
  for (const Json& entry : vectors::list("tokens.json", "tokens")) {
    INFO(text(entry.at("name")));
    const auto token = gridnet::Token::try_from_bytes(hex(entry.at("token")));
    CHECK(verdict(token, [&](const auto& read) { return read.check(network(entry)); }) == vectors::reason(entry));
    CHECK(token.ok() == !entry.at("id").is_null());
    seen.insert(vectors::reason(entry));
    ++count;
    if (!token.ok()) continue;
    CHECK(token.value().id(network(entry)) == fixed<Bytes32>(entry.at("id")));
    CHECK(token.value().session() == fixed<Bytes32>(entry.at("session")));
    CHECK(token.value().to_bytes() == hex(entry.at("token")));
    const Json& bundle = entry.at("bundle");
    if (bundle.is_null()) continue;
    const auto content = gridnet::bundle_content(fixed<Bytes32>(bundle.at("destination")),
                                                 number<std::uint64_t>(bundle.at("expiry")), hex(bundle.at("payload")));
    CHECK(token.value().body().content == content);
    ++bundles;
  }
  CHECK(count >= 37);
  CHECK(bundles >= 1);
  // A token alone can be bad for no other reason.
  CHECK(seen == Names{"", "shape", "bad-key", "network", "owner-signature", "receiver-binding"});
}

TEST_CASE("custody.json: accumulators, openings, and what is wrong") {
  Names seen;
  std::size_t count = 0, opened = 0, closed = 0;
  for (const Json& entry : vectors::list("custody.json", "custody")) {
    INFO(text(entry.at("name")));
    const auto token = gridnet::Token::from_bytes(hex(entry.at("token")));
    CHECK(token.check(network(entry)) == gridnet::Reason::none);
    const auto chain = gridnet::Custody::try_from_bytes(hex(entry.at("custody")));
    CHECK(verdict(chain, [&](const auto& read) { return read.check(network(entry), token).reason; }) ==
          vectors::reason(entry));
    CHECK(chain.ok() == !entry.at("accumulators").is_null());
    seen.insert(vectors::reason(entry));
    ++count;
    if (!chain.ok()) continue;
    const gridnet::Custody& custody = chain.value();
    CHECK(custody.to_bytes() == hex(entry.at("custody")));
    CHECK(custody.is_handed_over() == entry.at("complete").get<bool>());
    std::vector<Bytes32> accumulators;
    for (const Json& hash : entry.at("accumulators")) accumulators.push_back(fixed<Bytes32>(hash));
    CHECK(custody.accumulators(token) == accumulators);
    const auto secret = gridnet::SealSecret::from_bytes(fixed<Bytes32>(entry.at("receiver_secret")));
    const auto openings = custody.open(token, secret);
    REQUIRE(openings.size() == entry.at("openings").size());
    CHECK(openings.size() == custody.hops());
    for (std::size_t hop = 0; hop < openings.size(); ++hop) {
      const Json& expected = entry.at("openings").at(hop);
      REQUIRE(openings[hop].has_value() == !expected.is_null());
      (openings[hop] ? opened : closed) += 1;
      if (!openings[hop]) continue;
      const auto& [identity, blind] = *openings[hop];
      Bytes both(identity.begin(), identity.end());
      both.insert(both.end(), blind.begin(), blind.end());
      CHECK(both == hex(expected));
    }
  }
  CHECK(count >= 29);
  CHECK(opened >= 60);
  CHECK(closed >= 10);
  CHECK(seen == Names{"", "shape", "bad-key", "custody", "last-hand-over"});
}

TEST_CASE("custody.json: nobody joins its thirty-two hops") {
  bool was_there = false;
  for (const Json& entry : vectors::list("custody.json", "custody")) {
    if (text(entry.at("name")) != "32 hops") continue;
    was_there = true;
    // As it was before the last hand-over: a tag, and the signature after it.
    Bytes bytes = hex(entry.at("custody"));
    bytes.resize(bytes.size() - 64);
    bytes.back() = 0;
    const auto token = gridnet::Token::from_bytes(hex(entry.at("token")));
    const auto custody = gridnet::Custody::from_bytes(bytes);
    CHECK(custody.hops() == gridnet::hops_max);
    const auto joining = gridnet::Candidate::try_make(network(entry), token, custody, world::key("ann"), {});
    REQUIRE(why(joining) == "111 order");
    CHECK(joining.failure().message().find("32 hops") != std::string::npos);
  }
  CHECK(was_there);
}

TEST_CASE("datagrams.json: what is taken, and why the rest is not") {
  Names seen;
  std::size_t count = 0;
  for (const Json& entry : vectors::list("datagrams.json", "datagrams")) {
    INFO(text(entry.at("name")));
    const auto datagram = gridnet::Datagram::try_from_file(hex(entry.at("file")));
    const Json& before = entry.at("previous");
    const Bytes32 previous = before.is_null() ? Bytes32{} : fixed<Bytes32>(before);
    CHECK(verdict(datagram, [&](const gridnet::Datagram& read) {
            return read.check(network(entry), number<std::uint64_t>(entry.at("now")),
                              before.is_null() ? nullptr : &previous);
          }) == vectors::reason(entry));
    if (datagram.ok()) CHECK(datagram.value().to_file() == hex(entry.at("file")));
    seen.insert(vectors::reason(entry));
    ++count;
  }
  CHECK(count >= 37);
  Names all = vectors::names<gridnet::Refusal>();
  all.insert("");
  CHECK(seen == all);
}

TEST_CASE("fraud.json: whom two tokens convict, and why they do not") {
  Names seen;
  std::size_t count = 0, convicted = 0;
  for (const Json& entry : vectors::list("fraud.json", "frauds")) {
    INFO(text(entry.at("name")));
    const Bytes proof = hex(entry.at("proof"));
    const auto fraud = gridnet::try_check_fraud(network(entry), proof);
    CHECK(verdict(fraud, [](const gridnet::Fraud& read) { return read.reason; }) == vectors::reason(entry));
    CHECK(vectors::reason(entry).empty() == !entry.at("owner").is_null());
    seen.insert(vectors::reason(entry));
    ++count;
    if (entry.at("owner").is_null()) continue;
    CHECK(fraud.value().owner == fixed<Bytes32>(entry.at("owner")));
    const std::size_t half = proof.size() / 2;
    const auto first = gridnet::Token::from_bytes({proof.data(), half});
    const auto second = gridnet::Token::from_bytes({proof.data() + half, half});
    CHECK(fraud.value().pool == first.body().pool);
    CHECK(fraud.value().bank == first.body().bank);
    CHECK(gridnet::prove_fraud(network(entry), second, first) == proof);
    ++convicted;
  }
  CHECK(count >= 16);
  CHECK(convicted >= 1);
  Names all = vectors::names<gridnet::NoFraud>();
  all.insert("");
  CHECK(seen == all);
}
