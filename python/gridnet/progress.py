"""Watching a call: `progress=True` draws a bar, a callable is told what is done."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from . import _arguments
from .errors import Error

__all__ = ["Progress"]

Progress = bool | Callable[[int, int], object] | None
"""`True` for a bar by tqdm; a callable for `(done, total)` ten times a second; `total` is 0 where nobody knows it."""


@contextlib.contextmanager
def watching(progress: Progress, unit: str, total: int | None = None) -> Iterator[Callable[[int, int], object] | None]:
    """Give what the extension tells its progress to."""
    if progress is None or progress is False:
        yield None
    elif progress is True:
        try:
            from tqdm import tqdm
        except ImportError:
            message = "progress=True needs tqdm: pip install 'gridnet[progress]', or give a callable"
            raise Error(304, "missing", message) from None
        with tqdm(total=total, unit=unit, unit_scale=True, dynamic_ncols=True) as bar:

            def tell(done: int, of: int) -> None:
                if bar.total is None and 0 < of < 2**63:
                    bar.total = of
                if done > bar.n:
                    bar.update(done - bar.n)

            yield tell
    elif callable(progress):
        given = progress
        yield (lambda done, of: given(done, of or total or 0))
    else:
        raise _arguments.wrong_type("progress", "None, a bool or a callable", progress)
