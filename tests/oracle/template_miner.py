"""Mines on a node by nothing but its RPC and Python's own library: builds blocks of getblocktemplate, and submits them.

    python3 template_miner.py HOST:PORT COOKIE_FILE BLOCKS [mutate]

Independent of the project's code: what a template says is all that it knows. With `mutate` each block is first sent with one
thing wrong, which must be refused. Prints one line of JSON.
"""

import base64
import hashlib
import json
import os
import sys
import urllib.request


def sha256d(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def blake2s(data):
    return hashlib.blake2s(data).digest()


WORK = {"sha256d": sha256d, "blake2s": blake2s}


class Node:
    def __init__(self, address, cookie):
        with open(cookie, encoding="ascii") as file:
            secret = file.read().strip().encode()
        self.url = f"http://{address}/"
        self.basic = "Basic " + base64.b64encode(secret).decode()

    def call(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"Authorization": self.basic})
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        if answer.get("error"):
            raise SystemExit(f"{method}: {answer['error']}")
        return answer["result"]


def compact_size(number):
    if number < 0xFD:
        return bytes([number])
    if number <= 0xFFFF:
        return b"\xfd" + number.to_bytes(2, "little")
    return b"\xfe" + number.to_bytes(4, "little")


def merkle_root(ids):
    while len(ids) > 1:
        if len(ids) % 2:
            ids = [*ids, ids[-1]]
        ids = [sha256d(left + right) for left, right in zip(ids[::2], ids[1::2])]
    return ids[0]


def build(template, extranonce):
    """The transactions and the header, whose last four bytes, the nonce, are still to be found."""
    coinbase = bytearray.fromhex(template["coinbasetxn"]["data"])
    place = template["extranonce"]
    coinbase[place["offset"] : place["offset"] + place["length"]] = extranonce.ljust(place["length"], b"\0")
    transactions = [bytes(coinbase)]
    for transaction in template["transactions"]:
        data = bytes.fromhex(transaction["data"])
        assert sha256d(data)[::-1].hex() == transaction["txid"], "an id is not its transaction's"
        transactions.append(data)
    head = int(template["version"]).to_bytes(4, "little", signed=True)
    head += bytes.fromhex(template["previousblockhash"])[::-1]
    head += merkle_root([sha256d(data) for data in transactions])
    head += int(template["curtime"]).to_bytes(4, "little")
    head += bytes.fromhex(template["bits"])[::-1]
    return head, transactions


def solve(head, work, target):
    for nonce in range(1 << 32):
        header = head + nonce.to_bytes(4, "little")
        if int.from_bytes(work(header), "little") <= target:
            return header
    raise SystemExit("no nonce is good")


def block(header, transactions):
    return (header + compact_size(len(transactions)) + b"".join(transactions)).hex()


def mutations(template, head, transactions, work, target):
    """Blocks with one thing wrong each, and what the node must say of them."""
    header = solve(head, work, target)
    worse = next(
        candidate
        for candidate in (head + nonce.to_bytes(4, "little") for nonce in range(1 << 32))
        if int.from_bytes(work(candidate), "little") > target
    )
    yield "high-hash", block(worse, transactions)
    yield "merkle-root", block(header, [*transactions, transactions[0]])
    amount = bytearray(transactions[0])
    # The amount stands before the state's root, which is the last 32 bytes.
    amount[-40] ^= 1
    wrong = [bytes(amount), *transactions[1:]]
    root = merkle_root([sha256d(data) for data in wrong])
    yield "reward", block(solve(head[:36] + root + head[68:], work, target), wrong)


def main():
    address, cookie, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    node = Node(address, cookie)
    mined = []
    for number in range(count):
        template = node.call("getblocktemplate", {"rules": []})
        work, target = WORK[template["proofofwork"]], int(template["target"], 16)
        head, transactions = build(template, number.to_bytes(2, "little") + os.urandom(4))
        if sys.argv[4:] == ["mutate"]:
            for expected, wrong in mutations(template, head, transactions, work, target):
                said = node.call("submitblock", wrong)
                assert said == expected, f"{expected}: {said}"
        header = solve(head, work, target)
        said = node.call("submitblock", block(header, transactions))
        assert said is None, said
        identity = sha256d(header)[::-1].hex()
        assert node.call("getbestblockhash") == identity, "it is not the last block"
        assert node.call("getblockcount") == template["height"]
        mined.append({"id": identity, "transactions": len(transactions)})
    print(json.dumps({"mined": mined}))


if __name__ == "__main__":
    main()
