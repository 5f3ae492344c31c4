"""Keys and addresses, and whoever signs: a key in memory or in a file, or an element that keeps its key to itself."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import _arguments, _files, _native
from .errors import Error
from .proofs import Network, network_id

__all__ = [
    "Receiver",
    "SealSecret",
    "Signer",
    "address_from_text",
    "address_of",
    "address_text",
    "is_admitted",
    "is_signature",
]

_FILE_BYTES = 4_096
"""More than any file of a key has."""


def address_of(key: bytes) -> bytes:
    """Give the address of a public key.

    >>> address_of(owner.public_key) == owner.address
    True
    """
    return _native.address_of(_arguments.octets("key", key, 32))


def address_text(network: Network, address: bytes) -> str:
    """Give an address as people read it: `grid1...`, `tgrid1...`, `rgrid1...`.

    >>> address_text("main", bytes(32))[:10]
    'grid1qqqqq'
    """
    return _native.address_text(network_id(network), _arguments.octets("address", address, 32))


def address_from_text(network: Network, text: str) -> bytes:
    """Read an address of a network.

    >>> address_from_text("main", address_text("main", bytes(32))) == bytes(32)
    True
    """
    return _native.address_from_text(network_id(network), _arguments.text("text", text))


def is_admitted(key: bytes) -> bool:
    """Say whether a key may take part in anything: one encoding, no point of small order.

    >>> is_admitted(owner.public_key), is_admitted(bytes(32))
    (True, False)
    """
    return _native.is_admitted(_arguments.octets("key", key, 32))


def is_signature(key: bytes, digest: bytes, signature: bytes) -> bool:
    """Say whether this is the key's signature of 32 bytes, by ZIP-215. Of many, `Engine.verify` says it faster.

    >>> is_signature(owner.public_key, bytes(32), owner.sign(bytes(32)))
    True
    """
    return _native.is_signature(
        _arguments.octets("key", key, 32),
        _arguments.octets("digest", digest, 32),
        _arguments.octets("signature", signature, 64),
    )


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver as tokens name it: two keys, and the first one's signature of both."""

    key: bytes
    """What it signs with."""
    seal_key: bytes
    """What is sealed for it."""
    binding: bytes

    def is_bound(self, network: Network) -> bool:
        """Say whether the keys are bound together."""
        return _native.is_bound(network_id(network), receiver_keys("receiver", self))

    @staticmethod
    def from_bytes(encoded: bytes) -> Receiver:
        """Read the canonical encoding."""
        return Receiver(*_native.receiver_from_bytes(_arguments.octets("encoded", encoded)))

    def to_bytes(self) -> bytes:
        """Give the canonical encoding."""
        return _native.receiver_to_bytes(receiver_keys("receiver", self))


def receiver_keys(name: str, receiver: object) -> tuple[bytes, bytes, bytes]:
    """Take a receiver, as the extension does."""
    if not isinstance(receiver, Receiver):
        raise _arguments.wrong_type(name, "a gridnet.Receiver", receiver)
    return (
        _arguments.octets(f"{name}.key", receiver.key, 32),
        _arguments.octets(f"{name}.seal_key", receiver.seal_key, 32),
        _arguments.octets(f"{name}.binding", receiver.binding, 64),
    )


