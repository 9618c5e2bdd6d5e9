"""Replicated data and simpler models, against sums done by hand and by other libraries."""

import arviz
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.special import expit, log_expit, logit

from forecast_bench.bayes import (
    RecalibrationSettings,
    cells,
    left_out_comparison,
    left_out_points,
    predictive_checks,
    predictive_figure,
    predictive_statement,
)
from forecast_bench.bayes.cell_counts import cell_of
from forecast_bench.bayes.cell_lines import cell_log_odds, prior_values
from forecast_bench.bayes.left_out import FULL, MODELS, left_out_statement
from forecast_bench.bayes.simple_models import simple_draws, simple_posterior
from forecast_bench.reliability import (
    calibration_in_the_large,
    corp_decomposition,
    over_under_confidence,
)
from test_bayes_covariates import with_steps
from test_bayes_recalibration import NO_GROUPS, simulated

PLAIN = RecalibrationSettings(**NO_GROUPS)


def drawn_posterior(counted, settings=PLAIN, *, number=4000, seed=3):
    """A fit of a model without groups, drawn by quadrature in place of the sampler."""
    values = simple_draws(
        simple_posterior(counted, settings, "shift and slope"), number=number, seed=1
    )
    tree = arviz.from_dict(
        {"posterior": {name: one.reshape(4, -1) for name, one in values.items()}}
    )
    tree.attrs.update(settings=settings.model_dump_json(), seed=seed, outcomes=counted.outcomes)
    return tree


@pytest.fixture(scope="module")
def frame():
    made = simulated(400, seed=2, group=0.0)
    return made.assign(question=[f"q{at // 2}" for at in range(400)])


@pytest.fixture(scope="module")
def fitted(frame):
    counted = cells(frame)
    return drawn_posterior(counted), counted


@pytest.mark.parametrize("outcomes", [0, 30, 20_000])
def test_a_simple_posterior_is_that_of_quadrature(outcomes):
    frame = simulated(outcomes, group=0.0) if outcomes else simulated(5).head(0)
    counted = cells(frame)
    z, n, y = counted.log_odds, counted.trials, counted.occurred

    def height(a, b):
        eta = a + np.exp(b) * z
        return (y * eta - n * np.logaddexp(0, eta)).sum() - a**2 / (2 * 0.25) - b**2 / (2 * 0.09)

    for model, column, of in (
        ("shift", 0, lambda x: height(x, 0)),
        ("slope", 1, lambda x: height(0, x)),
    ):
        found = simple_posterior(counted, PLAIN, model)
        at = found.points[:, column]
        mean = found.weight @ at
        sd = np.sqrt(found.weight @ (at - mean) ** 2)
        peak = of(mean)
        low, high = mean - 9 * sd, mean + 9 * sd
        mass, first, second = (
            quad(lambda x, p=p, o=of, h=peak: x**p * np.exp(o(x) - h), low, high, points=[mean])[0]
            for p in range(3)
        )
        assert mean == pytest.approx(first / mass, abs=1e-4 * sd)
        exact = np.sqrt(second / mass - (first / mass) ** 2)
        assert sd == pytest.approx(exact, rel=1e-3)
        drawn = list(simple_draws(found, number=4000, seed=1).values())
        assert drawn[column].mean() == pytest.approx(mean, abs=0.06 * sd)
        assert drawn[column].std() == pytest.approx(sd, rel=0.05)
        assert (drawn[1 - column] == 0).all()


def test_both_parameters_agree_with_each_alone_where_they_do_not_meet():
    # Everybody states 0.5: the slope keeps its prior, the shift has the posterior of a shift.
    rows = simulated(60).assign(probability=0.5, phrase="even")
    both, alone = (simple_posterior(cells(rows), PLAIN, m) for m in ("shift and slope", "shift"))
    for power in (1, 2):
        assert both.weight @ both.points[:, 0] ** power == pytest.approx(
            alone.weight @ alone.points[:, 0] ** power, abs=1e-6
        )
    assert np.sqrt(both.weight @ both.points[:, 1] ** 2) == pytest.approx(0.3, rel=1e-3)


def test_log_odds_of_cells_are_those_of_the_model():
    counted = cells(with_steps(80))
    settings = RecalibrationSettings(horizons=True, confidences=True)
    values = prior_values(counted, settings, number=7, seed=5)
    (found,) = cell_log_odds(values, counted)
    one, at = 3, 11
    shift = values["intercept"][one] + sum(
        values[f"{name}_shift"][one, getattr(counted, name)[at]]
        for name in ("analyst", "phrase", "topic")
    )
    log_slope = (
        values["log_slope"][one]
        + values["analyst_log_slope"][one, counted.analyst[at]]
        + values["horizon_log_slope"][one] * counted.covariates["horizon_step"][at]
        + values["confidence_log_slope"][one] * counted.covariates["confidence_step"][at]
    )
    assert found[one, at] == pytest.approx(shift + np.exp(log_slope) * counted.log_odds[at])


