#!/usr/bin/env python3
"""Edge cases of Ed25519: prints the content of tests/vectors/ed25519/edges.txt.

They are the 914 cases that C2SP/CCTV publishes as ed25519/ed25519vectors.json, in its order and with its flags, made
again from its description: every pair of small-order points, in each of their encodings, alone or added to a point of
prime order, as key and as nonce point. Where the parts of small order cancel out for some messages and not for others,
there is a case of each. What ZIP-215 says of each case is computed here.
"""

from gridnet_oracle.curve import BASE, NEUTRAL, L, add, clamped, combine, decode, encode, is_neutral, sha512, verify

PRIME_KEY = clamped(b"\x42" * 32) % L
PRIME_NONCE = int.from_bytes(b"\x13\x37" * 32, "little") % L

# Each small-order point's encodings, the canonical one first. In every row the others are those that a decoder takes
# that neither compares y with p nor refuses the sign of x = 0.
ENCODINGS = [
    ["00" * 32, "ed" + "ff" * 30 + "7f"],
    ["00" * 31 + "80", "ed" + "ff" * 31],
    ["01" + "00" * 31, "01" + "00" * 30 + "80", "ee" + "ff" * 30 + "7f", "ee" + "ff" * 31],
    ["26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"],
    ["26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"],
    ["c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"],
    ["c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"],
    ["ec" + "ff" * 30 + "7f", "ec" + "ff" * 31],
]


def encodings(row):
    """The canonical encoding and the others, as bytes."""
    canonical, *others = map(bytes.fromhex, row)
    assert encode(decode(canonical)) == canonical
    assert all(encode(decode(other)) == canonical != other for other in others)
    return canonical, others


def challenge(key, nonce, message, is_reencoded):
    if is_reencoded:
        key, nonce = encode(decode(key)), encode(decode(nonce))
    return sha512(nonce, key, message)


def cancels(a, r, k):
    """Whether the parts of small order add up to the neutral point."""
    return is_neutral(add(combine((k % 8, a)), r))


def message_of(number):
    return b"ed25519vectors" + (b" %d" % number if number else b"")


def cases(key, nonce, a, r, secrets, is_reencoded=False):
    """A case in which the small parts a and r do not cancel out, and one in which they do; as far as they exist."""
    seen = set()
    for residue in range(8):
        number = 0
        while (k := challenge(key, nonce, message_of(number), is_reencoded)) % L % 8 != residue:
            number += 1
        does_cancel = cancels(a, r, k)
        if does_cancel in seen:
            continue
        seen.add(does_cancel)
        message = message_of(number)
        s = (k * secrets[0] + secrets[1]) % L
        yield message, nonce + s.to_bytes(32, "little"), cancels(a, r, challenge(key, nonce, message, False))


def pair(row_a, row_r):
    """All cases of two small-order points: (key, nonce point, whether each has no part of prime order, reencoded)."""
    (key, keys), (nonce, nonces) = encodings(row_a), encodings(row_r)
    a, r = decode(key), decode(nonce)
    mixed_key = encode(add(combine((PRIME_KEY, BASE)), a))
    mixed_nonce = encode(add(combine((PRIME_NONCE, BASE)), r))
    plan = [(key, nonce, 1, 1, 0), (key, mixed_nonce, 1, 0, 0), (mixed_key, nonce, 0, 1, 0)]
    plan += [(mixed_key, mixed_nonce, 0, 0, 0)]
    for odd in keys:
        plan += [(odd, nonce, 1, 1, 0), (odd, mixed_nonce, 1, 0, 0), (odd, mixed_nonce, 1, 0, 1)]
    for odd in nonces:
        plan += [(key, odd, 1, 1, 0), (mixed_key, odd, 0, 1, 0), (mixed_key, odd, 0, 1, 1)]
    plan += [(odd_key, odd_nonce, 1, 1, 0) for odd_key in keys for odd_nonce in nonces]
    for case_key, case_nonce, is_small_key, is_small_nonce, is_reencoded in plan:
        secrets = (0 if is_small_key else PRIME_KEY, 0 if is_small_nonce else PRIME_NONCE)
        for message, signature, does_cancel in cases(case_key, case_nonce, a, r, secrets, is_reencoded):
            flags = {
                "low_order_R": is_small_nonce,
                "low_order_A": is_small_key,
                "low_order_component_R": not is_neutral(r),
                "low_order_component_A": not is_neutral(a),
                "low_order_residue": not does_cancel,
                "non_canonical_A": case_key in keys,
                "non_canonical_R": case_nonce in nonces,
                "reencoded_k": is_reencoded,
            }
            yield case_key, message, signature, [name for name, is_set in flags.items() if is_set]


def all_cases():
    for row_a in ENCODINGS:
        for row_r in ENCODINGS:
            yield from pair(row_a, row_r)


if __name__ == "__main__":
    print("# KEY SIGNATURE MESSAGE good|bad FLAGS")
    for key, message, signature, flags in all_cases():
        verdict = "good" if verify(key, message, signature) else "bad"
        print(key.hex(), signature.hex(), message.hex(), verdict, ",".join(flags) or "none")
