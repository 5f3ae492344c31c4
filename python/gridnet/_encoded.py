"""Values of the protocol that have one encoding: they never change, and equal encodings are equal values."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from . import _arguments


class Encoded:
    """A value that is held by the extension."""

    __slots__ = ("_raw",)
    _holds: ClassVar[Any]
    """What holds it."""
    _raw: Any

    def __init__(self) -> None:
        raise TypeError(f"a {type(self).__name__} is read by from_bytes, or made by what it comes of")

    @classmethod
    def _of(cls, raw: object) -> Self:
        new = object.__new__(cls)
        new._raw = raw
        return new

    @classmethod
    def from_bytes(cls, encoded: bytes) -> Self:
        """Read the canonical encoding (docs/protocol.md).

        >>> gridnet.Token.from_bytes(token.to_bytes()) == token
        True
        """
        return cls._of(cls._holds.from_bytes(_arguments.octets("encoded", encoded)))

    def to_bytes(self) -> bytes:
        """Give the canonical encoding."""
        encoded: bytes = self._raw.to_bytes()
        return encoded

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.to_bytes() == self.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return type(self).from_bytes, (self.to_bytes(),)


def held(name: str, value: object, of: type[Encoded]) -> Any:  # noqa: ANN401
    """Take a value of a type, as the extension holds it."""
    if not isinstance(value, of):
        raise _arguments.wrong_type(name, f"a gridnet.{of.__name__}", value)
    return value._raw
