"""Series of counts: refusals, density, posterior, and that workers change nothing."""

import sys

import numpy as np
import pandas as pd
import pytensor
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from forecast_bench.bayes import (
    FIT_COLUMNS,
    FitSettings,
    SeriesMonths,
    SeriesSettings,
    fit_series,
    one_series,
    seed_from,
    series_model,
    series_months,
    workers,
)
from series_counts import simulated_series

ONE_PROCESS = FitSettings()
SETTINGS = SeriesSettings()


def table_of(**columns):
    return pd.DataFrame({"series": "a", **columns})


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"month": [], "count": []}, "no months"),
        ({"month": [1, 2], "count": [1, None]}, "count is missing or no number in 1 of 2 months"),
        ({"month": [1, 2], "count": ["x", 3]}, "count is missing or no number in 1 of 2 months"),
        ({"month": [1], "count": [-1]}, "count is negative in 1 of 1 months"),
        ({"month": [1, 2], "count": [0.5, 2]}, "count is not whole in 1 of 2 months"),
        ({"month": [1], "count": [np.inf]}, "count is infinite in 1 of 1 months"),
        ({"month": [1, None], "count": [1, 1]}, "month is missing in 1 of 2 months"),
        (
            {"month": [1, 1, 1], "count": [1, 1, 1]},
            "month is one that the series has already in 2 of 3 months",
        ),
        (
            {"month": pd.to_datetime(["2020-01-01", "2020-01-31", None]), "count": [1, 1, 1]},
            "month is missing in 1 of 3 months;"
            " month is one that the series has already in 1 of 3 months",
        ),
        (
            {"month": [1, 2], "count": [1, 1], "exposure_months": [0, 1]},
            "exposure_months is not above 0 in 1 of 2 months",
        ),
        (
            {"month": [1, 2], "count": [-1, None]},
            "count is missing or no number in 1 of 2 months; count is negative in 1 of 2 months",
        ),
    ],
)
def test_what_cannot_be_fitted_says_why(columns, fault):
    [one] = series_months(table_of(**columns), names=["a"])
    assert one.fault == fault
    assert one.count.size == 0

    [row] = fit_series(
        table_of(**columns), SETTINGS, seed=1, workers=ONE_PROCESS, names=["a"]
    ).itertuples()
    assert (row.series, row.state, row.draws) == ("a", fault, 0)
    assert np.isnan(row.rate_median)


@pytest.mark.parametrize(
    ("table", "names", "said"),
    [
        (pd.DataFrame({"series": ["a"]}), None, r"lacks the columns \['month', 'count'\]"),
        (
            pd.DataFrame({"series": ["a", None], "month": 1, "count": 1}),
            None,
            "^1 rows name no series$",
        ),
        (table_of(month=[1], count=[1]), ["a", "a"], "^a series is wanted twice$"),
    ],
)
def test_what_is_no_table_of_series_is_refused(table, names, said):
    with pytest.raises(ValueError, match=said):
        fit_series(table, SETTINGS, seed=1, workers=ONE_PROCESS, names=names)


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match=r"^seed must not be negative, got -1$"):
        fit_series(table_of(month=[1], count=[1]), SETTINGS, seed=-1, workers=ONE_PROCESS)


def test_the_table_of_fits_has_the_columns_declared():
    table = pd.DataFrame({"series": ["b", "a"], "month": 1, "count": -1})

    for given_table in (table, table.head(0)):
        fitted = fit_series(given_table, SETTINGS, seed=1, workers=ONE_PROCESS)
        assert {name: str(kind) for name, kind in fitted.dtypes.items()} == dict(FIT_COLUMNS)
        assert list(fitted["series"]) == list(given_table["series"])


def test_months_are_counted_by_hand():
    table = table_of(month=[1, 2, 3, 4], count=[3, 0, 3, 0], exposure_months=[1, 1, 1, 0.5])
    [one] = series_months(table)
    assert one.count.tolist() == [0, 0, 3]
    assert one.exposure_months.tolist() == [0.5, 1, 1]
    assert one.months.tolist() == [1, 1, 2]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(counts, random):
    table = pd.DataFrame(
        {"series": ["ab"[at % 2] for at in range(len(counts))], "month": range(len(counts))}
    ).assign(count=counts)
    order = list(range(len(counts)))
    random.shuffle(order)
    names = sorted(set(table["series"]))

    for one, other in zip(
        series_months(table, names=names),
        series_months(table.iloc[order], names=names),
        strict=True,
    ):
        for part in ("count", "exposure_months", "months"):
            np.testing.assert_array_equal(getattr(one, part), getattr(other, part))
        assert one.months.sum() == (table["series"] == one.name).sum()
        assert (one.months * one.count).sum() == table["count"][table["series"] == one.name].sum()


def log_density(settings, one, log_rate, log_dispersion):
    model = series_model(settings)
    for part in ("count", "exposure_months", "months"):
        model[part].set_value(getattr(one, part))
    # Python's own linker: nothing is compiled for a handful of evaluations.
    density = model.compile_logp(mode=pytensor.compile.mode.Mode(linker="py", optimizer=None))
    return float(density({"log_rate": log_rate, "log_dispersion": log_dispersion}))


