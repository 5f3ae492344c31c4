"""What the four scripts share: how they print, judge what the paper says, and draw."""

from __future__ import annotations

import itertools
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt

import gridnet

SHORT = os.environ.get("GRIDNET_SHORT") == "1"
"""Measure little. What is exact stays as it is."""

plt.rcParams.update(
    {
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlesize": "medium",
        "figure.constrained_layout.use": True,
        "figure.dpi": 110,
        "figure.figsize": (7, 4),
        "font.size": 9,
        "lines.markersize": 4,
    }
)


def show(text: str) -> None:
    """Print what is exact, on every machine the same: a page can be held against it."""
    _print(text, sys.stdout)


def measured(text: str) -> None:
    """Print what was measured, and is different the next time."""
    _print(text, sys.stderr)


def _print(text: str, to: object) -> None:
    if "ipykernel" in sys.modules:
        from IPython.display import Markdown, display

        display(Markdown(text))
    else:
        print(text, file=to)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lay rows out in Markdown. Whole numbers stand on the right, in groups of three."""
    cells = [[f"{of:,}" if isinstance(of, int) else str(of) for of in row] for row in rows]
    lines = [list(head), ["---"] + ["---:"] * (len(head) - 1), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def lasting(seconds: float) -> str:
    """Write a time in a unit that suits it."""
    units = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"), (1e-3, "ms"), (1e-6, "µs"))
    size, unit = next((of for of in units if seconds >= of[0]), units[-1])
    return f"{seconds / size:.3g} {unit}"


def end() -> None:
    """Show the pictures in windows, where there are any."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plt.show()


def cases(**ways: Iterable[object]) -> list[dict[str, object]]:
    """Give every way to choose one of each."""
    return [dict(zip(ways, of, strict=True)) for of in itertools.product(*ways.values())]


class Claim(NamedTuple):
    """Something that the paper says, tried on many cases."""

    section: str
    says: str
    command: str
    """An expression; the case's numbers stand in braces."""
    cases: list[dict[str, object]]
    holds: Callable[..., bool]
    """Whether what the command gives in a case (`v`, and the case's numbers) is what the paper says."""
    so: str
    """What is so instead, or beside."""
    condition: Callable[..., bool] | None = None
    """In which cases it holds, where it holds in some."""

    def judged(self) -> list[str]:
        """Try all cases, and give the row of the table: the mark follows from what they gave."""
        commands = [self.command.format(**case) for case in self.cases]
        values = [eval(command, {"gridnet": gridnet}) for command in commands]
        good = [bool(self.holds(v, **case)) for v, case in zip(values, self.cases, strict=True)]
        mark = "true" if all(good) else "true-under" if any(good) else "false"
        if mark == "true-under":
            assert self.condition is not None, f"no condition for: {self.says}"
            assert good == [bool(self.condition(**case)) for case in self.cases], f"another condition for: {self.says}"
        else:
            assert self.condition is None, f"needs no condition, being {mark}: {self.says}"
        shown = sorted({good.index(outcome) for outcome in good}, key=lambda at: not good[at])
        label = {True: "true: ", False: "false: "} if mark == "true-under" else {True: "", False: ""}
        given = [f"{label[good[at]]}`{commands[at]}` → {_written(values[at])}" for at in shown]
        tried = "1 case" if len(good) == 1 else f"{len(good)} cases"
        return [self.section, self.says, f"**{mark}** ({tried}): {self.so}", "<br>".join(given)]


def _written(value: object) -> str:
    if isinstance(value, tuple | list | set):
        return ", ".join(_written(of) for of in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}".removesuffix(".0")


def judge(claims: Sequence[Claim]) -> str:
    """Try claims, and lay the verdicts out, with their sum."""
    rows = [[str(number), *claim.judged()] for number, claim in enumerate(claims, 1)]
    head = ["", "paper", "it says", "mark", "shown by"]
    marks = [row[3].split("**")[1] for row in rows]
    found = ", ".join(f"{marks.count(mark)} {mark}" for mark in ("true", "true-under", "false"))
    lines = [f"| {' | '.join(of)} |" for of in (head, ["---"] * len(head), *rows)]
    return "\n".join([*lines, "", f"{len(rows)} statements: {found}."])
