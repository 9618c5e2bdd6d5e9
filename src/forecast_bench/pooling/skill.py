"""How much better each analyst has been than the others on shared questions, and his weight."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

type FloatArray = npt.NDArray[np.float64]
type IntArray = npt.NDArray[np.int64]

SURE: Final = 0.95
"""How sure it must be that analysts differ at least as much as is believed: a convention."""

_TINY = 1e-9
# As the log score of the package: no probability counts as further out than 0.0001.
_FURTHEST = float(special.logit(1 - 1e-4))


@dataclass(frozen=True, slots=True, eq=False)
class Skills:
    """What is known of how analysts compare on questions that they share.

    Parameters
    ----------
    analysts : tuple of str
        In alphabetical order.
    questions : ndarray of int
        Questions that each shares with somebody.
    measured : ndarray of float
        By how many nats of log score each did better than the others, by least squares.
    skill : ndarray of float
        The same, shrunk towards 0, which is no difference.
    within, between : float
        Variance of one score around what question and analyst explain, and the least variance of
        true skill among analysts that is sure at the level `SURE`.
    diversity : float
        By how many nats a single analyst does worse than what all know together.

    Examples
    --------
    >>> Skills((), np.zeros(0, int), np.zeros(0), np.zeros(0), 0.0, 0.0, 0.0).credibility
    inf
    """

    analysts: tuple[str, ...]
    questions: IntArray
    measured: FloatArray
    skill: FloatArray
    within: float
    between: float
    diversity: float

    @property
    def credibility(self) -> float:
        """The k of n / (n + k): questions after which half of a measured difference is believed."""
        return self.within / self.between if self.between > 0 else math.inf

    def log_weights(self) -> Mapping[str, float]:
        """Logarithm of each analyst's weight, 0 for one of average skill: skill over diversity."""
        shares = self.skill / self.diversity if self.diversity > _TINY else 0.0 * self.skill
        return dict(zip(self.analysts, shares.tolist(), strict=True))


def skills(
    probability: npt.ArrayLike,
    *,
    outcome: npt.ArrayLike,
    analyst: Sequence[str],
    question: Sequence[object],
) -> Skills:
    """Estimate the skill of each analyst relative to the others, shrunk towards none.

    A log score is what its question costs everybody, less the skill of the analyst, plus chance:
    ``score = question - skill + chance``. The shrunk skill is the best linear unbiased prediction
    given the variances of chance and of skill. Where all analysts judged the same n questions it
    is the mean difference to the average of all, times n / (n + k) with k = within / between.
    `between` is the lower confidence limit of the analysis of variance, so that few outcomes, in
    which the best has often been lucky, leave everybody near the average.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        One opinion each, strictly inside 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event of its question occurred, 0 where it did not.
    analyst : sequence of str, shape (n,)
        Who held it; nobody twice on one question.
    question : sequence, shape (n,)
        On what. A question of a single analyst tells nothing.

    Returns
    -------
    Skills
        With `between` 0, and all skills 0, where differences are no larger than chance.

    Raises
    ------
    ValueError
        If a number is outside its domain, lengths differ, or an analyst is there twice on one
        question.

    References
    ----------
    Bühlmann & Straub (1970), Glaubwürdigkeit für Schadensätze, Bulletin of the Swiss Association
    of Actuaries 70: 111-133. Robinson (1991), That BLUP is a good thing, Statistical Science 6(1):
    15-32, doi:10.1214/ss/1177011926. Searle, Casella & McCulloch (1992), Variance Components,
    section 3.6, doi:10.1002/9780470316856 (the limit). Krogh & Vedelsby (1995), Neural network
    ensembles, cross validation, and active learning, Advances in NIPS 7: 231-238 (diversity).

    Examples
    --------
    >>> found = skills([0.8, 0.4, 0.8, 0.4, 0.7, 0.4], outcome=[1] * 6, analyst=["a", "b"] * 3,
    ...     question=[1, 1, 2, 2, 3, 3])
    >>> found.measured.round(3), round(found.credibility, 3), found.skill.round(3)
    (array([ 0.324, -0.324]), 0.287, array([ 0.296, -0.296]))
    """
    odds, happened = _checked(probability, outcome)
    names, who = np.unique(np.asarray(analyst, dtype=str), return_inverse=True)
    asked, what = np.unique(np.asarray(question).astype(str), return_inverse=True)
    if not odds.shape == who.shape == what.shape:
        raise ValueError("there must be one entry of each for each opinion")
    if np.unique(what * names.size + who).size < who.size:
        raise ValueError("an analyst may have one opinion on a question")
    crowd = np.bincount(what, minlength=asked.size)
    side = np.where(happened == 1, 1.0, -1.0)
    scores: FloatArray = -special.log_expit(side * odds)
    measured, skill, within, between = _shrunk(scores, who, what, crowd, analysts=names.size)
    return Skills(
        analysts=tuple(names.tolist()),
        questions=np.bincount(who, weights=crowd[what] > 1, minlength=names.size).astype(np.int64),
        measured=measured,
        skill=skill,
        within=within,
        between=between,
        diversity=_diversity(scores, side * odds, what, crowd),
    )


