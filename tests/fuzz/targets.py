"""What is fuzzed: each target takes a text, and may answer with problems but never raise.

A text is a good or a broken file of the project after some edits, so that most of it still reads
as what it is meant for.
"""

import datetime
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final
from unittest.mock import patch

import jsonschema
from hypothesis import strategies as st

from conftest import SURROUNDINGS, found_in, write
from forecast_bench.checks import judge, kept
from forecast_bench.editing import EditError, resolve, revise
from forecast_bench.incidents.importers import UnreadableFileError, open_incidents
from forecast_bench.incidents.importers.monthly_counts import read_monthly_counts
from forecast_bench.lexicons import load_shipped, read_lexicon
from forecast_bench.problems import as_record, as_text
from forecast_bench.prose import vocabulary_of
from forecast_bench.prose.documents import read_html, read_markdown, read_plain_text
from forecast_bench.prose.drafts import drafts
from forecast_bench.prose.extraction import extract
from forecast_bench.records import Judgment
from forecast_bench.sealing.ledger import parse_ledger
from forecast_bench.workspace import DERIVED, Workspace, load_workspace
from forecast_bench.workspace.judgments_schema import judgments_schema
from forecast_bench.workspace.scored_record import read_scored_record
from forecast_bench.workspace.settings_file import read_settings

ROOT: Final = Path(__file__).parents[2]

# What readers, checks and YAML itself treat in some way of their own.
TOKENS: Final = (
    *("\n", "  ", "\t", "\r", ":", ": ", "- ", "#", " # ", "'", '"', "|", ">", "[", "]", "{", "}"),
    *("&a", "*a", "!x", "---", "...", "%", "@", "`", ",", "?", "\\", "\\x", "\0", "\x85", "\u2028"),
    *("\ufeff", "\u00a0", "\u00ad", "\u202e", "\ud7ff", "e\u0301", "İ", "ß", "\U0001f600", "٣"),
    *("null", "true", "~", "0", "1", "-1", "1e999", "nan", "inf", "9" * 30, "0.5", "50 %", "1/0"),
    *("2018-02-30", "0000-00-00", "9999-12-31", "18 months", "999999 years", "0 days"),
    *("highly likely", "not unlikely", "most likely", "may", "confidence", "if ", "probability"),
    *("# forecast-bench: allow ", "unknown-phrase", "a" * 300, "[" * 60, "likely " * 40),
)
_DAY: Final = datetime.date(2018, 6, 30)


@dataclass(frozen=True, slots=True)
class Target:
    """A reader with the texts its edits begin from."""

    run: Callable[[str], None]
    corpus: Callable[[], tuple[str, ...]]


def _judgments(text: str) -> None:
    for one in found_in({**SURROUNDINGS, "judgments/a.yaml": _bytes(text)}):
        assert as_text(one), "a problem says something"
        assert as_record(one)["line"], "and where"


def _lexicon(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), {"house.yaml": _bytes(text)}) / "house.yaml"
        lexicon, problems = read_lexicon(path, shown_as="models/lexicons/house.yaml")
        assert (lexicon is None) == bool(problems)


def _settings(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {"pyproject.toml": _bytes(text)})
        read_settings(Path(folder) / "pyproject.toml", shown_as="pyproject.toml")


def _scored_record(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {"record.csv": _bytes(text)})
        read_scored_record(Path(folder) / "record.csv")


def _ledger(text: str) -> None:
    parse_ledger(_bytes(text))


def _report(text: str) -> None:
    known = load_shipped()
    for key in ("uk-phia@2025", "dk-fe@1"):
        words = vocabulary_of(known[key].language)
        assert words is not None
        for document in (read_plain_text(text, words), read_markdown(text), read_html(text)):
            found = extract(document, lexicon=known[key], lexicons=known)
            drafted = drafts(found, words, name="report", title=text[:40], lexicon=key)
            found_in({**SURROUNDINGS, "judgments/a.yaml": drafted})


def _kept(text: str) -> None:
    """A verdict that is kept is the one that would be given."""
    with tempfile.TemporaryDirectory() as name, patch.object(kept, "FEWEST_JUDGMENTS", 0):
        folder = write(Path(name), {**SURROUNDINGS, "judgments/a.yaml": _bytes(text)})
        given = judge(load_workspace(folder))
        assert kept.check_folder(folder).verdict == given
        assert kept.check_folder(folder).verdict == given


