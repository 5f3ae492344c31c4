"""Strict borsh: a type is a function that takes its value from a Reader. Nothing is ever written: a struct keeps the
bytes that it was read from, and strictness leaves a value no other ones."""

import types


class Malformed(Exception):
    """The bytes are not what they should be."""


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if count > len(self.data) - self.at:
            raise Malformed
        self.at += count
        return self.data[self.at - count : self.at]


def integer(size, most=None):
    """Little-endian, of so many bytes, with a bound where there is one."""

    def read(reader):
        value = int.from_bytes(reader.take(size), "little")
        if most is not None and value > most:
            raise Malformed
        return value

    return read


def fixed(size):
    return lambda reader: reader.take(size)


def blob(most):
    length = integer(4, most)
    return lambda reader: reader.take(length(reader))


def listed(item, most):
    length = integer(4, most)
    return lambda reader: [item(reader) for _ in range(length(reader))]


def option(item):
    """None, or a value."""
    return lambda reader: item(reader) if FLAG(reader) else None


def choice(*items):
    """A tag from 0, and what it stands for: (tag, value)."""
    tags = integer(1, len(items) - 1)

    def read(reader):
        tag = tags(reader)
        return tag, items[tag](reader)

    return read


def struct(holds=lambda value: True, **fields):
    """Named fields one after the other, `raw`, and what must hold among them for the whole to decode."""

    def read(reader):
        start = reader.at
        value = types.SimpleNamespace(**{name: field(reader) for name, field in fields.items()})
        value.raw = reader.data[start : reader.at]
        if not holds(value):
            raise Malformed
        return value

    return read


def refined(kind, holds):
    """What a type reads, where that holds of it."""

    def read(reader):
        value = kind(reader)
        if not holds(value):
            raise Malformed
        return value

    return read


FLAG, U8, U16, U32, U64 = integer(1, 1), integer(1), integer(2), integer(4), integer(8)
HASH, SIGNATURE = fixed(32), fixed(64)


def decode(kind, data):
    """The value that is all of the data, or None."""
    reader = Reader(data)
    try:
        value = kind(reader)
    except Malformed:
        return None
    return value if reader.at == len(data) else None
