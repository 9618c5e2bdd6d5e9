"""Levels of the settings and comments that allow: what then counts, and what is listed."""

import tempfile
from pathlib import Path

import pytest

from conftest import SURROUNDINGS, read_files, write
from forecast_bench.checks import Verdict, judge
from forecast_bench.problems import CATALOGUE
from forecast_bench.workspace.settings_file import read_settings

EARLY = """\
report: {{id: r, title: R}}
analyst: a
issued: 2015-06-30
lexicon: uk-phia@2018
questions:{above}
  early:{beside}
    count: {{of: {{actor: JNIM, countries: [Mali]}}, at_least: 3}}
    within: 6 months
judgments:
  - {{id: one, statement: It happens., probability: likely, question: early}}
"""


def verdict(*, above: str = "", beside: str = "", levels: str = "") -> Verdict:
    text = EARLY.format(above=f"\n{above}" if above else "", beside=beside)
    settings = f"[tool.forecast-bench.levels]\n{levels}\n"
    return judge(read_files({**SURROUNDINGS, "judgments/a.yaml": text, "pyproject.toml": settings}))


def found(one: Verdict) -> list[tuple[int, str, str]]:
    return [(each.location.line, each.identifier, each.level) for each in one.problems]


def test_without_either_the_problem_counts() -> None:
    assert found(verdict()) == [(6, "outside-coverage", "warning")]


@pytest.mark.parametrize("level", ["error", "note"])
def test_settings_change_a_level(level: str) -> None:
    changed = verdict(levels=f'outside-coverage = "{level}"')
    assert found(changed) == [(6, "outside-coverage", level)]
    assert changed.off == ()


def test_what_is_turned_off_is_named() -> None:
    changed = verdict(levels='outside-coverage = "off"')
    assert found(changed) == []
    assert changed.off == ("outside-coverage",)


def test_a_comment_allows_on_its_line_and_alone_on_the_next() -> None:
    said = "# forecast-bench: allow outside-coverage: the desk knows"
    for changed in (verdict(beside=f"  {said}"), verdict(above=f"  {said}\n  # and another")):
        assert found(changed) == []
        assert [(one.problem.identifier, one.reason) for one in changed.suppressed] == [
            ("outside-coverage", "the desk knows")
        ]


@pytest.mark.parametrize(
    ("said", "identifier"),
    [
        ("allow outside-coverage", "allowance"),
        ("allow outside-coverage:   ", "allowance"),
        ("allow no-such-problem: why", "allowance"),
        ("allow unknown-phrase: why", "allowance"),
        ("disable outside-coverage: why", "allowance"),
        ("allow unused-allowance: why", "unused-allowance"),
    ],
)
def test_a_comment_that_allows_nothing_is_reported(said: str, identifier: str) -> None:
    changed = verdict(beside=f"  # forecast-bench: {said}")
    assert sorted(one[1] for one in found(changed)) == sorted([identifier, "outside-coverage"])
    assert changed.suppressed == ()


@pytest.mark.parametrize(
    "statement",
    [
        '"a # forecast-bench: allow outside-coverage: x"',
        "'a # forecast-bench: allow outside-coverage: x'",
        "|\n      a # forecast-bench: allow outside-coverage: x\n",
        "a#forecast-bench: allow",
    ],
)
def test_what_looks_like_a_comment_in_a_text_is_none(statement: str) -> None:
    text = EARLY.format(above="", beside="").replace(
        "- {id: one, statement: It happens., probability: likely, question: early}",
        f"- id: one\n    statement: {statement}\n    probability: likely\n    question: early",
    )
    if statement.startswith("a#"):
        text = text.replace(statement, f'"{statement}"')
    read = read_files({**SURROUNDINGS, "judgments/a.yaml": text})
    assert read.files[0].document is not None
    assert read.files[0].document.allowances == ()
    assert found(judge(read)) == [(6, "outside-coverage", "warning")]


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ('unknown-phrase = "warning"', "nothing can be computed past it"),
        ('no-such = "off"', "no problem has the id"),
        ('outside-coverage = "loud"', "outside-coverage"),
    ],
)
def test_settings_that_cannot_be(levels: str, said: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {"pyproject.toml": f"[tool.forecast-bench.levels]\n{levels}\n"})
        settings, problems = read_settings(Path(folder) / "pyproject.toml", shown_as="p.toml")
    assert settings.levels == {}
    assert [said in one.message for one in problems] == [True], problems
    assert problems[0].location.line in (1, 2)


def test_a_firm_problem_can_be_raised_but_not_allowed() -> None:
    assert CATALOGUE["score-empty-row"].firm
    changed = verdict(levels='score-empty-row = "error"')
    assert found(changed) == [(6, "outside-coverage", "warning")]
