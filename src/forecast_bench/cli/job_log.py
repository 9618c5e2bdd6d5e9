"""What the job says on standard error while it runs, for people or for machines."""

import datetime
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from forecast_bench import __version__
from forecast_bench.cli.options import ExitStatus
from forecast_bench.cli.output import report_problems
from forecast_bench.job import STAGES, JobResult, failing_alarms
from forecast_bench.job.fits import TellFit, untold
from forecast_bench.job.runs import STOPS
from forecast_bench.problems import as_record


class Watch(NamedTuple):
    """What is told of the job as it goes: of each stage, and of each fit of several in a stage."""

    stage: Callable[[str], None]
    fit: TellFit = untold


class LogFormat(StrEnum):
    """How the job says what it does."""

    text = "text"
    json = "json"


class JobLog(Protocol):
    """What is told of a run of the job as it goes."""

    def progress(self) -> AbstractContextManager[Watch]:
        """Give what is told of stages and fits, for as long as the job runs."""

    def report(self, result: JobResult) -> None:
        """Tell problems and alarms."""

    def complain(self, text: str) -> None:
        """Tell what was not done beside the run, such as a message that could not be sent."""

    def ended(self, result: JobResult, *, status: int, reason: str) -> None:
        """Tell how it ended, last; the reason where something stopped it."""


def job_log(kind: LogFormat, *, quiet: bool, silent: bool, as_of: datetime.date) -> JobLog:
    """Give the log of a run.

    Parameters
    ----------
    kind : LogFormat
        For people or for machines.
    quiet : bool
        Whether machines are told only what went wrong.
    silent : bool
        Whether people are told of no stage.
    as_of : date
        The day looked at.
    """
    return JsonLog(as_of, quiet=quiet) if kind is LogFormat.json else TextLog(silent=silent)


def report_stop(reason: str) -> None:
    """Tell people why the job stopped."""
    _say(f"stopped: {reason}; what was published before stays")


@dataclass(frozen=True, slots=True)
class TextLog:
    """Text for people: a bar on a terminal, a line for each stage without one."""

    silent: bool

    @contextmanager
    def progress(self) -> Iterator[Watch]:
        """Show how far the job has come."""
        if self.silent:
            yield Watch(lambda _: None)
        elif sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress

            with Progress(console=Console(stderr=True), transient=True) as progress:
                task = progress.add_task("start", total=len(STAGES))

                def stage(name: str) -> None:
                    progress.update(task, description=name, completed=STAGES.index(name))

                def fit(name: str, number: int, of: int) -> None:
                    progress.update(task, description=f"{name}, {number} of {of}")

                yield Watch(stage, fit)
        else:
            yield Watch(lambda stage: _say(f"recalibrate: {stage}"))

    def report(self, result: JobResult) -> None:
        """Write problems with their number, then alarms."""
        report_problems(result.problems)
        for alarm in result.alarms:
            _say(f"alarm: {alarm['text']} [{alarm['id']}]")

    def complain(self, text: str) -> None:
        """Write a line."""
        _say(text)

    def ended(self, result: JobResult, *, status: int, reason: str) -> None:  # noqa: ARG002
        """Write why the job stopped, where it did; what else there is to say is the result's."""
        if reason:
            report_stop(reason)


@dataclass(frozen=True, slots=True)
class JsonLog:
    """One JSON object a line for machines; quiet, without what went well."""

    as_of: datetime.date
    quiet: bool
    started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def progress(self) -> Iterator[Watch]:
        """Tell that the job began, each stage as it begins, and a bug."""
        if not self.quiet:
            self._tell("started", as_of=str(self.as_of), version=__version__)
        try:
            yield Watch(self._stage, self._fit)
        except STOPS:
            raise
        except Exception:
            self._tell("ended", ending="bug", run=None, exit_status=ExitStatus.BUG)
            raise

    def report(self, result: JobResult) -> None:
        """Tell each problem and each alarm."""
        for one in result.problems:
            self._tell("problem", problem=as_record(one))
        failing = failing_alarms(result.alarms, result.manifest)
        for alarm in result.alarms:
            self._tell("alarm", id=alarm["id"], text=alarm["text"], failing=alarm in failing)

    def complain(self, text: str) -> None:
        """Tell what was not done."""
        self._tell("not-done", text=text)

    def ended(self, result: JobResult, *, status: int, reason: str) -> None:
        """Tell the ending, the run in force and the exit status."""
        if self.quiet and status == ExitStatus.DONE:
            return
        run = None if result.run is None else result.run.name
        said: dict[str, Any] = {"reason": reason} if reason else {}
        if result.ending == "locked":
            said["holder"] = None if result.holder is None else asdict(result.holder)
        self._tell("ended", ending=result.ending, run=run, exit_status=status, **said)

    def _stage(self, stage: str) -> None:
        if not self.quiet:
            self._tell("stage", stage=stage)

    def _fit(self, name: str, number: int, of: int) -> None:
        if not self.quiet:
            self._tell("fit", fit=name, number=number, of=of)

    def _tell(self, event: str, **facts: Any) -> None:
        now = datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="milliseconds")
        seconds = round(time.perf_counter() - self.started, 3)
        line = {"time": now, "event": event, "seconds": seconds, **facts}
        _say(json.dumps(line, ensure_ascii=False))


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
