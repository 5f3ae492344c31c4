"""Money: whole, and all of it somewhere."""

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

import gridnet

payrates = st.tuples(st.integers(1, 500), st.integers(1, 500)).map(lambda of: (of[0], of[0] + of[1]))


def test_the_papers_figure():
    assert gridnet.split(1_000_003, 5) == (250_001, 187_501, 140_626, 105_469, 316_406)
    assert gridnet.split(100, 3, rule="sybil-neutral") == (12, 12, 12)


@given(st.integers(1, 2**64 - 1), st.integers(0, 32), payrates, st.sampled_from(["payrate", "sybil-neutral"]))
def test_all_money_goes_somewhere(total, hops, payrate, rule):
    assume(total > 1)
    paid = gridnet.payout(total, hops, payrate, rule)
    assert paid.fee + paid.receiver + sum(paid.hops) + paid.burnt == total
    assert len(paid.hops) == hops
    if rule == "payrate":
        assert paid.burnt == 0


@given(st.integers(0, 2**60), payrates, st.integers(2, 9))
def test_a_fake_hop_gains_what_the_formula_says(given_units, payrate, identities):
    p = Fraction(*payrate)
    exact = given_units * (p - p**identities)
    gain = gridnet.fake_hop(given_units, payrate, identities=identities).gain
    assert abs(gain - exact) <= identities
    assert gridnet.fake_hop(given_units, payrate, identities=1).gain == 0


def test_when_faking_pays():
    assert gridnet.fake_hop(1_600, identity_cost=3_000).payouts == 10
    assert gridnet.fake_hop(0, identity_cost=1).payouts is None


def test_throughput():
    assert gridnet.throughput(1_000_000, 250, 6, 3_600) == Fraction(6_666_666, 1_000_000)
