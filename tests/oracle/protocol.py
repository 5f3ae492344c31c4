#!/usr/bin/env python3
"""Checks the vectors of the protocol, which the Rust side writes, against a second implementation.

protocol.py [FOLDER] reads the files in FOLDER (tests/vectors/protocol where none is given), computes everything again
from the bytes alone, and exits with 1 where anything differs. protocol.py --self-test tests this side by itself.
"""

import json
import pathlib
import sys

from gridnet_oracle import (
    block as blocks,
    chain,
    curve,
    custody,
    datagram,
    energy,
    fraud,
    payout,
    pool,
    selftest,
    state as states,
    token as tokens,
    transaction as transactions,
    transit,
    values,
)
from gridnet_oracle.encoding import decode
from gridnet_oracle.values import NETWORKS

hexed = bytes.fromhex
FOLDER = pathlib.Path(__file__).parent.parent / "vectors" / "protocol"


def of_payout(case):
    rule = {"payrate": 0, "sybil-neutral": 1}[case["rule"]]
    total, weight, rate = (int(case[name]) for name in ("total", "weight", "minimum_fee_rate"))
    split = payout.split(total, weight, rate, rule, case["a"], case["b"], case["hops"])
    if split is None:
        return {"error": "fee"}
    return {"error": None, **split._asdict()}


def of_key(case):
    return {"admitted": curve.admitted(hexed(case["key"]))}


def of_signature(case):
    return {"valid": curve.verify(*(hexed(case[name]) for name in ("key", "message", "signature")))}


def of_identity(case):
    network, address = NETWORKS[case["network"]], values.address(hexed(case["key"]))
    digest, reason = values.identity_proof(network, address, case["repetitions"], case["nonce"])
    return {"address": address, "text": values.address_text(network, address), "hash": digest, "reason": reason}


def of_pool(case):
    number, master = NETWORKS[case["network"]].number, hexed(case["master"])
    registration = decode(pool.REGISTRATION, hexed(case["registration"]))
    if registration is None:
        return {"registration": None}
    seeds = [pool.seed(master, number, registration, bank) for bank in range(registration.banks)]
    length, function = registration.length, registration.function
    ceilings = [pool.walk(function, seed, length) for seed in seeds]
    leaves = [pool.leaf(bank, ceilings[bank], seed[:8]) for bank, seed in enumerate(seeds)]
    layers = pool.tree(leaves)
    chains = []
    for bank, (chain, seed) in enumerate(zip(case["chains"], seeds)):
        depths = [word["depth"] for word in chain["words"]]
        words = [{"depth": depth, "word": pool.walk(function, seed, length - depth)} for depth in depths]
        branch = pool.branch_of(layers, bank)
        chain = {"bank": bank, "seed": seed, "ceiling": ceilings[bank], "prefix": seed[:8]}
        chains.append({**chain, "branch": branch, "words": words})
    return {
        "root": (registration.root.hex(), layers[-1][0]),
        "id": pool.pool_id(number, registration),
        "coins": pool.coins(registration),
        "banks listed": (len(case["chains"]), registration.banks),
        "chains": chains,
    }


def of_token(case):
    token = decode(tokens.TOKEN, hexed(case["token"]))
    network = NETWORKS[case["network"]]
    result = {
        "reason": tokens.fault(network, token),
        "id": token and tokens.token_id(network.number, token),
        "session": token and tokens.session(token),
    }
    if case["bundle"] and token:
        bundle = case["bundle"]
        destination, payload = hexed(bundle["destination"]), hexed(bundle["payload"])
        digest = tokens.bundle_digest(destination, int(bundle["expiry"]), payload)
        result["content of the bundle"] = (token.content.hex(), digest)
    return result


def of_custody(case):
    token, chain = decode(tokens.TOKEN, hexed(case["token"])), decode(custody.CHAIN, hexed(case["custody"]))
    assert tokens.fault(NETWORKS[case["network"]], token) is None, "the token is not good"
    result = {"reason": custody.fault(token, chain)}
    if chain is None:
        # There is nothing to open: an empty list and null say the same.
        return {**result, "accumulators": None, "openings": (case["openings"] or [], []), "complete": False}
    secret = hexed(case["receiver_secret"])
    openings = [custody.unseal(token, 1 + i, link, secret) for i, link in enumerate(chain.links)]
    sums = custody.link_accumulators(token, chain)
    return {**result, "accumulators": sums, "openings": openings, "complete": chain.last is not None}


