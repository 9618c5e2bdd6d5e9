"""Colours of the terminal: read on black and white, and told apart without a kind of cone.

The matrices are those of Machado, Oliveira & Fernandes (2009), A physiologically-based model for
simulation of color vision deficiency, IEEE TVCG 15(6), doi:10.1109/TVCG.2009.113, severity 1.0;
they apply to linear RGB.
"""

import itertools

import numpy as np
import pytest
from rich.color import Color, ColorSystem

from forecast_bench.cli.terminal import BLUE, ORANGE, QUIET

COLOURS = {"blue": BLUE, "orange": ORANGE, "quiet": QUIET}
PROTANOPIA = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
TRITANOPIA = np.array(
    [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ]
)
SEEN = {
    "all cones": np.eye(3),
    "protanopia": PROTANOPIA,
    "deuteranopia": DEUTERANOPIA,
    "tritanopia": TRITANOPIA,
}
# From linear sRGB to CIE XYZ, and its white (IEC 61966-2-1, D65).
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    low, high = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    ratio = (TO_XYZ @ np.clip(rgb, 0, 1)) / TO_XYZ.sum(axis=1)
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def of_256(colour):
    found = Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
    return found.hex


@pytest.mark.parametrize("matrix", list(SEEN.values()), ids=list(SEEN))
def test_grey_is_grey_to_everybody(matrix):
    # Rows of a matrix sum to 1, so white stays white.
    assert matrix.sum(axis=1) == pytest.approx(1, abs=2e-6)


def test_distance_of_white_and_black_is_100():
    assert np.linalg.norm(lab(np.ones(3)) - lab(np.zeros(3))) == pytest.approx(100, abs=0.05)


@pytest.mark.parametrize("ground", ["#000000", "#ffffff"])
@pytest.mark.parametrize("name", COLOURS)
def test_words_read_on_dark_and_light(name, ground):
    # WCAG 2.2, 1.4.3: 4.5 for text; no colour has more than the root of 21, 4.58, on both.
    assert contrast(COLOURS[name], ground) >= 4.5
    # The nearest of 256 colours, which older terminals show; 3 is asked of large text and marks.
    assert contrast(of_256(COLOURS[name]), ground) >= 4.4


@pytest.mark.parametrize("shown", [str, of_256], ids=["true colour", "256 colours"])
@pytest.mark.parametrize("eyes", SEEN)
def test_colours_are_told_apart_by_everybody(eyes, shown):
    seen = {name: lab(SEEN[eyes] @ linear(shown(one))) for name, one in COLOURS.items()}
    for (one, first), (other, second) in itertools.combinations(seen.items(), 2):
        # 2.3 is a just noticeable difference of CIELAB 1976; ten of them are no close call.
        assert np.linalg.norm(first - second) > 23, (one, other)