def test_draws_from_the_prior_have_its_scales():
    counted = cells(simulated(50))
    values = prior_values(counted, RecalibrationSettings(), number=20_000, seed=1)
    assert values["intercept"].std() == pytest.approx(0.5, rel=0.03)
    assert values["log_slope"].std() == pytest.approx(0.3, rel=0.03)
    # A half-normal scale of 0.3 times a standard normal: variance 0.3 squared.
    assert values["analyst_shift"].std() == pytest.approx(0.3, rel=0.05)


def test_a_model_of_its_own_data_is_not_spoken_against(fitted, frame):
    idata, counted = fitted
    checks = predictive_checks(idata, counted)
    measures = checks.measures.set_index("measure")
    given = {"probability": frame["probability"], "outcome": frame["outcome"]}
    assert measures.loc["in_the_large", "observed"] == pytest.approx(
        calibration_in_the_large(**given)
    )
    assert measures.loc["over_under", "observed"] == pytest.approx(over_under_confidence(**given))
    assert measures.loc["mcb", "observed"] == pytest.approx(corp_decomposition(**given).mcb)
    assert measures["p_value"].between(0.05, 0.95).all()
    assert ((measures["low"] < measures["high"]) & (measures["prior_low"] < measures["low"])).all()
    shares = checks.shares.set_index(["by", "level"])
    observed = frame.groupby("phrase")["outcome"].mean()
    for phrase, share in observed.items():
        assert shares.loc[("phrase", phrase), "observed"] == pytest.approx(share)
    assert set(shares.loc["stated"].index) >= {"0% to 10%", "90% to 100%"}
    assert shares.loc["stated", "n"].sum() == shares.loc["phrase", "n"].sum() == 400
    assert predictive_statement(checks).startswith("Nothing in these measures speaks against the")
    again = predictive_checks(idata, counted)
    pd.testing.assert_frame_equal(checks.shares, again.shares)
    pd.testing.assert_frame_equal(checks.measures, again.measures)


def test_bands_are_those_of_binomials_where_the_parameters_are_known():
    # Hardly any prior spread: the replicated share of a phrase is a binomial share.
    tight = RecalibrationSettings(**NO_GROUPS, intercept_scale=1e-9, log_slope_scale=1e-9)
    rows = pd.DataFrame(
        {
            "probability": 0.3,
            "outcome": [1] * 10 + [0] * 90,
            "analyst": "a",
            "phrase": "p",
            "topic": "t",
        }
    )
    counted = cells(rows)
    checks = predictive_checks(drawn_posterior(counted, tight), counted, replicates=4000)
    (row,) = checks.shares[checks.shares["by"] == "phrase"].itertuples()
    low, high = stats.binom(100, 0.3).ppf([0.05, 0.95]) / 100
    assert (row.low, row.high) == pytest.approx((low, high), abs=0.011)
    assert (row.prior_low, row.prior_high) == pytest.approx((low, high), abs=0.011)
    assert not row.inside
    measures = checks.measures.set_index("measure")
    # Stated less observed is 0.2, as far as 10 or fewer of 100 are from 30.
    assert measures.loc["in_the_large", "p_value"] == pytest.approx(
        stats.binom(100, 0.3).cdf(10), abs=0.002
    )
    assert "does not reproduce calibration in the large (p 0.00)" in predictive_statement(checks)


