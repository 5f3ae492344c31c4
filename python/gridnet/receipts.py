"""Receipts for energy: who sold how much to whom, for what, and by which meters, for anybody who has nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from . import _arguments, _native
from ._encoded import Encoded, held
from .contracts import Contract, contract_of
from .engine import Engine, raw
from .ledger import RegisteredIdentity
from .meters import CertificateBody, Reading, certificate_body, held_readings
from .proofs import Network, network_id
from .transactions import Block, Subject, subject_of

__all__ = ["Checkpoint", "Evidence", "Marked", "Receipt", "ReceiptFacts", "ReceiptObjection", "ReceiptSide"]

_U32 = 2**32 - 1
_HEADER = 80
_AUTHORITY = 3
"""The kind of an authority that a receipt says nothing of."""


class Checkpoint(NamedTuple):
    """A block that somebody trusts."""

    height: int
    id: bytes


class Evidence(Encoded):
    """What stands in the ledger of one moment about a contract that is settled (`Regtest.evidence`)."""

    __slots__ = ()
    _holds = _native.Evidence
    _raw: _native.Evidence


@dataclass(frozen=True, slots=True)
class ReceiptSide:
    """A side of the contract."""

    owner: bytes
    """Whose meter it is: an address."""
    meter: bytes
    """The meter's id."""
    certificate: CertificateBody
    """What is certified of it."""
    identity: RegisteredIdentity | None
    """The owner's, if it has one."""
    measured: tuple[int, int] | None
    """Energy that went through the meter since the ledger knows it: imported, exported; none if it was never read."""
    equivocated: int | None
    """The sequence that the meter gave twice, if that was proven."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What an authority says of a meter or its owner."""

    authority: bytes
    subject: Subject
    reason: bytes
    """Why, in its words."""
    effective: int
    """From which height on."""
    made: int
    """When it said so."""


