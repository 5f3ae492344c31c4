"""Tables of every maker, and verdicts that depend on none of it."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gridnet


@pytest.fixture(scope="module")
def claims(engine):
    return gridnet.sample_transit_pools(300, hops=2, length=9, bad_share=0.1, seed=5, engine=engine)


@pytest.fixture(scope="module")
def verdicts(claims, engine):
    return gridnet.verify_transit_pools(claims.table, claims.identities, engine=engine)


def ledger(table: pa.Table) -> gridnet.Rules:
    said = table.schema.metadata
    return gridnet.Rules("regtest", int(said[b"gridnet.height"]), int(said[b"gridnet.median_time"]))


def test_what_was_planted_is_found_and_nothing_else(claims, verdicts):
    found = {index: reason for index, reason in enumerate(verdicts["reason"].to_pylist()) if reason}
    assert found == claims.planted
    assert len(found) == 30
    good = verdicts.filter(verdicts["valid"]).to_pylist()
    for row in good:
        shares = [hop["share"] for hop in row["hops"] if hop["void"] in (None, "unopened")]
        assert row["fee"] + row["receiver"] + row["burnt"] + sum(shares) == row["total"]
        assert all(isinstance(row[key], int) for key in ("fee", "receiver", "burnt", "total"))


def test_the_same_by_whoever_made_the_table(claims, verdicts, engine):
    rules = ledger(claims.table)
    makers = {
        "polars": lambda table: pl.from_arrow(table),
        "pandas": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
        "duckdb": lambda table: duckdb.from_arrow(table),
        "reader": lambda table: table.to_reader(max_chunksize=7),
        "views": viewed,
        "large": lambda table: table.cast(pa.schema([(of.name, large(of.type)) for of in table.schema])),
    }
    for name, make in makers.items():
        made, identities = make(claims.table), make(claims.identities)
        found = gridnet.verify_transit_pools(made, identities, rules, engine=engine)
        assert found.to_pylist() == verdicts.to_pylist(), name


def viewed(table: pa.Table) -> pa.Table:
    """The same as views, lists too."""

    def view(of: pa.DataType) -> pa.DataType:
        if pa.types.is_struct(of):
            return pa.struct([field.with_type(view(field.type)) for field in of])
        if pa.types.is_list(of):
            return pa.list_view(view(of.value_type))
        return pa.binary_view() if pa.types.is_fixed_size_binary(of) else of

    types = {of.name: view(of.type) for of in table.schema}
    assert types["address" if "address" in types else "word"] == pa.binary_view()
    return pa.table({name: pa.array(table[name].to_pylist(), of) for name, of in types.items()})


def large(of: pa.DataType) -> pa.DataType:
    return pa.large_binary() if pa.types.is_fixed_size_binary(of) else of


def test_a_batch_is_a_table_too(claims, verdicts, engine):
    batch = claims.table.combine_chunks().to_batches()[0]
    assert gridnet.verify_transit_pools(batch, claims.identities, engine=engine).to_pylist() == verdicts.to_pylist()


def test_without_identities_no_pool_has_an_owner(claims, engine):
    verdicts = gridnet.verify_transit_pools(claims.table, engine=engine)
    assert not any(verdicts["valid"].to_pylist())


def test_banks_remember_within_a_call(claims, engine):
    twice = pa.concat_tables([claims.table, claims.table])
    verdicts = gridnet.verify_transit_pools(twice, claims.identities, engine=engine)["reason"].to_pylist()
    good = [reason for reason in verdicts[:300] if reason is None]
    assert len(good) == 270
    assert [reason for reason, first in zip(verdicts[300:], verdicts[:300], strict=True) if first is None] == [
        "stale"
    ] * 270


def test_files_are_read_with_the_identities_beside(claims, verdicts, engine, tmp_path):
    pq.write_table(claims.table, tmp_path / "some.parquet", row_group_size=64)
    pq.write_table(claims.identities, tmp_path / "some.identities.parquet")
    table, identities = gridnet.read_transit_pools(tmp_path / "some.parquet")
    assert gridnet.verify_transit_pools(table, identities, engine=engine).to_pylist() == verdicts.to_pylist()
    (tmp_path / "some.identities.parquet").unlink()
    assert gridnet.read_transit_pools(tmp_path / "some.parquet")[1] is None


def test_progress_is_told_to_the_end(claims, engine):
    told = []
    gridnet.verify_transit_pools(
        claims.table, claims.identities, engine=engine, progress=lambda done, of: told.append((done, of))
    )
    assert told[-1] == (300, 300)
    assert told == sorted(told)


def test_a_callback_that_raises_ends_the_call(engine):
    def stop(done, of):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        engine.search(bytes(80), 76, 0, progress=stop)


def test_a_bar_is_drawn(claims, engine, capsys):
    gridnet.verify_transit_pools(claims.table, claims.identities, engine=engine, progress=True)
    assert "300/300" in capsys.readouterr().err


def test_samples_are_the_same_for_a_seed(claims, engine):
    again = gridnet.sample_transit_pools(300, hops=2, length=9, bad_share=0.1, seed=5, engine=engine)
    assert again.table.equals(claims.table)
    assert again.planted == claims.planted
    other = gridnet.sample_transit_pools(300, hops=2, length=9, bad_share=0.1, seed=6, engine=engine)
    assert not other.table.equals(claims.table)


def test_chains_and_signatures_and_identities(engine):
    rng = np.random.default_rng(1)
    starts = rng.integers(0, 256, (50, 32), np.uint8)
    ends = engine.walk("blake2s", starts, np.arange(50))
    ends[13] = 0
    chains = pa.table(
        {
            "function": pa.array([0] * 50, pa.uint8()),
            "start": [row.tobytes() for row in starts],
            "steps": list(range(50)),
            "end": [row.tobytes() for row in ends],
        }
    )
    reasons = gridnet.verify_chains(chains, engine=engine)["reason"].to_pylist()
    assert reasons == [None] * 13 + ["walk"] + [None] * 36
    proof = gridnet.mint_identity(bytes(32), engine=engine)
    identities = pa.table(
        {
            "address": [bytes(32)] * 2,
            "repetitions": [1, 1],
            "nonce": [proof.nonce, proof.nonce + 1],
            "registered": [1, 1],
            "revoked": [False, False],
            "stake": [0, 0],
        }
    )
    assert gridnet.verify_identities(identities, "regtest", engine=engine)["reason"].to_pylist() == [
        None,
        "high-hash",
    ]