def _kept_file(text: str) -> None:
    """Whatever stands in the place of a kept verdict, the verdict is the same."""
    with tempfile.TemporaryDirectory() as name, patch.object(kept, "FEWEST_JUDGMENTS", 0):
        folder = write(Path(name), {**SURROUNDINGS, "judgments/a.yaml": _small()})
        given = kept.check_folder(folder)
        (path,) = (folder / DERIVED / kept.KEPT).iterdir()
        path.write_bytes(_bytes(text))
        assert kept.check_folder(folder) == given


@cache
def _kept_texts() -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as name, patch.object(kept, "FEWEST_JUDGMENTS", 0):
        folder = write(Path(name), {**SURROUNDINGS, "judgments/a.yaml": _small()})
        kept.check_folder(folder)
        (path,) = (folder / DERIVED / kept.KEPT).iterdir()
        return (path.read_text("utf-8"),)


def _house(text: str) -> None:
    """A house lexicon gives problems, or words that judgments and the schema can use."""
    with tempfile.TemporaryDirectory() as name:
        files = {"models/lexicons/a.yaml": _bytes(text), "judgments/a.yaml": _small()}
        read = load_workspace(write(Path(name), {**SURROUNDINGS, **files}))
        judge(read)
        jsonschema.Draft7Validator.check_schema(judgments_schema(read.lexicons, default=None))


def _editing(text: str) -> None:
    """Whatever a file looks like, it is added to rightly or stays as it was."""
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), {**SURROUNDINGS, "judgments/a.yaml": _bytes(text)})
        read = load_workspace(folder)
        for one in read.judgments[:2]:
            before = (folder / "judgments/a.yaml").read_bytes()
            revisions = len(one.judgment.revisions)
            try:
                revise(read, one.id, probability=0.5, because="a: b # c", on=_DAY)
            except EditError:
                assert (folder / "judgments/a.yaml").read_bytes() == before
            else:
                read = load_workspace(folder)
                assert len(_judgment(read, one.id).revisions) == revisions + 1
            before = (folder / "judgments/a.yaml").read_bytes()
            try:
                resolve(read, one.id, outcome="occurred", on=_DAY, evidence="- it did")
            except EditError:
                assert (folder / "judgments/a.yaml").read_bytes() == before
            else:
                read = load_workspace(folder)


def _judgment(read: Workspace, identifier: str) -> Judgment:
    return next(one.judgment for one in read.judgments if one.id == identifier)


def _counts(text: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), {**SURROUNDINGS, "incidents/counts.csv": _bytes(text)})
        described = load_workspace(folder).sources["sahel"]
        path = folder / "incidents/counts.csv"
        table, problems = read_monthly_counts(path, described, "incidents/counts.csv")
        assert (table is None) == bool(problems)


def _events(text: str) -> None:
    """A file of events gives problems, or rows and rejected ones that can be shown."""
    with tempfile.TemporaryDirectory() as name:
        path = write(Path(name), {"events.csv": _bytes(text)}) / "events.csv"
        for kind in ("auto", "acled", "ucdp-ged", "gtd"):
            opened, problems = open_incidents(path, kind=kind, shown_as="events.csv")
            assert (opened is None) == bool(problems)
            assert all(as_text(one) for one in problems)
            if opened is None:
                continue
            with suppress(UnreadableFileError):
                for batch in opened.batches():
                    assert all(one.reason and one.value.isprintable() for one in batch.rejected)
                    assert all(line >= 1 for line in batch.rows.column("line").to_pylist())


def _mapping(text: str) -> None:
    """A mapping file gives problems, or reads a table."""
    with tempfile.TemporaryDirectory() as name:
        table = (ROOT / "tests/fuzz/events-mapped.csv").read_bytes()
        folder = write(Path(name), {"events.csv": table, "mapping.yaml": _bytes(text)})
        opened, problems = open_incidents(
            folder / "events.csv",
            kind="mapped",
            shown_as="events.csv",
            mapping=folder / "mapping.yaml",
        )
        assert (opened is None) == bool(problems)
        assert all(as_text(one) for one in problems)
        if opened is not None:
            assert sum(one.rows.num_rows + len(one.rejected) for one in opened.batches()) == 3


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _models(name: str) -> Callable[[str], None]:
    def run(text: str) -> None:
        files = {**SURROUNDINGS, name: _bytes(text)}
        found_in({**files, "judgments/a.yaml": _small()})

    return run


