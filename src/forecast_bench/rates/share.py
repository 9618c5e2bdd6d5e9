"""The share of incidents that match: "at least a third of the attacks will be on convoys"."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from scipy import special

from forecast_bench.rates.change import Exact, exact
from forecast_bench.rates.count import log_probability_at_least, predictive_log_pmf_up_to
from forecast_bench.rates.law import RateLaw, observed
from forecast_bench.rates.numeric import FloatArray, amounts, log_sum, plain

_NEGLIGIBLE = 32.0
_DIRECT_LIMIT = 8192
_LARGEST = 2**24
_TERMS = 2**22


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCounts:
    """Incidents, and how many of them match the second filter.

    Attributes
    ----------
    incidents : int
        All incidents, not negative.
    matches : int
        The matching ones, at most all.

    Examples
    --------
    >>> ShareCounts(incidents=12, matches=5)
    ShareCounts(incidents=12, matches=5)
    """

    incidents: int = 0
    matches: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.matches <= self.incidents:
            msg = f"matches must fulfil 0 <= matches <= incidents, got {self!r}."
            raise ValueError(msg)


type MatchTails = Callable[[int], tuple[FloatArray, FloatArray]]


def match_tails(share: Fraction, baseline: ShareCounts, window: ShareCounts) -> MatchTails:
    """Return a function of n: log P(enough match) and its complement, for 0 to n incidents more.

    They do not depend on the law of the incidents; what was once worked out is kept.

    Examples
    --------
    >>> enough, _ = match_tails(Fraction(1), ShareCounts(), ShareCounts())(2)
    >>> np.exp(enough).round(6)
    array([1.   , 0.5  , 0.375])
    """
    alpha = 0.5 + baseline.matches + window.matches
    beta = 0.5 + baseline.incidents + window.incidents - baseline.matches - window.matches

    @cache
    def up_to(largest: int) -> tuple[FloatArray, FloatArray]:
        needed = np.array(
            [
                -(-share.numerator * (window.incidents + n) // share.denominator) - window.matches
                for n in range(largest + 1)
            ],
            dtype=np.int64,
        )
        tails = _match_tails if largest <= _DIRECT_LIMIT else _match_tails_by_urn
        return tails(needed, alpha, beta)

    return up_to


def log_probability_share(
    law: RateLaw,
    *,
    share: Exact,
    baseline: ShareCounts,
    exposure_months: float,
    window: ShareCounts = ShareCounts(),
    elapsed_months: float = 0.0,
) -> float:
    """Return the log probability that the share of matching incidents is at least a bound.

    The incidents still to come follow the law of the rate; each matches with one unknown
    probability, Beta(1/2, 1/2) before the baseline's and the window's matches (Jeffreys). A window
    without incidents is void, so the probability is that given at least one.

    Parameters
    ----------
    law : RateLaw
        The law of all incidents (one series, plain numbers).
    share : int, float, str or Fraction
        The bound, in [0, 1], compared exactly.
    baseline : ShareCounts
        Counts before the window.
    exposure_months : float
        Months at risk of the whole window.
    window : ShareCounts, default none
        Counts of the window so far.
    elapsed_months : float, default 0
        Months of the window they were counted in.

    Returns
    -------
    float
        Exactly 0 or -inf once the window is over.

    Raises
    ------
    ValueError
        If a number is outside its domain, or the window is over without incidents (void).

    References
    ----------
    Johnson, Kemp & Kotz (2005), Univariate Discrete Distributions, section 6.9.2 (the
    Beta-Binomial), doi:10.1002/0471715816.

    Examples
    --------
    >>> law = RateLaw(5.5, 12.0)
    >>> counted = ShareCounts(incidents=10, matches=5)
    >>> value = log_probability_share(law, share="1/2", baseline=counted, exposure_months=6)
    >>> round(float(np.exp(value)), 4)
    0.5858
    """
    yes, no = share_log_sums(
        law,
        share=share,
        baseline=baseline,
        exposure_months=exposure_months,
        window=window,
        elapsed_months=elapsed_months,
    )
    return float(yes) - float(np.logaddexp(yes, no))


def log_odds_share(
    law: RateLaw,
    *,
    share: Exact,
    baseline: ShareCounts,
    exposure_months: float,
    window: ShareCounts = ShareCounts(),
    elapsed_months: float = 0.0,
) -> float:
    """Return the log odds that the share of matching incidents is at least a bound.

    Parameters and errors as for `log_probability_share`.

    Examples
    --------
    >>> log_odds_share(RateLaw(5.5, 12.0), share=0, baseline=ShareCounts(), exposure_months=6)
    inf
    """
    yes, no = share_log_sums(
        law,
        share=share,
        baseline=baseline,
        exposure_months=exposure_months,
        window=window,
        elapsed_months=elapsed_months,
    )
    return float(yes - no)


def share_log_sums(
    law: RateLaw,
    *,
    share: Exact,
    baseline: ShareCounts,
    exposure_months: float,
    window: ShareCounts = ShareCounts(),
    elapsed_months: float = 0.0,
    tails: MatchTails | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return the logs of P(enough and any) and P(not enough and any) under several laws.

    Parameters and errors as for `log_probability_share`; together they are the probability that
    there is any incident, which differs from law to law.

    Parameters
    ----------
    law : RateLaw
        Numbers, or fields of shape (points,).
    tails : callable, optional
        What `match_tails` returns; passed to calls that differ in the law alone, to do it once.

    Returns
    -------
    tuple of ndarray or float
        Of the shape of the law's fields.

    Examples
    --------
    >>> yes, no = share_log_sums(RateLaw(1.0, 1.0), share=1, baseline=ShareCounts(),
    ...                          exposure_months=1)
    >>> float(np.exp(np.logaddexp(yes, no)).round(6))
    0.5
    """
    bound = exact(share, name="share")
    if not 0 <= bound <= 1:
        msg = f"share must fulfil 0 <= share <= 1, got {bound}."
        raise ValueError(msg)
    observed(incidents=window.incidents, elapsed_months=elapsed_months)
    remaining = max(float(amounts(exposure_months, name="exposure_months")) - elapsed_months, 0.0)
    if remaining == 0 and window.incidents == 0:
        msg = f"a window without incidents is void, got {window!r} and no exposure left."
        raise ValueError(msg)
    points = np.shape(law.shape)
    if bound == 0:
        return plain(np.zeros(points)), plain(np.full(points, -np.inf))
    if remaining == 0:
        enough = window.matches >= bound * window.incidents
        sure, never = np.zeros(points), np.full(points, -np.inf)
        return (plain(sure), plain(never)) if enough else (plain(never), plain(sure))
    made = tails or match_tails(bound, baseline, window)
    yes, no = _long_enough_sums(law, made, window, (remaining, elapsed_months))
    return plain(yes.reshape(points)), plain(no.reshape(points))