def skill_weights(analysts: Sequence[str], log_weights: Mapping[str, float]) -> FloatArray:
    """Weights of those who have an opinion, adding up to 1.

    Were each analyst's log odds the truth with an error of his own, independent of the others',
    the best weights would be in inverse proportion to the variances of the errors, and so to the
    excess of each one's log score over that of the truth (which for small errors is half the
    variance times p (1 - p)). With the excess of the average analyst d, and an analyst who does
    better by s, that is 1 / (d - s), to first order exp(s / d): never negative, and no less than
    nothing for whoever did worse. d is `Skills.diversity`.

    Parameters
    ----------
    analysts : sequence of str
        Those who have an opinion.
    log_weights : mapping of str to float
        See `Skills.log_weights`; 0 for whoever is not in it.

    Returns
    -------
    ndarray of float64
        Exactly equal where nobody has a record.

    References
    ----------
    Bates & Granger (1969), The combination of forecasts, Operational Research Quarterly 20(4):
    451-468, doi:10.1057/jors.1969.103.

    Examples
    --------
    >>> skill_weights(["a", "b"], {}).tolist()
    [0.5, 0.5]
    >>> skill_weights(["a", "b", "new"], {"a": 0.3, "b": -0.3}).round(3).tolist()
    [0.437, 0.24, 0.324]
    """
    found = np.array([log_weights.get(name, 0.0) for name in analysts], dtype=np.float64)
    raised = np.exp(found - found.max(initial=-np.inf))
    result: FloatArray = raised / raised.sum()
    return result


def _shrunk(
    scores: FloatArray, who: IntArray, what: IntArray, crowd: IntArray, *, analysts: int
) -> tuple[FloatArray, FloatArray, float, float]:
    """Skill as measured and as shrunk, with the variances within and between."""
    centred = scores - (np.bincount(what, weights=scores) / np.maximum(crowd, 1))[what]
    # Normal equations of the analysts once each question's own level is taken out.
    gain = -np.bincount(who, weights=centred, minlength=analysts)
    information, basis = np.linalg.eigh(_information(who, what, crowd, analysts=analysts))
    told = information > _TINY * max(1.0, information.max(initial=0.0))
    weight, basis = information[told], basis[:, told]
    along = basis.T @ gain / weight
    explained = float(weight @ along**2)
    freedom = scores.size - crowd.size - weight.size
    if freedom < 1:
        return basis @ along, np.zeros(analysts), 0.0, 0.0
    within = max(0.0, float(centred @ centred) - explained) / freedom
    limit = float(special.fdtri(weight.size, freedom, SURE))
    over_chance = explained / limit - weight.size * within
    between = max(0.0, over_chance / float(weight.sum()))
    kept = between * weight / (between * weight + within) if between > 0 else 0.0 * weight
    return basis @ along, basis @ (kept * along), within, between


def _information(who: IntArray, what: IntArray, crowd: IntArray, *, analysts: int) -> FloatArray:
    """What the opinions tell of each analyst and pair: questions, less what levels take up."""
    from scipy.sparse import coo_array

    shape = (crowd.size, analysts)
    heard = coo_array((np.ones(who.size), (what, who)), shape=shape).tocsr()
    share = coo_array((1.0 / crowd[what], (what, who)), shape=shape).tocsr()
    counts = np.bincount(who, minlength=analysts).astype(np.float64)
    result: FloatArray = np.diag(counts) - (heard.T @ share).toarray()
    return result


def _diversity(scores: FloatArray, right: FloatArray, what: IntArray, crowd: IntArray) -> float:
    """Mean excess of the average analyst over the mean of log odds, as of an endless crowd.

    Never negative: the log score is convex in the log odds. A crowd of m still has an m-th of the
    error of one, hence the m / (m - 1).
    """
    several = crowd > 1
    if not several.any():
        return 0.0
    mean_score = np.bincount(what, weights=scores) / crowd
    pooled = -special.log_expit(np.bincount(what, weights=right) / crowd)
    excess = (mean_score - pooled)[several] * crowd[several] / (crowd[several] - 1)
    return max(0.0, float(excess.mean()))


def _checked(probability: npt.ArrayLike, outcome: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    stated = np.asarray(probability, dtype=np.float64)
    happened = np.asarray(outcome, dtype=np.float64)
    if stated.ndim != 1 or stated.shape != happened.shape:
        raise ValueError("there must be one entry of each for each opinion")
    if not np.all((stated > 0) & (stated < 1)):
        raise ValueError("opinions are probabilities strictly inside 0..1")
    if not np.isin(happened, (0.0, 1.0)).all():
        raise ValueError("an outcome must be 0 or 1")
    odds: FloatArray = np.clip(special.logit(stated), -_FURTHEST, _FURTHEST)
    return odds, happened
