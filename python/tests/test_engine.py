"""The primitives against hashlib and cryptography, whatever is asked."""

import hashlib

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

import gridnet

settings.register_profile("gridnet", deadline=None, max_examples=60)
settings.load_profile("gridnet")

ORACLES = {
    "sha256": lambda message, personal: hashlib.sha256(message),
    "sha256d": lambda message, personal: hashlib.sha256(hashlib.sha256(message).digest()),
    "blake2s": lambda message, personal: hashlib.blake2s(message, person=personal),
    "blake2b": lambda message, personal: hashlib.blake2b(message, digest_size=32, person=personal),
}


def oracle(algorithm: str, message: bytes, personal: bytes = b"") -> bytes:
    return ORACLES[algorithm](message, personal).digest()


def array(values: list[bytes]) -> np.ndarray:
    width = len(values[0])
    return np.frombuffer(b"".join(values), np.uint8).reshape(len(values), width)


algorithms = st.sampled_from(sorted(ORACLES))


@st.composite
def functions(draw):
    algorithm = draw(algorithms)
    personal = draw(st.binary(max_size={"blake2s": 8, "blake2b": 16}.get(algorithm, 0)))
    return algorithm, personal


@given(functions(), st.data())
def test_digests_are_hashlibs(engine, function, data):
    algorithm, personal = function
    length = data.draw(st.integers(0, 300))
    messages = data.draw(st.lists(st.binary(min_size=length, max_size=length), min_size=1, max_size=40))
    found = engine.digest(algorithm, array(messages), personal)
    assert [row.tobytes() for row in found] == [oracle(algorithm, of, personal) for of in messages]
    assert gridnet.hash_of(algorithm, messages[0], personal) == found[0].tobytes()


@given(
    functions(),
    st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.integers(0, 40)), min_size=1, max_size=50),
)
def test_walks_are_hashlibs(engine, function, chains):
    algorithm, personal = function
    ends = []
    for value, steps in chains:
        for _ in range(steps):
            value = oracle(algorithm, value, personal)
        ends.append(value)
    starts, steps = array([start for start, _ in chains]), np.array([steps for _, steps in chains])
    found = engine.walk(algorithm, starts, steps, personal=personal)
    assert [row.tobytes() for row in found] == ends
    # One bit of one end, and its verdict alone changes.
    wrong = found.copy()
    wrong[len(ends) // 2, 31] ^= 1
    matches = engine.walk(algorithm, starts, steps, wrong, personal=personal)
    assert [index for index, good in enumerate(matches) if not good] == [len(ends) // 2]


@given(
    algorithms,
    st.binary(min_size=12, max_size=200),
    st.sampled_from(["little", "big"]),
    st.sampled_from(["little", "big"]),
    st.integers(1, 8),
    st.integers(1, 5),
    st.data(),
)
def test_searches_find_what_a_loop_finds(engine, algorithm, message, endian, order, width, limit, data):
    offset = data.draw(st.integers(0, len(message) - width))
    most = 2 ** (8 * width)
    start = data.draw(st.integers(0, most - 1))
    end = min(most, start + 500)
    target = 2**256 // 100
    wanted = []
    for nonce in range(start, end):
        if len(wanted) == limit:
            break
        tried = message[:offset] + nonce.to_bytes(width, endian) + message[offset + width :]
        digest = oracle(algorithm, tried)
        if int.from_bytes(digest, order) <= target:
            wanted.append((nonce, digest))
    found = engine.search(
        message,
        offset,
        target,
        start,
        end,
        algorithm,
        nonce_bytes=width,
        nonce_endian=endian,
        order=order,
        limit=limit,
    )
    assert [(hit.nonce, hit.hash) for hit in found.hits] == wanted


def test_signatures_are_cryptographys(engine):
    keys = [Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32) for seed in range(20)]
    messages = [bytes([seed]) * 77 for seed in range(20)]
    signatures = [key.sign(message) for key, message in zip(keys, messages, strict=True)]
    of = [
        array([key.public_key().public_bytes_raw() for key in keys]),
        array(messages),
        array(signatures).copy(),
    ]
    assert engine.verify(*of).all()
    of[2][7, 40] ^= 1
    of[2][9, 63] = 255
    good = engine.verify(*of)
    assert np.flatnonzero(~good).tolist() == [7, 9]
    codes = engine.verify(*of, faults=True)
    assert codes.dtype == np.uint8
    assert gridnet.SIGNATURE_FAULTS[codes[0]] == ""
    assert all(gridnet.SIGNATURE_FAULTS[codes[row]] for row in (7, 9))


@pytest.mark.parametrize("path", [path for path in gridnet.devices()[0].paths])
def test_every_path_of_this_cpu_gives_the_same(engine, path):
    try:
        forced = gridnet.Engine(device="cpu", threads=1, path=path.split()[0])
    except gridnet.ArgumentError as error:
        pytest.skip(f"{path}: {error}")
    starts = np.arange(64 * 32, dtype=np.uint32).astype(np.uint8).reshape(64, 32)
    for algorithm in ORACLES:
        assert (forced.walk(algorithm, starts, 33) == engine.walk(algorithm, starts, 33)).all()


def test_nothing_is_an_answer_too(engine):
    none = np.zeros((0, 32), np.uint8)
    assert engine.walk("sha256", none, 5).shape == (0, 32)
    assert engine.digest("sha256", none).shape == (0, 32)
    assert engine.verify(none, none, np.zeros((0, 64), np.uint8)).shape == (0,)


def test_what_nobody_writes_to_is_not_copied_and_is_the_same(engine):
    fixed = np.frombuffer(bytes(range(256)) * 4, np.uint8).reshape(-1, 32)
    assert not fixed.flags.writeable
    assert (engine.walk("blake2s", fixed, 3) == engine.walk("blake2s", fixed.copy(), 3)).all()


def test_engines_say_what_they_are(engine):
    assert "cpu" in repr(engine)
    assert engine.devices[0].kind == "cpu"
    assert engine.health()[0].wrong == 0
    assert engine.path("sha256d")


def test_an_array_may_be_written_to_while_the_engine_works(engine):
    starts = np.arange(32 * 50_000, dtype=np.uint32).astype(np.uint8).reshape(-1, 32)
    wanted, told = engine.walk("sha256", starts, 400), []

    def write(done, of):
        told.append(done)
        starts[:] = 0

    assert (engine.walk("sha256", starts, 400, progress=write) == wanted).all()
    assert 0 < told[0] < 50_000 * 400, "it was written to before the end"
