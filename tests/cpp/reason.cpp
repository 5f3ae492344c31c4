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
}

TEST_CASE("the last enumerator of each kind is its last number") {
  CHECK(gridnet::name(gridnet::Reason::fee) == "fee");
  CHECK(gridnet::name(gridnet::Void::duplicate) == "duplicate");
  CHECK(gridnet::name(gridnet::NoFraud::owner_signature) == "owner-signature");
  CHECK(gridnet::name(gridnet::Refusal::content) == "content");
}
