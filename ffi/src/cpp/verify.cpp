#include "impl.hpp"

namespace gridnet {

namespace detail {

static Verified verified(const bridge::Verified& verified) {
  Verified out;
  out.verdicts.reserve(verified.verdicts.size());
  for (const bridge::Verdict& verdict : verified.verdicts) {
    out.verdicts.push_back({static_cast<Reason>(verdict.reason), verdict.total, verdict.fee, verdict.receiver,
                            verdict.burnt, verdict.first_hop, verdict.hops});
  }
  out.hops.reserve(verified.hops.size());
  for (const bridge::HopShare& hop : verified.hops) {
    out.hops.push_back({hop.share, static_cast<Void>(hop.void_reason)});
  }
  out.digests = shares(verified.digests);
  out.signatures = shares(verified.signatures);
  out.steps = shares(verified.steps);
  out.nanoseconds = verified.nanoseconds;
  return out;
}

}  // namespace detail

Context::Context(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Context::~Context() = default;
Context::Context(Context&&) noexcept = default;
Context& Context::operator=(Context&&) noexcept = default;

Result<Context> Context::try_make(Network network, std::uint32_t height, std::uint64_t median_time) {
  return detail::made<Context>(detail::lack(), [&](auto& status) {
    return bridge::new_context(detail::number(network), height, median_time, status);
  });
}

Result<Bytes32> Context::try_add(const Registration& registration) {
  return detail::told<Bytes32>(detail::lack(*this), [&](auto& status) {
    return impl_->inner->add(detail::registration(registration), status);
  });
}

Result<void> Context::try_keep(const Bytes32& pool, std::uint16_t bank, const Kept& kept) {
  return detail::done(detail::lack(*this), [&](auto& status) {
    const Bytes32 session = kept.session.value_or(Bytes32{});
    impl_->inner->keep({pool, bank, kept.depth, kept.word, kept.session.has_value(), session}, status);
  });
}

Result<void> Context::try_identify(const Address& address, const Identity& identity) {
  return detail::done(detail::lack(*this), [&](auto& status) {
    const auto& [proof, registered, revoked, stake] = identity;
    impl_->inner->identify(address, {proof.repetitions, proof.nonce, registered, revoked, stake}, status);
  });
}

Claims::Claims() : impl_(new Impl) {}
Claims::~Claims() = default;
Claims::Claims(Claims&&) noexcept = default;
Claims& Claims::operator=(Claims&&) noexcept = default;

Result<void> Claims::try_add(const ClaimedPool& claim) {
  return detail::done(detail::lack(*this, claim),
                      [&](auto& status) { impl_->inner->add(*claim.impl()->inner, status); });
}

Result<void> Claims::try_add(View bytes) {
  return detail::done(detail::lack(*this, bytes),
                      [&](auto& status) { impl_->inner->add_bytes(detail::slice(bytes), status); });
}

Result<void> Claims::try_clear() {
  return detail::done(detail::lack(*this), [&](auto& status) { impl_->inner->clear(status); });
}

Result<std::size_t> Claims::try_size() const {
  return detail::told<std::size_t>(detail::lack(*this), [&](auto& status) { return impl_->inner->size(status); });
}

Sequence::Sequence() : impl_(new Impl) {}
Sequence::~Sequence() = default;
Sequence::Sequence(Sequence&&) noexcept = default;
Sequence& Sequence::operator=(Sequence&&) noexcept = default;

Result<Verified> Sequence::try_verify(const Engine& engine, const Claims& claims, const Context& context,
                                      const Control* control) {
  return detail::told<Verified>(detail::lack(*this, engine, claims, context), [&](auto& status) {
    return detail::verified(impl_->inner->verify(*engine.impl()->inner, *claims.impl()->inner,
                                                 *context.impl()->inner, *detail::Watched(control), status));
  });
}

}  // namespace gridnet
