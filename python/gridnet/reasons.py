"""The stable names of why something is bad, void or refused (docs/reasons.md says what each means).

>>> REASONS[:3], VOID_REASONS[0]
(('shape', 'bad-key', 'network'), 'unopened')
"""

from __future__ import annotations

from . import _native

__all__ = [
    "CERTIFICATE_REASONS",
    "CONTRACT_REASONS",
    "EQUIVOCATION_REASONS",
    "NO_FRAUD_REASONS",
    "PROOF_REASONS",
    "READING_REASONS",
    "REASONS",
    "REFUSAL_REASONS",
    "REJECTION_REASONS",
    "VOID_REASONS",
]

_names = [tuple(names) for names in _native.reasons()]

REASONS: tuple[str, ...] = _names[0]
"""Why a token, a custody chain, a transit pool or a claim is bad."""
VOID_REASONS: tuple[str, ...] = _names[1]
"""Why a hop of a valid transit pool is paid nothing."""
NO_FRAUD_REASONS: tuple[str, ...] = _names[2]
"""Why two tokens are no proof of fraud."""
REFUSAL_REASONS: tuple[str, ...] = _names[3]
"""Why a datagram is not taken."""
REJECTION_REASONS: tuple[str, ...] = _names[4]
"""Why a block or a transaction is not taken."""
CERTIFICATE_REASONS: tuple[str, ...] = _names[5]
"""Why a meter's certificate is bad."""
READING_REASONS: tuple[str, ...] = _names[6]
"""Why a meter's reading is bad."""
EQUIVOCATION_REASONS: tuple[str, ...] = _names[7]
"""Why two readings are no proof that a meter said two things at once."""
CONTRACT_REASONS: tuple[str, ...] = _names[8]
"""Why a contract, or a state of one, is bad."""
PROOF_REASONS: tuple[str, ...] = _names[9]
"""Why a receipt, or another proof by headers, does not show what it should."""
