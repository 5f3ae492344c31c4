# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Throughput, with and without transit pools
#
# How many transactions a second a chain takes by the paper's formula (VIII), and how many packets a second one chain
# settles when each session goes into one transit pool (X). The script of this page is [throughput.py](throughput.py);
# all its figures are exact.

# %%
import matplotlib.pyplot as plt
import page
from session import World

import gridnet

# %% [markdown]
# ## The formula
#
# The paper prints τ = (β/μ)·ρ/θ: β the size of a block, μ of a transaction, ρ the *interval* of blocks, θ a time frame.
# It gives Bitcoin's seven a second only where ρ is the *number* of blocks within θ, and the software reads it so.
# Bitcoin: blocks of 1,000,000 bytes, one in 600 seconds, 6 in 3,600.

# %%
CLAIMS = [
    page.Claim(
        "VIII",
        "the formula as it is printed, ρ the interval of 600 seconds, gives some seven a second",
        "float(gridnet.throughput(1_000_000, 250, 600, {theta:_}))",
        page.cases(theta=(1, 600, 3_600, 86_400)),
        lambda v, theta: 6 < v <= 7,
        "It gives another figure for each time frame.",
    ),
    page.Claim(
        "VIII",
        "“the possible amount of transaction per second … cannot exceed the amount of seven”, with 6 blocks an hour",
        "float(gridnet.throughput(1_000_000, {mu}, 6, 3_600))",
        page.cases(mu=(250, 200, 238, 239, 500)),
        lambda v, mu: v <= 7,
        "A transaction has 239 bytes or more, on average.",
        lambda mu: mu >= 239,
    ),
]
page.show(page.judge(CLAIMS))

# %% [markdown]
# ## What a claim weighs
#
# A claim's weight is its bytes, a sixteenth of the hashes that are walked, and 64 for each signature: of owner,
# binding, last hand-over and receiver, and of each hop ([protocol.md](../protocol.md#transit-pools)). Here none of the
# hops is joined by a bearer element, all are opened, and something was claimed from the bank before; the first claim of
# a bank also has a bank proof, of 44 bytes and 32 for each layer of the tree over the pool's banks.

# %%
HOPS = (0, 1, 3, 8, 32)
world = World(length=1_000, value=20)
pools = {hops: world.claim([f"hop {number}" for number in range(hops)], 1_000).pool for hops in HOPS}


def claimed(hops: int, packets: int) -> gridnet.ClaimedPool:
    """Claim so many packets that so many hops carried."""
    return gridnet.ClaimedPool.make(pools[hops], packets)


rows = []
for hops in HOPS:
    size, signatures = len(claimed(hops, 1).to_bytes()), 4 + hops
    weights = [claimed(hops, of).weight for of in (1, 10_000)]
    assert weights == [size + 64 * signatures + walk for walk in (1, 625)]
    rows.append([hops, size, signatures, *weights])
page.show(page.table(["hops", "bytes", "signatures", "weight with 1 hash", "with 10,000"], rows))

# %% [markdown]
# The fee goes by the weight, ten units for each of it, where a hundredth of what is claimed is less. So it does in the
# verdict on a session of 3 hops and 1,000 packets of 20 units, the first of its bank:

# %%
claim = world.claim(["hop 0", "hop 1", "hop 2"], 1_000)
verdict = world.verdict(claim)
assert verdict["valid"]
assert verdict["fee"] == 10 * claim.weight
page.show(f"Of {verdict['total']:,} units the fee is {verdict['fee']:,}; the claim's weight is {claim.weight:,}.")

# %% [markdown]
# ## Packets a second
#
# Here a block takes a weight of 2²¹ and comes each 120 seconds, and each packet reveals one hash. Without transit pools
# each packet is a claim of its own, which is the column of 1 packet; with them a session of so many packets is one
# claim. There are no blocks yet: these are the numbers that they are to have. A block's header, and what a transaction
# puts around its claims, are not counted, so these figures are the most that can be.

# %%
BLOCK, SPACING = 2**21, 120
PACKETS = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)


def packets_a_second(hops: int, packets: int) -> float:
    """Settle sessions of so many packets, and nothing else, on one chain."""
    return packets * float(gridnet.throughput(BLOCK, claimed(hops, packets).weight, 1, SPACING))


def written(value: float) -> str:
    """Write three digits, or all of a larger number."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


rows = [[hops, *(written(packets_a_second(hops, of)) for of in PACKETS)] for hops in HOPS]
page.show(page.table(["hops", *(f"{of:,}" for of in PACKETS)], rows))

# %%
axes = plt.subplots()[1]
sessions = [round(10 ** (tenth / 10)) for tenth in range(61)]
for hops in HOPS:
    axes.plot(sessions, [packets_a_second(hops, of) for of in sessions], label="1 hop" if hops == 1 else f"{hops} hops")
bitcoin = float(gridnet.throughput(1_000_000, 250, 6, 3_600))
axes.axhline(bitcoin, color="#8b949e", linestyle="--", label=f"Bitcoin's transactions, {bitcoin:.2f}")
axes.set(xscale="log", yscale="log", xlabel="packets in a transit pool", ylabel="packets settled a second")
axes.set_title("What one chain settles")
legend = axes.legend(frameon=False)

# %% [markdown]
# What carries it is that 16 hashes of the walk weigh as much as a byte: the limit, for sessions without end, is
# 16 · 2²¹ / 120 packets a second, whatever the hops. What one packet costs at least, in units, at the least fee of ten
# units for each unit of weight:

# %%
rows = [[hops, *(written(10 * claimed(hops, of).weight / of) for of in PACKETS)] for hops in HOPS]
page.show(page.table(["hops", *(f"{of:,}" for of in PACKETS)], rows))
page.show(f"The limit is {16 * BLOCK // SPACING:,} packets a second.")
assert all(packets_a_second(hops, of) <= 16 * BLOCK / SPACING for hops in HOPS for of in PACKETS)

# %%
page.end()
