"""How a claim is shared out."""

import collections

Split = collections.namedtuple("Split", "fee receiver shares burnt")


def split(total, weight, fee_rate, rule, a, b, hops):
    """The parts of a claim, or None where the fee would take all; rule 0 is payrate, 1 is sybil-neutral."""
    fee = max(-(-total // 100), weight * fee_rate)
    if fee >= total:
        return None
    receiver = (total - fee) * 5 // 100
    rest = total - fee - receiver
    shares, burnt = [], 0
    if hops == 0:
        receiver += rest
    elif rule == 0:
        given = rest
        for _ in range(hops - 1):
            passed = given * a // b
            shares.append(given - passed)
            given = passed
        shares.append(given)
    else:
        shares = [rest >> hops] * hops
        burnt = rest - sum(shares)
    assert fee + receiver + sum(shares) + burnt == total
    return Split(fee, receiver, shares, burnt)
