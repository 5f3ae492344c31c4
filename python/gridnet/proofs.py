"""Proofs that are hashing alone: block headers, chains of them, identities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from . import _arguments, _native
from .engine import Algorithm, Engine, Share, raw
from .errors import Invalid
from .progress import Progress, watching

__all__ = [
    "HeaderChain",
    "Identity",
    "Mined",
    "Network",
    "compact_target",
    "identity_target",
    "mine",
    "mint_identity",
    "verify_headers",
    "verify_identity",
]

Network = Literal["main", "test", "regtest"]
NETWORKS: dict[str, int] = {"main": 1, "test": 2, "regtest": 3}

_HEADER = 80


def network_id(name: object) -> int:
    """Give the number of a network's name."""
    return NETWORKS[_arguments.text("network", name, tuple(NETWORKS))]


def compact_target(bits: int) -> int:
    """Give the target that the `bits` of a header stand for.

    >>> hex(compact_target(0x1d00ffff))[:10], compact_target(0x207fffff).bit_length()
    ('0xffff0000', 255)
    """
    return int.from_bytes(_native.compact_target(_arguments.integer("bits", bits, 0, 2**32 - 1)))


@dataclass(frozen=True, slots=True)
class Mined:
    """A header whose work is done."""

    header: bytes
    nonce: int
    hash: bytes
    """In the order that it is hashed in; people read `hash[::-1].hex()`."""
    devices: tuple[Share, ...]
    seconds: float


def mine(
    header: bytes,
    *,
    target: int | bytes | None = None,
    start: int = 0,
    end: int = 2**32,
    algorithm: Algorithm = "sha256d",
    engine: Engine | None = None,
    progress: Progress = None,
) -> Mined | None:
    """Search the nonce of an 80-byte header; None where no nonce of the range will do.

    Args:
        header: 80 bytes; the last four, the nonce, are written over.
        target: a target instead of the one that the header names.
        start: the first nonce that is tried.
        end: one past the last.
        algorithm: the proof of work's function.
        engine: what computes; on all devices by default.
        progress: see `gridnet.progress`.

    >>> genesis = bytes.fromhex(
    ...     "01000000" + 64 * "0" + "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a"
    ...     "29ab5f49ffff001d00000000")
    >>> mine(genesis, start=2_083_230_000, end=2_083_240_000, engine=engine).nonce
    2083236893
    """
    header = _arguments.octets("header", header, _HEADER)
    if target is None:
        target = compact_target(int.from_bytes(header[72:76], "little"))
    found = Engine.search(
        _engine(engine),
        header,
        76,
        target,
        start,
        _arguments.integer("end", end, 0, 2**32),
        algorithm,
        progress=progress,
    )
    if not found.hits:
        return None
    hit = found.hits[0]
    return Mined(header[:76] + hit.nonce.to_bytes(4, "little"), hit.nonce, hit.hash, found.devices, found.seconds)


def _engine(engine: Engine | None) -> Engine:
    from .engine import default_engine

    raw(engine)
    return default_engine() if engine is None else engine


@dataclass(frozen=True, slots=True)
class HeaderChain:
    """What a chain of headers is worth."""

    count: int
    valid: int
    """Headers before the first bad one."""
    first_bad: int | None
    fault: str | None
    """`bad-link`, `bad-target`, `bad-bits` or `high-hash`."""
    work: int
    """Hashes that the valid ones stand for."""


def verify_headers(
    headers: bytes,
    rule: Literal["none", "bitcoin", "asert"] = "none",
    *,
    spacing: int = 120,
    half_life: int = 21_600,
    algorithm: Algorithm = "sha256d",
    engine: Engine | None = None,
    progress: Progress = None,
) -> HeaderChain:
    """Verify bare 80-byte headers one after the other: links, targets, work.

    Args:
        headers: 80 bytes each.
        rule: how targets follow from those before: not looked at, Bitcoin's, or ASERT.
        spacing: wanted seconds between blocks, for ASERT.
        half_life: seconds behind schedule that double the target, for ASERT.
        algorithm: the proof of work's function.
        engine: what computes; on all devices by default.
        progress: see `gridnet.progress`.

    >>> verify_headers(bytes(80), engine=engine)
    HeaderChain(count=1, valid=0, first_bad=0, fault='bad-target', work=0)
    """
    octets = _arguments.octets("headers", headers)
    rule_name = _arguments.text("rule", rule, ("none", "bitcoin", "asert"))
    with watching(progress, "headers", len(octets) // _HEADER) as tell:
        count, valid, first_bad, work = _native.verify_headers(
            raw(engine),
            _arguments.text("algorithm", algorithm),
            octets,
            rule_name,
            _arguments.integer("spacing", spacing, 1, 2**32 - 1),
            _arguments.integer("half_life", half_life, 1, 2**32 - 1),
            tell,
        )
    index, fault = (None, None) if first_bad is None else first_bad
    return HeaderChain(count, valid, index, fault, int.from_bytes(work))


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity's proof of stake."""

    address: bytes
    repetitions: int
    """How often the address stands in the message."""
    nonce: int
    hash: bytes
    devices: tuple[Share, ...] = ()
    seconds: float = 0.0


def identity_target(network: Network) -> int:
    """Give the target of a network's identities.

    >>> [256 - identity_target(name).bit_length() for name in ("regtest", "test", "main")]
    [8, 24, 38]
    """
    return int.from_bytes(_native.identity_target(network_id(network)))


def mint_identity(
    address: bytes,
    network: Network = "regtest",
    *,
    target: int | None = None,
    nonce_bits: int = 32,
    engine: Engine | None = None,
    progress: Progress = None,
) -> Identity:
    """Search the proof of an address: where the nonce overflows, the address is appended to itself.

    Args:
        address: 32 bytes.
        network: whose target must be met.
        target: a target instead of the network's.
        nonce_bits: how many bits of the nonce are tried before the address is appended.
        engine: what computes; on all devices by default.
        progress: see `gridnet.progress`.

    >>> proof = mint_identity(bytes(32), target=2**252, nonce_bits=2, engine=engine)
    >>> proof.repetitions, proof.nonce
    (2, 1)
    >>> verify_identity(bytes(32), proof.repetitions, proof.nonce, target=2**252)
    """
    wanted = identity_target(network) if target is None else _arguments.integer("target", target, 0, 2**256 - 1)
    taken = _arguments.octets("address", address, 32)
    with watching(progress, "H") as tell:
        repetitions, nonce, digest, did, seconds = _native.mint_identity(
            raw(engine),
            taken,
            wanted.to_bytes(32),
            _arguments.integer("nonce_bits", nonce_bits, 1, 32),
            tell,
        )
    return Identity(taken, repetitions, nonce, digest, tuple(Share(*share) for share in did), seconds)


def verify_identity(
    address: bytes, repetitions: int, nonce: int, network: Network = "regtest", *, target: int | None = None
) -> None:
    """Verify the proof of an address: on a network, which bounds the repetitions, or against a target alone.

    Raises:
        Invalid: with the reason `bad-repetitions` or `high-hash`.

    >>> verify_identity(bytes(32), 1, 0)
    Traceback (most recent call last):
    gridnet.errors.Invalid: the identity is bad: high-hash
    """
    against = None if target is None else _arguments.integer("target", target, 0, 2**256 - 1).to_bytes(32)
    reason = _native.verify_identity(
        _arguments.octets("address", address, 32),
        _arguments.integer("repetitions", repetitions, 0, 2**32 - 1),
        _arguments.integer("nonce", nonce, 0, 2**32 - 1),
        against,
        network_id(network),
    )
    if reason is not None:
        raise Invalid("the identity", reason)
