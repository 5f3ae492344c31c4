#include "impl.hpp"

namespace gridnet {

namespace detail {

bridge::Function function(const HashFunction& function) {
  return {static_cast<std::uint8_t>(function.kind), function.personal};
}

Report report(const bridge::Report& report) {
  Report out;
  out.nanoseconds = report.nanoseconds;
  for (const bridge::Share& share : report.shares) {
    out.devices.push_back({text(share.id), text(share.name), text(share.path), share.done});
  }
  return out;
}

/// The engine's own steps and verdicts are as wide as the bridge's.
static_assert(sizeof(SignatureVerdict) == 1);

}  // namespace detail

Result<Bytes32> try_hash(const HashFunction& function, View message) {
  bridge::Status status;
  const Bytes32 hash = bridge::hash(detail::function(function), detail::slice(message), status);
  if (!detail::is_good(status)) return detail::failure(status);
  return hash;
}

Result<Target> Target::try_from_zero_bits(std::uint32_t bits) {
  bridge::Status status;
  const Bytes32 target = bridge::zero_bits_target(bits, status);
  if (!detail::is_good(status)) return detail::failure(status);
  return Target{target};
}

Result<Target> Target::try_from_compact(std::uint32_t bits) {
  bridge::Status status;
  const Bytes32 target = bridge::compact_target(bits, status);
  if (!detail::is_good(status)) return detail::failure(status);
  return Target{target};
}

Engine::Engine(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Result<Engine> Engine::try_make(const EngineOptions& options) {
  bridge::Options asked;
  for (const std::string& device : options.devices) asked.devices.push_back(rust::String::lossy(device));
  asked.threads = options.threads;
  asked.audit_one_in = options.audit_one_in;
  asked.path = rust::String::lossy(options.path);
  bridge::Status status;
  auto engine = bridge::new_engine(asked, status);
  if (!detail::is_good(status)) return detail::failure(status);
  return Engine(std::unique_ptr<Impl>(new Impl{std::move(engine)}));
}

std::vector<Device> Engine::devices() const {
  std::vector<Device> out;
  if (impl_ != nullptr) {
    for (const bridge::Device& device : impl_->engine->devices()) out.push_back(detail::device(device));
  }
  return out;
}

Result<std::string> Engine::try_path(const HashFunction& function) const {
  if (impl_ == nullptr) return detail::empty("engine");
  bridge::Status status;
  const auto path = impl_->engine->path(detail::function(function), status);
  if (!detail::is_good(status)) return detail::failure(status);
  return detail::text(path);
}

Result<Found> Engine::try_search(const Search& search, const Control* control) const {
  if (impl_ == nullptr) return detail::empty("engine");
  const bridge::Question question{detail::function(search.function),
                                  search.nonce.offset,
                                  search.nonce.bytes,
                                  search.nonce.endian == Order::big,
                                  search.start,
                                  search.end,
                                  search.target.bytes,
                                  search.order == Order::big,
                                  search.limit};
  bridge::Status status;
  bridge::Report report{};
  const bridge::Found found = impl_->engine->search(detail::slice(search.message), question,
                                                    *detail::Watched(control), report, status);
  if (!detail::is_good(status)) return detail::failure(status);
  Found out;
  for (const bridge::Hit& hit : found.hits) out.hits.push_back({hit.nonce, hit.hash});
  if (found.is_cut_short) out.resume = found.resume;
  out.report = detail::report(report);
  return out;
}

Result<Report> Engine::try_walk(const HashFunction& function, View starts, const std::uint64_t* steps,
                                std::size_t count, Room ends, const Control* control) const {
  if (impl_ == nullptr) return detail::empty("engine");
  bridge::Status status;
  bridge::Report report{};
  impl_->engine->walk(detail::function(function), detail::slice(starts), {steps, count}, detail::slice(ends),
                      *detail::Watched(control), report, status);
  if (!detail::is_good(status)) return detail::failure(status);
  return detail::report(report);
}

Result<Report> Engine::try_digest(const HashFunction& function, View messages, std::size_t length, Room digests,
                                  const Control* control) const {
  if (impl_ == nullptr) return detail::empty("engine");
  bridge::Status status;
  bridge::Report report{};
  impl_->engine->digest(detail::function(function), detail::slice(messages), length, detail::slice(digests),
                        *detail::Watched(control), report, status);
  if (!detail::is_good(status)) return detail::failure(status);
  return detail::report(report);
}

Result<Report> Engine::try_verify(View keys, View messages, std::size_t length, View signatures,
                                  SignatureVerdict* verdicts, std::size_t count, const Control* control) const {
  if (impl_ == nullptr) return detail::empty("engine");
  bridge::Status status;
  bridge::Report report{};
  // An enumeration of one byte each.
  const rust::Slice<std::uint8_t> out(reinterpret_cast<std::uint8_t*>(verdicts), count);
  impl_->engine->verify(detail::slice(keys), detail::slice(messages), length, detail::slice(signatures), out,
                        *detail::Watched(control), report, status);
  if (!detail::is_good(status)) return detail::failure(status);
  return detail::report(report);
}

}  // namespace gridnet
