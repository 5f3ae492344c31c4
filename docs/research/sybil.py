# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Who is paid what, and what a fake hop gains
#
# The paper's Fig. 2 and what it says about payouts, each statement tried on numbers. The script of this page is
# [sybil.py](sybil.py); all its figures are exact, in whole units (100,000,000 are a GNC). Sections are the paper's.

# %%
from fractions import Fraction

import page
from claims import CLAIMS
from session import World

import gridnet
import gridnet.plot

PAYRATES = ((1, 4), (1, 2), (3, 4), (9, 10))

# %% [markdown]
# ## Fig. 2
#
# The first hop is given all that is split. Each keeps a quarter, at the sample payrate of 3/4, and passes the rest on,
# rounded down; the last keeps all that it is given.

# %%
AMOUNT = 1_000_003
shares = gridnet.split(AMOUNT, 5, (3, 4))
given = [AMOUNT - sum(shares[:hop]) for hop in range(6)]
assert all(given[hop + 1] == given[hop] * 3 // 4 for hop in range(4))
assert given[5] == 0
rows = [[hop + 1, given[hop], shares[hop], given[hop + 1], f"{shares[hop] / AMOUNT:.2%}"] for hop in range(5)]
page.show(page.table(["hop", "is given", "keeps", "passes on", "of all"], rows))
axes = gridnet.plot.payout_along_path(AMOUNT, 5, (3, 4))

# %% [markdown]
# ## What posing as several hops gains
#
# A hop that is given S and is not the last keeps S · (1 − p) at payrate p. As k hops in a row it keeps S · (1 − pᵏ):
# each further one keeps its part of what would have been passed on. One further identity gains most at a payrate of
# 1/2: a quarter of S. Units more at each payout, of 100,000,000 given:

# %%
HONEST, FAKES = 10**8, (2, 3, 8, 32)
rows = []
for a, b in PAYRATES:
    gains = [gridnet.fake_hop(HONEST, (a, b), identities=k).gain for k in FAKES]
    p = Fraction(a, b)
    assert all(abs(gain - HONEST * (p - p**k)) <= k for gain, k in zip(gains, FAKES, strict=True))
    rows.append([f"{a}/{b}", gridnet.split(HONEST, 2, (a, b))[0], *gains])
assert max(rows, key=lambda row: row[2])[:3] == ["1/2", HONEST // 2, HONEST // 4]
page.show(page.table(["payrate", "keeps as one hop", *(f"more as {k}" for k in FAKES)], rows))
axes = gridnet.plot.fake_hop_gain()

# %% [markdown]
# The others pay for it: everybody behind the fake hop is given p times as much. The second of five hops poses as two:

# %%
faked = gridnet.split(AMOUNT, 6, (3, 4))
behind = [shares[0], faked[1] + faked[2], *faked[3:]]
assert sum(behind) == sum(shares)
rows = [[hop + 1, shares[hop], behind[hop], f"{behind[hop] / shares[hop]:.2f} ×"] for hop in range(5)]
page.show(page.table(["hop", "keeps", "keeps beside a fake hop", ""], rows))

# %% [markdown]
# That nothing stops it can be seen in verdicts on whole sessions of 10,000,000 units: of Ann, Ben and Cyd; with Ben as
# two identities; and with Ben twice under one, where the worse of his hops is void. All three are valid.

# %%
world = World(length=100, value=100_000)
rows = []
for carriers in (["Ann", "Ben", "Cyd"], ["Ann", "Ben", "Ben's other", "Cyd"], ["Ann", "Ben", "Ben", "Cyd"]):
    verdict = world.verdict(world.claim(carriers, 100))
    assert verdict["valid"]
    paid = {"Ann": 0, "Ben": 0, "Cyd": 0}
    for name, hop in zip(carriers, verdict["hops"], strict=True):
        paid[name.removesuffix("'s other")] += 0 if hop["void"] else hop["share"]
    rows.append([", ".join(carriers), *paid.values(), verdict["burnt"]])
assert rows[0][2] < rows[1][2]
assert rows[0][2] == rows[2][2]
page.show(page.table(["hops", *(f"{name} gets" for name in paid), "burnt"], rows))

# %% [markdown]
# An identity costs work once and gains at every payout, so that there always is a payout from which on it has paid for
# itself. [identities.md](identities.md) says what the identities of the networks cost.

# %%
axes = gridnet.plot.payouts_until_faking_pays({f"{10**size:,} units": 10**size for size in (4, 6, 8)})

# %% [markdown]
# ## What the paper says
#
# Each statement is tried on many cases. Its mark follows from them: **true** where it holds in all, **false** where it
# holds in none, **true-under** where it holds in just those that the condition names, of which one that holds and one
# that fails are shown. A claim of three hops and few packets has a weight of 1,563 and a sixteenth of its packets more
# ([throughput.md](throughput.md)).

# %%
page.show(page.judge(CLAIMS))

# %% [markdown]
# Not here, because signatures decide it and not arithmetic: that nobody is taken off or put into the list of hops, and
# that pay comes after delivery only. [requirements.md](../requirements.md) has those, and
# [protocol.md](../protocol.md#limits) what cannot be prevented.

# %%
page.end()
