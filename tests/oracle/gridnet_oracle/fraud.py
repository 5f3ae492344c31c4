"""Proofs that the same hashes were sold to two sessions."""

from . import curve
from .encoding import struct
from .token import TOKEN, owner_signed, session, token_id, well_shaped
from .values import first_broken

PROOF = struct(first=TOKEN, second=TOKEN)


def unsigned_fault(network, proof):
    """The first reason against a proof that decodes, its key and signatures aside."""
    first, second = proof.first, proof.second
    return first_broken(
        ("shape", lambda: well_shaped(first) and well_shaped(second)),
        ("network", lambda: first.network == second.network == network.number),
        ("other-pool", lambda: first.pool == second.pool),
        ("other-bank", lambda: first.bank == second.bank),
        ("other-sender", lambda: first.sender.key == second.sender.key),
        ("order", lambda: token_id(network.number, first) < token_id(network.number, second)),
        ("same-session", lambda: session(first) != session(second)),
        ("apart", lambda: max(first.start, second.start) < min(first.depth, second.depth)),
        ("not-at-once", lambda: max(first.issued, second.issued) <= min(first.expiry, second.expiry)),
    )


def fault(network, proof):
    """The first reason against a proof; it is None where it does not decode."""
    if proof is None:
        return "shape"
    return unsigned_fault(network, proof) or first_broken(
        ("bad-key", lambda: curve.admitted(proof.first.sender.key)),
        ("owner-signature", lambda: owner_signed(proof.first) and owner_signed(proof.second)),
    )
