"""Small files of secrets: for their owner's eyes only, the old one or the new one, and there after a loss of power."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import _arguments
from .errors import Error


def _path(path: object) -> Path:
    """Take a path, and no number: that would be some other file that is open."""
    if not isinstance(path, (str, os.PathLike)):
        raise _arguments.wrong_type("path", "a str or a pathlib.Path", path)
    return Path(path)


def read(path: str | Path, most: int) -> bytes:
    """Read a file that has no more bytes than it may."""
    with open(_path(path), "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise _arguments.wrong_value("path", f"a file of at most {most:,} bytes", f"{os.fspath(path)!r}")
    return content


def write_new(path: str | Path, secret: bytes) -> None:
    """Write a file that is not there yet; one that is there is left as it is."""
    with _written(_path(path), secret) as written:
        os.link(written, path)


def replace(path: str | Path, secret: bytes) -> None:
    """Put a file in the place of another."""
    with _written(_path(path), secret) as written:
        os.replace(written, path)


@contextlib.contextmanager
def _written(path: Path, secret: bytes) -> Iterator[str]:
    """Give a file beside it that is on the disk, to be put in its place."""
    handle, name = tempfile.mkstemp(prefix=".gridnet-", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        yield name
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
    if os.name == "posix":
        # The name must be on the disk, too.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def locked(path: str | Path) -> Iterator[Path]:
    """Wait until no other program changes a file, and keep it so; give where it really is."""
    try:
        import fcntl
    except ImportError:
        message = "files are locked with fcntl, which this system has not: read the file, and give persist"
        raise Error(304, "missing", message) from None
    really = _path(path).resolve(strict=True)
    if really.stat().st_nlink > 1:
        raise _arguments.wrong_value("path", "a file with one name: only one would be changed", "one with several")
    # The file itself is replaced, and a lock would go with it.
    beside = os.open(f"{really}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    with open(beside, "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield really
