// Whether a transit pool, as it goes to the ledger, holds together: verify NETWORK FILE, with 1, 2 or 3 for main, test and
// regtest. Ends with 0 for a good one, 1 for a bad one, 2 for what is none.
#include <gridnet/gridnet.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

int main(int count, char** words) try {
  if (count != 3) {
    std::fprintf(stderr, "usage: verify NETWORK FILE\n");
    return 2;
  }
  std::ifstream file(words[2], std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "there is no %s\n", words[2]);
    return 2;
  }
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  const auto claim = gridnet::ClaimedPool::from_bytes(bytes);
  const gridnet::Reason reason = claim.pool().check(static_cast<gridnet::Network>(std::strtoul(words[1], nullptr, 10)));
  if (reason == gridnet::Reason::none) {
    std::printf("good: %zu hops\n", claim.pool().hops());
    return 0;
  }
  std::printf("bad: %s\n", std::string(gridnet::name(reason)).c_str());
  return 1;
} catch (const gridnet::Error& error) {
  std::fprintf(stderr, "error %u (%s): %s\n", error.code(), error.name().c_str(), error.what());
  return 2;
}
