# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What an identity costs
#
# The difficulty of identity proofs (paper, VII) against the rates of the devices at hand, and from which payout on a
# fake identity has paid for itself. The script of this page is [identities.py](identities.py). The tables under
# *measured* are of one machine and one moment ([README.md](README.md)); all others are exact.

# %%
import math
import statistics

import page

import gridnet
import gridnet.plot

NETWORKS = ("regtest", "test", "main")

# %% [markdown]
# ## Expected work
#
# A proof is a hash below a target, so the number of hashes until one is found has a geometric distribution: its mean is
# 2 to the bits of the network, and so, nearly, is its standard deviation. After 2³² nonces the address is appended to
# itself. The chance that a proof needs more than one repetition, and how many it needs on average:

# %%
EXPECTED = {name: 2**256 // (gridnet.identity_target(name) + 1) for name in NETWORKS}
rows = []
for name, hashes in EXPECTED.items():
    missed = math.exp(2**32 * math.log1p(-1 / hashes))
    chance = f"{missed:.4f}" if missed > 1e-9 else "none to speak of"
    rows.append([name, hashes.bit_length() - 1, hashes, chance, f"{1 / (1 - missed):.2f}"])
page.show(page.table(["network", "bits", "hashes expected", "chance of a second repetition", "repetitions"], rows))

# %% [markdown]
# ## Minted
#
# Proofs of made-up addresses, of few bits: the mean number of hashes, the standard error that such a mean has, and how
# many of these lie between mean and expectation. The proofs are the same everywhere, and so is this table.


# %%
def minted(many: int, bits: int, nonce_bits: int = 32) -> list[gridnet.Identity]:
    """Mint so many identities."""
    addresses = [gridnet.hash_of("blake2s", bytes([bits, nonce_bits, *of.to_bytes(2)])) for of in range(many)]
    return [gridnet.mint_identity(of, target=2 ** (256 - bits) - 1, nonce_bits=nonce_bits) for of in addresses]


def row(what: str, found: list[int], expected: float, deviation: float) -> list[object]:
    """Compare a mean with its expectation."""
    mean, error = statistics.mean(found), deviation / math.sqrt(len(found))
    assert abs(mean - expected) < 4 * error, f"{what}: {mean} is not {expected}"
    numbers = (f"{of:,.3f}" for of in (expected, mean, error))
    return [what, len(found), *numbers, f"{(mean - expected) / error:+.2f}"]


rows = []
for bits in (8, 12, 14):
    hashes = [(of.repetitions - 1) * 2**32 + of.nonce + 1 for of in minted(400, bits)]
    rows.append(row(f"hashes at {bits} bits", hashes, 2**bits, math.sqrt(1 - 2**-bits) * 2**bits))
repetitions = [of.repetitions for of in minted(400, 10, nonce_bits=8)]
missed = (1 - 2**-10) ** 256
second = [int(of > 1) for of in repetitions]
rows.append(row("a second repetition, at 10 bits with nonces of 8", second, missed, math.sqrt(missed * (1 - missed))))
rows.append(row("repetitions, likewise", repetitions, 1 / (1 - missed), math.sqrt(missed) / (1 - missed)))
page.show(page.table(["", "proofs", "expected", "mean", "standard error", "errors away"], rows))

# %% [markdown]
# ## Measured: rates
#
# Each device searches a fixed range of nonces for a hash that there is not, five times; the median counts. An identity
# is BLAKE2b of 36 bytes and more, of which each further nonce costs one compression. *Software* is a driver of graphics
# processors that computes on the same cores as the CPU: it shows that the code runs, not how fast a card is.

# %%
SEARCHES = {
    "identity (BLAKE2b)": ("blake2b", 36, "big"),
    "header (BLAKE2s)": ("blake2s", 80, "little"),
    "header (SHA-256d)": ("sha256d", 80, "little"),
}


def rate(engine: gridnet.Engine, function: str, size: int, order: str) -> float:
    """Measure hashes a second: the median of five searches of a range that takes so many seconds."""
    span, seconds = 200_000, 0.05 if page.SHORT else 1.0
    warm = [engine.search(bytes(size), size - 4, 0, 0, span, function, order=order) for _ in range(2)][1]
    span = min(2**32, max(span, round(span / warm.seconds * seconds)))
    runs = [engine.search(bytes(size), size - 4, 0, 0, span, function, order=order) for _ in range(5)]
    assert all(sum(share.done for share in run.devices) == span and not run.hits for run in runs)
    return span / statistics.median(run.seconds for run in runs)


rates = {}
for device in gridnet.devices():
    if device.why_not is None and device.self_test == "passed":
        label = f"{device.name} (software)" if device.kind == "software" else device.name
        engine = gridnet.Engine(device=device.id)
        rates[label] = {what: rate(engine, *how) for what, how in SEARCHES.items()}
axes = gridnet.plot.device_rates(rates)

# %%
IDENTITY = next(iter(SEARCHES))
rows = [
    [name, f"{of[IDENTITY] / 1e6:.1f}", *(page.lasting(hashes / of[IDENTITY]) for hashes in EXPECTED.values())]
    for name, of in rates.items()
]
page.measured(page.table(["device", "identity, M/s", *NETWORKS], rows))

# %% [markdown]
# ## When faking pays
#
# A price needs assumptions, and here they are: a kWh costs 1 GNC, all cores of the CPU draw 30 W, and an H200 does
# 16,000,000 hashes of BLAKE2b a joule, as measured on headers ([performance.md](../performance.md#an-h200)). The second
# identity of a forwarder at payrate 3/4 then has paid for itself after so many payouts, by what the forwarder is given:

# %%
UNITS_PER_KWH, WATTS, HASHES_A_JOULE = gridnet.UNITS_OF_GNC, 30, 16_000_000
GIVEN = (100, 1_000, 10_000, 100_000, 1_000_000)


def costs(hashes_a_joule: int) -> dict[str, int]:
    """Price an identity of each network, in units, rounded up; a kWh has 3,600,000 joules."""
    return {name: -(-of * UNITS_PER_KWH // (hashes_a_joule * 3_600_000)) for name, of in EXPECTED.items()}


def payouts(identity_costs: dict[str, int]) -> str:
    """Lay out after how many payouts each has paid for itself."""
    rows = [[name, cost] for name, cost in identity_costs.items()]
    for of in rows:
        of += [gridnet.fake_hop(given, identity_cost=of[1]).payouts for given in GIVEN]
    return page.table(["network", "an identity, units", *(f"given {given:,}" for given in GIVEN)], rows)


by_card = costs(HASHES_A_JOULE)
page.show(payouts(by_card))
first = sum(gridnet.payout(1_000_000, 3).hops)
after = gridnet.fake_hop(first, identity_cost=by_card["main"]).payouts
page.show(f"Of a transit pool of 0.01 GNC the first hop is given {first:,}: on main faking pays after {after} of them.")

# %% [markdown]
# Measured, with the rate of the CPU here:

# %%
by_cpu = costs(round(next(iter(rates.values()))[IDENTITY] / WATTS))
page.measured(payouts(by_cpu))
drawn = {f"{name}, {by}": of[name] for by, of in (("H200", by_card), ("CPU", by_cpu)) for name in ("test", "main")}
axes = gridnet.plot.payouts_until_faking_pays(drawn)

# %%
page.end()
