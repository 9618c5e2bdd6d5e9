"""Draw where the truth lies in the posterior of the recalibration model, over simulated data sets.

python tests/derivations/recalibration_ranks.py [--data-sets 200] [--out docs/images]
"""

import argparse
import sys
from pathlib import Path

import matplotlib as mpl
from scipy.stats import binom

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulated_ranks import EFFECTS, histograms, ranks_of_the_truth

BINS = 10
INK, BAND = "#333333", "#9fc4dd"
STYLE = {
    "svg.hashsalt": "forecast-bench",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
TITLE = "Where the truth lies in the posterior of the recalibration model"


def ranks_figure(counts, path, *, data_sets):
    """Draw a histogram for each effect, over the band of a uniform one."""
    mpl.use("svg")
    from matplotlib import pyplot

    mpl.rcParams.update(STYLE)
    low, high = binom(data_sets, 1 / BINS).ppf([0.005, 0.995])
    drawn, panels = pyplot.subplots(
        5, 5, figsize=(10, 9), sharex=True, sharey=True, layout="constrained", facecolor="white"
    )
    for panel, name, row in zip(panels.flat, EFFECTS, counts, strict=True):
        panel.axhspan(low, high, color=BAND, alpha=0.6, linewidth=0)
        panel.bar([(at + 0.5) / BINS for at in range(BINS)], row, width=0.8 / BINS, color=INK)
        panel.set_title(name, fontsize=9)
        panel.set_xticks([0, 0.5, 1])
        panel.spines[["top", "right"]].set_visible(False)
    drawn.supxlabel("posterior probability below the truth", fontsize=11)
    drawn.supylabel(f"data sets of {data_sets}", fontsize=11)
    drawn.savefig(path, metadata={"Date": None, "Creator": None, "Title": TITLE})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-sets", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "docs" / "images")
    asked = parser.parse_args()
    counts = histograms(ranks_of_the_truth(asked.data_sets), bins=BINS)
    low, high = binom(asked.data_sets, 1 / BINS).ppf([0.005, 0.995])
    outside = int(((counts < low) | (counts > high)).sum())
    print(f"{outside} of {counts.size} bars outside the 99 % band; about 1 in 100 is expected")
    ranks_figure(counts, asked.out / "recalibration-ranks.svg", data_sets=asked.data_sets)


if __name__ == "__main__":
    main()
