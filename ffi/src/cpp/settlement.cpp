#include "impl.hpp"

namespace gridnet {

Result<Payout> try_payout(std::uint64_t total, std::uint64_t weight, std::uint64_t minimum_fee_rate,
                          const Terms& terms, std::size_t hops) {
  return detail::told<Payout>(detail::lack(), [&](auto& status) {
    const auto paid = bridge::payout(total, weight, minimum_fee_rate, detail::terms(terms), hops, status);
    return Payout{paid.fee, paid.receiver, {paid.hops.begin(), paid.hops.end()}, paid.burnt};
  });
}

Result<std::vector<std::uint8_t>> try_prove_fraud(Network network, const Token& one, const Token& other) {
  return detail::told<std::vector<std::uint8_t>>(detail::lack(one, other), [&](auto& status) {
    return detail::bytes(
        bridge::prove_fraud(detail::number(network), *one.impl()->inner, *other.impl()->inner, status));
  });
}

Result<Fraud> try_check_fraud(Network network, View proof) {
  return detail::told<Fraud>(detail::lack(proof), [&](auto& status) {
    const auto fraud = bridge::check_fraud(detail::number(network), detail::slice(proof), status);
    return Fraud{static_cast<NoFraud>(fraud.reason), fraud.owner, fraud.pool, fraud.bank};
  });
}

}  // namespace gridnet
