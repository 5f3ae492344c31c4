"""Meters: who certifies them, what they sign, and what two of their readings prove.

Energy is in watt-hours, and registers count up for ever. Slots are quarters of an hour from 1970 on, UTC: a reading is
of the end of its slot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from . import _arguments, _native
from ._encoded import Encoded, held
from .engine import Engine, raw
from .errors import Invalid
from .keys import Signer, signer
from .proofs import Network, network_id

__all__ = [
    "SLOT_SECONDS",
    "Certificate",
    "CertificateBody",
    "Equivocation",
    "Interval",
    "KeptReading",
    "Reading",
    "ReadingBody",
    "ReadingVerdict",
    "verify_readings",
]

SLOT_SECONDS = 900
"""Seconds of a slot: the moment `t` is in slot `t // SLOT_SECONDS`."""

Source = Literal["green", "grey"]
MeterKind = Literal["generation", "connection"]

SOURCES = ("green", "grey")
_KINDS = ("generation", "connection")
_FIRST = bytes(32)
"""What stands for the reading before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateBody:
    """What a certificate says."""

    key: bytes
    """What the meter signs with."""
    kind: MeterKind = "connection"
    """At a generator, or where somebody is connected to the grid."""
    source: Source = "green"
    """Where the energy comes from."""
    area: str
    """In which part of the grid it is: 1 to 16 ASCII characters without blanks."""
    rating: int
    """Watts that can flow through it at most, either way."""
    certifier: bytes
    """The key of whoever answers for it."""
    owner: bytes
    """The key of whoever owns it."""
    replaces: tuple[bytes, bytes] | None = None
    """The meter that it takes the place of, and the last reading of that."""


def certificate_body(of: _native._CertificateBody) -> CertificateBody:
    """Give a certificate's body of what the extension says."""
    key, kind, source, area, rating, certifier, owner, replaces = of
    return CertificateBody(
        key=key,
        kind="connection" if kind else "generation",
        source="grey" if source else "green",
        area=area,
        rating=rating,
        certifier=certifier,
        owner=owner,
        replaces=replaces,
    )


class Certificate(Encoded):
    """What a meter is, as its certifier and its owner have signed.

    >>> maker, meter = gridnet.Signer.draw(), gridnet.Signer.draw()
    >>> certificate = Certificate.sign("regtest", meter.public_key, maker, owner, area="north", rating=10_000)
    >>> certificate.verify("regtest")
    >>> certificate.body.owner == owner.public_key
    True
    """

    __slots__ = ()
    _holds = _native.Certificate
    _raw: _native.Certificate

    @staticmethod
    def sign(
        network: Network,
        key: bytes,
        certifier: Signer,
        owner: Signer,
        *,
        area: str,
        rating: int,
        kind: MeterKind = "connection",
        source: Source = "green",
        replaces: tuple[bytes, bytes] | None = None,
    ) -> Certificate:
        """Have the certifier and the owner sign for a meter.

        Args:
            network: where it will be registered.
            key: what the meter signs with. Its owner does not have that.
            certifier: who answers for it; may be the owner.
            owner: whose it is.
            area: in which part of the grid, 1 to 16 ASCII characters without blanks.
            rating: watts that can flow through it at most.
            kind: at a generator, or where somebody is connected to the grid.
            source: where the energy comes from.
            replaces: the meter that it takes the place of, and the id of the last reading of that.
        """
        by, whose = signer("certifier", certifier), signer("owner", owner)
        if replaces is not None:
            if not isinstance(replaces, tuple) or len(replaces) != 2:
                raise _arguments.wrong_type("replaces", "None or two ids", replaces)
            meter, last = replaces
            replaces = _arguments.octets("replaces[0]", meter, 32), _arguments.octets("replaces[1]", last, 32)
        body = (
            _arguments.octets("key", key, 32),
            _KINDS.index(_arguments.text("kind", kind, _KINDS)),
            SOURCES.index(_arguments.text("source", source, SOURCES)),
            _arguments.text("area", area),
            _arguments.integer("rating", rating, 0, 2**32 - 1),
            by.public_key(),
            whose.public_key(),
            replaces,
        )
        return Certificate._of(_native.Certificate.sign(network_id(network), by, whose, body))

    @property
    def body(self) -> CertificateBody:
        """What it says."""
        return certificate_body(self._raw.body())

    def id(self, network: Network) -> bytes:
        """Give the meter's id."""
        return self._raw.id(network_id(network))

    def verify(self, network: Network) -> None:
        """Verify all that can be said of it without the ledger.

        Raises:
            Invalid: with the reason, one of `CERTIFICATE_REASONS`.
        """
        reason = self._raw.check(network_id(network))
        if reason is not None:
            raise Invalid("the certificate", reason)


