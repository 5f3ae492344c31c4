"""Pictures, by matplotlib: who is paid what, when faking pays, how fast devices are.

Each draws into the axes that it is given, or into new ones, and gives them back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import payouts
from .errors import Error

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["device_rates", "fake_hop_gain", "payout_along_path", "payouts_until_faking_pays", "verification_scaling"]

_BLUE, _GREY = "#1f6feb", "#8b949e"
_COLOURS = (_BLUE, "#d9730d", "#2da44e", "#8250df")
_GIVEN = tuple(10**exponent for exponent in range(3, 11))


def _axes(axes: Axes | None) -> Axes:
    if axes is not None:
        return axes
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise Error(304, "missing", "gridnet.plot needs matplotlib: pip install 'gridnet[plot]'") from None
    new: Any = plt.subplots(figsize=(7, 4), layout="constrained")[1]
    for side in ("top", "right"):
        new.spines[side].set_visible(False)
    return new  # type: ignore[no-any-return]


def payout_along_path(
    amount: int = 1_000_000, hops: int = 5, payrate: tuple[int, int] = (3, 4), axes: Axes | None = None
) -> Axes:
    """Draw the paper's Fig. 2: what each hop is given, keeps, and passes on.

    >>> payout_along_path().get_title()
    'Payrate 3/4: what each of 5 hops keeps'
    """
    shares = payouts.split(amount, hops, payrate)
    axes = _axes(axes)
    names = [f"hop {number}" for number in range(1, hops + 1)]
    given = [amount - sum(shares[:number]) for number in range(hops)]
    rest = [of - kept for of, kept in zip(given, shares, strict=True)]
    axes.bar(names, shares, color=_BLUE, label="keeps")
    axes.bar(names, rest, bottom=shares, color=_GREY, alpha=0.35, label="passes on")
    for number, share in enumerate(shares):
        axes.annotate(f"{share:,}\n{share / amount:.1%}", (number, given[number]), ha="center", va="bottom")
    axes.margins(y=0.15)
    axes.set_ylabel("units")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_title(f"Payrate {payrate[0]}/{payrate[1]}: what each of {hops} hops keeps")
    axes.legend(frameon=False)
    return axes


def fake_hop_gain(
    payrates: Sequence[tuple[int, int]] = ((1, 2), (3, 4), (9, 10)), most: int = 8, axes: Axes | None = None
) -> Axes:
    """Draw how many times as much a forwarder keeps that poses as several hops.

    >>> len(fake_hop_gain().lines)
    4
    """
    axes = _axes(axes)
    given = 10**12
    for a, b in payrates:
        honest = payouts.split(given, 2, (a, b))[0]
        many = range(1, most + 1)
        gains = [payouts.fake_hop(given, (a, b), identities=identities).gain for identities in many]
        axes.plot(many, [1 + gain / honest for gain in gains], marker="o", label=f"payrate {a}/{b}")
    axes.axhline(1, color=_GREY, linewidth=1, linestyle="--")
    axes.set_xlabel("as how many hops it poses")
    axes.set_ylabel("of an honest hop's share")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} ×")
    axes.set_title("What a forwarder keeps that is not the last")
    axes.legend(frameon=False)
    return axes


def payouts_until_faking_pays(
    identity_costs: Mapping[str, int],
    given: Sequence[int] = _GIVEN,
    payrate: tuple[int, int] = (3, 4),
    axes: Axes | None = None,
) -> Axes:
    """Draw from which payout on a second identity has paid for itself, by what the hop is given at each.

    Args:
        identity_costs: units that an identity costs, by a name for it: of a difficulty, or of hardware.
        given: units that a hop is given at a payout.
        payrate: (a, b).
        axes: where to draw.

    >>> payouts_until_faking_pays({"test": 1_000, "main": 10**8}).get_yscale()
    'log'
    """
    axes = _axes(axes)
    for name, cost in identity_costs.items():
        after = [payouts.fake_hop(units, payrate, identity_cost=cost).payouts for units in given]
        axes.plot(given, [float("nan") if many is None else many for many in after], marker="o", label=name)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("units that the hop is given at each payout")
    axes.set_ylabel("payouts until it pays")
    axes.set_title("No difficulty makes a fake hop lose for ever")
    axes.legend(frameon=False, title="an identity's cost")
    return axes


def device_rates(rates: Mapping[str, Mapping[str, float]], axes: Axes | None = None) -> Axes:
    """Draw hashes a second, by what is computed and by which device.

    Args:
        rates: of each device, by its name: of each function, by its name, the rate.
        axes: where to draw.

    >>> device_rates({"cpu": {"sha256": 2e7, "blake2s": 6e7}}).get_xscale()
    'log'
    """
    axes = _axes(axes)
    names = list(dict.fromkeys(name for of in rates.values() for name in of))
    height = 0.8 / max(1, len(rates))
    for number, (device, of) in enumerate(rates.items()):
        places = [row + number * height for row in range(len(names))]
        values = [of.get(name, float("nan")) for name in names]
        axes.barh(places, values, height, label=device, color=_COLOURS[number % len(_COLOURS)])
        for place, value in zip(places, values, strict=True):
            axes.annotate(f" {_scaled(value)}", (value, place), va="center", fontsize="small")
    axes.set_xscale("log")
    axes.margins(x=0.2)
    axes.set_yticks([row + height * (len(rates) - 1) / 2 for row in range(len(names))], names)
    axes.invert_yaxis()
    axes.set_xlabel("a second")
    axes.set_title("Rates of the devices at hand")
    axes.legend(frameon=False)
    return axes


def _scaled(value: float) -> str:
    for size, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {prefix}/s"
    return f"{value:.3g} /s"


def verification_scaling(
    measured: Mapping[str, Mapping[int, float]], what: str = "transit pools in a call", axes: Axes | None = None
) -> Axes:
    """Draw verdicts a second over something: sizes of batches, hops, lengths.

    Args:
        measured: of each series, by its name: verdicts a second by the number.
        what: the number that is varied.
        axes: where to draw.

    >>> verification_scaling({"3 hops": {10: 5e3, 100: 1e4}}).get_xlabel()
    'transit pools in a call'
    """
    axes = _axes(axes)
    for name, of in measured.items():
        axes.plot(list(of), list(of.values()), marker="o", label=name)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel(what)
    axes.set_ylabel("verdicts a second")
    axes.yaxis.set_major_formatter(lambda value, _: _scaled(value).removesuffix("/s").strip() if value else "0")
    axes.set_title("Verification")
    axes.legend(frameon=False)
    return axes
