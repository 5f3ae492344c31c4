#include "impl.hpp"

namespace gridnet {

namespace detail {

bridge::Opening opening(const Opening& opening) { return {true, opening.identity, opening.blind}; }

std::vector<std::optional<Opening>> openings(const rust::Vec<bridge::Opening>& openings) {
  std::vector<std::optional<Opening>> out;
  for (const bridge::Opening& opening : openings) {
    out.push_back(opening.is_there ? std::optional(Opening{opening.identity, opening.blind}) : std::nullopt);
  }
  return out;
}

/// Puts what became of a chain in its place, if something did.
template <class F>
static Result<void> changed(Lack lack, Custody& custody, F call) {
  Result<Custody> after = made<Custody>(std::move(lack), call);
  if (!after.ok()) return after.failure();
  custody = std::move(after).value();
  return {};
}

}  // namespace detail

Result<Opening> Opening::try_draw(const Address& identity) {
  Result<Bytes32> blind = gridnet::try_draw();
  if (!blind.ok()) return blind.failure();
  return Opening{identity, blind.value()};
}

Result<Bytes32> Opening::try_commitment() const {
  return detail::told<Bytes32>(detail::lack(),
                               [&](auto& status) { return bridge::commitment(detail::opening(*this), status); });
}

Result<Candidate> Candidate::try_make(Network network, const Token& token, const Custody& custody, const Signer& key,
                                      const Opening& opening) {
  return detail::made<Candidate>(detail::lack(token, custody, key), [&](auto& status) {
    return bridge::new_candidate(detail::number(network), *token.impl()->inner, *custody.impl()->inner,
                                 *key.impl()->inner, detail::opening(opening), status);
  });
}

Result<Candidate> Candidate::try_from_bytes(View bytes) {
  return detail::made<Candidate>(
      detail::lack(bytes), [&](auto& status) { return bridge::candidate_from_bytes(detail::slice(bytes), status); });
}

Result<std::vector<std::uint8_t>> Candidate::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(
      detail::lack(*this), [&](auto& status) { return detail::bytes(impl_->inner->to_bytes(status)); });
}

Custody::Custody() : impl_(std::make_shared<const Impl>(Impl{bridge::new_custody()})) {}

Result<Custody> Custody::try_from_bytes(View bytes) {
  return detail::made<Custody>(detail::lack(bytes),
                               [&](auto& status) { return bridge::custody_from_bytes(detail::slice(bytes), status); });
}

Result<std::vector<std::uint8_t>> Custody::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(
      detail::lack(*this), [&](auto& status) { return detail::bytes(impl_->inner->to_bytes(status)); });
}

Result<std::size_t> Custody::try_hops() const {
  return detail::told<std::size_t>(detail::lack(*this), [&](auto& status) { return impl_->inner->hops(status); });
}

Result<PublicKey> Custody::try_holder(const Token& token) const {
  return detail::told<PublicKey>(detail::lack(*this, token),
                                 [&](auto& status) { return impl_->inner->holder(*token.impl()->inner, status); });
}

Result<bool> Custody::try_has_offer() const {
  return detail::told<bool>(detail::lack(*this), [&](auto& status) { return impl_->inner->has_offer(status); });
}

Result<bool> Custody::try_is_handed_over() const {
  return detail::told<bool>(detail::lack(*this), [&](auto& status) { return impl_->inner->is_handed_over(status); });
}

Result<CustodyFault> Custody::try_check(Network network, const Token& token) const {
  return detail::told<CustodyFault>(detail::lack(*this, token), [&](auto& status) {
    const auto fault = impl_->inner->check(detail::number(network), *token.impl()->inner, status);
    return CustodyFault{static_cast<Reason>(fault.reason), fault.element};
  });
}

Result<void> Custody::try_hand_over(Network network, const Token& token, const Signer& holder,
                                    const Candidate& next) {
  return detail::changed(detail::lack(*this, token, holder, next), *this, [&](auto& status) {
    return impl_->inner->hand_over(detail::number(network), *token.impl()->inner, *holder.impl()->inner,
                                   *next.impl()->inner, status);
  });
}

Result<void> Custody::try_offer_to_bearer(Network network, const Token& token, const Signer& holder) {
  return detail::changed(detail::lack(*this, token, holder), *this, [&](auto& status) {
    return impl_->inner->offer_to_bearer(detail::number(network), *token.impl()->inner, *holder.impl()->inner, status);
  });
}

Result<void> Custody::try_join_by_bearer(Network network, const Token& token, const Candidate& next) {
  return detail::changed(detail::lack(*this, token, next), *this, [&](auto& status) {
    return impl_->inner->join_by_bearer(detail::number(network), *token.impl()->inner, *next.impl()->inner, status);
  });
}

Result<void> Custody::try_hand_over_last(Network network, const Token& token, const Signer& holder) {
  return detail::changed(detail::lack(*this, token, holder), *this, [&](auto& status) {
    return impl_->inner->hand_over_last(detail::number(network), *token.impl()->inner, *holder.impl()->inner, status);
  });
}

Result<Signature> Custody::try_receipt(Network network, const Token& token, const Signer& receiver) const {
  return detail::told<Signature>(detail::lack(*this, token, receiver), [&](auto& status) {
    Signature signature{};
    impl_->inner->receipt(detail::number(network), *token.impl()->inner, *receiver.impl()->inner, signature, status);
    return signature;
  });
}

Result<std::vector<std::optional<Opening>>> Custody::try_open(const Token& token, const SealSecret& secret) const {
  return detail::told<std::vector<std::optional<Opening>>>(detail::lack(*this, token, secret), [&](auto& status) {
    return detail::openings(impl_->inner->open(*token.impl()->inner, *secret.impl()->inner, status));
  });
}

Result<std::vector<Bytes32>> Custody::try_accumulators(const Token& token) const {
  return detail::told<std::vector<Bytes32>>(detail::lack(*this, token), [&](auto& status) {
    std::vector<Bytes32> out;
    for (const auto& hash : impl_->inner->accumulators(*token.impl()->inner, status)) out.push_back(hash.bytes);
    return out;
  });
}

}  // namespace gridnet
