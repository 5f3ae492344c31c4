"""Token pools, whose hashes are coins: what is registered of one, its cards, and a pool in its owner's hands."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from . import _arguments, _files, _native
from ._encoded import Encoded, held
from .engine import Engine, raw
from .keys import Receiver, Signer, receiver_keys, signer
from .progress import Progress, watching
from .proofs import Identity, Network, mint_identity, network_id
from .tokens import Terms, Token, lowered, raised

__all__ = ["Change", "Issued", "PoolCard", "PoolPlan", "Registration", "TokenPool"]

_FUNCTIONS = ("blake2s", "sha256")
_FILE_BYTES = 4 << 20
"""More than a file of 1,024 banks has."""

_PROPOSED = Terms()

_Said = tuple[bytes, int, int, int, int, int, int, int, tuple[int, int, int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlan:
    """What a pool is to be."""

    banks: int
    """How many chains: 1 to 1,024."""
    length: int
    """Hashes of each: 1 to 2^24."""
    value: int
    """What a hash is worth, in units."""
    expiry: int
    """The last height at which its tokens are sure to be paid."""
    sequence: int = 0
    """The owner's account sequence, which tells its pools apart."""
    function: Literal["blake2s", "sha256"] = "blake2s"
    minimum_stake: int = 0
    """Units of coin stake below which a hop is not paid."""
    terms: Terms = _PROPOSED
    """What is proposed for its tokens, each of which states its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(PoolPlan):
    """A pool as it is registered: a plan with its owner and the root over its banks."""

    owner: bytes
    """An address."""
    root: bytes

    @staticmethod
    def from_bytes(encoded: bytes) -> Registration:
        """Read the canonical encoding."""
        return registration(_native.registration_from_bytes(_arguments.octets("encoded", encoded)))

    def to_bytes(self) -> bytes:
        """Give the canonical encoding."""
        return _native.registration_to_bytes(lowered_plan("registration", self))

    def id(self, network: Network) -> bytes:
        """Give the pool's id."""
        return _native.registration_id(network_id(network), lowered_plan("registration", self))

    @property
    def coins(self) -> int:
        """What its hashes are worth together, in units; an error where it cannot be registered."""
        return _native.registration_coins(lowered_plan("registration", self))


def lowered_plan(name: str, plan: object) -> _Said:
    """Take a registration, or a plan, as the extension does."""
    if not isinstance(plan, PoolPlan):
        raise _arguments.wrong_type(name, "a gridnet.PoolPlan", plan)
    owner, root = (plan.owner, plan.root) if isinstance(plan, Registration) else (bytes(32), bytes(32))
    return (
        _arguments.octets(f"{name}.owner", owner, 32),
        _arguments.integer(f"{name}.sequence", plan.sequence),
        _FUNCTIONS.index(_arguments.text(f"{name}.function", plan.function, _FUNCTIONS)),
        _arguments.integer(f"{name}.banks", plan.banks, 0, 2**16 - 1),
        _arguments.integer(f"{name}.length", plan.length, 0, 2**32 - 1),
        _arguments.integer(f"{name}.value", plan.value),
        _arguments.integer(f"{name}.expiry", plan.expiry, 0, 2**32 - 1),
        _arguments.integer(f"{name}.minimum_stake", plan.minimum_stake),
        lowered(f"{name}.terms", plan.terms),
        _arguments.octets(f"{name}.root", root, 32),
    )


def registration(of: _Said) -> Registration:
    """Give a registration of what the extension says."""
    owner, sequence, function, banks, length, value, expiry, minimum_stake, terms, root = of
    return Registration(
        owner=owner,
        sequence=sequence,
        function="sha256" if function else "blake2s",
        banks=banks,
        length=length,
        value=value,
        expiry=expiry,
        minimum_stake=minimum_stake,
        terms=raised(terms),
        root=root,
    )


