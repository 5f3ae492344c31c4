"""Whatever is wrong is said by the argument's name, with a number that never changes."""

import math
import re

import numpy as np
import pyarrow as pa
import pytest

import gridnet

Z32 = np.zeros((4, 32), np.uint8)
Z64 = np.zeros((4, 64), np.uint8)


def refused(call, code: int, *words: str) -> None:
    with pytest.raises(gridnet.Error) as caught:
        call()
    error = caught.value
    assert error.code == code, error
    assert isinstance(error, (TypeError if code == 301 else ValueError))
    for word in words:
        assert word in str(error), f"{word!r} is not in {error}"


@pytest.mark.parametrize(
    "bad", [Z32.astype(np.int8), Z32.astype(np.float64), Z32.astype(bool), Z32.tolist(), b"x", None]
)
@pytest.mark.parametrize("name", ["starts", "messages", "keys", "signatures", "expected"])
def test_arrays_of_another_type(engine, name, bad):
    calls = {
        "starts": lambda: engine.walk("sha256", bad, 1),
        "messages": lambda: engine.digest("sha256", bad),
        "keys": lambda: engine.verify(bad, Z32, Z64),
        "signatures": lambda: engine.verify(Z32, Z32, bad),
        "expected": lambda: engine.walk("sha256", Z32, 1, bad),
    }
    if name == "expected" and bad is None:
        return
    refused(calls[name], 301, name)


@pytest.mark.parametrize("bad", [np.zeros((4, 31), np.uint8), np.zeros(32, np.uint8), np.zeros((2, 2, 32), np.uint8)])
def test_arrays_of_another_shape(engine, bad):
    refused(lambda: engine.walk("sha256", bad, 1), 302, "starts", "(N, 32)", str(bad.shape))


def test_arrays_in_pieces(engine):
    refused(lambda: engine.walk("sha256", np.zeros((8, 32), np.uint8)[::2], 1), 302, "starts", "ascontiguousarray")
    refused(lambda: engine.walk("sha256", np.asfortranarray(Z32), 1), 302, "starts")


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (-1, 302),
        (2**64, 302),
        (1.0, 301),
        (math.nan, 301),
        (True, 301),
        ("1", 301),
        (None, 301),
        (np.bool_(True), 301),
        (np.array([1.0, 2, 3, 4]), 301),
        (np.array([1, -2, 3, 4]), 302),
        (np.array([1, 2, 3]), 302),
        (np.array([True] * 4), 301),
        (np.array([[1, 2, 3, 4]]), 302),
        (np.array([math.nan] * 4), 301),
    ],
)
def test_steps(engine, bad, code):
    refused(lambda: engine.walk("sha256", Z32, bad), code, "steps")


def test_counts_differ(engine):
    refused(lambda: engine.verify(Z32, Z32[:3], Z64), 302, "messages", "4", "3")
    refused(lambda: engine.verify(Z32, Z32, Z64[:3]), 302, "signatures")
    refused(lambda: engine.walk("sha256", Z32, 1, Z32[:3]), 302, "expected")


def test_functions(engine):
    refused(lambda: engine.digest("md5", Z32), 1, "md5", "blake2s")
    refused(lambda: engine.digest(None, Z32), 301, "algorithm")
    refused(lambda: engine.digest("sha256", Z32, b"x"), 2, "personalisation")
    refused(lambda: engine.digest("blake2s", Z32, "text"), 301, "personal")


def test_searches(engine):
    search = engine.search
    refused(lambda: search(bytes(80), 77, 1), 7, "offset 77")
    refused(lambda: search(bytes(80), -1, 1), 302, "nonce_offset")
    refused(lambda: search("text", 0, 1), 301, "message")
    refused(lambda: search(bytes(80), 76, 2**256), 302, "target")
    refused(lambda: search(bytes(80), 76, -1), 302, "target")
    refused(lambda: search(bytes(80), 76, 1.5), 301, "target")
    refused(lambda: search(bytes(80), 76, b"short"), 302, "target", "32 bytes")
    refused(lambda: search(bytes(80), 76, 1, 5, 5), 8, "5..5")
    refused(lambda: search(bytes(80), 76, 1, 0, 2**32 + 1), 302, "end")
    refused(lambda: search(bytes(80), 76, 1, limit=0), 9, "limit")
    refused(lambda: search(bytes(80), 76, 1, nonce_bytes=9), 302, "nonce_bytes")
    refused(lambda: search(bytes(80), 76, 1, order="middle"), 302, "order", "'little'")
    refused(lambda: search(bytes(80), 76, 1, progress=7), 301, "progress")


