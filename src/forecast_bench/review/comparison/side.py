"""One of two states that are compared: what was written in it, and what was computed from it."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from forecast_bench.problems import Problem
from forecast_bench.records import HandResolution
from forecast_bench.review.row import Row, rows_of
from forecast_bench.scoring import expected_brier, expected_skill
from forecast_bench.sealing.canonical import Canonical, canonical
from forecast_bench.sealing.content import Fields, contents
from forecast_bench.tracking.statements import DatedStatement, statements
from forecast_bench.workspace import (
    MODELS,
    SETTINGS,
    RecordedJudgment,
    RecordedQuestion,
    Workspace,
    shown,
)

UNDECIDED = ("open", "settling")


@dataclass(frozen=True, slots=True)
class Written:
    """What people wrote of one judgment, whatever can be computed from it.

    Parameters
    ----------
    id, statement, file : str
        Its id, what it says, and the file that says it.
    line : int
        Where in the file.
    fields : mapping of str to canonical value
        What may not be changed once it is said: as it is sealed, the question in full.
    revisions : tuple of mapping
        Each in full.
    resolution : canonical value or None
        How a person found the question to have ended.
    notes : mapping of str to canonical value
        What may be changed at any time, since nothing is computed from it.
    rests_on : frozenset of str
        Files that its numbers depend on, besides its own.
    conditions : tuple of canonical value or None
        How persons found the conditions to have ended under which it is judged.
    """

    id: str
    statement: str
    file: str
    line: int
    fields: Fields
    revisions: tuple[Fields, ...]
    resolution: Canonical | None
    notes: Fields
    rests_on: frozenset[str]
    conditions: tuple[Canonical | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a judgment stands: stated, live, and what that lets one expect.

    Parameters
    ----------
    text : str
        What is stated now, in its words; why nothing is, where no probability is stated.
    low, high : float or None
        Its band, in 0..1; None for a single number.
    stated : float or None
        Mean of its prior: the stated probability.
    base_rate, live : float or None
        In 0..1; None where they were not computed.
    state : str
        As in the table of judgments; empty where it was not computed.
    scored : float or None
        Brier score of the first statement, where the outcome is known.
    """

    text: str
    low: float | None = None
    high: float | None = None
    stated: float | None = None
    base_rate: float | None = None
    live: float | None = None
    state: str = ""
    scored: float | None = None

    @property
    def expected(self) -> float | None:
        """Brier score to be expected of what is stated, if the live probability is right."""
        if self.stated is None or self.live is None or self.state not in UNDECIDED:
            return None
        return float(expected_brier(probability=self.stated, chance=self.live))

    @property
    def unavoidable(self) -> float | None:
        """The same for somebody who states the live probability itself: no score is lower."""
        if self.expected is None or self.live is None:
            return None
        return float(expected_brier(probability=self.live, chance=self.live))

    @property
    def expected_skill(self) -> float | None:
        """Skill against the base rate to be expected, if the live probability is right."""
        if self.expected is None or self.stated is None or self.live is None:
            return None
        if self.base_rate is None:
            return None
        return expected_skill(probability=self.stated, base_rate=self.base_rate, chance=self.live)


@dataclass(frozen=True, slots=True)
class Unread:
    """What may well stand in a state, though nothing is known of it.

    Parameters
    ----------
    ids : frozenset of str
        Ids of judgments that have errors.
    files : frozenset of str
        Files that cannot be read at all.
    """

    ids: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()

    def has(self, one: Written) -> bool:
        """Whether a judgment of another state may stand here too."""
        return one.id in self.ids or one.file in self.files


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A state of the workspace.

    Parameters
    ----------
    name : str
        What it is called, such as ``main``.
    commit : str
        Name of its commit; empty for what lies in a folder.
    unreadable : str
        Why nothing is known of it; empty where something is.
    uncounted : str
        Why no number was computed from counts; empty where they were.
    written : mapping of str to Written
        Judgments by id, in the order of files.
    standing : mapping of str to Standing
        Of each of them.
    problems : tuple of Problem
        What the checks say.
    alarms : tuple of str
        What must not pass in silence.
    files : mapping of str to str
        SHA-256 of each file that the numbers depend on, by its path.
    settings : mapping of str to text
        Settings by their path, with defaults.
    sources : mapping of str to mapping
        What was counted of each source.
    sealed : frozenset of str
        Ids of judgments in the ledger of seals.
    unread : Unread
        What stands there and could not be read.
    """

    name: str
    commit: str = ""
    unreadable: str = ""
    uncounted: str = ""
    written: Mapping[str, Written] = field(default_factory=dict)
    standing: Mapping[str, Standing] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    alarms: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sealed: frozenset[str] = frozenset()
    unread: Unread = field(default_factory=lambda: Unread())

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems for which a check fails."""
        return tuple(one for one in self.problems if one.level == "error")


