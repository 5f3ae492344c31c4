#!/usr/bin/env python3
"""ASERT's targets from the public description of aserti3: prints the content of tests/vectors/asert.txt.

exponent = (time delta - spacing * (height delta + 1)) / half-life, in 16 binary places truncated toward zero;
target = anchor * 2^exponent, where 2^x on [0, 1) is a cubic polynomial in 16 binary places.
"""

from compact import Random, from_compact, hex256, to_compact


def next_target(spacing, half_life, limit, anchor, anchor_time, height, parent_time):
    """The target after a parent `height` blocks above the anchor with this time."""
    ahead = parent_time - (anchor_time - spacing) - spacing * (height + 1)
    exponent = abs(ahead) * 2**16 // half_life
    if ahead < 0:
        exponent = -exponent
    shifts, fraction = divmod(exponent, 2**16)
    polynomial = 195766423245049 * fraction + 971821376 * fraction**2 + 5127 * fraction**3 + 2**47
    numerator = anchor * (2**16 + polynomial // 2**48)
    # Beyond 600 places every target is clamped.
    left, right = min(max(shifts, 0), 600), min(max(-shifts, 0), 600)
    return max(1, min(limit, (numerator << left) >> (16 + right)))


def cases():
    random = Random(2)
    limits = [0x1D00FFFF, 0x207FFFFF, 0x2100FFFF]
    for spacing, half_life in [(120, 21_600), (600, 172_800), (1, 1), (2**31 - 1, 2**31 - 1), (600, 1), (1, 2**31 - 1)]:
        for limit in limits:
            for anchor in [limit, 0x1C123456, 0x1703E8B3, 0x03000001]:
                time = 1_700_000_000
                on = lambda height: time + spacing * height
                yield spacing, half_life, limit, anchor, time, 0, time
                for height in (1, 1_000):
                    for late in (0, 1, -1, half_life, -half_life, 3 * half_life // 2, 300 * half_life, -300 * half_life):
                        yield spacing, half_life, limit, anchor, time, height, on(height) + late
                # The clamps at both ends, and parents from before the anchor.
                yield spacing, half_life, limit, anchor, time, 2**64 - 1, 0
                yield spacing, half_life, limit, anchor, 2**32 - 1, 0, 0
                yield spacing, half_life, limit, anchor, 0, 0, 2**32 - 1
    for _ in range(300):
        limit = limits[random.below(3)]
        spacing, half_life = 1 + random.below(1_000), 1 + random.below(300_000)
        anchor = to_compact(min(from_compact(limit), random.number(1 + random.below(256)) + 1))
        time, height = random.number(32), random.below(100_000)
        yield spacing, half_life, limit, anchor, time, height, time + spacing * height + random.below(2**20) - 2**19


if __name__ == "__main__":
    print("# SPACING HALF-LIFE LIMIT-BITS ANCHOR-BITS ANCHOR-TIME HEIGHT PARENT-TIME TARGET BITS")
    for case in dict.fromkeys(cases()):
        spacing, half_life, limit, anchor, time, height, parent_time = case
        if not 0 <= parent_time < 2**32:
            continue
        target = next_target(spacing, half_life, from_compact(limit), from_compact(anchor), time, height, parent_time)
        bits = f"{to_compact(target):08x}"
        print(spacing, half_life, f"{limit:08x} {anchor:08x}", time, height, parent_time, hex256(target), bits)
