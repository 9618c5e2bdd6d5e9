"""Paths: the probability of an event by draws, where no closed form covers it.

A draw is one history that a law of rates holds possible: its monthly rates, and the counts that
follow from them. Months that were observed weigh it by how well it explains them; months to come
are simulated. The probability of an event is the weighted share of draws on whose path it occurs.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from forecast_bench.rates.numeric import FloatArray, amounts, counts, plain, positive

LEAST_EFFECTIVE_DRAWS = 200
_DECIDED = {True: np.inf, False: -np.inf}


class TooFewDraws(ValueError):  # noqa: N818
    """The observed months leave too few draws that explain them: no probability can be given.

    Attributes
    ----------
    draws : int
        How many draws there were.
    effective_draws : float
        How many equally weighted draws they are worth.

    Examples
    --------
    >>> str(TooFewDraws(draws=4000, effective_draws=12.34))
    '4000 draws are worth 12.3 after weighting on the observed months, and 200 are needed'
    """

    def __init__(self, *, draws: int, effective_draws: float) -> None:
        self.draws, self.effective_draws = draws, effective_draws
        super().__init__(
            f"{draws} draws are worth {effective_draws:.1f} after weighting on the observed "
            f"months, and {LEAST_EFFECTIVE_DRAWS} are needed"
        )


@dataclass(frozen=True, slots=True)
class PathEstimate:
    """What draws say of an event.

    Attributes
    ----------
    log_odds : float
        Log odds of the event; infinite only where the observed counts decide it.
    standard_error : float
        Monte Carlo standard error of the log odds; 0 where decided.
    effective_draws : float
        How many equally weighted draws they are worth (Kish).
    draws : int
        How many draws there were.
    """

    log_odds: float
    standard_error: float
    effective_draws: float
    draws: int


def effective_draws(log_weight: npt.ArrayLike) -> float:
    """Return how many equally weighted draws weighted ones are worth: (sum w)² / sum w².

    Parameters
    ----------
    log_weight : array_like, shape (draws,)
        Log weights up to a constant; -inf for a draw that cannot explain what was observed.

    Returns
    -------
    float
        From 1 to the number of draws; 0 where no draw explains what was observed.

    Raises
    ------
    ValueError
        If there is no draw, or a log weight is +inf or not a number.

    References
    ----------
    Kish, L. (1965), Survey Sampling, section 11.2; Kong, A., Liu, J. S. & Wong, W. H. (1994),
    JASA 89(425), doi:10.1080/01621459.1994.10476469.

    Examples
    --------
    >>> effective_draws([0.0, 0.0, 0.0, -np.inf])
    3.0
    """
    weight = _weights(log_weight)
    return float(weight.sum() ** 2 / np.sum(weight**2)) if weight.any() else 0.0


def paths_log_odds(
    occurs: npt.NDArray[np.bool_] | FloatArray,
    *,
    log_weight: npt.ArrayLike,
    decided: bool | None = None,
) -> PathEstimate:
    """Return the log odds of an event from draws, with their Monte Carlo error.

    With the share s of the weight on which the event occurs, and n effective draws, the
    probability is (n s + 1/2) / (n + 1): Jeffreys' half-counts. A share of none of the draws is
    so the odds of about 1 to 2 n with a large error, and never a silent certainty. Where each draw
    brings the probability of the event on its path in place of a yes or no, the probability is
    their weighted mean as it stands.

    Parameters
    ----------
    occurs : ndarray of bool or float, shape (draws,) or (draws, k)
        Whether the event occurs on each path, or (floats) its probability in [0, 1] given the
        draw; k paths of one draw share its weight and are no independent draws.
    log_weight : array_like, shape (draws,)
        Log weight of each draw from the observed months, up to a constant; zeros for none.
    decided : bool, optional
        What the observed counts rule, whatever is to come; None while they leave it open. Only
        this makes the odds infinite.

    Returns
    -------
    PathEstimate
        The standard error is that of independent draws (the half-counts taken for one draw more);
        for stratified ones it is an upper bound.

    Raises
    ------
    TooFewDraws
        If the weights leave fewer than 200 effective draws and nothing is decided.
    ValueError
        If shapes do not agree, a probability is outside [0, 1], a log weight is not a number, or
        probabilities of exactly 0 or 1 in all draws would rule on an event that is not decided.

    References
    ----------
    Owen, A. B. (2013), Monte Carlo theory, methods and examples, section 9.2 (self-normalised
    importance sampling); Brown, L. D., Cai, T. T. & DasGupta, A. (2001), Statistical Science 16(2),
    doi:10.1214/ss/1009213286 (the half-counts).

    Examples
    --------
    >>> occurs = np.arange(1000) < 250
    >>> found = paths_log_odds(occurs, log_weight=np.zeros(1000))
    >>> round(found.log_odds, 3), round(found.standard_error, 3), found.effective_draws
    (-1.097, 0.073, 1000.0)
    >>> paths_log_odds(occurs, log_weight=np.zeros(1000), decided=True).log_odds
    inf
    """
    weight = _weights(log_weight)
    weight /= weight.sum() or 1.0
    given = _by_draw(occurs, draws=weight.size)
    worth = effective_draws(log_weight)
    if decided is not None:
        return PathEstimate(_DECIDED[bool(decided)], 0.0, worth, weight.size)
    if worth < LEAST_EFFECTIVE_DRAWS:
        raise TooFewDraws(draws=weight.size, effective_draws=worth)
    half = 1.0 / (worth + 1.0) if np.asarray(occurs).dtype == np.bool_ else 0.0
    # Both sides are added up by themselves: a probability near one keeps its odds.
    yes = (1.0 - half) * float(np.sum(weight * given)) + half / 2.0
    no = (1.0 - half) * float(np.sum(weight * (1.0 - given))) + half / 2.0
    if yes <= 0.0 or no <= 0.0:
        msg = f"draws rule on an event that is not decided: probability {yes:g} in all of them."
        raise ValueError(msg)
    variance = (1.0 - half) ** 2 * float(np.sum((weight * (given - yes)) ** 2))
    variance += half**2 * (yes**2 + no**2) / 2.0
    return PathEstimate(
        log_odds=float(np.log(yes) - np.log(no)),
        standard_error=float(np.sqrt(variance) / (yes * no)),
        effective_draws=worth,
        draws=weight.size,
    )


def months_log_weight(
    rates: npt.ArrayLike,
    *,
    observed: npt.ArrayLike,
    exposure_months: npt.ArrayLike = 1.0,
    dispersion: npt.ArrayLike | None = None,
) -> FloatArray:
    """Return the log weight of draws: the log likelihood of observed months given their rates.

    Parameters
    ----------
    rates : array_like, shape (draws, series, months) or (draws, months)
        Monthly rates of each draw, not negative, in incidents a month.
    observed : array_like, shape (series, months) or (months,)
        Incidents counted, whole and not negative.
    exposure_months : array_like, default 1
        Months at risk, broadcast against `observed`; a part of a month by its share of days. An
        exposure of 0 with no incidents weighs nothing.
    dispersion : array_like, shape () or (draws,), optional
        Given the rate, a month varies by ``rate + rate**2 / dispersion``, and a part of a month in
        proportion; infinite or None: Poisson months.

    Returns
    -------
    ndarray, shape (draws,)
        No months give zeros; -inf for a draw that cannot explain the counts.

    Raises
    ------
    ValueError
        If a number is outside its domain or shapes do not agree.

    Examples
    --------
    >>> months_log_weight([[1.0, 1.0], [2.0, 2.0]], observed=[3, 2]).round(4)
    array([-4.4849, -3.0192])
    """
    rate = amounts(rates, name="rates")
    seen = counts(observed, name="observed")
    if rate.ndim < 2 or rate.shape[1:] != seen.shape:
        msg = f"rates must be (draws, *observed), got {rate.shape} for observed {seen.shape}."
        raise ValueError(msg)
    mean = rate * amounts(exposure_months, name="exposure_months")
    value = special.xlogy(seen, mean) - mean
    if dispersion is not None:
        value = _scattered(value, mean, seen, exposure_months, _per_draw(dispersion, rate))
    terms = value - special.gammaln(seen + 1.0)
    return np.asarray(terms.reshape(len(rate), -1).sum(axis=1), dtype=np.float64)


def simulated_months(
    rates: npt.ArrayLike,
    *,
    exposure_months: npt.ArrayLike = 1.0,
    dispersion: npt.ArrayLike | None = None,
    generator: np.random.Generator,
) -> npt.NDArray[np.int64]:
    """Return counts of months to come, one path for each draw of the rates.

    Parameters
    ----------
    rates : array_like, shape (draws, series, months) or (draws, months)
        Monthly rates of each draw, not negative, in incidents a month.
    exposure_months, dispersion
        As for `months_log_weight`.
    generator : Generator
        Source of chance, seeded by the caller.

    Returns
    -------
    ndarray of int, the shape of `rates`
        Independent given the rates.

    Raises
    ------
    ValueError
        If a number is outside its domain.

    Examples
    --------
    >>> simulated_months(np.full((2, 3), 4.0), generator=np.random.default_rng(1)).shape
    (2, 3)
    """
    rate = amounts(rates, name="rates")
    exposure = amounts(exposure_months, name="exposure_months")
    mean = rate * exposure
    if dispersion is not None:
        size = np.broadcast_to(_per_draw(dispersion, rate) * exposure, mean.shape)
        scattered = np.isfinite(size) & (size > 0) & (mean > 0)
        drawn = generator.standard_gamma(np.where(scattered, size, 1.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(scattered, drawn * mean / size, mean)
    return generator.poisson(mean)


def _weights(log_weight: npt.ArrayLike) -> FloatArray:
    """Weights with the greatest one 1; all zero where no draw explains what was observed."""
    logs = np.asarray(log_weight, dtype=np.float64)
    if logs.ndim != 1 or not logs.size:
        msg = f"log_weight must hold one number for each draw, got shape {logs.shape}."
        raise ValueError(msg)
    if np.isnan(logs).any() or np.isposinf(logs).any():
        msg = "log_weight must be finite or -inf for each draw."
        raise ValueError(msg)
    top = logs.max()
    weights: FloatArray = np.zeros_like(logs) if np.isneginf(top) else np.exp(logs - top)
    return weights


def _by_draw(occurs: npt.ArrayLike, *, draws: int) -> FloatArray:
    """Probability of the event given each draw."""
    paths = np.asarray(occurs)
    if paths.ndim not in (1, 2) or paths.shape[0] != draws or not paths.size:
        msg = f"occurs must be (draws,) or (draws, k) for {draws} draws, got {paths.shape}."
        raise ValueError(msg)
    given: FloatArray = paths.reshape(draws, -1).mean(axis=1, dtype=np.float64)
    if not ((given >= 0) & (given <= 1)).all():
        msg = f"occurs must fulfil 0 <= occurs <= 1, got {given.min()} to {given.max()}."
        raise ValueError(msg)
    return given


def _per_draw(dispersion: npt.ArrayLike, rate: FloatArray) -> FloatArray:
    """One dispersion for each draw, to stand beside its months; infinite is Poisson."""
    value = np.asarray(dispersion, dtype=np.float64)
    positive(np.where(np.isposinf(value), 1.0, value), name="dispersion")
    if value.ndim and value.shape != rate.shape[:1]:
        msg = f"dispersion must be one number or one for each draw, got shape {value.shape}."
        raise ValueError(msg)
    return value.reshape(value.shape + (1,) * (rate.ndim - value.ndim)) if value.ndim else value


def _scattered(
    poisson: FloatArray,
    mean: FloatArray,
    seen: FloatArray,
    exposure_months: npt.ArrayLike,
    dispersion: FloatArray,
) -> FloatArray:
    """Log density of negative binomial months, up to the factorial; Poisson where not scattered."""
    size = np.broadcast_to(dispersion * np.asarray(exposure_months, dtype=np.float64), mean.shape)
    scattered = np.isfinite(size) & (size > 0)
    size = plain(np.where(scattered, size, 1.0))
    # Not a difference of log gammas: with a large size that would lose all digits.
    ways = -special.betaln(size, seen + 1.0) - np.log(size + seen) + special.gammaln(seen + 1.0)
    hits = special.xlogy(seen, mean / (size + mean))
    value = np.where(seen > 0, ways, 0.0) + hits - size * np.log1p(mean / size)
    return np.where(scattered, value, poisson)