class Signer:
    """Who signs. Its secret is wiped from memory with it; what Python itself held of that is not.

    >>> signer = Signer.draw()
    >>> is_signature(signer.public_key, bytes(32), signer.sign(bytes(32)))
    True
    """

    __slots__ = ("_raw",)
    _raw: _native.Signer

    def __init__(self, raw: _native.Signer) -> None:
        if not isinstance(raw, _native.Signer):
            raise _arguments.wrong_type("a signer", "made by draw, from_seed, read or elsewhere", raw)
        self._raw = raw

    @staticmethod
    def draw() -> Signer:
        """Make a fresh key, in memory alone."""
        return Signer.from_seed(secrets.token_bytes(32))

    @staticmethod
    def from_seed(seed: bytes) -> Signer:
        """Take the key of a seed, which was drawn evenly and is told to nobody."""
        return Signer(_native.Signer.from_seed(_arguments.octets("seed", seed, 32)))

    @staticmethod
    def read(path: str | Path) -> Signer:
        """Read the key of a file that `write` made, or the program."""
        return Signer(_native.Signer.from_file(_files.read(path, _FILE_BYTES)))

    @staticmethod
    def elsewhere(key: bytes, sign: Callable[[bytes], bytes]) -> Signer:
        """Take a key that a secure element keeps to itself.

        Args:
            key: the public half.
            sign: is given 32 bytes, and gives back their signature. What it raises comes out of the call that wanted
                the signature; one that is not the key's is refused (`signer`, 117).

        >>> kept = Signer.draw()
        >>> Signer.elsewhere(kept.public_key, kept.sign).address == kept.address
        True
        """
        if not callable(sign):
            raise _arguments.wrong_type("sign", "callable", sign)
        return Signer(_native.Signer.elsewhere(_arguments.octets("key", key, 32), sign))

    def write(self, path: str | Path) -> None:
        """Write a new file that its owner alone may read; one that is there already is left as it is."""
        file = self._raw.to_file()
        if file is None:
            raise Error(308, "elsewhere", "this signer's key is elsewhere: there is nothing to write")
        _files.write_new(path, file)

    @property
    def public_key(self) -> bytes:
        """The public half."""
        return self._raw.public_key()

    @property
    def address(self) -> bytes:
        """The hash of that."""
        return address_of(self.public_key)

    def sign(self, digest: bytes) -> bytes:
        """Sign 32 bytes. Whoever lets strangers choose them signs away what the key is worth."""
        return self._raw.sign(_arguments.octets("digest", digest, 32))

    def bind(self, network: Network, seals: SealSecret) -> Receiver:
        """Bind this key, and the one that seals are made to, together.

        >>> Signer.draw().bind("regtest", SealSecret.draw()).is_bound("regtest")
        True
        """
        return Receiver(*self._raw.bind(network_id(network), seal_secret("seals", seals).public_key()))


class SealSecret:
    """The secret of a receiver's seal key.

    >>> len(SealSecret.draw().public_key)
    32
    """

    __slots__ = ("_raw",)
    _raw: _native.SealSecret

    def __init__(self, raw: _native.SealSecret) -> None:
        if not isinstance(raw, _native.SealSecret):
            raise _arguments.wrong_type("a seal secret", "made by draw, from_bytes or read", raw)
        self._raw = raw

    @staticmethod
    def draw() -> SealSecret:
        """Make a fresh one, in memory alone."""
        return SealSecret.from_bytes(secrets.token_bytes(32))

    @staticmethod
    def from_bytes(secret: bytes) -> SealSecret:
        """Take the secret of these bytes, which were drawn evenly and are told to nobody."""
        return SealSecret(_native.SealSecret.from_bytes(_arguments.octets("secret", secret, 32)))

    @staticmethod
    def read(path: str | Path) -> SealSecret:
        """Read the secret of a file that `write` made, or the program."""
        return SealSecret(_native.SealSecret.from_file(_files.read(path, _FILE_BYTES)))

    def write(self, path: str | Path) -> None:
        """Write a new file that its owner alone may read; one that is there already is left as it is."""
        _files.write_new(path, self._raw.to_file())

    @property
    def public_key(self) -> bytes:
        """What seals are made to."""
        return self._raw.public_key()


def signer(name: str, value: object) -> _native.Signer:
    """Take a signer, as the extension does."""
    if not isinstance(value, Signer):
        raise _arguments.wrong_type(name, "a gridnet.Signer", value)
    return value._raw


def seal_secret(name: str, value: object) -> _native.SealSecret:
    """Take a seal secret, as the extension does."""
    if not isinstance(value, SealSecret):
        raise _arguments.wrong_type(name, "a gridnet.SealSecret", value)
    return value._raw