@dataclass(frozen=True, slots=True)
class KeptReading:
    """What is kept of a meter's latest reading."""

    sequence: int
    slot: int
    imported: int
    """Taken from the grid until then."""
    exported: int
    """Given to the grid until then."""
    id: bytes


def kept_reading(name: str, kept: object) -> _native._KeptReading | None:
    """Take what is kept of a meter, as the extension does."""
    if kept is None:
        return None
    if not isinstance(kept, KeptReading):
        raise _arguments.wrong_type(name, "None or a gridnet.KeptReading", kept)
    return (
        _arguments.integer(f"{name}.sequence", kept.sequence),
        _arguments.integer(f"{name}.slot", kept.slot),
        _arguments.integer(f"{name}.imported", kept.imported),
        _arguments.integer(f"{name}.exported", kept.exported),
        _arguments.octets(f"{name}.id", kept.id, 32),
    )


@dataclass(frozen=True, slots=True)
class ReadingBody:
    """What a reading says."""

    meter: bytes
    """The id of its meter."""
    slot: int
    """The registers stood so at its end."""
    sequence: int
    """Readings that the meter signed before."""
    imported: int
    """Taken from the grid since ever."""
    exported: int
    """Given to the grid since ever."""
    previous: bytes = _FIRST
    """The id of the reading before; zeros in the first."""


class Reading(Encoded):
    """What a meter's registers stood at, signed by the meter.

    >>> meter = gridnet.Signer.draw()
    >>> about = "regtest", meter, bytes(32)
    >>> first = Reading.after(None, *about, slot=2_000_000, imported=10, exported=7)
    >>> second = Reading.after(first.kept("regtest"), *about, slot=2_000_001, imported=15, exported=7)
    >>> second.body.sequence, second.body.previous == first.id("regtest")
    (1, True)
    >>> second.is_signed("regtest", meter.public_key)
    True
    """

    __slots__ = ()
    _holds = _native.Reading
    _raw: _native.Reading

    @staticmethod
    def sign(network: Network, key: Signer, body: ReadingBody) -> Reading:
        """Have a meter's key sign a reading, whatever it says."""
        if not isinstance(body, ReadingBody):
            raise _arguments.wrong_type("body", "a gridnet.ReadingBody", body)
        said = (
            _arguments.octets("body.meter", body.meter, 32),
            _arguments.integer("body.slot", body.slot),
            _arguments.integer("body.sequence", body.sequence),
            _arguments.integer("body.imported", body.imported),
            _arguments.integer("body.exported", body.exported),
            _arguments.octets("body.previous", body.previous, 32),
        )
        return Reading._of(_native.Reading.sign(network_id(network), signer("key", key), said))

    @staticmethod
    def after(
        kept: KeptReading | None,
        network: Network,
        key: Signer,
        meter: bytes,
        *,
        slot: int,
        imported: int,
        exported: int,
    ) -> Reading:
        """Have a meter sign the reading that follows the kept one.

        Args:
            kept: the meter's latest reading; none before the first.
            network: the meter's.
            key: the meter's.
            meter: its id.
            slot: the registers stood so at its end.
            imported: taken from the grid since ever.
            exported: given to the grid since ever.
        """
        before = kept_reading("kept", kept)
        sequence, previous = (0, _FIRST) if before is None else (before[0] + 1, before[4])
        return Reading.sign(network, key, ReadingBody(meter, slot, sequence, imported, exported, previous))

    @property
    def body(self) -> ReadingBody:
        """What it says."""
        return ReadingBody(*self._raw.body())

    def id(self, network: Network) -> bytes:
        """Give what tells it apart from all others."""
        return self._raw.id(network_id(network))

    def kept(self, network: Network) -> KeptReading:
        """Give what is kept of it where it is the latest."""
        body = self.body
        return KeptReading(body.sequence, body.slot, body.imported, body.exported, self.id(network))

    def is_signed(self, network: Network, key: bytes) -> bool:
        """Say whether this meter's key signed it."""
        return self._raw.is_signed(network_id(network), _arguments.octets("key", key, 32))