def read_context(case):
    network = NETWORKS[case["network"]]
    pools = [decode(pool.REGISTRATION, hexed(registration)) for registration in case["registrations"]]
    kept = {
        (hexed(bank["pool"]), bank["bank"]): (bank["depth"], hexed(bank["word"]), hexed(bank["session"] or ""))
        for bank in case["kept"]
    }
    identities = {
        hexed(identity["address"]): transit.Identity(
            *(identity[name] for name in ("repetitions", "nonce", "registered", "revoked")), int(identity["stake"])
        )
        for identity in case["identities"]
    }
    by_id = {pool.pool_id(network.number, registration): registration for registration in pools}
    return transit.Context(network, case["height"], int(case["median_time"]), by_id, kept, identities)


def of_claim(contexts, case):
    verdict = transit.judge(contexts[case["context"]], decode(transit.CLAIM, hexed(case["claim"])))
    result = {"reason": verdict.reason, "weight": verdict.weight, "payout": None}
    if verdict.split:
        split, burnt, hops = verdict.split, verdict.split.burnt, []
        for share, void in zip(split.shares, verdict.voids):
            fate = "paid" if void is None else "held" if void == "unopened" else "burnt"
            burnt += share if fate == "burnt" else 0
            hops.append({"share": share, "fate": fate, "void": void})
        parts = {"total": verdict.total, "fee": split.fee, "receiver": split.receiver}
        result["payout"] = {**parts, "burnt": burnt, "hops": hops}
    return result


def of_sequence(contexts, case):
    claims = [decode(transit.CLAIM, hexed(claim)) for claim in case["claims"]]
    return {"reasons": [verdict.reason for verdict in transit.judge_all(contexts[case["context"]], claims)]}


def of_datagram(case):
    previous = case["previous"] and hexed(case["previous"])
    file = decode(datagram.FILE, hexed(case["file"]))
    return {"reason": datagram.fault(NETWORKS[case["network"]], int(case["now"]), previous, file)}


def of_fraud(case):
    proof = decode(fraud.PROOF, hexed(case["proof"]))
    reason = fraud.fault(NETWORKS[case["network"]], proof)
    return {"reason": reason, "owner": values.address(proof.first.sender.key) if reason is None else None}


def of_transaction(case):
    transaction = transactions.read(hexed(case["transaction"]))
    signatures, walked = transactions.cost(transaction)
    kind, says = transactions.says(NETWORKS["regtest"], transaction)
    fees = {name: transactions.least_fee(network, transaction) for name, network in NETWORKS.items()}
    return {
        "kind": kind,
        "id": transactions.transaction_id(transaction),
        "signatures": signatures,
        "walked": walked,
        "weight": transactions.weight(transaction),
        "least_fees": fees if transactions.signed_body(transaction) else None,
        "says": says,
    }


def of_malformed(case):
    return {"decodes": transactions.read(hexed(case["bytes"])) is not None}


def of_first(case):
    network = NETWORKS[case["network"]]
    block = blocks.read(blocks.genesis(network))
    proof = network.work(block.header.raw)
    assert blocks.is_met(blocks.from_compact(block.header.bits), proof), "it has no work"
    return {"block": blocks.genesis(network), "id": block.id, "proof": proof}


def of_tree(case):
    root, mutated = blocks.merkle_root([hexed(leaf) for leaf in case["leaves"]])
    return {"root": root, "mutated": mutated}


def of_branch(case):
    return {"root": blocks.climb(hexed(case["leaf"]), case["index"], [hexed(node) for node in case["branch"]])}


def of_coinbase(case):
    extranonce, payout_, state = (hexed(case[name]) for name in ("extranonce", "payout", "state"))
    data = blocks.coinbase(case["height"], extranonce, payout_, int(case["amount"]), state)
    return {"bytes": data, "id": values.double_sha256(data), "extranonce_offset": data.index(extranonce)}


def of_reward(case):
    return {"reward": blocks.reward(case["height"])}


def of_framing(case):
    block = blocks.read(hexed(case["bytes"]))
    return {
        "block": block
        and {
            "id": block.id,
            "merkle_root": blocks.own_root(block)[0],
            "transactions": len(block.transactions),
            "weight": sum(map(transactions.weight, block.transactions)),
        }
    }


