"""Past one machine: many Parquet files of transit pools, verified by Ray's workers, each with an engine of its own.

What is mapped is a function of Arrow tables, `gridnet.verify_transit_pools`: it needs nothing of Ray, and any engine
that maps tables (Dask, Spark's `mapInArrow`, DuckDB) can map it. What it needs to know is that a bank's claims must be
in one table: each is judged on what the valid ones before it left. So a file is judged as a whole, and banks that are
claimed in several files are named by `spread_banks`.

    import gridnet.distributed

    report = gridnet.distributed.verify_files(files, "verdicts/", workers=8)

With a dataset of one's own, of tables of which each holds whole banks:

    ray.data.read_parquet(folder).map_batches(
        gridnet.distributed.Verifier,
        fn_constructor_kwargs={"identities": identities, "rules": rules},
        batch_format="pyarrow", batch_size=None, concurrency=8,
    )
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from . import _arguments
from .engine import Engine
from .errors import Error
from .tables import Rules, identities_beside, verify_transit_pools

__all__ = ["Verifier", "spread_banks", "verdicts_of", "verify_files"]

_SOURCE = b"gridnet.source"
_REPORT = ("file", "count", "valid", "seconds", "was_done")


class Verifier:
    """A callable for `map_batches` that holds an engine, from a worker's beginning to its end.

    Args:
        identities: the registered identities.
        rules: the network, the height and the time, where the tables' metadata do not say them.
        device: what computes, as in `gridnet.Engine`.
        threads: of the CPU; those that the worker was given by Ray.

    >>> claims = gridnet.sample_transit_pools(10, engine=engine)
    >>> verifier = Verifier(claims.identities, device="cpu", threads=1)
    >>> verifier(claims.table)["valid"].to_pylist().count(True)
    10
    """

    def __init__(
        self,
        identities: pa.Table | None = None,
        rules: Rules | None = None,
        device: str | Sequence[str] = "auto",
        threads: int | None = None,
    ) -> None:
        self.identities = identities
        self.rules = rules
        self.engine = Engine(device, threads)

    def __call__(self, table: pa.Table) -> pa.Table:
        """Give the verdicts on a table."""
        return verify_transit_pools(table, self.identities, self.rules, engine=self.engine)


class _Files:
    """What a worker does: files in, files out, one after the other."""

    def __init__(self, identities: str | None, rules: Rules | None, device: str | Sequence[str], threads: int) -> None:
        self.identities = None if identities is None else pq.read_table(identities)
        self.of: str | None = identities
        self.verifier = Verifier(None, rules, device, threads)

    def __call__(self, rows: dict[str, Any]) -> dict[str, list[object]]:
        done = [self.verify(str(source), str(out)) for source, out in zip(rows["file"], rows["out"], strict=True)]
        return {name: [row[name] for row in done] for name in _REPORT}

    def verify(self, source: str, out: str) -> dict[str, object]:
        began = time.monotonic()
        beside = identities_beside(source)
        if self.of is None and beside.exists():
            self.verifier.identities = pq.read_table(beside)
        else:
            self.verifier.identities = self.identities
        mark = _mark(source, self.of, self.verifier.rules)
        verdicts = self.verifier(pq.read_table(source))
        verdicts = verdicts.replace_schema_metadata({_SOURCE: mark})
        # Whole or not at all: a worker that is killed leaves nothing that looks done.
        unfinished = f"{out}.{os.getpid()}.unfinished"
        pq.write_table(verdicts, unfinished)
        os.replace(unfinished, out)
        return _row(source, verdicts["valid"], time.monotonic() - began, was_done=False)


def _row(source: str, valid: pa.ChunkedArray, seconds: float, *, was_done: bool) -> dict[str, object]:
    good = pc.sum(valid).as_py() or 0
    return dict(zip(_REPORT, (source, len(valid), good, seconds, was_done), strict=True))


def _mark(source: str, identities: str | None, rules: Rules | None) -> bytes:
    """Say what verdicts depend on: the state of the file and of its identities, and the rules."""
    files = [source, identities or str(identities_beside(source))]
    states = [os.stat(file) if os.path.exists(file) else None for file in files]
    return repr([None if of is None else (of.st_size, of.st_mtime_ns) for of in states] + [rules]).encode()


def verdicts_of(source: str | Path, out: str | Path) -> Path:
    """Give the file in the folder `out` that a file's verdicts are in.

    >>> str(verdicts_of("claims/a.parquet", "done"))
    'done/a.verdicts.parquet'
    """
    return Path(out) / f"{Path(source).stem}.verdicts.parquet"


def _is_done(source: str, out: Path, identities: str | None, rules: Rules | None) -> pa.ChunkedArray | None:
    """Give whether rows are valid, where this state of the file was judged to its end, by the same rules."""
    try:
        file = pq.ParquetFile(out)
    except (FileNotFoundError, pa.ArrowInvalid):
        return None
    if (file.schema_arrow.metadata or {}).get(_SOURCE) != _mark(source, identities, rules):
        return None
    return file.read(["valid"])["valid"]


def verify_files(
    files: Iterable[str | Path],
    out: str | Path,
    *,
    identities: str | Path | None = None,
    rules: Rules | None = None,
    workers: int = 1,
    cpus_per_worker: int = 1,
    gpus: bool = False,
) -> pa.Table:
    """Verify files of transit pools, each as a whole, and write the verdicts on each beside one another into a folder.

    A file whose verdicts are there is not verified again, unless it, its identities or the rules changed since: a run
    that was killed goes on where it stopped.

    Args:
        files: Parquet files, each with the identities in `NAME.identities.parquet` beside it.
        out: the folder of `NAME.verdicts.parquet`, seen by all workers.
        identities: one file of identities for all instead.
        rules: the network, the height and the time, where the files do not say them.
        workers: how many actors.
        cpus_per_worker: how many threads each computes with.
        gpus: give each worker a graphics processor, beside its CPUs.

    Returns:
        A table of `file`, `count`, `valid`, `seconds` and `was_done`, in the files' order.

    >>> verify_files([], "nowhere").num_rows
    0
    """
    sources = [str(Path(file).absolute()) for file in files]
    shared = None if identities is None else str(Path(identities).absolute())
    workers = _arguments.integer("workers", workers, 1, 100_000)
    cpus = _arguments.integer("cpus_per_worker", cpus_per_worker, 1, 1_024)
    outs = [verdicts_of(source, out) for source in sources]
    if len(set(outs)) < len(outs):
        raise _arguments.wrong_value("files", "of different names", "two of one name")
    report: dict[str, dict[str, object]] = {}
    for source, verdicts in zip(sources, outs, strict=True):
        if (valid := _is_done(source, verdicts, shared, rules)) is not None:
            report[source] = _row(source, valid, 0.0, was_done=True)
    left = [
        {"file": source, "out": str(verdicts.absolute())}
        for source, verdicts in zip(sources, outs, strict=True)
        if source not in report
    ]
    if left:
        os.makedirs(out, exist_ok=True)
        for row in _by_ray(left, shared, rules, workers, cpus, gpus):
            report[str(row["file"])] = row
    rows = [report[source] for source in sources]
    fields = [("file", pa.string()), ("count", pa.int64()), ("valid", pa.int64()), ("seconds", pa.float64())]
    return pa.Table.from_pylist(rows, pa.schema([*fields, ("was_done", pa.bool_())]))


def _by_ray(
    left: list[dict[str, str]],
    identities: str | None,
    rules: Rules | None,
    workers: int,
    cpus: int,
    gpus: bool,
) -> list[dict[str, object]]:
    try:
        import ray.data
    except ImportError:
        raise Error(304, "missing", "gridnet.distributed needs Ray: pip install 'gridnet[distributed]'") from None
    workers = min(workers, len(left))
    done = ray.data.from_items(left, override_num_blocks=len(left)).map_batches(
        _Files,
        fn_constructor_kwargs={
            "identities": identities,
            "rules": rules,
            "device": "auto" if gpus else "cpu",
            "threads": cpus,
        },
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=workers),
        num_cpus=cpus,
        num_gpus=1 if gpus else 0,
    )
    rows: list[dict[str, object]] = done.take_all()
    return rows


def spread_banks(files: Iterable[str | Path]) -> pa.Table:
    """Name the banks that are claimed in more than one file: their verdicts depend on which file is judged first.

    >>> spread_banks([]).num_rows
    0
    """
    parts = []
    for file in files:
        banks = pq.read_table(file, columns=["pool", "bank"]).group_by(["pool", "bank"]).aggregate([])
        columns = [banks["pool"].cast(pa.binary()), banks["bank"].cast(pa.int64())]
        parts.append(pa.table([*columns, pa.repeat(str(file), len(banks))], names=["pool", "bank", "file"]))
    if not parts:
        return pa.table({"pool": pa.array([], pa.binary()), "bank": pa.array([], pa.int64()), "files": []})
    counted = pa.concat_tables(parts).group_by(["pool", "bank"]).aggregate([("file", "count")])
    counted = counted.rename_columns(["pool", "bank", "files"])
    return counted.filter(pc.greater(counted["files"], 1))