def by_scipy(settings, one, log_rate, log_dispersion):
    """Log density up to nothing, months one by one; arrays of parameters broadcast."""
    rate, dispersion = np.exp(log_rate), np.exp(log_dispersion)
    found = stats.norm.logpdf(log_rate, settings.log_rate_mean, settings.log_rate_scale)
    found = found + stats.norm.logpdf(
        log_dispersion, settings.log_dispersion_mean, settings.log_dispersion_scale
    )
    for count, exposure, months in zip(one.count, one.exposure_months, one.months, strict=True):
        size = dispersion * exposure
        found = found + months * stats.nbinom.logpmf(count, size, dispersion / (dispersion + rate))
    return found


def test_the_density_by_hand():
    # Rate 2, dispersion 2, a month without incidents: (2 / (2 + 2))^2 = 1/4. Both priors, at their
    # means with scales 1: 1 / (2 pi).
    settings = SeriesSettings(
        log_rate_mean=np.log(2), log_rate_scale=1, log_dispersion_mean=np.log(2)
    )
    one = SeriesMonths("a", np.array([0.0]), np.ones(1), np.ones(1))
    found = log_density(settings, one, np.log(2), np.log(2))
    assert found == pytest.approx(-np.log(4) - np.log(2 * np.pi), abs=1e-12)


def test_the_density_is_that_of_scipy_and_two_half_months_are_one():
    counts, halves = np.array([0.0, 3.0, 7.0]), np.array([0.5, 1.0, 1.0])
    one = SeriesMonths("a", counts, halves, np.array([2.0, 5.0, 1.0]))
    for point in ((0.3, -0.7), (-1.5, 2.0), (2.2, 0.1)):
        assert log_density(SETTINGS, one, *point) == pytest.approx(
            by_scipy(SETTINGS, one, *point), rel=1e-10
        )
    half = SeriesMonths("a", np.zeros(1), np.full(1, 0.5), np.full(1, 2.0))
    whole = SeriesMonths("a", np.zeros(1), np.ones(1), np.ones(1))
    assert log_density(SETTINGS, half, 0.4, 0.2) == pytest.approx(
        log_density(SETTINGS, whole, 0.4, 0.2), rel=1e-12
    )


def test_without_distributed_dask_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ModuleNotFoundError) as refused:
        fit_series(
            table_of(month=[1], count=[-1]), SETTINGS, seed=1, workers=FitSettings(backend="dask")
        )
    assert str(refused.value) == (
        'fits with backend = "dask" need the package distributed, which is not installed:'
        ' pip install "forecast-bench[scale]", or set backend = "loky"'
    )


def test_a_cluster_with_other_versions_is_refused():
    class Cluster:
        def run(self, function):
            return {"tcp://1": function(), "tcp://2": function() | {"pymc": "5.0"}}

    here = workers.versions()["pymc"]
    with pytest.raises(RuntimeError) as refused:
        workers._refuse_other_versions(Cluster())
    assert str(refused.value) == (
        f"the Dask worker tcp://2 would draw other numbers: it has pymc 5.0 (here {here})"
    )


def test_what_is_no_fault_of_a_series_is_not_told_as_one(monkeypatch):
    def broken(settings):
        raise ValueError("no compiler")

    monkeypatch.setattr(one_series, "_compiled_once", broken)
    with pytest.raises(ValueError, match=r"^no compiler$"):
        fit_series(table_of(month=[1], count=[1]), SETTINGS, seed=1, workers=ONE_PROCESS)


# Slow from here on: the model is compiled.


def with_bad_series(table):
    bad = pd.DataFrame(
        {"series": ["nan", "minus", "huge"], "month": 1, "count": [np.nan, -1, 1e308]}
    )
    half = len(table) // 2
    return pd.concat([table.iloc[:half], bad, table.iloc[half:]], ignore_index=True)


def without_seconds(fitted):
    return fitted.drop(columns="seconds")


