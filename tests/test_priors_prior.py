"""Priors of statements: the mean is what was stated, the weight at most what confidence allows."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from forecast_bench.priors import Prior, cap_weight, encode, encode_band, interval

# Bands of the British yardstick at mass 0.80 and a weight of at most 40; None where the band alone
# gives less weight than that.
CAPPED = [
    (0.00, 0.05, None),
    (0.10, 0.20, (6.1541, 33.8459)),
    (0.25, 0.35, (12.0532, 27.9468)),
    (0.40, 0.50, (18.0113, 21.9887)),
    (0.55, 0.75, None),
    (0.80, 0.90, (33.8459, 6.1541)),
    (0.95, 1.00, None),
]


@pytest.mark.parametrize(("low", "high", "expected"), CAPPED)
def test_known_bands_at_moderate_confidence(low, high, expected) -> None:
    prior = encode(band=(low, high), number=None, mass=0.80, weight_cap=40)
    free = encode_band(low, high)
    assert (prior.low, prior.high) == (low, high)
    assert prior.capped == (expected is not None)
    assert (prior.a, prior.b) == pytest.approx(expected or free, abs=6e-5)
    assert prior.mean == pytest.approx(free.a / (free.a + free.b), abs=1e-12)
    assert prior.weight == pytest.approx(40 if expected else free.a + free.b, rel=1e-12)


def test_a_number_has_its_own_mean_and_the_weight_of_its_confidence() -> None:
    # 0.85 at weight 12: a = 0.85 * 12 = 10.2, b = 0.15 * 12 = 1.8.
    prior = encode(band=None, number=0.85, mass=0.80, weight_cap=12)
    assert (prior.a, prior.b) == pytest.approx((10.2, 1.8))
    assert (prior.low, prior.high, prior.capped) == (None, None, False)


def test_the_mass_does_not_matter_to_a_number() -> None:
    priors = {encode(band=None, number=0.3, mass=mass, weight_cap=40) for mass in (0.6, 0.8)}
    assert len(priors) == 1


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.floats(0.01, 1e3, exclude_min=True))
def test_the_cap_keeps_the_mean(a, b, weight) -> None:
    prior = Prior(a=a, b=b)
    capped = cap_weight(prior, weight)
    assert capped.mean == pytest.approx(prior.mean, abs=1e-9)
    assert capped.weight <= max(weight, 0) * (1 + 1e-12)
    assert capped.capped == (prior.weight > weight)
    assert cap_weight(capped, weight).weight == pytest.approx(capped.weight, rel=1e-12)


@given(st.floats(0, 1, exclude_min=True, exclude_max=True), st.sampled_from([12, 40, 100]))
def test_a_stated_number_never_becomes_certain(number, weight) -> None:
    if number * weight == 0:
        return
    prior = encode(band=None, number=number, mass=0.8, weight_cap=weight)
    assert 0 < prior.mean < 1
    assert prior.mean == pytest.approx(number, abs=1e-12)
    low, high = interval(prior, level=0.9)
    assert 0 < low <= high < 1


@given(st.integers(0, 99), st.integers(1, 100), st.sampled_from([12, 40, 100]))
@settings(max_examples=40, deadline=None)
def test_a_stated_band_never_becomes_certain(low, width, weight) -> None:
    band = (low / 100, min(low + width, 100) / 100)
    if band == (0, 1):
        return
    prior = encode(band=band, number=None, mass=0.8, weight_cap=weight)
    assert 0 < prior.mean < 1
    assert prior.weight <= weight * (1 + 1e-12)


def test_interval_by_hand_and_by_quadrature() -> None:
    # Beta(1, 2) has density 2 (1 - p) and distribution 1 - (1 - p)^2, so a tail of 0.05 ends at
    # 1 - sqrt(0.95) = 0.025321 and one of 0.95 at 1 - sqrt(0.05) = 0.776393.
    assert interval(Prior(a=1.0, b=2.0), level=0.9) == pytest.approx((0.025321, 0.776393), abs=1e-6)
    prior = encode(band=(0.8, 0.9), number=None, mass=0.8, weight_cap=40)
    low, high = interval(prior, level=0.9)

    def density(p: float) -> float:
        log = (prior.a - 1) * math.log(p) + (prior.b - 1) * math.log1p(-p)
        return math.exp(log - special.betaln(prior.a, prior.b))

    assert integrate.quad(density, low, high)[0] == pytest.approx(0.9, abs=1e-8)
    assert integrate.quad(density, 1e-12, low)[0] == pytest.approx(0.05, abs=1e-8)


def test_a_cap_widens_the_interval() -> None:
    free = encode(band=(0.4, 0.5), number=None, mass=0.8, weight_cap=1000)
    inner = interval(free, level=0.9)
    outer = interval(cap_weight(free, 40), level=0.9)
    assert outer[0] < inner[0] < inner[1] < outer[1]


@pytest.mark.parametrize(
    "arguments",
    [
        {"band": None, "number": None},
        {"band": (0.1, 0.2), "number": 0.15},
        {"band": None, "number": 0.0},
        {"band": None, "number": 1.0},
        {"band": None, "number": math.nan},
        {"band": (0.2, 0.1), "number": None},
    ],
)
def test_misuse_of_encode_is_refused(arguments) -> None:
    with pytest.raises(ValueError, match="got"):
        encode(**arguments, mass=0.8, weight_cap=40)


@pytest.mark.parametrize("weight", [0, -1, math.inf, math.nan])
def test_misuse_of_a_weight_is_refused(weight) -> None:
    with pytest.raises(ValueError, match="weight"):
        cap_weight(Prior(a=1.0, b=1.0), weight)
    with pytest.raises(ValueError, match="weight"):
        encode(band=None, number=0.5, mass=0.8, weight_cap=weight)


@pytest.mark.parametrize("level", [0, 1, -0.5, math.nan])
def test_misuse_of_a_level_is_refused(level) -> None:
    with pytest.raises(ValueError, match="level"):
        interval(Prior(a=1.0, b=1.0), level=level)


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, math.nan])
def test_a_prior_has_proper_parameters(value) -> None:
    with pytest.raises(ValueError, match="of a prior"):
        Prior(a=value, b=1.0)
    with pytest.raises(ValueError, match="of a prior"):
        Prior(a=1.0, b=value)
