"""How far the mean of several log odds is to be moved away from one half."""

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

FACTOR_SCALE: Final = 1.0
"""Scale of the half-normal prior of the factor above 1: a convention of this project."""


def extremising_factor(
    log_odds: npt.ArrayLike, *, outcome: npt.ArrayLike, scale: float = FACTOR_SCALE
) -> float:
    """Estimate the extremising factor: the mode of its posterior.

    Events occur with the inverse logit of ``factor * log_odds``; the factor is 1 or more, and its
    excess over 1 has a half-normal prior. The logarithm of the posterior is concave, so there is
    one mode.

    Parameters
    ----------
    log_odds : array_like of float, shape (n,)
        Mean log odds of each resolved question, finite.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.
    scale : float
        Scale of the prior; 1 holds most of its mass between 1 and 3.

    Returns
    -------
    float
        1 where nothing has resolved, or where outcomes do not ask for more.

    Raises
    ------
    ValueError
        If a number is not finite, an outcome neither 0 nor 1, or the scale not above 0.

    References
    ----------
    Satopää, Baron, Foster, Mellers, Tetlock & Ungar (2014), International Journal of Forecasting
    30(2): 344-356, doi:10.1016/j.ijforecast.2013.09.009. Turner, Steyvers, Merkle, Budescu &
    Wallsten (2014), Machine Learning 95: 261-289, doi:10.1007/s10994-013-5401-4.

    Examples
    --------
    >>> round(extremising_factor([1.0] * 100, outcome=[1] * 90 + [0] * 10), 3)
    2.082
    >>> extremising_factor([1.0] * 100, outcome=[1] * 60 + [0] * 40)
    1.0
    """
    odds = np.asarray(log_odds, dtype=np.float64)
    happened = np.asarray(outcome, dtype=np.float64)
    if odds.shape != happened.shape or odds.ndim != 1 or not np.isfinite(odds).all():
        raise ValueError("log_odds must be finite, and outcome have one entry for each of them")
    if not np.isin(happened, (0.0, 1.0)).all():
        raise ValueError("an outcome must be 0 or 1")
    if not 0 < scale < np.inf:
        raise ValueError(f"scale must be a finite number above 0, got {scale!r}")

    def slope(factor: float) -> float:
        rising = float(odds @ (happened - special.expit(factor * odds)))
        return rising - (factor - 1.0) / scale**2

    if slope(1.0) <= 0:
        return 1.0
    # Beyond this the prior outweighs all that the outcomes could say.
    highest = 1.0 + scale**2 * float(np.abs(odds).sum()) + 1.0
    return float(optimize.brentq(slope, 1.0, highest, xtol=1e-12, rtol=1e-12))
