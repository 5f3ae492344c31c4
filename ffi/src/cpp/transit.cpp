#include "impl.hpp"

namespace gridnet {

Result<TransitPool> TransitPool::try_assemble(Network network, const Token& token, const Custody& custody,
                                              const Signer& receiver, const SealSecret& secret) {
  return detail::made<TransitPool>(detail::lack(token, custody, receiver, secret), [&](auto& status) {
    return bridge::assemble(detail::number(network), *token.impl()->inner, *custody.impl()->inner,
                            *receiver.impl()->inner, *secret.impl()->inner, status);
  });
}

Result<TransitPool> TransitPool::try_assemble_with_receipt(Network network, const Token& token,
                                                           const Custody& custody, const Signature& receipt,
                                                           const std::vector<std::optional<Opening>>& openings) {
  return detail::made<TransitPool>(detail::lack(token, custody), [&](auto& status) {
    std::vector<bridge::Opening> given;
    given.reserve(openings.size());
    for (const auto& opening : openings) {
      given.push_back(opening ? detail::opening(*opening) : bridge::Opening{});
    }
    return bridge::assemble_with_receipt(detail::number(network), *token.impl()->inner, *custody.impl()->inner,
                                         receipt, {given.data(), given.size()}, status);
  });
}

Result<TransitPool> TransitPool::try_from_bytes(View bytes) {
  return detail::made<TransitPool>(
      detail::lack(bytes), [&](auto& status) { return bridge::transit_pool_from_bytes(detail::slice(bytes), status); });
}

Result<std::vector<std::uint8_t>> TransitPool::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(
      detail::lack(*this), [&](auto& status) { return detail::bytes(impl_->inner->to_bytes(status)); });
}

Result<Token> TransitPool::try_token() const {
  return detail::made<Token>(detail::lack(*this), [&](auto& status) { return impl_->inner->token(status); });
}

Result<std::size_t> TransitPool::try_hops() const {
  return detail::told<std::size_t>(detail::lack(*this), [&](auto& status) { return impl_->inner->hops(status); });
}

Result<std::vector<std::optional<Opening>>> TransitPool::try_openings() const {
  return detail::told<std::vector<std::optional<Opening>>>(
      detail::lack(*this), [&](auto& status) { return detail::openings(impl_->inner->openings(status)); });
}

Result<Reason> TransitPool::try_check(Network network) const {
  return detail::told<Reason>(detail::lack(*this),
                              [&](auto& status) { return impl_->inner->check(detail::number(network), status); });
}

Result<ClaimedPool> ClaimedPool::try_make(const TransitPool& pool, std::uint32_t steps) {
  return detail::made<ClaimedPool>(detail::lack(pool),
                                   [&](auto& status) { return bridge::claim(*pool.impl()->inner, steps, status); });
}

Result<ClaimedPool> ClaimedPool::try_make(const TransitPool& pool, std::uint32_t steps, const PoolCard& card) {
  return detail::made<ClaimedPool>(detail::lack(pool, card), [&](auto& status) {
    return bridge::claim_with_bank(*pool.impl()->inner, steps, *card.impl()->inner, status);
  });
}

Result<ClaimedPool> ClaimedPool::try_from_bytes(View bytes) {
  return detail::made<ClaimedPool>(
      detail::lack(bytes), [&](auto& status) { return bridge::claimed_pool_from_bytes(detail::slice(bytes), status); });
}

Result<std::vector<std::uint8_t>> ClaimedPool::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(
      detail::lack(*this), [&](auto& status) { return detail::bytes(impl_->inner->to_bytes(status)); });
}

Result<TransitPool> ClaimedPool::try_pool() const {
  return detail::made<TransitPool>(detail::lack(*this), [&](auto& status) { return impl_->inner->pool(status); });
}

Result<std::uint32_t> ClaimedPool::try_steps() const {
  return detail::told<std::uint32_t>(detail::lack(*this), [&](auto& status) { return impl_->inner->steps(status); });
}

Result<std::uint64_t> ClaimedPool::try_weight() const {
  return detail::told<std::uint64_t>(detail::lack(*this), [&](auto& status) { return impl_->inner->weight(status); });
}

}  // namespace gridnet