def written_of(workspace: Workspace) -> dict[str, Written]:
    """Give what people wrote of every judgment that could be read; the first of two of one id.

    Parameters
    ----------
    workspace : Workspace
        As read; it may have errors.
    """
    of_judgment, of_revision = contents(workspace)
    data = {
        name: frozenset(shown(path, workspace.folder) for path in files if path is not None)
        for name, files in workspace.source_files.items()
    }
    found: dict[str, Written] = {}
    for one in workspace.judgments:
        if one.id in found:
            continue
        place = one.document.place((*one.path, "id"))
        asked = workspace.question_of(one)
        resolution = one.judgment.resolution
        if resolution is None and asked is not None:
            resolution = workspace.resolution_of(asked)
        found[one.id] = Written(
            id=one.id,
            statement=one.judgment.statement,
            file=place.file,
            line=place.line,
            fields=of_judgment(one),
            revisions=tuple(of_revision(one, each) for each in one.judgment.revisions),
            resolution=_outcome(resolution),
            notes=_notes(one),
            rests_on=_rests_on(workspace, one, data),
            conditions=tuple(_conditions(workspace, asked)),
        )
    return found


def _outcome(resolution: HandResolution | None) -> Canonical | None:
    return None if resolution is None else canonical(_plain(resolution))


def _conditions(workspace: Workspace, asked: RecordedQuestion | None) -> Iterator[Canonical | None]:
    """Outcomes by hand of the conditions, from the nearest on; a circle ends where it closes."""
    seen: set[str] = set()
    while asked is not None and asked.name not in seen:
        seen.add(asked.name)
        given = asked.question.given
        asked = workspace.questions.get(given.question or "") if given is not None else None
        if asked is not None:
            yield _outcome(workspace.resolution_of(asked))


def standing_of(
    workspace: Workspace,
    written: Mapping[str, Written],
    table: pd.DataFrame,
    *,
    as_of: datetime.date,
) -> dict[str, Standing]:
    """Give where every judgment stands; without counts, what is stated alone.

    Parameters
    ----------
    workspace : Workspace
        As read.
    written : mapping of str to Written
        Its judgments.
    table : DataFrame
        Table of judgments as tracked; it may lack some of them, or all.
    as_of : date
        Revisions after this day are not in force.
    """
    rows = {one.text("id"): one for one in rows_of(table)}
    recorded: dict[str, RecordedJudgment] = {}
    for one in workspace.judgments:
        recorded.setdefault(one.id, one)
    return {
        name: _standing(
            _made(workspace, recorded[name], each, as_of), recorded[name], rows.get(name)
        )
        for name, each in written.items()
    }


def _standing(
    made: Sequence[DatedStatement], recorded: RecordedJudgment, row: Row | None
) -> Standing:
    now = made[-1] if made else None
    low, high = (now.band or (None, None)) if now is not None else (None, None)
    return Standing(
        text=now.text if now is not None else _said(recorded),
        low=low,
        high=high,
        stated=None if now is None else float(now.prior.mean),
        base_rate=None if row is None else row.number("base_rate"),
        live=None if row is None else row.number("live"),
        state="" if row is None else row.text("state"),
        scored=None if row is None else row.number("brier"),
    )


def _said(recorded: RecordedJudgment) -> str:
    judgment = recorded.judgment
    if judgment.probability is not None:
        return f"{judgment.probability} (not known what it means)"
    if judgment.off_yardstick is not None:
        return f"{judgment.off_yardstick.wording} (no number)"
    return "cannot assess"


def _made(
    workspace: Workspace, recorded: RecordedJudgment, written: Written, as_of: datetime.date
) -> tuple[DatedStatement, ...]:
    """Statements by the day; none where a phrase or the day of issue is not known."""
    parts = (written.fields, *written.revisions)
    known = all("band" in one or not _is_phrase(one.get("probability")) for one in parts)
    return statements(workspace, recorded, as_of=as_of) if recorded.issued and known else ()


def _is_phrase(stated: Canonical | None) -> bool:
    return isinstance(stated, dict) and "phrase" in stated


def _notes(one: RecordedJudgment) -> Fields:
    judgment = one.judgment
    values = {
        "topic": one.topic,
        "situation": judgment.situation,
        "sources": [_plain(each) for each in judgment.sources] or None,
        "note": judgment.note,
        "report": one.report.title,
    }
    return {name: canonical(value) for name, value in values.items() if value is not None}


def _plain(record: Any) -> dict[str, Any]:
    values: dict[str, Any] = record.model_dump(exclude_defaults=True, by_alias=True)
    return values


def _rests_on(
    workspace: Workspace, one: RecordedJudgment, data: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """Files of settings, models and sources that its numbers depend on."""
    found = {SETTINGS}
    asked = workspace.question_of(one)
    if asked is None or asked.question.counted is None:
        return frozenset(found)
    found.add(f"{MODELS}/actors.yaml")
    name = asked.question.rates or "default"
    found.update(f"{MODELS}/rates/{name}{end}" for end in (".yaml", ".yml"))
    model = workspace.rates_of(asked).model
    if model is not None:
        found.add(f"{MODELS}/{model}")
    return frozenset(found) | data.get(workspace.source_of(asked) or "", frozenset())
