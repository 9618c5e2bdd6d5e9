"""Every alarm of the job by its id: whether the job fails for it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

ALARMS: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "feed-missing": True,
        "feed-shrunken": True,
        "feed-unreadable": True,
        "fit-failed": True,
        "fit-missing": True,
        "fit-over-memory": True,
        "fit-stopped": True,
        "lineage": True,
        "model-failed": True,
        "more-voids": False,
        "name-matches-nothing": True,
        "nothing-new": False,
        "rates-fit-failed": True,
        "recalibration-withdrawn": False,
        "score-jumped": False,
        "settlement-overdue": False,
        "too-few-draws": True,
    }
)
"""Whether the job leaves with 4, by id; the page of alarms has what each means."""

HARMLESS_ALARMS: Final = frozenset(name for name, fails in ALARMS.items() if not fails)
"""Alarms with which a run is as good as any other: the job does not fail for them."""


def failing_alarms(
    alarms: Iterable[Mapping[str, str]], manifest: Mapping[str, Any]
) -> tuple[Mapping[str, str], ...]:
    """Alarms for which the job leaves with 4: by their id, or since the settings say so.

    Parameters
    ----------
    alarms : iterable of mapping
        As the job tells them, each with its `id`.
    manifest : mapping
        Of the run in force; it holds the settings.

    Examples
    --------
    >>> told = [{"id": "nothing-new", "text": ""}, {"id": "fit-failed", "text": ""}]
    >>> [one["id"] for one in failing_alarms(told, {})]
    ['fit-failed']
    >>> strict = {"settings": {"alarms": {"failing": ["nothing-new"]}}}
    >>> [one["id"] for one in failing_alarms(told, strict)]
    ['nothing-new', 'fit-failed']
    """
    settings = manifest.get("settings", {}).get("alarms", {})
    harmless = HARMLESS_ALARMS - set(settings.get("failing", ()))
    return tuple(one for one in alarms if one["id"] not in harmless)
