"""Token pools: chains, the tree over the banks, registrations and pool cards."""

import hashlib

from .encoding import HASH, U16, U32, U64, fixed, integer, listed, struct
from .values import POOL, address, blake2s, le, object_id, tagged

FUNCTIONS = [blake2s, lambda data: hashlib.sha256(data).digest()]

REGISTRATION = struct(
    lambda pool: 1 <= pool.a < pool.b,
    owner=HASH,
    sequence=U64,
    function=integer(1, 1),
    banks=U16,
    length=U32,
    value=U64,
    expiry=U32,
    minimum_stake=U64,
    a=U16,
    b=U16,
    rule=integer(1, 1),
    root=HASH,
)
BANK_PROOF = dict(ceiling=HASH, prefix=fixed(8), branch=listed(HASH, 10))
CARD = struct(registration=REGISTRATION, bank=U16, **BANK_PROOF)


def pool_id(number, pool):
    return object_id(number, POOL, pool.raw)


def coins(pool):
    """What the pool costs, or None where it does not fit."""
    total = pool.value * pool.banks * pool.length
    return total if total < 2**64 else None


def in_bounds(pool):
    """What is not looked at when a registration is decoded."""
    return 1 <= pool.banks <= 1024 and 1 <= pool.length <= 2**24 and pool.value >= 1 and coins(pool) is not None


def seed(master, number, pool, bank):
    return tagged("GN-bank_", master, le(number, 4), pool.owner, le(pool.sequence, 8), le(bank, 2))


def walk(function, word, steps):
    assert steps >= 0
    hashed = FUNCTIONS[function]
    for _ in range(steps):
        word = hashed(word)
    return word


def leaf(bank, ceiling, prefix):
    return tagged("GN-bankl", le(bank, 2), ceiling, prefix)


def node(left, right):
    return tagged("GN-bankn", left, right)


def layers_below(banks):
    """How many layers of the tree lie below the root."""
    return (banks - 1).bit_length()


def tree(leaves):
    """The layers, leaves first, the root alone in the last."""
    layers = [leaves + [bytes(32)] * (2 ** layers_below(len(leaves)) - len(leaves))]
    while len(layers[-1]) > 1:
        below = layers[-1]
        layers.append([node(*below[i : i + 2]) for i in range(0, len(below), 2)])
    return layers


def branch_of(layers, bank):
    return [layer[bank >> i ^ 1] for i, layer in enumerate(layers[:-1])]


def leads_to_root(pool, bank, proof):
    """`proof` has ceiling, prefix and branch."""
    if bank >= pool.banks or len(proof.branch) != layers_below(pool.banks):
        return False
    at = leaf(bank, proof.ceiling, proof.prefix)
    for i, neighbour in enumerate(proof.branch):
        at = node(neighbour, at) if bank >> i & 1 else node(at, neighbour)
    return at == pool.root


def card_is_good(card, token):
    pool = card.registration
    return (
        in_bounds(pool)
        and pool_id(token.network, pool) == token.pool
        and pool.owner == address(token.sender.key)
        and card.bank == token.bank
        and token.depth <= pool.length
        and leads_to_root(pool, card.bank, card)
    )
