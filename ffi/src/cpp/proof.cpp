#include "impl.hpp"

namespace gridnet {

std::string_view name(HeaderFault fault) noexcept {
  return detail::view(bridge::header_fault_name(static_cast<std::uint8_t>(fault)));
}
std::string_view name(IdentityFault fault) noexcept {
  return detail::view(bridge::identity_fault_name(static_cast<std::uint8_t>(fault)));
}

Result<HeaderFault> try_verify_header(View header, const HashFunction& function) {
  return detail::told<HeaderFault>(detail::lack(header), [&](auto& status) {
    return bridge::header_fault(detail::function(function), detail::slice(header), status);
  });
}

Result<HeaderChain> try_verify_headers(const Engine& engine, View headers, const Retarget& rule,
                                       const HashFunction& function, const Control* control) {
  return detail::told<HeaderChain>(detail::lack(engine, headers), [&](auto& status) {
    bridge::Report report{};
    const bridge::Chain chain = bridge::header_chain(
        *engine.impl()->inner, detail::function(function), detail::slice(headers),
        static_cast<std::uint8_t>(rule.rule), rule.spacing, rule.half_life, *detail::Watched(control), report, status);
    HeaderChain out;
    out.count = chain.count;
    out.valid = chain.valid;
    out.fault = static_cast<HeaderFault>(chain.fault);
    if (out.fault != HeaderFault::none) out.first_bad = chain.first_bad;
    out.work = chain.work;
    out.is_cut_short = chain.is_cut_short;
    out.report = detail::report(report);
    return out;
  });
}

Result<Minted> try_mint(const Engine& engine, const Bytes32& address, const Target& target, const Control* control,
                        std::uint32_t nonce_bits) {
  return detail::told<Minted>(detail::lack(engine), [&](auto& status) {
    bridge::Report report{};
    const bridge::Minted minted = bridge::mint(*engine.impl()->inner, detail::slice(address),
                                               detail::slice(target.bytes), nonce_bits, *detail::Watched(control),
                                               report, status);
    return Minted{{minted.repetitions, minted.nonce}, minted.hash, detail::report(report)};
  });
}

Result<IdentityFault> try_verify_identity(const Bytes32& address, const IdentityProof& proof, const Target& target) {
  return detail::told<IdentityFault>(detail::lack(), [&](auto& status) {
    return bridge::identity_fault(detail::slice(address), proof.repetitions, proof.nonce,
                                  detail::slice(target.bytes), status);
  });
}

Result<Target> try_identity_target(Network network) {
  return detail::told<Target>(detail::lack(), [&](auto& status) {
    return Target{bridge::identity_target(detail::number(network), status)};
  });
}

Result<IdentityFault> try_check_identity(Network network, const Bytes32& address, const IdentityProof& proof) {
  return detail::told<IdentityFault>(detail::lack(), [&](auto& status) {
    return bridge::check_identity(detail::number(network), address, proof.repetitions, proof.nonce, status);
  });
}

}  // namespace gridnet
