#!/usr/bin/env python3
"""The engine's checksums (`gridnet bench`, core/src/checksum.rs), computed with hashlib alone.

Prints one line for each primitive and hash function: the content of tests/vectors/checksums.txt.
"""

import hashlib

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


for primitive in (search, walk, digest):
    for name, function in FUNCTIONS.items():
        answers = b"".join(primitive(function))
        print(primitive.__name__, name, hashlib.blake2s(answers).hexdigest())
