"""Skill: how much better than a reference forecast."""

import numpy as np
import numpy.typing as npt

from forecast_bench.scoring.inputs import FloatArray


def skill(*, score: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Share of the reference's score that a forecaster saved: ``1 - score / reference``.

    Higher is better: 1 is perfect, 0 as good as the reference, negative worse. This is the one
    number of this package for which higher is better.

    Parameters
    ----------
    score : array_like of float
        Mean score of the forecasts, 0 or more, lower is better.
    reference : array_like of float
        Mean score of the reference (the base rate, the climatology) on the same questions.

    Returns
    -------
    ndarray of float64
        Skill. NaN where it is undefined: the two scores are both 0, both infinite, or one is
        missing. Minus infinity where only the reference was perfect.

    Raises
    ------
    ValueError
        If a score is negative.

    References
    ----------
    Murphy (1988), Skill scores based on the mean square error and their relationships to the
    correlation coefficient, Monthly Weather Review 116(12),
    doi:10.1175/1520-0493(1988)116<2417:SSBOTM>2.0.CO;2.

    Examples
    --------
    >>> skill(score=[0.09, 0.3], reference=[0.25, 0.25])
    array([ 0.64, -0.2 ])
    """
    scores, references = np.asarray(score, np.float64), np.asarray(reference, np.float64)
    for values in (scores, references):
        if (values < 0.0).any():
            raise ValueError(f"a score must not be negative, got {float(values.min())!r}")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1.0 - scores / references)
