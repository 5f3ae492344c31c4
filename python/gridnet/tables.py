"""Verification in bulk: whatever has Arrow's interface in, a pyarrow table of verdicts out.

The columns are those of `docs/tables.md`. Values keep their places: row i of the answer is about row i.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from . import _arguments, _native
from .engine import Engine, raw
from .progress import Progress, watching
from .proofs import Network, network_id

__all__ = [
    "Rules",
    "Samples",
    "read_transit_pools",
    "sample_transit_pools",
    "verify_chains",
    "verify_identities",
    "verify_signatures",
    "verify_transit_pools",
]


class _Stream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


class _Array(Protocol):
    def __arrow_c_array__(self, requested_schema: object = None) -> object: ...


Table = _Stream | _Array
"""A table or a stream of them: of pyarrow, polars, pandas, DuckDB and others."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What claims are judged by, where the table's metadata do not say it."""

    network: Network | None = None
    height: int | None = None
    """Of the block that would take the claims."""
    median_time: int | None = None
    """The median time past of its parent, in seconds since 1970."""


def _length(table: Any) -> int | None:  # noqa: ANN401
    """Give how many rows there are, where that is known without reading them."""
    try:
        return len(table)
    except (TypeError, NotImplementedError):
        return None


def verify_transit_pools(
    table: Table,
    identities: Table | None = None,
    rules: Rules | None = None,
    *,
    engine: Engine | None = None,
    progress: Progress = None,
) -> pa.Table:
    """Judge transit pools, one a row, each on what the valid ones before it left of its bank.

    Args:
        table: the claims, with what the ledger holds of their pools and banks.
        identities: the registered identities. Without any, no pool has an owner.
        rules: the network, the height and the time, where the table's metadata do not say them.
        engine: what computes; on all devices by default.
        progress: see `gridnet.progress`.

    Returns:
        `index`, `valid`, `reason`, `total`, `fee`, `receiver`, `burnt` and `hops` (`share`, `void`).

    >>> claims = sample_transit_pools(20, bad_share=0.1, engine=engine)
    >>> verdicts = verify_transit_pools(claims.table, claims.identities, engine=engine)
    >>> verdicts["valid"].to_pylist().count(False)
    2
    """
    rules = Rules() if rules is None else rules
    if not isinstance(rules, Rules):
        raise _arguments.wrong_type("rules", "a gridnet.Rules", rules)
    given = (
        None if rules.network is None else network_id(rules.network),
        None if rules.height is None else _arguments.integer("rules.height", rules.height, 0, 2**32 - 1),
        None if rules.median_time is None else _arguments.integer("rules.median_time", rules.median_time),
    )
    with watching(progress, "pools", _length(table)) as tell:
        return _native.verify_transit_pools(
            raw(engine),
            _arguments.table("table", table),
            None if identities is None else _arguments.table("identities", identities),
            given,
            tell,
        )


def verify_chains(table: Table, *, engine: Engine | None = None, progress: Progress = None) -> pa.Table:
    """Judge hash chains: `function` (0 BLAKE2s-256, 1 SHA-256), `start`, `steps`, `end`.

    >>> import hashlib, pyarrow as pa
    >>> end = hashlib.sha256(bytes(32)).digest()
    >>> chains = pa.table({"function": [1, 1], "start": [bytes(32)] * 2, "steps": [1, 2], "end": [end] * 2})
    >>> verify_chains(chains, engine=engine)["reason"].to_pylist()
    [None, 'walk']
    """
    with watching(progress, "chains", _length(table)) as tell:
        return _native.verify_chains(raw(engine), _arguments.table("table", table), tell)


def verify_identities(
    table: Table, network: Network | None = None, *, engine: Engine | None = None, progress: Progress = None
) -> pa.Table:
    """Judge identities' proofs of stake, on a network that is given or that the table's metadata name.

    >>> claims = sample_transit_pools(1, engine=engine)
    >>> verify_identities(claims.identities, engine=engine).column_names
    ['index', 'valid', 'reason']
    """
    of = None if network is None else network_id(network)
    with watching(progress, "identities", _length(table)) as tell:
        return _native.verify_identities(raw(engine), _arguments.table("table", table), of, tell)


def verify_signatures(table: Table, *, engine: Engine | None = None, progress: Progress = None) -> pa.Table:
    """Judge Ed25519 signatures under ZIP-215: `key`, `message`, `signature`. Messages may differ in length.

    >>> import pyarrow as pa
    >>> none = pa.table({"key": [bytes(32)], "message": [b"hello"], "signature": [bytes(64)]})
    >>> verify_signatures(none, engine=engine).num_rows
    1
    """
    with watching(progress, "signatures", _length(table)) as tell:
        return _native.verify_signatures(raw(engine), _arguments.table("table", table), tell)


class Samples(NamedTuple):
    """Made-up transit pools."""

    table: pa.Table
    identities: pa.Table
    planted: dict[int, str]
    """What is wrong with which row."""


def sample_transit_pools(
    count: int,
    *,
    hops: int = 3,
    length: int = 100,
    bad_share: float = 0.0,
    seed: int = 0,
    function: Literal["blake2s", "sha256"] = "blake2s",
    engine: Engine | None = None,
    progress: Progress = None,
) -> Samples:
    """Make transit pools up, good and bad, and the ledger that they are claimed from; alike for a seed everywhere.

    Args:
        count: how many.
        hops: of each, at most 32.
        length: hashes that each claims.
        bad_share: how many of them are bad, spread evenly: a share from 0 to 1.
        seed: what all is drawn from.
        function: of the hash chains.
        engine: what walks the chains.
        progress: see `gridnet.progress`.

    >>> claims = sample_transit_pools(3, hops=2, length=5, engine=engine)
    >>> claims.table.num_rows, claims.planted
    (3, {})
    """
    functions = ("blake2s", "sha256")
    number = functions.index(_arguments.text("function", function, functions))
    if isinstance(bad_share, bool) or not isinstance(bad_share, (int, float)):
        raise _arguments.wrong_type("bad_share", "a number", bad_share)
    if not 0 <= bad_share <= 1:
        raise _arguments.wrong_value("bad_share", "0 to 1", bad_share)
    with watching(progress, "pools", count) as tell:
        table, identities, planted = _native.sample_transit_pools(
            raw(engine),
            _arguments.integer("count", count),
            _arguments.integer("hops", hops, 0, 32),
            _arguments.integer("length", length, 1, 2**23),
            round(bad_share * 1_000_000),
            _arguments.integer("seed", seed),
            number,
            tell,
        )
    return Samples(table, identities, dict(planted))


def read_transit_pools(path: str | Path) -> tuple[pa.Table, pa.Table | None]:
    """Read a Parquet file of transit pools, and the identities in `NAME.identities.parquet` beside it.

    >>> import tempfile, pathlib, pyarrow.parquet as pq
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> claims = sample_transit_pools(3, engine=engine)
    >>> pq.write_table(claims.table, folder / "claims.parquet")
    >>> pq.write_table(claims.identities, folder / "claims.identities.parquet")
    >>> table, identities = read_transit_pools(folder / "claims.parquet")
    >>> table.num_rows
    3
    """
    beside = identities_beside(path)
    return pq.read_table(path), pq.read_table(beside) if beside.exists() else None


def identities_beside(path: str | Path) -> Path:
    """Give the file that the identities of a file of transit pools are in."""
    return Path(path).with_suffix(f".identities{Path(path).suffix}")
