"""Own models in the job: weighed, refitted, refused; what fails is told and the last run stays."""

import datetime
import hashlib
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special, stats

from first_case import small_case
from forecast_bench.bayes import Diagnostics, ModelStopped
from forecast_bench.checks import check
from forecast_bench.cli import main
from forecast_bench.job import modelling
from forecast_bench.job.looking import look
from forecast_bench.job.recalibrate import recalibrate
from forecast_bench.rates import (
    DrawPaths,
    RateLaw,
    draw_paths,
    log_odds_at_least,
    log_odds_reach,
    rates_told,
)
from forecast_bench.workspace import load_workspace

DAY = datetime.date(2018, 6, 30)
NOW = datetime.datetime(2018, 7, 1, tzinfo=datetime.UTC)
DRAWS = 20_000
JUDGMENTS = """\
report: {id: small, title: Two judgments}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
questions:
  abductions:
    count: {of: {actor: JNIM, type: abduction}, at_least: 18}
    within: 18 months
    rates: own
  areas:
    reach: {of: {actor: JNIM, type: battle, countries: [Mali]}, at_least: 7, each: 4}
    within: 18 months
    rates: own
  busy:
    months: {of: {actor: JNIM, type: abduction}, each: 2, at_least: 4}
    within: 18 months
    rates: own
judgments:
  - {id: abductions, statement: More., probability: likely, question: abductions}
  - {id: areas, statement: Wider., cannot_assess: no reports, question: areas}
  - {id: busy, statement: In waves., cannot_assess: no reports, question: busy}
"""
RATES = "family: own\nmodel: own.py\nbaseline: 12 months\npriors: {shape: 0.5}\n"
PASSED = Diagnostics(1.0, "rate", 4000, "rate", 4000, "rate", 0, 0.9, passed=True, reasons=())


