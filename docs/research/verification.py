# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How fast transit pools are verified
#
# Verdicts a second over what a call is given, how many hops carried, how long the chains are, and on which devices. The
# script of this page is [verification.py](verification.py). But for the first table, all of it was measured, on one
# machine and at one moment ([README.md](README.md)).

# %%
import statistics
import time

import matplotlib.pyplot as plt
import page

import gridnet
import gridnet.plot

# %% [markdown]
# ## What there is to do, and that it is done
#
# A transit pool of n hops has n + 4 signatures, and a walk of as many hashes as it claims. Of 100 made-up ones, every
# tenth with something wrong in it, each device finds those and no others, and for the same reasons.

# %%
engines = {}
for device in gridnet.devices():
    if device.why_not is None and device.self_test == "passed":
        label = {"cpu": "CPU", "software": "software GPU"}.get(device.kind, device.name)
        engines[label] = gridnet.Engine(device=device.id)
engines = {"CPU, one thread": gridnet.Engine(device="cpu", threads=1), **engines}

rows = []
for hops, length in ((1, 1), (3, 100), (8, 100), (3, 1_000)):
    claims = gridnet.sample_transit_pools(100, hops=hops, length=length, bad_share=0.1)
    for engine in engines.values():
        verdicts = gridnet.verify_transit_pools(claims.table, claims.identities, engine=engine)
        wrong = {at: reason for at, reason in enumerate(verdicts["reason"].to_pylist()) if reason is not None}
        assert wrong == claims.planted
    rows.append([hops, length, hops + 4, length, f"{len(wrong)} of {len(claims.planted)}"])
page.show(page.table(["hops", "hashes", "signatures", "steps of the walk", "bad ones found in 100"], rows))

# %% [markdown]
# ## Measured
#
# The median of five runs after one that is not counted. The claims are in memory, as a table. *CPU* is all its threads.
# *Software GPU* is a driver of graphics processors that computes on the same cores: it shows that the code for cards
# runs, and says nothing about the speed of any.

# %%
RUNS = 1 if page.SHORT else 5
SCALE = 200 if page.SHORT else 1


def rate(label: str, count: int, hops: int = 3, length: int = 100) -> list[float]:
    """Measure verdicts a second: the least, the median, the most."""
    count = max(1, count // SCALE)
    claims = gridnet.sample_transit_pools(count, hops=hops, length=length)
    took = []
    for _ in range(1 + RUNS):
        begun = time.perf_counter()
        verdicts = gridnet.verify_transit_pools(claims.table, claims.identities, engine=engines[label])
        took.append(time.perf_counter() - begun)
        assert verdicts["valid"].to_pylist() == [True] * count
    of = sorted(count / seconds for seconds in took[1:])
    return [of[0], statistics.median(of), of[-1]]


def rates(of: dict[int, dict]) -> dict[str, dict[int, float]]:
    """Measure on every device, by the number that is varied."""
    return {label: {number: rate(label, **how)[1] for number, how in of.items()} for label in engines}


over = {
    "transit pools in a call": rates({of: {"count": of} for of in (1, 10, 100, 1_000, 10_000)}),
    "hops": rates({of: {"count": 2_000, "hops": of} for of in (1, 2, 4, 8, 16, 32)}),
    "hashes of each": rates({of: {"count": 1_000, "length": of} for of in (1, 10, 100, 1_000, 10_000)}),
}
figure, all_axes = plt.subplots(1, 3, figsize=(11, 3.6))
for axes, (what, measured) in zip(all_axes, over.items(), strict=True):
    gridnet.plot.verification_scaling(measured, what, axes)
    axes.set_title("")
    axes.get_legend().set_visible(axes is all_axes[0])
    numbers = list(next(iter(measured.values())))
    axes.set_xticks(numbers, [f"{number:,}" for number in numbers])
    axes.set_xticks([], minor=True)
title = figure.suptitle("Verification: 3 hops and 100 hashes each, where they are not varied")

# %% [markdown]
# A chain has room for eleven claims of 3 hops and 100 hashes a second at most ([throughput.md](throughput.md)), so
# verifying does not limit it: how much faster than the chain each device here is, and how long it takes for the claims
# of a year.

# %%
CHAIN = float(gridnet.throughput(2**21, 1_570, 1, 120))
assert 11 <= CHAIN < 12
rows = []
for label in engines:
    least, median, most = rate(label, 4_000)
    year = page.lasting(365 * 86_400 * CHAIN / median)
    rows.append([label, f"{median:,.0f}", f"{least:,.0f} to {most:,.0f}", f"{median / CHAIN:,.0f} ×", year])
page.measured(page.table(["device", "verdicts/s", "of all runs", "than the chain", "a year's claims"], rows))
names = {label: engine.devices[0].name for label, engine in engines.items()}
page.measured("; ".join(f"{label}: {name}" for label, name in names.items()) + ".")

# %%
page.end()
