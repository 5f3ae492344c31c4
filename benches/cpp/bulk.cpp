// The calls of benches/examples/cpp_twin.rs on the same data, made from C++: bulk FILE. Prints the same lines.
#include <gridnet/gridnet.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

/// How often one thing is done for one figure.
constexpr int turns = 500;
/// When the datagram is looked at.
constexpr std::uint64_t now = 1'800'000'000;

/// Numbers, little-endian, each list after its length, each encoding after its own.
class Reader {
 public:
  explicit Reader(const std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

  template <class T>
  T value() {
    T out{};
    std::memcpy(&out, take(sizeof(T)), sizeof(T));
    return out;
  }
  std::uint32_t number() { return value<std::uint32_t>(); }
  gridnet::View blob() {
    const std::size_t count = number();
    return {take(count), count};
  }

 private:
  const std::uint8_t* take(std::size_t count) {
    if (bytes_.size() - at_ < count) {
      std::fprintf(stderr, "the file is too short\n");
      std::exit(1);
    }
    at_ += count;
    return bytes_.data() + (at_ - count);
  }

  const std::vector<std::uint8_t>& bytes_;
  std::size_t at_ = 0;
};

gridnet::Context context(Reader& file, gridnet::Network network) {
  const auto height = file.number();
  gridnet::Context context(network, height, file.value<std::uint64_t>());
  for (std::uint32_t left = file.number(); left > 0; --left) {
    context.add(gridnet::Registration::from_bytes(file.blob()));
  }
  for (std::uint32_t left = file.number(); left > 0; --left) {
    const auto address = file.value<gridnet::Address>();
    gridnet::Identity identity;
    identity.proof.repetitions = file.number();
    identity.proof.nonce = file.number();
    identity.registered = file.number();
    identity.revoked = file.value<std::uint8_t>() == 1;
    identity.stake = file.value<std::uint64_t>();
    context.identify(address, identity);
  }
  for (std::uint32_t left = file.number(); left > 0; --left) {
    const auto pool = file.value<gridnet::Bytes32>();
    const auto bank = file.value<std::uint16_t>();
    gridnet::Kept kept;
    kept.depth = file.number();
    kept.word = file.value<gridnet::Bytes32>();
    const bool has_session = file.value<std::uint8_t>() == 1;
    const auto session = file.value<gridnet::Bytes32>();
    if (has_session) kept.session = session;
    context.keep(pool, bank, kept);
  }
  return context;
}

/// The median time that one call takes.
template <class F>
void single(const char* name, F call) {
  std::array<long long, turns> nanoseconds{};
  for (long long& took : nanoseconds) {
    const auto began = Clock::now();
    const bool good = call();
    took = std::chrono::nanoseconds(Clock::now() - began).count();
    if (!good) {
      std::fprintf(stderr, "%s is bad\n", name);
      std::exit(1);
    }
  }
  std::sort(nanoseconds.begin(), nanoseconds.end());
  std::printf("%s %lld\n", name, nanoseconds[turns / 2]);
}

}  // namespace

int main(int count, char** words) try {
  if (count != 2) {
    std::fprintf(stderr, "usage: bulk FILE\n");
    return 2;
  }
  std::ifstream stream(words[1], std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
  Reader file(bytes);
  const auto network = static_cast<gridnet::Network>(file.number());
  const gridnet::Context ledger = context(file, network);
  gridnet::Claims claims;
  const std::uint32_t claimed = file.number();
  gridnet::View first;
  for (std::uint32_t i = 0; i < claimed; ++i) {
    const gridnet::View claim = file.blob();
    if (i == 0) first = claim;
    claims.add(claim);
  }
  const auto datagram = gridnet::Datagram::from_file(file.blob());

  gridnet::EngineOptions options;
  options.devices = {"cpu"};
  const gridnet::Engine engine(options);
  gridnet::Sequence sequence;
  const auto began = Clock::now();
  const gridnet::Verified verified = sequence.verify(engine, claims, ledger);
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::size_t good = 0;
  for (const gridnet::Verdict& verdict : verified.verdicts) good += verdict.reason == gridnet::Reason::none;
  std::printf("bulk %.1f\n", static_cast<double>(claims.size()) / seconds);

  const auto test = gridnet::Network::regtest;
  const auto header = [] {
    std::array<std::uint8_t, gridnet::header_bytes> header{};
    const std::string digits =
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
        "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";
    for (std::size_t i = 0; i < header.size(); ++i) {
      header[i] = static_cast<std::uint8_t>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
    }
    return header;
  }();
  const gridnet::Token token = datagram.token();
  const gridnet::PoolCard card = datagram.card().value();
  const gridnet::Custody custody = datagram.custody();
  const gridnet::TransitPool pool = gridnet::ClaimedPool::from_bytes(first).pool();
  single("header", [&] { return gridnet::verify_header(header) == gridnet::HeaderFault::none; });
  single("token", [&] { return token.check(test) == gridnet::Reason::none; });
  single("card", [&] { return card.is_of(test, token); });
  single("custody", [&] { return custody.check(test, token).ok(); });
  single("datagram", [&] { return datagram.check(test, now) == gridnet::Refusal::none; });
  single("transit", [&] { return pool.check(network) == gridnet::Reason::none; });
  std::printf("good %zu\n", good);
} catch (const gridnet::Error& error) {
  std::fprintf(stderr, "error %u (%s): %s\n", error.code(), error.name().c_str(), error.what());
  return 1;
}
