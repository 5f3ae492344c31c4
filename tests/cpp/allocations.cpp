// What a gateway verifies over and over takes no memory, whether it is good or bad. A program of its own: by the
// linker's --wrap it stands between all that it is linked with, the C++ library too, and those who give memory.
#include <gridnet/gridnet.hpp>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "common.hpp"
#include "meters.hpp"
#include "world.hpp"

namespace {

/// Calls of this thread that took memory. Atomic, so that no compiler believes that malloc leaves it alone.
thread_local std::atomic<std::size_t> taken{0};

}  // namespace

// The names are the linker's.
extern "C" {
void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __real_realloc(void* memory, std::size_t size);
void* __real_aligned_alloc(std::size_t alignment, std::size_t size);
int __real_posix_memalign(void** memory, std::size_t alignment, std::size_t size);
void* __real__Znwm(std::size_t size);
void* __real__ZnwmSt11align_val_t(std::size_t size, std::align_val_t alignment);

void* __wrap_malloc(std::size_t size);
void* __wrap_calloc(std::size_t count, std::size_t size);
void* __wrap_realloc(void* memory, std::size_t size);
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size);
int __wrap_posix_memalign(void** memory, std::size_t alignment, std::size_t size);
void* __wrap__Znwm(std::size_t size);
void* __wrap__ZnwmSt11align_val_t(std::size_t size, std::align_val_t alignment);

void* __wrap_malloc(std::size_t size) {
  ++taken;
  return __real_malloc(size);
}
void* __wrap_calloc(std::size_t count, std::size_t size) {
  ++taken;
  return __real_calloc(count, size);
}
void* __wrap_realloc(void* memory, std::size_t size) {
  ++taken;
  return __real_realloc(memory, size);
}
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
  ++taken;
  return __real_aligned_alloc(alignment, size);
}
int __wrap_posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  ++taken;
  return __real_posix_memalign(memory, alignment, size);
}
// operator new comes to malloc in the end, but not where valgrind has taken its place.
void* __wrap__Znwm(std::size_t size) {
  ++taken;
  return __real__Znwm(size);
}
void* __wrap__ZnwmSt11align_val_t(std::size_t size, std::align_val_t alignment) {
  ++taken;
  return __real__ZnwmSt11align_val_t(size, alignment);
}
}

