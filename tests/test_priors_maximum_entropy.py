"""A band as the Beta distribution of maximum entropy with a stated mass in it."""

import warnings
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special

from forecast_bench.priors import encode_band

# Bands of the British yardstick at mass 0.80, to four decimals.
GOLDEN = [
    (0.00, 0.05, 1.1718, 36.1695, 0.03138),
    (0.10, 0.20, 12.6604, 69.6295, 0.15385),
    (0.25, 0.35, 41.4070, 96.0076, 0.30133),
    (0.40, 0.50, 73.0625, 89.1971, 0.45028),
    (0.55, 0.75, 23.8558, 13.0622, 0.64618),
    (0.80, 0.90, 69.6295, 12.6604, 0.84615),
    (0.95, 1.00, 36.1695, 1.1718, 0.96862),
]
AMERICAN_ENDS = [0.01, 0.05, 0.20, 0.45, 0.55, 0.80, 0.95, 0.99]
AMERICAN = list(pairwise(AMERICAN_ENDS))


def mass_inside(low: float, high: float, a: float, b: float) -> float:
    return float(1 - special.betainc(a, b, low) - special.betaincc(a, b, high))


def entropy(a: float, b: float) -> float:
    return float(
        special.betaln(a, b)
        - (a - 1) * special.digamma(a)
        - (b - 1) * special.digamma(b)
        + (a + b - 2) * special.digamma(a + b)
    )


@pytest.mark.parametrize(("low", "high", "a", "b", "mean"), GOLDEN)
def test_known_bands(low, high, a, b, mean) -> None:
    found = encode_band(low, high)
    assert found == pytest.approx((a, b), abs=6e-5)
    assert found.a / (found.a + found.b) == pytest.approx(mean, abs=6e-6)


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.9), (0.0, 0.8), (0.2, 1.0), (0.15, 0.95)])
def test_a_band_as_wide_as_its_mass_is_uniform(low, high) -> None:
    # The uniform distribution has mass 0.80 on every stretch of width 0.80, and no distribution
    # on 0..1 has a larger entropy: so it is the answer, Beta(1, 1), wherever the band stands.
    assert encode_band(low, high, mass=0.80) == pytest.approx((1, 1), abs=1e-6)


def test_a_narrow_band_is_the_normal_distribution() -> None:
    # Mass 0.80 lies within 1.2815516 deviations of the mean of a normal distribution. So a band of
    # width 0.001 centred on 0.3005 has deviation 0.0005 / 1.2815516 = 3.90152e-4, and
    # a + b = 0.3005 * 0.6995 / 3.90152e-4**2 - 1 = 1,380,905 or so, a = 414,962.
    found = encode_band(0.300, 0.301)
    assert found.a + found.b == pytest.approx(0.3005 * 0.6995 / 3.90152e-4**2 - 1, rel=1e-4)
    assert found.a / (found.a + found.b) == pytest.approx(0.3005, abs=1e-6)


