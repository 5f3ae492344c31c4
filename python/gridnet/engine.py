"""The engine: search, walk, digest and verify, on every device at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, overload

import numpy as np
import numpy.typing as npt

from . import _arguments, _native
from .progress import Progress, watching

__all__ = [
    "Algorithm",
    "Device",
    "Engine",
    "Health",
    "Hit",
    "SearchResult",
    "Share",
    "default_engine",
    "devices",
    "hash_of",
]

Algorithm = Literal["sha256", "sha256d", "blake2s", "blake2b"]
Order = Literal["little", "big"]

SIGNATURE_FAULTS: tuple[str, ...] = ("", *_native.signature_faults())
"""What a number of `Engine.verify(..., faults=True)` means."""


@dataclass(frozen=True, slots=True)
class Device:
    """What can compute."""

    id: str
    """What `Engine(device=...)` takes."""
    name: str
    kind: str
    """`cpu`, `gpu`, or `software` for a driver that computes on the processor's cores."""
    backend: str
    driver: str | None
    pci: str | None
    paths: tuple[str, ...]
    self_test: str
    why_not: str | None
    """Why it cannot be used, if it cannot."""
    refused: tuple[str, ...]
    """What it is not used for, because it failed that part of its self-test."""


@dataclass(frozen=True, slots=True)
class Health:
    """What became of a device's answers."""

    id: str
    checked: int
    wrong: int
    failed: int
    late: int


@dataclass(frozen=True, slots=True)
class Share:
    """What a device did in a call."""

    id: str
    name: str
    path: str
    done: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A nonce whose hash meets the target."""

    nonce: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found."""

    hits: tuple[Hit, ...]
    devices: tuple[Share, ...]
    seconds: float


def devices() -> list[Device]:
    """List every device of this machine, those that cannot be used as well.

    >>> [device.id for device in gridnet.devices() if device.kind == "cpu"]
    ['cpu']
    """
    return [_device(device) for device in _native.devices()]


def _device(of: _native._Device) -> Device:
    *_, paths, self_test, why_not, refused = of
    return Device(*of[:6], tuple(paths), self_test, why_not, tuple(refused))


def hash_of(algorithm: Algorithm, message: bytes, personal: bytes = b"") -> bytes:
    """Hash one message.

    >>> hash_of("sha256", b"abc").hex()[:16]
    'ba7816bf8f01cfea'
    """
    return _native.hash(*_function(algorithm, personal), _arguments.octets("message", message))


def _function(algorithm: object, personal: object = b"") -> tuple[str, bytes]:
    return _arguments.text("algorithm", algorithm), _arguments.octets("personal", personal)


