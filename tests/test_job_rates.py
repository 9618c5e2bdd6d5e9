"""The job learns rates from panels: too small, fitted, kept, failed, and without hindsight."""

import datetime
import json
import shutil

import pandas as pd
import pytest

from first_case import first_case, small_case
from forecast_bench.job import recalibrate
from forecast_bench.job.feeds import bring_in
from forecast_bench.job.looking import look
from forecast_bench.job.panels import panel_table, panel_until
from forecast_bench.job.runs import latest_run
from forecast_bench.records import CountingSettings, RatePanel
from forecast_bench.workspace import load_workspace

NOW = datetime.datetime(2026, 1, 1, 3, 0, tzinfo=datetime.UTC)
LATE = datetime.date(2019, 2, 28)
ASKED = """\
report: {id: small, title: Asked in two years}
analyst: a.name
lexicon: uk-phia@2018
questions:
  abductions:
    change: {of: {actor: JNIM, type: abduction}, direction: increase, against: 12 months}
    within: 12 months
    rates: sahel
  attacks:
    count: {of: {actor: JNIM, type: [battle, explosion]}, at_least: 100}
    within: 12 months
    rates: sahel
judgments:
  - {id: early, issued: 2017-12-31, statement: More., probability: likely, question: abductions}
  - {id: abductions, issued: 2018-12-31, statement: More., probability: likely,
     question: abductions}
  - {id: attacks, issued: 2019-01-31, statement: Many., probability: likely, question: attacks}
"""


def rates_workspace(folder, *, sampler=""):
    small_case(folder, ASKED)
    path = folder / "models" / "rates" / "sahel.yaml"
    text = path.read_text(encoding="utf-8").replace("  places: area\n", "  places: country\n")
    path.write_text(text.replace("panel:\n", f"panel:\n{sampler}"), encoding="utf-8")
    return folder


def run(folder, as_of=LATE, hours=0):
    now = NOW + datetime.timedelta(hours=hours)
    return recalibrate(folder, as_of=as_of, now=now, watch=lambda _: None)


@pytest.mark.parametrize(
    ("issued", "until"),
    [
        ("2018-12-30", "2017-12-31"),
        ("2018-12-31", "2018-12-31"),
        ("2019-01-01", "2018-12-31"),
        ("2020-02-29", "2019-12-31"),
    ],
)
def test_a_question_learns_from_the_years_that_are_over(issued, until):
    assert panel_until(datetime.date.fromisoformat(issued)).isoformat() == until


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    return look(rates_workspace(tmp_path_factory.mktemp("quick")), as_of=LATE)


def test_a_panel_too_small_lets_the_prior_speak_and_says_so(quick):
    first, second = quick.rates.records
    assert (first["until"], first["state"]) == ("2017-12-31", "prior speaks")
    assert first["because"] == "it has 2 of 3 windows"
    assert (first["series"], first["months"], first["method"]) == (8, 96, None)
    row = quick.judgments.set_index("id").loc["early"]
    assert row["parameters_from"] == "prior"
    assert row["parameters_text"].endswith("a panel of 8 series is too small: the prior speaks")
    # Between windows of half a year the drift is expected to be 0.5 / sqrt(2); after a year, 0.5.
    assert first["beliefs"][0]["drift"][0] == pytest.approx(0.5)
    assert (second["until"], second["state"]) == ("2018-12-31", "fitted")


def test_a_fitted_panel_speaks_by_type(quick):
    record = quick.rates.records[1]
    assert (record["series"], record["windows"], record["incidents"]) == (8, 4, 613)
    assert (record["method"], record["diagnostics"]) == ("nested Laplace", None)
    assert record["questions"] == ["abductions", "attacks"]
    rows = quick.judgments.set_index("id")
    told = {one["type"]: one for one in record["beliefs"]}
    assert rows.loc["abductions", "parameters_from"] == "fitted"
    # Medians of few points are near those of the posterior they stand for.
    for name, kind in (("abductions", "abduction"), ("attacks", "any type")):
        assert rows.loc[name, "drift"] == pytest.approx(told[kind]["drift"][0], rel=0.1)
    assert rows.loc["abductions", "parameters_series"] == 8


def test_the_months_of_a_panel_are_those_of_the_file(tmp_path):
    workspace = load_workspace(first_case(tmp_path))
    vintage = bring_in(workspace, as_of=LATE).choices["acled"].vintage
    panel = RatePanel(actors=("JNIM",), types=("abduction",), countries=("Mali",), places="country")
    found = panel_table(
        panel,
        vintage,
        workspace.actors,
        until=datetime.date(2018, 12, 31),
        settings=CountingSettings(),
    )
    raw = pd.read_csv(tmp_path / "incidents" / "sahel-monthly.csv", comment="#")
    own = raw[
        (raw["country"] == "Mali")
        & (raw["event_type"] == "abduction")
        & raw["side_a"].str.split("; ").apply(lambda sides: "JNIM" in sides)
        & (raw["month"] < "2019")
    ]
    assert found["count"].sum() == own["incidents"].sum()
    assert len(found) == 24
    assert set(found["series"]) == {"JNIM abduction Mali"}
    by_month = found.set_index(found["month"].dt.strftime("%Y-%m"))["count"]
    for month, count in own.groupby("month")["incidents"].sum().items():
        assert by_month[month] == count