namespace {

using world::NETWORK;
using world::NOW;

int failures = 0;

void check(bool is_right, const char* what) {
  if (is_right) return;
  std::printf("FAILED: %s\n", what);
  ++failures;
}

/// What a call takes.
template <class F>
std::size_t taken_by(F call) {
  const std::size_t before = taken;
  call();
  return taken - before;
}

/// That a call says what it must, and takes nothing.
template <class F>
void takes_nothing(const char* what, F says_what_it_must) {
  bool is_right = false;
  const std::size_t count = taken_by([&] { is_right = says_what_it_must(); });
  std::printf("%zu allocations: %s\n", count, what);
  check(is_right, what);
  check(count == 0, what);
}

/// Where memory goes that nobody needs: without it compilers see that it need not be taken.
void* volatile last;

/// The counter counts, on both sides and in every way that memory is taken.
void the_counter_counts(const gridnet::Token& token) {
  struct alignas(64) Wide {
    char bytes[64];
  };
  check(taken_by([] { last = nullptr; }) == 0, "nothing takes nothing");
  check(taken_by([] { last = new int(7); }) >= 1, "C++ takes memory for an int");
  delete static_cast<int*>(last);
  check(taken_by([] { last = new Wide; }) >= 1, "C++ takes memory for what is aligned");
  delete static_cast<Wide*>(last);
  check(taken_by([] { last = std::malloc(8); }) == 1, "C takes memory");
  check(taken_by([] { last = std::realloc(last, 80); }) == 1, "C takes more memory");
  std::free(last);
  check(taken_by([] { last = std::calloc(1, 8); }) == 1, "C takes memory of zeros");
  std::free(last);
  check(taken_by([] { last = std::aligned_alloc(64, 64); }) == 1, "C takes aligned memory");
  std::free(last);
  // What the C++ library takes on its own.
  std::string text;
  check(taken_by([&] { text.resize(1000); }) >= 1, "C++ takes memory for a string");
  // Rust encodes in memory of its own, of which C++ makes a copy.
  check(taken_by([&] { token.to_bytes(); }) >= 2, "Rust takes memory for an encoding");
  check(taken_by([] { gridnet::Custody(); }) >= 2, "Rust takes memory for a chain");
}

std::vector<std::uint8_t> with_last_changed(std::vector<std::uint8_t> bytes) {
  bytes.back() ^= 1;
  return bytes;
}

void what_comes_with_a_datagram() {
  const world::Recipient receiver("receiver");
  gridnet::OwnedPool pool = world::pool();
  const gridnet::Address destination = world::address("destination");
  const std::string payload(300, 'x');
  gridnet::Ask ask = world::ask(receiver.keys);
  ask.content = gridnet::bundle_content(destination, NOW + 50, payload);
  const gridnet::Issued issued = pool.issue(world::key("owner"), ask, world::forget);
  const auto& token = issued.token;
  world::Session session(issued);
  session.carry("ann");
  session.carry("ben", true);
  session.carry("cyd");
  the_counter_counts(token);

  const auto bad_token = gridnet::Token::from_bytes(with_last_changed(token.to_bytes()));
  takes_nothing("a good token", [&] { return token.check(NETWORK) == gridnet::Reason::none; });
  takes_nothing("a bad token", [&] { return bad_token.check(NETWORK) == gridnet::Reason::owner_signature; });

  const gridnet::PoolCard card = pool.card(0), other_card = pool.card(1);
  takes_nothing("a card of a token", [&] { return card.is_of(NETWORK, token) && card.leads_to_ceiling(token); });
  takes_nothing("another bank's", [&] { return !other_card.is_of(NETWORK, token); });
  takes_nothing("and its chain", [&] { return !other_card.leads_to_ceiling(token); });

  const gridnet::Custody on_its_way = session.custody;
  session.arrive();
  const auto broken = gridnet::Custody::from_bytes(with_last_changed(session.custody.to_bytes()));
  takes_nothing("a custody chain", [&] { return session.custody.check(NETWORK, token).ok(); });
  takes_nothing("one on its way", [&] { return on_its_way.check(NETWORK, token).ok(); });
  takes_nothing("one that breaks", [&] {
    const gridnet::CustodyFault fault = broken.check(NETWORK, token);
    return fault.reason == gridnet::Reason::last_hand_over && fault.element == 4;
  });

  const auto datagram =
      gridnet::Datagram::make(token, session.custody, destination, NOW + 50, payload).with_card(card);
  takes_nothing("a datagram", [&] { return datagram.check(NETWORK, NOW) == gridnet::Refusal::none; });
  takes_nothing("a late one", [&] { return datagram.check(NETWORK, NOW + 51) == gridnet::Refusal::expiry; });
  const auto tampered = datagram.with_custody(broken);
  takes_nothing("a tampered one", [&] { return tampered.check(NETWORK, NOW) == gridnet::Refusal::last_hand_over; });
  const gridnet::Bytes32 before{};
  takes_nothing("one of no stream", [&] { return datagram.check(NETWORK, NOW, &before) == gridnet::Refusal::content; });

  const gridnet::TransitPool transit = world::assemble(session, receiver);
  const auto forged = gridnet::TransitPool::from_bytes(with_last_changed(transit.to_bytes()));
  takes_nothing("a transit pool", [&] { return transit.check(NETWORK) == gridnet::Reason::none; });
  takes_nothing("a forged one", [&] { return forged.check(NETWORK) == gridnet::Reason::receiver_signature; });
}

void a_header_and_an_identity() {
  // Bitcoin's first block.
  auto header = bytes(
      "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
      "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c");
  takes_nothing("a header", [&] { return gridnet::verify_header(header) == gridnet::HeaderFault::none; });
  header[76] ^= 1;
  takes_nothing("a worn one", [&] { return gridnet::verify_header(header) == gridnet::HeaderFault::work; });

  const gridnet::Address owner = world::address("owner"), other = world::address("ann");
  const gridnet::IdentityProof proof = world::proof(), none{0, 0};
  const gridnet::Target target = gridnet::identity_target(NETWORK);
  using gridnet::IdentityFault;
  takes_nothing("an identity", [&] { return check_identity(NETWORK, owner, proof) == IdentityFault::none; });
  takes_nothing("by its target", [&] { return verify_identity(owner, proof, target) == IdentityFault::none; });
  constexpr auto main_network = gridnet::Network::main;
  takes_nothing("another's", [&] { return check_identity(main_network, other, proof) == IdentityFault::hash; });
  takes_nothing("of nothing", [&] { return check_identity(NETWORK, owner, none) == IdentityFault::repetitions; });
}

void a_reading() {
  const gridnet::MeterFacts facts = meters::facts();
  const gridnet::SignedReading good = meters::chain(1).at(0);
  gridnet::SignedReading forged = good;
  forged.signature[40] ^= 1;
  using gridnet::Misread;
  const auto take = [&](const gridnet::SignedReading& reading) {
    return gridnet::take_reading(NETWORK, facts, std::nullopt, reading, NOW).reason;
  };
  takes_nothing("a reading", [&] { return good.is_signed(NETWORK, facts.key) && take(good) == Misread::none; });
  takes_nothing("a forged one", [&] { return take(forged) == Misread::signature; });
}

}  // namespace

int main() {
  what_comes_with_a_datagram();
  a_header_and_an_identity();
  a_reading();
  return failures == 0 ? 0 : 1;
}
