"""Transmission tokens: a range of a bank's hashes, promised to whoever carries something to a receiver."""

from __future__ import annotations

from dataclasses import dataclass

from . import _arguments, _native, payouts
from ._encoded import Encoded, held
from .errors import Invalid
from .keys import Receiver
from .proofs import Network, network_id

__all__ = [
    "Fraud",
    "Sender",
    "Terms",
    "Token",
    "TokenBody",
    "bundle_content",
    "check_fraud",
    "prove_fraud",
    "stream_content",
]


@dataclass(frozen=True, slots=True)
class Terms:
    """How hops share."""

    payrate: tuple[int, int] = (3, 4)
    """(a, b): a hop passes a/b of what it is given on."""
    rule: payouts.Rule = "payrate"


def lowered(name: str, terms: object) -> tuple[int, int, int]:
    """Take terms, as the extension does."""
    if not isinstance(terms, Terms):
        raise _arguments.wrong_type(name, "gridnet.Terms", terms)
    return *payouts.payrate_of(terms.payrate), payouts.rule_of(terms.rule)


def raised(terms: tuple[int, int, int]) -> Terms:
    """Give terms of what the extension says."""
    a, b, rule = terms
    return Terms((a, b), "sybil-neutral" if rule else "payrate")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who signs a token: its pool's owner, with the proof of stake of its address."""

    key: bytes
    repetitions: int
    nonce: int


@dataclass(frozen=True, slots=True)
class TokenBody:
    """What a token says."""

    network: int
    """The number of its network."""
    pool: bytes
    """The id of its pool."""
    bank: int
    start: int
    """Hashes beyond this down to `depth` are its own."""
    depth: int
    word: bytes
    """The chain's word at `depth`."""
    terms: Terms
    receiver: Receiver
    content: bytes
    """The digest of what is carried."""
    issued: int
    """Not valid before, in seconds since 1970."""
    expiry: int
    """Not valid after."""
    first_key: bytes
    """The key of the first holder, for this session only."""
    sender: Sender


class Token(Encoded):
    """A signed token.

    >>> token.body.depth, token.body.terms
    (20, Terms(payrate=(3, 4), rule='payrate'))
    """

    __slots__ = ()
    _holds = _native.Token
    _raw: _native.Token

    @property
    def body(self) -> TokenBody:
        """What it says."""
        place, terms, receiver, purpose, sender = self._raw.body()
        return TokenBody(*place, raised(terms), Receiver(*receiver), *purpose, Sender(*sender))

    def id(self, network: Network) -> bytes:
        """Give what tells it apart from all others."""
        return self._raw.id(network_id(network))

    @property
    def session(self) -> bytes:
        """What it has in common with the other tokens of its session."""
        return self._raw.session()

    def verify(self, network: Network) -> None:
        """Verify all that can be said of it without the ledger.

        Raises:
            Invalid: with the reason, a name of docs/reasons.md.

        >>> token.verify("regtest")
        >>> token.verify("main")
        Traceback (most recent call last):
        gridnet.errors.Invalid: the token is bad: network
        """
        reason = self._raw.check(network_id(network))
        if reason is not None:
            raise Invalid("the token", reason)


def bundle_content(destination: bytes, expiry: int, payload: bytes) -> bytes:
    """Give the digest of a bundle, or of one packet of a stream.

    >>> len(bundle_content(bytes(32), 1_800_000_000, b"what is carried"))
    32
    """
    return _native.bundle_content(
        _arguments.octets("destination", destination, 32),
        _arguments.integer("expiry", expiry),
        _arguments.octets("payload", payload),
    )


def stream_content(previous: bytes, packet: bytes) -> bytes:
    """Give the digest of a stream in which one more packet was sent; before the first it is 32 zeros.

    >>> stream_content(bytes(32), bundle_content(bytes(32), 0, b"first")) == bytes(32)
    False
    """
    return _native.stream_content(_arguments.octets("previous", previous, 32), _arguments.octets("packet", packet, 32))


@dataclass(frozen=True, slots=True)
class Fraud:
    """Who sold what twice."""

    owner: bytes
    """An address."""
    pool: bytes
    bank: int


def prove_fraud(network: Network, one: Token, other: Token) -> bytes:
    """Give the proof of two tokens that sell the same hashes to two sessions.

    >>> check_fraud("regtest", prove_fraud("regtest", token, token))
    Traceback (most recent call last):
    gridnet.errors.Invalid: the proof of fraud is bad: order
    """
    return _native.prove_fraud(network_id(network), held("one", one, Token), held("other", other, Token))


def check_fraud(network: Network, proof: bytes) -> Fraud:
    """Say whom a proof convicts.

    Raises:
        Invalid: with the reason why it convicts nobody.

    >>> check_fraud("regtest", 2 * token.to_bytes())
    Traceback (most recent call last):
    gridnet.errors.Invalid: the proof of fraud is bad: order
    """
    reason, fraud = _native.check_fraud(network_id(network), _arguments.octets("proof", proof))
    if fraud is None:
        raise Invalid("the proof of fraud", reason or "")
    return Fraud(*fraud)
