#include <algorithm>
#include <iterator>

#include "impl.hpp"

namespace gridnet {

namespace detail {

static bridge::Contract contract(const Contract& contract) {
  bridge::Contract out{};
  for (const Signatory& party : contract.parties) {
    out.parties.push_back({party.key, static_cast<std::uint8_t>(party.role), party.rate});
  }
  out.seller_meter = contract.seller_meter;
  out.buyer_meter = contract.buyer_meter;
  out.first = contract.first;
  out.last = contract.last;
  out.limit_wh = contract.limit_wh;
  out.deposit = contract.deposit;
  out.watch_fee = contract.watch_fee;
  out.window = contract.window;
  out.expiry = contract.expiry;
  out.nonce = contract.nonce;
  return out;
}
Contract contract(const bridge::Contract& contract) {
  Contract out;
  for (const bridge::Signatory& party : contract.parties) {
    out.parties.push_back({party.key, static_cast<Signatory::Role>(party.role), party.rate});
  }
  out.seller_meter = contract.seller_meter;
  out.buyer_meter = contract.buyer_meter;
  out.first = contract.first;
  out.last = contract.last;
  out.limit_wh = contract.limit_wh;
  out.deposit = contract.deposit;
  out.watch_fee = contract.watch_fee;
  out.window = contract.window;
  out.expiry = contract.expiry;
  out.nonce = contract.nonce;
  return out;
}

static rust::Vec<std::uint8_t> signatures(const std::vector<Signature>& signatures) {
  rust::Vec<std::uint8_t> out;
  out.reserve(signatures.size() * sizeof(Signature));
  for (const Signature& one : signatures) std::copy(one.begin(), one.end(), std::back_inserter(out));
  return out;
}
static std::vector<Signature> signatures(const rust::Vec<std::uint8_t>& bytes) {
  std::vector<Signature> out(bytes.size() / sizeof(Signature));
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::copy_n(bytes.data() + i * sizeof(Signature), sizeof(Signature), out[i].begin());
  }
  return out;
}

static bridge::SignedContract contract(const SignedContract& signed_by) {
  return {true, contract(signed_by.body), signatures(signed_by.signatures)};
}
static SignedContract contract(const bridge::SignedContract& signed_by) {
  return {contract(signed_by.body), signatures(signed_by.signatures)};
}

static bridge::SignedState state(const SignedState& signed_by) {
  const auto& [contract, sequence, delivered_wh, is_final] = signed_by.body;
  return {true, contract, sequence, delivered_wh, is_final, signatures(signed_by.signatures)};
}
static SignedState state(const bridge::SignedState& signed_by) {
  return {{signed_by.contract, signed_by.sequence, signed_by.delivered_wh, signed_by.is_final},
          signatures(signed_by.signatures)};
}
static std::optional<SignedState> state_if_any(const bridge::SignedState& signed_by) {
  return signed_by.is_there ? std::optional(state(signed_by)) : std::nullopt;
}

static bridge::OnChain on_chain(const OnChain& on_chain) {
  return {static_cast<std::uint8_t>(on_chain.standing), on_chain.sequence, on_chain.until};
}

static bridge::Metered metered(const Metered& metered) { return {facts(metered.facts), kept(metered.kept)}; }

static bridge::PartyBounds bounds(const PartyBounds& bounds) {
  return {bounds.last,        bounds.watch_fee_max, bounds.price_max,
          bounds.deposit_max, bounds.rate_min,      bounds.covered_wh_min};
}

static Proposal proposal(const bridge::Proposal& proposal) {
  return {static_cast<Objection>(proposal.reason), bytes(proposal.bytes)};
}

static Heard heard(const bridge::Heard& heard) { return {static_cast<Objection>(heard.reason), heard.is_news}; }

}  // namespace detail

std::string_view name(Objection reason) noexcept {
  return detail::view(bridge::objection_name(static_cast<std::uint8_t>(reason)));
}

Result<Bytes32> Contract::try_id(Network network) const {
  return detail::told<Bytes32>(detail::lack(), [&](auto& status) {
    return bridge::contract_id(detail::number(network), detail::contract(*this), status);
  });
}

Result<Objection> Contract::try_check(Network network) const {
  return detail::told<Objection>(detail::lack(), [&](auto& status) {
    return bridge::check_contract_body(detail::number(network), detail::contract(*this), status);
  });
}

Result<std::uint64_t> Contract::try_cap() const {
  return detail::told<std::uint64_t>(
      detail::lack(), [&](auto& status) { return bridge::contract_cap(detail::contract(*this), status); });
}

