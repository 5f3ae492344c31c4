#include "impl.hpp"

namespace gridnet {

namespace detail {

bridge::Receiver receiver(const Receiver& receiver) { return {receiver.key, receiver.seal_key, receiver.binding}; }
Receiver receiver(const bridge::Receiver& receiver) { return {receiver.key, receiver.seal_key, receiver.binding}; }

}  // namespace detail

bool bridge::SignCallback::sign(const std::array<std::uint8_t, 32>& digest, std::array<std::uint8_t, 64>& signature,
                                rust::String& why) const noexcept {
  return asked(why, [&] {
    Result<Signature> signed_by = sign_(digest);
    if (signed_by.ok()) signature = signed_by.value();
    return signed_by;
  });
}

Result<Receiver> Receiver::try_from_bytes(View bytes) {
  return detail::told<Receiver>(detail::lack(bytes), [&](auto& status) {
    bridge::Receiver receiver{};
    bridge::receiver_from_bytes(detail::slice(bytes), receiver, status);
    return detail::receiver(receiver);
  });
}

Result<std::vector<std::uint8_t>> Receiver::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(detail::lack(), [&](auto& status) {
    return detail::bytes(bridge::receiver_to_bytes(detail::receiver(*this), status));
  });
}

Result<Bytes32> try_draw() {
  return detail::told<Bytes32>(detail::lack(), [](auto& status) { return bridge::draw(status); });
}

Result<Address> try_address_of(const PublicKey& key) {
  return detail::told<Address>(detail::lack(), [&](auto& status) { return bridge::address_of(key, status); });
}

Result<std::string> try_address_text(Network network, const Address& address) {
  return detail::told<std::string>(detail::lack(), [&](auto& status) {
    return bridge::address_text(detail::number(network), address, status);
  });
}

Result<Address> try_address_from_text(Network network, const std::string& text) {
  return detail::told<Address>(detail::lack(), [&](auto& status) {
    return bridge::address_from_text(detail::number(network), detail::slice(text), status);
  });
}

Result<bool> try_is_admitted(const PublicKey& key) {
  return detail::told<bool>(detail::lack(), [&](auto& status) { return bridge::is_admitted(key, status); });
}

Result<bool> try_is_signature(const PublicKey& key, const Bytes32& digest, const Signature& signature) {
  return detail::told<bool>(detail::lack(),
                            [&](auto& status) { return bridge::is_signature(key, digest, signature, status); });
}

Result<bool> try_is_bound(Network network, const Receiver& receiver) {
  return detail::told<bool>(detail::lack(), [&](auto& status) {
    return bridge::is_bound(detail::number(network), detail::receiver(receiver), status);
  });
}

Result<Signer> Signer::try_draw() {
  return detail::made<Signer>(detail::lack(), [](auto& status) { return bridge::signer_drawn(status); });
}

Result<Signer> Signer::try_from_seed(const Bytes32& seed) {
  return detail::made<Signer>(detail::lack(), [&](auto& status) { return bridge::signer_from_seed(seed, status); });
}

Result<Signer> Signer::try_read(const std::string& path) {
  return detail::made<Signer>(detail::lack(),
                              [&](auto& status) { return bridge::signer_from_file(detail::slice(path), status); });
}

Result<Signer> Signer::try_elsewhere(const PublicKey& key, Sign sign) {
  return detail::made<Signer>(detail::lack(), [&](auto& status) {
    auto callback = sign ? std::make_unique<bridge::SignCallback>(std::move(sign)) : nullptr;
    return bridge::signer_elsewhere(key, std::move(callback), status);
  });
}

Result<void> Signer::try_write(const std::string& path) const {
  return detail::done(detail::lack(*this), [&](auto& status) { impl_->inner->write(detail::slice(path), status); });
}

Result<PublicKey> Signer::try_public_key() const {
  return detail::told<PublicKey>(detail::lack(*this), [&](auto& status) { return impl_->inner->public_key(status); });
}

Result<Signature> Signer::try_sign(const Bytes32& digest) const {
  return detail::told<Signature>(detail::lack(*this), [&](auto& status) {
    Signature signature{};
    impl_->inner->sign_for(digest, signature, status);
    return signature;
  });
}

Result<Receiver> Signer::try_bind(Network network, const SealKey& seal_key) const {
  return detail::told<Receiver>(detail::lack(*this), [&](auto& status) {
    bridge::Receiver bound{};
    impl_->inner->bind(detail::number(network), seal_key, bound, status);
    return detail::receiver(bound);
  });
}

Result<SealSecret> SealSecret::try_draw() {
  return detail::made<SealSecret>(detail::lack(), [](auto& status) { return bridge::seal_secret_drawn(status); });
}

Result<SealSecret> SealSecret::try_from_bytes(const Bytes32& bytes) {
  return detail::made<SealSecret>(detail::lack(),
                                  [&](auto& status) { return bridge::seal_secret_from_bytes(bytes, status); });
}

Result<SealSecret> SealSecret::try_read(const std::string& path) {
  return detail::made<SealSecret>(
      detail::lack(), [&](auto& status) { return bridge::seal_secret_from_file(detail::slice(path), status); });
}

Result<void> SealSecret::try_write(const std::string& path) const {
  return detail::done(detail::lack(*this), [&](auto& status) { impl_->inner->write(detail::slice(path), status); });
}

Result<SealKey> SealSecret::try_public_key() const {
  return detail::told<SealKey>(detail::lack(*this), [&](auto& status) { return impl_->inner->public_key(status); });
}

}  // namespace gridnet
