"""Simulate analysts whose faults are known, and draw what the program says of them.

    python tests/derivations/calibration_figures.py [--analysts 1000] [--out docs/images]

Prints the tables of docs/reference/method.md and writes its two figures. The same numbers of
analysts give the same bytes.
"""

import argparse
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulated_analysts import FAULTS, inside_the_band, rates

# Okabe and Ito's colours hold for colour-blind readers; on white and on dark pages alike.
BLUE, ORANGE, INK = "#0072B2", "#D55E00", "#333333"
NAMED = ("over-confident", "under-confident", "too far from base rates", "the misread phrase")
QUESTIONS = (60, 200)


def figure(width, height):
    mpl.use("svg")
    from matplotlib import pyplot

    mpl.rcParams.update(
        {
            "svg.hashsalt": "forecast-bench",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.size": 11,
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.edgecolor": INK,
            "xtick.color": INK,
            "ytick.color": INK,
        }
    )
    return pyplot.subplots(1, 2, figsize=(width, height), layout="constrained", facecolor="white")


def save(drawn, path, title):
    drawn.savefig(path, metadata={"Date": None, "Creator": None, "Title": title})


def revisions_figure(shares, path):
    drawn, panels = figure(9.5, 4.2)
    edges = np.linspace(0, 1, 11)
    for panel, (revisions, table) in zip(panels, shares.items(), strict=True):
        ways = (
            ("clustered", BLUE, "one question, one trial"),
            ("as trials", ORANGE, "every revision a trial"),
        )
        for shift, (column, colour, label) in enumerate(ways):
            counts, _ = np.histogram(table[column], bins=edges)
            panel.bar(
                edges[:-1] + 0.028 + 0.044 * shift,
                counts / len(table),
                width=0.04,
                color=colour,
                label=f"{label}: {table[column].mean():.0%} of points inside",
            )
        panel.plot([0.9, 0.9], [0, 0.95], color=INK, linestyle="--", linewidth=1)
        panel.text(0.885, 0.72, "90 %, as stated", ha="right", fontsize=10)
        panel.set_title(f"30 questions, {revisions} statements on each", fontsize=12)
        panel.set_xlim(0, 1)
        panel.set_ylim(0, 1.15)
        panel.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
        panel.xaxis.set_major_formatter("{x:.0%}")
        panel.yaxis.set_major_formatter("{x:.0%}")
        panel.set_xlabel("points of the analyst's curve inside the 90 % band")
        panel.spines[["top", "right"]].set_visible(False)
        panel.legend(frameon=False, loc="upper left", fontsize=10)
    panels[0].set_ylabel("share of calibrated analysts")
    save(drawn, path, "Revisions are not trials")


def faults_figure(table, path):
    drawn, panels = figure(9.5, 4.4)
    columns = ("no fault found", *NAMED)
    for panel, questions in zip(panels, QUESTIONS, strict=True):
        part = table[table["questions"] == questions].set_index("analyst").loc[list(FAULTS)]
        values = part[list(columns)].to_numpy(dtype=float)
        panel.imshow(values, cmap="Blues", vmin=0, vmax=1.15, aspect="auto")
        for (row, column), value in np.ndenumerate(values):
            panel.text(
                column,
                row,
                f"{value:.0%}",
                ha="center",
                va="center",
                color="white" if value > 0.6 else INK,
            )
        panel.set_xticks(range(len(columns)), columns, rotation=35, ha="right")
        panel.set_yticks(range(len(FAULTS)), FAULTS if questions == QUESTIONS[0] else [])
        panel.set_title(f"{questions} judgments", fontsize=12)
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
    panels[0].set_ylabel("the analyst is")
    drawn.supxlabel("share of analysts of whom the program says this", fontsize=11)
    save(drawn, path, "What is said of analysts whose faults are known")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--analysts", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "docs" / "images")
    asked = parser.parse_args()
    shares = {
        revisions: inside_the_band(revisions=revisions, analysts=asked.analysts, seed=revisions)
        for revisions in (5, 20)
    }
    for revisions, table in shares.items():
        print(
            f"{revisions} statements: points inside {table.mean().round(3).to_dict()}, "
            f"whole curves {(table == 1).mean().round(3).to_dict()}"
        )
    revisions_figure(shares, asked.out / "revisions-are-not-trials.svg")
    found = pd.DataFrame(
        [
            rates(fault, questions=questions, analysts=asked.analysts, seed=1)
            for fault in FAULTS
            for questions in QUESTIONS
        ]
        + [rates("sound", questions=60, analysts=asked.analysts, seed=1, each=5)]
    )
    print(found.round(3).T.to_string())
    faults_figure(found[found["judgments"] == found["questions"]], asked.out / "known-faults.svg")


if __name__ == "__main__":
    main()
