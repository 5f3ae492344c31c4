"""Ed25519: verification by ZIP-215, admission of keys, and public keys by RFC 8032.

Points are extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z on -x^2 + y^2 = 1 + d x^2 y^2. The addition
is complete: it needs no exceptions for points of small order, which ZIP-215 lets in.
"""

import functools
import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def add(p, q):
    x1, y1, z1, t1 = p
    x2, y2, z2, t2 = q
    a, b = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
    c, d = 2 * t1 * t2 % P * D, 2 * z1 * z2
    e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(p):
    x, y, z, _ = p
    a, b = x * x, y * y
    h, g = a + b, a - b
    e, f = (h - (x + y) ** 2) % P, (2 * z * z + g) % P
    h, g = h % P, g % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def negative(p):
    return -p[0] % P, p[1], p[2], -p[3] % P


def is_neutral(p):
    return p[0] == 0 and p[1] == p[2]


def is_small(p):
    """Whether eight times the point is the neutral one."""
    return is_neutral(double(double(double(p))))


def encode(p):
    inverse = pow(p[2], -1, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


@functools.lru_cache(maxsize=None)
def decode(data):
    """The point, or None. As ZIP-215 says, y may be P or more, and x = 0 may come with either sign."""
    if len(data) != 32:
        return None
    number = int.from_bytes(data, "little")
    y, sign = number % 2**255 % P, number >> 255
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * ROOT_OF_MINUS_1 % P
    if v * x * x % P != u:
        return None
    if x & 1 != sign:
        x = -x % P
    return x, y, 1, x * y % P


def combine(*terms):
    """The sum of scalar times point over (scalar, point)."""
    result = NEUTRAL
    for i in range(255, -1, -1):
        result = double(result)
        for scalar, point in terms:
            if scalar >> i & 1:
                result = add(result, point)
    return result


BASE = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def sha512(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


@functools.lru_cache(maxsize=None)
def verify(key, message, signature):
    """ZIP-215: S < L and 8 S B = 8 R + 8 k A, with R and A as they stand in the hash."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L or decode(key) is None or decode(r) is None:
        return False
    k = sha512(r, key, message)
    return is_small(add(combine((s, BASE), (k, negative(decode(key)))), negative(decode(r))))


@functools.lru_cache(maxsize=None)
def admitted(key):
    """Whether a key may take part: a point, canonically encoded, not of small order."""
    point = decode(key)
    return point is not None and encode(point) == key and not is_small(point)


def clamped(data):
    """The secret scalar that 32 bytes stand for, here and in RFC 7748."""
    return int.from_bytes(data, "little") & (2**254 - 8) | 2**254


def secret_scalar(seed):
    return clamped(hashlib.sha512(seed).digest()[:32])


@functools.lru_cache(maxsize=None)
def public_key(seed):
    return encode(combine((secret_scalar(seed), BASE)))
