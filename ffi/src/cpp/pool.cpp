#include "impl.hpp"

namespace gridnet {

namespace detail {

bridge::Registration plan(const PoolPlan& plan) {
  bridge::Registration out{};
  out.sequence = plan.sequence;
  out.function = static_cast<std::uint8_t>(plan.function);
  out.banks = plan.banks;
  out.length = plan.length;
  out.value = plan.value;
  out.expiry = plan.expiry;
  out.minimum_stake = plan.minimum_stake;
  out.terms = terms(plan.terms);
  return out;
}

bridge::Registration registration(const Registration& registration) {
  bridge::Registration out = plan(registration);
  out.owner = registration.owner;
  out.root = registration.root;
  return out;
}

Registration registration(const bridge::Registration& registration) {
  Registration out;
  out.sequence = registration.sequence;
  out.function = static_cast<PoolPlan::Function>(registration.function);
  out.banks = registration.banks;
  out.length = registration.length;
  out.value = registration.value;
  out.expiry = registration.expiry;
  out.minimum_stake = registration.minimum_stake;
  out.terms = terms(registration.terms);
  out.owner = registration.owner;
  out.root = registration.root;
  return out;
}

}  // namespace detail

Result<Registration> Registration::try_from_bytes(View bytes) {
  return detail::told<Registration>(detail::lack(bytes), [&](auto& status) {
    return detail::registration(bridge::registration_from_bytes(detail::slice(bytes), status));
  });
}

Result<std::vector<std::uint8_t>> Registration::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(detail::lack(), [&](auto& status) {
    return detail::bytes(bridge::registration_to_bytes(detail::registration(*this), status));
  });
}

Result<Bytes32> Registration::try_id(Network network) const {
  return detail::told<Bytes32>(detail::lack(), [&](auto& status) {
    return bridge::registration_id(detail::number(network), detail::registration(*this), status);
  });
}

Result<std::uint64_t> Registration::try_coins() const {
  return detail::told<std::uint64_t>(detail::lack(), [&](auto& status) {
    return bridge::registration_coins(detail::registration(*this), status);
  });
}

Result<PoolCard> PoolCard::try_from_bytes(View bytes) {
  return detail::made<PoolCard>(detail::lack(bytes),
                                [&](auto& status) { return bridge::card_from_bytes(detail::slice(bytes), status); });
}

Result<std::vector<std::uint8_t>> PoolCard::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(
      detail::lack(*this), [&](auto& status) { return detail::bytes(impl_->inner->to_bytes(status)); });
}

Result<Registration> PoolCard::try_registration() const {
  return detail::told<Registration>(
      detail::lack(*this), [&](auto& status) { return detail::registration(impl_->inner->registration(status)); });
}

Result<std::uint16_t> PoolCard::try_bank() const {
  return detail::told<std::uint16_t>(detail::lack(*this), [&](auto& status) { return impl_->inner->bank(status); });
}

Result<bool> PoolCard::try_is_of(Network network, const Token& token) const {
  return detail::told<bool>(detail::lack(*this, token), [&](auto& status) {
    return impl_->inner->is_of(detail::number(network), *token.impl()->inner, status);
  });
}

Result<bool> PoolCard::try_leads_to_ceiling(const Token& token) const {
  return detail::told<bool>(detail::lack(*this, token), [&](auto& status) {
    return impl_->inner->leads_to_ceiling(*token.impl()->inner, status);
  });
}

View Change::file() const noexcept {
  const auto file = static_cast<const bridge::Change*>(change_)->file();
  return {file.data(), file.size()};
}

View Change::bytes() const noexcept {
  const auto bytes = static_cast<const bridge::Change*>(change_)->bytes();
  return {bytes.data(), bytes.size()};
}

bool bridge::PersistCallback::persist(const bridge::Change& change, rust::String& why) const noexcept {
  return asked(why, [&] { return persist_(gridnet::Change(change.bank(), &change)); });
}