def _long_enough_sums(
    law: RateLaw, tails: MatchTails, window: ShareCounts, months: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Double the number of terms until what is left out is lost in both sums, point by point.

    Neither sum can grow by more than P(N > largest), whatever matches: that bounds the rest.
    """
    fields = [law.shape, law.rate] + ([] if law.dispersion is None else [law.dispersion])
    columns = [column.reshape(-1, 1) for column in np.broadcast_arrays(*fields)]
    yes, no = (np.full(columns[0].size, -np.inf) for _ in range(2))
    left = np.arange(columns[0].size)
    largest = 64
    while left.size and largest <= _LARGEST:
        beyond = _log_beyond(largest, RateLaw(*(one[left] for one in columns)), window, months)
        near = left[beyond < -_NEGLIGIBLE]
        rest = beyond[beyond < -_NEGLIGIBLE]
        # So many points at once that the terms stay in memory.
        for start in range(0, near.size, max(1, _TERMS // largest)):
            rows = near[start : start + max(1, _TERMS // largest)]
            part = RateLaw(*(one[rows] for one in columns))
            yes[rows], no[rows] = _sums_up_to(largest, part, tails, window, months)
        enough = rest < np.minimum(yes[near], no[near]) - _NEGLIGIBLE
        left = np.setdiff1d(left, near[enough])
        largest *= 2
    if left.size:
        msg = (
            f"the window holds more than {_LARGEST} incidents, got {law!r} over {months[0]} months."
        )
        raise ValueError(msg)
    return yes, no


def _log_beyond(
    largest: int, law: RateLaw, window: ShareCounts, months: tuple[float, float]
) -> FloatArray:
    beyond = log_probability_at_least(
        law,
        threshold=window.incidents + largest + 1,
        exposure_months=sum(months),
        incidents=window.incidents,
        elapsed_months=months[1],
    )
    return np.asarray(beyond)[:, 0]


def _sums_up_to(
    largest: int,
    law: RateLaw,
    tails: MatchTails,
    window: ShareCounts,
    months: tuple[float, float],
) -> tuple[FloatArray, FloatArray]:
    first = 1 if window.incidents == 0 else 0
    reached, missed = tails(largest)
    weights = predictive_log_pmf_up_to(
        law,
        exposure_months=months[0],
        largest=largest,
        incidents=window.incidents,
        elapsed_months=months[1],
    )
    return (
        log_sum((weights + reached)[:, first:]),
        log_sum((weights + missed)[:, first:]),
    )


def _match_tails(
    needed: np.ndarray[tuple[int], np.dtype[np.int64]], alpha: float, beta: float
) -> tuple[FloatArray, FloatArray]:
    """Return log P(M >= needed[n]) and its complement for M matches of n, by adding terms."""
    n = np.arange(needed.size, dtype=np.float64)
    hits = special.gammaln(alpha + n) - special.gammaln(n + 1.0)
    misses = special.gammaln(beta + n) - special.gammaln(n + 1.0)
    front = special.gammaln(n + 1.0) - special.gammaln(alpha + beta + n)
    front -= special.betaln(alpha, beta)
    reached, missed = np.empty_like(n), np.empty_like(n)
    for row, bound in enumerate(np.clip(needed, 0, n.astype(np.int64) + 1)):
        terms = hits[: row + 1] + misses[row::-1]
        reached[row] = log_sum(terms[bound:])
        missed[row] = log_sum(terms[:bound])
    return np.minimum(reached + front, 0.0), np.minimum(missed + front, 0.0)


def _match_tails_by_urn(
    needed: np.ndarray[tuple[int], np.dtype[np.int64]], alpha: float, beta: float
) -> tuple[FloatArray, FloatArray]:
    """Do the same in one pass for long sums, to about 1e-12 in the probability.

    Polya's urn: one more incident lifts M over the bound when it matches and M was one short; a
    bound that rises by one takes out the count it leaves.
    """
    n = np.arange(needed.size, dtype=np.float64)
    bound = np.clip(needed, 0, n.astype(np.int64) + 1).astype(np.float64)
    short, rises = bound[:-1] - 1.0, bound[1:] > bound[:-1]
    odds = (alpha + short) / (alpha + beta + n[:-1])
    gained = np.where(short >= 0, np.exp(_log_matches(short, n[:-1], alpha, beta)) * odds, 0.0)
    lost = np.where(rises, np.exp(_log_matches(bound[:-1], n[1:], alpha, beta)), 0.0)
    start = 1.0 if bound[0] <= 0 else 0.0
    reached = np.clip(start + np.concatenate([[0.0], np.cumsum(gained - lost)]), 0.0, 1.0)
    with np.errstate(divide="ignore"):
        return np.log(reached), np.log1p(-reached)


def _log_matches(matches: FloatArray, n: FloatArray, alpha: float, beta: float) -> FloatArray:
    """Return the log Beta-Binomial probability, -inf outside 0..n."""
    inside = (matches >= 0) & (matches <= n)
    m = np.where(inside, matches, 0.0)
    value = (
        -np.log1p(n)
        - special.betaln(m + 1.0, n - m + 1.0)
        + special.betaln(alpha + m, beta + n - m)
        - special.betaln(alpha, beta)
    )
    return np.where(inside, value, -np.inf)
