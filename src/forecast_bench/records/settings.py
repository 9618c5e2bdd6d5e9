"""Settings of a workspace: [tool.forecast-bench] in its pyproject.toml."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from forecast_bench.problems import CATALOGUE
from forecast_bench.records.job_limits import JobLimits
from forecast_bench.records.own_model import ModelLimits
from forecast_bench.records.watching import AlarmSettings, NotifySettings

Level = Literal["error", "warning", "note", "off"]
Name = Annotated[str, Field(min_length=1)]
_ORDER: tuple[Level, ...] = ("off", "note", "warning", "error")


def _problem_id(identifier: str) -> str:
    if identifier not in CATALOGUE:
        raise ValueError(f'no problem has the id "{identifier}"')
    return identifier


def _one_team_each(teams: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    team_of: dict[str, str] = {}
    for team, analysts in teams.items():
        for one in analysts:
            before = team_of.setdefault(one, team)
            if before != team:
                raise ValueError(f'the analyst "{one}" is in two teams, {before} and {team}')
    return teams


class Weights(BaseModel):
    """Largest weight a + b of a prior for each analytic confidence: our own convention."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    high: float = Field(default=100, gt=2)
    moderate: float = Field(default=40, gt=2)
    low: float = Field(default=12, gt=2)


class CountingSettings(BaseModel):
    """Where incidents are counted, and with how much of the machine.

    Examples
    --------
    >>> CountingSettings().engine
    'duckdb'
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    engine: Literal["duckdb", "spark"] = Field(
        default="duckdb",
        description="duckdb, inside the program, or spark, which must be installed.",
    )
    threads: int = Field(default=1, ge=1, le=1024, description="Threads of DuckDB.")
    memory: str = Field(
        default="4GB",
        pattern=r"^[0-9]{1,6}(MB|GB|TB)$",
        description="Most memory that DuckDB takes before it writes to a temporary folder.",
    )
    spark: dict[str, str] = Field(
        default={}, description="Settings of the Spark session, such as spark.master."
    )


class FitSettings(BaseModel):
    """Where many independent fits run, and how many at once.

    Examples
    --------
    >>> FitSettings().backend, FitSettings().workers
    ('loky', 1)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    backend: Literal["loky", "dask"] = Field(
        default="loky",
        description="loky, processes of this machine, or dask, which must be installed.",
    )
    workers: int = Field(
        default=1,
        ge=1,
        le=1024,
        description="Processes on this machine; a cluster with a scheduler has its own workers.",
    )
    scheduler: str | None = Field(
        default=None,
        min_length=1,
        description="Address of the scheduler of a Dask cluster that runs already.",
    )

    @model_validator(mode="after")
    def _scheduler_is_of_dask(self) -> Self:
        if self.scheduler is not None and self.backend != "dask":
            raise ValueError('"scheduler" is the address of a Dask cluster: set backend = "dask"')
        return self


class Settings(BaseModel):
    """What a team decides once for its workspace.

    Examples
    --------
    >>> Settings().band_mass
    0.8
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    title: str | None = Field(
        default=None,
        min_length=1,
        description="Name of the workspace in reviews; else its folder's.",
    )
    lexicon: str | None = Field(default=None, description="Lexicon of files that name none.")
    band_mass: float = Field(default=0.80, gt=0.5, lt=1, description="Prior mass inside a band.")
    weights: Weights = Weights()
    tracking: Literal["monthly", "daily"] = "monthly"
    seed: int = Field(default=20171231, ge=0, lt=2**32, description="Base of every random draw.")
    phrase_weight: float = Field(
        default=10, gt=0, description="Weight of the prior on how often a phrase comes true."
    )
    analyst_weight: float = Field(
        default=20,
        gt=0,
        description="How alike analysts are taken to be in what they mean by a phrase.",
    )
    teams: Annotated[
        dict[Name, Annotated[tuple[Name, ...], Field(strict=False)]],
        AfterValidator(_one_team_each),
    ] = Field(default={}, description="Analysts of each team, whose record is measured apart.")
    shrink_alarm: float = Field(
        default=0.5, gt=0, le=1, description="A feed with fewer than this share of its rows alarms."
    )
    most_rejected: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Largest share of a file's rows that may be unreadable; above it nothing is "
        "imported.",
    )
    store: str | None = Field(
        default=None,
        min_length=1,
        description="Where incidents are kept: a folder, or an address that fsspec knows.",
    )
    counting: CountingSettings = CountingSettings()
    fits: FitSettings = FitSettings()
    limits: JobLimits = JobLimits()
    models: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(),
        description="Python files of models/ that may be run: they are code.",
    )
    model_limits: ModelLimits = ModelLimits()
    alarms: AlarmSettings = AlarmSettings()
    notify: NotifySettings = NotifySettings()
    levels: dict[Annotated[str, AfterValidator(_problem_id)], Level] = Field(
        default={},
        description="Level of a problem by its id: error, warning, note or off.",
    )

    @model_validator(mode="after")
    def _firm_problems_stay(self) -> Self:
        for identifier, level in self.levels.items():
            entry = CATALOGUE[identifier]
            if entry.firm and _ORDER.index(level) < _ORDER.index(entry.level):
                raise ValueError(
                    f'"{identifier}" stays of level {entry.level}: nothing can be computed past it'
                )
        return self
