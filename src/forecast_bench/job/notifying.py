"""What people are told of how the job ended, and when."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forecast_bench.job.recalibrate import JobResult
from forecast_bench.records import NotifySettings


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told of a run of the job.

    Parameters
    ----------
    subject : str
        In one line.
    text : str
        In a few.
    facts : mapping
        The same for machines.
    """

    subject: str
    text: str
    facts: Mapping[str, Any]


def is_told(settings: NotifySettings, result: JobResult, *, status: int) -> bool:
    """Whether a run is one of those that somebody wants to hear of.

    Parameters
    ----------
    settings : NotifySettings
        With `when`: failed (the job leaves with another status than 0), alarm, published.
    result : JobResult
        How the job ended; one that waited for another job in vain is told of by that other.
    status : int
        The exit status.

    Examples
    --------
    >>> is_told(NotifySettings(), JobResult("failed", None), status=4)
    True
    >>> is_told(NotifySettings(), JobResult("published", None), status=0)
    False
    """
    if result.ending == "locked":
        return False
    happened = {
        "failed": status != 0,
        "alarm": bool(result.alarms),
        "published": result.ending == "published",
    }
    return any(happened[one] for one in settings.when)


def notice_of(
    result: JobResult, *, workspace: str, as_of: datetime.date, status: int, reason: str = ""
) -> Notice:
    """Put in words how the job ended.

    Parameters
    ----------
    result : JobResult
        How it ended.
    workspace : str
        Its title, or the name of its folder.
    as_of : date
        The day looked at.
    status : int
        The exit status.
    reason : str
        What stopped it, where a disk or a permission did.

    Examples
    --------
    >>> day = datetime.date(2018, 6, 30)
    >>> told = notice_of(JobResult("failed", None), workspace="desk", as_of=day, status=4)
    >>> print(told.text)
    desk: the job for 2018-06-30 failed, exit status 4.
    Run in force: none.
    """
    run = None if result.run is None else result.run.name
    name = " ".join(workspace.split())
    ending = {"problems": "found problems", "published": "published a run"}.get(
        result.ending, "found nothing changed" if result.ending == "unchanged" else result.ending
    )
    subject = f"{name}: the job for {as_of} {ending}"
    lines = [
        f"{subject}, exit status {status}.",
        f"{'Run' if result.ending == 'published' else 'Run in force'}: {run or 'none'}.",
        *([f"Stopped: {reason}"] if reason else []),
        *([f"Problems: {len(result.problems)}."] if result.problems else []),
        *(f"Alarm: {one['text']} [{one['id']}]" for one in result.alarms),
    ]
    facts = {
        "workspace": name,
        "as_of": str(as_of),
        "ending": result.ending,
        "exit_status": status,
        "run": run,
        "problems": len(result.problems),
        "alarms": list(result.alarms),
    }
    return Notice(subject, "\n".join(lines), facts)