def other_library(low: float, high: float) -> tuple[float, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import preliz

        other = preliz.Beta()
        preliz.maxent(other, low, high, 0.80, plot=False)
    return float(other.alpha), float(other.beta)


@pytest.mark.parametrize(
    ("low", "high"), [*[row[:2] for row in GOLDEN], *AMERICAN, (0.02, 0.9), (0.0, 0.6)]
)
def test_oracle_of_another_library(low, high) -> None:
    # Its search stops where the entropy, flat at its maximum, changes in the tenth digit: the
    # parameters agree to three, by the machine.
    assert encode_band(low, high) == pytest.approx(other_library(low, high), rel=5e-4)


@pytest.mark.parametrize(("low", "high"), [(0.3, 0.301), (0.999, 1.0)])
def test_where_the_other_library_stops_short(low, high) -> None:
    # On bands this narrow its search ends early, at the asked mass but far below the maximum.
    found, other = encode_band(low, high), other_library(low, high)
    assert mass_inside(low, high, *other) == pytest.approx(0.80, abs=1e-6)
    assert mass_inside(low, high, *found) == pytest.approx(0.80, abs=1e-9)
    assert entropy(*found) > entropy(*other)


@pytest.mark.parametrize(
    ("low", "high", "mass"), [(0.1, 0.2, 0.8), (0.0, 0.3, 0.9), (0.4, 0.95, 0.7)]
)
def test_no_neighbour_with_the_same_mass_has_more_entropy(low, high, mass) -> None:
    found = encode_band(low, high, mass=mass)
    compared = 0
    for factor in (0.9, 0.99, 1.01, 1.1):
        a = found.a * factor

        def excess(b: float, a: float = a) -> float:
            return mass_inside(low, high, a, b) - mass

        # Two distributions of this a may have the mass: one on either side of the best fit.
        grid = [found.b * (0.5 + 0.005 * step) for step in range(300)]
        roots = [
            optimize.brentq(excess, left, right)
            for left, right in pairwise(grid)
            if excess(left) * excess(right) < 0
        ]
        assert all(entropy(a, b) < entropy(*found) for b in roots)
        compared += len(roots)
    assert compared > 0


ends = st.integers(0, 1000)


@given(ends, ends, st.sampled_from([0.55, 0.80, 0.95]))
@settings(max_examples=60, deadline=None)
def test_the_mass_is_the_mass_asked_for_and_mirrors_agree(first, second, mass) -> None:
    lower, upper = min(first, second), max(first, second)
    if lower == upper or (lower, upper) == (0, 1000):
        return
    low, high = lower / 1000, upper / 1000
    a, b = encode_band(low, high, mass=mass)
    mirrored = encode_band((1000 - upper) / 1000, (1000 - lower) / 1000, mass=mass)
    assert mass_inside(low, high, a, b) == pytest.approx(mass, abs=1e-9)
    assert (mirrored.b, mirrored.a) == (a, b)


@given(st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_every_band_has_a_proper_distribution(first, second) -> None:
    low, high = min(first, second), max(first, second)
    if low == high or (low, high) == (0, 1):
        return
    a, b = encode_band(low, high)
    assert 0 < a < float("inf")
    assert 0 < b < float("inf")
    assert 0 < a / (a + b) < 1


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (1e-7, 2e-7),
        (0.0, 1e-9),
        (1e-9, 0.05),
        (0.3, 0.300001),
        (0.001, 0.999),
        (0.0, 0.999),
        (0.9995, 1),
    ],
)
def test_mass_of_extreme_bands(low, high) -> None:
    assert mass_inside(low, high, *encode_band(low, high)) == pytest.approx(0.80, abs=1e-6)


@pytest.mark.parametrize("bands", [[row[:2] for row in GOLDEN], AMERICAN])
def test_means_rise_along_a_lexicon(bands) -> None:
    means = [a / (a + b) for a, b in (encode_band(low, high) for low, high in bands)]
    assert means == sorted(set(means))


def test_order_of_encoding_changes_nothing() -> None:
    from forecast_bench.priors import maximum_entropy

    bands = [row[:2] for row in GOLDEN]
    maximum_entropy._encode.cache_clear()
    forward = [encode_band(*band) for band in bands]
    maximum_entropy._encode.cache_clear()
    backward = [encode_band(*band) for band in reversed(bands)]
    assert forward == backward[::-1]


@pytest.mark.parametrize(
    ("low", "high", "mass"),
    [
        (0.0, 1.0, 0.8),
        (0.5, 0.5, 0.8),
        (0.6, 0.5, 0.8),
        (-0.1, 0.5, 0.8),
        (0.5, 1.1, 0.8),
        (float("nan"), 0.5, 0.8),
        (0.1, 0.2, 0.0),
        (0.1, 0.2, 1.0),
    ],
)
def test_misuse_is_refused(low, high, mass) -> None:
    with pytest.raises(ValueError, match=r"band|mass"):
        encode_band(low, high, mass=mass)
