#!/usr/bin/env python3
"""Compact targets and work: prints the content of tests/vectors/targets.txt."""

from compact import Random, from_compact, hex256, to_compact, work

print("# compact BITS (TARGET WORK | none)")
random = Random(1)
chosen = [0, 1, 0x01003456, 0x01123456, 0x02008000, 0x02123456, 0x03000000, 0x03000001, 0x03123456]
chosen += [0x037FFFFF, 0x03800000, 0x04000080, 0x04123456, 0x04923456, 0x05009234, 0x00FFFFFF, 0x007FFFFF]
chosen += [0x1D00FFFF, 0x1D010000, 0x1D7FFFFF, 0x1D80FFFF, 0x1B0404CB, 0x1703E8B3, 0x207FFFFF, 0x20123456]
chosen += [0x2100FFFF, 0x21010000, 0x21007FFF, 0x210000FF, 0x220000FF, 0x22000100, 0x220000FE, 0x23000001]
chosen += [0x22000001, 0xFF000001, 0xFF123456, 0xFFFFFFFF, 0x80000000, 0x00800000, 0x01800000, 0x02000001]
chosen += [size << 24 | mantissa for size in range(36) for mantissa in (1, 0xFF, 0x100, 0xFFFF, 0x10000, 0x7FFFFF)]
chosen += [random.number(32) for _ in range(100)]
chosen += [random.below(34) << 24 | random.number(23) for _ in range(200)]
for bits in dict.fromkeys(chosen):
    target = from_compact(bits)
    print("compact", f"{bits:08x}", "none" if target is None else f"{hex256(target)} {hex256(work(target))}")

print("# target TARGET COMPACT WORK")
targets = [2**k + d for k in range(257) for d in (-1, 0) if 2**k + d < 2**256]
targets += [random.number(1 + random.below(256)) for _ in range(300)]
for target in dict.fromkeys(targets):
    print("target", hex256(target), f"{to_compact(target):08x}", hex256(work(target)))