@pytest.mark.slow
def test_workers_and_order_change_nothing():
    from distributed import Client, LocalCluster

    table = with_bad_series(simulated_series(3, seed=3)[0])
    names = [*dict.fromkeys(table["series"]), "absent"]

    def fitted(on, rows=table, wanted=names):
        return without_seconds(fit_series(rows, SETTINGS, seed=5, workers=on, names=wanted))

    alone = fitted(ONE_PROCESS)
    assert list(alone["series"]) == names
    told = alone.set_index("series")["state"]
    assert told["nan"] == "count is missing or no number in 1 of 1 months"
    assert told["minus"] == "count is negative in 1 of 1 months"
    assert told["huge"] == "not fitted: RuntimeError: All initialization points failed"
    assert told["absent"] == "no months"
    assert (told.drop(["nan", "minus", "huge", "absent"]) == "fitted").all()
    others = {
        "loky": fitted(FitSettings(workers=2)),
        "dask": fitted(FitSettings(backend="dask", workers=2)),
    }
    with LocalCluster(
        n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        others["scheduler"] = fitted(FitSettings(backend="dask", scheduler=address))
        with Client(address, set_as_default=False) as client:
            assert len(client.ncores()) == 1
    shuffled = table.sample(frac=1, random_state=1)
    others["other order"] = fitted(ONE_PROCESS, shuffled, names[::-1])[::-1].reset_index(drop=True)
    others["fewer"] = fitted(ONE_PROCESS, table, names[:1])
    for how, other in others.items():
        pd.testing.assert_frame_equal(
            alone.head(len(other)), other, check_exact=True, obj=f"fits by {how}"
        )


@pytest.mark.slow
def test_one_compilation_serves_all_series_and_another_seed_draws_others():
    table = simulated_series(3, seed=4)[0]
    settings = SeriesSettings(draws=200, tune=200, limits={"ess_bulk": 50, "ess_tail": 50})
    before = one_series._compiled.cache_info()
    first, second = (fit_series(table, settings, seed=seed, workers=ONE_PROCESS) for seed in (1, 2))
    after = one_series._compiled.cache_info()
    assert after.misses - before.misses <= 1
    assert after.hits - before.hits >= 5
    assert (first["rate_median"] != second["rate_median"]).all()
    assert seed_from("series 000", 1) != seed_from("series 001", 1)


@pytest.mark.slow
def test_a_fit_that_fails_its_diagnostics_shows_no_figures():
    table = simulated_series(1)[0]
    settings = SeriesSettings(draws=100, tune=100, limits={"ess_bulk": 1e6})
    [row] = fit_series(table, settings, seed=1, workers=ONE_PROCESS).itertuples()
    assert row.state == "failed diagnostics"
    assert row.draws == 400
    assert row.ess_bulk < 1e6
    assert np.isnan([row.rate_median, row.rate_low, row.dispersion_high]).all()
    assert "below 1e+06: raise `draws`." in row.reasons


@pytest.mark.slow
def test_a_rate_by_hand():
    # Hardly dispersed, and a prior flat in the log of the rate: 30 incidents in 60 months leave
    # Gamma(30, 60), whose median is (30 - 1/3) / 60 = 0.4944 to three digits.
    settings = SeriesSettings(
        log_rate_scale=50, log_dispersion_mean=np.log(1e6), log_dispersion_scale=0.01
    )
    table = table_of(month=range(60), count=[0, 1] * 30)
    [row] = fit_series(table, settings, seed=2, workers=ONE_PROCESS).itertuples()
    assert row.state == "fitted"
    assert row.rate_median == pytest.approx(0.4944, abs=0.008)
    assert row.rate_low == pytest.approx(stats.gamma.ppf(0.05, 30) / 60, abs=0.012)
    assert row.rate_high == pytest.approx(stats.gamma.ppf(0.95, 30) / 60, abs=0.016)


def marginals(settings, one):
    """Grids of both logs with the posterior distribution function of each, by quadrature."""
    log_rate = np.linspace(-9, 6, 1501)
    log_dispersion = np.linspace(-5, 7, 601)
    density = by_scipy(settings, one, log_rate[:, None], log_dispersion[None, :])
    mass = np.exp(density - special.logsumexp(density))
    return {
        "rate": (log_rate, np.cumsum(mass.sum(axis=1)) - mass.sum(axis=1) / 2),
        "dispersion": (log_dispersion, np.cumsum(mass.sum(axis=0)) - mass.sum(axis=0) / 2),
    }


@pytest.mark.slow
def test_the_posterior_is_that_of_quadrature():
    table = simulated_series(6, months=24, seed=11)[0]
    quiet = pd.DataFrame({"series": "quiet", "month": range(24), "count": 0})
    table = pd.concat([table, quiet], ignore_index=True)
    table["exposure_months"] = np.where(np.arange(len(table)) % 24 == 23, 0.4, 1.0)
    fitted = fit_series(table, SETTINGS, seed=7, workers=ONE_PROCESS).set_index("series")
    assert (fitted["state"] == "fitted").all()
    for one in series_months(table):
        row = fitted.loc[one.name]
        for name, (grid, distribution) in marginals(SETTINGS, one).items():
            for part, probability in (("low", 0.05), ("median", 0.5), ("high", 0.95)):
                below = np.interp(np.log(row[f"{name}_{part}"]), grid, distribution)
                size = min(row["ess_bulk"], row["ess_tail"])
                error = np.sqrt(probability * (1 - probability) / size)
                assert abs(below - probability) < 4 * error, (one.name, name, part, below)


@pytest.mark.long
def test_intervals_hold_the_truth_as_often_as_they_say():
    table, truth = simulated_series(150, months=36, seed=20)
    fitted = fit_series(table, SETTINGS, seed=9, workers=FitSettings(workers=2))
    held = truth[fitted["state"] == "fitted"]
    fitted = fitted[fitted["state"] == "fitted"]
    assert len(fitted) >= 145
    for name in ("rate", "dispersion"):
        inside = held[name].between(fitted[f"{name}_low"], fitted[f"{name}_high"]).sum()
        low, high = stats.binom.ppf([0.001, 0.999], len(held), 0.9)
        assert low <= inside <= high, (name, inside)