Result<std::vector<std::uint64_t>> Contract::try_balances(std::uint64_t delivered_wh) const {
  return detail::told<std::vector<std::uint64_t>>(detail::lack(), [&](auto& status) {
    const auto balances = bridge::contract_balances(detail::contract(*this), delivered_wh, status);
    return std::vector<std::uint64_t>(balances.begin(), balances.end());
  });
}

Result<SignedContract> SignedContract::try_from_bytes(View bytes) {
  return detail::told<SignedContract>(detail::lack(bytes), [&](auto& status) {
    return detail::contract(bridge::contract_from_bytes(detail::slice(bytes), status));
  });
}

Result<std::vector<std::uint8_t>> SignedContract::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(detail::lack(), [&](auto& status) {
    return detail::bytes(bridge::contract_to_bytes(detail::contract(*this), status));
  });
}

Result<Objection> SignedContract::try_check(Network network) const {
  return detail::told<Objection>(detail::lack(), [&](auto& status) {
    return bridge::check_contract(detail::number(network), detail::contract(*this), status);
  });
}

Result<SignedState> SignedState::try_from_bytes(View bytes) {
  return detail::told<SignedState>(detail::lack(bytes), [&](auto& status) {
    return detail::state(bridge::state_from_bytes(detail::slice(bytes), status));
  });
}

Result<std::vector<std::uint8_t>> SignedState::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(detail::lack(), [&](auto& status) {
    return detail::bytes(bridge::state_to_bytes(detail::state(*this), status));
  });
}

Result<Objection> SignedState::try_check(Network network, const Contract& contract) const {
  return detail::told<Objection>(detail::lack(), [&](auto& status) {
    return bridge::check_state(detail::number(network), detail::state(*this), detail::contract(contract), status);
  });
}

Party::Party(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Party::~Party() = default;
Party::Party(Party&&) noexcept = default;
Party& Party::operator=(Party&&) noexcept = default;

Result<Party> Party::try_propose(Network network, const Contract& contract, const PartyBounds& bounds,
                                 const Metered& seller, const Metered& buyer, const Signer& signer) {
  return detail::made<Party>(detail::lack(signer), [&](auto& status) {
    return bridge::propose_contract(detail::number(network), detail::contract(contract), detail::bounds(bounds),
                                    detail::metered(seller), detail::metered(buyer), *signer.impl()->inner, status);
  });
}

Result<Party> Party::try_accept(Network network, View offer, const PartyBounds& bounds, const Metered& seller,
                                const Metered& buyer, const Signer& signer) {
  return detail::made<Party>(detail::lack(offer, signer), [&](auto& status) {
    return bridge::accept_contract(detail::number(network), detail::slice(offer), detail::bounds(bounds),
                                   detail::metered(seller), detail::metered(buyer), *signer.impl()->inner, status);
  });
}

Result<Party> Party::try_from_bytes(View bytes) {
  return detail::made<Party>(detail::lack(bytes),
                             [&](auto& status) { return bridge::party_from_bytes(detail::slice(bytes), status); });
}

Result<std::vector<std::uint8_t>> Party::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(
      detail::lack(*this), [&](auto& status) { return detail::bytes(impl_->inner->to_bytes(status)); });
}

Result<Bytes32> Party::try_id() const {
  return detail::told<Bytes32>(detail::lack(*this), [&](auto& status) { return impl_->inner->id(status); });
}

Result<std::vector<std::uint8_t>> Party::try_offer() const {
  return detail::told<std::vector<std::uint8_t>>(
      detail::lack(*this), [&](auto& status) { return detail::bytes(impl_->inner->offer(status)); });
}

Result<std::optional<SignedContract>> Party::try_contract() const {
  return detail::told<std::optional<SignedContract>>(detail::lack(*this), [&](auto& status) {
    const auto contract = impl_->inner->contract(status);
    return contract.is_there ? std::optional(detail::contract(contract)) : std::nullopt;
  });
}

Result<Objection> Party::try_gather(Network network, View offer) {
  return detail::told<Objection>(detail::lack(*this, offer), [&](auto& status) {
    return impl_->inner->gather(detail::number(network), detail::slice(offer), status);
  });
}

Result<Misread> Party::try_read(Network network, Side side, const SignedReading& reading,
                                const std::vector<Filling>& fillings, std::uint64_t now) {
  return detail::told<Misread>(detail::lack(*this), [&](auto& status) {
    std::vector<bridge::Filling> list;
    list.reserve(fillings.size());
    for (const auto& [contract, first, last, limit_wh] : fillings) list.push_back({contract, first, last, limit_wh});
    const rust::Slice<const bridge::Filling> slice(list.data(), list.size());
    return impl_->inner->read(detail::number(network), static_cast<std::uint8_t>(side), detail::reading(reading), slice,
                              now, status);
  });
}

