#include "impl.hpp"

namespace gridnet {

namespace detail {

bridge::Function function(const HashFunction& function) {
  return {static_cast<std::uint8_t>(function.kind), function.personal};
}

std::vector<Share> shares(const rust::Vec<bridge::Share>& shares) {
  std::vector<Share> out;
  for (const bridge::Share& share : shares) {
    out.push_back({text(share.id), text(share.name), text(share.path), share.done});
  }
  return out;
}

Report report(const bridge::Report& report) { return {shares(report.shares), report.nanoseconds}; }

/// The engine's own steps and verdicts are as wide as the bridge's.
static_assert(sizeof(SignatureVerdict) == 1);

}  // namespace detail

Result<Bytes32> try_hash(const HashFunction& function, View message) {
  return detail::told<Bytes32>(detail::lack(message), [&](auto& status) {
    return bridge::hash(detail::function(function), detail::slice(message), status);
  });
}

Result<Target> Target::try_from_zero_bits(std::uint32_t bits) {
  return detail::told<Target>(detail::lack(),
                              [&](auto& status) { return Target{bridge::zero_bits_target(bits, status)}; });
}

Result<Target> Target::try_from_compact(std::uint32_t bits) {
  return detail::told<Target>(detail::lack(),
                              [&](auto& status) { return Target{bridge::compact_target(bits, status)}; });
}

std::string_view name(SignatureVerdict verdict) noexcept {
  return detail::view(bridge::signature_fault_name(static_cast<std::uint8_t>(verdict)));
}

Engine::Engine(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Result<Engine> Engine::try_make(const EngineOptions& options) {
  return detail::made<Engine>(detail::lack(), [&](auto& status) {
    bridge::Options asked;
    for (const std::string& device : options.devices) asked.devices.push_back(rust::String::lossy(device));
    asked.threads = options.threads;
    asked.audit_one_in = options.audit_one_in;
    asked.path = rust::String::lossy(options.path);
    return bridge::new_engine(asked, status);
  });
}

std::vector<Device> Engine::devices() const {
  std::vector<Device> out;
  if (impl_ == nullptr) return out;
  bridge::Status status;
  for (const bridge::Device& device : impl_->inner->devices(status)) out.push_back(detail::device(device));
  return out;
}

Result<std::string> Engine::try_path(const HashFunction& function) const {
  return detail::told<std::string>(detail::lack(*this), [&](auto& status) {
    return impl_->inner->path(detail::function(function), status);
  });
}

Result<Found> Engine::try_search(const Search& search, const Control* control) const {
  return detail::told<Found>(detail::lack(*this, search.message), [&](auto& status) {
    const bridge::Question question{detail::function(search.function),
                                    search.nonce.offset,
                                    search.nonce.bytes,
                                    search.nonce.endian == Order::big,
                                    search.start,
                                    search.end,
                                    search.target.bytes,
                                    search.order == Order::big,
                                    search.limit};
    bridge::Report report{};
    const bridge::Found found = impl_->inner->search(detail::slice(search.message), question,
                                                     *detail::Watched(control), report, status);
    Found out;
    for (const bridge::Hit& hit : found.hits) out.hits.push_back({hit.nonce, hit.hash});
    if (found.is_cut_short) out.resume = found.resume;
    out.report = detail::report(report);
    return out;
  });
}

Result<Report> Engine::try_walk(const HashFunction& function, View starts, const std::uint64_t* steps,
                                std::size_t count, Room ends, const Control* control) const {
  if (steps == nullptr && count > 0) return detail::null();
  if (count != starts.size() / sizeof(Bytes32)) {
    return Failure(202, "size", "there must be as many steps as there are values");
  }
  detail::Lack lack = detail::lack(*this, starts, ends);
  if (!lack) lack = detail::overlap(starts, ends);
  if (!lack) lack = detail::overlap(View(steps, count * sizeof(*steps)), ends);
  return detail::told<Report>(std::move(lack), [&](auto& status) {
    bridge::Report report{};
    impl_->inner->walk(detail::function(function), detail::slice(starts), {steps, count}, detail::slice(ends),
                       *detail::Watched(control), report, status);
    return detail::report(report);
  });
}

Result<Report> Engine::try_digest(const HashFunction& function, View messages, std::size_t length, Room digests,
                                  const Control* control) const {
  detail::Lack lack = detail::lack(*this, messages, digests);
  if (!lack) lack = detail::overlap(messages, digests);
  return detail::told<Report>(std::move(lack), [&](auto& status) {
    bridge::Report report{};
    impl_->inner->digest(detail::function(function), detail::slice(messages), length, detail::slice(digests),
                         *detail::Watched(control), report, status);
    return detail::report(report);
  });
}

Result<Report> Engine::try_verify(View keys, View messages, std::size_t length, View signatures,
                                  SignatureVerdict* verdicts, std::size_t count, const Control* control) const {
  // An enumeration of one byte each.
  const Room out(verdicts, count);
  detail::Lack lack = detail::lack(*this, keys, messages, signatures, out);
  for (const View& read : {keys, messages, signatures}) {
    if (!lack) lack = detail::overlap(read, out);
  }
  return detail::told<Report>(std::move(lack), [&](auto& status) {
    bridge::Report report{};
    impl_->inner->verify(detail::slice(keys), detail::slice(messages), length, detail::slice(signatures),
                         detail::slice(out), *detail::Watched(control), report, status);
    return detail::report(report);
  });
}

}  // namespace gridnet
