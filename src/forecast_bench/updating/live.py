"""The live probability: where the word starts and how far the counts move it."""

import numpy as np
import numpy.typing as npt
from scipy import special

type FloatArray = npt.NDArray[np.float64]
type Numbers = float | FloatArray


def log_odds(probability: npt.ArrayLike) -> FloatArray:
    """Return the log odds of a probability.

    Parameters
    ----------
    probability : array_like
        In [0, 1]; 0 gives -inf and 1 gives +inf.

    Raises
    ------
    ValueError
        If a probability is outside [0, 1] or not a number.

    Examples
    --------
    >>> log_odds([0.2, 0.5, 1.0]).round(6)
    array([-1.386294,  0.      ,       inf])
    """
    values = np.asarray(probability, dtype=np.float64)
    inside = (values >= 0) & (values <= 1)
    if not inside.all():
        msg = f"probability must fulfil 0 <= probability <= 1, got {values[~inside][0]}."
        raise ValueError(msg)
    result: FloatArray = special.logit(values)
    return result


def log_bayes_factor(*, base_log_odds: npt.ArrayLike, after_log_odds: npt.ArrayLike) -> FloatArray:
    """Return how far the counts move the log odds of the event: the log Bayes factor.

    Parameters
    ----------
    base_log_odds, after_log_odds : array_like
        Log odds of the event under the base-rate law, before and after the counts.

    Returns
    -------
    ndarray or float
        ``after - base``. Where the law rules on the event after the counts the answer is that
        ruling, -inf or +inf, whatever it said before. Where it had ruled before and takes the
        ruling back (no coherent law does; an incident withdrawn by the source can look like it)
        there is no factor to speak of, and it is 0: the counts do not move the statement.

    Raises
    ------
    ValueError
        If a log odds is not a number.

    Examples
    --------
    >>> log_bayes_factor(base_log_odds=0.1, after_log_odds=[-1.4, np.inf])
    array([-1.5,  inf])
    """
    base = _not_missing(base_log_odds, name="base_log_odds")
    after = _not_missing(after_log_odds, name="after_log_odds")
    with np.errstate(invalid="ignore"):
        factor = np.asarray(after - base)
    if not np.isfinite(factor).all():
        factor = np.where(np.isinf(base), 0.0, factor)
        factor = np.where(np.isinf(after), after, factor)
    result: FloatArray = factor[()]
    return result


def bayes_factor(*, base_log_odds: npt.ArrayLike, after_log_odds: npt.ArrayLike) -> FloatArray:
    """Return the Bayes factor of the counts: odds after over odds before, under the base-rate law.

    Parameters, errors and limits as for `log_bayes_factor`; a factor too large for a float is
    inf, one too small is 0.

    References
    ----------
    Kass, R. E. & Raftery, A. E. (1995), Bayes factors, JASA 90(430),
    doi:10.1080/01621459.1995.10476572.

    Examples
    --------
    >>> bayes_factor(base_log_odds=0.0, after_log_odds=np.log(3.0)).round(6)
    np.float64(3.0)
    """
    factor = log_bayes_factor(base_log_odds=base_log_odds, after_log_odds=after_log_odds)
    with np.errstate(over="ignore", under="ignore"):
        result: FloatArray = np.exp(factor)
    return result


def live_log_odds(
    *,
    stated_log_odds: npt.ArrayLike,
    base_log_odds: npt.ArrayLike,
    after_log_odds: npt.ArrayLike,
) -> FloatArray:
    """Return the log odds of the event given the statement and the counts (Jeffrey's rule).

    Of all joint laws of event and counts that give the event its stated probability, this is the
    one closest in relative entropy to the base-rate law: logit(live) = logit(stated) +
    logit(after) - logit(base).

    Parameters
    ----------
    stated_log_odds : array_like
        Log odds of the stated probability.
    base_log_odds, after_log_odds : array_like
        Log odds of the event under the base-rate law, at the date of the statement and after the
        counts since.

    Returns
    -------
    ndarray or float
        +inf or -inf exactly where the law rules on the event after the counts (the threshold is
        passed, the window is over). Where the base is infinite and the law after is not, the
        stated log odds; see `log_bayes_factor`. Never NaN.

    Raises
    ------
    ValueError
        If a log odds is not a number.

    References
    ----------
    Jeffrey, R. C. (1965), The Logic of Decision, chapter 11.
    Diaconis, P. & Zabell, S. L. (1982), Updating subjective probability, JASA 77(380),
    doi:10.1080/01621459.1982.10477893.

    Examples
    --------
    >>> live_log_odds(stated_log_odds=1.7, base_log_odds=0.1, after_log_odds=[0.5, -np.inf])
    array([ 2.1, -inf])
    """
    stated = _not_missing(stated_log_odds, name="stated_log_odds")
    factor = log_bayes_factor(base_log_odds=base_log_odds, after_log_odds=after_log_odds)
    # A ruling of the law overrides even a statement of certainty.
    with np.errstate(invalid="ignore"):
        result = np.where(np.isinf(factor), factor, stated + factor)
    live: FloatArray = result[()]
    return live


def live_probability(
    *,
    stated_log_odds: npt.ArrayLike,
    base_log_odds: npt.ArrayLike,
    after_log_odds: npt.ArrayLike,
) -> FloatArray:
    """Return the probability of the event given the statement and the counts.

    Parameters, errors and limits as for `live_log_odds`; 0 and 1 exactly where the law rules.

    Examples
    --------
    >>> live_probability(
    ...     stated_log_odds=log_odds(0.846149), base_log_odds=log_odds(0.526024),
    ...     after_log_odds=log_odds(0.202879)).round(6)
    np.float64(0.557772)
    """
    result: FloatArray = special.expit(
        live_log_odds(
            stated_log_odds=stated_log_odds,
            base_log_odds=base_log_odds,
            after_log_odds=after_log_odds,
        )
    )
    return result


def _not_missing(value: npt.ArrayLike, *, name: str) -> FloatArray:
    array = np.asarray(value, dtype=np.float64)
    missing = np.isnan(array)
    if missing.any():
        msg = f"{name} must not be NaN, got {missing.sum()} of {missing.size}."
        raise ValueError(msg)
    return array
