"""The published vectors: what is asked through Python has the answers that stand in them."""

import contextlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import gridnet

FOLDER = Path(__file__).parents[2] / "tests" / "vectors" / "protocol"


@cache
def vectors(file: str, name: str) -> list[dict]:
    return json.loads((FOLDER / f"{file}.json").read_text())[name]


def named(file: str, name: str) -> list:
    """The entries of a file, each a test of its own."""
    entries = vectors(file, name)
    return [pytest.param(entry, id=f"{at}-{entry['name']}") for at, entry in enumerate(entries)]


def unhex(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def verdict(verify) -> str | None:
    """The reason that verifying gives, and of what does not decode."""
    try:
        verify()
    except gridnet.Invalid as error:
        return error.reason
    except gridnet.Error as error:
        return {(101, "encoding"): "shape"}[error.code, error.name]
    return None


def reasons(file: str, name: str) -> set[str | None]:
    return {entry["reason"] for entry in vectors(file, name)}


def test_every_file_of_vectors_is_read_here():
    files = {file.stem for file in FOLDER.iterdir()}
    read = {"custody", "datagrams", "fraud", "identities", "keys", "payouts", "pools", "tokens", "transit"}
    # These stand in test_ledger_vectors.py; proofs of a state Python has none of but receipts.
    ledger = {"blocks", "chain", "energy", "transactions"}
    assert files == read | ledger | {"state"}


def test_the_vectors_have_every_reason():
    assert reasons("transit", "claims") == {None, *gridnet.REASONS}
    assert reasons("datagrams", "datagrams") == {None, *gridnet.REFUSAL_REASONS}
    assert reasons("fraud", "frauds") == {None, *gridnet.NO_FRAUD_REASONS}
    assert reasons("tokens", "tokens") > {None, "bad-key", "network", "owner-signature", "receiver-binding"}
    assert reasons("custody", "custody") > {None, "bad-key", "custody", "last-hand-over"}
    paid = [entry["payout"] for entry in vectors("transit", "claims") if entry["payout"] is not None]
    assert {hop["void"] for payout in paid for hop in payout["hops"]} == {None, *gridnet.VOID_REASONS}


@pytest.mark.parametrize("entry", named("payouts", "payouts"))
def test_payouts(entry):
    def paid():
        return gridnet.payout(
            int(entry["total"]),
            int(entry["hops"]),
            (int(entry["a"]), int(entry["b"])),
            entry["rule"],
            weight=int(entry["weight"]),
            minimum_fee_rate=int(entry["minimum_fee_rate"]),
        )

    if "error" in entry:
        with pytest.raises(gridnet.Error) as caught:
            paid()
        assert caught.value.name == entry["error"]
        return
    shares = tuple(map(int, entry["shares"]))
    expected = gridnet.Payout(int(entry["fee"]), int(entry["receiver"]), shares, int(entry["burnt"]))
    assert paid() == expected


def test_keys():
    for entry in vectors("keys", "keys"):
        assert gridnet.is_admitted(unhex(entry["key"])) is entry["admitted"], entry["name"]


def test_signatures(engine):
    for entry in vectors("keys", "signatures"):
        parts = [unhex(entry[name]) for name in ("key", "message", "signature")]
        arrays = [np.frombuffer(part, np.uint8).reshape(1, -1) for part in parts]
        assert engine.verify(*arrays).tolist() == [entry["valid"]], entry["name"]
        if len(parts[1]) == 32:
            assert gridnet.is_signature(*parts) is entry["valid"], entry["name"]


@pytest.mark.parametrize("entry", named("identities", "identities"))
def test_identities(entry):
    address, network = unhex(entry["address"]), entry["network"]
    assert gridnet.address_of(unhex(entry["key"])) == address
    assert gridnet.address_text(network, address) == entry["text"]
    assert gridnet.address_from_text(network, entry["text"]) == address
    repetitions, nonce = int(entry["repetitions"]), int(entry["nonce"])
    said = verdict(lambda: gridnet.verify_identity(address, repetitions, nonce, network))
    assert said == entry["reason"]
    if said != "bad-repetitions":
        message = repetitions * address + nonce.to_bytes(4, "little")
        assert gridnet.hash_of("blake2b", message) == unhex(entry["hash"])


@pytest.mark.parametrize("entry", named("pools", "pools"))
def test_pools(entry, engine, world):
    network = entry["network"]
    encoded = unhex(entry["registration"])
    registration = gridnet.Registration.from_bytes(encoded)
    assert registration.to_bytes() == encoded
    assert registration.id(network) == unhex(entry["id"])
    assert registration.coins == int(entry["coins"])
    assert registration.owner == world.owner.address
    proof = gridnet.Identity(world.owner.address, 1, 3, bytes(32))
    pool = gridnet.TokenPool.create(network, world.owner, registration, proof, unhex(entry["master"]), engine=engine)
    assert (pool.registration, pool.id, pool.network) == (registration, unhex(entry["id"]), network)
    assert len(entry["chains"]) == registration.banks
    receiver = world.receiver_key.bind(network, world.seals)
    for chain in entry["chains"]:
        branch = b"".join(map(unhex, chain["branch"]))
        count = len(chain["branch"]).to_bytes(4, "little")
        bank = int(chain["bank"])
        card = unhex(chain["ceiling"]) + unhex(chain["prefix"]) + count + branch
        assert pool.card(bank).to_bytes() == encoded + bank.to_bytes(2, "little") + card
        for word in chain["words"]:
            issued = pool.issue(
                receiver,
                bytes(32),
                int(word["depth"]),
                issued=0,
                expiry=1,
                source=bank,
                owner=world.owner,
                persist=lambda change: None,
            )
            assert issued.token.body.word == unhex(word["word"])
            assert pool.card(bank).leads_to_ceiling(issued.token)
        assert issued.token.body.word == unhex(chain["seed"])


@pytest.mark.parametrize("entry", named("tokens", "tokens"))
def test_tokens(entry):
    network = entry["network"]

    def read():
        return gridnet.Token.from_bytes(unhex(entry["token"]))

    assert verdict(lambda: read().verify(network)) == entry["reason"]
    if entry["id"] is None:
        return
    token = read()
    assert token.id(network) == unhex(entry["id"])
    assert token.session == unhex(entry["session"])
    assert token.to_bytes() == unhex(entry["token"])
    if entry["bundle"]:
        bundle = entry["bundle"]
        content = gridnet.bundle_content(unhex(bundle["destination"]), int(bundle["expiry"]), unhex(bundle["payload"]))
        assert token.body.content == content


@pytest.mark.parametrize("entry", named("custody", "custody"))
def test_custody(entry):
    token = gridnet.Token.from_bytes(unhex(entry["token"]))

    def read():
        return gridnet.Custody.from_bytes(unhex(entry["custody"]))

    assert verdict(lambda: read().verify(entry["network"], token)) == entry["reason"]
    if entry["accumulators"] is None:
        return
    custody = read()
    assert custody.to_bytes() == unhex(entry["custody"])
    assert custody.is_handed_over is entry["complete"]
    assert custody.accumulators(token) == tuple(map(unhex, entry["accumulators"]))
    openings = custody.open(token, gridnet.SealSecret.from_bytes(unhex(entry["receiver_secret"])))
    said = [None if opening is None else (opening.identity + opening.blind).hex() for opening in openings]
    assert said == entry["openings"]
    assert custody.hops == len(said)


@pytest.mark.parametrize("entry", named("datagrams", "datagrams"))
def test_datagrams(entry):
    file, previous = unhex(entry["file"]), unhex(entry["previous"])
    now = int(entry["now"])
    said = verdict(lambda: gridnet.Datagram.from_file(file).verify(entry["network"], now, previous))
    assert said == entry["reason"]
    if said != "shape":
        assert gridnet.Datagram.from_file(file).to_file() == file


@pytest.mark.parametrize("entry", named("fraud", "frauds"))
def test_fraud(entry):
    network, proof = entry["network"], unhex(entry["proof"])
    assert verdict(lambda: gridnet.check_fraud(network, proof)) == entry["reason"]
    assert (entry["owner"] is None) == (entry["reason"] is not None)
    if entry["reason"] is None:
        half = len(proof) // 2
        one, other = gridnet.Token.from_bytes(proof[:half]), gridnet.Token.from_bytes(proof[half:])
        convicted = gridnet.Fraud(unhex(entry["owner"]), one.body.pool, one.body.bank)
        assert gridnet.check_fraud(network, proof) == convicted
        assert gridnet.prove_fraud(network, other, one) == proof


@cache
def ledger(number: int) -> gridnet.Ledger:
    entry = vectors("transit", "contexts")[number]
    of = gridnet.Ledger(entry["network"], int(entry["height"]), int(entry["median_time"]))
    for encoded in entry["registrations"]:
        registration = gridnet.Registration.from_bytes(unhex(encoded))
        # What cannot be registered is not there: its tokens are bad for the same reason.
        with contextlib.suppress(gridnet.ArgumentError):
            assert of.register(registration) == registration.id(entry["network"])
    for kept in entry["kept"]:
        session = unhex(kept["session"])
        of.kept[unhex(kept["pool"]), int(kept["bank"])] = gridnet.Kept(int(kept["depth"]), unhex(kept["word"]), session)
    for one in entry["identities"]:
        of.identities[unhex(one["address"])] = gridnet.RegisteredIdentity(
            repetitions=int(one["repetitions"]),
            nonce=int(one["nonce"]),
            registered=int(one["registered"]),
            revoked=one["revoked"],
            stake=int(one["stake"]),
        )
    return of


def said(row: dict) -> dict | None:
    """What the files say of a payout, of a row of verdicts."""
    if not row["valid"]:
        return None
    fates = {None: "paid", "unopened": "held"}
    hops = [
        {"share": str(hop["share"]), "fate": fates.get(hop["void"], "burnt"), "void": hop["void"]}
        for hop in row["hops"]
    ]
    return {name: str(row[name]) for name in ("total", "fee", "receiver", "burnt")} | {"hops": hops}


@pytest.mark.parametrize("entry", named("transit", "claims"))
def test_claims(entry, engine):
    encoded = unhex(entry["claim"])

    def read():
        return gridnet.ClaimedPool.from_bytes(encoded)

    if verdict(read) is not None:
        assert (entry["reason"], entry["payout"]) == ("shape", None)
        return
    claim = read()
    assert claim.weight == int(entry["weight"])
    assert claim.to_bytes() == encoded
    of = ledger(int(entry["context"]))
    (row,) = of.verify([claim], engine=engine).to_pylist()
    assert row["reason"] == entry["reason"]
    assert said(row) == entry["payout"]
    # Out of its table it is the same claim.
    assert gridnet.claims_of(of.claims_table([claim])) == [claim]


@pytest.mark.parametrize("entry", named("transit", "sequences"))
def test_claims_in_their_order(entry, engine):
    claims = [gridnet.ClaimedPool.from_bytes(unhex(claim)) for claim in entry["claims"]]
    verdicts = ledger(int(entry["context"])).verify(claims, engine=engine)
    assert verdicts["reason"].to_pylist() == entry["reasons"]


def changed(encoded: bytes, stride: int = 61):
    """The same with another bit, at one place after the other."""
    for place in range(0, len(encoded), stride):
        yield encoded[:place] + bytes([encoded[place] ^ 1]) + encoded[place + 1 :]


def test_a_changed_bit_is_noticed(engine):
    entry = vectors("transit", "claims")[0]
    assert entry["reason"] is None
    of = ledger(int(entry["context"]))

    def reason(encoded: bytes) -> str | None:
        if verdict(lambda: gridnet.ClaimedPool.from_bytes(encoded)) is not None:
            return "shape"
        return of.verify([gridnet.ClaimedPool.from_bytes(encoded)], engine=engine)["reason"][0].as_py()

    assert reason(unhex(entry["claim"])) is None
    assert all(reason(bad) is not None for bad in changed(unhex(entry["claim"])))

    (token,) = [entry for entry in vectors("tokens", "tokens") if entry["name"] == "good"]
    for bad in changed(unhex(token["token"]), 31):
        assert verdict(lambda bad=bad: gridnet.Token.from_bytes(bad).verify(token["network"])) is not None

    (datagram,) = [entry for entry in vectors("datagrams", "datagrams") if entry["name"] == "good"]
    now = int(datagram["now"])
    for bad in changed(unhex(datagram["file"]), 31):
        assert verdict(lambda bad=bad: gridnet.Datagram.from_file(bad).verify(datagram["network"], now)) is not None