def held_readings(name: str, readings: Iterable[Reading]) -> list[_native.Reading]:
    """Take readings, as the extension does."""
    return [held(f"{name}[{at}]", reading, Reading) for at, reading in enumerate(readings)]


@dataclass(frozen=True, slots=True)
class Interval:
    """What flowed between two readings."""

    after: int
    """The last slot that is none of it."""
    until: int
    """The last slot of it."""
    imported: int
    exported: int


@dataclass(frozen=True, slots=True)
class ReadingVerdict:
    """What becomes of a reading."""

    kept: KeptReading | None
    """What is kept of it, if it is taken."""
    interval: Interval | None
    """What flowed since the one kept before; none of the first."""
    reason: str | None
    """Why it is not taken: one of `READING_REASONS`."""


def verify_readings(
    network: Network,
    certificate: Certificate,
    readings: Iterable[Reading],
    *,
    now: int,
    kept: KeptReading | None = None,
    engine: Engine | None = None,
) -> list[ReadingVerdict]:
    """Judge a meter's readings in their order, each on what the good ones before it left.

    Args:
        network: the meter's.
        certificate: the meter's.
        readings: in their order.
        now: the clock, in seconds since 1970.
        kept: the latest reading before these.
        engine: what computes; on all devices by default.

    >>> maker, meter = gridnet.Signer.draw(), gridnet.Signer.draw()
    >>> certificate = Certificate.sign("regtest", meter.public_key, maker, owner, area="north", rating=10_000)
    >>> about = "regtest", meter, certificate.id("regtest")
    >>> first = Reading.after(None, *about, slot=2_000_000, imported=10, exported=7)
    >>> back = Reading.after(first.kept("regtest"), *about, slot=2_000_001, imported=9, exported=7)
    >>> verdicts = verify_readings("regtest", certificate, [first, back], now=2_000_002 * SLOT_SECONDS, engine=engine)
    >>> [verdict.reason for verdict in verdicts]
    [None, 'backwards']
    """
    verdicts = _native.verify_readings(
        raw(engine),
        network_id(network),
        held("certificate", certificate, Certificate),
        kept_reading("kept", kept),
        held_readings("readings", readings),
        _arguments.integer("now", now),
    )
    return [
        ReadingVerdict(
            None if left is None else KeptReading(*left), None if flowed is None else Interval(*flowed), reason
        )
        for left, flowed, reason in verdicts
    ]


class Equivocation(Encoded):
    """Two different readings of one meter and sequence: proof that it is not to be trusted.

    >>> meter = gridnet.Signer.draw()
    >>> one, other = (
    ...     Reading.after(None, "regtest", meter, bytes(32), slot=2_000_000, imported=imported, exported=0)
    ...     for imported in (1, 2))
    >>> _, sequence = Equivocation.prove("regtest", one, other).verify("regtest", meter.public_key)
    >>> sequence
    0
    """

    __slots__ = ()
    _holds = _native.Equivocation
    _raw: _native.Equivocation

    @staticmethod
    def prove(network: Network, one: Reading, other: Reading) -> Equivocation:
        """Put two readings together, in the right order. Whether they prove anything, `verify` says."""
        return Equivocation._of(
            _native.Equivocation.make(network_id(network), held("one", one, Reading), held("other", other, Reading))
        )

    def verify(self, network: Network, key: bytes) -> tuple[bytes, int]:
        """Say which meter gave which sequence twice.

        Args:
            network: the meter's.
            key: the meter's.

        Raises:
            Invalid: with the reason why it proves nothing, one of `EQUIVOCATION_REASONS`.
        """
        return self._raw.check(network_id(network), _arguments.octets("key", key, 32))
