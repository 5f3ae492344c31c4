"""Networks, hashes with tags, ids, signatures, addresses and identity proofs."""

import collections
import hashlib

from . import curve


def double_sha256(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def blake2s(data):
    return hashlib.blake2s(data).digest()


# `notice` is of stake, `window` the shortest of a contract, `work` the function of a block's proof.
Network = collections.namedtuple(
    "Network", "number prefix bits youth escrow maturity fee_rate notice window work limit_bits"
)
NETWORKS = {
    "main": Network(1, "grid", 38, 720, 5040, 100, 10, 5040, 360, blake2s, 0x1D00FFFF),
    "test": Network(2, "tgrid", 24, 720, 5040, 100, 10, 5040, 360, double_sha256, 0x1D00FFFF),
    "regtest": Network(3, "rgrid", 8, 6, 20, 1, 10, 20, 6, double_sha256, 0x207FFFFF),
}

# The kinds of what is signed.
TRANSACTION, TOKEN, BINDING, CUSTODY, BEARER, LAST, TRANSIT, RECEIPT = range(8)
CERTIFIER, OWNER, READING, CONTRACT, STATE, MARK, COMMAND = range(8, 15)
POOL = 17


def tagged(tag, *parts):
    """BLAKE2s[tag]; the hash function fills a shorter tag up with zeros, and refuses a longer one."""
    return hashlib.blake2s(b"".join(parts), person=tag.encode()).digest()


def le(number, size):
    return number.to_bytes(size, "little")


def object_id(number, kind, body):
    """`number` is the network's."""
    return tagged("GN-id___", le(number, 4), le(kind, 1), body)


def signed(key, number, kind, body, signature):
    return curve.verify(key, tagged("GN-sign_", le(number, 4), le(kind, 1), body), signature)


def address(key):
    return tagged("GN-addr_", key)


CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32m(prefix, values):
    """BIP 350, of five-bit values."""
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = 1
    for value in [*expanded, *values, 0, 0, 0, 0, 0, 0]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> i & 1:
                check ^= generator
    check ^= 0x2BC830A3
    checksum = [check >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(CHARACTERS[value] for value in [*values, *checksum])


def address_text(network, data):
    """The 256 bits in fives from the top, the last one filled with zeros; there is no version before them."""
    number = int.from_bytes(data, "big") << 4
    return bech32m(network.prefix, [number >> 5 * (51 - i) & 31 for i in range(52)])


def identity_proof(network, data, repetitions, nonce):
    """The hash (None where it is not looked at) and the reason against it."""
    if not 1 <= repetitions <= min(4096, 32 * -(-(2**network.bits) // 2**32)):
        return None, "bad-repetitions"
    digest = hashlib.blake2b(data * repetitions + le(nonce, 4), digest_size=32).digest()
    met = int.from_bytes(digest, "big") <= 2 ** (256 - network.bits) - 1
    return digest, None if met else "high-hash"


def first_broken(*rules):
    """The code of the first rule that does not hold, or None; none after it is looked at."""
    return next((code for code, holds in rules if not holds()), None)
