"""HPKE (RFC 9180), base mode, opening one message: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305."""

import functools
import hmac
import struct

from .curve import P, clamped

NINE = (9).to_bytes(32, "little")


@functools.lru_cache(maxsize=None)
def x25519(secret, point=NINE):
    """RFC 7748."""
    k = clamped(secret)
    x1 = int.from_bytes(point, "little") % 2**255 % P
    x2, z2, x3, z3 = 1, 0, x1, 1
    swapped = 0
    for i in range(254, -1, -1):
        bit = k >> i & 1
        if bit != swapped:
            x2, z2, x3, z3 = x3, z3, x2, z2
        swapped = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a % P, b * b % P, d * a % P, c * b % P
        e = aa - bb
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
    if swapped:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def chacha_block(key, counter, nonce):
    """RFC 8439, 2.3."""
    start = struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce)
    s = list(start)
    columns = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
    diagonals = [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
    for a, b, c, d in (columns + diagonals) * 10:
        for into, what, mixed, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[into] = (s[into] + s[what]) % 2**32
            word = s[mixed] ^ s[into]
            s[mixed] = (word << turn | word >> 32 - turn) % 2**32
    return struct.pack("<16I", *((x + y) % 2**32 for x, y in zip(s, start)))


def chacha(key, nonce, data):
    blocks = (chacha_block(key, 1 + i, nonce) for i in range((len(data) + 63) // 64))
    return bytes(x ^ y for x, y in zip(data, b"".join(blocks)))


def poly1305(key, nonce, aad, ciphertext):
    """The tag of RFC 8439, 2.8: over aad and ciphertext, each padded to 16, and their lengths."""
    one_time = chacha_block(key, 0, nonce)
    r = int.from_bytes(one_time[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    padded = b"".join(part + bytes(-len(part) % 16) for part in (aad, ciphertext))
    message = padded + struct.pack("<QQ", len(aad), len(ciphertext))
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at : at + 16], "little") + 2**128) * r % (2**130 - 5)
    return ((total + int.from_bytes(one_time[16:32], "little")) % 2**128).to_bytes(16, "little")


def aead_open(key, nonce, aad, sealed):
    """The plaintext, or None."""
    if len(sealed) < 16 or poly1305(key, nonce, aad, sealed[:-16]) != sealed[-16:]:
        return None
    return chacha(key, nonce, sealed[:-16])


KEM = b"KEM" + struct.pack(">H", 0x0020)
SUITE = b"HPKE" + struct.pack(">HHH", 0x0020, 0x0001, 0x0003)


def extract(suite, salt, label, data):
    return hmac.digest(salt, b"HPKE-v1" + suite + label + data, "sha256")


def expand(suite, secret, label, info, length):
    """All that is asked for here fits in one block."""
    return hmac.digest(secret, struct.pack(">H", length) + b"HPKE-v1" + suite + label + info + b"\1", "sha256")[:length]


def schedule(shared, enc, receiver, info):
    """Key and nonce of the first message, or None where the shared secret is all zeros (RFC 9180, 7.1.4)."""
    if not any(shared):
        return None
    secret = expand(KEM, extract(KEM, b"", b"eae_prk", shared), b"shared_secret", enc + receiver, 32)
    context = b"\0" + extract(SUITE, b"", b"psk_id_hash", b"") + extract(SUITE, b"", b"info_hash", info)
    secret = extract(SUITE, secret, b"secret", b"")
    return expand(SUITE, secret, b"key", context, 32), expand(SUITE, secret, b"base_nonce", context, 12)


def unseal(secret, info, aad, sealed):
    """The plaintext, or None."""
    enc = sealed[:32]
    keys = schedule(x25519(secret, enc), enc, x25519(secret), info)
    return keys and aead_open(*keys, aad, sealed[32:])
