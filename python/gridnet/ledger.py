"""A ledger as far as verdicts depend on it, and claims as the tables that are judged against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from . import _arguments, _native, tables
from ._encoded import held
from .engine import Engine
from .pools import Registration, lowered_plan
from .progress import Progress
from .proofs import Network, network_id
from .transit import ClaimedPool

__all__ = ["Kept", "Ledger", "RegisteredIdentity", "claims_of"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the ledger keeps of a bank that was claimed from."""

    depth: int
    """Hashes down to this depth are paid."""
    word: bytes
    """The word there."""
    session: bytes | None = None
    """To whom they were paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredIdentity:
    """An identity as the ledger holds it."""

    repetitions: int
    """Of its proof of stake."""
    nonce: int
    registered: int
    """The height at which it was."""
    revoked: bool = False
    stake: int = 0
    """Units of coin stake that are not under notice."""


@dataclass
class Ledger:
    """What claims are judged against.

    >>> ledger = Ledger("regtest", height=1_000, median_time=1_800_000_000)
    >>> ledger.register(pool.registration) == token.body.pool
    True
    >>> sender = token.body.sender
    >>> ledger.identities[owner.address] = RegisteredIdentity(
    ...     repetitions=sender.repetitions, nonce=sender.nonce, registered=1)
    >>> custody = gridnet.Custody().hand_over_last("regtest", token, first_key)
    >>> transit_pool = gridnet.TransitPool.assemble("regtest", token, custody, receiver_key, seals)
    >>> claim = gridnet.ClaimedPool.make(transit_pool, token.body.depth, pool.card(token.body.bank))
    >>> ledger.verify([claim, claim], engine=engine)["reason"].to_pylist()
    [None, 'stale']
    """

    network: Network
    height: int
    """Of the block that would take the claims."""
    median_time: int
    """The median time past of its parent, in seconds since 1970."""
    registrations: dict[bytes, Registration] = field(default_factory=dict)
    """The pools, by their ids."""
    kept: dict[tuple[bytes, int], Kept] = field(default_factory=dict)
    """Of banks that were claimed from, by the pool's id and the bank."""
    identities: dict[bytes, RegisteredIdentity] = field(default_factory=dict)
    """By their addresses."""

    def register(self, registration: Registration) -> bytes:
        """Put in a pool that can be registered, and give its id."""
        if not isinstance(registration, Registration):
            raise _arguments.wrong_type("registration", "a gridnet.Registration", registration)
        _ = registration.coins
        of = registration.id(self.network)
        self.registrations[of] = registration
        return of

    def claims_table(self, claims: Iterable[ClaimedPool]) -> pa.Table:
        """Give the table of claims, as `verify_transit_pools` takes it, with what this ledger holds of their pools."""
        for (pool, bank), of in self.kept.items():
            if not isinstance(of, Kept):
                raise _arguments.wrong_type(f"kept[{pool!r}, {bank!r}]", "a gridnet.Kept", of)
        for key, registered in self.registrations.items():
            if not isinstance(registered, Registration) or registered.id(self.network) != key:
                raise _arguments.wrong_type(
                    f"registrations[{key!r}]", "the gridnet.Registration of this id", registered
                )
        kept = [
            (
                _arguments.octets("kept, a pool", pool, 32),
                _arguments.integer("kept, a bank", bank, 0, 2**16 - 1),
                _arguments.integer("kept.depth", of.depth, 0, 2**32 - 1),
                _arguments.octets("kept.word", of.word, 32),
                None if of.session is None else _arguments.octets("kept.session", of.session, 32),
            )
            for (pool, bank), of in self.kept.items()
        ]
        return _native.claims_table(
            [held(f"claims[{row}]", claim, ClaimedPool) for row, claim in enumerate(claims)],
            [lowered_plan("registration", of) for of in self.registrations.values()],
            kept,
            network_id(self.network),
            _arguments.integer("height", self.height, 0, 2**32 - 1),
            _arguments.integer("median_time", self.median_time),
        )

    def identities_table(self) -> pa.Table:
        """Give the table of the identities."""
        most = 2**32 - 1
        for key, of in self.identities.items():
            if not isinstance(of, RegisteredIdentity):
                raise _arguments.wrong_type(f"identities[{key!r}]", "a gridnet.RegisteredIdentity", of)
            if not isinstance(of.revoked, bool):
                raise _arguments.wrong_type(f"identities[{key!r}].revoked", "a bool", of.revoked)
        rows = [
            (
                _arguments.octets("an address", address, 32),
                _arguments.integer("repetitions", of.repetitions, 0, most),
                _arguments.integer("nonce", of.nonce, 0, most),
                _arguments.integer("registered", of.registered, 0, most),
                of.revoked,
                _arguments.integer("stake", of.stake),
            )
            for address, of in self.identities.items()
        ]
        return _native.identities_table(rows, network_id(self.network))

    def verify(
        self, claims: Iterable[ClaimedPool], *, engine: Engine | None = None, progress: Progress = None
    ) -> pa.Table:
        """Judge claims, each on what the valid ones before it left of its bank; the ledger stays as it is."""
        table, identities = self.claims_table(claims), self.identities_table()
        return tables.verify_transit_pools(table, identities, engine=engine, progress=progress)


def claims_of(table: tables.Table) -> list[ClaimedPool | None]:
    """Give the claims of a table of transit pools; nothing for each malformed row.

    >>> claims = gridnet.sample_transit_pools(3, hops=2, engine=engine)
    >>> [len(claim.pool.openings) for claim in claims_of(claims.table)]
    [2, 2, 2]
    """
    rows = _native.claims_of(_arguments.table("table", table))
    return [None if row is None else ClaimedPool._of(row) for row in rows]
