"""What is fuzzed: each target takes a text, and may answer with problems but never raise.

A text is a good or a broken file of the project after some edits, so that most of it still reads
as what it is meant for.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hypothesis import strategies as st

from conftest import SURROUNDINGS, found_in, write
from forecast_bench.lexicons import load_shipped, read_lexicon
from forecast_bench.problems import as_record, as_text
from forecast_bench.prose import vocabulary_of
from forecast_bench.prose.documents import read_html, read_markdown, read_plain_text
from forecast_bench.prose.drafts import drafts
from forecast_bench.prose.extraction import extract
from forecast_bench.sealing.ledger import parse_ledger
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


@dataclass(frozen=True, slots=True)
class Target:
    """A reader with the texts its edits begin from."""

    run: Callable[[str], None]
    corpus: Callable[[], tuple[str, ...]]


def _judgments(text: str) -> None:
    for one in found_in({**SURROUNDINGS, "judgments/a.yaml": text.encode("utf-8", "replace")}):
        assert as_text(one), "a problem says something"
        assert as_record(one)["line"], "and where"


def _lexicon(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), {"house.yaml": text.encode("utf-8", "replace")}) / "house.yaml"
        lexicon, problems = read_lexicon(path, shown_as="models/lexicons/house.yaml")
        assert (lexicon is None) == bool(problems)


def _settings(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {"pyproject.toml": text.encode("utf-8", "replace")})
        read_settings(Path(folder) / "pyproject.toml", shown_as="pyproject.toml")


def _scored_record(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {"record.csv": text.encode("utf-8", "replace")})
        read_scored_record(Path(folder) / "record.csv")


def _ledger(text: str) -> None:
    parse_ledger(text.encode("utf-8", "replace"))


def _report(text: str) -> None:
    known = load_shipped()
    for key in ("uk-phia@2025", "dk-fe@1"):
        words = vocabulary_of(known[key].language)
        assert words is not None
        for document in (read_plain_text(text, words), read_markdown(text), read_html(text)):
            found = extract(document, lexicon=known[key], lexicons=known)
            drafted = drafts(found, words, name="report", title=text[:40], lexicon=key)
            found_in({**SURROUNDINGS, "judgments/a.yaml": drafted})


def _models(name: str) -> Callable[[str], None]:
    def run(text: str) -> None:
        files = {**SURROUNDINGS, name: text.encode("utf-8", "replace")}
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
