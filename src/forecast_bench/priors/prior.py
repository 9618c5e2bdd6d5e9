"""Priors: what an analyst stated, as a Beta distribution of the probability that it is true."""

import math
from dataclasses import dataclass, replace

from scipy import special

from forecast_bench.markup import density_svg, table_html
from forecast_bench.priors.maximum_entropy import encode_band

# Points of the small density that a notebook shows.
_POINTS = 80
# Probabilities next to 0 and 1: a prior never reaches certainty.
_LOWEST, _HIGHEST = math.ulp(0.0), math.nextafter(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Prior:
    """Beta distribution of the probability that a statement is true.

    Parameters
    ----------
    a, b : float
        Parameters of the Beta distribution, finite and greater than zero.
    low, high : float or None
        The band that was asked for; None where a single number was stated.
    capped : bool
        Whether analytic confidence reduced the weight that the band alone would give.

    Raises
    ------
    ValueError
        If a parameter is not a finite number greater than zero.

    Examples
    --------
    >>> prior = Prior(a=3.0, b=1.0)
    >>> prior.mean, prior.weight
    (0.75, 4.0)
    """

    a: float
    b: float
    low: float | None = None
    high: float | None = None
    capped: bool = False

    def __post_init__(self) -> None:
        for name, value in (("a", self.a), ("b", self.b)):
            if not 0 < value < math.inf:
                raise ValueError(f"{name} of a prior is finite and greater than 0, got {value!r}")

    @property
    def mean(self) -> float:
        """The stated probability, strictly between 0 and 1."""
        return _uncertain(self.a / (self.a + self.b))

    @property
    def weight(self) -> float:
        """How many observations the statement is worth: a + b."""
        return self.a + self.b

    def _repr_html_(self) -> str:
        points = [(place + 0.5) / _POINTS for place in range(_POINTS)]
        # On a log scale first: a sure prior is next to nothing over most of the scale.
        logs = [
            (self.a - 1) * math.log(point) + (self.b - 1) * math.log1p(-point) for point in points
        ]
        heights = [math.exp(one - max(logs)) for one in logs]
        band = "a number" if self.low is None else f"{self.low:.0%} to {self.high:.0%}"
        capped = ", capped by analytic confidence" if self.capped else ""
        return table_html(
            f"Prior Beta({self.a:.4f}, {self.b:.4f})",
            ["stated", "mean", "weight", "0 to 100 %"],
            [
                [
                    band,
                    f"{self.mean:.4f}",
                    f"{self.weight:.1f} observations{capped}",
                    density_svg(heights, low=self.low, high=self.high),
                ]
            ],
            numeric=["mean"],
        )


def encode(
    *, band: tuple[float, float] | None, number: float | None, mass: float, weight_cap: float
) -> Prior:
    """Prior of a stated band or of a stated number.

    Parameters
    ----------
    band : tuple of float or None
        Low and high of a phrase or a range; see `encode_band`.
    number : float or None
        A probability strictly between 0 and 1. Exactly one of `band` and `number` is given.
    mass : float
        Probability inside a band, strictly between 0 and 1; a number has no use for it.
    weight_cap : float
        Largest weight a + b under the analytic confidence stated (moderate where none is). A
        number has exactly this weight; a band has it at most.

    Returns
    -------
    Prior
        Its mean is the stated probability; the cap never moves it.

    Raises
    ------
    ValueError
        If not exactly one of band and number is given, or one is outside its domain.

    Examples
    --------
    >>> highly_likely = encode(band=(0.80, 0.90), number=None, mass=0.80, weight_cap=40)
    >>> round(highly_likely.mean, 5), round(highly_likely.weight, 6), highly_likely.capped
    (0.84615, 40.0, True)
    >>> encode(band=None, number=0.25, mass=0.80, weight_cap=40)
    Prior(a=10.0, b=30.0, low=None, high=None, capped=False)
    """
    _check_weight(weight_cap)
    if band is not None and number is None:
        low, high = band
        a, b = encode_band(low, high, mass=mass)
        return cap_weight(Prior(a=a, b=b, low=low, high=high), weight_cap)
    if number is not None and band is None:
        if not 0 < number < 1:
            raise ValueError(f"a stated number lies strictly between 0 and 1, got {number!r}")
        return Prior(a=number * weight_cap, b=(1 - number) * weight_cap)
    raise ValueError(f"exactly one of band and number is given, got {band!r} and {number!r}")


def cap_weight(prior: Prior, weight: float) -> Prior:
    """Reduce the weight a + b of a prior to at most `weight`, and keep its mean.

    Parameters
    ----------
    prior : Prior
        Any prior; one that is lighter already comes back unchanged.
    weight : float
        Largest weight, finite and greater than zero.

    Raises
    ------
    ValueError
        If the weight is not a finite number greater than zero.

    Examples
    --------
    >>> cap_weight(Prior(a=60.0, b=20.0), 40)
    Prior(a=30.0, b=10.0, low=None, high=None, capped=True)
    """
    _check_weight(weight)
    if prior.weight <= weight:
        return prior
    share = weight / prior.weight
    return replace(prior, a=prior.a * share, b=prior.b * share, capped=True)


def interval(prior: Prior, *, level: float) -> tuple[float, float]:
    """Central credible interval of the probability: as much lies below it as above.

    Parameters
    ----------
    prior : Prior
        The distribution.
    level : float
        Probability inside the interval, strictly between 0 and 1.

    Returns
    -------
    tuple of float
        Low and high, both strictly between 0 and 1.

    Raises
    ------
    ValueError
        If the level is outside its domain.

    Examples
    --------
    >>> low, high = interval(Prior(a=1.0, b=1.0), level=0.5)
    >>> round(low, 6), round(high, 6)
    (0.25, 0.75)
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies strictly between 0 and 1, got {level!r}")
    tail = (1 - level) / 2
    low = float(special.betaincinv(prior.a, prior.b, tail))
    high = float(special.betainccinv(prior.a, prior.b, tail))
    return _uncertain(low), _uncertain(high)


def _uncertain(probability: float) -> float:
    """Keep a probability that rounds to 0 or 1 strictly between them."""
    return min(max(probability, _LOWEST), _HIGHEST)


def _check_weight(weight: float) -> None:
    if not 0 < weight < math.inf:
        raise ValueError(f"a weight is finite and greater than 0, got {weight!r}")
