"""Checking arguments: whatever is wrong is said by the argument's name, with what is expected and what was given."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .errors import ArgumentError, ArgumentTypeError

if TYPE_CHECKING:
    from collections.abc import Sequence

Octets = npt.NDArray[np.uint8]
U64_MAX = 2**64 - 1


def wrong_type(name: str, expected: str, got: object) -> ArgumentTypeError:
    """Say that an argument is of another type."""
    return ArgumentTypeError(301, "type", f"{name} must be {expected}, not {type(got).__name__}")


def wrong_value(name: str, expected: str, got: object) -> ArgumentError:
    """Say that an argument has a value that cannot be."""
    return ArgumentError(302, "value", f"{name} must be {expected}, not {got}")


def integer(name: str, value: object, low: int = 0, high: int = U64_MAX) -> int:
    """Take a whole number within bounds: no truth value, and no float, however whole."""
    if isinstance(value, (bool, np.bool_)):
        raise wrong_type(name, "a whole number", value)
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise wrong_type(name, "a whole number", value) from None
    if not low <= number <= high:
        raise wrong_value(name, f"{low} to {high}", number)
    return number


def text(name: str, value: object, among: Sequence[str] | None = None) -> str:
    """Take a text, one of some where they are given."""
    if not isinstance(value, str):
        raise wrong_type(name, "a str", value)
    if among is not None and value not in among:
        raise wrong_value(name, " or ".join(map(repr, among)), repr(value[:40]))
    return value


def octets(name: str, value: object, length: int | None = None) -> bytes:
    """Take bytes, so many where that is given."""
    if isinstance(value, np.ndarray):
        if value.dtype != np.uint8 or value.ndim != 1:
            raise wrong_type(name, "bytes, or an array of uint8 with one axis", value)
        value = value.tobytes()
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise wrong_type(name, "bytes", value)
    taken = bytes(value)
    if length is not None and len(taken) != length:
        raise wrong_value(name, f"{length} bytes", f"{len(taken)}")
    return taken


def rows(name: str, value: object, width: int | None = None) -> Octets:
    """Take an array of bytes, a row for each value; of one width where that is given."""
    shape = f"an array of uint8 of shape (N, {'L' if width is None else width})"
    if not isinstance(value, np.ndarray):
        raise wrong_type(name, shape, value)
    if value.dtype != np.uint8:
        raise ArgumentTypeError(301, "type", f"{name} must be {shape}, not of {value.dtype}")
    if value.ndim != 2 or (width is not None and value.shape[1] != width):
        raise wrong_value(name, shape, f"of shape {value.shape}")
    if not value.flags.c_contiguous:
        raise wrong_value(name, "in one piece (numpy.ascontiguousarray makes it so)", "strided")
    return value


def counts(name: str, value: object, length: int) -> npt.NDArray[np.uint64]:
    """Take whole numbers from 0, one for each of `length` values, or one for all."""
    if not isinstance(value, np.ndarray):
        return np.full(length, integer(name, value), np.uint64)
    if value.dtype.kind not in "iu":
        raise ArgumentTypeError(301, "type", f"{name} must be whole numbers, not of {value.dtype}")
    if value.shape != (length,):
        raise wrong_value(name, f"a number, or an array of shape ({length},)", f"of shape {value.shape}")
    if value.dtype.kind == "i" and value.size and int(value.min()) < 0:
        raise wrong_value(name, "0 or more", int(value.min()))
    return np.ascontiguousarray(value, np.uint64)


def table(name: str, value: Any) -> Any:  # noqa: ANN401
    """Take what has Arrow's stream or array interface."""
    if not (hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__")):
        expected = "a table with Arrow's interface: of pyarrow, polars, pandas, DuckDB or others"
        raise wrong_type(name, expected, value)
    return value
