"""Fits of own models: kept by content, and no process started for what is there."""

import json
from dataclasses import replace

import arviz
import numpy as np
import pytest

from forecast_bench.bayes import OwnFitRequest, Series, fit_own_model, own_paths, save
from forecast_bench.bayes.own_models import fits
from forecast_bench.bayes.settings import DiagnosticLimits
from forecast_bench.limits import usable_cores
from forecast_bench.records import ModelLimits, OwnSampler

SERIES = Series(
    counts=np.array([[1, 0, 2]]),
    exposure=np.ones(3),
    actor=("JNIM",),
    place=("Gao",),
    kind=("battle",),
    months=("2017-10", "2017-11", "2017-12"),
    future_exposure=np.ones(2),
    future_months=("2018-01", "2018-02"),
)


@pytest.fixture
def asked(tmp_path):
    return OwnFitRequest(
        model=b"made for a test",
        series=SERIES,
        prior={"level": 1.0},
        sampler=OwnSampler(draws=500, chains=4),
        base_seed=1,
        limits=ModelLimits(),
        judged_by=DiagnosticLimits(),
        kept_in=tmp_path / "fits",
        compiled_in=tmp_path / "compiled",
    )


@pytest.fixture
def started(monkeypatch):
    """Answer in place of the process."""
    requests = []

    def run(folder, limits):
        request = json.loads((folder / "request.json").read_text())
        requests.append(request)
        if request["task"] == "follow":
            draws = np.load(folder / "draws.npz")["rate"]
            seen = len(request["seen"][0])
            found = {}
            for known in range(seen + 1):
                found[f"log_weight_{known}"] = np.zeros(len(draws))
                found[f"to_come_{known}"] = np.zeros((len(draws), 1, 2 - known), int)
            np.savez(folder / "paths.npz", **found)
            return {"ended": "done"}
        generator = np.random.default_rng(request["seed"])
        rate = generator.gamma(3.5, 1 / 3, (4, 500))
        stats = {"energy": generator.normal(size=(4, 500)), "diverging": np.zeros((4, 500), bool)}
        tree = arviz.from_dict({"posterior": {"rate": rate}, "sample_stats": stats})
        save(tree, folder / "posterior.nc")
        sequential = request["prior"]["level"] > 1
        ahead = np.repeat(rate.reshape(-1, 1, 1), 2, axis=2)
        draws = {"rate": rate.ravel()} if sequential else {"future_rate": ahead}
        np.savez(folder / "draws.npz", **draws)
        return {"ended": "done", "diagnosed": ["rate"], "sequential": sequential}

    monkeypatch.setattr(fits, "run", run)
    return requests


def test_the_same_content_starts_no_process(asked, started):
    first, again = fit_own_model(asked), fit_own_model(asked)
    assert len(started) == 1
    assert (first.reused, again.reused) == (False, True)
    assert (first.seed, first.draws, first.folder) == (again.seed, 2000, again.folder)
    assert first.diagnostics == again.diagnostics
    assert first.diagnostics.passed
    of_model = {"memory": 6 * 10**9, "output": 5 * 10**8, "seconds": 300.0}
    assert started[0]["limits"] == of_model | {"cores": usable_cores()}


@pytest.mark.parametrize(
    "change",
    [
        {"model": b"another"},
        {"series": SERIES.after(np.array([[1]]))},
        {"prior": {"level": 0.5}},
        {"sampler": OwnSampler(draws=501)},
        {"base_seed": 2},
    ],
)
def test_other_content_is_another_fit(change, asked, started):
    other = replace(asked, **change)
    assert other.content_hash != asked.content_hash
    assert fit_own_model(asked).seed != fit_own_model(other).seed
    assert len(started) == 2


def test_other_versions_of_the_libraries_are_another_fit(asked, monkeypatch):
    before = asked.content_hash
    monkeypatch.setattr(fits, "versions", lambda: {"pymc": "7"})
    assert asked.content_hash != before


def test_limits_are_no_part_of_a_fit_and_draws_are_judged_anew_by_others(asked, started):
    assert fit_own_model(asked).diagnostics.passed
    strict = replace(
        asked, limits=ModelLimits(seconds=5), judged_by=DiagnosticLimits(ess_bulk=10**6)
    )
    found = fit_own_model(strict)
    assert (len(started), found.reused) == (1, True)
    assert not found.diagnostics.passed
    assert found.diagnostics.reasons[0].startswith("ess_bulk of rate is")
    assert fit_own_model(asked).diagnostics.passed


def test_rates_told_are_followed_here_and_the_same_each_time(asked, started):
    fit, seen = fit_own_model(asked), np.array([[2]])
    first, again = list(own_paths(fit, seen=seen)), list(own_paths(fit, seen=seen))
    assert len(started) == 1
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one.log_weight, other.log_weight)
        assert np.array_equal(one.to_come, other.to_come)
    assert [one.to_come.shape for one in first] == [(2000, 1, 2), (2000, 1, 1)]


def test_rates_that_follow_from_counts_are_followed_there_once(asked, started):
    fit = fit_own_model(replace(asked, prior={"level": 2.0}))
    for months in (1, 1, 2):
        assert len(list(own_paths(fit, seen=np.ones((1, months), dtype=np.int64)))) == months + 1
    assert [one["task"] for one in started] == ["fit", "follow", "follow"]
    assert started[1]["seen"] == [[1]]
