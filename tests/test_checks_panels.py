"""Mistakes in the panel of a family: each told in its place, with its exact words."""

import pytest

from first_case import small_case
from forecast_bench.checks import check
from forecast_bench.problems import as_text
from forecast_bench.workspace import load_workspace

FAMILY = """\
drift: 0.5
baseline: 12 months
panel:
  source: acled
  actors: [JNIM]
  types: [battle]
  countries: [Mali]
"""


def problems(folder, family):
    path = small_case(folder) / "models" / "rates" / "own.yaml"
    path.write_text(family, encoding="utf-8")
    return check(load_workspace(folder))


def test_a_sound_panel_has_no_problem(tmp_path):
    assert problems(tmp_path, FAMILY) == ()


@pytest.mark.parametrize(
    ("old", "new", "identifier", "message", "line"),
    [
        ("acled", "gtd", "unknown-source", 'incidents/ describes no source "gtd"', 4),
        ("[JNIM]", "[JMIN]", "unknown-actor", 'models/actors.yaml does not name "JMIN"', 5),
        (
            "actors: [JNIM]",
            "sides: [[JNIM, ISIS]]",
            "unknown-actor",
            'models/actors.yaml does not name "ISIS"',
            5,
        ),
        ("[battle]", "[batle]", "unknown-type", '"batle" is not a type of incident', 6),
        ("[Mali]", "[Niger]", "unknown-place", 'the source acled does not cover "Niger"', 7),
        ("  types: [battle]\n", "", "missing-key", '"types" is missing', 4),
        (
            "[JNIM]",
            "[JNIM, JNIM]",
            "bad-value",
            '"panel": actors lists one entry twice',
            3,
        ),
        (
            "types: [battle]",
            "types: [battle]\n  sides: [[JNIM, ISGS]]",
            "bad-value",
            '"panel": name actors or sides, not both: their incidents overlap',
            3,
        ),
        (
            "types: [battle]",
            "types: [battle]\n  coverage_steps: [2018-05-02]",
            "bad-value",
            '"panel": a step of coverage begins with a month: write its first day',
            3,
        ),
        (
            "types: [battle]",
            "types: [battle]\n  window: 40 days",
            "bad-value",
            '"panel": windows of a panel are whole months: write such as 6 months',
            3,
        ),
        (
            "types: [battle]",
            "types: [battle]\n  priors: {drift_scale: 0}",
            "bad-value",
            '"drift_scale" must be above 0, not 0',
            7,
        ),
        (
            "drift: 0.5",
            "drift: 0",
            "bad-value",
            "the file: a panel needs a drift above 0 to be centred at",
            1,
        ),
        (
            "12 months",
            "40 days",
            "bad-value",
            "the file: a family with a panel needs a baseline of whole months",
            1,
        ),
    ],
)
def test_a_mistake_is_told_in_its_place(tmp_path, old, new, identifier, message, line):
    (found,) = problems(tmp_path, FAMILY.replace(old, new))
    assert found.location.file == "models/rates/own.yaml"
    assert (found.identifier, found.message, found.location.line) == (identifier, message, line)
    assert message in as_text(found)


def test_a_panel_of_several_sources_must_name_its_own(tmp_path):
    folder = small_case(tmp_path)
    described = (folder / "incidents" / "acled-sahel.yaml").read_text(encoding="utf-8")
    other = described.replace("source: acled", "source: other")
    (folder / "incidents" / "other.yaml").write_text(other, encoding="utf-8")
    family = FAMILY.replace("  source: acled\n", "")
    (folder / "models" / "rates" / "own.yaml").write_text(family, encoding="utf-8")
    found = [one for one in check(load_workspace(folder)) if "rates" in one.location.file]
    assert [one.message for one in found] == ["the panel does not name the source that counts it"]
    assert found[0].notes == ("sources: acled, other",)
