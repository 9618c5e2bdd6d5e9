"""House lexicons: read from a workspace, with located problems."""

from pathlib import Path
from textwrap import dedent

import pytest

from forecast_bench.lexicons import look_up, read_lexicon, read_lexicons

HEAD = """\
id: house
version: "1"
title: House yardstick
source: Style guide of the desk
structure: {structure}
phrases:
"""
FIRST_PHRASE_LINE = HEAD.count("\n") + 1


def house(*phrases: str, structure: str = "gapped", more: str = "") -> str:
    lines = "".join(f"  - {{{phrase}}}\n" for phrase in phrases)
    return HEAD.format(structure=structure) + lines + dedent(more)


def faults(folder: Path, text: str) -> list[tuple[int, str, str]]:
    path = folder / "house.yaml"
    path.write_text(text, encoding="utf-8")
    lexicon, problems = read_lexicon(path, shown_as="models/lexicons/house.yaml")
    assert (lexicon is None) == bool(problems)
    assert all(one.location.file == "models/lexicons/house.yaml" for one in problems)
    return [
        (one.location.line - FIRST_PHRASE_LINE + 1, one.identifier, one.message) for one in problems
    ]


def test_a_good_file(tmp_path: Path) -> None:
    text = house(
        "phrase: unlikely, low: 0.10, high: 0.30",
        "phrase: likely, synonyms: probable, low: 0.60, high: 0.80",
    )
    assert faults(tmp_path, text) == []
    lexicons, problems = read_lexicons(tmp_path)
    assert problems == ()
    assert list(lexicons) == ["house@1"]
    found = look_up(lexicons["house@1"], "Probable")
    assert found is not None
    assert (found.phrase, found.row) == ("likely", "main")


def test_no_folder_holds_no_lexicons(tmp_path: Path) -> None:
    assert read_lexicons(tmp_path / "absent") == ({}, ())


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lexicons"
    path.write_text("", encoding="utf-8")
    lexicons, (fault,) = read_lexicons(path)
    assert lexicons == {}
    assert fault.identifier == "file-unreadable"


@pytest.mark.parametrize(
    ("phrases", "structure", "expected"),
    [
        (
            ["phrase: likely, low: 0.8, high: 0.6"],
            "gapped",
            [(1, "lexicon-order", 'the band of "likely" runs from 0.8 to 0.6')],
        ),
        (
            ["phrase: likely, low: 0.6, high: 0.6"],
            "gapped",
            [(1, "lexicon-order", 'the band of "likely" runs from 0.6 to 0.6')],
        ),
        (
            ["phrase: likely, low: 0.6, high: 0.8", "phrase: unlikely, low: 0.1, high: 0.3"],
            "gapped",
            [(2, "lexicon-order", '"unlikely" (10-30 %) must stand before "likely" (60-80 %)')],
        ),
        (
            ["phrase: unlikely, low: 0.1, high: 0.5", "phrase: likely, low: 0.4, high: 0.8"],
            "gapped",
            [(2, "lexicon-order", '"likely" (40-80 %) overlaps "unlikely" (10-50 %)')],
        ),
        (
            ["phrase: unlikely, low: 0.1, high: 0.3", "phrase: likely, low: 0.4, high: 0.8"],
            "partition",
            [(2, "lexicon-order", '"likely" (40-80 %) leaves a gap after "unlikely" (10-30 %)')],
        ),
        (
            ["phrase: likely, low: 0.6, high: 0.8", "phrase: probable, low: 0.6, high: 0.8"],
            "nested",
            [(2, "lexicon-order", '"probable" (60-80 %) has the band of "likely" (60-80 %)')],
        ),
        (
            ["phrase: likely, low: 0.6, high: 0.8", "phrase: ' Likely', low: 0.9, high: 1"],
            "gapped",
            [(2, "duplicate-phrase", '"Likely" is given twice in this lexicon')],
        ),
        (
            ["phrase: odds-on, low: 0.6, high: 0.8, synonyms: [fair, odds-on]"],
            "gapped",
            [(1, "duplicate-phrase", '"odds-on" is given twice in this lexicon')],
        ),
        (
            ["phrase: possible, low: 0, high: 1"],
            "gapped",
            [(1, "bad-value", 'the band of "possible" is all of 0 to 1 and says nothing')],
        ),
        (
            ["phrase: '0.7', low: 0.6, high: 0.8"],
            "gapped",
            [(1, "bad-value", '"phrase": "0.7" is not a phrase in words')],
        ),
        (
            ["phrase: likely, row: second, low: 0.6, high: 0.8"],
            "gapped",
            [(1, "bad-value", '"second" is not a row of this lexicon')],
        ),
        (
            ["phrase: likely, low: 0.6, height: 0.8"],
            "gapped",
            [
                (1, "missing-key", '"high" is missing'),
                (1, "unknown-key", '"height" is not a key here'),
            ],
        ),
    ],
)
def test_faults_are_located(tmp_path: Path, phrases, structure, expected) -> None:
    found = faults(tmp_path, house(*phrases, structure=structure))
    assert [one for one in found if one[2] != 'no phrase is of the row "main"'] == expected