def test_a_name_that_never_occurs_makes_no_series(tmp_path):
    workspace = load_workspace(first_case(tmp_path))
    vintage = bring_in(workspace, as_of=LATE).choices["acled"].vintage
    panel = RatePanel(actors=("MNLA",), types=("abduction",))
    until = datetime.date(2018, 12, 31)
    found = panel_table(panel, vintage, workspace.actors, until=until, settings=CountingSettings())
    assert found.empty


def test_no_count_after_the_day_of_issue_moves_what_was_learned(tmp_path, quick):
    folder = rates_workspace(tmp_path)
    data = folder / "incidents" / "sahel-monthly.csv"
    text = data.read_text(encoding="utf-8")
    data.write_text(text + "2019-02,Mali,Gao,JNIM,,abduction,400\n", encoding="utf-8")
    planted = look(folder, as_of=LATE)
    for name in ("drift", "dispersion", "base_rate"):
        assert planted.judgments[name].tolist() == quick.judgments[name].tolist()
    assert [one["hash"] for one in planted.rates.records] == [
        one["hash"] for one in quick.rates.records
    ]


@pytest.mark.slow
def test_the_newest_panel_is_sampled_once_and_kept(tmp_path):
    folder = rates_workspace(tmp_path)
    result = run(folder)
    assert (result.ending, result.alarms) == ("published", ())
    small, fitted = result.manifest["rates"]
    assert (small["state"], fitted["state"], fitted["method"]) == ("prior speaks", "fitted", "NUTS")
    assert (fitted["fitted"], fitted["diagnostics"]["passed"]) == (True, True)
    print("apart", fitted["agreement"])  # noqa: T201
    assert fitted["agreement"]["apart"] < 0.2
    kept = sorted(one.name for one in (result.run / "rates" / "sahel").iterdir())
    assert kept == [
        "energy.svg",
        "forest.svg",
        "pair.svg",
        "posterior.nc",
        "rank.svg",
        "sampled.json",
    ]
    # Another day, the same panel: nothing is fitted, and the draws that stand are used.
    again = run(folder, as_of=datetime.date(2019, 3, 31), hours=1)
    assert again.ending == "published"
    assert [one["fitted"] for one in again.manifest["rates"]] == [False, False]
    assert again.manifest["rates"][1]["seed"] == fitted["seed"]
    # A quick look uses them too.
    looked = look(folder, as_of=datetime.date(2019, 3, 31))
    assert looked.rates.records[1]["method"] == "NUTS"
    # In another place the same months give the same draws.
    other = rates_workspace(tmp_path / "other")
    compiled = folder / ".forecast-bench" / "compiled"
    if compiled.is_dir():  # a process keeps the first folder that it compiled into
        shutil.copytree(compiled, other / ".forecast-bench" / "compiled")
    twin = run(other).manifest["rates"][1]
    assert twin["beliefs"] == fitted["beliefs"]


@pytest.mark.slow
def test_a_fit_that_fails_is_an_alarm_and_the_last_run_stays(tmp_path):
    folder = rates_workspace(tmp_path)
    before = run(folder, as_of=datetime.date(2018, 6, 30))
    assert before.ending == "published"
    path = folder / "models" / "rates" / "sahel.yaml"
    hasty = "panel:\n  sampler: {draws: 50, tune: 50, chains: 2}\n"
    path.write_text(path.read_text(encoding="utf-8").replace("panel:\n", hasty), encoding="utf-8")
    result = run(folder, hours=1)
    assert result.ending == "failed"
    assert {one["id"] for one in result.alarms} == {"rates-fit-failed"}
    said = " ".join(one["text"] for one in result.alarms)
    assert "models/rates/sahel.yaml, panel up to 2018-12-31: ess_bulk of " in said
    assert "below 400: raise `draws`" in said
    assert latest_run(folder) == before.run.resolve()
    # The failed draws are kept, so the next job says the same at once.
    (kept,) = (folder / ".forecast-bench" / "fits").glob("*/sampled.json")
    assert not json.loads(kept.read_text(encoding="utf-8"))["diagnostics"]["passed"]
    assert run(folder, hours=2).alarms == result.alarms
    # A quick look falls back on the approximation.
    assert look(folder, as_of=LATE).rates.records[1]["method"] == "nested Laplace"