def test_the_picture_of_replicated_data_is_the_same_bytes(fitted, tmp_path):
    checks = predictive_checks(*fitted)
    one, two = (predictive_figure(checks, tmp_path / name) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert one.name == "predictive.svg"
    assert b"phrase 3 (" in one.read_bytes()


def test_leaving_out_agrees_with_arviz_on_every_outcome(fitted, frame):
    idata, counted = fitted
    points = left_out_points(idata, counted)
    assert points["times"].sum() == 400
    table = left_out_comparison(points, frame.assign(question=range(400))).set_index("model")
    assert list(table.index) == list(MODELS)
    # The long way round: every outcome a column of its own, compared by ArviZ.
    sign = np.where(frame["outcome"] == 1, 1.0, -1.0)
    z = logit(frame["probability"].to_numpy())

    def tree(eta):
        return arviz.from_dict(
            {
                "posterior": {"a": eta[:, 0].reshape(4, -1)},
                "log_likelihood": {"y": log_expit(sign * eta).reshape(4, -1, 400)},
            }
        )

    both = {
        name: idata["posterior"][name].to_numpy().ravel() for name in ("intercept", "log_slope")
    }
    slope = simple_draws(simple_posterior(counted, PLAIN, "slope"), number=4000, seed=9)
    etas = {
        FULL: both["intercept"][:, None] + np.exp(both["log_slope"])[:, None] * z,
        "slope": np.exp(slope["log_slope"])[:, None] * z,
    }
    loo = {name: arviz.loo(tree(eta), pointwise=True, reff=1.0) for name, eta in etas.items()}
    for name, one in loo.items():
        assert table.loc[name, "elpd"] == pytest.approx(float(one.elpd), abs=0.15)
    compared = arviz.compare(loo, round_to="none")
    other = compared.index[1]
    away = abs(table.loc["slope", "less"])
    assert away == pytest.approx(abs(compared.loc[other, "elpd_diff"]), abs=0.1)
    assert table.loc["slope", "standard_error"] == pytest.approx(
        compared.loc[other, "dse"], rel=0.1
    )


def test_leaving_out_agrees_with_fits_of_the_others(frame):
    few = frame.head(40)
    counted = cells(few)
    points = left_out_points(drawn_posterior(counted), counted)
    for model in ("shift", "slope"):
        for row in points.head(6).itertuples():
            taken = np.zeros_like(counted.trials)
            taken[row.cell] = 1
            fields = {
                "trials": counted.trials - taken,
                "occurred": counted.occurred - taken * row.outcome,
            }
            others = type(counted)(**{**vars(counted), **fields})
            left = simple_posterior(others, PLAIN, model)
            chance = left.weight @ expit(
                left.points[:, 0] + np.exp(left.points[:, 1]) * counted.log_odds[row.cell]
            )
            exact = np.log(chance if row.outcome else 1 - chance)
            column = points.columns.get_loc(model)
            assert row[column + 1] == pytest.approx(exact, abs=0.02)
    exact = log_expit(np.where(points["outcome"] == 1, 1, -1) * counted.log_odds[points["cell"]])
    np.testing.assert_allclose(points["identity"], exact)


def test_outcomes_that_share_a_fate_widen_the_error(fitted, frame):
    points = left_out_points(*fitted)
    alone = left_out_comparison(points, frame.assign(question=range(400))).set_index("model")
    pairs = left_out_comparison(points, frame).set_index("model")
    place = {(row.cell, row.outcome): at for at, row in enumerate(points.itertuples())}
    at = [place[one] for one in zip(cell_of(frame), frame["outcome"], strict=True)]
    d = (points[FULL] - points["identity"]).to_numpy()[at]
    # Standard errors of a sum: of 400 outcomes, and of 200 pairs.
    assert alone.loc["identity", "standard_error"] == pytest.approx(np.sqrt(400) * d.std(ddof=1))
    sums = d.reshape(-1, 2).sum(axis=1)
    assert pairs.loc["identity", "standard_error"] == pytest.approx(np.sqrt(200) * sums.std(ddof=1))
    assert alone.loc["identity", "less"] == pytest.approx(d.sum())
    assert (pairs.loc["identity", "clusters"], alone.loc["identity", "clusters"]) == (200, 400)
    one = left_out_comparison(points, frame.assign(question="q")).set_index("model")
    assert np.isnan(one.loc["identity", "standard_error"])
    assert one.loc["identity", "statement"] == "cannot be told from the full model"


def test_other_outcomes_than_those_left_out_are_refused(fitted, frame):
    points = left_out_points(*fitted)
    with pytest.raises(ValueError, match="the outcomes are not those that were left out"):
        left_out_comparison(points, frame.head(399))
    none = cells(frame.head(0))
    with pytest.raises(ValueError, match="nothing was observed"):
        left_out_points(fitted[0], none)
    with pytest.raises(ValueError, match="nothing was observed"):
        predictive_checks(fitted[0], none)


@pytest.mark.parametrize(
    ("less", "error", "bad", "said"),
    [
        (9.0, 4.0, 0.0, "the full model predicts outcomes left out better"),
        (-9.0, 4.0, 0.0, "predicts outcomes left out better than the full model"),
        (9.0, 5.0, 0.0, "cannot be told from the full model"),
        (3.9, 0.1, 0.0, "cannot be told from the full model"),
        (9.0, np.nan, 0.0, "cannot be told from the full model"),
        (
            9.0,
            4.0,
            0.125,
            "the full model predicts outcomes left out better; not to be relied on, since k is "
            "above 0.7 for 12.5%",
        ),
    ],
)
def test_no_more_is_said_than_can_be_told(less, error, bad, said):
    found = {"model": "slope", "less": less, "standard_error": error, "bad_k": bad}
    assert left_out_statement(found) == said
