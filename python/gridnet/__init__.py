"""GRIDNET for Python: mining, identities and the verification of transit pools in bulk, at the engine's full speed.

>>> import gridnet
>>> claims = gridnet.sample_transit_pools(1_000, bad_share=0.01)
>>> verdicts = gridnet.verify_transit_pools(claims.table, claims.identities)
>>> verdicts["valid"].to_pylist().count(True)
990
"""

from . import errors
from ._native import version as __version__
from .engine import (
    SIGNATURE_FAULTS,
    Algorithm,
    Device,
    Engine,
    Health,
    Hit,
    SearchResult,
    Share,
    default_engine,
    devices,
    hash_of,
)
from .errors import ArgumentError, ArgumentTypeError, Error, Invalid
from .payouts import (
    MINIMUM_FEE_RATE,
    UNITS_OF_GNC,
    FakeHop,
    Payout,
    fake_hop,
    payout,
    split,
    throughput,
)
from .progress import Progress
from .proofs import (
    HeaderChain,
    Identity,
    Mined,
    Network,
    compact_target,
    identity_target,
    mine,
    mint_identity,
    verify_headers,
    verify_identity,
)
from .tables import (
    Rules,
    Samples,
    read_transit_pools,
    sample_transit_pools,
    verify_chains,
    verify_identities,
    verify_signatures,
    verify_transit_pools,
)

__all__ = [
    "MINIMUM_FEE_RATE",
    "SIGNATURE_FAULTS",
    "UNITS_OF_GNC",
    "Algorithm",
    "ArgumentError",
    "ArgumentTypeError",
    "Device",
    "Engine",
    "Error",
    "FakeHop",
    "HeaderChain",
    "Health",
    "Hit",
    "Identity",
    "Invalid",
    "Mined",
    "Network",
    "Payout",
    "Progress",
    "Rules",
    "Samples",
    "SearchResult",
    "Share",
    "__version__",
    "compact_target",
    "default_engine",
    "devices",
    "errors",
    "fake_hop",
    "hash_of",
    "identity_target",
    "mine",
    "mint_identity",
    "payout",
    "read_transit_pools",
    "sample_transit_pools",
    "split",
    "throughput",
    "verify_chains",
    "verify_headers",
    "verify_identities",
    "verify_identity",
    "verify_signatures",
    "verify_transit_pools",
]