@cache
def _small() -> str:
    return (ROOT / "tests/fuzz/small.yaml").read_text("utf-8")


def _texts(*patterns: str) -> Callable[[], tuple[str, ...]]:
    @cache
    def read() -> tuple[str, ...]:
        paths = sorted(path for pattern in patterns for path in ROOT.glob(pattern))
        return tuple(path.read_bytes().decode("utf-8", "replace") for path in paths)

    return read


def _pieces(*patterns: str) -> Callable[[], tuple[str, ...]]:
    """Texts in pieces of some paragraphs, so that an edit is met soon."""
    whole = _texts(*patterns)

    @cache
    def read() -> tuple[str, ...]:
        parts = [part for text in whole() for part in text.split("\n\n")]
        return tuple("\n\n".join(parts[at : at + 4]) for at in range(0, len(parts), 4))

    return read


TARGETS: Final[Mapping[str, Target]] = MappingProxyType(
    {
        "judgments": Target(
            _judgments,
            _texts("tests/fuzz/small.yaml", "tests/problems/*/judgments/*.yaml"),
        ),
        "lexicon": Target(
            _lexicon,
            _texts(
                "src/forecast_bench/lexicons/data/*.yaml",
                "tests/problems/*/models/lexicons/*.yaml",
            ),
        ),
        "settings": Target(_settings, _texts("pyproject.toml", "tests/problems/*/pyproject.toml")),
        "scored-record": Target(_scored_record, _texts("tests/problems/score-*/*.csv")),
        "ledger": Target(_ledger, _texts("tests/problems/*/seals.jsonl")),
        "report": Target(_report, _pieces("tests/prose/*-report.txt", "docs/how-to/*.md")),
        "actors": Target(_models("models/actors.yaml"), _texts("models/actors.yaml")),
        "source": Target(_models("incidents/sahel.yaml"), _texts("incidents/*.yaml")),
        "kept": Target(_kept, _texts("tests/problems/*/judgments/*.yaml")),
        "kept-file": Target(_kept_file, _kept_texts),
        "editing": Target(
            _editing,
            _texts("tests/fuzz/small.yaml", "src/forecast_bench/workspace/template/judgments.yaml"),
        ),
        "house": Target(_house, _texts("tests/problems/*/models/lexicons/*.yaml")),
        "recalibration": Target(
            _models("models/recalibration.yaml"), _texts("models/recalibration.yaml")
        ),
        "counts": Target(_counts, _texts("tests/problems/incident-*/incidents/*.csv")),
        "events": Target(_events, _texts("tests/fuzz/events-[augj]*")),
        "mapping": Target(_mapping, _texts("tests/fuzz/mapping.yaml")),
        "rates": Target(_models("models/rates/default.yaml"), _texts("models/rates/*.yaml")),
    }
)


@st.composite
def edited(draw: st.DrawFn, corpus: tuple[str, ...]) -> str:
    """A text of the corpus after one to six edits."""
    text = draw(st.sampled_from(corpus))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from((0, 0, 1, 1, 4, 20, 200))))
        filling = draw(
            st.sampled_from(TOKENS)
            | st.text(max_size=4)
            | st.sampled_from(sorted(phrases()))
            | _piece(corpus)
        )
        text = text[:start] + filling + text[end:]
    return text


@cache
def phrases() -> frozenset[str]:
    """Every phrase of every shipped lexicon."""
    return frozenset(
        word
        for one in load_shipped().values()
        for phrase in one.phrases
        for word in phrase.wordings
    )


@st.composite
def _piece(draw: st.DrawFn, corpus: tuple[str, ...]) -> str:
    lines = draw(st.sampled_from(corpus)).splitlines(keepends=True)
    first = draw(st.integers(0, max(0, len(lines) - 1)))
    return "".join(lines[first : first + draw(st.integers(1, 5))])
