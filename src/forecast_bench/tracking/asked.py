"""A question as a judgment asked it: with dates, a baseline and a source."""

import datetime
from dataclasses import dataclass, replace
from fractions import Fraction

from forecast_bench.incidents import expand_types
from forecast_bench.rates import RateParameters
from forecast_bench.records import (
    Coverage,
    Duration,
    IncidentFilter,
    Question,
    RateSpecification,
    SourceDescription,
    Window,
    exposure_months,
)
from forecast_bench.tracking.parameter_origin import FIXED, ParameterOrigin
from forecast_bench.workspace import RecordedQuestion, Workspace


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A counted question with the windows it is counted in.

    Parameters
    ----------
    name : str
        The question's name.
    question : Question
        One of the counted kinds.
    issued : date
        Day of the judgment; the baseline ends by it, so that the base rate knows no later count.
    window, baseline : Window
        Where the event may happen, and the history before.
    rates : RateSpecification
        The law that history is read with.
    source : SourceDescription
        What counts it.
    parameters : RateParameters or None
        What is believed of drift and dispersion, to be integrated over; None: those of `rates`.
    origin : ParameterOrigin
        Where the drift and the dispersion come from: fixed exactly where `parameters` is None.

    Raises
    ------
    ValueError
        If parameters are said to be fixed, or are not there and said to be learned.
    """

    name: str
    question: Question
    issued: datetime.date
    window: Window
    baseline: Window
    rates: RateSpecification
    source: SourceDescription
    parameters: RateParameters | None = None
    origin: ParameterOrigin = FIXED

    def __post_init__(self) -> None:
        if (self.parameters is None) != (self.origin.state == "fixed"):
            raise ValueError(f"parameters {self.parameters} do not fit their origin {self.origin}")

    def as_covered(self, coverage: Coverage, settlement: Duration) -> "AskedQuestion":
        """Ask it of a vintage, whose coverage and settlement may be other than today's."""
        told = {"coverage": coverage, "settlement": settlement}
        return replace(self, source=self.source.model_copy(update=told))

    def believing(self, parameters: RateParameters, origin: ParameterOrigin) -> "AskedQuestion":
        """Ask it with a drift and a dispersion that are uncertain."""
        return replace(self, parameters=parameters, origin=origin)

    @property
    def key(self) -> str:
        """Name of the question and the day of issue: judgments that share both share the counts."""
        return f"{self.name}@{self.issued.isoformat()}"

    @property
    def filters(self) -> dict[str, IncidentFilter]:
        """Filters to count: `of`, and for a share also `matching`."""
        counted = self.question.counted
        if counted is None:
            raise ValueError(f"question {self.name} is settled by hand and counts nothing")
        if self.question.share is None:
            return {"of": counted.of}
        return {"of": counted.of, "matching": both(counted.of, self.question.share.also)}

    @property
    def window_months(self) -> Fraction:
        """Time at risk in the window."""
        return exposure_months(self.window.start, self.window.end)

    @property
    def baseline_months(self) -> Fraction:
        """Time at risk in the baseline."""
        return exposure_months(self.baseline.start, self.baseline.end)

    @property
    def areas(self) -> tuple[tuple[str, str], ...]:
        """Country and area of every area at risk, for a question of reach; one blank otherwise."""
        reach = self.question.reach
        if reach is None:
            return (("", ""),)
        return tuple(
            (country, area)
            for country, areas in self.source.coverage.countries.items()
            for area in areas
            if country in (reach.of.countries or (country,))
            and area in (reach.of.admin1 or (area,))
        )


def ask(
    workspace: Workspace, asked: RecordedQuestion, issued: datetime.date
) -> AskedQuestion | None:
    """Give a question with the dates that a day of issue fixes; None where a hand settles it.

    Raises
    ------
    ValueError
        If the workspace was not checked: the question has no window or no source.
    """
    if asked.question.counted is None:
        return None
    window = asked.question.window_from(issued)
    name = workspace.source_of(asked)
    if window is None or name is None:
        raise ValueError(f"question {asked.name} has no window or no source")
    rates, source = workspace.rates_of(asked), workspace.sources[name]
    return AskedQuestion(
        name=asked.name,
        question=asked.question,
        issued=issued,
        window=window,
        baseline=asked.question.baseline_from(
            issued, window, otherwise=rates.baseline, whole_months=source.counts_months
        ),
        rates=rates,
        source=source,
    )


def both(first: IncidentFilter, second: IncidentFilter) -> IncidentFilter:
    """Filter that an incident passes when it passes two.

    Lists of types and places intersect; an actor may be named by one of the two.
    """
    return IncidentFilter(
        actor=second.actor or first.actor,
        between=second.between or first.between,
        type=_common(_types(first), _types(second)),
        countries=_common(first.countries, second.countries),
        admin1=_common(first.admin1, second.admin1),
    )


def _types(of: IncidentFilter) -> tuple[str, ...] | None:
    """Types that a filter lets in, groups of types taken apart."""
    return None if of.type is None else tuple(sorted(expand_types(of.type)))


def _common(
    first: tuple[str, ...] | None, second: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    if first is None or second is None:
        return first or second
    return tuple(name for name in first if name in second)
