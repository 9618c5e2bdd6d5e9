"""The command line as its users meet it: what it prints, and its exit status."""

import json

import numpy as np
import pytest

from first_case import SMALL, first_case, small_case
from forecast_bench import __version__


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return first_case(tmp_path_factory.mktemp("workspace"))


@pytest.fixture
def run(command):
    return command


def document(run, *arguments):
    status, out, err = run(*arguments, "--format", "json")
    assert status == 0, err
    return json.loads(out)


def test_version_and_help(run):
    assert run("--version")[:2] == (0, f"forecast-bench {__version__}\n")
    status, out, _ = run("--help")
    assert status == 0
    for command in ("init", "check", "lexicon", "incidents", "base-rate", "status", "show"):
        assert command in out


def test_every_command_shows_an_example(run):
    commands = [
        ["init"],
        ["check"],
        ["lexicon", "read"],
        ["lexicon", "phrase"],
        ["lexicon", "list"],
        ["lexicon", "show"],
        ["incidents", "import"],
        ["incidents", "status"],
        ["incidents", "count"],
        ["base-rate"],
        ["status"],
        ["show"],
        ["recalibrate"],
        ["review"],
        ["score"],
    ]
    for command in commands:
        status, out, _ = run(*command, "--help")
        assert status == 0
        assert "Example: forecast-bench" in out, command


def test_usage_mistakes_exit_with_2_and_no_traceback(run, tmp_path):
    for arguments in (
        ["nonsense"],
        ["check", tmp_path / "missing.yaml"],
        ["status", "--workspace", tmp_path / "missing"],
        ["status", "--as-of", "yesterday"],
        ["base-rate", "--count", "5"],
        ["lexicon", "read", "likely", "--lexicon", "no-such@1"],
        ["lexicon", "phrase", "1.5", "--lexicon", "uk-phia@2018"],
    ):
        status, _, err = run(*arguments)
        assert status == 2, arguments
        assert "Traceback" not in err


