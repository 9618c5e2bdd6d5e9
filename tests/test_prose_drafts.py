"""Draft judgments: YAML that check reads, and that says what it lacks."""

import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.checks import check
from forecast_bench.lexicons import load_shipped
from forecast_bench.prose import vocabulary_of
from forecast_bench.prose.documents import read_plain_text
from forecast_bench.prose.drafts import confidence_level, drafts
from forecast_bench.prose.extraction import extract
from forecast_bench.prose.horizons import last_day_of, length_of
from forecast_bench.workspace import load_workspace

KNOWN = load_shipped()
WORDS = vocabulary_of("en")
assert WORDS is not None
ISSUED = datetime.date(2025, 12, 31)


def drafted(
    text: str, *, issued: datetime.date | None = ISSUED, analyst: str | None = "lee"
) -> str:
    found = extract(read_plain_text(text, WORDS), lexicon=KNOWN["uk-phia@2018"], lexicons=KNOWN)
    return drafts(
        found,
        WORDS,
        name="r",
        title='A "title": it',
        lexicon="uk-phia@2018",
        analyst=analyst,
        issued=issued,
    )


def judgments(text: str) -> list[dict]:
    return yaml.safe_load(drafted(text))["judgments"]


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("It is likely.", "probability", "likely"),
        ("It is probable.", "probability", "likely"),
        ("It is not unlikely.", "probability", [0.65, 0.75]),
        ("It is very likely.", "off_yardstick", {"wording": "very likely", "kind": "other words"}),
        ("It is most likely.", "off_yardstick", {"wording": "most likely", "kind": "other words"}),
        ("It may end.", "off_yardstick", {"wording": "may", "kind": "no number"}),
        ("It will certainly end.", "off_yardstick", {"wording": "certainly", "kind": "unhedged"}),
        ("We judge with high confidence that it is likely.", "confidence", "high"),
    ],
)
def test_what_is_stated(text: str, key: str, value: object) -> None:
    (one,) = judgments(text)
    assert one[key] == value


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("It is likely to end within six months.", "within", "6 months"),
        (
            "It is likely to end by the end of March 2026.",
            "window",
            {"from": datetime.date(2026, 1, 1), "to": datetime.date(2026, 3, 31)},
        ),
        ("It is likely to end before the thaw.", "within", None),
        ("It was probably an accident.", "about", "past"),
        ("If it rains, it is likely to end.", "given", {"text": "If it rains"}),
    ],
)
def test_what_is_asked(text: str, key: str, value: object) -> None:
    (one,) = judgments(text)
    assert one["question"][key] == value


def test_what_is_kept_apart() -> None:
    text = drafted(
        "We have low confidence in this. The king said it was likely. The army will leave."
    )
    assert yaml.safe_load(text)["judgments"] == []
    comments = [line for line in text.splitlines() if line.startswith("#   ")]
    assert [line.split(": ", 1)[1] for line in comments] == [
        "We have low confidence in this.",
        "The king said it was likely.",
        "The army will leave.",
    ]


def test_check_points_at_what_is_missing(tmp_path: Path) -> None:
    text = drafted("It is likely to end within a year.", issued=None, analyst=None)
    missing = [index for index, line in enumerate(text.splitlines(), 1) if "# missing" in line]
    (tmp_path / "judgments").mkdir()
    path = tmp_path / "judgments" / "r.yaml"
    path.write_text(text, encoding="utf-8")
    found = {one.location.line for one in check(load_workspace(tmp_path))}
    assert found <= set(missing)
    mended = text.replace("asks: # missing:", "asks:").replace(
        "settled_by: # missing:", "settled_by:"
    )
    path.write_text(mended, encoding="utf-8")
    later = check(load_workspace(tmp_path))
    assert [one.identifier for one in later] == ["missing-key", "missing-key"]
    said = " ".join(one.message for one in later)
    assert "no analyst" in said
    assert "no day of issue" in said
    whole = mended.replace("analyst: # missing: whose", "analyst: whose").replace(
        "issued: # missing: the day of the report, as 2018-01-31", "issued: 2025-12-31"
    )
    path.write_text(whole, encoding="utf-8")
    assert [str(one) for one in check(load_workspace(tmp_path)) if one.level == "error"] == []


@given(st.text(max_size=80), st.text(max_size=20))
def test_any_text_makes_yaml_that_holds_it(before: str, after: str) -> None:
    for number, one in enumerate(judgments(f"{before} is likely {after}"), start=1):
        assert one["id"] == f"r-{number}"
        assert one["statement"].strip()


@given(st.text(max_size=60))
def test_any_title_is_held(title: str) -> None:
    text = drafts(
        extract(read_plain_text("", WORDS), lexicon=KNOWN["uk-phia@2018"], lexicons=KNOWN),
        WORDS,
        name="r",
        title=title,
        lexicon="uk-phia@2018",
    )
    assert isinstance(yaml.safe_load(text)["report"]["title"], str)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("high confidence", "high"),
        ("moderately confident", "moderate"),
        ("low analytic confidence", "low"),
        ("confident", None),
    ],
)
def test_levels_of_confidence(text: str, level: str | None) -> None:
    assert confidence_level(text, WORDS) == level


@pytest.mark.parametrize(
    ("horizon", "length", "last"),
    [
        ("over the next 18 months", "18 months", None),
        ("within a year", "1 year", None),
        ("in the next two to three weeks", "3 weeks", None),
        ("by the end of 2026", None, datetime.date(2026, 12, 31)),
        ("until the end of February 2028", None, datetime.date(2028, 2, 29)),
        ("in the near term", None, None),
        # Not four months: there is no word for the whole number.
        ("within sixty-four months", None, None),
    ],
)
def test_horizons(horizon: str, length: str | None, last: datetime.date | None) -> None:
    assert length_of(horizon, WORDS) == length
    assert last_day_of(horizon, WORDS) == last


@pytest.mark.parametrize(
    ("horizon", "length", "last"),
    [
        ("d'ici dix-huit mois", "18 months", None),
        ("au cours des six prochains mois", "6 months", None),
        ("dans les vingt-quatre prochaines heures", None, None),
        ("dans un an", "1 year", None),
        ("avant la fin de 2027", None, datetime.date(2027, 12, 31)),
        ("d'ici la fin de l'année 2027", None, datetime.date(2027, 12, 31)),
        ("jusqu'à la fin du mois de février 2028", None, datetime.date(2028, 2, 29)),
        ("à court terme", None, None),
    ],
)
def test_french_horizons(horizon: str, length: str | None, last: datetime.date | None) -> None:
    words = vocabulary_of("fr")
    assert words is not None
    assert length_of(horizon, words) == length
    assert last_day_of(horizon, words) == last


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("degré de confiance élevé", "high"),
        ("confiance assez élevée", "high"),
        ("niveau de confiance moyen", "moderate"),
        ("confiance très faible", "low"),
    ],
)
def test_french_levels_of_confidence(text: str, level: str) -> None:
    words = vocabulary_of("fr")
    assert words is not None
    assert confidence_level(text, words) == level
