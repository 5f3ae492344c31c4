#include "impl.hpp"

namespace gridnet {

namespace detail {

static bridge::Reading reading(const Reading& reading) {
  return {reading.meter, reading.slot, reading.sequence, reading.import_wh, reading.export_wh, reading.previous};
}
bridge::SignedReading reading(const SignedReading& signed_by) {
  return {reading(signed_by.body), signed_by.signature};
}
SignedReading reading(const bridge::SignedReading& signed_by) {
  const auto& [meter, slot, sequence, import_wh, export_wh, previous] = signed_by.body;
  return {{meter, slot, sequence, import_wh, export_wh, previous}, signed_by.signature};
}
static std::vector<bridge::SignedReading> readings(const std::vector<SignedReading>& readings) {
  std::vector<bridge::SignedReading> out;
  out.reserve(readings.size());
  for (const SignedReading& one : readings) out.push_back(reading(one));
  return out;
}
static rust::Slice<const bridge::SignedReading> slice(const std::vector<bridge::SignedReading>& readings) {
  return {readings.data(), readings.size()};
}

bridge::MeterFacts facts(const MeterFacts& facts) { return {facts.meter, facts.key, facts.rating_watts}; }

bridge::KeptReading kept(const std::optional<KeptReading>& kept) {
  if (!kept) return {};
  return {true, kept->sequence, kept->slot, kept->import_wh, kept->export_wh, kept->id};
}

std::optional<KeptReading> kept_if_any(const bridge::KeptReading& kept) {
  if (!kept.is_there) return std::nullopt;
  return KeptReading{kept.sequence, kept.slot, kept.import_wh, kept.export_wh, kept.id};
}

static Taken taken(const bridge::Taken& taken) {
  Taken out;
  out.reason = static_cast<Misread>(taken.reason);
  out.kept = kept_if_any(taken.kept).value_or(KeptReading{});
  const bridge::Interval& flowed = taken.interval;
  if (flowed.is_there) out.interval = Interval{flowed.after, flowed.until, flowed.import_wh, flowed.export_wh};
  return out;
}

static bridge::Certificate certificate(const Certificate& certificate) {
  const Replacement replaces = certificate.replaces.value_or(Replacement{});
  return {certificate.key,
          static_cast<std::uint8_t>(certificate.kind),
          static_cast<std::uint8_t>(certificate.source),
          rust::String::lossy(certificate.area),
          certificate.rating_watts,
          certificate.certifier,
          certificate.owner,
          {certificate.replaces.has_value(), replaces.meter, replaces.last}};
}
static bridge::SignedCertificate certificate(const SignedCertificate& signed_by) {
  return {certificate(signed_by.body), signed_by.certifier_signature, signed_by.owner_signature};
}
Certificate certificate(const bridge::Certificate& certificate) {
  Certificate out;
  out.key = certificate.key;
  out.kind = static_cast<Certificate::Kind>(certificate.kind);
  out.source = static_cast<Certificate::Source>(certificate.source);
  out.area = text(certificate.area);
  out.rating_watts = certificate.rating_watts;
  out.certifier = certificate.certifier;
  out.owner = certificate.owner;
  const bridge::Replacement& old = certificate.replaces;
  if (old.is_there) out.replaces = Replacement{old.meter, old.last};
  return out;
}
static SignedCertificate certificate(const bridge::SignedCertificate& signed_by) {
  return {certificate(signed_by.body), signed_by.certifier_signature, signed_by.owner_signature};
}

}  // namespace detail

std::string_view name(Uncertified reason) noexcept {
  return detail::view(bridge::uncertified_name(static_cast<std::uint8_t>(reason)));
}
std::string_view name(Misread reason) noexcept {
  return detail::view(bridge::misread_name(static_cast<std::uint8_t>(reason)));
}
std::string_view name(NoEquivocation reason) noexcept {
  return detail::view(bridge::no_equivocation_name(static_cast<std::uint8_t>(reason)));
}

Result<std::uint64_t> try_slot_containing(std::uint64_t moment) {
  return detail::told<std::uint64_t>(detail::lack(),
                                     [&](auto& status) { return bridge::slot_containing(moment, status); });
}

Result<std::uint64_t> try_slot_of_register(std::uint64_t moment) {
  return detail::told<std::uint64_t>(detail::lack(),
                                     [&](auto& status) { return bridge::slot_of_register(moment, status); });
}

Result<std::uint64_t> try_slot_start(std::uint64_t slot) {
  return detail::told<std::uint64_t>(detail::lack(), [&](auto& status) { return bridge::slot_start(slot, status); });
}

Result<std::uint64_t> try_slot_end(std::uint64_t slot) {
  return detail::told<std::uint64_t>(detail::lack(), [&](auto& status) { return bridge::slot_end(slot, status); });
}

Result<Bytes32> Certificate::try_id(Network network) const {
  return detail::told<Bytes32>(detail::lack(), [&](auto& status) {
    return bridge::certificate_id(detail::number(network), detail::certificate(*this), status);
  });
}

Result<MeterFacts> Certificate::try_facts(Network network) const {
  return detail::told<MeterFacts>(detail::lack(), [&](auto& status) {
    const auto facts = bridge::certificate_facts(detail::number(network), detail::certificate(*this), status);
    return MeterFacts{facts.meter, facts.key, facts.rating_watts};
  });
}

Result<Uncertified> Certificate::try_check() const {
  return detail::told<Uncertified>(detail::lack(), [&](auto& status) {
    return bridge::check_certificate_body(detail::certificate(*this), status);
  });
}

Result<Signature> Certificate::try_certify(Network network, const Signer& signer) const {
  return detail::told<Signature>(detail::lack(signer), [&](auto& status) {
    Signature signature{};
    bridge::certify(detail::number(network), detail::certificate(*this), *signer.impl()->inner, signature, status);
    return signature;
  });
}

Result<Signature> Certificate::try_consent(Network network, const Signer& signer) const {
  return detail::told<Signature>(detail::lack(signer), [&](auto& status) {
    Signature signature{};
    bridge::consent(detail::number(network), detail::certificate(*this), *signer.impl()->inner, signature, status);
    return signature;
  });
}

Result<SignedCertificate> Certificate::try_sign(Network network, const Signer& certifying,
                                                const Signer& consenting) const {
  const Result<Signature> certified = try_certify(network, certifying);
  if (!certified.ok()) return certified.failure();
  const Result<Signature> consented = try_consent(network, consenting);
  if (!consented.ok()) return consented.failure();
  return SignedCertificate{*this, certified.value(), consented.value()};
}

Result<SignedCertificate> SignedCertificate::try_from_bytes(View bytes) {
  return detail::told<SignedCertificate>(detail::lack(bytes), [&](auto& status) {
    bridge::SignedCertificate certificate{};
    bridge::certificate_from_bytes(detail::slice(bytes), certificate, status);
    return detail::certificate(certificate);
  });
}

Result<std::vector<std::uint8_t>> SignedCertificate::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(detail::lack(), [&](auto& status) {
    return detail::bytes(bridge::certificate_to_bytes(detail::certificate(*this), status));
  });
}

