from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from first_case import small_case
from forecast_bench.records import Settings
from forecast_bench.workspace import load_workspace
from forecast_bench.workspace.settings_file import read_settings


def _read(folder: Path, text: str):
    path = folder / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    settings, problems = read_settings(path, shown_as="pyproject.toml")
    return settings, [
        (one.location.line, one.location.column, one.identifier, one.message) for one in problems
    ]


def test_a_workspace_without_settings_has_the_defaults(tmp_path):
    assert read_settings(tmp_path / "pyproject.toml", shown_as="x") == (Settings(), ())
    assert _read(tmp_path, "[project]\nname = 'x'\n") == (Settings(), [])
    assert _read(tmp_path, "[tool.forecast-bench]\n") == (Settings(), [])


def test_every_setting_is_read(tmp_path):
    text = """
[tool.forecast-bench]
lexicon = "uk-phia@2018"
band_mass = 0.9
tracking = "daily"
seed = 7
phrase_weight = 5
shrink_alarm = 0.25
[tool.forecast-bench.weights]
high = 90
[tool.forecast-bench.fits]
backend = "dask"
workers = 3
scheduler = "tcp://10.0.0.5:8786"
"""
    settings, problems = _read(tmp_path, text)
    assert problems == []
    assert settings.model_dump() == {
        **Settings().model_dump(),
        "lexicon": "uk-phia@2018",
        "band_mass": 0.9,
        "weights": {"high": 90, "moderate": 40, "low": 12},
        "tracking": "daily",
        "seed": 7,
        "phrase_weight": 5,
        "shrink_alarm": 0.25,
        "fits": {"backend": "dask", "workers": 3, "scheduler": "tcp://10.0.0.5:8786"},
    }


HEADER = "[tool.forecast-bench]\n"
MAIL = "[tool.forecast-bench.notify.email]\nhost = 'mail.x.org'\nfrom = 'job@x.org'\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        (HEADER + "band_mass = 0.4\n", 2, 1, '"band_mass" must be above 0.5, not 0.4'),
        (HEADER + "seed = 1\n  band_mass = 'x'\n", 3, 3, '"band_mass" must be a number'),
        (HEADER + "band_mass = true\n", 2, 1, '"band_mass" must be a number'),
        (HEADER + "seed = '7'\n", 2, 1, '"seed" must be a whole number'),
        (HEADER + "seed = -1\n", 2, 1, '"seed" must be at least 0, not -1'),
        (HEADER + "tracking = 'hourly'\n", 2, 1, 'monthly or daily, not "hourly"'),
        (HEADER + "phrase_weight = inf\n", 2, 1, '"phrase_weight"'),
        (HEADER + "colour = 1\n", 2, 1, '"colour" is not a setting; settings: '),
        (HEADER + "weights = {high = 1}\n", 2, 1, '"weights.high" must be above 2, not 1'),
        (HEADER + "weights.high = 1\n", 2, 1, '"weights.high" must be above 2, not 1'),
        (HEADER + "weights = 3\n", 2, 1, '"weights"'),
        (
            "[tool.forecast-bench.fits]\nworkers = 0\n",
            2,
            1,
            '"fits.workers" must be at least 1, not 0',
        ),
        (
            "[tool.forecast-bench.fits]\nbackend = 'ray'\n",
            2,
            1,
            'must be loky or dask, not "ray"',
        ),
        (
            "[tool.forecast-bench.fits]\nscheduler = 'tcp://10.0.0.5:8786'\n",
            1,
            1,
            '"scheduler" is the address of a Dask cluster: set backend = "dask"',
        ),
        ("[tool.forecast-bench.weights]\nlow = 1\n", 2, 1, '"weights.low" must be above 2'),
        ("[tool.forecast-bench.weights]\ntop = 1\n", 2, 1, "settings: high, moderate, low"),
        (
            "[tool.forecast-bench.alarms]\nquiet = 1\n",
            2,
            1,
            '"alarms.quiet" is not a setting; settings: feed_quiet_days, more_voids, overdue_days',
        ),
        ("[tool.forecast-bench.alarms]\nmore_voids = 5.0\n", 2, 1, '"alarms.more_voids"'),
        (
            "[tool.forecast-bench.alarms]\nfailing = ['fit-failed']\n",
            2,
            1,
            'must be nothing-new, more-voids, settlement-overdue or score-jumped, not "fit-failed"',
        ),
        ("[tool.forecast-bench.notify]\nslack = 1\n", 2, 1, "settings: webhook, email, when"),
        (
            "[tool.forecast-bench.notify]\nwebhook = 'http://me:pw@x'\n",
            2,
            1,
            '"notify.webhook": write',
        ),
        (
            "[tool.forecast-bench.notify]\nwebhook = 'https://x.org'\nwhen = []\n",
            1,
            1,
            '"when" is empty: name failed, alarm or published',
        ),
        (
            MAIL + "to = ['a@x.org']\npassword = 'x'\n",
            5,
            1,
            "settings: host, port, security, from, to",
        ),
        (MAIL + "to = ['a']\n", 4, 1, '"a" is no address such as desk@example.org'),
        (MAIL + "to = []\n", 4, 1, '"notify.email.to": nobody is named'),
        (MAIL, 1, 1, '"notify.email.to" is missing'),
        ("[a]\nseed = 1\n[tool.forecast-bench]\nseed = -1\n[b]\nseed = 2\n", 4, 1, '"seed"'),
        ("tool = 3\n", 1, 1, "tool must be a table"),
        (
            "[tool.forecast-bench.teams]\nnorth = ['r.lee']\nsouth = ['r.lee']\n",
            1,
            1,
            '"teams": the analyst "r.lee" is in two teams, north and south',
        ),
        ("[tool.forecast-bench]\nteams = {north = 'r.lee'}\n", 2, 1, "teams.north"),
        ("[tool]\nforecast-bench = 3\n", 2, 1, "forecast-bench must be a table"),
        ("[tool.forecast-bench\n", 1, 21, "this is not TOML"),
        (HEADER + "a = 'x", 2, 7, "this is not TOML"),
        (HEADER + "a = 1\na = 2\n", 3, 6, "this is not TOML"),
        ("a = " + "[" * 5000, 1, 1, "beyond what can be read"),
        (HEADER + "seed = " + "1" * 5000 + "\n", 1, 1, "beyond what can be read"),
    ],
)
def test_a_fault_stands_at_its_line_and_the_defaults_stand_in(tmp_path, text, line, column, words):
    settings, ((at_line, at_column, identifier, message),) = _read(tmp_path, text)
    assert settings == Settings()
    assert (at_line, at_column, identifier) == (line, column, "settings")
    assert words in message


