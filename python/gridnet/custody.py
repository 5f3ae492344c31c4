"""Custody: who carried a datagram, provably, and without anybody on the way learning who that was."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from . import _arguments, _native
from ._encoded import Encoded, held
from .errors import Invalid
from .keys import SealSecret, Signer, seal_secret, signer
from .proofs import Network, network_id
from .tokens import Token

__all__ = ["Candidate", "Custody", "Opening"]


@dataclass(frozen=True, slots=True)
class Opening:
    """Who a hop is: sealed to the receiver, and kept by the hop itself to claim with a receipt.

    >>> len(Opening.draw(owner.address).commitment)
    32
    """

    identity: bytes
    """Its identity, at which it is paid: an address."""
    blind: bytes = field(repr=False)
    """Random bytes, so that nobody can guess the rest."""

    @staticmethod
    def draw(identity: bytes) -> Opening:
        """Make an opening with fresh random bytes."""
        return Opening(_arguments.octets("identity", identity, 32), secrets.token_bytes(32))

    @property
    def commitment(self) -> bytes:
        """What the others see of it."""
        return _native.commitment(opened("opening", self))


def opened(name: str, opening: object) -> tuple[bytes, bytes]:
    """Take an opening, as the extension does."""
    if not isinstance(opening, Opening):
        raise _arguments.wrong_type(name, "a gridnet.Opening", opening)
    identity = _arguments.octets(f"{name}.identity", opening.identity, 32)
    return identity, _arguments.octets(f"{name}.blind", opening.blind, 32)


class Candidate(Encoded):
    """What somebody gives to the holder who wants to carry next."""

    __slots__ = ()
    _holds = _native.Candidate
    _raw: _native.Candidate

    @staticmethod
    def make(network: Network, token: Token, custody: Custody, key: Signer, opening: Opening) -> Candidate:
        """Check the token and the chain so far, and seal who one is to the receiver.

        Args:
            network: of the token.
            token: what pays.
            custody: who carried so far.
            key: a fresh key, for this once.
            opening: who one is.

        >>> candidate = Candidate.make("regtest", token, Custody(), gridnet.Signer.draw(), Opening.draw(bytes(32)))
        >>> Candidate.from_bytes(candidate.to_bytes()) == candidate
        True
        """
        return Candidate._of(
            _native.Candidate.make(
                network_id(network),
                held("token", token, Token),
                held("custody", custody, Custody),
                signer("key", key),
                opened("opening", opening),
                secrets.token_bytes(32),
            )
        )


class Custody(Encoded):
    """A custody chain on its way. It never changes: what is done to it gives the next one.

    >>> custody, holder = Custody(), first_key
    >>> for name in ("ann", "ben"):
    ...     key = gridnet.Signer.draw()
    ...     hop = Candidate.make("regtest", token, custody, key, Opening.draw(gridnet.Signer.draw().address))
    ...     custody, holder = custody.hand_over("regtest", token, holder, hop), key
    >>> custody = custody.hand_over_last("regtest", token, holder)
    >>> custody.verify("regtest", token)
    >>> custody.hops, custody.is_handed_over
    (2, True)
    """

    __slots__ = ()
    _holds = _native.Custody
    _raw: _native.Custody

    def __init__(self) -> None:
        """Begin one that nobody joined yet: the token's first key holds what is carried."""
        self._raw = _native.Custody()

    @property
    def hops(self) -> int:
        """How many joined."""
        return self._raw.hops()

    @property
    def has_offer(self) -> bool:
        """Whether a bearer element waits for a carrier."""
        return self._raw.has_offer()

    @property
    def is_handed_over(self) -> bool:
        """Whether it was handed over to the receiver."""
        return self._raw.is_handed_over()

    def holder(self, token: Token) -> bytes:
        """Give the one-time key of whoever holds what is carried: of the last hop, or the token's first."""
        return self._raw.holder(held("token", token, Token))

    def verify(self, network: Network, token: Token) -> None:
        """Verify the whole chain so far, of a token that was verified.

        Raises:
            Invalid: `bad-key`, `custody` or `last-hand-over`, and at which element: hops are counted from 1, and what
                follows the last hop is one more.
        """
        fault = self._raw.check(network_id(network), held("token", token, Token))
        if fault is not None:
            reason, element = fault
            raise Invalid(f"element {element} of the custody chain", reason)

    def hand_over(self, network: Network, token: Token, holder: Signer, next: Candidate) -> Custody:  # noqa: A002
        """Let the holder hand over to whoever wants to carry next."""
        return Custody._of(
            self._raw.hand_over(
                network_id(network),
                held("token", token, Token),
                signer("holder", holder),
                held("next", next, Candidate),
            )
        )

    def offer_to_bearer(self, network: Network, token: Token, holder: Signer) -> Custody:
        """Let whoever comes next join without meeting the holder: a race among all who hear it."""
        bearer = secrets.token_bytes(32)
        return Custody._of(
            self._raw.offer_to_bearer(
                network_id(network), held("token", token, Token), signer("holder", holder), bearer
            )
        )

    def join_by_bearer(self, network: Network, token: Token, next: Candidate) -> Custody:  # noqa: A002
        """Let whoever comes next sign itself in."""
        return Custody._of(
            self._raw.join_by_bearer(network_id(network), held("token", token, Token), held("next", next, Candidate))
        )

    def hand_over_last(self, network: Network, token: Token, holder: Signer) -> Custody:
        """Let the last holder hand over to the receiver."""
        return Custody._of(
            self._raw.hand_over_last(network_id(network), held("token", token, Token), signer("holder", holder))
        )

    def receipt(self, network: Network, token: Token, receiver: Signer) -> bytes:
        """Sign, as the receiver, for what it is about to be given.

        With this and the hops' openings anybody can claim.
        """
        return self._raw.receipt(network_id(network), held("token", token, Token), signer("receiver", receiver))

    def open(self, token: Token, secret: SealSecret) -> tuple[Opening | None, ...]:
        """Say who the hops are; nothing for each whose seal does not open to what it committed to."""
        openings = self._raw.open(held("token", token, Token), seal_secret("secret", secret))
        return tuple(None if opening is None else Opening(*opening) for opening in openings)

    def accumulators(self, token: Token) -> tuple[bytes, ...]:
        """Give what the holders signed, one after the other: first the session, then for each hop."""
        return tuple(self._raw.accumulators(held("token", token, Token)))
