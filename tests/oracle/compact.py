"""Bitcoin's compact targets and work, on Python's integers."""


def from_compact(bits):
    """The target that the bits encode, or None where they encode none."""
    size, mantissa = bits >> 24, bits & 0x7FFFFF
    if bits & 0x800000:
        return None
    target = mantissa * 256**size // 256**3
    return target if 0 < target < 2**256 else None


def to_compact(target):
    """Size and first three bytes of the number's shortest signed big-endian form."""
    if target == 0:
        return 0
    form = target.to_bytes(target.bit_length() // 8 + 1, "big")
    return len(form) << 24 | int.from_bytes(form[:3].ljust(3, b"\0"), "big")


def work(target):
    """Expected hashes; the largest 256-bit number where it would not fit."""
    return min(2**256 // (target + 1), 2**256 - 1)


def hex256(number):
    return f"{number:064x}"


class Random:
    """A small generator of our own: the same numbers under every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound

    def number(self, bits):
        number = 0
        for _ in range(0, bits, 16):
            number = number << 16 | self.below(2**16)
        return number >> (-bits % 16)
