#include <gridnet/proof.hpp>
#include <gridnet/proof.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "common.hpp"

namespace {

using gridnet::HeaderFault;

const gridnet::Engine& engine() {
  static const gridnet::Engine engine({{"cpu"}, 1, 0, ""});
  return engine;
}

/// The first two blocks of Bitcoin.
const std::string blocks[] = {
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
    "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
    "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee1467"
    "7ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299"};

}  // namespace

TEST_CASE("a real header is good, and another nonce is not") {
  auto header = bytes(blocks[0]);
  CHECK(gridnet::verify_header(header) == HeaderFault::none);
  header[76] ^= 1;
  CHECK(gridnet::verify_header(header) == HeaderFault::work);
  CHECK(std::string(gridnet::name(HeaderFault::work)) == "high-hash");
  header[75] = 0;
  CHECK(gridnet::verify_header(header) == HeaderFault::target);
  header.pop_back();
  const auto refused = gridnet::try_verify_header(header);
  REQUIRE(!refused.ok());
  CHECK(refused.failure().name() == "size");
  CHECK(refused.failure().message().find("79") != std::string::npos);
}

TEST_CASE("a chain of real headers is worth its work") {
  auto chain = bytes(blocks[0] + blocks[1]);
  const gridnet::HeaderChain good =
      gridnet::verify_headers(engine(), chain, {gridnet::Retarget::Rule::bitcoin, 0, 0});
  CHECK(good.count == 2);
  CHECK(good.valid == 2);
  CHECK(good.fault == HeaderFault::none);
  CHECK(!good.first_bad.has_value());
  // Twice 2^32 and a little more.
  CHECK(good.work[27] == 2);
  chain[80 + 4] ^= 1;
  const gridnet::HeaderChain broken = gridnet::verify_headers(engine(), chain);
  CHECK(broken.valid == 1);
  CHECK(broken.fault == HeaderFault::link);
  CHECK(broken.first_bad == 1);
  chain.push_back(0);
  CHECK(gridnet::try_verify_headers(engine(), chain).failure().name() == "header-bytes");
  CHECK(gridnet::try_verify_headers(engine(), {}, {static_cast<gridnet::Retarget::Rule>(7), 0, 0}).failure().name() ==
        "unknown");
}

TEST_CASE("an identity is proven where its nonces overflow, too") {
  const gridnet::Bytes32 address{7, 7, 7};
  const gridnet::Target target = gridnet::Target::from_zero_bits(12);
  // Nonces of two bits: the address is appended to itself again and again.
  const gridnet::Minted minted = gridnet::mint(engine(), address, target, nullptr, 2);
  CHECK(minted.proof.repetitions > 1);
  CHECK(minted.hash[0] == 0);
  CHECK(gridnet::verify_identity(address, minted.proof, target) == gridnet::IdentityFault::none);
  auto other = minted.proof;
  other.nonce ^= 0x100;
  CHECK(gridnet::verify_identity(address, other, target) == gridnet::IdentityFault::hash);
  CHECK(gridnet::verify_identity(address, {0, 0}, target) == gridnet::IdentityFault::repetitions);
  CHECK(gridnet::try_mint(engine(), address, target, nullptr, 33).failure().name() == "out-of-range");
}
