#include <gridnet/reason.hpp>
#include <gridnet/reason.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

/// Whether the numbers from 1 on have these names, and those around them none.
template <class Code>
void names_are(const std::vector<std::string>& names) {
  CHECK(gridnet::name(Code::none).empty());
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(gridnet::name(static_cast<Code>(i + 1)) == names[i]);
  CHECK(gridnet::name(static_cast<Code>(names.size() + 1)).empty());
  CHECK(gridnet::name(static_cast<Code>(255)).empty());
}

}  // namespace

TEST_CASE("every code has the number and the name that docs/reasons.md lists") {
  names_are<gridnet::Reason>({"shape", "bad-key", "network", "pool", "bank", "stale", "expiry", "owner-signature",
                              "receiver-binding", "custody", "last-hand-over", "receiver-signature", "walk", "fee"});
  names_are<gridnet::Void>({"unopened", "unregistered", "revoked", "too-young", "low-stake", "duplicate"});
  names_are<gridnet::NoFraud>({"shape", "network", "other-pool", "other-bank", "other-sender", "order", "same-session",
                               "apart", "not-at-once", "bad-key", "owner-signature"});
  names_are<gridnet::Refusal>({"shape", "bad-key", "network", "owner-signature", "receiver-binding", "identity", "card",
                               "custody", "last-hand-over", "expiry", "content"});
  names_are<gridnet::Uncertified>({"bad-key", "same-key", "rating", "certifier-signature", "owner-signature"});
  names_are<gridnet::Misread>(
      {"signature", "other-meter", "sequence", "slot", "future", "backwards", "too-much", "previous"});
  names_are<gridnet::NoEquivocation>({"order", "other-meter", "other-sequence", "signature"});
  names_are<gridnet::Unheeded>({"signature", "other-place", "expired", "replayed", "untrusted"});
  names_are<gridnet::Objection>({"parties", "bad-key", "same-key", "meters", "rate", "slots", "limit", "deposit",
                                 "window", "terms", "stranger", "other-contract", "signature", "unsigned", "restored",
                                 "final", "sequence", "delivered"});
  names_are<gridnet::SpvFault>({"network", "start", "bad-bits", "time-too-old", "time-too-new", "bad-link", "high-hash",
                                "height", "branch", "shallow", "row", "unknown", "forged", "unsettled", "reading",
                                "authorities"});
}

TEST_CASE("the last enumerator of each kind is its last number") {
  CHECK(gridnet::name(gridnet::Reason::fee) == "fee");
  CHECK(gridnet::name(gridnet::Void::duplicate) == "duplicate");
  CHECK(gridnet::name(gridnet::NoFraud::owner_signature) == "owner-signature");
  CHECK(gridnet::name(gridnet::Refusal::content) == "content");
  CHECK(gridnet::name(gridnet::Uncertified::owner_signature) == "owner-signature");
  CHECK(gridnet::name(gridnet::Misread::previous) == "previous");
  CHECK(gridnet::name(gridnet::NoEquivocation::signature) == "signature");
  CHECK(gridnet::name(gridnet::Unheeded::untrusted) == "untrusted");
  CHECK(gridnet::name(gridnet::Objection::delivered) == "delivered");
  CHECK(gridnet::name(gridnet::SpvFault::authorities) == "authorities");
}