Result<Uncertified> SignedCertificate::try_check(Network network) const {
  return detail::told<Uncertified>(detail::lack(), [&](auto& status) {
    return bridge::check_certificate(detail::number(network), detail::certificate(*this), status);
  });
}

Result<Bytes32> Reading::try_id(Network network) const {
  return detail::told<Bytes32>(detail::lack(), [&](auto& status) {
    return bridge::reading_id(detail::number(network), detail::reading(*this), status);
  });
}

Result<SignedReading> Reading::try_sign(Network network, const Signer& signer) const {
  return detail::told<SignedReading>(detail::lack(signer), [&](auto& status) {
    SignedReading signed_by{*this, {}};
    bridge::sign_reading(detail::number(network), detail::reading(*this), *signer.impl()->inner, signed_by.signature,
                         status);
    return signed_by;
  });
}

Result<SignedReading> SignedReading::try_from_bytes(View bytes) {
  return detail::told<SignedReading>(detail::lack(bytes), [&](auto& status) {
    bridge::SignedReading reading{};
    bridge::reading_from_bytes(detail::slice(bytes), reading, status);
    return detail::reading(reading);
  });
}

Result<std::vector<std::uint8_t>> SignedReading::try_to_bytes() const {
  return detail::told<std::vector<std::uint8_t>>(detail::lack(), [&](auto& status) {
    return detail::bytes(bridge::reading_to_bytes(detail::reading(*this), status));
  });
}

Result<bool> SignedReading::try_is_signed(Network network, const PublicKey& key) const {
  return detail::told<bool>(detail::lack(), [&](auto& status) {
    return bridge::is_reading_signed(detail::number(network), detail::reading(*this), key, status);
  });
}

Result<Taken> try_take_reading(Network network, const MeterFacts& facts, const std::optional<KeptReading>& kept,
                               const SignedReading& reading, std::uint64_t now) {
  return detail::told<Taken>(detail::lack(), [&](auto& status) {
    return detail::taken(bridge::take_reading(detail::number(network), detail::facts(facts), detail::kept(kept),
                                              detail::reading(reading), now, status));
  });
}

Result<std::vector<Taken>> try_verify_readings(const Engine& engine, Network network, const MeterFacts& facts,
                                               const std::optional<KeptReading>& kept,
                                               const std::vector<SignedReading>& readings, std::uint64_t now,
                                               const Control* control) {
  return detail::told<std::vector<Taken>>(detail::lack(engine), [&](auto& status) {
    const auto list = detail::readings(readings);
    const auto verdicts = bridge::verify_readings(*engine.impl()->inner, detail::number(network), detail::facts(facts),
                                                  detail::kept(kept), detail::slice(list), now,
                                                  *detail::Watched(control), status);
    std::vector<Taken> out;
    out.reserve(verdicts.size());
    for (const bridge::Taken& taken : verdicts) out.push_back(detail::taken(taken));
    return out;
  });
}

Result<std::vector<std::uint8_t>> try_prove_equivocation(Network network, const SignedReading& one,
                                                         const SignedReading& other) {
  return detail::told<std::vector<std::uint8_t>>(detail::lack(), [&](auto& status) {
    return detail::bytes(
        bridge::prove_equivocation(detail::number(network), detail::reading(one), detail::reading(other), status));
  });
}

Result<Equivocation> try_check_equivocation(Network network, const PublicKey& key, View proof) {
  return detail::told<Equivocation>(detail::lack(proof), [&](auto& status) {
    const auto proven = bridge::check_equivocation(detail::number(network), key, detail::slice(proof), status);
    return Equivocation{static_cast<NoEquivocation>(proven.reason), proven.meter, proven.sequence};
  });
}

Result<std::optional<std::vector<std::uint8_t>>> try_find_equivocation(Network network, const PublicKey& key,
                                                                       const std::vector<SignedReading>& readings) {
  using Proof = std::optional<std::vector<std::uint8_t>>;
  return detail::told<Proof>(detail::lack(), [&](auto& status) {
    const auto list = detail::readings(readings);
    const auto proof = bridge::find_equivocation(detail::number(network), key, detail::slice(list), status);
    return proof.empty() ? Proof() : Proof(detail::bytes(proof));
  });
}

}  // namespace gridnet
