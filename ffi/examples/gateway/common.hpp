// What the three programs share: files that are whole or not there, identities, and how a program ends: 0 for done, 1
// for an error, 2 for wrong usage, 3 for something that was refused.
#ifndef GATEWAY_COMMON_HPP
#define GATEWAY_COMMON_HPP

#include <fcntl.h>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <gridnet/gridnet.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace example {

using Bytes = std::vector<std::uint8_t>;
using Words = std::vector<std::string>;

// A network of one's own, on which an identity takes no time.
constexpr gridnet::Network network = gridnet::Network::regtest;

// More than any file here has. What strangers send is not taken into memory without bound.
constexpr std::size_t file_bytes_max = 4U << 20U;

// The library asks no clock: whoever calls says what time it is.
inline std::uint64_t now() { return static_cast<std::uint64_t>(std::time(nullptr)); }

// The library's own kind of error, so that all end alike.
[[noreturn]] inline void fail(const std::string& path, const std::string& why) {
  throw gridnet::Error(gridnet::Failure(207, "file", path + ": " + why));
}
[[noreturn]] inline void fail(const std::string& path) { fail(path, std::strerror(errno)); }

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode) : path_(path), file_(::open(path.c_str(), flags, mode)) {
    if (file_ < 0) fail(path_);
  }
  ~Descriptor() { ::close(file_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void write(gridnet::View bytes) const {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t written = ::write(file_, bytes.data() + done, bytes.size() - done);
      if (written < 0 && errno != EINTR) fail(path_);
      if (written > 0) done += static_cast<std::size_t>(written);
    }
  }

  void lock() const {
    while (::flock(file_, LOCK_EX) != 0) {
      if (errno != EINTR) fail(path_);
    }
  }

  // Only what was synced survives that the power fails.
  void sync() const {
    if (::fsync(file_) != 0) fail(path_);
  }

 private:
  std::string path_;
  int file_;
};

// Lets one process at a time in, and waits for the others; one that ends however it ends lets the next in.
class Lock {
 public:
  explicit Lock(const std::string& path) : file_(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) { file_.lock(); }

 private:
  Descriptor file_;
};

inline Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path);
  Bytes bytes(file_bytes_max + 1);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) fail(path);
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() > file_bytes_max) fail(path, "this is more than any file here has");
  return bytes;
}

enum class For : mode_t { everybody = 0644, owner = 0600 };

// Writes a file beside the one that is meant, and puts it in its place when it is safe on disk. Whatever happens,
// whoever looks finds the old file or the new one, whole.
inline void write_file(const std::string& path, gridnet::View bytes, For whom) {
  const std::string beside = path + ".new" + std::to_string(::getpid());
  ::unlink(beside.c_str());  // Of one that was interrupted.
  {
    const Descriptor file(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(whom));
    file.write(bytes);
    file.sync();
  }
  if (std::rename(beside.c_str(), path.c_str()) != 0) fail(path);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  Descriptor(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0).sync();
}

inline std::string hex(gridnet::View bytes) {
  std::string digits;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    digits += "0123456789abcdef"[bytes.data()[i] >> 4U];
    digits += "0123456789abcdef"[bytes.data()[i] & 15U];
  }
  return digits;
}

// What somebody keeps of a token's session: many may be under way.
inline std::string session_file(const std::string& home, const gridnet::Token& token, const char* ending) {
  return home + "/" + hex(token.session()).substr(0, 16) + ending;
}

// The key of a file, which is made where there is none.
inline gridnet::Signer key_of(const std::string& path) {
  if (std::filesystem::exists(path)) return gridnet::Signer::read(path);
  const gridnet::Signer drawn = gridnet::Signer::draw();
  drawn.write(path);
  return drawn;
}

// An engine that needs no thread but the caller's: enough for a gateway.
inline gridnet::Engine small_engine() {
  gridnet::EngineOptions options;
  options.devices = {"cpu"};
  options.threads = 1;
  return gridnet::Engine(options);
}

// A folder stands for the ledger, which everybody reads: files of registered pools, by id, and of registered
// identities, by address.
inline std::string identity_file(const std::string& ledger, const gridnet::Address& address) {
  return ledger + "/" + gridnet::address_text(network, address) + ".identity";
}

// The proof of an identity that is registered. A stranger's hashing is bounded, and looked at.
inline gridnet::IdentityProof identity(const std::string& path, const gridnet::Address& address) {
  const Bytes bytes = read_file(path);
  std::istringstream text(std::string(bytes.begin(), bytes.end()));
  gridnet::IdentityProof proof;
  if (!(text >> proof.repetitions >> proof.nonce)) fail(path, "this must be two numbers, repetitions and nonce");
  const gridnet::IdentityFault fault = gridnet::check_identity(network, address, proof);
  if (fault != gridnet::IdentityFault::none) fail(path, std::string(gridnet::name(fault)));
  return proof;
}

// The proof of one's own identity, which is searched and registered where it was not yet.
inline gridnet::IdentityProof own_identity(const gridnet::Engine& engine, const std::string& ledger,
                                           const gridnet::Address& address) {
  const std::string path = identity_file(ledger, address);
  if (std::filesystem::exists(path)) return identity(path, address);
  const gridnet::IdentityProof proof = gridnet::mint(engine, address, gridnet::identity_target(network)).proof;
  const std::string text = std::to_string(proof.repetitions) + " " + std::to_string(proof.nonce) + "\n";
  write_file(path, text, For::everybody);
  return proof;
}

inline int refused(std::string_view why) {
  std::fprintf(stderr, "refused: %s\n", std::string(why).c_str());
  return 3;
}

inline int wrong_usage(const char* usage) {
  std::fprintf(stderr, "%s", usage);
  return 2;
}

// Runs a program on its words, without its own name.
template <class Program>
int run(int count, char** words, Program program) try {
  return program(Words(words + (count > 0 ? 1 : 0), words + count));
} catch (const gridnet::Error& error) {
  std::fprintf(stderr, "error %u (%s): %s\n", error.code(), error.name().c_str(), error.what());
  return 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}

}  // namespace example

#endif
