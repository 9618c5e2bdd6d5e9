"""Records: frozen, typed, read from text, refusing what they do not know."""

from forecast_bench.records.actor import Actor, ActorBook, CompoundLabel, CompoundPolicy
from forecast_bench.records.base import Record
from forecast_bench.records.fetching import AcledFetch, FetchRequest, UcdpFetch
from forecast_bench.records.job_limits import JobLimits
from forecast_bench.records.judgment import (
    Assumption,
    FileHeader,
    Indicator,
    Judgment,
    Report,
    Revision,
    SourceReference,
)
from forecast_bench.records.mapping import EventMapping, MappedPlace, MappedSide, MappedType
from forecast_bench.records.own_model import ModelLimits, OwnSampler
from forecast_bench.records.probability import Confidence, OffYardstick, Stated
from forecast_bench.records.question import (
    ByHand,
    Change,
    Condition,
    Count,
    IncidentFilter,
    Months,
    Question,
    QuestionKind,
    Reach,
    Share,
)
from forecast_bench.records.rates import (
    PanelPriors,
    PanelSampler,
    PanelThresholds,
    RatePanel,
    RateSpecification,
)
from forecast_bench.records.recalibration import (
    DiagnosticLimits,
    GateSettings,
    RecalibrationSettings,
)
from forecast_bench.records.resolution import HandResolution, Outcome
from forecast_bench.records.series import SeriesSettings
from forecast_bench.records.settings import CountingSettings, FitSettings, Settings, Weights
from forecast_bench.records.source import Coverage, DeclaredCoverage, SourceDescription
from forecast_bench.records.time import (
    Duration,
    Window,
    add,
    exposure_months,
    month_ends,
    whole_months_until,
    window_after,
    window_before,
)
from forecast_bench.records.watching import AlarmSettings, EmailSettings, NotifySettings
from forecast_bench.records.wording import number_of

__all__ = [
    "AcledFetch",
    "Actor",
    "ActorBook",
    "AlarmSettings",
    "Assumption",
    "ByHand",
    "Change",
    "CompoundLabel",
    "CompoundPolicy",
    "Condition",
    "Confidence",
    "Count",
    "CountingSettings",
    "Coverage",
    "DeclaredCoverage",
    "DiagnosticLimits",
    "Duration",
    "EmailSettings",
    "EventMapping",
    "FetchRequest",
    "FileHeader",
    "FitSettings",
    "GateSettings",
    "HandResolution",
    "IncidentFilter",
    "Indicator",
    "JobLimits",
    "Judgment",
    "MappedPlace",
    "MappedSide",
    "MappedType",
    "ModelLimits",
    "Months",
    "NotifySettings",
    "OffYardstick",
    "Outcome",
    "OwnSampler",
    "PanelPriors",
    "PanelSampler",
    "PanelThresholds",
    "Question",
    "QuestionKind",
    "RatePanel",
    "RateSpecification",
    "Reach",
    "RecalibrationSettings",
    "Record",
    "Report",
    "Revision",
    "SeriesSettings",
    "Settings",
    "Share",
    "SourceDescription",
    "SourceReference",
    "Stated",
    "UcdpFetch",
    "Weights",
    "Window",
    "add",
    "exposure_months",
    "month_ends",
    "number_of",
    "whole_months_until",
    "window_after",
    "window_before",
]