def test_a_folder_without_a_workspace_is_told_from_an_empty_one(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, err = run("status")
    assert status == 2
    assert "judgments/" in err
    (tmp_path / "judgments").mkdir()
    status, _, err = run("check")
    assert status == 1
    assert "[no-judgments]" in err


def test_check_prints_problems_as_text_and_as_json(run, tmp_path):
    folder = small_case(tmp_path, SMALL.replace("highly likely", "highly likley"))
    status, out, err = run("check", "--workspace", folder)
    assert (status, out) == (1, "")
    assert err.startswith('judgments/small.yaml:14:53: error: "highly likley" is not a phrase')
    assert "highly improbable" not in err.splitlines()[0]
    status, out, err = run("check", "--workspace", folder, "--format", "json")
    assert (status, err) == (1, "")
    found = json.loads(out)
    assert (found["files"], found["judgments"]) == (1, 2)
    (one,) = found["problems"]
    assert (one["file"], one["line"], one["column"], one["id"], one["level"]) == (
        "judgments/small.yaml",
        14,
        53,
        "unknown-phrase",
        "error",
    )


def test_check_of_one_file_reports_that_file_only(run, tmp_path):
    folder = small_case(tmp_path)
    (folder / "judgments" / "other.yaml").write_text("", encoding="utf-8")
    assert run("check", folder / "judgments" / "small.yaml")[0] == 0
    assert run("check", folder / "judgments" / "other.yaml")[0] == 1
    assert run("check", folder / "judgments")[0] == 1


def test_lexicon_read_gives_the_prior_of_a_phrase(run):
    found = document(run, "lexicon", "read", "highly likely", "--lexicon", "uk-phia@2018")
    # The golden table: Beta(69.6295, 12.6604), capped at a weight of 40.
    assert (found["low"], found["high"], found["mass"]) == (0.8, 0.9, 0.8)
    assert found["a"] == pytest.approx(33.8459, abs=1e-3)
    assert found["b"] == pytest.approx(6.1541, abs=1e-3)
    assert found["weight"] == pytest.approx(40)
    status, out, _ = run("lexicon", "read", "highly likely", "--lexicon", "uk-phia@2018")
    assert status == 0
    assert "80% to 90%" in out


def test_lexicon_read_suggests_no_nearest_phrase(run):
    status, _, err = run("lexicon", "read", "highly likley", "--lexicon", "us-icd203@2015")
    assert status == 1
    assert "very likely" in err
    assert "did you mean" not in err.lower()


def test_lexicon_phrase_never_snaps(run):
    gap = document(run, "lexicon", "phrase", "0.78", "--lexicon", "uk-phia@2018")
    assert (gap["kind"], gap["terms"]) == ("gap", [])
    term = document(run, "lexicon", "phrase", "0.42", "--lexicon", "uk-phia@2018")
    assert (term["kind"], term["terms"]) == ("term", ["realistic possibility"])
    edge = document(run, "lexicon", "phrase", "0.05", "--lexicon", "us-icd203@2015")
    assert edge["kind"] == "boundary"


def test_lexicon_list_names_every_shipped_one(run):
    found = document(run, "lexicon", "list")
    names = {f"{one['id']}@{one['version']}" for one in found["lexicons"]}
    assert names >= {"uk-phia@2018", "uk-phia@2025", "us-icd203@2015"}


@pytest.mark.parametrize(
    ("elapsed", "so_far", "after", "live"),
    [
        (3, 0, 0.202879, 0.557771),
        (3, 2, 0.697966, 0.919690),
        (6, 3, 0.624283, 0.891706),
        (6, 6, 0.989862, 0.997938),
        (12, 8, 1, 1),
    ],
)
def test_base_rate_works_the_worked_case(run, elapsed, so_far, after, live):
    numbers = ["--count", 5, "--exposure", 12, "--window", 18, "--at-least", 8]
    dated = ["--elapsed", elapsed, "--so-far", so_far]
    said = ["--stated", "highly likely", "--lexicon", "uk-phia@2018"]
    found = document(run, "base-rate", *numbers, *dated, *said)
    assert found["shape"] == pytest.approx(2.689237, abs=1e-6)
    assert found["rate"] == pytest.approx(5.289755, abs=1e-6)
    assert found["base_rate"] == pytest.approx(0.526024, abs=1e-6)
    assert found["after"] == pytest.approx(after, abs=1e-6)
    assert found["live"] == pytest.approx(live, abs=1e-6)


def test_base_rate_with_dispersion(run):
    numbers = ["--count", 5, "--exposure", 12, "--window", 18, "--at-least", 8]
    found = document(run, "base-rate", *numbers, "--dispersion", 2, "--elapsed", 6, "--so-far", 3)
    assert found["base_rate"] == pytest.approx(0.516963, abs=1e-6)
    assert found["after"] == pytest.approx(0.609354, abs=1e-6)


def test_base_rate_of_a_judgment(run, workspace):
    found = document(
        run, "base-rate", "jnim-isgs-fight", "--workspace", workspace, "--as-of", "2018-06-30"
    )
    assert found["base_rate"] == pytest.approx(0.372739813, abs=1e-6)
    assert found["live"] == pytest.approx(0.474400269, abs=1e-6)
    status, _, err = run("base-rate", "nobody", "--workspace", workspace)
    assert status == 1
    assert "nobody" in err


def test_status_shows_every_judgment_with_its_number_beside_the_word(run, workspace):
    status, out, _ = run("status", "--workspace", workspace, "--as-of", "2018-06-30")
    assert status == 0
    assert "highly likely (85%)" in out
    # Nearly certain is not certain: the window still runs.
    tempo = next(line for line in out.splitlines() if line.startswith("tempo-mali"))
    assert ">99.9%" in tempo
    found = document(run, "status", "--workspace", workspace, "--as-of", "2018-06-30")
    states = {one["id"]: one["state"] for one in found["judgments"]}
    assert states["jnim-kidnap-more"] == "occurred"
    assert states["weapons-cached"] == "not assessed"


def test_show_tells_the_story(run, workspace):
    status, out, _ = run("show", "jnim-isgs-fight", "--workspace", workspace)
    assert status == 0
    for words in ("did not occur", "reached in 2019-07", "Brier 0.4176", "2018-06-30"):
        assert words in out
    assert run("show", "nobody", "--workspace", workspace)[0] == 1


def test_incidents_import_count_and_status(run, workspace):
    first = document(run, "incidents", "import", "--workspace", workspace)["sources"][0]
    again = document(run, "incidents", "import", "--workspace", workspace)["sources"][0]
    assert (again["rows"], again["events"]) == (845, 1530)
    assert (again["new"], again["added"]) == (False, 0)
    assert first["unmatched_actors"] == []
    window = ["--from", "2018-01-01", "--to", "2019-06-30"]
    found = document(
        run,
        *("incidents", "count", "--actor", "JNIM", "--type", "abduction"),
        *window,
        *("--workspace", workspace),
    )
    assert (found["count"], found["low"], found["high"]) == (45, 45, 65)
    assert found["vintage"] == "2022-03-31"
    status, out, _ = run("incidents", "status", "--workspace", workspace)
    assert status == 0
    assert "ACLED" in out


def test_incidents_count_outside_coverage_is_no_count(run, workspace):
    window = ["--from", "2020-01-01", "--to", "2020-06-30"]
    status, out, _ = run("incidents", "count", *window, "--workspace", workspace)
    assert status == 0
    assert "not covered, so this is no count" in out


def test_init_makes_a_workspace_that_checks_and_never_overwrites(run, tmp_path):
    folder = tmp_path / "desk"
    created = document(run, "init", folder)["created"]
    assert str(folder / "judgments" / "example.yaml") in created
    assert run("check", "--workspace", folder)[:2] == (0, "1 judgment in 1 file: no problems\n")
    found = document(run, "status", "--workspace", folder, "--as-of", "2026-02-01")
    assert found["judgments"][0]["state"] == "open"
    (folder / "judgments" / "example.yaml").write_text("mine", encoding="utf-8")
    status, _, err = run("init", folder)
    assert status == 1
    assert "nothing was written" in err
    assert (folder / "judgments" / "example.yaml").read_text() == "mine"


def test_score_names_its_conventions(run, tmp_path):
    record = tmp_path / "record.csv"
    pairs = zip(
        [0.7, 0.7, 0.7, 0.9, 0.9, 0.9, 0.2, 0.2, 0.2, 0.55, 0.05, 0.95, 0.85, 0.85, 0.4],
        [1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0],
        strict=True,
    )
    rows = "".join(f"{probability},{outcome}\n" for probability, outcome in pairs)
    record.write_text(f"probability,outcome\n{rows}", encoding="utf-8")
    found = document(run, "score", record)
    assert found["brier"] == pytest.approx(0.1755, abs=1e-9)
    assert found["log_score"] == pytest.approx(0.517379, abs=1e-6)
    assert found["mcb"] == pytest.approx(0.042167, abs=1e-6)
    assert found["judgeable"] is False
    status, out, _ = run("score", record)
    assert status == 0
    assert "lower is better" in out
    assert "too few to judge" in out


def test_score_keeps_murphys_parts_back_where_they_say_nothing(run, tmp_path):
    record = tmp_path / "record.csv"
    # Every value stated once: the discrimination index equals the variability for anybody.
    rows = "".join(f"0.{100 + number},{number % 2}\n" for number in range(60))
    record.write_text(f"probability,outcome\n{rows}", encoding="utf-8")
    found = document(run, "score", record)
    assert found["ndi"] == pytest.approx(1)
    assert (found["distinct_values"], found["murphy_judgeable"]) == (60, False)
    _, out, _ = run("score", record)
    assert "Murphy's parts say nothing here: 60 distinct probabilities among 60" in out
    assert "ndi" not in out


def test_score_by_cell_and_over_time(run, tmp_path):
    record = tmp_path / "record.csv"
    random = np.random.default_rng(1)
    rows = []
    for number in range(80):
        stated = (0.2, 0.5, 0.9)[number % 3]
        happened = int(random.random() < stated)
        rows.append(
            f"{stated},{happened},{'ab'[number % 2]},{'north' if number < 40 else 'south'},"
            f"{(20, 300)[number % 2]},{stated / 2},high,B2,2020-{1 + number // 40:02d}-03"
        )
    header = (
        "probability,outcome,forecaster,team,horizon_days,base_rate,confidence,source_grade,date"
    )
    record.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    found = document(run, "score", record)
    assert list(found["by"]) == ["forecaster", "team", "horizon", "confidence", "source_grade"]
    assert list(found["by"]["horizon"]) == ["up to a month", "up to a year"]
    assert found["verdict"] == "no fault found"
    assert found["skill_against"] == "base rate of each judgment"
    north = found["by"]["team"]["north"]
    assert (north["n"], north["verdict"]) == (40, "no fault found")
    assert north["brier_low"] < north["brier"] < north["brier_high"]
    assert [(one["month"], one["span"], one["n"]) for one in found["over_time"]] == [
        ("2020-01", "cumulative", 40),
        ("2020-01", "rolling", 40),
        ("2020-02", "cumulative", 80),
        ("2020-02", "rolling", 80),
    ]
    assert any("clustered by question" in one for one in found["conventions"])
    _, out, _ = run("score", record)
    for said in ("verdict: no fault found", "12 months to", "source grade", "from_base_rate"):
        assert said in out
    # the same rows in another order print the same
    record.write_text("\n".join([header, *reversed(rows), ""]), encoding="utf-8")
    assert run("score", record)[1] == out


def test_score_leaves_out_ties_with_their_lines(run, tmp_path):
    record = tmp_path / "record.csv"
    record.write_text("probability,outcome\n0.6,1\n0.5,0.5\n0.3,0\n", encoding="utf-8")
    status, out, err = run("score", record)
    assert status == 0
    assert "2 forecasts" in out
    assert "record.csv:3:" in err


def test_review_needs_a_run(run, tmp_path):
    folder = small_case(tmp_path)
    status, _, err = run("review", "--workspace", folder, "--out", tmp_path / "out")
    assert status == 1
    assert "forecast-bench recalibrate" in err


def test_recalibrate_with_a_mistake_publishes_nothing(run, tmp_path):
    folder = small_case(tmp_path, SMALL.replace("any: true", "any: maybe"))
    status, out, err = run("recalibrate", "--workspace", folder)
    assert status == 1
    assert "nothing was published" in out
    assert "[bad-value]" in err
