#!/usr/bin/env python3
"""What header chains are worth and how their bits follow: prints the content of tests/vectors/headers.txt.

The real headers are read from tests/vectors; everything is computed here with hashlib and Python's integers.
"""

import hashlib
import pathlib
import struct

from asert import next_target
from compact import Random, from_compact, hex256, to_compact, work

FILE = pathlib.Path(__file__).parent.parent / "vectors" / "bitcoin-headers-822528-826559.bin"
LIMIT = 0x1D00FFFF
PERIOD = 14 * 24 * 60 * 60


def identity(header):
    return hashlib.sha256(hashlib.sha256(header).digest()).digest()


def fields(header):
    time, bits, _ = struct.unpack("<III", header[68:])
    return time, bits


def retarget(bits, took):
    """The bits of the period after one that took so many seconds."""
    took = max(PERIOD // 4, min(PERIOD * 4, took))
    return to_compact(min(from_compact(LIMIT), from_compact(bits) * took // PERIOD))


content = FILE.read_bytes()
headers = [content[at : at + 80] for at in range(0, len(content), 80)]
for parent, header in zip(headers, headers[1:]):
    assert header[4:36] == identity(parent)
for header in headers:
    assert int.from_bytes(identity(header), "little") <= from_compact(fields(header)[1])
took = fields(headers[2015])[0] - fields(headers[0])[0]
assert fields(headers[2016])[1] == retarget(fields(headers[0])[1], took)

print("# real COUNT TOTAL-WORK FIRST-ID LAST-ID")
total = sum(work(from_compact(fields(header)[1])) for header in headers)
print("real", len(headers), hex256(total), identity(headers[0])[::-1].hex(), identity(headers[-1])[::-1].hex())

print("# real-asert SPACING HALF-LIFE VALID: real headers whose bits are also ASERT's")
anchor_time, anchor_bits = fields(headers[0])
for spacing in (595, 600, 610):
    for half_life in (172_800, 10**9, 2**31 - 1):
        for index in range(1, len(headers)):
            time, _ = fields(headers[index - 1])
            limit, anchor = from_compact(LIMIT), from_compact(anchor_bits)
            target = next_target(spacing, half_life, limit, anchor, anchor_time, index - 1, time)
            if to_compact(target) != fields(headers[index])[1]:
                break
        print("real-asert", spacing, half_life, index)

print("# retarget BITS SECONDS NEXT-BITS: a period of 2016 blocks and what follows")
random = Random(3)
seconds = [PERIOD, PERIOD // 4, PERIOD // 4 + 1, PERIOD // 4 - 1, PERIOD * 4, PERIOD * 4 + 1, PERIOD * 4 - 1]
seconds += [1, 0, -1, -(10**9), 2 * 10**9, PERIOD + 1, PERIOD - 1]
for bits in (LIMIT, 0x1C7FFFFF, 0x1B0404CB, 0x17042E4D, 0x03001000, 0x04008000):
    for took in seconds + [random.below(5 * PERIOD) for _ in range(3)]:
        print("retarget", f"{bits:08x}", took, f"{retarget(bits, took):08x}")

print("# asert SPACING HALF-LIFE TIME:BITS...: chains, the anchor first")
for spacing, half_life in ((120, 21_600), (600, 172_800), (120, 600), (10, 7)):
    for bits in (LIMIT, 0x1C123456, 0x1A05DB8B):
        chain = [(1_700_000_000, bits)]
        for height in range(40):
            time, _ = chain[-1]
            limit, anchor = from_compact(LIMIT), from_compact(chain[0][1])
            target = next_target(spacing, half_life, limit, anchor, chain[0][0], height, time)
            chain.append((time + random.below(4 * spacing) - spacing // 4, to_compact(target)))
        print("asert", spacing, half_life, *(f"{time}:{bits:08x}" for time, bits in chain))