class PoolCard(Encoded):
    """A registration and one of its banks: what lets somebody without the ledger value a token.

    It does not prove that coins were deposited.

    >>> card = pool.card(token.body.bank)
    >>> card.is_of("regtest", token), card.leads_to_ceiling(token)
    (True, True)
    """

    __slots__ = ()
    _holds = _native.PoolCard
    _raw: _native.PoolCard

    @property
    def registration(self) -> Registration:
        """The pool."""
        return registration(self._raw.registration())

    @property
    def bank(self) -> int:
        """Which bank."""
        return self._raw.bank()

    def is_of(self, network: Network, token: Token) -> bool:
        """Say whether it is good for a token: of its pool, its owner and its bank."""
        return self._raw.is_of(network_id(network), held("token", token, Token))

    def leads_to_ceiling(self, token: Token) -> bool:
        """Say whether the word of a token, of which this is, belongs to the bank: ask `is_of` first."""
        return self._raw.leads_to_ceiling(held("token", token, Token))


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one bank that is to be written down. Secret: neither shown nor pickled."""

    bank: int
    file: bytes = field(repr=False)
    """All of the pool, changed: what `TokenPool.resume` takes."""
    bytes: bytes = field(repr=False)
    """The changed bank alone, less than 2 KiB: what `TokenPool.apply` takes."""

    def __reduce__(self) -> tuple[()]:
        raise TypeError("a change is secret: write its file or its bytes down")


class Issued(NamedTuple):
    """A token with what its first holder needs."""

    token: Token
    first_key: Signer
    """The private half of its first key."""


Source = Literal["unused", "session"] | int
_SOURCES: dict[object, int] = {"session": 0, "unused": 1}


class TokenPool:
    """A pool in its owner's hands.

    What must never happen is that a hash is promised twice: it would cost the owner its stake. So every token is
    written down before anybody sees it, and of a pool's file there is one `TokenPool` at a time: `open` holds a lock.
    One call at a time: a second one meanwhile is refused (`busy`, 307).

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "pool"
    >>> plan = gridnet.PoolPlan(banks=2, length=50, value=1_000, expiry=10_000)
    >>> TokenPool.create("regtest", owner, plan, engine=engine).write(file)
    >>> with TokenPool.open(file) as pool:
    ...     issued = pool.issue(receiver, bytes(32), 20, issued=0, expiry=100, owner=owner)
    >>> issued.token.verify("regtest")
    >>> TokenPool.read(file).issued
    (20, 0)
    """

    __slots__ = ("_file", "_raw", "_writing")
    _raw: _native.TokenPool
    _file: Path | None
    """Where it is open, for as long as nobody else may write there."""
    _writing: threading.RLock

    def __init__(self, raw: _native.TokenPool, file: Path | None = None) -> None:
        if not isinstance(raw, _native.TokenPool):
            raise _arguments.wrong_type("a token pool", "made by create, open, read, resume or restore", raw)
        self._raw, self._file, self._writing = raw, file, threading.RLock()

    def __reduce__(self) -> tuple[()]:
        raise TypeError("a token pool is not copied: two of them give the same hashes away")

    @staticmethod
    def create(
        network: Network,
        owner: Signer,
        plan: PoolPlan,
        proof: Identity | None = None,
        master: bytes | None = None,
        *,
        engine: Engine | None = None,
        progress: Progress = None,
    ) -> TokenPool:
        """Compute a pool's chains, twice, and register nothing anywhere.

        Args:
            network: which one it is of.
            owner: signs its tokens; of its key the pool and its file have the public half alone.
            plan: what it is to be.
            proof: the proof of stake of the owner's address; searched where it is not given.
            master: 32 bytes that all seeds come from, drawn evenly and told to nobody; drawn where they are not given.
            engine: what computes; on all devices by default.
            progress: see `gridnet.progress`.
        """
        number, key, terms = network_id(network), signer("owner", owner), lowered_plan("plan", plan)
        if proof is None:
            proof = mint_identity(owner.address, network, engine=engine, progress=progress)
        if not isinstance(proof, Identity):
            raise _arguments.wrong_type("proof", "a gridnet.Identity", proof)
        if proof.address != owner.address:
            raise _arguments.wrong_value("proof", "of the owner's address", "of another")
        master = secrets.token_bytes(32) if master is None else _arguments.octets("master", master, 32)
        with watching(progress, "H") as tell:
            pool = _native.TokenPool.create(
                raw(engine),
                number,
                key,
                _arguments.integer("proof.repetitions", proof.repetitions, 0, 2**32 - 1),
                _arguments.integer("proof.nonce", proof.nonce, 0, 2**32 - 1),
                master,
                terms,
                tell,
            )
        return TokenPool(pool)

    @staticmethod
    @contextlib.contextmanager
    def open(path: str | Path) -> Iterator[TokenPool]:
        """Open a pool's file, in a `with`: `issue` writes to it, and no other program does meanwhile."""
        with _files.locked(path) as really:
            pool = TokenPool.read(really)
            pool._file = really
            try:
                yield pool
            finally:
                # Without the lock nothing more is written; what is being written is written first.
                with pool._writing:
                    pool._file = None

    @staticmethod
    def read(path: str | Path) -> TokenPool:
        """Read a pool's file. What is issued then is for `persist` to write down."""
        return TokenPool.resume(_files.read(path, _FILE_BYTES))

    @staticmethod
    def resume(file: bytes) -> TokenPool:
        """Take the pool of the newest file that was written, by whoever goes on where it stopped."""
        return TokenPool(_native.TokenPool.resume(_arguments.octets("file", file)))

    @staticmethod
    def restore(copy: bytes, first_unused: int) -> TokenPool:
        """Take the pool of an old copy of a file.

        Banks below `first_unused`, and those that the copy says were used, are closed.
        """
        number = _arguments.integer("first_unused", first_unused, 0, 2**16 - 1)
        return TokenPool(_native.TokenPool.restore(_arguments.octets("copy", copy), number))

    def apply(self, change: bytes) -> None:
        """Put in a change that was written down on its own after the file was; a pool that is open writes its file."""
        with self._writing:
            self._raw.apply(_arguments.octets("change", change))
            if self._file is not None:
                _files.replace(self._file, self.file)

    def write(self, path: str | Path) -> None:
        """Write a new file that its owner alone may read; one that is there already is left as it is."""
        _files.write_new(path, self.file)

    def issue(
        self,
        receiver: Receiver,
        content: bytes,
        depth: int,
        *,
        issued: int,
        expiry: int,
        terms: Terms | None = None,
        source: Source = "unused",
        owner: Signer | None = None,
        persist: Callable[[Change], object] | None = None,
    ) -> Issued:
        """Issue a token, once it is written down.

        Args:
            receiver: who is to get what is carried.
            content: the digest of that.
            depth: of the last hash that is offered, counted from the bank's ceiling: a running total. It must be more
                than `issued` says of the bank, and at most the pool's length.
            issued: not valid before, in seconds since 1970.
            expiry: not valid after.
            terms: how hops share; as the pool proposes by default.
            source: where the hashes come from: `unused`, a bank that was never used, for a bundle; `session`, the bank
                whose open session is with this receiver under these terms, for the packets of a stream; or a bank's
                number, only for those whose sessions were settled to the last token.
            owner: who signs; what the pool's file holds the key of needs none.
            persist: writes a change down for good, and asks the pool nothing. What it raises comes out of this call,
                and the token was not issued. A pool that is open writes to its file instead.
        """
        if persist is not None and not callable(persist):
            raise _arguments.wrong_type("persist", "callable", persist)
        if persist is not None and self._file is not None:
            raise _arguments.wrong_value("persist", "None: this pool is open, and writes to its file", "a callable")
        write_down = self._written if persist is None else persist
        is_bank = source not in ("session", "unused")
        bank = _arguments.integer("source", source, 0, 2**16 - 1) if is_bank else 0
        ask = (
            receiver_keys("receiver", receiver),
            _arguments.octets("content", content, 32),
            lowered("terms", self.registration.terms if terms is None else terms),
            _arguments.integer("issued", issued),
            _arguments.integer("expiry", expiry),
            _arguments.integer("depth", depth, 0, 2**32 - 1),
            2 if is_bank else _SOURCES[source],
            bank,
        )
        token, first_key = self._raw.issue(
            None if owner is None else signer("owner", owner),
            ask,
            lambda bank, file, change: write_down(Change(bank, file, change)),
        )
        return Issued(Token._of(token), Signer(first_key))

    def _written(self, change: Change) -> None:
        with self._writing:
            if self._file is None:
                expected = "a callable that writes the change down, unless the pool is open (TokenPool.open)"
                raise _arguments.wrong_type("persist", expected, None)
            _files.replace(self._file, change.file)

    @property
    def network(self) -> Network:
        """Which network it is of."""
        name: Network = self._raw.network()  # type: ignore[assignment]
        return name

    @property
    def id(self) -> bytes:
        """Its id."""
        return self.registration.id(self.network)

    @property
    def registration(self) -> Registration:
        """What is to be registered."""
        return registration(self._raw.registration())

    @property
    def issued(self) -> tuple[int, ...]:
        """The depth of the last word that was issued of each bank; its length for those that are closed."""
        return tuple(self._raw.issued())

    def card(self, bank: int) -> PoolCard:
        """Give the card of a bank."""
        return PoolCard._of(self._raw.card(_arguments.integer("bank", bank, 0, 2**16 - 1)))

    @property
    def file(self) -> bytes:
        """Its file. Secret."""
        return self._raw.to_file()
