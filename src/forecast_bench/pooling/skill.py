"""How much better each analyst has been than the others on shared questions, and his weight."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

type FloatArray = npt.NDArray[np.float64]

_TINY = 1e-9


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
        Variance of one score around what question and analyst explain, and of true skill among
        analysts.

    Examples
    --------
    >>> Skills((), np.zeros(0, int), np.zeros(0), np.zeros(0), 0.0, 0.0).credibility
    inf
    """

    analysts: tuple[str, ...]
    questions: npt.NDArray[np.int64]
    measured: FloatArray
    skill: FloatArray
    within: float
    between: float

    @property
    def credibility(self) -> float:
        """The k of n / (n + k): questions after which half of a measured difference is believed."""
        return self.within / self.between if self.between > 0 else math.inf

    def by_analyst(self) -> Mapping[str, float]:
        """Shrunk skill of each analyst, in nats."""
        return dict(zip(self.analysts, self.skill.tolist(), strict=True))


def skills(*, score: npt.ArrayLike, analyst: Sequence[str], question: Sequence[object]) -> Skills:
    """Estimate the skill of each analyst relative to the others, shrunk towards none.

    A score is what its question costs everybody, less the skill of the analyst, plus chance:
    ``score = question - skill + chance``. Skills vary between analysts with variance `between`,
    chance with variance `within`, both by the method of moments; the shrunk skill is the best
    linear unbiased prediction. Where all analysts judged the same n questions it is the mean
    difference to the average of all, times n / (n + k) with k = within / between.

    Parameters
    ----------
    score : array_like of float, shape (n,)
        Log score of each opinion, in nats; lower is better.
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
        If a score is not finite, lengths differ, or an analyst is there twice on one question.

    References
    ----------
    Bühlmann & Straub (1970), Glaubwürdigkeit für Schadensätze, Bulletin of the Swiss Association
    of Actuaries 70: 111-133. Robinson (1991), That BLUP is a good thing, Statistical Science 6(1):
    15-32, doi:10.1214/ss/1177011926.

    Examples
    --------
    >>> found = skills(score=[0.1, 0.9, 0.2, 1.2, 0.3, 0.9], analyst=["a", "b"] * 3,
    ...     question=[1, 1, 2, 2, 3, 3])
    >>> found.measured.round(3), round(found.credibility, 3), found.skill.round(3)
    (array([ 0.4, -0.4]), 0.064, array([ 0.392, -0.392]))
    """
    scores = np.asarray(score, dtype=np.float64)
    names, who = np.unique(np.asarray(analyst, dtype=str), return_inverse=True)
    asked, what = np.unique(np.asarray(question).astype(str), return_inverse=True)
    if not scores.shape == who.shape == what.shape or scores.ndim != 1:
        raise ValueError("score, analyst and question must have one entry for each opinion")
    if not np.isfinite(scores).all():
        raise ValueError("a score must be a finite number")
    if np.unique(what * names.size + who).size < who.size:
        raise ValueError("an analyst may have one opinion on a question")
    crowd = np.bincount(what, minlength=asked.size)
    shared = np.bincount(who, weights=crowd[what] > 1, minlength=names.size).astype(np.int64)
    centred = scores - (np.bincount(what, weights=scores) / np.maximum(crowd, 1))[what]
    # Normal equations of the analysts once each question's own level is taken out.
    gain = -np.bincount(who, weights=centred, minlength=names.size)
    information, basis = np.linalg.eigh(_information(who, what, crowd, analysts=names.size))
    told = information > _TINY * max(1.0, information.max(initial=0.0))
    weight, basis = information[told], basis[:, told]
    along = basis.T @ gain / weight
    explained = float(weight @ along**2)
    freedom = scores.size - asked.size - weight.size
    if freedom < 1:
        nothing = np.zeros(names.size)
        return Skills(tuple(names.tolist()), shared, basis @ along, nothing, 0.0, 0.0)
    within = max(0.0, float(centred @ centred) - explained) / freedom
    over_chance = explained - weight.size * within
    between = max(0.0, over_chance / float(weight.sum())) if weight.size else 0.0
    kept = between * weight / (between * weight + within) if between > 0 else 0.0 * weight
    return Skills(
        tuple(names.tolist()), shared, basis @ along, basis @ (kept * along), within, between
    )


def skill_weights(analysts: Sequence[str], skill: Mapping[str, float]) -> FloatArray:
    """Weights of those who have an opinion: in proportion to exp(skill), adding up to 1.

    Skill is a mean difference of log scores, so weights are in the ratio of the geometric means of
    the probabilities that analysts are expected to give to what happens.

    Parameters
    ----------
    analysts : sequence of str
        Those who have an opinion.
    skill : mapping of str to float
        Shrunk skill in nats; 0 for whoever is not in it.

    Returns
    -------
    ndarray of float64
        Exactly equal where nobody has a record.

    Examples
    --------
    >>> skill_weights(["a", "b"], {}).tolist()
    [0.5, 0.5]
    >>> skill_weights(["a", "b", "new"], {"a": 0.3, "b": -0.3}).round(3).tolist()
    [0.437, 0.24, 0.324]
    """
    found = np.array([skill.get(name, 0.0) for name in analysts], dtype=np.float64)
    raised = np.exp(found - found.max(initial=-np.inf))
    result: FloatArray = raised / raised.sum()
    return result


def _information(
    who: npt.NDArray[np.int64],
    what: npt.NDArray[np.int64],
    crowd: npt.NDArray[np.int64],
    *,
    analysts: int,
) -> FloatArray:
    """What the opinions tell of each analyst and pair: questions, less what levels take up."""
    from scipy.sparse import coo_array

    shape = (crowd.size, analysts)
    heard = coo_array((np.ones(who.size), (what, who)), shape=shape).tocsr()
    share = coo_array((1.0 / crowd[what], (what, who)), shape=shape).tocsr()
    counts = np.bincount(who, minlength=analysts).astype(np.float64)
    result: FloatArray = np.diag(counts) - (heard.T @ share).toarray()
    return result