@dataclass(frozen=True, slots=True)
class ReceiptObjection:
    """Why somebody would not take a receipt, though all that it says is shown."""

    name: str
    """`proven`: it did wrong; `marked`: by an authority that counts; `unsaid`: nothing is said of that authority."""
    subject: Subject | tuple[Literal["authority"], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """What a receipt shows."""

    contract_id: bytes
    contract: Contract
    """What was agreed."""
    opened: int
    """At which height."""
    settled: int
    """At which height."""
    settled_time: int | None
    """The time of that block, if its header is there."""
    delivered: int
    """Watt-hours that were paid for."""
    paid: tuple[int, ...]
    """What each party had of the deposit in the end, in the contract's order."""
    seller: ReceiptSide
    buyer: ReceiptSide
    readings: tuple[Reading, ...]
    """What else the meters signed."""
    authorities: tuple[bytes, ...]
    """Those that the receipt says something of, be it that they have marked nothing."""
    marks: tuple[Marked, ...]
    """All marks of these."""
    height: int
    """All this stands in the state after the block of this height."""
    root: bytes
    """The root of that state."""
    depth: int
    """Blocks on top of the one that names it, which is the next."""
    start: Checkpoint
    """The block that was trusted."""
    tip: Checkpoint
    """The last block."""
    work: int
    """Of all headers."""
    objections: tuple[ReceiptObjection, ...]
    """All that speaks against it, by the authorities that it was verified with."""


class Receipt(Encoded):
    """A receipt for energy. `to_file` is what is passed on.

    >>> Receipt.from_bytes(b"no receipt")
    Traceback (most recent call last):
    gridnet.errors.ArgumentError: a receipt is not encoded as it must be: Unexpected length of input
    """

    __slots__ = ()
    _holds = _native.Receipt
    _raw: _native.Receipt

    @staticmethod
    def assemble(
        network: Network,
        headers: bytes,
        following: Block,
        evidence: Evidence,
        readings: Iterable[Reading] = (),
        *,
        start: int = 0,
    ) -> Receipt:
        """Join what was gathered with headers.

        Args:
            network: the contract's.
            headers: 80 bytes each, one after the other, from a block that the verifier trusts to one that is some
                blocks after `following` (`Regtest.headers`).
            following: the block after the moment of the evidence, which names that state's root.
            evidence: what stands there.
            readings: what else the two meters signed.
            start: the height of the first header.

        Raises:
            Invalid: with the reason, one of `PROOF_REASONS`: `row` where the evidence is of another moment.
        """
        number, said = network_id(network), _arguments.octets("headers", headers)
        if len(said) % _HEADER:
            raise _arguments.wrong_value("headers", f"whole headers of {_HEADER} bytes", f"{len(said)} bytes")
        return Receipt._of(
            _native.Receipt.assemble(
                number,
                _arguments.integer("start", start, 0, _U32),
                said,
                held("following", following, Block),
                held("evidence", evidence, Evidence),
                held_readings("readings", readings),
            )
        )

    @staticmethod
    def from_file(file: bytes) -> Receipt:
        """Read a receipt's file."""
        return Receipt._of(_native.Receipt.from_file(_arguments.octets("file", file)))

    def to_file(self) -> bytes:
        """Give its file."""
        return self._raw.to_file()

    def verify(
        self,
        network: Network,
        checkpoint: tuple[int, bytes] | None = None,
        *,
        depth: int = 6,
        authorities: Iterable[bytes] = (),
        now: int | None = None,
        engine: Engine | None = None,
    ) -> ReceiptFacts:
        """Say what it shows. Whether it is to be taken depends on `objections`, too.

        Args:
            network: the one that one trusts it to be of.
            checkpoint: height and id of a block that one trusts; the network's first block by default, from which
                anybody can have made the chain: then only its work counts.
            depth: blocks that must be on top of the one that names the state's root.
            authorities: the addresses of those whose marks count.
            now: the clock, in seconds since 1970; this machine's by default.
            engine: what computes; on all devices by default.

        Raises:
            Invalid: with the reason, one of `PROOF_REASONS`.
        """
        trusted = None
        if checkpoint is not None:
            if not isinstance(checkpoint, tuple) or len(checkpoint) != 2:
                raise _arguments.wrong_type("checkpoint", "None, or a height and an id", checkpoint)
            height = _arguments.integer("checkpoint[0]", checkpoint[0], 0, _U32)
            trusted = height, _arguments.octets("checkpoint[1]", checkpoint[1], 32)
        return _facts(
            self._raw.verify(
                raw(engine),
                network_id(network),
                trusted,
                _arguments.integer("depth", depth, 0, _U32),
                [_arguments.octets(f"authorities[{at}]", of, 32) for at, of in enumerate(authorities)],
                _arguments.integer("now", int(time.time()) if now is None else now),
            )
        )


def _side(of: _native._ReceiptSide) -> ReceiptSide:
    owner, meter, certificate, identity, measured, equivocated = of
    return ReceiptSide(
        owner, meter, certificate_body(certificate), registered_identity(identity), measured, equivocated
    )


def registered_identity(of: tuple[int, int, int, bool, int] | None) -> RegisteredIdentity | None:
    """Give an identity of what the extension says."""
    if of is None:
        return None
    repetitions, nonce, registered, revoked, stake = of
    return RegisteredIdentity(repetitions=repetitions, nonce=nonce, registered=registered, revoked=revoked, stake=stake)


def _marked(of: tuple[bytes, tuple[int, bytes], bytes, int, int]) -> Marked:
    authority, subject, reason, effective, made = of
    return Marked(authority, subject_of(subject), reason, effective, made)


def _objection(of: tuple[str, int, bytes]) -> ReceiptObjection:
    name, kind, id = of  # noqa: A001
    return ReceiptObjection(name, ("authority", id) if kind == _AUTHORITY else subject_of((kind, id)))


def _facts(of: _native._ReceiptFacts) -> ReceiptFacts:
    deal, seller, buyer, readings, authorities, marks, shown, start, tip, work, objections = of
    contract_id, contract, opened, settled, settled_time, delivered, paid = deal
    height, root, depth = shown
    return ReceiptFacts(
        contract_id=contract_id,
        contract=contract_of(contract),
        opened=opened,
        settled=settled,
        settled_time=settled_time,
        delivered=delivered,
        paid=tuple(paid),
        seller=_side(seller),
        buyer=_side(buyer),
        readings=tuple(Reading._of(reading) for reading in readings),
        authorities=tuple(authorities),
        marks=tuple(_marked(mark) for mark in marks),
        height=height,
        root=root,
        depth=depth,
        start=Checkpoint(*start),
        tip=Checkpoint(*tip),
        work=int.from_bytes(work),
        objections=tuple(_objection(objection) for objection in objections),
    )
