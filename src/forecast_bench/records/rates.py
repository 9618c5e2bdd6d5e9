"""How a family of series is read as a law of counts."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from forecast_bench.records.base import Record
from forecast_bench.records.own_model import OwnSampler
from forecast_bench.records.recalibration import DiagnosticLimits
from forecast_bench.records.scalars import Day, Flag, Identifier, Number, Text, Texts, WholeNumber
from forecast_bench.records.time import DurationText
from forecast_bench.records.time_limit import TimeLimit, TimeLimitText

_FILE = r"^[A-Za-z][A-Za-z0-9_]*\.py$"


class PanelPriors(Record):
    """What is believed of a panel before its months are seen; scales are standard deviations.

    Examples
    --------
    >>> PanelPriors().dispersion
    2.0
    """

    drift: Number | None = Field(
        default=None, gt=0, le=5, description="Median drift over a baseline; else the file's own."
    )
    drift_scale: Number = Field(
        default=0.5, gt=0, description="Of the log drift common to all types."
    )
    drift_spread: Number = Field(
        default=0.3, gt=0, description="Half-normal scale of how far types differ in log drift."
    )
    dispersion: Number = Field(default=2.0, gt=0, description="Median dispersion of a month.")
    dispersion_scale: Number = Field(
        default=1.0, gt=0, description="Of the log dispersion common to all types."
    )
    dispersion_spread: Number = Field(
        default=0.5, gt=0, description="Half-normal scale of how far types differ in it."
    )
    trend_scale: Number = Field(
        default=0.2, gt=0, description="Of the step common to all series, on the log scale."
    )
    log_rate: Number = Field(
        default=-1.0, description="Mean log of the monthly rate in a series' first window."
    )
    log_rate_scale: Number = Field(default=2.0, gt=0, description="Of that log rate.")
    season_scale: Number = Field(
        default=0.3, gt=0, description="Of the effect of each month of the year."
    )
    coverage_scale: Number = Field(default=0.5, gt=0, description="Of each step of coverage.")


class PanelThresholds(Record):
    """Under which a panel is too small to be fitted, and the prior speaks."""

    series: WholeNumber = Field(
        default=8, ge=1, description="Series with at least one incident that are needed."
    )
    windows: WholeNumber = Field(default=3, ge=2, description="Windows that are needed.")
    incidents: WholeNumber = Field(
        default=100, ge=1, description="Incidents in all series that are needed."
    )


class PanelSampler(Record):
    """How the published posterior of a panel is sampled."""

    draws: WholeNumber = Field(default=1000, ge=50, description="Draws kept in each chain.")
    tune: WholeNumber = Field(default=1000, ge=50, description="Draws of adaptation, not kept.")
    chains: WholeNumber = Field(default=4, ge=2, description="Independent chains.")
    target_accept: Number = Field(
        default=0.95, gt=0.5, lt=1, description="Acceptance the step size is adapted to."
    )
    time_limit: TimeLimitText = Field(
        default=TimeLimit(10, "minute"), description="Time after which a fit is stopped."
    )


class RatePanel(Record):
    """Which series a family is made of, and how their drift and dispersion are learned.

    Examples
    --------
    >>> RatePanel(actors=("JNIM",), types=("battle",)).places
    'area'
    """

    source: Identifier | None = Field(
        default=None, description="The source that counts the series; else the only one there is."
    )
    actors: Texts | None = Field(
        default=None, description="Actors or groups: each makes series of its own."
    )
    sides: tuple[tuple[Text, Text], ...] | None = Field(
        default=None, description="Pairs on opposite sides: each makes series of its own."
    )
    types: Texts = Field(
        min_length=1, description="Types of incident or groups: each has its drift and dispersion."
    )
    countries: Texts | None = Field(
        default=None, description="Countries; else all that the source covers."
    )
    places: Literal["area", "country"] = Field(
        default="area", description="A series for each first-level area, or for each country."
    )
    window: DurationText | None = Field(
        default=None, description="Months between which the rate walks; else the baseline."
    )
    seasonality: Flag = Field(default=False, description="Whether months of the year differ.")
    coverage_steps: tuple[Day, ...] = Field(
        default=(), description="First days of months from which the source covered more."
    )
    priors: PanelPriors = Field(default_factory=PanelPriors)
    least: PanelThresholds = Field(default_factory=PanelThresholds)
    sampler: PanelSampler = Field(default_factory=PanelSampler)
    limits: DiagnosticLimits = Field(default_factory=lambda: DiagnosticLimits())

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.actors is not None and self.sides is not None:
            raise ValueError("name actors or sides, not both: their incidents overlap")
        for name in ("actors", "types", "countries", "sides", "coverage_steps"):
            listed = getattr(self, name) or ()
            if len(set(listed)) < len(listed):
                raise ValueError(f"{name} lists one entry twice")
        if any(day.day != 1 for day in self.coverage_steps):
            raise ValueError("a step of coverage begins with a month: write its first day")
        if self.window is not None and self.window.unit not in ("month", "year"):
            raise ValueError("windows of a panel are whole months: write such as 6 months")
        return self


class RateSpecification(Record):
    """A law of counts: its family, how far rates drift, and the baseline that feeds it.

    Examples
    --------
    >>> RateSpecification.model_validate({"baseline": "12 months"}).drift
    0.5
    """

    family: Literal["gamma-poisson", "own"] = "gamma-poisson"
    drift: Number = Field(
        default=0.5, ge=0, le=5, description="Standard deviation of the log rate between windows."
    )
    dispersion: Number | None = Field(
        default=None, gt=0, description="Months vary by rate + rate^2 / dispersion; none: Poisson."
    )
    baseline: DurationText = Field(
        description="History before a window where the question names none."
    )
    model: Annotated[str, StringConstraints(strip_whitespace=True, pattern=_FILE)] | None = Field(
        default=None, description="Of the family own: a Python file of models/."
    )
    priors: dict[Text, Number] = Field(
        default={}, description="Of the family own: numbers that the model is told, by name."
    )
    sampler: OwnSampler = Field(
        default=OwnSampler(), description="Of the family own: how it is sampled."
    )
    panel: RatePanel | None = Field(
        default=None, description="Series from which drift and dispersion are learned."
    )
    note: Text | None = None

    @model_validator(mode="after")
    def _keys_of_its_family(self) -> Self:
        own, ours = {"model", "priors", "sampler"}, {"drift", "dispersion", "panel"}
        for name in sorted((ours if self.family == "own" else own) & self.model_fields_set):
            raise ValueError(f'"{name}" is no key of the family {self.family}')
        if self.family == "own" and self.model is None:
            raise ValueError('the family own needs "model", the name of a Python file of models/')
        return self

    @model_validator(mode="after")
    def _panel_walks(self) -> Self:
        if self.panel is None:
            return self
        if self.panel.priors.drift is None and self.drift == 0:
            raise ValueError("a panel needs a drift above 0 to be centred at")
        walked = self.panel.window or self.baseline
        if walked.unit not in ("month", "year") or self.baseline.unit not in ("month", "year"):
            raise ValueError("a family with a panel needs a baseline of whole months")
        return self