OwnedPool::OwnedPool(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
OwnedPool::~OwnedPool() = default;
OwnedPool::OwnedPool(OwnedPool&&) noexcept = default;
OwnedPool& OwnedPool::operator=(OwnedPool&&) noexcept = default;

Result<OwnedPool> OwnedPool::try_create(const Engine& engine, Network network, const Signer& owner,
                                        const IdentityProof& proof, const Bytes32& master, const PoolPlan& plan,
                                        const Control* control) {
  return detail::made<OwnedPool>(detail::lack(engine, owner), [&](auto& status) {
    return bridge::create_pool(*engine.impl()->inner, detail::number(network), *owner.impl()->inner,
                               proof.repetitions, proof.nonce, master, detail::plan(plan), *detail::Watched(control),
                               status);
  });
}

Result<OwnedPool> OwnedPool::try_resume(View file) {
  return detail::made<OwnedPool>(detail::lack(file),
                                 [&](auto& status) { return bridge::resume_pool(detail::slice(file), status); });
}

Result<OwnedPool> OwnedPool::try_restore(View copy, std::uint16_t first_unused) {
  return detail::made<OwnedPool>(detail::lack(copy), [&](auto& status) {
    return bridge::restore_pool(detail::slice(copy), first_unused, status);
  });
}

Result<void> OwnedPool::try_apply(View change) {
  return detail::done(detail::lack(*this, change),
                      [&](auto& status) { impl_->inner->apply(detail::slice(change), status); });
}

Result<Issued> OwnedPool::try_issue(const Signer& owner, const Ask& ask, const Persist& persist) {
  if (detail::Lack lack = detail::lack(*this, owner)) return *std::move(lack);
  if (!persist) return Failure(206, "callback", "there is no callback to write the token down with");
  bridge::Ask asked{};
  asked.receiver = detail::receiver(ask.receiver);
  asked.content = ask.content;
  asked.terms = detail::terms(ask.terms);
  asked.issued = ask.issued;
  asked.expiry = ask.expiry;
  asked.depth = ask.depth;
  asked.source = static_cast<std::uint8_t>(ask.source);
  asked.bank = ask.bank;
  bridge::Status status;
  const auto issued = impl_->inner->issue(*owner.impl()->inner, asked, bridge::PersistCallback(persist), status);
  if (!detail::is_good(status)) return detail::failure(status);
  Result<Token> token = detail::made<Token>(detail::lack(), [&](auto& status) { return issued->token(status); });
  if (!token.ok()) return token.failure();
  Result<Signer> first_key =
      detail::made<Signer>(detail::lack(), [&](auto& status) { return issued->first_key(status); });
  if (!first_key.ok()) return first_key.failure();
  return Issued{std::move(token).value(), std::move(first_key).value()};
}

Result<Registration> OwnedPool::try_registration() const {
  return detail::told<Registration>(
      detail::lack(*this), [&](auto& status) { return detail::registration(impl_->inner->registration(status)); });
}

Result<Bytes32> OwnedPool::try_id() const {
  return detail::told<Bytes32>(detail::lack(*this), [&](auto& status) { return impl_->inner->id(status); });
}

Result<std::vector<std::uint32_t>> OwnedPool::try_issued() const {
  return detail::told<std::vector<std::uint32_t>>(detail::lack(*this), [&](auto& status) {
    const auto issued = impl_->inner->issued(status);
    return std::vector<std::uint32_t>(issued.begin(), issued.end());
  });
}

Result<PoolCard> OwnedPool::try_card(std::uint16_t bank) const {
  return detail::made<PoolCard>(detail::lack(*this), [&](auto& status) { return impl_->inner->card(bank, status); });
}

Result<std::vector<std::uint8_t>> OwnedPool::try_file() const {
  return detail::told<std::vector<std::uint8_t>>(detail::lack(*this), [&](auto& status) {
    rust::Vec<std::uint8_t> secret = impl_->inner->file(status);
    std::vector<std::uint8_t> file = detail::bytes(secret);
    if (!secret.empty()) wipe(Room(secret.data(), secret.size()));
    return file;
  });
}

}  // namespace gridnet
