#!/usr/bin/env python3
"""BLAKE2 with 32-byte digests and personalisation: prints the content of tests/vectors/blake2.txt.

Message i of a length is the pattern of period 251, hashed by hashlib.
"""

import hashlib

LENGTHS = [*range(0, 70), 79, 80, 81, 100, *range(120, 138), 191, 192, 193, *range(250, 262), 300, 512, 1000, 4096]
PERSONAL = {
    "blake2s": [b"", b"G", b"GN-hop__", b"GN-bankl", b"\xff" * 8, b"\0\0\0\0\0\0\0\1"],
    "blake2b": [b"", b"G", b"GN-hop__", b"GN-sixteen-bytes", b"\xff" * 16, b"\0" * 15 + b"\1"],
}

print("# FUNCTION PERSONALISATION(hex, - for none) LENGTH DIGEST")
for name, personals in PERSONAL.items():
    for personal in personals:
        for length in LENGTHS if len(personal) in (0, 8, 16) else (0, 3, 64, 129):
            message = bytes(i % 251 for i in range(length))
            digest = getattr(hashlib, name)(message, digest_size=32, person=personal).hexdigest()
            print(name, personal.hex() or "-", length, digest)
