"""Tables that `gridnet export` wrote: whoever adds the money up comes to what the ledger says."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

FOLDER = Path(__file__).parents[2] / "tests" / "vectors" / "export"
NAMES = ["blocks", "transactions", "claims", "readings", "contracts"]
REWARD = 5_000_000_000


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    return {name: pq.read_table(FOLDER / f"{name}.parquet") for name in NAMES}


def test_columns_are_exact(tables):
    for name, table in tables.items():
        assert table.schema.metadata[b"gridnet.network"] == b"regtest", name
        for field in table.schema:
            assert not pa.types.is_floating(field.type), field
            assert not pa.types.is_decimal(field.type), field
    for name, column in [("blocks", "amount"), ("transactions", "fee"), ("claims", "total"), ("contracts", "deposit")]:
        assert tables[name].schema.field(column).type == pa.uint64()
    for name, column in [("blocks", "id"), ("transactions", "id"), ("claims", "pool"), ("readings", "meter")]:
        assert tables[name].schema.field(column).type == pa.binary(32)


def test_producers_get_rewards_and_fees(tables):
    fees = Counter()
    for row in tables["transactions"].to_pylist():
        fees[row["height"]] += row["fee"]
    blocks = tables["blocks"].to_pylist()
    assert [block["height"] for block in blocks] == list(range(len(blocks)))
    for before, block in pairwise(blocks):
        assert block["previous"] == before["id"]
        assert block["reward"] == REWARD
        assert block["fees"] == fees[block["height"]]
        assert block["amount"] == block["reward"] + block["fees"]
    assert sum(fees.values()) > 0


def test_claims_pay_what_they_are_worth(tables):
    claims = tables["claims"].to_pylist()
    assert len(claims) == 2
    for claim in claims:
        shares = [hop["share"] for hop in claim["hops"] if hop["void"] in (None, "unopened")]
        assert claim["fee"] + claim["to_receiver"] + claim["burnt"] + sum(shares) == claim["total"]
    by_transaction = {row["id"]: row["fee"] for row in tables["transactions"].to_pylist()}
    for claim in claims:
        assert by_transaction[claim["transaction"]] == claim["fee"]


def test_energy_is_what_was_measured(tables):
    (contract,) = tables["contracts"].to_pylist()
    assert (contract["standing"], contract["delivered"]) == ("settled", 6_200)
    assert {party["role"]: party["rate"] for party in contract["parties"]} == {0: 100, 1: 0, 2: 10}
    exported = Counter()
    for reading in tables["readings"].to_pylist():
        exported[reading["meter"]] = max(exported[reading["meter"]], reading["export"])
    assert exported[contract["seller_meter"]] == 6_500


def test_polars_reads_them_too(tables):
    blocks = pl.read_parquet(FOLDER / "blocks.parquet")
    assert blocks["amount"].sum() == sum(tables["blocks"]["amount"].to_pylist())
    hops = pl.read_parquet(FOLDER / "claims.parquet").explode("hops").unnest("hops")
    assert hops["share"].sum() == sum(hop["share"] for row in tables["claims"].to_pylist() for hop in row["hops"])