def of_row(case):
    table, key, value = case["table"], hexed(case["key"]), hexed(case["value"])
    return {
        "name": states.NAMES[table],
        "place": states.key_hash(table, key),
        "value_hash": states.hashed(value),
        "a row": (True, states.read_row(table, value) is not None),
    }


def of_state(case):
    rows = [(table, hexed(key), hexed(value)) for table, key, value in case["rows"]]
    values_ = [(table, states.read_row(table, value)) for table, _, value in rows]
    totals = next(row for table, row in values_ if table == states.TOTALS)
    money = sum(states.money(table, row) for table, row in values_)
    return {"root": states.root(rows), "money": (totals.rewarded, money + totals.burnt)}


def of_proof(case):
    value = None if case["value"] is None else hexed(case["value"])
    proof, root, key = (hexed(case[name]) for name in ("proof", "root", "key"))
    return {"holds": states.shows(proof, root, case["table"], key, value)}


def files():
    """What computes the entries of each list, of each file. A chain is replayed from its beginning."""
    replay = chain.Replay()
    return {**FILES, "chain.json": {"people": replay.person, "blocks": replay.block}}


FILES = {
    "payouts.json": {"payouts": of_payout},
    "keys.json": {"keys": of_key, "signatures": of_signature},
    "identities.json": {"identities": of_identity},
    "pools.json": {"pools": of_pool},
    "tokens.json": {"tokens": of_token},
    "custody.json": {"custody": of_custody},
    "transit.json": {"claims": of_claim, "sequences": of_sequence},
    "datagrams.json": {"datagrams": of_datagram},
    "fraud.json": {"frauds": of_fraud},
    "transactions.json": {"transactions": of_transaction, "malformed": of_malformed},
    "blocks.json": {
        "first": of_first,
        "trees": of_tree,
        "branches": of_branch,
        "coinbases": of_coinbase,
        "rewards": of_reward,
        "framing": of_framing,
    },
    "energy.json": energy.LISTS,
    "state.json": {"rows": of_row, "states": of_state, "proofs": of_proof},
}


def plain(value):
    """As it stands in the files, but that every number is written as text: some there are, and some are not."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def places(name, expected, got):
    """Where two values differ, as deep as they have the same form."""
    if isinstance(got, dict) and isinstance(expected, dict) and got.keys() == expected.keys():
        inside = [(f"{name}.{key}", expected[key], got[key]) for key in got]
    elif isinstance(got, list) and isinstance(expected, list) and len(got) == len(expected):
        inside = [(f"{name}[{i}]", *pair) for i, pair in enumerate(zip(expected, got))]
    else:
        if expected != got:
            yield name, expected, got
        return
    for place in inside:
        yield from places(*place)


def differences(case, computed):
    """One line for each place that differs; a pair stands for what is expected of it and what was computed."""
    for name, value in computed.items():
        absent = None if name == "error" else "nothing"
        pair = value if isinstance(value, tuple) else (case.get(name, absent), value)
        for place in places(name, *map(plain, pair)):
            name, *texts = [text if isinstance(text, str) else json.dumps(text) for text in place]
            yield ("" if name == "reason" else f"{name}: ") + "expected {}, computed {}".format(*texts)


def check(path, lists):
    """Whether everything in a file agrees."""
    try:
        content = json.loads(path.read_text())
        lists = {name: (content[name], function) for name, function in lists.items()}
        contexts = [read_context(case) for case in content.get("contexts", [])]
    except Exception as error:
        print(f"{path.name}: cannot be read: {error!r}")
        return False
    good = count = 0
    for name, (cases, function) in lists.items():
        if not cases:
            print(f"{path.name}: no {name}")
            count += 1
        for case in cases:
            try:
                given = (contexts, case) if function in (of_claim, of_sequence) else (case,)
                lines = list(differences(case, function(*given)))
            except Exception as error:
                lines = [f"cannot be computed: {error!r}"]
            for line in lines:
                print(f"{path.name}: {case.get('name')}: {line}")
            count += 1
            good += not lines
    print(f"{path.name}: {good} of {count} agree")
    return good == count


def main(arguments):
    if arguments == ["--self-test"]:
        selftest.run()
        selftest.sabotage(FOLDER, lambda path: check(path, files()[path.name]))
        return 0
    folder = pathlib.Path(arguments[0]) if arguments else FOLDER
    # Every file is looked at, whatever the ones before it say.
    return 0 if all([check(folder / name, lists) for name, lists in files().items()]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
