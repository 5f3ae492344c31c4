"""Who is paid what for a transit pool, what a fake hop gains, and how many payments a chain takes.

Money is whole units, 100,000,000 of them a GNC: never a float.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from . import _arguments, _native

__all__ = [
    "MINIMUM_FEE_RATE",
    "UNITS_OF_GNC",
    "FakeHop",
    "Payout",
    "fake_hop",
    "payout",
    "split",
    "throughput",
]

Rule = Literal["payrate", "sybil-neutral"]
RULES: dict[str, int] = {"payrate": 0, "sybil-neutral": 1}

UNITS_OF_GNC = 100_000_000
"""Units of one GNC."""
MINIMUM_FEE_RATE = 10
"""Units that a weight of one costs at least, on every network."""


@dataclass(frozen=True, slots=True)
class Payout:
    """What a transit pool pays, in units."""

    fee: int
    """To the block's producer."""
    receiver: int
    hops: tuple[int, ...]
    """To each hop, the first one first."""
    burnt: int
    """To nobody."""


def payrate_of(payrate: object) -> tuple[int, int]:
    """Take a payrate."""
    if not (isinstance(payrate, tuple) and len(payrate) == 2):
        raise _arguments.wrong_type("payrate", "two whole numbers (a, b)", payrate)
    a, b = (_arguments.integer("payrate", part, 1, 2**16 - 1) for part in payrate)
    if a >= b:
        raise _arguments.wrong_value("payrate", "(a, b) with 1 <= a < b", f"({a}, {b})")
    return a, b


def rule_of(rule: object) -> int:
    """Take a rule of sharing, by its number."""
    return RULES[_arguments.text("rule", rule, tuple(RULES))]


def payout(
    total: int,
    hops: int,
    payrate: tuple[int, int] = (3, 4),
    rule: Rule = "payrate",
    *,
    weight: int = 0,
    minimum_fee_rate: int = MINIMUM_FEE_RATE,
) -> Payout:
    """Say what `total` units pay to so many hops: fee, receiver, shares.

    Args:
        total: what the transit pool is worth.
        hops: how many carried.
        payrate: (a, b): each hop passes a/b of what it is given on.
        rule: `payrate`, or `sybil-neutral`, which gives each of n hops 1/2^n and burns the rest.
        weight: of the claim, which the fee pays for.
        minimum_fee_rate: what a weight of one costs.

    >>> payout(1_000_000, 3)
    Payout(fee=10000, receiver=49500, hops=(235125, 176344, 529031), burnt=0)
    """
    fee, receiver, shares, burnt = _native.payout(
        _arguments.integer("total", total),
        _arguments.integer("weight", weight),
        _arguments.integer("minimum_fee_rate", minimum_fee_rate),
        *payrate_of(payrate),
        rule_of(rule),
        _arguments.integer("hops", hops),
    )
    return Payout(fee, receiver, tuple(shares), burnt)


def split(amount: int, hops: int, payrate: tuple[int, int] = (3, 4), rule: Rule = "payrate") -> tuple[int, ...]:
    """Split an amount among hops, as the paper's Fig. 2 does.

    >>> split(1_000_003, 5)
    (250001, 187501, 140626, 105469, 316406)
    """
    return tuple(
        _native.split(
            _arguments.integer("amount", amount),
            *payrate_of(payrate),
            rule_of(rule),
            _arguments.integer("hops", hops, 0, 10_000),
        )
    )


@dataclass(frozen=True, slots=True)
class FakeHop:
    """What a hop gains that is not the last and poses as several."""

    gain: int
    """Units more at each payout."""
    payouts: int | None
    """After how many payouts the identities have paid for themselves; None: never."""


def fake_hop(given: int, payrate: tuple[int, int] = (3, 4), *, identities: int = 2, identity_cost: int = 0) -> FakeHop:
    """Compute what posing as several hops gains, and from which payout on it pays.

    The paper says that it gains nothing. That is true of the last hop alone: a forwarder that is given S keeps
    S(1 - p^k) as k hops in a row, not S(1 - p).

    Args:
        given: units that the hop is given at each payout.
        payrate: (a, b), as in `payout`.
        identities: as how many hops it poses.
        identity_cost: units that one further identity costs.

    >>> fake_hop(1_600, identity_cost=3_001)
    FakeHop(gain=300, payouts=11)
    """
    a, b = payrate_of(payrate)
    identities = _arguments.integer("identities", identities, 1, 1_000)
    gain = _native.gain_of_posing_as(a, b, _arguments.integer("given", given), identities)
    cost = _arguments.integer("identity_cost", identity_cost) * (identities - 1)
    return FakeHop(gain, _native.payouts_until_faking_pays(_arguments.integer("identity_cost", cost), gain))


def throughput(block_size: int, transaction_size: int, blocks: int, seconds: int) -> Fraction:
    """Transactions a second by the paper's formula, rounded down to a millionth.

    The paper prints (β/μ)·ρ/θ; it gives Bitcoin's seven a second only with ρ the number of blocks within θ.

    Args:
        block_size: β, in bytes or in weight.
        transaction_size: μ, in the same.
        blocks: ρ, those within the time.
        seconds: θ, the time.

    >>> float(throughput(1_000_000, 250, 6, 3_600))
    6.666666
    """
    numbers = {
        "block_size": block_size,
        "transaction_size": transaction_size,
        "blocks": blocks,
        "seconds": seconds,
    }
    least = {"transaction_size": 1, "seconds": 1}
    checked = [_arguments.integer(name, of, least.get(name, 0)) for name, of in numbers.items()]
    return Fraction(_native.throughput(*checked), 1_000_000)
