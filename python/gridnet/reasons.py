"""The stable names of why something is bad, void or refused (docs/reasons.md says what each means).

>>> REASONS[:3], VOID_REASONS[0]
(('shape', 'bad-key', 'network'), 'unopened')
"""

from __future__ import annotations

from . import _native

__all__ = ["NO_FRAUD_REASONS", "REASONS", "REFUSAL_REASONS", "VOID_REASONS"]

_names = [tuple(names) for names in _native.reasons()]

REASONS: tuple[str, ...] = _names[0]
"""Why a token, a custody chain, a transit pool or a claim is bad."""
VOID_REASONS: tuple[str, ...] = _names[1]
"""Why a hop of a valid transit pool is paid nothing."""
NO_FRAUD_REASONS: tuple[str, ...] = _names[2]
"""Why two tokens are no proof of fraud."""
REFUSAL_REASONS: tuple[str, ...] = _names[3]
"""Why a datagram is not taken."""