@pytest.fixture
def workspace(tmp_path):
    folder = small_case(tmp_path, JUDGMENTS)
    (folder / "models" / "rates" / "own.yaml").write_text(RATES)
    (folder / "models" / "own.py").write_text("raise ValueError('no data')\n")
    text = (folder / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(text.replace("models = [", 'models = ["own.py", '))
    return folder


@pytest.fixture
def conjugate(monkeypatch):
    """Answer for every model with exact draws of a Gamma law: no process is started."""
    asked = []

    def fitted(request):
        asked.append(request)
        return SimpleNamespace(
            asked=request,
            folder=SimpleNamespace(name="own-0"),
            seed=11,
            draws=DRAWS,
            sequential=False,
            diagnostics=PASSED,
            reused=False,
        )

    def paths(fit, *, seen):
        series, generator = fit.asked.series, np.random.default_rng(fit.seed)
        shape = fit.asked.prior["shape"] + series.counts.sum(axis=1)
        rate = generator.gamma(shape, 1 / series.exposure.sum(), (DRAWS, len(shape)))
        return draw_paths(
            rates_told(
                np.repeat(rate[:, :, None], series.ahead, axis=2),
                fitted_months=len(series.months),
            ),
            draws=DRAWS,
            dispersion=None,
            fitted=series.counts,
            seen=seen,
            exposure_months=series.future_exposure,
            seed=fit.seed,
        )

    monkeypatch.setattr(modelling.bayes, "fit_own_model", fitted)
    monkeypatch.setattr(modelling.bayes, "own_paths", paths)
    return asked


def followed(seen, name):
    return next(one for one in seen.followed if one.recorded.id == name)


def test_odds_are_those_of_the_closed_form_with_a_refit_where_draws_run_out(workspace, conjugate):
    seen = look(workspace, as_of=DAY)
    assert (seen.broken, seen.alarms) == ("", ())
    one = followed(seen, "abductions")
    counts = one.counted.counts
    law = RateLaw(shape=0.5 + counts.baseline.count.sum(), rate=12.0, dispersion=None)
    exact = log_odds_at_least(
        law,
        threshold=18,
        exposure_months=18.0,
        incidents=np.concatenate([[0.0], counts.window.count.sum(axis=1).cumsum()]),
        elapsed_months=np.arange(7.0),
    )
    for found, expected in zip(one.law.estimates, exact, strict=True):
        assert found.log_odds == pytest.approx(expected, abs=4 * found.standard_error + 1e-9)
    table = seen.judgments.set_index("id").loc["abductions"]
    assert table["base_rate"] == pytest.approx(1 / (1 + np.exp(-one.law.estimates[0].log_odds)))
    assert (table["model"], table["path_draws"], table["path_seed"]) == ("own.py", DRAWS, 11)
    assert table["live"] > table["prior_mean"]


def test_reach_follows_its_areas_and_refits_count_the_months_seen(workspace, conjugate):
    seen = look(workspace, as_of=datetime.date(2018, 12, 31))
    one = followed(seen, "areas")
    baseline, window = one.counted.counts.baseline.count, one.counted.counts.window.count
    law = RateLaw(shape=0.5 + baseline.sum(axis=0), rate=np.full(10, 12.0), dispersion=None)
    so_far = np.vstack([np.zeros(10, dtype=np.int64), window.cumsum(axis=0)])
    for known, found in enumerate(one.law.estimates):
        exact = log_odds_reach(
            law,
            areas=7,
            incidents_each=4,
            exposure_months=18.0,
            incidents=so_far[known],
            elapsed_months=float(known),
        )
        assert found.log_odds == pytest.approx(float(exact), abs=4 * found.standard_error + 1e-9)
    # Ten areas over a year are more than one set of draws can follow.
    fitted_to = one.law.model.fitted_to
    assert fitted_to[0] == 0
    assert fitted_to[-1] > 0
    asked = [one for one in conjugate if len(one.series.place) == 10]
    assert [len(one.series.months) - 12 for one in asked] == sorted(set(fitted_to))
    assert asked[0].series.place[1] == "Gao, Mali"
    assert asked[0].series.months[-1] == "2017-12"
    assert seen.judgments.set_index("id").loc["areas", "model_fitted_to"] == fitted_to[-1]


def test_months_are_asked_too(workspace, conjugate):
    seen = look(workspace, as_of=datetime.date(2018, 1, 5))
    one = followed(seen, "busy")
    before = one.counted.counts.baseline.count.sum()
    rate = stats.gamma(0.5 + before, scale=1 / 12)
    exact, _ = integrate.quad(
        lambda at: rate.pdf(at) * stats.binom.sf(3, 18, stats.poisson.sf(1, at)), 0, 20
    )
    (found,) = one.law.estimates
    assert found.log_odds == pytest.approx(special.logit(exact), abs=4 * found.standard_error)


def test_no_model_sees_a_month_after_the_issue_at_the_issue(workspace, conjugate):
    early, late = (
        look(workspace, as_of=datetime.date(*day)) for day in ((2018, 1, 5), (2019, 7, 31))
    )
    for name in ("abductions", "areas"):
        first, again = (followed(one, name).law.estimates[0] for one in (early, late))
        assert first == again


def test_a_fault_is_located_and_ends_the_job(workspace, capsys):
    seen = look(workspace, as_of=DAY, fits="changed")
    assert seen.broken == "failed"
    (fault,) = [one for one in seen.problems if one.identifier == "own-model"]
    assert fault.location == ("models/own.py", 1, 1, 28)
    assert fault.message == "ValueError: no data"
    assert [one.text for one in seen.alarms] == [
        "models/own.py has a fault, so abductions has no base rate",
    ]
    with pytest.raises(SystemExit) as left:
        main(["recalibrate", "--workspace", str(workspace), "--as-of", "2018-06-30"])
    assert left.value.code == 4
    said = capsys.readouterr().err
    assert "models/own.py:1:1: error: ValueError: no data [own-model]" in said
    assert "Traceback" not in said


def test_the_manifest_names_the_models_by_their_hash(workspace, conjugate):
    ended = recalibrate(workspace, as_of=DAY, now=NOW, watch=lambda _: None)
    assert ended.ending == "published"
    expected = hashlib.sha256((workspace / "models" / "own.py").read_bytes()).hexdigest()
    asked = ended.manifest["models"]
    assert {(one["model"], one["sha256"]) for one in asked} == {("models/own.py", expected)}
    # The file is among the inputs too, whether it was asked or not.
    inputs = {one["file"]: one["sha256"] for one in ended.manifest["inputs"]}
    assert inputs["models/own.py"] == expected


@pytest.fixture
def telltale(workspace):
    """Have the model leave a file where it is run."""
    ran = workspace / "ran"
    (workspace / "models" / "own.py").write_text(f"open({str(ran)!r}, 'w')\n")
    return ran


def test_a_quick_look_runs_no_model(workspace, telltale):
    seen = look(workspace, as_of=DAY)
    assert not telltale.exists()
    assert (seen.broken, seen.alarms) == ("", ())
    row = seen.judgments.set_index("id").loc["abductions"]
    assert pd.isna(row["base_rate"])
    assert row["baseline_text"] == (
        "5 incidents in 12 months (2017-01-01 to 2017-12-31); models/own.py has not been run on "
        "these months: forecast-bench recalibrate does"
    )
    # What has happened is known without a law.
    assert row["state"] == "open"


def test_a_job_that_may_not_fit_runs_no_model_and_says_so(workspace, telltale):
    seen = look(workspace, as_of=DAY, fits="never")
    assert not telltale.exists()
    assert seen.broken == "failed"
    assert [one.text for one in seen.alarms] == [
        "models/own.py, asked about abductions: it has not been run on these months",
    ]


def test_the_last_run_stays_where_a_model_fails(workspace):
    question = workspace / "judgments" / "small.yaml"
    text = question.read_text()
    question.write_text(text.replace("    rates: own\n", ""))
    first = recalibrate(workspace, as_of=DAY, now=NOW, watch=lambda _: None)
    assert (first.ending, first.manifest["models"]) == ("published", [])
    question.write_text(text)
    later = NOW + datetime.timedelta(days=1)
    second = recalibrate(workspace, as_of=DAY, now=later, watch=lambda _: None)
    assert (second.ending, second.run) == ("failed", first.run)
    assert {one["id"] for one in second.alarms} == {"model-failed"}


@pytest.mark.parametrize(
    ("fails", "alarm"),
    [
        (
            ModelStopped("time", "it was stopped after 300 seconds"),
            (
                "model-failed",
                "models/own.py, asked about abductions: it was stopped after 300 seconds",
            ),
        ),
        (
            Diagnostics(
                1.2, "rate", 9, "rate", 9, "rate", 3, 0.9, passed=False, reasons=("r_hat is 1.2.",)
            ),
            ("fit-failed", "models/own.py, asked about abductions: r_hat is 1.2."),
        ),
    ],
)
def test_what_stops_a_fit_is_an_alarm(fails, alarm, workspace, conjugate, monkeypatch):
    answered = modelling.bayes.fit_own_model

    def fitted(request):
        if isinstance(fails, ModelStopped):
            raise fails
        return SimpleNamespace(**{**vars(answered(request)), "diagnostics": fails})

    monkeypatch.setattr(modelling.bayes, "fit_own_model", fitted)
    seen = look(workspace, as_of=DAY)
    assert seen.broken == "failed"
    assert (seen.alarms[0].id, seen.alarms[0].text) == alarm


def test_draws_too_few_even_after_a_fit_are_an_alarm(workspace, conjugate, monkeypatch):
    answered = modelling.bayes.own_paths

    def few(fit, *, seen):
        for one in answered(fit, seen=seen):
            yield DrawPaths(one.log_weight[:150], one.to_come[:150])

    monkeypatch.setattr(modelling.bayes, "own_paths", few)
    first, *_ = look(workspace, as_of=DAY).alarms
    assert first.text == (
        "models/own.py, asked about abductions: 150 draws are worth 150.0 after weighting on the "
        "observed months, and 200 are needed: raise sampler.draws."
    )


def test_a_check_runs_no_model(workspace, telltale):
    assert [one for one in check(load_workspace(workspace)) if one.level == "error"] == []
    assert not telltale.exists()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("family: own\nbaseline: 1 year\n", 1, 'the family own needs "model", the name of a'),
        (RATES + "drift: 0.3\n", 1, '"drift" is no key of the family own'),
        ("baseline: 1 year\npriors: {a: 1}\n", 1, '"priors" is no key of the family gamma-poisson'),
        (RATES.replace("own.py", "../own.py"), 2, "model"),
        (RATES.replace("own.py", "other.py"), 2, 'there is no file "other.py" in models/'),
        (RATES + "sampler: {draws: 10}\n", 5, '"draws" must be at least 100, not 10'),
    ],
)
def test_a_rate_law_that_names_no_model(text, line, message, workspace):
    (workspace / "models" / "rates" / "own.yaml").write_text(text)
    found = [
        one for one in check(load_workspace(workspace)) if one.location.file.endswith("own.yaml")
    ]
    assert message in found[0].message
    assert found[0].location.line == line
