// Mines a block header on every device, with progress: the 80 bytes of a header as 160 hexadecimal digits, or none for
// the first block of Bitcoin with its nonce forgotten.
#include <gridnet/gridnet.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <future>
#include <string>

namespace {

using Header = std::array<std::uint8_t, gridnet::header_bytes>;

const char* const genesis =
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
    "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d00000000";

bool read(const std::string& digits, Header& header) {
  if (digits.size() != 2 * header.size() || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
    return false;
  }
  for (std::size_t i = 0; i < header.size(); ++i) {
    header[i] = static_cast<std::uint8_t>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
  }
  return true;
}

}  // namespace

int main(int count, char** words) try {
  Header header{};
  if (count > 2 || !read(count == 2 ? words[1] : genesis, header)) {
    std::fprintf(stderr, "usage: miner [160 hexadecimal digits of a header]\n");
    return 2;
  }
  const std::uint32_t bits = header[72] | header[73] << 8 | header[74] << 16 | std::uint32_t{header[75]} << 24;
  gridnet::Search search;
  search.function = gridnet::HashFunction::sha256d();
  search.message = header;
  search.nonce = {76, 4, gridnet::Order::little};
  search.target = gridnet::Target::from_compact(bits);

  const gridnet::Engine engine{gridnet::EngineOptions{}};
  const gridnet::Control control;
  auto found = std::async(std::launch::async, [&] { return engine.search(search, &control); });
  while (found.wait_for(std::chrono::seconds(1)) != std::future_status::ready) {
    const gridnet::Progress progress = control.progress();
    std::fprintf(stderr, "\r%.1f MH/s, %.0f %%", progress.rate / 1e6, 100.0 * progress.done / progress.total);
  }
  std::fprintf(stderr, "\n");
  const gridnet::Found answer = found.get();
  if (answer.hits.empty()) {
    std::printf("no nonce meets the target\n");
    return 3;
  }
  std::printf("nonce %llu\n", static_cast<unsigned long long>(answer.hits.front().nonce));
} catch (const gridnet::Error& error) {
  std::fprintf(stderr, "error %u (%s): %s\n", error.code(), error.name().c_str(), error.what());
  return 1;
}
