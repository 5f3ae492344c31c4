#include "impl.hpp"

namespace gridnet {

const char* name(HeaderFault fault) noexcept {
  switch (fault) {
    case HeaderFault::none: return "";
    case HeaderFault::link: return "bad-link";
    case HeaderFault::target: return "bad-target";
    case HeaderFault::bits: return "bad-bits";
    case HeaderFault::work: return "high-hash";
  }
  return "";
}

Result<HeaderFault> try_verify_header(View header, const HashFunction& function) {
  bridge::Status status;
  const auto fault = bridge::header_fault(detail::function(function), detail::slice(header), status);
  if (!detail::is_good(status)) return detail::failure(status);
  return static_cast<HeaderFault>(fault);
}

Result<HeaderChain> try_verify_headers(const Engine& engine, View headers, const Retarget& rule,
                                       const HashFunction& function, const Control* control) {
  if (engine.impl() == nullptr) return detail::empty("engine");
  bridge::Status status;
  bridge::Report report{};
  const bridge::Chain chain = bridge::header_chain(
      *engine.impl()->engine, detail::function(function), detail::slice(headers),
      static_cast<std::uint8_t>(rule.rule), rule.spacing, rule.half_life, *detail::Watched(control), report, status);
  if (!detail::is_good(status)) return detail::failure(status);
  HeaderChain out;
  out.count = chain.count;
  out.valid = chain.valid;
  out.fault = static_cast<HeaderFault>(chain.fault);
  if (out.fault != HeaderFault::none) out.first_bad = chain.first_bad;
  out.work = chain.work;
  out.is_cut_short = chain.is_cut_short;
  out.report = detail::report(report);
  return out;
}

Result<Minted> try_mint(const Engine& engine, const Bytes32& address, const Target& target, const Control* control,
                        std::uint32_t nonce_bits) {
  if (engine.impl() == nullptr) return detail::empty("engine");
  bridge::Status status;
  bridge::Report report{};
  const bridge::Minted minted = bridge::mint(*engine.impl()->engine, detail::slice(address),
                                             detail::slice(target.bytes), nonce_bits, *detail::Watched(control),
                                             report, status);
  if (!detail::is_good(status)) return detail::failure(status);
  return Minted{{minted.repetitions, minted.nonce}, minted.hash, detail::report(report)};
}

Result<IdentityFault> try_verify_identity(const Bytes32& address, const IdentityProof& proof, const Target& target) {
  bridge::Status status;
  const auto fault = bridge::identity_fault(detail::slice(address), proof.repetitions, proof.nonce,
                                            detail::slice(target.bytes), status);
  if (!detail::is_good(status)) return detail::failure(status);
  return static_cast<IdentityFault>(fault);
}

}  // namespace gridnet
