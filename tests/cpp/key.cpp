#include <gridnet/key.hpp>
#include <gridnet/key.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "common.hpp"
#include "world.hpp"

namespace {

namespace fs = std::filesystem;
using gridnet::Network;
using gridnet::Result;
using gridnet::SealSecret;
using gridnet::Signature;
using gridnet::Signer;
using world::NETWORK;

constexpr Network networks[] = {Network::main, Network::test, Network::regtest};
constexpr auto no_network = static_cast<Network>(7);

/// A folder that is gone with all that is in it when the test is over.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "gridnet-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("there is no place for a folder");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

/// Whoever does not sign.
Result<Signature> none_signs(const gridnet::Bytes32&) { return gridnet::Failure("the element is locked"); }

/// What becomes of a call that needs a signature by a callback.
Result<gridnet::Receiver> bound_by(Signer::Sign sign) {
  const Signer signer = Signer::elsewhere(world::key("ann").public_key(), std::move(sign));
  return signer.try_bind(NETWORK, world::secret("a seal key"));
}

}  // namespace

TEST_CASE("a seed's key is the one of RFC 8032") {
  // 7.1, test 1.
  const auto seed =
      array<gridnet::Bytes32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const Signer signer = Signer::from_seed(seed);
  const gridnet::PublicKey key = signer.public_key();
  CHECK(key == array<gridnet::PublicKey>("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  CHECK(gridnet::is_admitted(key));
  const Signer copy = signer;
  CHECK(copy.public_key() == key);
}

TEST_CASE("a seal secret's public key is the one of RFC 7748") {
  // 6.1, Alice's.
  const auto bytes =
      array<gridnet::Bytes32>("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  CHECK(SealSecret::from_bytes(bytes).public_key() ==
        array<gridnet::SealKey>("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
}

TEST_CASE("what is drawn is drawn anew every time") {
  CHECK(gridnet::draw() != gridnet::draw());
  CHECK(Signer::draw().public_key() != Signer::draw().public_key());
  CHECK(SealSecret::draw().public_key() != SealSecret::draw().public_key());
}

TEST_CASE("an address is read as it is written, on its own network only") {
  const gridnet::Address address = world::address("ann");
  CHECK(address != world::address("ben"));
  const std::string prefixes[] = {"grid1", "tgrid1", "rgrid1"};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string text = gridnet::address_text(networks[i], address);
    CHECK(text.rfind(prefixes[i], 0) == 0);
    CHECK(gridnet::address_from_text(networks[i], text) == address);
    for (std::size_t other = 0; other < 3; ++other) {
      if (other != i) CHECK(why(gridnet::try_address_from_text(networks[other], text)) == "105 address");
    }
    std::string mistyped = text;
    mistyped[20] = mistyped[20] == 'q' ? 'p' : 'q';
    CHECK(why(gridnet::try_address_from_text(networks[i], mistyped)) == "105 address");
  }
  const std::string text = gridnet::address_text(NETWORK, address);
  const std::string odd("\xff\xfe");
  for (const std::string& bad : {std::string(), std::string("rgrid1"), text + 'q', text + '\0', odd}) {
    CHECK(why(gridnet::try_address_from_text(NETWORK, bad)) == "105 address");
  }
  CHECK(why(gridnet::try_address_text(no_network, address)) == "201 unknown");
  CHECK(why(gridnet::try_address_from_text(no_network, text)) == "201 unknown");
}

TEST_CASE("keys of small order and no points are not admitted") {
  gridnet::PublicKey small{};
  CHECK(!gridnet::is_admitted(small));
  small[0] = 1;
  CHECK(!gridnet::is_admitted(small));
  gridnet::PublicKey none{};
  none[0] = 2;
  CHECK(!gridnet::is_admitted(none));
  CHECK(why(Signer::try_elsewhere(none, none_signs)) == "104 bad-key");
  CHECK(why(Signer::try_elsewhere(small, none_signs)) == "104 bad-key");
}

TEST_CASE("a receiver's keys are bound together for one network") {
  const Signer signer = world::key("ann");
  const gridnet::SealKey seal_key = SealSecret::from_bytes(world::secret("seals")).public_key();
  const gridnet::Receiver receiver = signer.bind(NETWORK, seal_key);
  CHECK(receiver.key == signer.public_key());
  CHECK(receiver.seal_key == seal_key);
  CHECK(gridnet::is_bound(NETWORK, receiver));
  CHECK(!gridnet::is_bound(Network::main, receiver));
  gridnet::Receiver other = receiver;
  other.binding[9] ^= 1;
  CHECK(!gridnet::is_bound(NETWORK, other));
  other = receiver;
  other.seal_key[9] ^= 1;
  CHECK(!gridnet::is_bound(NETWORK, other));
  other = receiver;
  other.key = world::key("ben").public_key();
  CHECK(!gridnet::is_bound(NETWORK, other));
  CHECK(why(gridnet::try_is_bound(no_network, receiver)) == "201 unknown");
  CHECK(why(signer.try_bind(no_network, seal_key)) == "201 unknown");
  CHECK(thrown_by([&] { signer.bind(no_network, seal_key); }) == "201 unknown");
}

TEST_CASE("a receiver is read as it is written") {
  const gridnet::Receiver receiver = world::Recipient("receiver").keys;
  const std::vector<std::uint8_t> bytes = receiver.to_bytes();
  CHECK(bytes.size() == 32 + 32 + 64);
  const gridnet::Receiver read = gridnet::Receiver::from_bytes(bytes);
  CHECK(read.key == receiver.key);
  CHECK(read.seal_key == receiver.seal_key);
  CHECK(read.binding == receiver.binding);
  CHECK(why(gridnet::Receiver::try_from_bytes({})) == "101 encoding");
  CHECK(why(gridnet::Receiver::try_from_bytes({bytes.data(), bytes.size() - 1})) == "101 encoding");
  CHECK(why(gridnet::Receiver::try_from_bytes({nullptr, bytes.size()})) == "204 null");
}

TEST_CASE("a callback signs once for each signature, on the thread of the call") {
  const Signer held = world::key("ann");
  int calls = 0;
  std::thread::id thread;
  gridnet::Bytes32 asked{};
  const auto receiver = bound_by([&](const gridnet::Bytes32& digest) {
    ++calls;
    thread = std::this_thread::get_id();
    asked = digest;
    return held.try_sign(digest);
  });
  REQUIRE(receiver.ok());
  CHECK(calls == 1);
  CHECK(thread == std::this_thread::get_id());
  CHECK(receiver.value().binding == held.bind(NETWORK, world::secret("a seal key")).binding);
  CHECK(gridnet::is_signature(held.public_key(), asked, receiver.value().binding));
  asked[0] ^= 1;
  CHECK(!gridnet::is_signature(held.public_key(), asked, receiver.value().binding));
}

TEST_CASE("whoever keeps keys for others signs digests with them") {
  const gridnet::Bytes32 digest = world::secret("a digest");
  const Signature signature = world::key("ann").sign(digest);
  CHECK(gridnet::is_signature(world::key("ann").public_key(), digest, signature));
  CHECK(world::elsewhere("ann").sign(digest) == signature);
  CHECK(why(world::locked("ann").try_sign(digest)) == "117 signer");
  // One that is not the key's is not passed on here either.
  const auto wrong = Signer::elsewhere(world::key("ann").public_key(), [](const gridnet::Bytes32& of) {
    return world::key("ben").try_sign(of);
  });
  CHECK(why(wrong.try_sign(digest)) == "117 signer");
}

TEST_CASE("whatever a callback does wrong is the failure of the call") {
  const auto says = [](const Result<gridnet::Receiver>& result, const char* words) {
    return why(result) == "117 signer" && result.failure().message().find(words) != std::string::npos;
  };
  CHECK(says(bound_by([](const auto&) -> Result<Signature> {
               return gridnet::Failure(999, "locked", "the PIN is wrong");
             }),
             "the PIN is wrong"));
  CHECK(says(bound_by([](const auto&) -> Result<Signature> { throw std::runtime_error("the bus is down"); }),
             "the bus is down"));
  CHECK(says(bound_by([](const auto&) -> Result<Signature> { throw 7; }), "no std::exception"));
  CHECK(says(bound_by([](const auto&) { return Result<Signature>(world::locked("ann").sign({})); }), "is locked"));
  // No text at all, as a driver may give.
  CHECK(says(bound_by([](const auto&) -> Result<Signature> {
               return gridnet::Failure(1, "\xff", "\xff\xfe and a zero: \0");
             }),
             "and a zero"));
  CHECK(says(bound_by([](const auto&) -> Result<Signature> { return Signature{}; }), "no signature by its key"));
  const Signature another = world::key("ben").bind(NETWORK, world::secret("a seal key")).binding;
  CHECK(says(bound_by([&](const auto&) -> Result<Signature> { return another; }), "no signature by its key"));
  const Signature other_bytes = world::key("ann").bind(NETWORK, world::secret("another seal key")).binding;
  CHECK(says(bound_by([&](const auto&) -> Result<Signature> { return other_bytes; }), "no signature by its key"));
  CHECK(why(Signer::try_elsewhere(world::key("ann").public_key(), nullptr)) == "206 callback");
}

TEST_CASE("one signer serves many threads, and lives as long as its last copy") {
  const gridnet::Bytes32 digest = world::secret("a digest");
  const Signature expected = world::key("ann").sign(digest);
  std::atomic<int> calls{0};
  std::vector<Signature> signatures(8);
  std::vector<std::thread> threads;
  {
    const Signer signer = Signer::elsewhere(world::key("ann").public_key(), [&](const gridnet::Bytes32& of) {
      ++calls;
      return world::key("ann").try_sign(of);
    });
    for (Signature& signature : signatures) {
      threads.emplace_back([&signature, &digest, signer] {
        for (int turn = 0; turn < 4; ++turn) signature = signer.sign(digest);
      });
    }
  }
  for (std::thread& thread : threads) thread.join();
  for (const Signature& signature : signatures) CHECK(signature == expected);
  CHECK(calls == 32);
}

TEST_CASE("a key's file is its owner's alone, and gives the key back") {
  const Folder folder;
  const Signer signer = Signer::draw();
  const SealSecret secret = SealSecret::draw();
  signer.write(folder.file("key"));
  secret.write(folder.file("seals"));
  CHECK(Signer::read(folder.file("key")).public_key() == signer.public_key());
  CHECK(SealSecret::read(folder.file("seals")).public_key() == secret.public_key());
  for (const char* name : {"key", "seals"}) {
    CHECK(fs::status(folder.file(name)).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  }
  CHECK(why(Signer::try_read(folder.file("seals"))) == "101 encoding");
  CHECK(why(SealSecret::try_read(folder.file("key"))) == "101 encoding");
}

TEST_CASE("what is there already is never written over") {
  const Folder folder;
  const std::string path = folder.file("key");
  put(path, "precious");
  CHECK(why(world::key("ann").try_write(path)) == "207 file");
  CHECK(why(SealSecret::draw().try_write(path)) == "207 file");
  CHECK(content(path) == "precious");
  // Where a link leads nowhere, the file would be made elsewhere.
  fs::create_symlink(folder.file("elsewhere"), folder.file("link"));
  CHECK(why(world::key("ann").try_write(folder.file("link"))) == "207 file");
  CHECK(!fs::exists(folder.file("elsewhere")));
  CHECK(thrown_by([&] { world::key("ann").write(path); }) == "207 file");
}

TEST_CASE("a damaged file gives no key") {
  const Folder folder;
  const std::string path = folder.file("key");
  world::key("ann").write(path);
  const std::string good = content(path);
  const auto read = [&](const std::string& bytes) {
    put(path, bytes);
    return why(Signer::try_read(path));
  };
  CHECK(read(good).empty());
  for (std::size_t place = 0; place < good.size(); ++place) {
    std::string damaged = good;
    damaged[place] = static_cast<char>(damaged[place] ^ 4);
    CHECK(read(damaged) == "101 encoding");
  }
  for (const std::string& bad : {std::string(), good.substr(1), good.substr(0, good.size() - 1), good + 'x',
                                 good + std::string(5000, 'x')}) {
    CHECK(read(bad) == "101 encoding");
  }
}

TEST_CASE("where no file can be is said by name, with the path") {
  const Folder folder;
  const std::string missing = folder.file("missing");
  const auto read = Signer::try_read(missing);
  CHECK(why(read) == "207 file");
  CHECK(read.failure().message().find(missing) != std::string::npos);
  CHECK(why(SealSecret::try_read(missing)) == "207 file");
  for (const std::string& bad : {std::string(), folder.file(""), missing + "/key", folder.file("a") + '\0' + "b"}) {
    CHECK(why(Signer::try_read(bad)) == "207 file");
    CHECK(why(world::key("ann").try_write(bad)) == "207 file");
  }
  CHECK(!fs::exists(folder.file("a")));
  CHECK(why(world::elsewhere("ann").try_write(missing)) == "207 file");
  CHECK(!fs::exists(missing));
}

TEST_CASE("keys that were moved from, or never made, are empty") {
  Signer signer = world::key("ann");
  const Signer taken = std::move(signer);
  CHECK(taken.try_public_key().ok());
  SealSecret secret = SealSecret::draw();
  const SealSecret kept = std::move(secret);
  CHECK(kept.try_public_key().ok());
  for (const Signer& empty : {signer, Signer(nullptr)}) {
    CHECK(why(empty.try_public_key()) == "203 empty");
    CHECK(why(empty.try_write("never-made")) == "203 empty");
    CHECK(why(empty.try_bind(NETWORK, {})) == "203 empty");
    CHECK(why(empty.try_sign({})) == "203 empty");
  }
  for (const SealSecret& empty : {secret, SealSecret(nullptr)}) {
    CHECK(why(empty.try_public_key()) == "203 empty");
    CHECK(why(empty.try_write("never-made")) == "203 empty");
  }
}

TEST_CASE("whoever keeps keys for others signs what a callback is asked for") {
  const Signer chip = world::key("ann");
  const auto digest = world::secret("a digest");
  CHECK(gridnet::is_signature(chip.public_key(), digest, chip.sign(digest)));
  const auto ask_chip = [&chip](const gridnet::Bytes32& asked) { return chip.try_sign(asked); };
  const Signer elsewhere = Signer::elsewhere(chip.public_key(), ask_chip);
  CHECK(gridnet::is_bound(NETWORK, elsewhere.bind(NETWORK, world::secret("a seal key"))));
  CHECK(elsewhere.sign(digest) == chip.sign(digest));
  // What another key signed is not passed on, here neither.
  CHECK(why(Signer::elsewhere(world::key("ben").public_key(), ask_chip).try_sign(digest)) == "117 signer");
  CHECK(why(Signer(nullptr).try_sign(digest)) == "203 empty");
}

TEST_CASE("a receiver is told in 128 bytes") {
  const auto receiver = world::key("ann").bind(NETWORK, world::secret("a seal key"));
  auto bytes = receiver.to_bytes();
  CHECK(bytes.size() == 128);
  const auto read = gridnet::Receiver::from_bytes(bytes);
  CHECK(read.key == receiver.key);
  CHECK(gridnet::is_bound(NETWORK, read));
  bytes.back() ^= 1;
  CHECK(!gridnet::is_bound(NETWORK, gridnet::Receiver::from_bytes(bytes)));
  bytes.pop_back();
  CHECK(why(gridnet::Receiver::try_from_bytes(bytes)) == "101 encoding");
}

TEST_CASE("a secret that was wiped is gone") {
  auto secret = world::secret("a secret");
  gridnet::wipe(secret);
  CHECK(secret == gridnet::Bytes32{});
  gridnet::wipe(gridnet::Room());
}
