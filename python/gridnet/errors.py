"""What can go wrong: exceptions with a number and a name that never change.

Numbers below 100 are the engine's, below 200 the protocol's; those of this face are 301 (`type`), 302 (`value`),
303 (`forked`), 304 (`missing`: an optional package, or what the system has not), 305 (`read`: a table broke off),
306 (`invalid`: what was to be verified is bad), 307 (`busy`: a token pool, a chain, a party or a watcher is at
work in another call), 308 (`elsewhere`: a key is not here), 309 (`rejected`: a ledger does not take something) and 399
(`internal`: a fault in gridnet itself). What a file or a callable of the caller raises, an `OSError` for one, comes out
as it is.
"""

from __future__ import annotations

__all__ = ["ArgumentError", "ArgumentTypeError", "Error", "Invalid", "Rejected"]


class Error(Exception):
    """What gridnet refuses, or fails at.

    >>> import gridnet
    >>> try:
    ...     gridnet.Engine(device="abacus")
    ... except gridnet.Error as error:
    ...     print(error.code, error.name)
    5 unknown-device
    """

    code: int
    """A number that never changes for one kind of error."""
    name: str
    """A short name that never changes either."""

    def __init__(self, code: int, name: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.name = name

    def __reduce__(self) -> tuple[type[Error], tuple[int, str, str]]:
        return type(self), (self.code, self.name, str(self))


class ArgumentError(Error, ValueError):
    """An argument of the right type whose value cannot be."""


class ArgumentTypeError(Error, TypeError):
    """An argument of the wrong type."""


class Invalid(Error):
    """Something that was to be verified is bad; `reason` is the stable name of why."""

    reason: str

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(306, "invalid", f"{what} is bad: {reason}")
        self.what = what
        self.reason = reason

    def __reduce__(self) -> tuple[type[Error], tuple[str, str]]:  # type: ignore[override]
        return type(self), (self.what, self.reason)


class Rejected(Error):
    """A block or a transaction that a ledger does not take."""

    reason: str
    """The stable name of why: one of `REJECTION_REASONS`."""
    detail: str | None
    """The stable name of what is wrong with that, in the words of another table: of a reading, a contract, ..."""
    transaction: int | None
    """Which transaction of the block, the coinbase being 0."""
    entry: int | None
    """Which entry of that transaction's list."""
    is_transient: bool
    """Whether it can be good another time: after other blocks, or later."""

    def __init__(
        self, reason: str, detail: str | None, transaction: int | None, entry: int | None, is_transient: bool
    ) -> None:
        where = "it" if transaction is None else f"transaction {transaction}"
        of = "" if entry is None else f", entry {entry},"
        why = reason if detail is None else f"{reason} ({detail})"
        super().__init__(309, "rejected", f"{where}{of} is not taken: {why}")
        self.reason = reason
        self.detail = detail
        self.transaction = transaction
        self.entry = entry
        self.is_transient = is_transient

    def __reduce__(self) -> tuple[type[Error], tuple[str, str | None, int | None, int | None, bool]]:  # type: ignore[override]
        return type(self), (self.reason, self.detail, self.transaction, self.entry, self.is_transient)


# The engine's failures that no argument is to blame for: a self-test, a wrong answer, a cancel, threads that do not
# start, a device that is lost or is not used for something, a signer,
# a pool without banks; and this face's.
_NOT_ARGUMENTS = frozenset({15, 16, 17, 18, 20, 22, 114, 115, 117, 303, 304, 305, 307, 308, 399})


def refusal(code: int, name: str, message: str) -> Error:
    """Make the exception of a number."""
    return (Error if code in _NOT_ARGUMENTS else ArgumentError)(code, name, message)
