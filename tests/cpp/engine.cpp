#include <gridnet/engine.hpp>
#include <gridnet/engine.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common.hpp"

namespace {

using gridnet::Bytes32;
using gridnet::Bytes64;
using gridnet::HashFunction;

const gridnet::Engine& engine() {
  static const gridnet::Engine engine({{"cpu"}, 2, 0, ""});
  return engine;
}

Bytes32 hash(const HashFunction& function, gridnet::View message) {
  return gridnet::try_hash(function, message).or_throw();
}

const HashFunction functions[] = {HashFunction::sha256(), HashFunction::sha256d(), HashFunction::blake2s(),
                                  HashFunction::blake2b()};

}  // namespace

TEST_CASE("digests of \"abc\" are those of FIPS 180-4 and RFC 7693") {
  const std::string abc = "abc";
  const auto is = [&](const HashFunction& function, const char* hex) {
    const std::vector<std::uint8_t> expected = bytes(hex);
    return std::equal(expected.begin(), expected.end(), hash(function, abc).begin());
  };
  CHECK(is(HashFunction::sha256(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  CHECK(is(HashFunction::blake2s(), "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"));
  HashFunction personal = HashFunction::blake2s();
  CHECK(hash(personal, abc) == hash(HashFunction::blake2s(), abc));
  personal.personal = {'G', 'N', '-', 'h', 'o', 'p', '_', '_'};
  CHECK(is(personal, "63041ae73fe24252b21bcb76940ae68337f08642785f94311d7922f7dd2e620f"));
}

TEST_CASE("digests and walks in bulk are what single hashes say") {
  for (const HashFunction& function : functions) {
    std::vector<std::uint8_t> messages(100 * 37);
    for (std::size_t i = 0; i < messages.size(); ++i) messages[i] = static_cast<std::uint8_t>(i * 7);
    std::vector<Bytes32> digests(100);
    const gridnet::Report report = engine().digest(function, messages, 37, digests);
    REQUIRE(report.devices.size() == 1);
    CHECK(report.devices[0].id == "cpu");
    CHECK(report.devices[0].done == 100);
    for (std::size_t i = 0; i < 100; ++i) {
      CHECK(digests[i] == hash(function, {messages.data() + 37 * i, 37}));
    }

    std::vector<std::uint64_t> steps(100);
    for (std::size_t i = 0; i < 100; ++i) steps[i] = i % 9;
    std::vector<Bytes32> ends(100);
    engine().walk(function, digests, steps.data(), steps.size(), ends);
    for (std::size_t i = 0; i < 100; ++i) {
      Bytes32 value = digests[i];
      for (std::uint64_t step = 0; step < steps[i]; ++step) value = hash(function, value);
      CHECK(ends[i] == value);
    }
  }
}

TEST_CASE("a search finds every nonce there is, in order") {
  std::vector<std::uint8_t> message(80, 9);
  gridnet::Search search;
  search.function = HashFunction::blake2s();
  search.message = message;
  search.nonce = {76, 4, gridnet::Order::little};
  search.start = 100;
  search.end = 5000;
  search.target = gridnet::Target::from_zero_bits(8);
  search.order = gridnet::Order::big;
  search.limit = 1000;
  const gridnet::Found found = engine().search(search);
  CHECK(!found.resume.has_value());
  std::size_t next = 0;
  for (std::uint32_t nonce = 100; nonce < 5000; ++nonce) {
    for (std::size_t byte = 0; byte < 4; ++byte) message[76 + byte] = static_cast<std::uint8_t>(nonce >> 8 * byte);
    const Bytes32 digest = hash(search.function, message);
    if (digest[0] != 0) continue;
    REQUIRE(next < found.hits.size());
    CHECK(found.hits[next].nonce == nonce);
    CHECK(found.hits[next].hash == digest);
    ++next;
  }
  CHECK(next == found.hits.size());
  CHECK(next > 5);
}

TEST_CASE("the signatures of RFC 8032, and each with a bit wrong") {
  // 7.1, tests 1 (no message) and 3 (two bytes).
  const std::string keys[] = {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                              "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"};
  const std::string signatures[] = {
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
      "55141438e7a100b",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
      "027beceea1ec40a"};
  const std::vector<std::uint8_t> messages[] = {{}, {0xaf, 0x82}};
  for (std::size_t test = 0; test < 2; ++test) {
    gridnet::SignatureVerdict verdict = gridnet::SignatureVerdict::bad_key;
    const auto key = bytes(keys[test]);
    auto signature = bytes(signatures[test]);
    engine().verify(key, messages[test], messages[test].size(), signature, &verdict, 1);
    CHECK(verdict == gridnet::SignatureVerdict::good);
    signature[40] ^= 4;
    engine().verify(key, messages[test], messages[test].size(), signature, &verdict, 1);
    CHECK(verdict == gridnet::SignatureVerdict::bad_signature);
    signature[63] = 0xff;
    engine().verify(key, messages[test], messages[test].size(), signature, &verdict, 1);
    CHECK(verdict == gridnet::SignatureVerdict::bad_scalar);
  }
}

TEST_CASE("many threads ask at the same time") {
  std::vector<std::thread> threads;
  std::vector<Bytes32> ends(8);
  const std::uint64_t steps = 3000;
  const Bytes32 start{1, 2, 3};
  for (Bytes32& end : ends) {
    threads.emplace_back([&] { engine().walk(HashFunction::sha256(), start, &steps, 1, end); });
  }
  for (std::thread& thread : threads) thread.join();
  Bytes32 value = start;
  for (std::uint64_t step = 0; step < steps; ++step) value = hash(HashFunction::sha256(), value);
  for (const Bytes32& end : ends) CHECK(end == value);
}

TEST_CASE("what is asked wrongly is refused by name") {
  const auto refusal = [](const auto& result) { return result.ok() ? std::string() : result.failure().name(); };
  const std::uint64_t steps = 1;
  Bytes32 end{};
  const Bytes32 start{};
  CHECK(refusal(engine().try_walk(HashFunction::sha256(), {start.data(), 31}, &steps, 1, end)) == "size");
  CHECK(refusal(engine().try_walk(HashFunction::sha256(), start, &steps, 0, end)) == "size");
  CHECK(refusal(engine().try_walk(HashFunction::sha256(), start, &steps, 1, {end.data(), 0})) == "count");
  CHECK(refusal(engine().try_walk(HashFunction::sha256(), {nullptr, 0}, nullptr, 0, {})).empty());
  CHECK(refusal(engine().try_digest(HashFunction::sha256(), start, 5, end)) == "count");
  const HashFunction none{static_cast<HashFunction::Kind>(9), {}};
  CHECK(refusal(gridnet::try_hash(none, start)) == "unknown");
  const HashFunction odd{HashFunction::Kind::sha256, {1}};
  CHECK(refusal(gridnet::try_hash(odd, start)) == "personalisation");
  gridnet::Search search;
  CHECK(refusal(engine().try_search(search)) == "nonce-field");
  search.message = start;
  search.start = 5;
  search.end = 5;
  CHECK(refusal(engine().try_search(search)) == "nonce-range");
  CHECK(refusal(gridnet::Engine::try_make({{"no-such-device"}, 0, 0, ""})) == "unknown-device");
  CHECK(refusal(gridnet::Engine::try_make({{"cpu"}, 0, 0, "no-such-path"})) == "unknown-path");
  CHECK(refusal(gridnet::Engine::try_make({{"cpu"}, 1000000, 0, ""})) == "threads");
  CHECK(refusal(gridnet::Engine::try_make({{"\xff\xfe not UTF-8"}, 1, 0, ""})) == "unknown-device");
  CHECK_THROWS_AS(gridnet::Target::from_zero_bits(257), gridnet::Error);
  CHECK_THROWS_AS(gridnet::Target::from_compact(0), gridnet::Error);

  gridnet::Engine moved({{"cpu"}, 1, 0, ""});
  const gridnet::Engine taken(std::move(moved));
  CHECK(!taken.devices().empty());
  CHECK(moved.devices().empty());
  CHECK(refusal(moved.try_walk(HashFunction::sha256(), start, &steps, 1, end)) == "empty");
  CHECK(refusal(moved.try_search(search)) == "empty");
  CHECK(refusal(moved.try_path(HashFunction::sha256())) == "empty");
}

#ifdef __linux__
TEST_CASE("an engine of one thread on the CPU makes no thread") {
  const auto threads = [] {
    const auto tasks = std::filesystem::directory_iterator("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
  };
  const auto before = threads();
  std::optional<gridnet::Engine> alone(std::in_place, gridnet::EngineOptions{{"cpu"}, 1, 0, ""});
  CHECK(threads() == before);
  const std::vector<std::uint8_t> message(80, 9);
  gridnet::Search search;
  search.message = message;
  search.nonce = {76, 4, gridnet::Order::little};
  search.end = 50'000;
  CHECK(alone->search(search).hits.empty());
  CHECK(threads() == before);
  const std::vector<Bytes32> keys(40);
  const std::vector<Bytes64> signatures(40);
  std::vector<gridnet::SignatureVerdict> verdicts(40);
  alone->verify(keys, keys, 32, signatures, verdicts.data(), verdicts.size());
  CHECK(threads() == before);
  alone.reset();
  CHECK(threads() == before);
  // One more would be seen.
  std::thread([&] { CHECK(threads() == before + 1); }).join();
}
#endif

TEST_CASE("what is read and what is written are never the same memory") {
  std::vector<Bytes32> values(4);
  const std::vector<std::uint64_t> steps(4, 2);
  const auto sha = HashFunction::sha256();
  const auto name = [](const auto& result) { return result.ok() ? std::string() : result.failure().name(); };
  CHECK(name(engine().try_walk(sha, values, steps.data(), 4, values)) == "value");
  // Shifted by one value, and side by side.
  const gridnet::View first_two(values.data(), 64);
  CHECK(name(engine().try_walk(sha, first_two, steps.data(), 2, gridnet::Room(values.data() + 1, 64))) == "value");
  CHECK(name(engine().try_walk(sha, first_two, steps.data(), 2, gridnet::Room(values.data() + 2, 64))).empty());
  const gridnet::View last_two(values.data() + 2, 64);
  CHECK(name(engine().try_walk(sha, last_two, steps.data(), 2, gridnet::Room(values.data(), 64))).empty());
  CHECK(name(engine().try_digest(sha, values, 32, values)) == "value");
  auto* const verdicts = reinterpret_cast<gridnet::SignatureVerdict*>(values.data());
  CHECK(name(engine().try_verify(first_two, first_two, 32, std::vector<Bytes64>(2), verdicts, 2)) == "value");
}

TEST_CASE("steps that are not there, or too many, are errors") {
  std::vector<Bytes32> values(2), ends(2);
  const std::uint64_t steps[] = {1, 2};
  const auto sha = HashFunction::sha256();
  const auto name = [](const auto& result) { return result.ok() ? std::string() : result.failure().name(); };
  // So many that their bytes would be none at all.
  CHECK(name(engine().try_walk(sha, values, nullptr, std::size_t{1} << 61U, ends)) == "null");
  CHECK(name(engine().try_walk(sha, values, nullptr, 2, ends)) == "null");
  CHECK(name(engine().try_walk(sha, values, steps, std::size_t{1} << 61U, ends)) == "size");
  CHECK(name(engine().try_walk(sha, values, steps, 1, ends)) == "size");
}
