"""What the last run of the job was like, in figures that Prometheus reads."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

from forecast_bench.job.alarms import ALARMS
from forecast_bench.job.feeds import vintage_age
from forecast_bench.job.recalibrate import Ending, JobResult
from forecast_bench.records import Outcome

_ENDINGS: Final = tuple(one for one in get_args(Ending) if one != "locked")
_MIB: Final = 1024 * 1024
type Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True, slots=True)
class JobMeasures:
    """What is measured of one run of the job, beside its result.

    Parameters
    ----------
    workspace : Path
        Folder of the workspace; its full path tells it from others on the machine.
    as_of : date
        The day looked at.
    ended_at : datetime
        When the job ended, in UTC.
    seconds : float
        How long it took.
    exit_status : int
        What it leaves with.
    """

    workspace: Path
    as_of: datetime.date
    ended_at: datetime.datetime
    seconds: float
    exit_status: int


def metrics_text(result: JobResult, measured: JobMeasures) -> str:
    """Write the measures of the job as OpenMetrics that older readers of Prometheus take as well.

    The collector of the node exporter reads the older form, which has no type for a set of states:
    the ending is a gauge for each, one of them 1. Stages, judgments and ages are
    those of the run that was published, found again, or left in force.

    Parameters
    ----------
    result : JobResult
        How the job ended.
    measured : JobMeasures
        What was measured of it.

    Examples
    --------
    >>> now = datetime.datetime(2018, 7, 1, 3, 0, tzinfo=datetime.UTC)
    >>> measured = JobMeasures(Path("/srv/desk"), now.date(), now, 1.5, 0)
    >>> print(metrics_text(JobResult("unchanged", None), measured).splitlines()[2])
    forecast_bench_last_run_timestamp_seconds{workspace="/srv/desk"} 1530414000.0
    """
    place = {"workspace": measured.workspace.resolve().as_posix()}
    lines = [
        line
        for name, meaning, samples in _families(result, measured)
        for line in _family(f"forecast_bench_{name}", meaning, samples, place)
    ]
    return "\n".join([*lines, "# EOF", ""])


def _families(
    result: JobResult, measured: JobMeasures
) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    told = [one["id"] for one in result.alarms]
    yield "last_run_timestamp_seconds", "When the job ended.", [({}, measured.ended_at.timestamp())]
    yield "last_run_duration_seconds", "How long it took.", [({}, measured.seconds)]
    yield "last_run_exit_status", "What it left with.", [({}, measured.exit_status)]
    endings: list[Sample] = [({"ending": one}, one == result.ending) for one in _ENDINGS]
    yield "last_run_ending", "How it ended: 1 for that, 0 for others.", endings
    yield "problems", "Problems that it told.", [({}, len(result.problems))]
    names = sorted({*ALARMS, *told})
    alarms: list[Sample] = [({"id": one}, told.count(one)) for one in names]
    yield "alarms", "Alarms that it told, by id.", alarms
    if result.manifest:
        yield from _run_families(result.manifest, measured.as_of)


def _run_families(
    manifest: Mapping[str, Any], as_of: datetime.date
) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    made_at = datetime.datetime.fromisoformat(manifest["made_at"]).timestamp()
    yield "run_timestamp_seconds", "When the run in force was made.", [({}, made_at)]
    stages = [({"stage": one["stage"]}, one["seconds"]) for one in manifest["stages"]]
    yield "stage_duration_seconds", "How long each stage of that run took.", stages
    peaks = [
        ({"stage": one["stage"]}, one["peak_mib"] * _MIB)
        for one in manifest["stages"]
        if one.get("peak_mib") is not None
    ]
    if peaks:
        yield "stage_peak_memory_bytes", "Most memory that was held in each stage.", peaks
    if manifest.get("peak_mib") is not None:
        peak = manifest["peak_mib"] * _MIB
        yield "peak_memory_bytes", "Most memory that was held to make it.", [({}, peak)]
    states = {**dict.fromkeys(get_args(Outcome), 0), **manifest["counts_of_states"]}
    judged = [({"state": state}, number) for state, number in states.items()]
    yield "judgments", "Judgments of that run, by state.", judged
    ages = [
        ({"source": one["source"]}, vintage_age(str(one["vintage"]), as_of=as_of))
        for one in manifest["sources"]
    ]
    yield "vintage_age_days", "Days since the counted vintage of a source was retrieved.", ages


def _family(
    name: str, meaning: str, samples: Iterable[Sample], place: Mapping[str, str]
) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        pairs = {**place, **labels}
        shown = ",".join(f'{key}="{_escaped(one)}"' for key, one in pairs.items())
        yield f"{name}{{{shown}}} {float(value)!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
