"""Pictures: what they show is what was computed."""

import matplotlib as mpl
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt

from gridnet import payouts, plot


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_the_papers_figure_shows_the_shares():
    axes = plot.payout_along_path(1_000_003, 5)
    heights = [bar.get_height() for bar in axes.patches[:5]]
    assert heights == [250_001, 187_501, 140_626, 105_469, 316_406]
    assert axes.patches[-1].get_height() == 0


def test_gains_are_those_of_the_formula():
    line = plot.fake_hop_gain([(3, 4)], 3).lines[0]
    assert [round(y, 6) for y in line.get_ydata()] == [1, 1.75, 2.3125]


def test_a_given_axes_is_drawn_into(tmp_path):
    figure, axes = plt.subplots(2, 2)
    drawn = [
        plot.payouts_until_faking_pays({"main": 10**6}, axes=axes[0, 0]),
        plot.device_rates({"cpu": {"sha256": 1e7}, "gpu": {"sha256": 1e9, "blake2s": 2e9}}, axes=axes[0, 1]),
        plot.verification_scaling({"a": {1: 2.0, 10: 3.0}}, axes=axes[1, 0]),
    ]
    assert [of.figure for of in drawn] == [figure] * 3
    figure.savefig(tmp_path / "all.png")
    line = drawn[0].lines[0]
    assert list(line.get_ydata()) == [
        payouts.fake_hop(10**exponent, identity_cost=10**6).payouts for exponent in range(3, 11)
    ]