class Engine:
    """Devices that compute, each tested when the engine is made.

    Calls may come from several threads, and other threads run meanwhile. Ctrl-C ends a call. An engine does not
    survive a fork: the child makes its own.

    Arrays are copied before the engine reads them, since another thread might write to them meanwhile; those that lie
    over `bytes` (`numpy.frombuffer`) never change, and are read where they lie.

    Args:
        device: `auto` (the CPU and graphics processors), `cpu`, `gpu`, `all`, an id, or several of these.
        threads: of the CPU; as many as it has by default.
        audit_one_in: of the answers of graphics processors, one in so many is computed again on the CPU.
        path: the lanes that the CPU must use, for measurements: `avx2`, `portable`, ...

    >>> engine = gridnet.Engine(device="cpu", threads=1)
    >>> engine.devices[0].kind
    'cpu'
    """

    def __init__(
        self,
        device: str | Sequence[str] = "auto",
        threads: int | None = None,
        *,
        audit_one_in: int | None = None,
        path: str | None = None,
    ) -> None:
        names = [device] if isinstance(device, str) else device
        if not isinstance(names, Sequence):
            raise _arguments.wrong_type("device", "a str or several", device)
        self._raw = _native.Engine(
            [_arguments.text("device", name) for name in names],
            None if threads is None else _arguments.integer("threads", threads),
            None if audit_one_in is None else _arguments.integer("audit_one_in", audit_one_in, 1),
            None if path is None else _arguments.text("path", path),
        )

    def __repr__(self) -> str:
        return f"<gridnet.Engine on {', '.join(device.id for device in self.devices)}>"

    @property
    def devices(self) -> tuple[Device, ...]:
        """What it computes on."""
        return tuple(_device(device) for device in self._raw.devices())

    def health(self) -> tuple[Health, ...]:
        """Say what became of each device's answers so far.

        >>> engine.health()[0].wrong
        0
        """
        return tuple(Health(*of) for of in self._raw.health())

    def path(self, algorithm: Algorithm, personal: bytes = b"") -> str:
        """Name the path that the CPU takes for a function.

        >>> gridnet.Engine(device="cpu", threads=2, path="portable").path("blake2s")
        'portable ×1 ×1, 2 threads'
        """
        return self._raw.path(*_function(algorithm, personal))

    def search(
        self,
        message: bytes,
        nonce_offset: int,
        target: bytes | int,
        start: int = 0,
        end: int | None = None,
        algorithm: Algorithm = "sha256d",
        *,
        nonce_bytes: int = 4,
        nonce_endian: Order = "little",
        order: Order = "little",
        limit: int = 1,
        personal: bytes = b"",
        progress: Progress = None,
    ) -> SearchResult:
        """Find the first nonces, ascending, for which the message's hash is at most the target.

        Args:
            message: what is hashed; the nonce's place in it is written over.
            nonce_offset: where the nonce begins.
            target: a number, or its 32 bytes, the most significant first.
            start: the first nonce that is tried.
            end: one past the last; all that the nonce can be by default.
            algorithm: `sha256`, `sha256d`, `blake2s` or `blake2b`.
            nonce_bytes: how wide the nonce is: 1 to 8 bytes.
            nonce_endian: how it is written.
            order: how the hash is read as a number.
            limit: how many to find; to go on, start after the last.
            personal: a personalisation, for the two BLAKE2.
            progress: see `gridnet.progress`.

        >>> result = engine.search(bytes(80), 76, 2**240, 0, 200_000)
        >>> result.hits[0].nonce, int.from_bytes(result.hits[0].hash, "little") <= 2**240
        (3475, True)
        """
        if isinstance(target, (bytes, bytearray, memoryview)):
            target = _arguments.octets("target", target, 32)
        else:
            target = _arguments.integer("target", target, 0, 2**256 - 1).to_bytes(32)
        nonce_bytes = _arguments.integer("nonce_bytes", nonce_bytes, 1, 8)
        most = 2 ** (8 * nonce_bytes)
        first = _arguments.integer("start", start, 0, most)
        last = most if end is None else _arguments.integer("end", end, 0, most)
        little_big: tuple[Order, Order] = ("little", "big")
        algorithm_name, personal = _function(algorithm, personal)
        with watching(progress, "H") as tell:
            hits, did, seconds = self._raw.search(
                _arguments.octets("message", message),
                _arguments.integer("nonce_offset", nonce_offset),
                nonce_bytes,
                _arguments.text("nonce_endian", nonce_endian, little_big) == "big",
                target,
                _arguments.text("order", order, little_big) == "big",
                (first, last),
                algorithm_name,
                personal,
                _arguments.integer("limit", limit),
                tell,
            )
        return SearchResult(tuple(Hit(*hit) for hit in hits), tuple(Share(*share) for share in did), seconds)

    @overload
    def walk(
        self,
        algorithm: Algorithm,
        starts: npt.NDArray[np.uint8],
        steps: int | npt.NDArray[np.integer],
        expected: None = None,
        *,
        personal: bytes = b"",
        progress: Progress = None,
    ) -> npt.NDArray[np.uint8]: ...

    @overload
    def walk(
        self,
        algorithm: Algorithm,
        starts: npt.NDArray[np.uint8],
        steps: int | npt.NDArray[np.integer],
        expected: npt.NDArray[np.uint8],
        *,
        personal: bytes = b"",
        progress: Progress = None,
    ) -> npt.NDArray[np.bool_]: ...

    def walk(
        self,
        algorithm: Algorithm,
        starts: npt.NDArray[np.uint8],
        steps: int | npt.NDArray[np.integer],
        expected: npt.NDArray[np.uint8] | None = None,
        *,
        personal: bytes = b"",
        progress: Progress = None,
    ) -> npt.NDArray[np.uint8] | npt.NDArray[np.bool_]:
        """Hash each value as often as its steps say.

        Args:
            algorithm: the function.
            starts: values, of shape (N, 32).
            steps: how often each is hashed: N numbers, or one for all.
            expected: where they should end, of the same shape.
            personal: a personalisation, for the two BLAKE2.
            progress: see `gridnet.progress`.

        Returns:
            The ends, of shape (N, 32); or, where ends are expected, whether each is as expected.

        >>> import hashlib
        >>> starts = np.zeros((2, 32), np.uint8)
        >>> ends = engine.walk("sha256", starts, np.array([1, 2]))
        >>> ends[0].tobytes() == hashlib.sha256(bytes(32)).digest()
        True
        >>> engine.walk("sha256", starts, 2, expected=ends).tolist()
        [False, True]
        """
        starts = _arguments.rows("starts", starts, 32)
        numbers = _arguments.counts("steps", steps, len(starts))
        algorithm_name, personal = _function(algorithm, personal)
        with watching(progress, "H") as tell:
            if expected is None:
                return self._raw.walk(algorithm_name, personal, starts, numbers, tell)
            expected = _arguments.rows("expected", expected, 32)
            if expected.shape != starts.shape:
                raise _arguments.wrong_value("expected", f"of shape {starts.shape}", f"of {expected.shape}")
            return self._raw.walk_matches(algorithm_name, personal, starts, numbers, expected, tell)

    def digest(
        self,
        algorithm: Algorithm,
        messages: npt.NDArray[np.uint8],
        personal: bytes = b"",
        *,
        progress: Progress = None,
    ) -> npt.NDArray[np.uint8]:
        """Hash messages of one length, of shape (N, L). The digests are of shape (N, 32).

        >>> engine.digest("blake2b", np.zeros((5, 100), np.uint8)).shape
        (5, 32)
        """
        messages = _arguments.rows("messages", messages)
        algorithm_name, personal = _function(algorithm, personal)
        with watching(progress, "H") as tell:
            return self._raw.digest(algorithm_name, personal, messages, tell)

    def verify(
        self,
        keys: npt.NDArray[np.uint8],
        messages: npt.NDArray[np.uint8],
        signatures: npt.NDArray[np.uint8],
        *,
        faults: bool = False,
        progress: Progress = None,
    ) -> npt.NDArray[np.bool_] | npt.NDArray[np.uint8]:
        """Verify Ed25519 signatures under ZIP-215: of shape (N, 64), of messages (N, L) by keys (N, 32).

        Returns:
            Whether each is good. With `faults`, 0 for each that is, else the number of what is wrong:
            `gridnet.SIGNATURE_FAULTS` names them.

        >>> none = [np.zeros((3, width), np.uint8) for width in (32, 10, 64)]
        >>> engine.verify(*none).dtype
        dtype('bool')
        """
        keys = _arguments.rows("keys", keys, 32)
        messages = _arguments.rows("messages", messages)
        signatures = _arguments.rows("signatures", signatures, 64)
        for name, of in (("messages", messages), ("signatures", signatures)):
            if len(of) != len(keys):
                raise _arguments.wrong_value(name, f"as many as keys, {len(keys)}", f"{len(of)}")
        with watching(progress, "") as tell:
            codes = self._raw.verify(keys, messages, signatures, tell)
        return codes if faults else codes == 0


_default: Engine | None = None
_lock = threading.Lock()


def default_engine() -> Engine:
    """Give the engine of calls that name none: on every device, made at its first use in this process.

    >>> default_engine() is default_engine()
    True
    """
    global _default
    with _lock:
        if _default is None:
            _default = Engine()
        return _default


def raw(engine: Engine | None) -> _native.Engine:
    """Give what computes."""
    if engine is None:
        return default_engine()._raw
    if not isinstance(engine, Engine):
        raise _arguments.wrong_type("engine", "a gridnet.Engine", engine)
    return engine._raw


def _forget() -> None:
    """A child must make its own engine, and the lock may be held by a thread that is not there."""
    global _default, _lock
    _default, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
