#!/usr/bin/env python3
"""The checksums of `gridnet bench` (core/src/checksum.rs, protocol/src/sample/signatures.rs), computed with hashlib and
Python's integers.

Prints one line for each primitive and hash function, and one for signatures: the content of tests/vectors/checksums.txt.
"""

import hashlib

from gridnet_oracle.curve import BASE, L, add, combine, decode, encode, sha512
from gridnet_oracle.curve import verify as is_good

FUNCTIONS = {
    "sha256": lambda data: hashlib.sha256(data).digest(),
    "sha256d": lambda data: hashlib.sha256(hashlib.sha256(data).digest()).digest(),
    "blake2s": lambda data: hashlib.blake2s(data).digest(),
    "blake2b": lambda data: hashlib.blake2b(data, digest_size=32).digest(),
}


def pattern(length):
    """Bytes that repeat with period 251."""
    return bytes(i % 251 for i in range(length))


def search(function):
    """The hits of a header's nonces, digests read little-endian, then of an odd field's, read big-endian."""
    target = 2 ** (256 - 12) - 1
    for length, offset, width, order in [(80, 76, 4, "little"), (75, 61, 6, "big")]:
        message = pattern(80)[:length]
        for nonce in range(1 << 16):
            field = nonce.to_bytes(width, "little")
            digest = function(message[:offset] + field + message[offset + width :])
            if int.from_bytes(digest, order) <= target:
                yield nonce.to_bytes(8, "little") + digest


def walk(function):
    """Value i hashed 37 i times."""
    for i in range(70):
        value = bytes([i]) * 32
        for _ in range(37 * i):
            value = function(value)
        yield value


def digest(function):
    """70 messages of every length to 200."""
    for length in range(201):
        messages = pattern(70 * length)
        for i in range(70):
            yield function(messages[i * length : (i + 1) * length])


def message(index, length):
    """Words of SplitMix64."""
    data = b""
    for number in range(-(-length // 8)):
        z = (index << 16 ^ number) * 0x9E3779B97F4A7C15 % 2**64
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        data += (z ^ z >> 31).to_bytes(8, "little")
    return data[:length]


def progression(what):
    """Scalars that grow by one, with the encodings of their points."""
    scalar = sha512(b"gridnet sample " + what + bytes(8))
    point = combine((scalar, BASE))
    while True:
        yield scalar, encode(point)
        scalar, point = (scalar + 1) % L, add(point, BASE)


def fault(key, text, signature):
    """0 for a good signature, else what is wrong: no key, no point, no scalar, no signature."""
    faults = [decode(key) is None, decode(signature[:32]) is None, int.from_bytes(signature[32:], "little") >= L]
    faults += [not is_good(key, text, signature)]
    return faults.index(True) + 1 if True in faults else 0


def signatures():
    """Verdicts on 30 signatures of each of some lengths, two in three of them spoilt."""
    for length in (0, 1, 47, 48, 128, 256):
        for index, (secret, nonce) in zip(range(30), zip(progression(b"key"), progression(b"nonce"))):
            text, bit = message(index, length), 1 << index % 8
            key, point = bytearray(secret[1]), bytearray(nonce[1])
            s = (sha512(point, key, text) * secret[0] + nonce[0]) % L
            scalar = bytearray(s.to_bytes(32, "little"))
            match index % 9:
                case 1:
                    key[index % 32] ^= bit
                case 2:
                    point[index % 32] ^= bit
                case 3:
                    scalar[index % 32 % 31] ^= bit
                case 4:
                    key[:] = b"\2" * 32
                case 5:
                    point[:] = b"\2" * 32
                case 6:
                    scalar[31] |= 0x20
            yield fault(bytes(key), text, bytes(point + scalar))


for primitive in (search, walk, digest):
    for name, function in FUNCTIONS.items():
        answers = b"".join(primitive(function))
        print(primitive.__name__, name, hashlib.blake2s(answers).hexdigest())
print("verify ed25519", hashlib.blake2s(bytes(signatures())).hexdigest())
