"""What an analyst stated and when, as priors."""

import datetime
from dataclasses import dataclass

from forecast_bench.lexicons import look_up
from forecast_bench.priors import Prior, encode
from forecast_bench.records import Confidence, Stated
from forecast_bench.workspace import RecordedJudgment, Workspace


@dataclass(frozen=True, slots=True)
class DatedStatement:
    """A statement in force from a day on: the first one, or a revision.

    Parameters
    ----------
    on : date
        Day of issue or of the revision.
    text : str
        The words or the number, as stated.
    prior : Prior
        What they were encoded as; its mean is the stated probability.
    because : str
        Reason of a revision, empty for the first statement.
    """

    on: datetime.date
    text: str
    prior: Prior
    because: str = ""

    @property
    def band(self) -> tuple[float, float] | None:
        """Band of the phrase or range; None for a single number."""
        if self.prior.low is None or self.prior.high is None:
            return None
        return self.prior.low, self.prior.high


def statements(
    workspace: Workspace, recorded: RecordedJudgment, *, as_of: datetime.date
) -> tuple[DatedStatement, ...]:
    """Give the statements made by a day, in order; none where no probability was stated.

    Raises
    ------
    ValueError
        If the workspace was not checked: no day of issue, an unknown lexicon or phrase.
    """
    first = recorded.judgment.probability
    if first is None:
        return ()
    if recorded.issued is None:
        raise ValueError(f"judgment {recorded.id} has no day of issue")
    confidence = recorded.judgment.confidence
    found = [
        DatedStatement(recorded.issued, str(first), _prior(workspace, recorded, first, confidence))
    ]
    for revision in recorded.revisions(as_of):
        confidence = revision.confidence or confidence
        prior = _prior(workspace, recorded, revision.probability, confidence)
        text = str(revision.probability)
        found.append(DatedStatement(revision.on, text, prior, revision.because))
    return tuple(found)


def _prior(
    workspace: Workspace,
    recorded: RecordedJudgment,
    stated: Stated,
    confidence: Confidence | None,
) -> Prior:
    settings = workspace.settings
    weight_cap = getattr(settings.weights, confidence or "moderate")
    band = _band(workspace, recorded, stated)
    return encode(band=band, number=stated.number, mass=settings.band_mass, weight_cap=weight_cap)


def _band(
    workspace: Workspace, recorded: RecordedJudgment, stated: Stated
) -> tuple[float, float] | None:
    if stated.phrase is None:
        return None if stated.low is None or stated.high is None else (stated.low, stated.high)
    identifier = recorded.lexicon(workspace.settings.lexicon) or ""
    lexicon = workspace.lexicons.get(identifier)
    phrase = None if lexicon is None else look_up(lexicon, stated.phrase)
    if phrase is None:
        raise ValueError(f"judgment {recorded.id}: {stated.phrase!r} is not of {identifier!r}")
    return phrase.low, phrase.high
