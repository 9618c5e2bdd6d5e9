"""Over-dispersed months: one integral over the rate is left, done by fixed Gauss-Legendre rules.

Given the rate, a count over an exposure is negative binomial with size ``dispersion * exposure``.
In the log of the rate everything integrated here is log-concave (Gamma density, likelihood of the
counts so far, both tails of the count to come), so each integral has one peak and an interval
around it outside of which it is below exp(-32) of its height. With many incidents a tail turns
from nothing to one within a narrow step of the log rate, so panels also meet around that step.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from forecast_bench.rates.negative_binomial import log_tails
from forecast_bench.rates.numeric import FloatArray, log_sum

_DROP = 32.0
_NODES = 24
_STEP_WIDTHS = 8.0
_SHARP = 0.06
_LONG = 30.0
_BEND = 14.0
_BLOCK_ROWS = 4096
_RARE = -13.0

type Rows = npt.NDArray[np.intp]
type LogDensity = Callable[[FloatArray, Rows], FloatArray]


def dispersed_log_tails(
    *,
    shape: FloatArray,
    rate: FloatArray,
    dispersion: FloatArray,
    seen: FloatArray,
    elapsed: FloatArray,
    remaining: FloatArray,
    needed: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return log P(N >= needed) and log P(N < needed) for the remaining exposure.

    One-dimensional arrays of one length; `seen` incidents in `elapsed` months weigh the rate by
    their negative binomial likelihood.

    Examples
    --------
    >>> one = np.ones(1)
    >>> upper, _ = dispersed_log_tails(
    ...     shape=2.689237 * one, rate=5.289755 * one, dispersion=2 * one, seen=3 * one,
    ...     elapsed=6 * one, remaining=12 * one, needed=5 * one)
    >>> np.exp(upper).round(6)
    array([0.609354])
    """
    columns = (shape, rate, dispersion, seen, elapsed, remaining, needed)
    upper = np.where(needed <= 0, 0.0, -np.inf)
    lower = np.where(needed <= 0, -np.inf, 0.0)
    rows = np.flatnonzero((needed > 0) & (remaining > 0))
    # One question on many dates repeats its base rate: runs of equal rows are computed once.
    fresh = np.ones(rows.size, dtype=np.bool_)
    if rows.size:
        fresh[1:] = np.any([c[rows[1:]] != c[rows[:-1]] for c in columns], axis=0)
    first, run = rows[fresh], np.cumsum(fresh) - 1
    for start in range(0, first.size, _BLOCK_ROWS):
        block = first[start : start + _BLOCK_ROWS]
        upper[block], lower[block] = _block_tails(*(column[block] for column in columns))
    upper[rows], lower[rows] = upper[first][run], lower[first][run]
    return upper, lower


def dispersed_log_pmf(
    *,
    shape: FloatArray,
    rate: FloatArray,
    dispersion: FloatArray,
    seen: FloatArray,
    elapsed: FloatArray,
    remaining: FloatArray,
    count: FloatArray,
) -> FloatArray:
    """Return log P(N = count) for the remaining exposure: a ratio of two evidences.

    Examples
    --------
    >>> one = np.ones(1)
    >>> np.exp(dispersed_log_pmf(shape=one, rate=one, dispersion=one, seen=0 * one,
    ...                          elapsed=0 * one, remaining=0 * one, count=0 * one))
    array([1.])
    """
    size = dispersion * remaining
    with np.errstate(divide="ignore", invalid="ignore"):
        ways = -special.betaln(size, count + 1.0) - np.log(size + count)
    ways = np.where(count > 0, ways, 0.0)
    result = np.where(count == 0, 0.0, -np.inf)
    rows = np.flatnonzero((count >= 0) & (remaining > 0))
    for start in range(0, rows.size, _BLOCK_ROWS):
        block = rows[start : start + _BLOCK_ROWS]
        a, b, phi, y, s, n = (v[block] for v in (shape, rate, dispersion, seen, elapsed, count))
        joint = _log_evidence(a + y + n, b, phi, y + n + phi * (s + remaining[block]))
        result[block] = (
            ways[block] + joint - n * np.log(phi) - _log_evidence(a + y, b, phi, y + phi * s)
        )
    return result


