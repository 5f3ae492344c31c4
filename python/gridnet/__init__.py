"""GRIDNET for Python: mining, identities and the verification of transit pools in bulk, at the engine's full speed.

>>> import gridnet
>>> claims = gridnet.sample_transit_pools(1_000, bad_share=0.01)
>>> verdicts = gridnet.verify_transit_pools(claims.table, claims.identities)
>>> verdicts["valid"].to_pylist().count(True)
990
"""

from . import errors
from ._native import version as __version__
from .custody import Candidate, Custody, Opening
from .datagrams import Datagram
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
from .keys import Receiver, SealSecret, Signer, address_from_text, address_of, address_text, is_admitted, is_signature
from .ledger import Kept, Ledger, RegisteredIdentity, claims_of
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
from .pools import Change, Issued, PoolCard, PoolPlan, Registration, TokenPool
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
from .reasons import NO_FRAUD_REASONS, REASONS, REFUSAL_REASONS, VOID_REASONS
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
from .tokens import Fraud, Sender, Terms, Token, TokenBody, bundle_content, check_fraud, prove_fraud, stream_content
from .transit import ClaimedPool, TransitPool

__all__ = [
    "MINIMUM_FEE_RATE",
    "NO_FRAUD_REASONS",
    "REASONS",
    "REFUSAL_REASONS",
    "SIGNATURE_FAULTS",
    "UNITS_OF_GNC",
    "VOID_REASONS",
    "Algorithm",
    "ArgumentError",
    "ArgumentTypeError",
    "Candidate",
    "Change",
    "ClaimedPool",
    "Custody",
    "Datagram",
    "Device",
    "Engine",
    "Error",
    "FakeHop",
    "Fraud",
    "HeaderChain",
    "Health",
    "Hit",
    "Identity",
    "Invalid",
    "Issued",
    "Kept",
    "Ledger",
    "Mined",
    "Network",
    "Opening",
    "Payout",
    "PoolCard",
    "PoolPlan",
    "Progress",
    "Receiver",
    "RegisteredIdentity",
    "Registration",
    "Rules",
    "Samples",
    "SealSecret",
    "SearchResult",
    "Sender",
    "Share",
    "Signer",
    "Terms",
    "Token",
    "TokenBody",
    "TokenPool",
    "TransitPool",
    "__version__",
    "address_from_text",
    "address_of",
    "address_text",
    "bundle_content",
    "check_fraud",
    "claims_of",
    "compact_target",
    "default_engine",
    "devices",
    "errors",
    "fake_hop",
    "hash_of",
    "identity_target",
    "is_admitted",
    "is_signature",
    "mine",
    "mint_identity",
    "payout",
    "prove_fraud",
    "read_transit_pools",
    "sample_transit_pools",
    "split",
    "stream_content",
    "throughput",
    "verify_chains",
    "verify_headers",
    "verify_identities",
    "verify_identity",
    "verify_signatures",
    "verify_transit_pools",
]
