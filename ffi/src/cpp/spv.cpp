#include <algorithm>

#include "impl.hpp"

namespace gridnet {

namespace detail {

bridge::Checkpoint checkpoint(const Checkpoint& checkpoint) { return {checkpoint.height, checkpoint.id}; }
Checkpoint checkpoint(const bridge::Checkpoint& checkpoint) { return {checkpoint.height, checkpoint.id}; }

SpvVerdict verdict(const bridge::SpvVerdict& verdict) {
  return {static_cast<SpvFault>(verdict.reason), text(verdict.place)};
}

}  // namespace detail

std::string_view name(SpvFault fault) noexcept {
  return detail::view(bridge::spv_fault_name(static_cast<std::uint8_t>(fault)));
}

Result<Checkpoint> Checkpoint::try_first(Network network) {
  return detail::told<Checkpoint>(detail::lack(), [&](auto& status) {
    return detail::checkpoint(bridge::first_checkpoint(detail::number(network), status));
  });
}

Result<HeadersVerdict> VerifiedHeaders::try_verify(const Engine& engine, Network network, const Checkpoint& start,
                                                   View headers, std::uint64_t now, const Control* control) {
  HeadersVerdict out;
  Result<VerifiedHeaders> made = detail::made<VerifiedHeaders>(detail::lack(engine, headers), [&](auto& status) {
    bridge::SpvVerdict verdict;
    auto chain = bridge::verified_headers(*engine.impl()->inner, detail::number(network), detail::checkpoint(start),
                                          detail::slice(headers), now, *detail::Watched(control), verdict, status);
    static_cast<SpvVerdict&>(out) = detail::verdict(verdict);
    return chain;
  });
  if (!made.ok()) return made.failure();
  if (out.ok()) out.headers = std::move(made).value();
  return out;
}

Result<Checkpoint> VerifiedHeaders::try_tip() const {
  return detail::told<Checkpoint>(detail::lack(*this),
                                  [&](auto& status) { return detail::checkpoint(impl_->inner->tip(status)); });
}

Result<Bytes32> VerifiedHeaders::try_work() const {
  return detail::told<Bytes32>(detail::lack(*this), [&](auto& status) { return impl_->inner->work(status); });
}

Result<std::optional<std::array<std::uint8_t, header_bytes>>> VerifiedHeaders::try_header(std::uint32_t height) const {
  using Header = std::array<std::uint8_t, header_bytes>;
  return detail::told<std::optional<Header>>(detail::lack(*this), [&](auto& status) {
    const auto bytes = impl_->inner->header(height, status);
    std::optional<Header> header;
    if (bytes.size() == header_bytes) std::copy(bytes.begin(), bytes.end(), header.emplace().begin());
    return header;
  });
}

Result<TransactionVerdict> try_verify_transaction(const VerifiedHeaders& headers, View proof) {
  return detail::told<TransactionVerdict>(detail::lack(headers, proof), [&](auto& status) {
    const auto shown = headers.impl()->inner->verify_transaction(detail::slice(proof), status);
    return TransactionVerdict{detail::verdict(shown.verdict), shown.height, shown.place,
                              shown.depth,                    shown.id,     detail::bytes(shown.transaction)};
  });
}

Result<RowVerdict> try_verify_row(const VerifiedHeaders& headers, Table table, View key, View proof) {
  return detail::told<RowVerdict>(detail::lack(headers, key, proof), [&](auto& status) {
    const auto shown = headers.impl()->inner->verify_row(static_cast<std::uint8_t>(table), detail::slice(key),
                                                         detail::slice(proof), status);
    RowVerdict out{detail::verdict(shown.verdict), shown.height, shown.root, shown.depth, std::nullopt};
    if (shown.is_there) out.value = detail::bytes(shown.value);
    return out;
  });
}

}  // namespace gridnet
