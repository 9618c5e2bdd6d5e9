"""Draw how well panels of rates are calibrated, over panels drawn from the prior.

    python tests/derivations/panel_figures.py [--panels 200] [--out docs/images]

Prints the figures of docs/reference/method.md and writes its picture; the same number of panels
gives the same bytes.
"""

import argparse
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from scipy.stats import binom

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulated_panels import calibration_ranks

BLUE, BAND, INK = "#0072B2", "#DDDDDD", "#333333"
BINS = 10


def ranks_figure(ranks, path):
    mpl.use("svg")
    from matplotlib import pyplot

    mpl.rcParams.update(
        {
            "svg.hashsalt": "forecast-bench",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.size": 10,
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.edgecolor": INK,
            "xtick.color": INK,
            "ytick.color": INK,
        }
    )
    drawn, panels = pyplot.subplots(
        1, ranks.shape[1], figsize=(11, 2.6), layout="constrained", sharey=True, facecolor="white"
    )
    low, high = binom.ppf([0.005, 0.995], len(ranks), 1 / BINS)
    edges = np.linspace(0, 1, BINS + 1)
    for panel, name in zip(panels, ranks, strict=True):
        panel.axhspan(low, high, color=BAND, linewidth=0)
        panel.axhline(len(ranks) / BINS, color=INK, linewidth=0.8)
        panel.hist(ranks[name], bins=edges, color=BLUE, rwidth=0.85)
        panel.set_title(name, fontsize=10)
        panel.set_xticks([0, 0.5, 1])
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("panels")
    drawn.supxlabel("posterior probability below the truth", fontsize=10)
    title = "Panels of rates are calibrated"
    drawn.savefig(path, metadata={"Date": None, "Creator": None, "Title": title})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panels", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "docs" / "images")
    asked = parser.parse_args()
    ranks = calibration_ranks(asked.panels, seed=20_261_126)
    expected = asked.panels / BINS
    for name, values in ranks.items():
        bins = np.histogram(values, bins=BINS, range=(0, 1))[0]
        inside = ((values > 0.05) & (values < 0.95)).mean()
        square = ((bins - expected) ** 2 / expected).sum()
        print(f"{name}: {bins.tolist()}, chi-square {square:.1f}, 90 % interval {inside:.1%}")
    ranks_figure(ranks, asked.out / "panel-calibration.svg")


if __name__ == "__main__":
    main()