def dispersed_log_pmf_up_to(
    *,
    shape: FloatArray,
    rate: FloatArray,
    dispersion: FloatArray,
    seen: FloatArray,
    elapsed: FloatArray,
    remaining: float,
    largest: int,
) -> FloatArray:
    """Return log P(N = 0), ... log P(N = largest) for the remaining exposure, a row for each law.

    The evidence of a count is Gamma(a) U(a, b, z) up to a factor (Tricomi's function), with a one
    larger for every incident and b the same, so that neighbours obey a recurrence of three terms.
    Downwards it is stable (DLMF 13.3.7 and 13.3(i), https://dlmf.nist.gov/13.3): two integrals at
    the upper end and one at the lower do for all.

    Examples
    --------
    >>> one = np.ones(1)
    >>> found = dispersed_log_pmf_up_to(shape=one, rate=one, dispersion=one, seen=0 * one,
    ...                                 elapsed=0 * one, remaining=1.0, largest=200)
    >>> np.exp(found).sum().round(2)
    np.float64(1.0)
    """
    a, n = shape + seen, seen + dispersion * (elapsed + remaining)
    ends = np.array([[0.0], [largest], [largest + 1.0]])
    evidence = _log_evidence(
        *(np.ravel(one) for one in np.broadcast_arrays(a + ends, rate, dispersion, n + ends))
    ).reshape(3, -1)
    before = _log_evidence(a, rate, dispersion, seen + dispersion * elapsed)
    z = rate * dispersion
    ratio = np.exp(evidence[2] - evidence[1]) / dispersion
    steps = np.empty((largest + 1, a.size))
    for count in range(largest, 0, -1):
        steps[count] = ratio
        ratio = (a + count - 1.0) / (a + n + 2.0 * count - 1.0 + z - (n + count) * ratio)
    steps[0] = ratio
    ladder = np.vstack([np.zeros(a.size), np.log(steps[:-1]).cumsum(axis=0)])
    counts = np.arange(1.0, largest + 1.0)[:, None]
    size = dispersion * remaining
    ways = -special.betaln(size, counts + 1.0) - np.log(size + counts)
    ways = np.vstack([np.zeros(a.size), ways])
    result: FloatArray = (ways + ladder + evidence[0] - before).T
    return result


def dispersed_log_evidence(
    *,
    shape: FloatArray,
    rate: FloatArray,
    dispersion: FloatArray,
    seen: FloatArray,
    elapsed: FloatArray,
) -> FloatArray:
    """Return the log of how likely a total is, apart from how it is spread over its months.

    The mean of ``r ** seen * (1 + r / dispersion) ** -(seen + dispersion * elapsed)`` over the rate
    r, which has the law Gamma(shape, rate).

    Examples
    --------
    >>> one = np.ones(1)
    >>> value = dispersed_log_evidence(shape=one, rate=one, dispersion=1e9 * one, seen=0 * one,
    ...                                elapsed=one)
    >>> np.exp(value).round(6)
    array([0.5])
    """
    result = np.zeros_like(shape)
    rows = np.flatnonzero(elapsed > 0)
    for start in range(0, rows.size, _BLOCK_ROWS):
        block = rows[start : start + _BLOCK_ROWS]
        a, b, phi, y, s = (v[block] for v in (shape, rate, dispersion, seen, elapsed))
        of_gamma = special.gammaln(a) - a * np.log(b)
        result[block] = _log_evidence(a + y, b, phi, y + phi * s) - of_gamma
    return result


def _log_density(a: FloatArray, b: FloatArray, phi: FloatArray, n: FloatArray) -> LogDensity:
    """Return the log weight of the log rate: Gamma(a, b) times (1 + rate / phi) ** -n."""

    def density(u: FloatArray, rows: Rows) -> FloatArray:
        level = np.exp(u)
        scatter = n[rows, None] * np.log1p(level / phi[rows, None])
        result: FloatArray = a[rows, None] * u - b[rows, None] * level - scatter
        return result

    return density


def _mode(a: FloatArray, b: FloatArray, phi: FloatArray, n: FloatArray) -> FloatArray:
    """Return the peak: the positive root of b x^2 + (b phi + n - a) x - a phi, without loss."""
    half = b * phi + n - a
    root = np.sqrt(half * half + 4.0 * b * a * phi)
    return np.log(np.where(half > 0, 2.0 * a * phi / (half + root), (root - half) / (2.0 * b)))


def _log_evidence(a: FloatArray, b: FloatArray, phi: FloatArray, n: FloatArray) -> FloatArray:
    density, mode = _log_density(a, b, phi, n), _mode(a, b, phi, n)
    panels = _panels(density, mode, None)
    return _integral(panels, mode.size, _weighted(density, panels))


