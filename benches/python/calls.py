"""The same calls on the same data as `benches/examples/python_twin.rs`, made from Python; and what one would write without.

`calls.py FILE` prints figures as the twin does, `calls.py FILE plain` those of loops over hashlib and cryptography.
"""

import hashlib
import sys
import time
from pathlib import Path

import gridnet
import numpy as np

SIGNATURES, SIGNED_BYTES, CALLS, TURNS = 20_000, 128, 3, 1_000


def filled(count: int) -> np.ndarray:
    at = np.arange(count, dtype=np.uint32) * np.uint32(2_654_435_761)
    # What lies over bytes is read there: nothing else is sure to stay as it is.
    return np.frombuffer((at >> np.uint32(24)).astype(np.uint8).tobytes(), np.uint8)


def batch(name: str, count: int, call, summed=int) -> None:
    """How many values a second in the median call, and what came of them: that is summed up afterwards."""
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        answer = call()
        times.append(time.perf_counter() - began)
    print(name, f"{count / sorted(times)[CALLS // 2]:.1f}")
    print(f"={name}", summed(answer))


def single(name: str, call) -> None:
    times = []
    for _ in range(TURNS):
        began = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - began)
    print(f"one-{name}", sorted(times)[TURNS // 2])


def signatures(file: str) -> list[np.ndarray]:
    octets, arrays = np.frombuffer(Path(file).read_bytes(), np.uint8), []
    for width in (32, SIGNED_BYTES, 64):
        arrays.append(octets[: width * SIGNATURES].reshape(SIGNATURES, width))
        octets = octets[width * SIGNATURES :]
    return arrays


def summed(array: np.ndarray) -> int:
    return int(array.sum(dtype=np.uint64))


def measure(file: str) -> None:
    engine = gridnet.Engine(device="cpu")
    header = filled(80).tobytes()
    batch("search", 2**24, lambda: engine.search(header, 76, 0, 0, 2**24, "sha256d").hits, len)
    starts = filled(32 * 100_000).reshape(-1, 32)
    batch("walk", 100_000, lambda: engine.walk("sha256", starts, 100), summed)
    messages = filled(64 * 500_000).reshape(-1, 64)
    batch("digest", 500_000, lambda: engine.digest("blake2s", messages), summed)
    writable = messages.copy()
    batch("digest-writable", 500_000, lambda: engine.digest("blake2s", writable), summed)
    signed = signatures(file)
    batch("verify", SIGNATURES, lambda: engine.verify(*signed), summed)
    claims = gridnet.sample_transit_pools(10_000, hops=3, length=100, bad_share=0.02, seed=1, engine=engine)
    judge = gridnet.verify_transit_pools
    valid = lambda verdicts: sum(verdicts["valid"].to_pylist())  # noqa: E731
    batch("transit", 10_000, lambda: judge(claims.table, claims.identities, engine=engine), valid)
    one = [array[:1].copy() for array in (messages, starts, *signed)]
    steps = np.array([100], np.uint64)
    single("digest", lambda: engine.digest("blake2s", one[0]))
    single("walk", lambda: engine.walk("sha256", one[1], steps))
    single("verify", lambda: engine.verify(*one[2:]))
    single("search", lambda: engine.search(header, 76, 0, 0, 16, "sha256d"))


def plain(file: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    def search() -> int:
        start, found = filled(80).tobytes()[:76], 0
        for nonce in range(200_000):
            message = start + nonce.to_bytes(4, "little")
            digest = hashlib.sha256(hashlib.sha256(message).digest()).digest()
            found += int.from_bytes(digest, "little") <= 0
        return found

    def walk() -> int:
        total = 0
        for start in filled(32 * 3_000).reshape(-1, 32):
            value = start.tobytes()
            for _ in range(100):
                value = hashlib.sha256(value).digest()
            total += sum(value)
        return total

    def digest() -> int:
        messages = filled(64 * 200_000).tobytes()
        return sum(sum(hashlib.blake2s(messages[at : at + 64]).digest()) for at in range(0, len(messages), 64))

    def verify() -> int:
        good = 0
        for key, message, signature in zip(*(array[:5_000] for array in signatures(file)), strict=True):
            try:
                Ed25519PublicKey.from_public_bytes(key.tobytes()).verify(signature.tobytes(), message.tobytes())
                good += 1
            except InvalidSignature:
                pass
        return good

    batch("search", 200_000, search)
    batch("walk", 3_000, walk)
    batch("digest", 200_000, digest)
    batch("verify", 5_000, verify)


if __name__ == "__main__":
    (plain if sys.argv[2:] == ["plain"] else measure)(sys.argv[1])
