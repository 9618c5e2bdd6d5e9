"""When the job fits: never, where something changed, or always; and what it does without a fit."""

import datetime
import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from forecast_bench import bayes
from forecast_bench.cli import main
from forecast_bench.job import recalibrate
from forecast_bench.job.fits import GoodFit, NoFitError, good_fits, last_good, note_good
from forecast_bench.job.maps import activate, find_map
from forecast_bench.records.time_limit import TimeLimit
from recalibrated_workspace import FIRST, LATER, desk

NOW = datetime.datetime(2020, 2, 1, 3, 0, tzinfo=datetime.UTC)
FIGURES = ("recalibrated", "recalibrated_low", "recalibrated_high")


def run_job(folder, *, as_of, fits, hours):
    now = NOW + datetime.timedelta(hours=hours)
    return recalibrate(folder, as_of=as_of, now=now, watch=lambda _: None, fits=fits)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Fitted once; a year later not at all, then as it should be, then all the same."""
    folder = desk(tmp_path_factory.mktemp("desk"))
    steps = (
        ("none", FIRST, "never"),
        ("first", FIRST, "changed"),
        ("old", LATER, "never"),
        ("old again", LATER, "never"),
        ("new", LATER, "changed"),
        ("never, though new", LATER, "never"),
        ("always", LATER, "always"),
    )
    found = {
        name: run_job(folder, as_of=day, fits=fits, hours=hours)
        for hours, (name, day, fits) in enumerate(steps)
    }
    return {"folder": folder, **found}


def test_without_a_fit_there_is_none_to_use(story):
    assert story["none"].ending == "failed"
    assert story["none"].alarms == (
        {
            "id": "fit-missing",
            "text": "there is no good fit of recalibration made for 2019-01-31 or earlier, and "
            "--fit never makes none: run recalibrate without it",
        },
    )


def test_an_old_fit_says_how_old_it_is(story):
    first, old = (story[name].manifest["recalibration"] for name in ("first", "old"))
    assert first["fit"] == {"when": "changed", "made_for": "2019-01-31", "days_old": 0}
    assert old["fit"] == {"when": "never", "made_for": "2019-01-31", "days_old": 365}
    assert old["fitted"] is False
    same = ("id", "data_hash", "outcomes", "slope", "gain", "seed")
    assert [old[name] for name in same] == [first[name] for name in same]
    assert story["old again"].ending == "unchanged"
    review = (story["old"].run / "review" / "review.md").read_text(encoding="utf-8")
    assert "reused the fit made for 2019-01-31, 365 days before; outcomes known since" in review


def test_the_next_job_that_may_fits_what_changed(story):
    new = story["new"].manifest["recalibration"]
    assert story["new"].ending == "published"
    assert (new["fitted"], new["outcomes"]) == (True, 280)
    assert new["fit"]["made_for"] == "2020-01-31"
    assert story["never, though new"].ending == "unchanged"
    assert story["never, though new"].run == story["new"].run


def test_fitted_again_all_the_same_it_says_the_same(story):
    always = story["always"]
    assert always.ending == "published"
    assert always.run != story["new"].run
    assert always.manifest["recalibration"]["fitted"] is True
    before, after = (pd.read_parquet(story[n].run / "judgments.parquet") for n in ("new", "always"))
    pd.testing.assert_frame_equal(before, after)


def test_a_fit_that_takes_too_long_is_an_alarm_and_the_last_run_stays(
    story, tmp_path, monkeypatch, capsys
):
    folder = tmp_path / "desk"
    shutil.copytree(story["folder"], folder, symlinks=True)

    def too_slow(*_, **__):
        raise bayes.Deadline(TimeLimit(10, "minute"), ends=0.0).exceeded()

    monkeypatch.setattr(bayes, "fit", too_slow)
    command = ["recalibrate", "--workspace", str(folder), "--as-of", "2020-01-31"]
    with pytest.raises(SystemExit) as left:
        main([*command, "--fit", "always", "--format", "json"])
    captured = capsys.readouterr()
    assert left.value.code == 4
    told = json.loads(captured.out)
    assert told["ending"] == "failed"
    assert told["run"] == story["always"].run.name
    assert told["alarms"] == [
        {
            "id": "fit-stopped",
            "text": "models/recalibration.yaml: the fit was stopped after its time limit of "
            "10 minutes: raise `time_limit`, lower `draws` or leave out a group; until then "
            "--fit never uses the last good fit",
        }
    ]
    # As the alarm says, the last good fit can be used: here it is the one that would be made.
    with pytest.raises(SystemExit) as left:
        main([*command, "--fit", "never"])
    assert left.value.code == 0
    with pytest.raises(SystemExit) as left:
        main([*command[:3], "--as-of", "2020-01-30", "--fit", "never"])
    assert left.value.code == 0
    out = capsys.readouterr().out
    assert "; the last good fit, made for 2019-01-31, is 364 days old" in out


def test_covariates_of_the_model_are_in_the_fit_the_map_and_the_review(tmp_path, monkeypatch):
    folder = desk(tmp_path / "desk", later=False)
    with (folder / "models" / "recalibration.yaml").open("a", encoding="utf-8") as model:
        model.write("horizons: true\nconfidences: true\n")
    first = run_job(folder, as_of=FIRST, fits="changed", hours=0)
    assert first.ending == "published", first.alarms
    fitted = first.run / "recalibration"
    effects = pd.read_json(fitted / "effects.json")
    assert set(effects["group"]) == {"analyst", "phrase", "horizon", "confidence"}
    assert set(effects.loc[effects["group"] == "horizon", "level"]) == {
        *("under 3 months", "3 to 12 months", "over 12 months", "each step"),
    }
    found = first.manifest["recalibration"]
    assert [one["model"] for one in found["left_out"]] == [
        *("identity", "shift", "slope", "shift and slope", "full"),
    ]
    assert found["left_out"][0]["outcomes"] == found["outcomes"] == 160
    assert len(found["predictive"]["measures"]) == 3
    assert {one.stem for one in fitted.glob("*.svg")} == {
        *("rank", "energy", "scales", "forest", "pair", "predictive"),
    }
    review = (first.run / "review" / "review.md").read_text(encoding="utf-8")
    for said in ("Replicated data: ", "One slope for all", "under 3 months", "model-predictive"):
        assert said in review
    # Every window is 20 days, and nobody said how confident: the steps are kept with the map.
    record = find_map(folder, found["id"])
    assert set(record["cells"]["covariates"]["horizon_step"]) == {-1}
    assert set(record["cells"]["covariates"]["confidence_step"]) == {0}
    activate(folder, record, on=FIRST, because="to see")
    second = run_job(folder, as_of=FIRST, fits="changed", hours=1)
    assert second.manifest["recalibration"]["state"] == "active"
    before, after = (pd.read_parquet(one.run / "judgments.parquet") for one in (first, second))
    assert (before["recalibrated"] - after["recalibrated"]).abs().max() < 0.02
    # A fit that fails publishes nothing, and says where its pictures are.
    passed = bayes.diagnose
    monkeypatch.setattr(
        bayes,
        "diagnose",
        lambda *given: replace(
            passed(*given), passed=False, reasons=("r_hat of x is 2, too far.",)
        ),
    )
    third = run_job(folder, as_of=FIRST, fits="always", hours=2)
    fit = found["data_hash"][:16]
    assert third.ending == "failed"
    assert third.alarms[0]["text"] == (
        f"models/recalibration.yaml: r_hat of x is 2, too far. Pictures: .forecast-bench/fits/{fit}"
    )


def test_fits_of_other_versions_are_made_anew(story, tmp_path, monkeypatch):
    from forecast_bench.job import recalibrating

    folder = tmp_path / "desk"
    shutil.copytree(story["folder"], folder, symlinks=True)
    (fit,) = {one.fit for one in good_fits(folder, "recalibration", as_of=FIRST)}
    kept = folder / ".forecast-bench" / "fits" / fit
    assert recalibrating._kept(kept) is not None
    monkeypatch.setattr(bayes, "versions", lambda: {"pymc": "0"})
    assert recalibrating._kept(kept) is None
    assert recalibrating._kept(kept, of_these_versions=False) is not None


def test_good_fits_are_noted_once_and_found_by_day(tmp_path):
    first, second = (
        GoodFit("m", name, day) for name, day in (("a", "2020-01-01"), ("b", "2020-03-01"))
    )
    for one in (
        first,
        second,
        first,
        GoodFit("m", "a", "2020-02-01"),
        GoodFit("n", "c", "2020-01-01"),
    ):
        note_good(tmp_path, one)
    path = tmp_path / ".forecast-bench" / "fits" / "good.jsonl"
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3
    day = datetime.date(2020, 4, 1)
    assert good_fits(tmp_path, "m", as_of=day) == (first, second)
    for name in "ab":
        (path.parent / name).mkdir()
    assert last_good(tmp_path, "m", as_of=day) == second
    assert last_good(tmp_path, "m", as_of=datetime.date(2020, 2, 1)) == first
    # A fit that was deleted, or a line that was cut, is as if it had never been.
    shutil.rmtree(path.parent / "b")
    with path.open("a", encoding="utf-8") as file:
        file.write('{"model": "m", "fi')
    assert last_good(tmp_path, "m", as_of=day) == first
    with pytest.raises(NoFitError, match="no good fit of n made for 2020-04-01 or earlier"):
        last_good(tmp_path, "n", as_of=day)
