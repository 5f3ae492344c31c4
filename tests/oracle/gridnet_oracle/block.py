"""Blocks: their bytes, Merkle trees, rewards, and each network's first one."""

import types

from compact import from_compact

from .encoding import Malformed, Reader, U32, fixed, integer, struct
from .transaction import COINBASE_KIND, TRANSACTION, WEIGHT_MAX, transaction_id, weight
from .values import double_sha256, le

HEADER = struct(version=U32, previous=fixed(32), merkle_root=fixed(32), time=U32, bits=U32, nonce=U32)
BYTES_MAX = 80 + 9 + WEIGHT_MAX
ERA = 1_051_200
GENESIS_TIME = 1_795_737_600


def reward(height):
    era = height // ERA
    return 0 if height == 0 or era >= 33 else 5_000_000_000 >> era


def node(left, right):
    return double_sha256(left + right)


def merkle_root(leaves):
    """The root, and whether another list has the same one: where two neighbours that are no copies are equal."""
    mutated = False
    while len(leaves) > 1:
        mutated |= any(leaves[i] == leaves[i + 1] for i in range(0, len(leaves) - 1, 2))
        leaves = leaves + leaves[-1:] if len(leaves) % 2 else leaves
        leaves = [node(leaves[i], leaves[i + 1]) for i in range(0, len(leaves), 2)]
    return leaves[0], mutated


def branch(leaves, index):
    beside = []
    while len(leaves) > 1:
        leaves = leaves + leaves[-1:] if len(leaves) % 2 else leaves
        beside.append(leaves[index ^ 1])
        leaves = [node(leaves[i], leaves[i + 1]) for i in range(0, len(leaves), 2)]
        index //= 2
    return beside


def climb(leaf, index, beside):
    """The root that a branch leads to, or None where no tree has such a branch."""
    if index >= 2 ** len(beside):
        return None
    for level, neighbour in enumerate(beside):
        if index >> level & 1:
            # Only what stands on the left is repeated.
            if neighbour == leaf:
                return None
            leaf = node(neighbour, leaf)
        else:
            leaf = node(leaf, neighbour)
    return leaf


def compact_size(reader):
    """Bitcoin's, which must be as short as it can be."""
    first = integer(1)(reader)
    if first < 0xFD:
        return first
    size = 2 << first - 0xFD
    number = integer(size)(reader)
    if number < (0xFD if size == 2 else 256 ** (size // 2)):
        raise Malformed
    return number


def write_compact_size(number):
    if number < 0xFD:
        return le(number, 1)
    size = 2 if number < 2**16 else 4 if number < 2**32 else 8
    return bytes([0xFC + size.bit_length() - 1]) + le(number, size)


def read(data):
    """The block, or None. One that weighs too much is not read at all."""
    if len(data) > BYTES_MAX:
        return None
    reader = Reader(data)
    try:
        header, transactions, weighed = HEADER(reader), [], 0
        for _ in range(compact_size(reader)):
            transactions.append(TRANSACTION(reader))
            weighed += weight(transactions[-1])
            if weighed > WEIGHT_MAX:
                return None
    except Malformed:
        return None
    if reader.at < len(data):
        return None
    return types.SimpleNamespace(header=header, transactions=transactions, id=double_sha256(header.raw))


def written(header, transactions):
    return header + write_compact_size(len(transactions)) + b"".join(transactions)


def is_met(target, digest):
    return int.from_bytes(digest, "little") <= target


def header_bytes(version, previous, root, time, bits, nonce):
    return le(version, 4) + previous + root + le(time, 4) + le(bits, 4) + le(nonce, 4)


def mined(network, version, previous, root, time, bits):
    """The header with the first nonce that is good."""
    target, nonce = from_compact(bits), 0
    while True:
        header = header_bytes(version, previous, root, time, bits, nonce)
        if is_met(target, network.work(header)):
            return header
        nonce += 1


def coinbase(height, extranonce, payout, amount, state):
    return le(COINBASE_KIND, 1) + le(height, 4) + extranonce + payout + le(amount, 8) + state


def genesis(network):
    """The bytes of a network's first block: as the project's software has them."""
    tried, nonce = {1: (2, 3_274_959_156), 2: (1, 3_982_977_869), 3: (0, 0)}[network.number]
    extranonce = b"GRIDNET".ljust(10, b"\0") + bytes([tried, network.number])
    first = coinbase(0, extranonce, bytes(32), 0, bytes(32))
    header = header_bytes(1, bytes(32), double_sha256(first), GENESIS_TIME, network.limit_bits, nonce)
    return written(header, [first])


def own_root(block):
    return merkle_root([transaction_id(transaction) for transaction in block.transactions])
