"""Headers and identities."""

import hashlib
from pathlib import Path

import pytest

import gridnet

VECTORS = Path(__file__).parents[2] / "tests/vectors"


def test_identities_are_what_they_hash_to(engine):
    for address in (bytes(32), bytes(range(32))):
        proof = gridnet.mint_identity(address, engine=engine)
        digest = hashlib.blake2b(
            address * proof.repetitions + proof.nonce.to_bytes(4, "little"), digest_size=32
        ).digest()
        assert proof.hash == digest
        assert int.from_bytes(digest) <= gridnet.identity_target("regtest")
        gridnet.verify_identity(address, proof.repetitions, proof.nonce)


def test_an_address_is_appended_when_nonces_run_out(engine):
    proof = gridnet.mint_identity(bytes(32), target=2**247, nonce_bits=3, engine=engine)
    assert proof.repetitions > 1
    assert proof.nonce < 8
    gridnet.verify_identity(bytes(32), proof.repetitions, proof.nonce, target=2**247)
    with pytest.raises(gridnet.Invalid):
        gridnet.verify_identity(bytes(32), proof.repetitions - 1, proof.nonce, target=2**247)


def test_a_header_that_no_nonce_will_do_for(engine):
    assert gridnet.mine(bytes(80), target=0, end=1_000, engine=engine) is None


def test_a_chain_is_good_to_its_first_bad_header(engine):
    bits = bytes.fromhex("ffff7f20")
    chain, previous = b"", bytes(32)
    for time in range(5):
        header = b"\1\0\0\0" + previous + bytes(32) + time.to_bytes(4, "little") + bits + bytes(4)
        mined = gridnet.mine(header, engine=engine)
        previous = mined.hash
        chain += mined.header
    good = gridnet.verify_headers(chain, engine=engine)
    assert (good.count, good.valid, good.first_bad, good.work) == (5, 5, None, 10)
    broken = bytearray(chain)
    broken[3 * 80 + 5] ^= 1
    bad = gridnet.verify_headers(bytes(broken), engine=engine)
    assert (bad.valid, bad.first_bad) == (3, 3)
    assert bad.fault in ("bad-link", "high-hash")