def test_engines():
    refused(lambda: gridnet.Engine(device="abacus"), 5, "abacus")
    refused(lambda: gridnet.Engine(device=7), 301, "device")
    refused(lambda: gridnet.Engine(device=["cpu", 7]), 301, "device")
    refused(lambda: gridnet.Engine(threads=0), 6, "threads")
    refused(lambda: gridnet.Engine(threads=2.0), 301, "threads")
    refused(lambda: gridnet.Engine(path="mmx"), 3, "mmx")
    refused(lambda: gridnet.mint_identity(bytes(32), engine="cpu"), 301, "engine")


def test_proofs(engine):
    refused(lambda: gridnet.mine(bytes(79)), 302, "header", "80")
    refused(lambda: gridnet.mine(bytes(80), engine=engine), 13, "bits")
    refused(lambda: gridnet.compact_target(2**32), 302, "bits")
    refused(lambda: gridnet.verify_headers(bytes(81), engine=engine), 12, "80-byte")
    refused(lambda: gridnet.verify_headers(bytes(80), "ethereum", engine=engine), 302, "rule", "'asert'")
    refused(lambda: gridnet.mint_identity(bytes(31)), 302, "address")
    refused(lambda: gridnet.mint_identity(bytes(32), "venus"), 302, "network", "'main'")
    refused(lambda: gridnet.mint_identity(bytes(32), nonce_bits=0), 302, "nonce_bits")
    refused(lambda: gridnet.verify_identity(bytes(32), -1, 0), 302, "repetitions")
    with pytest.raises(gridnet.Invalid, match="bad-repetitions") as caught:
        gridnet.verify_identity(bytes(32), 33, 0)
    assert (caught.value.code, caught.value.reason) == (306, "bad-repetitions")


def test_money():
    refused(lambda: gridnet.payout(1.0, 3), 301, "total")
    refused(lambda: gridnet.payout(-1, 3), 302, "total")
    refused(lambda: gridnet.payout(2**64, 3), 302, "total")
    refused(lambda: gridnet.payout(100, 33), 102, "hops")
    refused(lambda: gridnet.payout(1, 3), 107, "fee")
    refused(lambda: gridnet.payout(100, 3, 0.75), 301, "payrate")
    refused(lambda: gridnet.payout(100, 3, (4, 3)), 302, "payrate", "a < b")
    refused(lambda: gridnet.payout(100, 3, rule="fair"), 302, "rule")
    refused(lambda: gridnet.fake_hop(True), 301, "given")
    refused(lambda: gridnet.throughput(1, 0, 1, 1), 302, "transaction_size")


def test_tables(engine):
    claims = gridnet.sample_transit_pools(5, engine=engine)
    verify = gridnet.verify_transit_pools
    refused(lambda: verify([1, 2], engine=engine), 301, "table", "polars")
    refused(lambda: verify(claims.table, {}, engine=engine), 301, "identities")
    refused(lambda: verify(claims.table.drop(["word"]), claims.identities, engine=engine), 116, "word", "missing")
    floats = claims.table.set_column(claims.table.column_names.index("depth"), "depth", pa.array([1.0] * 5))
    refused(lambda: verify(floats, claims.identities, engine=engine), 116, "depth")
    plain = claims.table.replace_schema_metadata({})
    refused(lambda: verify(plain, claims.identities, engine=engine), 116, "gridnet.network")
    rules = gridnet.Rules(network="main", height=7, median_time=7)
    refused(lambda: verify(plain, claims.identities, rules, engine=engine), 116, "regtest")
    refused(lambda: verify(plain, rules="main", engine=engine), 301, "rules")
    refused(lambda: verify(plain, rules=gridnet.Rules(height=-1), engine=engine), 302, "rules.height")
    twice = pa.concat_tables([claims.identities, claims.identities])
    refused(lambda: verify(claims.table, twice, engine=engine), 116, "row")
    refused(lambda: gridnet.sample_transit_pools(5, bad_share=2, engine=engine), 302, "bad_share")
    refused(lambda: gridnet.sample_transit_pools(5, hops=33, engine=engine), 302, "hops")
    refused(lambda: gridnet.verify_identities(pa.table({"address": [bytes(32)]}), engine=engine), 116, "network")


def test_nulls_are_the_rows_fault(engine):
    claims = gridnet.sample_transit_pools(3, engine=engine)
    column = claims.table.column_names.index("word")
    words = claims.table["word"].to_pylist()
    holed = claims.table.set_column(column, "word", pa.array([words[0], None, words[2]], pa.binary(32)))
    verdicts = gridnet.verify_transit_pools(holed, claims.identities, engine=engine)
    assert verdicts["reason"].to_pylist() == [None, "shape", None]


def test_codes_are_listed():
    words = gridnet.errors.__doc__
    assert [int(code) for code in re.findall(r"\b3\d\d\b", words)] == [301, 302, 303, 304, 305, 306, 307, 308, 309, 399]
