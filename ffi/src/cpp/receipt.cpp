#include <algorithm>
#include <iterator>

#include "impl.hpp"

namespace gridnet {

namespace detail {

static bridge::ReceiptOptions options(const ReceiptOptions& options) {
  bridge::ReceiptOptions out{};
  out.network = number(options.network);
  out.start = checkpoint(options.start);
  out.depth = options.depth;
  for (const Address& one : options.authorities) std::copy(one.begin(), one.end(), std::back_inserter(out.authorities));
  out.now = options.now;
  return out;
}

static Subject subject(const bridge::Subject& subject) {
  return {static_cast<Subject::Kind>(subject.kind), subject.id};
}

static ReceiptSide side(const bridge::ReceiptSide& side) {
  ReceiptSide out;
  out.owner = side.owner;
  out.meter = side.meter;
  out.certificate = certificate(side.certificate);
  out.kept = kept_if_any(side.kept);
  out.imported_wh = side.imported_wh;
  out.exported_wh = side.exported_wh;
  out.has_equivocated = side.has_equivocated;
  out.has_identity = side.has_identity;
  out.is_revoked = side.is_revoked;
  return out;
}

static ReceiptFacts facts(const bridge::ReceiptFacts& facts) {
  ReceiptFacts out;
  out.contract = facts.contract;
  out.terms = contract(facts.terms);
  out.opened = facts.opened;
  out.settled = facts.settled;
  if (facts.has_settled_time) out.settled_time = facts.settled_time;
  out.delivered_wh = facts.delivered_wh;
  out.paid.assign(facts.paid.begin(), facts.paid.end());
  out.seller = side(facts.seller);
  out.buyer = side(facts.buyer);
  for (const bridge::SignedReading& one : facts.readings) out.readings.push_back(reading(one));
  out.authorities = hashes(facts.authorities);
  for (const bridge::Mark& mark : facts.marks) {
    out.marks.push_back({mark.authority, subject(mark.subject), text(mark.reason), mark.effective, mark.made});
  }
  out.height = facts.height;
  out.root = facts.root;
  out.depth = facts.depth;
  out.tip = checkpoint(facts.tip);
  out.work = facts.work;
  for (const bridge::ReceiptObjection& one : facts.objections) {
    out.objections.push_back(
        {static_cast<ReceiptObjection::Kind>(one.kind), subject(one.subject), one.authority});
  }
  return out;
}

}  // namespace detail

std::string_view name(ReceiptObjection::Kind kind) noexcept {
  return detail::view(bridge::receipt_objection_name(static_cast<std::uint8_t>(kind)));
}

Result<ReceiptVerdict> try_verify_receipt(const Engine& engine, View file, const ReceiptOptions& options,
                                          const Control* control) {
  return detail::told<ReceiptVerdict>(detail::lack(engine, file), [&](auto& status) {
    const auto shown = bridge::verify_receipt(*engine.impl()->inner, detail::slice(file), detail::options(options),
                                              *detail::Watched(control), status);
    ReceiptVerdict out{detail::verdict(shown.verdict), std::nullopt};
    if (detail::is_good(status) && out.ok()) out.facts = detail::facts(shown);
    return out;
  });
}

}  // namespace gridnet
