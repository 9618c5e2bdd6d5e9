"""The two models of this repository, fitted for real: slow, each fit compiles."""

import datetime

import numpy as np
import pytest
from scipy import special

from first_case import ROOT, first_case
from forecast_bench.bayes import OwnFitRequest, Series, fit_own_model, load, own_paths
from forecast_bench.bayes.settings import DiagnosticLimits
from forecast_bench.job.looking import look
from forecast_bench.rates import RateLaw, log_odds_reach, paths_log_odds
from forecast_bench.records import ModelLimits, OwnSampler


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("own-models")


def fitted(name, counts, prior, folder, *, ahead=18, kept="fits"):
    series, months = counts.shape
    fit = fit_own_model(
        OwnFitRequest(
            model=(ROOT / "models" / f"{name}.py").read_bytes(),
            series=Series(
                counts=counts,
                exposure=np.ones(months),
                actor=("JNIM",) * series,
                place=tuple(f"area {one}" for one in range(series)),
                kind=("battle",) * series,
                months=tuple(f"month {one}" for one in range(months)),
                future_exposure=np.ones(ahead),
                future_months=tuple(f"ahead {one}" for one in range(ahead)),
            ),
            prior=prior,
            sampler=OwnSampler(),
            base_seed=1,
            limits=ModelLimits(),
            judged_by=DiagnosticLimits(),
            kept_in=folder / kept,
            compiled_in=folder / "compiled",
        )
    )
    assert fit.diagnostics.passed, fit.diagnostics.reasons
    return fit


def posterior(fit):
    return load(fit.folder / "posterior.nc")["posterior"].dataset


@pytest.mark.long
def test_self_exciting_months_give_their_parameters_back(folder):
    truth = {"background": 1.5, "excitation": 0.55, "decay": 0.4}
    generator, counts = np.random.default_rng(3), []
    for _ in range(120):
        lag = np.arange(len(counts), 0, -1)
        felt = ((1 - truth["decay"]) * truth["decay"] ** (lag - 1) * np.array(counts)).sum()
        counts.append(generator.poisson(truth["background"] + truth["excitation"] * felt))
    prior = {
        "background": 0.5,
        "background_scale": 1.0,
        "excitation": 0.5,
        "excitation_weight": 4,
    }
    draws = posterior(fitted("self_exciting", np.array([counts]), prior, folder))
    for name, true in truth.items():
        low, high = np.quantile(draws[name], [0.05, 0.95])
        print(f"{name}: true {true}, 90 % interval {low:.3f} to {high:.3f}")  # noqa: T201
        assert low < true < high
    assert draws["excitation"].std() < 0.15


@pytest.mark.long
def test_areas_give_their_rates_back(folder):
    generator, areas, months = np.random.default_rng(5), 40, 24
    true = generator.gamma(0.5, 0.8 / 0.5, areas)
    counts = generator.poisson(true[:, None], (areas, months))
    prior = {"level": 0.5, "level_scale": 1.0, "shape": 0.5, "drift": 0.5, "share": 0.7}
    draws = posterior(fitted("regional", counts, prior, folder))
    low, high = np.quantile(draws["rate"], [0.05, 0.95], axis=(0, 1))
    inside = int(((low < true) & (true < high)).sum())
    level = np.quantile(draws["level"], [0.05, 0.95])
    print(f"rates inside their 90 % intervals: {inside} of {areas}; level 0.8, interval {level}")  # noqa: T201
    assert inside >= 31  # 36 expected; 31 or more in 99 of 100 such sets
    assert level[0] < 0.8 < level[1]
    ahead = np.log(draws["future_rate"].values[..., 0]) - np.log(draws["rate"].values)
    flat = ahead.reshape(-1, areas)
    assert flat.std() == pytest.approx(0.5, rel=0.03)
    together = np.corrcoef(flat[:, :8].T)[np.triu_indices(8, 1)].mean()
    assert together == pytest.approx(0.49, abs=0.03)  # the square of the share


@pytest.mark.slow
def test_areas_that_share_nothing_are_the_closed_form_in_every_process(folder):
    generator = np.random.default_rng(6)
    counts = generator.poisson(np.array([0.02, 0.1, 0.3, 0.05, 0.2])[:, None], (5, 12))
    prior = {"level": 0.4, "level_scale": 0, "shape": 0.5, "drift": 0, "share": 0}
    fit = fitted("regional", counts, prior, folder)
    (paths,) = own_paths(fit, seen=np.zeros((5, 0), dtype=np.int64))
    reached = (paths.to_come.sum(axis=2) >= 2).sum(axis=1) >= 4
    found = paths_log_odds(reached, log_weight=paths.log_weight)
    shape, rate = 0.5 + counts.sum(axis=1), np.full(5, 0.5 / 0.4 + 12)
    exact = log_odds_reach(
        RateLaw(shape=shape, rate=rate, dispersion=None),
        areas=4,
        incidents_each=2,
        exposure_months=18.0,
        incidents=np.zeros(5),
        elapsed_months=0.0,
    )
    told = f"{found.log_odds:.4f}, exact {float(exact):.4f}, s.e. {found.standard_error:.4f}"
    print(f"log odds {told}")  # noqa: T201
    assert found.log_odds == pytest.approx(float(exact), abs=4 * found.standard_error)
    again = fitted("regional", counts, prior, folder, kept="another")
    assert (again.reused, again.seed) == (False, fit.seed)
    for name, values in posterior(fit).items():
        assert np.array_equal(values, posterior(again)[name])


@pytest.mark.slow
def test_the_example_of_the_first_case_by_weighted_draws_of_its_prior(tmp_path):
    workspace = first_case(tmp_path, with_examples=True)
    seen = look(workspace, as_of=datetime.date(2018, 6, 30), fits="changed")
    (one,) = [one for one in seen.followed if one.recorded.id == "jnim-kidnap-waves"]
    history = one.counted.counts.baseline.count[:, 0]
    window = one.counted.counts.window.count[:, 0]
    generator, draws = np.random.default_rng(9), 400_000
    background = np.exp(np.log(0.5) + generator.normal(size=draws))
    excitation, decay = generator.beta(2, 2, (2, draws))

    def felt(counts):
        lag = np.arange(counts.shape[-1], 0, -1)
        return ((1 - decay[:, None]) * decay[:, None] ** (lag - 1) * counts).sum(axis=1)

    logs = np.zeros(draws)
    for known, found in ((12, one.law.estimates[0]), (18, one.law.estimates[6])):
        told = np.concatenate([history, window])[:known]
        logs[:] = 0
        for month in range(known):
            rate = background + excitation * felt(told[None, :month])
            logs += special.xlogy(told[month], rate) - rate
        path = np.broadcast_to(told, (draws, known))
        for _ in range(known, 30):
            count = generator.poisson(background + excitation * felt(path))
            path = np.concatenate([path, count[:, None]], axis=1)
        weight = np.exp(logs - special.logsumexp(logs))
        share = float((weight * (path[:, 12:].sum(axis=1) >= 18)).sum())
        error = np.sqrt(((weight * (path[:, 12:].sum(axis=1) >= 18) - weight * share) ** 2).sum())
        expected, slack = special.logit(share), error / (share * (1 - share))
        print(f"{known} months: {found.log_odds:.3f} by NUTS, {expected:.3f} by weighted priors")  # noqa: T201
        assert found.log_odds == pytest.approx(
            expected, abs=4 * np.hypot(slack, found.standard_error)
        )
