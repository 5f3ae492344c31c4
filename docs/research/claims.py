"""What the paper says about payouts, payrates and made-up hops: the statements that `sybil.py` tries."""

from fractions import Fraction

from page import Claim, cases

GIVEN = (1_600, 10**6, 10**8)
PAYRATES = ((3, 4), (1, 4), (1, 2), (9, 10))
POSING = cases(given=GIVEN, payrate=PAYRATES, k=(2, 3, 8, 32))
SPLITS = cases(given=GIVEN, payrate=PAYRATES)
POOLS = cases(value=(10**3, 5_000, 9_000, 10**4, 10**6))
ONE = "gridnet.payout(1_600 * {value:_}, 3, weight=1_663)"
TEN = "gridnet.payout(160 * {value:_}, 3, weight=1_573)"
HOPS_3, HOPS_4 = "gridnet.payout({total:_}, 3, weight=1_563)", "gridnet.payout({total:_}, 4, weight=1_821)"
UNWORTHY = "“it is unworthy for a current node to add artificial, owned by itself, payout addresses”: "

# fmt: off
CLAIMS = [
    Claim("X, Fig. 2", "“the first intermediary owns a full share in a TR”",
          "sum(gridnet.payout({total:_}, {hops}).hops)", cases(total=(10**6, 10**8), hops=(1, 2, 5)),
          lambda v, total, hops: v == total,
          "The fee (IX) and the receiver's profit (X) come off the TR first. Of the rest it is so."),
    Claim("X, Fig. 2", "“hands over a payrate fraction of its current share to next node. The scheme repeats.”",
          "gridnet.split({given:_}, 5, {payrate})", SPLITS,
          lambda v, given, payrate: all(sum(v[i + 1:]) == sum(v[i:]) * payrate[0] // payrate[1] for i in range(4)),
          "Rounded down to whole units."),
    Claim("X", "“The higher the TR, the higher incentive for intermediaries”",
          "[gridnet.split(units, 5, {payrate})[{hop}] for units in (10**5, 10**6, 10**7)]",
          cases(payrate=PAYRATES, hop=range(5)),
          lambda v, **_: v[0] < v[1] < v[2], "For every hop."),
    Claim("X", "“The lower the payrate fraction …, the sooner the encouragement deceases.”",
          "[sum(kept > 0 for kept in gridnet.split({given:_}, 999, p)) for p in ((1, 4), (1, 2), (3, 4), (9, 10))]",
          cases(given=GIVEN),
          lambda v, given: v == sorted(set(v)), "After so many hops nothing is left."),
    Claim("X", "“This facilitates a Time-To-Live mechanism, one guarded by forces of supply and demand.”",
          "sum(kept > 0 for kept in gridnet.split({given:_}, 999, {payrate}))", SPLITS,
          lambda v, given, payrate: v <= 32,
          "TR · p³² is less than a unit: nothing is left before the list of hops is full, at 32. Else that ends it.",
          lambda given, payrate: given * Fraction(*payrate) ** 32 < 1),
    Claim("X", "“The diminishing profit for further intermediaries”",
          "gridnet.split(1_000_003, {hops}, {payrate})", cases(hops=range(4, 9), payrate=PAYRATES),
          lambda v, **_: list(v) == sorted(v, reverse=True),
          "The payrate is at most 1/2. Above, the last hop keeps more than the one before it.",
          lambda hops, payrate: 2 * payrate[0] <= payrate[1]),
    Claim("X", "“it needs to pass the data on”: that pays more than to wait for the receiver",
          "100 * gridnet.split({given:_}, 2, {payrate})[0] > {percent} * {given:_}",
          cases(given=(10**6,), payrate=PAYRATES, percent=(5, 20, 30, 60, 80)),
          lambda v, **_: v,
          "Its own chance to meet the receiver is below 1 − p, where whoever takes over is sure to.",
          lambda given, payrate, percent: Fraction(percent, 100) < 1 - Fraction(*payrate)),
    Claim("V, X", UNWORTHY + "a hop that is not the last",
          "gridnet.fake_hop({given:_}, {payrate}, identities={k}).gain", POSING,
          lambda v, **_: v == 0, "It gains S · (p − pᵏ) at each payout."),
    Claim("V, X", UNWORTHY + "the first of three hops, where the fee counts as well",
          f"({HOPS_3}.hops[0], sum({HOPS_4}.hops[:2]))",
          cases(total=(10**6, 19_000, 21_000, 22_000, 10**5, 10**8)), lambda v, total: v[1] <= v[0],
          "The TR is below some 21,650 units. A hop more has a weight of 258, so that the least fee rises by 2,580.",
          lambda total: total <= 15_630 + 2_580 * 7 // 3),
    Claim("V, X", UNWORTHY + "the last hop",
          "sum(gridnet.split({given:_}, {k}, {payrate}))", POSING,
          lambda v, given, **_: v == given, "“it already owns everything it can”."),
    Claim("V, X", UNWORTHY + "a hop that has one identity",
          "(max(gridnet.split({given:_}, {k} + 1, {payrate})[:{k}]), gridnet.split({given:_}, 2, {payrate})[0])",
          POSING,
          lambda v, **_: v[0] <= v[1], "Of the hops of one identity the best alone is paid. That rule is ours."),
    Claim("V, X", UNWORTHY + "any hop, under the sybil-neutral rule",
          "[sum(gridnet.split({given:_}, {hops} + k, rule='sybil-neutral')[:1 + k]) for k in (0, 1, 2, 7)]",
          cases(given=GIVEN, hops=(1, 2, 5)),
          lambda v, **_: max(v) == v[0],
          "But each hop more halves what the others get. The rule is ours, never the default."),
    Claim("V", "“adding an arbitrary number of intermediaries to the datagram, for the purpose of, increasing profit” "
          "is in vain: the receiver, as one more hop behind the last",
          "gridnet.split({given:_}, 2, {payrate})[1]", SPLITS,
          lambda v, **_: v == 0, "It takes p of the last hop's share, for one identity."),
    Claim("IV, XIV", "“The proof-of-stake mechanism is used to thwart hideous incentives”: at some cost of an identity "
          "a fake hop never pays",
          "gridnet.fake_hop({given:_}, identity_cost={cost:_}).payouts",
          cases(given=GIVEN, cost=(10**3, 10**6, 10**9, 10**15)),
          lambda v, **_: v is None,
          "After so many payouts it has paid for itself. Nothing proves that two hops are one, so no stake is lost."),
    Claim("VII", "“one should not risk more than the expected return”: whoever fakes a hop for a while risks more",
          "{times:_} * gridnet.fake_hop({given:_}).gain < {cost:_}",
          cases(given=GIVEN, cost=(10**3, 10**6, 10**9), times=(1, 10, 1_000)),
          lambda v, **_: v, "There are fewer payouts than the identity's cost divided by S · (p − p²).",
          lambda given, cost, times: times < Fraction(cost) / (given * Fraction(3, 16))),
    Claim("IX", "the fee is “a fraction of a Transmission Reward”",
          "gridnet.payout({total:_}, 3, weight=1_563).fee", cases(total=(10**5, 10**6, 1_563_000, 10**7, 10**9)),
          lambda v, total: v == -(-total // 100),
          "The TR is at least 1,000 units for each unit of weight. Below, the fee is what the weight costs.",
          lambda total: total >= 1_563_000),
    Claim("IX, X", "“Data receivers are incentivized to create largest Transit Pools possible”: one of 1,600 packets "
          "pays the receiver more than ten of 160",
          f"({ONE}.receiver, 10 * {TEN}.receiver)", POOLS,
          lambda v, value: v[0] > v[1],
          "The TR of each small one is below 1,000 units for each unit of its weight. Above, both pay the same.",
          lambda value: 160 * value < 1_573_000),
    Claim("X", "“the lower number Transit Pools, … the lower transmission fees”: one against ten, as before",
          f"({ONE}.fee, 10 * {TEN}.fee)", POOLS,
          lambda v, value: v[0] < v[1], "The same condition.",
          lambda value: 160 * value < 1_573_000),
    Claim("X", "“Value of a single hash”: all hashes of a pool are worth the same, its coins divided by their number",
          "gridnet.verify_transit_pools(*gridnet.sample_transit_pools(1, length={k})[:2])['total'].to_pylist()",
          cases(k=(1, 7, 100)), lambda v, k: v == [k * 1_000_000], "A hash of the made-up pools is worth 1,000,000."),
]
# fmt: on
