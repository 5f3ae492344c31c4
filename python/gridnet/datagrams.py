"""Datagrams: something sealed, with what pays for carrying it and who did so far."""

from __future__ import annotations

from typing import Any

from . import _arguments, _native
from ._encoded import held
from .custody import Custody
from .errors import Invalid
from .pools import PoolCard
from .proofs import Network, network_id
from .tokens import Token

__all__ = ["Datagram"]


class Datagram:
    """A datagram. It never changes.

    >>> datagram = Datagram.make(token, gridnet.Custody(), bytes(32), 1_800_000_050, b"sealed", pool.card(0))
    >>> datagram.verify("regtest", now=1_800_000_000)
    Traceback (most recent call last):
    gridnet.errors.Invalid: the datagram is bad: content
    """

    __slots__ = ("_raw",)
    _raw: _native.Datagram

    def __init__(self, raw: _native.Datagram) -> None:
        if not isinstance(raw, _native.Datagram):
            raise _arguments.wrong_type("a datagram", "made by make or from_file", raw)
        self._raw = raw

    @staticmethod
    def make(
        token: Token,
        custody: Custody,
        destination: bytes,
        expiry: int,
        payload: bytes,
        card: PoolCard | None = None,
    ) -> Datagram:
        """Make a datagram, or the same one as it goes on.

        Args:
            token: what pays.
            custody: who carried so far.
            destination: the address that it goes to.
            expiry: after this nobody need carry it, in seconds since 1970.
            payload: what is carried, which the token's content is the digest of: sealed, at most 65,535 bytes.
            card: what shows that the token is worth something.
        """
        return Datagram(
            _native.Datagram.make(
                held("token", token, Token),
                held("custody", custody, Custody),
                _arguments.octets("destination", destination, 32),
                _arguments.integer("expiry", expiry),
                _arguments.octets("payload", payload),
                None if card is None else held("card", card, PoolCard),
            )
        )

    @staticmethod
    def from_file(file: bytes) -> Datagram:
        """Read a datagram's file."""
        return Datagram(_native.Datagram.from_file(_arguments.octets("file", file)))

    def to_file(self) -> bytes:
        """Give its file."""
        return self._raw.to_file()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Datagram) and other.to_file() == self.to_file()

    def __hash__(self) -> int:
        return hash(self.to_file())

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return Datagram.from_file, (self.to_file(),)

    @property
    def token(self) -> Token:
        """What pays for it."""
        return Token._of(self._raw.token())

    @property
    def card(self) -> PoolCard | None:
        """What shows that it does, if it was put in."""
        card = self._raw.card()
        return None if card is None else PoolCard._of(card)

    @property
    def custody(self) -> Custody:
        """Who carried it so far."""
        return Custody._of(self._raw.custody())

    @property
    def destination(self) -> bytes:
        """The address that it goes to."""
        return self._raw.destination()

    @property
    def expiry(self) -> int:
        """After this nobody need carry it."""
        return self._raw.expiry()

    @property
    def payload(self) -> bytes:
        """What is carried."""
        return self._raw.payload()

    def verify(self, network: Network, now: int, previous: bytes | None = None) -> None:
        """Verify that it should be carried on: token, identity, card if it has one, custody, times, content.

        It says nothing about worth: for that there must be a card, and `PoolCard.is_of` and then `leads_to_ceiling`
        must be true.

        Args:
            network: which one this is.
            now: the moment, in seconds since 1970.
            previous: for one packet of a stream the content of those before it, for the first 32 zeros.

        Raises:
            Invalid: with the reason, a name of docs/reasons.md.
        """
        reason = self._raw.check(
            network_id(network),
            _arguments.integer("now", now),
            None if previous is None else _arguments.octets("previous", previous, 32),
        )
        if reason is not None:
            raise Invalid("the datagram", reason)
