"""Questions of months where people meet them: the command line, a run, its review, its failure."""

import datetime
import json

import pandas as pd
import pytest

from first_case import small_case
from forecast_bench.cli import main
from forecast_bench.job import recalibrate
from forecast_bench.rates import TooFewDraws
from forecast_bench.review import read_run, review_content
from forecast_bench.review.card_facts import base_rate, counted_noun
from forecast_bench.review.row import Row
from forecast_bench.tracking import months_path

JUDGMENTS = """\
report: {id: small, title: A test}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
judgments:
  - id: running
    statement: JNIM will abduct in two incidents or more in each of three months running.
    probability: highly likely
    question:
      months: {of: {actor: JNIM, type: abduction}, at_least: 3, each: 2, in_a_row: true}
      within: 18 months
  - id: count
    statement: JNIM will abduct in twenty incidents or more.
    probability: highly likely
    question:
      count: {of: {actor: JNIM, type: abduction}, at_least: 20}
      within: 18 months
"""
DAY = datetime.date(2018, 4, 30)
NOW = datetime.datetime(2018, 5, 1, 3, 0, tzinfo=datetime.UTC)


def run_job(folder):
    return recalibrate(folder, as_of=DAY, now=NOW, watch=lambda _: None)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = small_case(tmp_path_factory.mktemp("months"), JUDGMENTS)
    result = run_job(folder)
    assert result.ending == "published"
    return folder, result.run


def said(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main([str(one) for one in arguments])
    captured = capsys.readouterr()
    return left.value.code or 0, captured.out, captured.err


def test_the_tables_of_a_run_carry_draws_and_errors(published):
    _, run = published
    judgments = pd.read_parquet(run / "judgments.parquet").set_index("id")
    columns = [name for name in judgments if name.startswith("path_")]
    assert columns == [
        "path_draws",
        "path_seed",
        "path_effective_draws",
        "path_error_at_issue",
        "path_error",
    ]
    assert judgments.loc["count", columns].isna().all()
    assert judgments.loc["running", columns].notna().all()
    tracking = pd.read_parquet(run / "tracking.parquet").set_index("judgment")
    assert tracking.loc["running", "effective_draws"].between(15_000, 20_000).all()
    assert tracking.loc["count", "effective_draws"].isna().all()
    assert (tracking.loc["running", "path_error"] > 0).all()


def test_the_card_says_how_many_draws_there_were_and_how_sure_they_are(published):
    _, run = published
    row = pd.read_parquet(run / "judgments.parquet").set_index("id").loc["running"]
    content = review_content(read_run(run))
    cards = next(one for one in content.sections if one.anchor == "judgments").cards
    card = next(one for one in cards if one.identifier == "running")
    facts = {name: text for group in card.facts for name, text in group.items}
    points = [
        100 * chance * (1 - chance) * error
        for chance, error in (
            (row["base_rate"], row["path_error_at_issue"]),
            (row["after"], row["path_error"]),
        )
    ]
    live = 100 * row["live"] * (1 - row["live"])
    live *= (row["path_error_at_issue"] ** 2 + row["path_error"] ** 2) ** 0.5
    assert facts["By paths"].replace("\u00a0", " ") == (
        f"20000 draws, worth {int(row['path_effective_draws'])} at the last date; Monte Carlo "
        f"standard error of the base rate {points[0]:.2f} points at issue, {points[1]:.2f} points "
        f"after the counts, about {live:.2f} points of the live probability"
    )
    assert facts["Threshold"] == "at least 3 months in a row with at least 2 incidents each"
    assert facts["Counted"].endswith("1 successive month in 4.0 of 18.0 months")
    other = next(one for one in cards if one.identifier == "count")
    assert "By paths" not in {name for group in other.facts for name, _ in group.items}


def test_what_is_counted_has_a_name_in_either_number():
    row = {"question_kind": "months", "threshold_text": "at least 3 months with at least 2"}
    assert counted_noun(Row({**row, "count": 2.0})) == "qualifying months"
    assert counted_noun(Row({**row, "count": 1.0})) == "qualifying month"
    assert base_rate(Row({"path_draws": 20_000.0})) is None


def test_the_command_line_says_the_same(published, capsys):
    folder, run = published
    row = pd.read_parquet(run / "judgments.parquet").set_index("id").loc["running"]
    asked = ("base-rate", "running", "--as-of", "2018-04-30", "--workspace", folder)
    status, out, err = said(capsys, *asked)
    assert status == 0, err
    lines = out.splitlines()
    assert lines[0].startswith("At least 3 months in a row, each with at least 2 abduction")
    assert f"base rate at issue: {row['base_rate']:.6f}" in lines
    assert (
        f"by 20000 paths, worth {row['path_effective_draws']:.0f}; standard errors in log odds "
        f"{row['path_error_at_issue']:.3f} at issue, {row['path_error']:.3f} after"
    ) in lines
    assert "so far: 1 successive month in 4 months" in lines
    status, out, err = said(capsys, *asked, "--format", "json")
    assert status == 0, err
    found = json.loads(out)
    assert found["base_rate"] == row["base_rate"]
    assert (found["path_draws"], found["path_seed"]) == (20_000, row["path_seed"])
    status, out, err = said(
        capsys, "show", "running", "--as-of", "2018-04-30", "--workspace", folder
    )
    assert status == 0, err
    assert "at least 3 months in a row with at least 2 incidents each" in out


def test_a_job_whose_draws_are_spent_fails_and_publishes_nothing(tmp_path, monkeypatch, capsys):
    folder = small_case(tmp_path, JUDGMENTS)

    def spent(*_):
        raise TooFewDraws(draws=20_000, effective_draws=31.4)

    monkeypatch.setattr(months_path, "_estimate", spent)
    result = run_job(folder)
    assert (result.ending, result.run) == ("failed", None)
    assert [one["id"] for one in result.alarms] == ["too-few-draws"]
    status, _, err = said(
        capsys, "recalibrate", "--as-of", "2018-04-30", "--workspace", folder, "--quiet"
    )
    assert status == 4
    assert "judgment running: 20000 draws are worth 31.4" in err
    status, out, err = said(capsys, "status", "--as-of", "2018-04-30", "--workspace", folder)
    assert (status, out) == (4, "")
    assert "too-few-draws" in err or "31.4" in err