def _block_tails(
    shape: FloatArray,
    rate: FloatArray,
    phi: FloatArray,
    seen: FloatArray,
    elapsed: FloatArray,
    remaining: FloatArray,
    needed: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    law = (shape + seen, rate, phi, seen + phi * elapsed)
    given = (phi, remaining, needed)
    density, mode = _log_density(*law), _mode(*law)
    panels = _panels(density, mode, _step(*given))
    weights = _weighted(density, panels)
    evidence = _integral(panels, mode.size, weights)
    results = []
    for side, tail in enumerate(_conditional_tails(panels.nodes, panels.rows, *given)):
        value = _integral(panels, mode.size, weights + tail) - evidence
        # A rare event lives where the law has next to no weight: look for its own peak.
        rare = np.flatnonzero(value < _RARE)
        if rare.size:
            law_part, given_part = tuple(v[rare] for v in law), tuple(v[rare] for v in given)
            value[rare] = _rare_tail(law_part, given_part, mode[rare], side) - evidence[rare]
        results.append(np.minimum(value, 0.0))
    return results[0], results[1]


def _rare_tail(
    law: tuple[FloatArray, ...],
    given: tuple[FloatArray, ...],
    start: FloatArray,
    side: int,
) -> FloatArray:
    weight = _log_density(*law)

    def density(u: FloatArray, rows: Rows) -> FloatArray:
        result: FloatArray = weight(u, rows) + _conditional_tails(u, rows, *given)[side]
        return result

    peak = _climb(density, start, 1.0 if side == 0 else -1.0)
    panels = _panels(density, peak, _step(*given))
    return _integral(panels, peak.size, _weighted(density, panels))


def _conditional_tails(
    u: FloatArray, rows: Rows, phi: FloatArray, remaining: FloatArray, needed: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return log_tails(
        size=(phi * remaining)[rows, None],
        beta=phi[rows, None],
        exposure=np.exp(u),
        needed=needed[rows, None],
    )


def _step(
    phi: FloatArray, remaining: FloatArray, needed: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return where the tail turns and how sharply: it is a logit Beta(needed, phi * remaining)."""
    return np.log(needed / remaining), np.sqrt(1.0 / needed + 1.0 / (phi * remaining))


def _climb(density: LogDensity, start: FloatArray, direction: float) -> FloatArray:
    """Find the peak on one side of a start: step out until it falls, then cut in thirds."""
    near, far = start, start + direction
    height = _at(density, start)
    for _ in range(60):
        rising = _at(density, far) > height
        if not rising.any():
            break
        far = np.where(rising, start + 2.0 * (far - start), far)
    for _ in range(60):
        first, second = near + (far - near) / 3.0, far - (far - near) / 3.0
        uphill = _at(density, first) < _at(density, second)
        near, far = np.where(uphill, first, near), np.where(uphill, far, second)
    return (near + far) / 2.0


def _at(density: LogDensity, u: FloatArray) -> FloatArray:
    result: FloatArray = density(u[:, None], np.arange(u.size))[:, 0]
    return result


def _reach(density: LogDensity, mode: FloatArray, direction: float) -> FloatArray:
    """Return how far from the peak the log density has dropped enough, to a few per cent."""
    floor = _at(density, mode) - _DROP
    inside, outside = np.zeros_like(mode), np.full_like(mode, 1e-6)
    for _ in range(60):
        above = _at(density, mode + direction * outside) > floor
        if not above.any():
            break
        inside = np.where(above, outside, inside)
        outside = np.where(above, 2.0 * outside, outside)
    for _ in range(5):
        middle = (inside + outside) / 2.0
        above = _at(density, mode + direction * middle) > floor
        inside, outside = np.where(above, middle, inside), np.where(above, outside, middle)
    return outside


class _Panels(NamedTuple):
    """Pieces of the integrals of several rows: the row, nodes and log weights of each piece."""

    rows: Rows
    pieces: Rows
    nodes: FloatArray
    log_weights: FloatArray


def _panels(
    density: LogDensity, mode: FloatArray, step: tuple[FloatArray, FloatArray] | None
) -> _Panels:
    """Cut the interval around each peak at the peak, and where the integrand bends sharply."""
    low, high = mode - _reach(density, mode, -1.0), mode + _reach(density, mode, 1.0)
    # A law of small shape falls off slowly to the left: the bend by its peak has its own piece.
    cuts = [low, np.where(mode - low > _LONG, mode - _BEND, low), mode, high]
    if step is not None:
        centre, width = step
        sharp = width < _SHARP * (high - low)
        for side in (-_STEP_WIDTHS, 0.0, _STEP_WIDTHS):
            cuts.append(np.where(sharp, np.clip(centre + side * width, low, high), high))
    edges = np.sort(cuts, axis=0)
    widths = np.diff(edges, axis=0)
    pieces, rows = np.nonzero(widths > 0)
    points, log_weights = _legendre()
    width = widths[pieces, rows][:, None]
    nodes = edges[pieces, rows][:, None] + width * points
    return _Panels(rows, pieces, nodes, np.log(width) + log_weights)


def _weighted(density: LogDensity, panels: _Panels) -> FloatArray:
    return panels.log_weights + density(panels.nodes, panels.rows)


def _integral(panels: _Panels, rows: int, log_terms: FloatArray) -> FloatArray:
    """Add up the log terms of each row's pieces."""
    table = np.full((rows, int(panels.pieces.max()) + 1), -np.inf)
    table[panels.rows, panels.pieces] = log_sum(log_terms)
    return log_sum(table)


@cache
def _legendre() -> tuple[FloatArray, FloatArray]:
    points, weights = np.polynomial.legendre.leggauss(_NODES)
    return (points[None, :] + 1.0) / 2.0, np.log(weights / 2.0)[None, :]