def test_a_lexicon_without_phrases(tmp_path: Path) -> None:
    text = HEAD.format(structure="gapped").replace("phrases:", "phrases: []")
    assert faults(tmp_path, text) == [(0, "wrong-shape", "a lexicon has at least one phrase")]


def test_several_faults_are_told_in_one_go(tmp_path: Path) -> None:
    text = house(
        "phrase: unlikely, low: 0.3, high: 0.1",
        "phrase: likely, low: 0.9, high: 0.6",
        "phrase: likely, low: 0.95, high: 0.99",
    )
    assert [(line, name) for line, name, _ in faults(tmp_path, text)] == [
        (1, "lexicon-order"),
        (2, "lexicon-order"),
        (3, "duplicate-phrase"),
    ]


def test_an_empty_row_and_a_row_named_twice(tmp_path: Path) -> None:
    text = house(
        "phrase: likely, row: words, low: 0.6, high: 0.8", more="rows: [words, odds, words]\n"
    )
    assert [one[1:] for one in faults(tmp_path, text)] == [
        ("bad-value", 'no phrase is of the row "odds"'),
        ("bad-value", '"words" is named twice'),
    ]


def test_a_nested_scale_is_in_order_by_both_ends(tmp_path: Path) -> None:
    text = house(
        "phrase: very unlikely, low: 0, high: 0.10",
        "phrase: unlikely, low: 0, high: 0.33",
        "phrase: likely, low: 0.66, high: 1",
        "phrase: very likely, low: 0.90, high: 1",
        structure="nested",
    )
    assert faults(tmp_path, text) == []


def test_in_a_nested_scale_a_band_may_lie_inside_another(tmp_path: Path) -> None:
    wide, narrow = "phrase: perhaps, low: 0.1, high: 0.9", "phrase: evenly, low: 0.4, high: 0.6"
    assert faults(tmp_path, house(wide, narrow, structure="nested")) == []
    said = '"perhaps" (10-90 %) must stand before "evenly" (40-60 %)'
    assert faults(tmp_path, house(narrow, wide, structure="nested")) == [(2, "lexicon-order", said)]
    lexicon, _ = read_lexicon(tmp_path / "house.yaml", shown_as="house.yaml")
    assert lexicon is None


def test_a_name_and_version_is_given_once(tmp_path: Path) -> None:
    good = house("phrase: likely, low: 0.6, high: 0.8")
    (tmp_path / "a.yaml").write_text(good, encoding="utf-8")
    (tmp_path / "b.yml").write_text(good, encoding="utf-8")
    shipped = good.replace("id: house", "id: uk-phia").replace('"1"', '"2018"')
    (tmp_path / "c.yaml").write_text(shipped, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a lexicon", encoding="utf-8")
    lexicons, problems = read_lexicons(tmp_path, shown_as="models/lexicons")
    assert list(lexicons) == ["house@1"]
    assert [(one.identifier, one.location[:3], one.message) for one in problems] == [
        (
            "duplicate-lexicon",
            ("models/lexicons/b.yml", 1, 5),
            "house@1 is defined already, in models/lexicons/a.yaml",
        ),
        (
            "duplicate-lexicon",
            ("models/lexicons/c.yaml", 1, 5),
            "uk-phia@2018 is defined already, in the package",
        ),
    ]


def test_yaml_faults_keep_a_lexicon_out(tmp_path: Path) -> None:
    text = house("phrase: likely, low: 0.6, high: 0.8", more='version: "2"\n')
    (tmp_path / "house.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "empty.yaml").write_text("", encoding="utf-8")
    lexicons, problems = read_lexicons(tmp_path)
    assert lexicons == {}
    assert [one.identifier for one in problems] == ["file-empty", "duplicate-key"]


@pytest.mark.parametrize(
    ("band", "said"),
    [
        ("centre: 0.5", "centre and tolerance are given together"),
        ("centre: 0.5, tolerance: 0.1, low: 0.4", "either low and high or centre and tolerance"),
        ("centre: 0.95, tolerance: 0.1", "1"),
        ("centre: half, tolerance: 0.1", "half"),
    ],
)
def test_a_centre_that_makes_no_band(tmp_path: Path, band: str, said: str) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(
        "id: house\nversion: '1'\ntitle: House\nsource: us\nstructure: centre and tolerance\n"
        f"phrases:\n  - {{phrase: even, {band}}}\n"
    )
    lexicon, problems = read_lexicon(path, shown_as="house.yaml")
    assert lexicon is None
    assert any(said in one.message and one.location.line == 7 for one in problems), problems