Result<std::uint64_t> Party::try_recomputed() const {
  return detail::told<std::uint64_t>(detail::lack(*this),
                                     [&](auto& status) { return impl_->inner->recomputed(status); });
}

Result<bool> Party::try_is_complete() const {
  return detail::told<bool>(detail::lack(*this), [&](auto& status) { return impl_->inner->is_complete(status); });
}

Result<Proposal> Party::try_sign_next(Network network, const Signer& signer) {
  return detail::told<Proposal>(detail::lack(*this, signer), [&](auto& status) {
    return detail::proposal(impl_->inner->sign_next(detail::number(network), *signer.impl()->inner, status));
  });
}

Result<Proposal> Party::try_counter_sign(Network network, const Signer& signer, View proposal) {
  return detail::told<Proposal>(detail::lack(*this, signer, proposal), [&](auto& status) {
    return detail::proposal(impl_->inner->counter_sign(detail::number(network), *signer.impl()->inner,
                                                       detail::slice(proposal), status));
  });
}

Result<Heard> Party::try_gather_state(Network network, View proposal) {
  return detail::told<Heard>(detail::lack(*this, proposal), [&](auto& status) {
    return detail::heard(impl_->inner->gather_state(detail::number(network), detail::slice(proposal), status));
  });
}

Result<std::optional<SignedState>> Party::try_newest() const {
  return detail::told<std::optional<SignedState>>(
      detail::lack(*this), [&](auto& status) { return detail::state_if_any(impl_->inner->newest(status)); });
}

Result<void> Party::try_end() {
  return detail::done(detail::lack(*this), [&](auto& status) { impl_->inner->end(status); });
}

Result<bool> Party::try_is_restored() const {
  return detail::told<bool>(detail::lack(*this), [&](auto& status) { return impl_->inner->is_restored(status); });
}

Result<Heard> Party::try_hear(Network network, const SignedState& state) {
  return detail::told<Heard>(detail::lack(*this), [&](auto& status) {
    return detail::heard(impl_->inner->hear(detail::number(network), detail::state(state), status));
  });
}

Result<void> Party::try_hear_of_none() {
  return detail::done(detail::lack(*this), [&](auto& status) { impl_->inner->hear_of_none(status); });
}

Result<Advice> Party::try_advise(std::uint32_t height, const OnChain& on_chain) const {
  return detail::told<Advice>(detail::lack(*this), [&](auto& status) {
    const auto advice = impl_->inner->advise(height, detail::on_chain(on_chain), status);
    return Advice{static_cast<Advice::Action>(advice.action), detail::state_if_any(advice.state)};
  });
}

Watcher::Watcher(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Watcher::~Watcher() = default;
Watcher::Watcher(Watcher&&) noexcept = default;
Watcher& Watcher::operator=(Watcher&&) noexcept = default;

Result<Watcher> Watcher::try_make(std::size_t contracts_max) {
  return detail::made<Watcher>(detail::lack(),
                               [&](auto& status) { return bridge::new_watcher(contracts_max, status); });
}

Result<Bytes32> Watcher::try_watch(Network network, const SignedContract& contract) {
  return detail::told<Bytes32>(detail::lack(*this), [&](auto& status) {
    return impl_->inner->watch(detail::number(network), detail::contract(contract), status);
  });
}

Result<void> Watcher::try_forget(const Bytes32& contract) {
  return detail::done(detail::lack(*this), [&](auto& status) { impl_->inner->forget(contract, status); });
}

Result<Heard> Watcher::try_hear(Network network, const SignedState& state) {
  return detail::told<Heard>(detail::lack(*this), [&](auto& status) {
    return detail::heard(impl_->inner->hear(detail::number(network), detail::state(state), status));
  });
}

Result<std::optional<SignedState>> Watcher::try_newest(const Bytes32& contract) const {
  return detail::told<std::optional<SignedState>>(
      detail::lack(*this), [&](auto& status) { return detail::state_if_any(impl_->inner->newest(contract, status)); });
}

Result<std::optional<SignedState>> Watcher::try_advise(const Bytes32& contract, const OnChain& on_chain) const {
  return detail::told<std::optional<SignedState>>(detail::lack(*this), [&](auto& status) {
    return detail::state_if_any(impl_->inner->advise(contract, detail::on_chain(on_chain), status));
  });
}

}  // namespace gridnet
