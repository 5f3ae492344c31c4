#include "impl.hpp"

namespace gridnet {

Result<Datagram> Datagram::try_make(const Token& token, const Custody& custody, const Address& destination,
                                    std::uint64_t expiry, View payload) {
  return detail::made<Datagram>(detail::lack(token, custody, payload), [&](auto& status) {
    return bridge::new_datagram(*token.impl()->inner, *custody.impl()->inner, destination, expiry,
                                detail::slice(payload), status);
  });
}

Result<Datagram> Datagram::try_from_file(View file) {
  return detail::made<Datagram>(detail::lack(file),
                                [&](auto& status) { return bridge::datagram_from_file(detail::slice(file), status); });
}

Result<std::vector<std::uint8_t>> Datagram::try_to_file() const {
  return detail::told<std::vector<std::uint8_t>>(
      detail::lack(*this), [&](auto& status) { return detail::bytes(impl_->inner->to_file(status)); });
}

Result<Datagram> Datagram::try_with_card(const PoolCard& card) const {
  return detail::made<Datagram>(detail::lack(*this, card), [&](auto& status) {
    return impl_->inner->with_card(*card.impl()->inner, status);
  });
}

Result<Datagram> Datagram::try_with_custody(const Custody& custody) const {
  return detail::made<Datagram>(detail::lack(*this, custody), [&](auto& status) {
    return impl_->inner->with_custody(*custody.impl()->inner, status);
  });
}

Result<Token> Datagram::try_token() const {
  return detail::made<Token>(detail::lack(*this), [&](auto& status) { return impl_->inner->token(status); });
}

Result<std::optional<PoolCard>> Datagram::try_card() const {
  const auto has_card =
      detail::told<bool>(detail::lack(*this), [&](auto& status) { return impl_->inner->has_card(status); });
  if (!has_card.ok()) return has_card.failure();
  if (!has_card.value()) return std::optional<PoolCard>();
  auto card = detail::made<PoolCard>(detail::lack(), [&](auto& status) { return impl_->inner->card(status); });
  if (!card.ok()) return card.failure();
  return std::optional(std::move(card).value());
}

Result<Custody> Datagram::try_custody() const {
  return detail::made<Custody>(detail::lack(*this), [&](auto& status) { return impl_->inner->custody(status); });
}

Result<Address> Datagram::try_destination() const {
  return detail::told<Address>(detail::lack(*this), [&](auto& status) { return impl_->inner->destination(status); });
}

Result<std::uint64_t> Datagram::try_expiry() const {
  return detail::told<std::uint64_t>(detail::lack(*this), [&](auto& status) { return impl_->inner->expiry(status); });
}

Result<std::vector<std::uint8_t>> Datagram::try_payload() const {
  return detail::told<std::vector<std::uint8_t>>(
      detail::lack(*this), [&](auto& status) { return detail::bytes(impl_->inner->payload(status)); });
}

Result<Refusal> Datagram::try_check(Network network, std::uint64_t now, const Bytes32* previous) const {
  return detail::told<Refusal>(detail::lack(*this), [&](auto& status) {
    const auto& inner = *impl_->inner;
    return previous == nullptr ? inner.check(detail::number(network), now, status)
                               : inner.check_in_stream(detail::number(network), now, *previous, status);
  });
}

}  // namespace gridnet
