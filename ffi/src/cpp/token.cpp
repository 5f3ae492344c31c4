#include "impl.hpp"

namespace gridnet {

namespace detail {

bridge::Terms terms(const Terms& terms) { return {terms.a, terms.b, static_cast<std::uint8_t>(terms.rule)}; }
Terms terms(const bridge::Terms& terms) { return {terms.a, terms.b, static_cast<Terms::Rule>(terms.rule)}; }

static TokenBody body(const bridge::TokenBody& body) {
  TokenBody out;
  out.network = body.network;
  out.pool = body.pool;
  out.bank = body.bank;
  out.from = body.from;
  out.depth = body.depth;
  out.word = body.word;
  out.terms = terms(body.terms);
  out.receiver = receiver(body.receiver);
  out.content = body.content;
  out.issued = body.issued;
  out.expiry = body.expiry;
  out.first_key = body.first_key;
  out.sender = {body.sender_key, {body.sender_repetitions, body.sender_nonce}};
  return out;
}

}  // namespace detail

std::string_view name(Reason reason) noexcept {
  return detail::view(bridge::reason_name(static_cast<std::uint8_t>(reason)));
}
std::string_view name(Void reason) noexcept {
  return detail::view(bridge::void_name(static_cast<std::uint8_t>(reason)));
}
std::string_view name(NoFraud reason) noexcept {
  return detail::view(bridge::no_fraud_name(static_cast<std::uint8_t>(reason)));
}
std::string_view name(Refusal reason) noexcept {
  return detail::view(bridge::refusal_name(static_cast<std::uint8_t>(reason)));
}

Result<Bytes32> try_bundle_content(const Address& destination, std::uint64_t expiry, View payload) {
  return detail::told<Bytes32>(detail::lack(payload), [&](auto& status) {
    return bridge::bundle_content(destination, expiry, detail::slice(payload), status);
  });
}

Result<Bytes32> try_stream_content(const Bytes32& previous, const Bytes32& packet) {
  return detail::told<Bytes32>(detail::lack(),
                               [&](auto& status) { return bridge::stream_content(previous, packet, status); });
}

Result<Token> Token::try_from_bytes(View bytes) {
  return detail::made<Token>(detail::lack(bytes),
                             [&](auto& status) { return bridge::token_from_bytes(detail::slice(bytes), status); });
}

Result<std::vector<std::uint8_t>> Token::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(
      detail::lack(*this), [&](auto& status) { return detail::bytes(impl_->inner->to_bytes(status)); });
}

Result<TokenBody> Token::try_body() const {
  return detail::told<TokenBody>(detail::lack(*this), [&](auto& status) {
    bridge::TokenBody body{};
    impl_->inner->body(body, status);
    return detail::body(body);
  });
}

Result<Bytes32> Token::try_id(Network network) const {
  return detail::told<Bytes32>(detail::lack(*this),
                               [&](auto& status) { return impl_->inner->id(detail::number(network), status); });
}

Result<Bytes32> Token::try_session() const {
  return detail::told<Bytes32>(detail::lack(*this), [&](auto& status) { return impl_->inner->session(status); });
}

Result<Reason> Token::try_check(Network network) const {
  return detail::told<Reason>(detail::lack(*this),
                              [&](auto& status) { return impl_->inner->check(detail::number(network), status); });
}

}  // namespace gridnet