def test_several_faults_are_told_in_one_go(tmp_path):
    _, problems = _read(tmp_path, HEADER + "seed = 'x'\nband_mass = 2\n")
    assert sorted(one[0] for one in problems) == [2, 3]


def test_what_cannot_be_opened_or_decoded_is_told(tmp_path):
    path = tmp_path / "pyproject.toml"
    path.write_bytes(b"\xff")
    assert [one.identifier for one in read_settings(path, shown_as="x")[1]] == ["not-utf8"]
    path.unlink()
    path.symlink_to("nowhere")
    assert [one.identifier for one in read_settings(path, shown_as="x")[1]] == ["file-unreadable"]
    path.unlink()
    path.mkdir()
    assert [one.identifier for one in read_settings(path, shown_as="x")[1]] == ["file-unreadable"]


@given(st.text(alphabet="[]tol.=-'\"{}\nforecast-bench0123456789abc#_ ", max_size=80))
def test_reading_never_raises(tmp_path_factory, text):
    _read(tmp_path_factory.getbasetemp(), HEADER + text)
    _read(tmp_path_factory.getbasetemp(), text)


def test_teams_are_lists_of_names(tmp_path):
    settings, problems = _read(tmp_path, "[tool.forecast-bench]\nteams = {north = ['a', 'b']}\n")
    assert problems == []
    assert settings.teams == {"north": ("a", "b")}


def test_a_member_of_a_team_who_judged_nothing_is_told(tmp_path):
    small_case(tmp_path)
    text = "[tool.forecast-bench]\nteams = {north = ['a.name', 'b.name']}\n"
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    (found,) = (p for p in load_workspace(tmp_path).problems if p.identifier == "unknown-analyst")
    assert (found.location.line, found.level) == (2, "note")
    assert found.message == 'the team "north" names "b.name", who made no judgment'
