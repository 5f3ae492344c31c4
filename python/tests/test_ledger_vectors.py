"""The published vectors of transactions, blocks, energy and a chain: Python has the answers that stand in them."""

import json
from functools import cache
from pathlib import Path

import pytest

import gridnet

FOLDER = Path(__file__).parents[2] / "tests" / "vectors" / "protocol"


@cache
def vectors(file: str, name: str) -> list[dict]:
    return json.loads((FOLDER / f"{file}.json").read_text())[name]


def verdict(verify) -> str | None:
    """The reason that verifying gives, and of what does not decode."""
    try:
        verify()
    except gridnet.Invalid as error:
        return error.reason
    except gridnet.ArgumentError as error:
        return error.name
    return None


def refusal(chain: gridnet.Regtest, entry: dict) -> gridnet.Rejected:
    """Why a block is not taken, or a transaction."""
    if "block" in entry:
        chain.now, block = int(entry["now"]), gridnet.Block.from_bytes(bytes.fromhex(entry["block"]))
        with pytest.raises(gridnet.Rejected) as caught:
            chain.apply(block)
    else:
        transaction = gridnet.Transaction.from_bytes(bytes.fromhex(entry["transaction"]))
        with pytest.raises(gridnet.Rejected) as caught:
            chain.mine([transaction])
    return caught.value


def test_the_published_chain_is_played(engine):
    """The same state after each block, the same codes for what is not taken, and back to the first block."""
    chain, refused = gridnet.Regtest(engine=engine), set()
    first = chain.root, chain.tip
    people = [bytes.fromhex(person["address"]) for person in vectors("chain", "people")]
    for step in vectors("chain", "blocks"):
        if "empty" in step:
            for count in range(int(step["empty"])):
                chain.now = int(step["time"]) + 120 * count
                chain.mine([], bytes.fromhex(step["payout"]))
        else:
            block = gridnet.Block.from_bytes(bytes.fromhex(step["block"]))
            chain.now = int.from_bytes(block.header[68:72], "little")
            chain.apply(block)
        assert (chain.height, chain.tip.hex(), chain.root.hex()) == (int(step["height"]), step["id"], step["root"])
        assert (chain.rewarded, chain.burnt) == (int(step["rewarded"]), int(step["burnt"])), step["name"]
        assert [str(chain.account(person).balance) for person in people] == step["balances"], step["name"]
        for entry in step["refused"]:
            error = refusal(chain, entry)
            place = error.transaction if "block" in entry else None
            said = {"code": error.reason, "at": place, "entry": error.entry, "detail": error.detail}
            assert said == {name: entry[name] for name in said}, entry["name"]
            assert "block" in entry or error.transaction == 1
            assert chain.root.hex() == step["root"], entry["name"]
            refused.add(error.reason)
    assert len(refused) >= 35
    assert refused <= set(gridnet.REJECTION_REASONS)
    while chain.undo() is not None:
        pass
    assert (chain.root, chain.tip) == first


def test_transactions():
    for entry in vectors("transactions", "transactions"):
        encoded = bytes.fromhex(entry["transaction"])
        transaction = gridnet.Transaction.from_bytes(encoded)
        assert transaction.to_bytes() == encoded
        assert (transaction.id.hex(), transaction.weight) == (entry["id"], int(entry["weight"])), entry["name"]
        # What anybody posts pays out of what it is worth.
        assert (transaction.body is None) is (entry["least_fees"] is None), entry["name"]
        if transaction.body is not None:
            fees = {network: str(transaction.least_fee(network)) for network in entry["least_fees"]}
            assert fees == entry["least_fees"], entry["name"]
            says, body = entry["says"], transaction.body
            assert (str(body.fee), str(body.sequence)) == (says["fee"], says["sequence"])
            assert gridnet.address_of(body.sender).hex() == says["sender"]
            assert body.action.to_bytes() in encoded
    for entry in vectors("transactions", "malformed"):
        said = verdict(lambda entry=entry: gridnet.Transaction.from_bytes(bytes.fromhex(entry["bytes"])))
        assert (said is None) is entry["decodes"], entry["name"]


def test_blocks():
    for entry in vectors("blocks", "framing"):
        encoded = bytes.fromhex(entry["bytes"])
        if entry["block"] is None:
            assert verdict(lambda encoded=encoded: gridnet.Block.from_bytes(encoded)) == "encoding", entry["name"]
            continue
        block, says = gridnet.Block.from_bytes(encoded), entry["block"]
        assert (block.id.hex(), block.header[36:68].hex()) == (says["id"], says["merkle_root"])
        assert len(block.transactions) == says["transactions"]
        assert sum(transaction.weight for transaction in block.transactions) == says["weight"]
    for entry in vectors("blocks", "first"):
        assert gridnet.Block.from_bytes(bytes.fromhex(entry["block"])).id.hex() == entry["id"]
    for entry in vectors("blocks", "coinbases"):
        assert gridnet.Transaction.from_bytes(bytes.fromhex(entry["bytes"])).id.hex() == entry["id"]


def test_certificates():
    for entry in vectors("energy", "certificates"):
        certificate, network = gridnet.Certificate.from_bytes(bytes.fromhex(entry["certificate"])), entry["network"]
        assert certificate.id(network).hex() == entry["id"]
        assert verdict(lambda of=certificate, network=network: of.verify(network)) == entry["reason"], entry["name"]


def test_readings():
    for entry in vectors("energy", "readings"):
        reading, network = gridnet.Reading.from_bytes(bytes.fromhex(entry["reading"])), entry["network"]
        assert reading.id(network).hex() == entry["id"]
        assert reading.is_signed(network, bytes.fromhex(entry["key"])) is (entry["reason"] != "signature")
        if entry["reason"] is None:
            kept = reading.kept(network)
            says = entry["after"]
            assert {name: str(getattr(kept, name)) for name in says if name != "id"} | {"id": kept.id.hex()} == says


def test_equivocations():
    for entry in vectors("energy", "equivocations"):
        proof, key = gridnet.Equivocation.from_bytes(bytes.fromhex(entry["proof"])), bytes.fromhex(entry["key"])
        said = verdict(lambda of=proof, key=key, network=entry["network"]: of.verify(network, key))
        assert said == entry["reason"], entry["name"]


def test_contracts():
    for entry in vectors("energy", "contracts"):
        signed = gridnet.SignedContract.from_bytes(bytes.fromhex(entry["contract"]))
        assert signed.contract.id(entry["network"]).hex() == entry["id"]
        assert verdict(lambda of=signed, network=entry["network"]: of.verify(network)) == entry["reason"], entry["name"]
    for entry in vectors("energy", "balances"):
        contract = gridnet.Contract.from_bytes(bytes.fromhex(entry["contract"]))
        assert contract.to_bytes().hex() == entry["contract"]
        assert (str(contract.cap), str(contract.bond)) == (entry["cap"], entry["bond"]), entry["name"]
        for paid in entry["paid"]:
            assert [str(units) for units in contract.balances(int(paid["delivered"]))] == paid["balances"]


def test_states():
    for entry in vectors("energy", "states"):
        state = gridnet.SignedState.from_bytes(bytes.fromhex(entry["state"]))
        contract = gridnet.Contract.from_bytes(bytes.fromhex(entry["contract"]))
        said = verdict(lambda of=state, terms=contract, network=entry["network"]: of.verify(network, terms))
        assert said == entry["reason"], entry["name"]
