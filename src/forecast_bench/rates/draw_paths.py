"""Every draw of a model followed through the months of a window, seen and to come.

A draw is a possible world: it says the rate of the next month, perhaps from the counts so far. The
months seen weigh it by how well it explains them; those to come are simulated from it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast_bench.rates.numeric import FloatArray
from forecast_bench.rates.paths import months_log_weight, simulated_months

type Counts = npt.NDArray[np.int64]
type NextRate = Callable[[Counts], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class DrawPaths:
    """What the draws say after so many months of a window were seen.

    Parameters
    ----------
    log_weight : ndarray, shape (draws,)
        Log likelihood of the months seen, under each draw.
    to_come : ndarray of int, shape (draws, series, months left)
        Incidents simulated from there to the end of the window.
    """

    log_weight: FloatArray
    to_come: Counts


def draw_paths(
    next_rate: NextRate,
    *,
    draws: int,
    dispersion: FloatArray | None,
    fitted: Counts,
    seen: Counts,
    exposure_months: FloatArray,
    seed: int,
) -> Iterator[DrawPaths]:
    """Follow every draw through the months seen, and from each of them to the end of the window.

    Parameters
    ----------
    next_rate : callable
        Given counts of shape (draws, series, months so far), the rates of the next month, of shape
        (draws, series), in incidents a month and not negative.
    draws : int
        How many draws there are.
    dispersion : ndarray, shape (draws,), or None
        Given the rate, a month varies by ``rate + rate**2 / dispersion``; None: Poisson months.
    fitted : ndarray of int, shape (series, months)
        Counts that the draws were fitted to.
    seen : ndarray of int, shape (series, months seen)
        Counts of the window since.
    exposure_months : ndarray, shape (months of the window,)
        Months at risk in each.
    seed : int
        Of the simulation.

    Yields
    ------
    DrawPaths
        At the beginning of the window, then after each month seen: one at a time, since all of
        them together may not fit into memory.

    Raises
    ------
    ValueError
        If a rate is outside its domain.

    Examples
    --------
    >>> steady = lambda path: np.full(path.shape[:2], 2.0)
    >>> paths = draw_paths(steady, draws=4, dispersion=None, fitted=np.array([[3, 1]]),
    ...     seen=np.array([[2]]), exposure_months=np.ones(3), seed=1)
    >>> [one.to_come.shape for one in paths]
    [(4, 1, 3), (4, 1, 2)]
    """
    months, generator = seen.shape[1], np.random.default_rng(seed)
    log_weight = next_weight = np.zeros(draws)
    for known in range(months + 1):
        so_far = np.concatenate([fitted, seen[:, :known]], axis=1)
        path = np.broadcast_to(so_far, (draws, *so_far.shape))
        for month in range(known, len(exposure_months)):
            rate = next_rate(path)[:, :, None]
            exposure = float(exposure_months[month])
            if month == known < months:
                next_weight = log_weight + months_log_weight(
                    rate,
                    observed=seen[:, [known]],
                    exposure_months=exposure,
                    dispersion=dispersion,
                )
            count = simulated_months(
                rate, exposure_months=exposure, dispersion=dispersion, generator=generator
            )
            path = np.concatenate([path, count], axis=2)
        yield DrawPaths(log_weight, path[:, :, so_far.shape[1] :])
        log_weight = next_weight


def rates_told(future_rate: FloatArray, *, fitted_months: int) -> NextRate:
    """Rates that do not depend on the counts, of shape (draws, series, months), month by month.

    Examples
    --------
    >>> told = rates_told(np.array([[[1.0, 2.0]]]), fitted_months=3)
    >>> told(np.zeros((1, 1, 4), dtype=np.int64))
    array([[2.]])
    """
    return lambda path: future_rate[:, :, path.shape[2] - fitted_months]
