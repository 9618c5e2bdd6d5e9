"""Judgments whose drift and dispersion are uncertain: base rates, tables, cards, commands."""

import datetime
import json

import numpy as np
import pytest

from first_case import small_case
from forecast_bench.cli import main
from forecast_bench.job import looking
from forecast_bench.rates import (
    ParameterRanges,
    RateParameters,
    ShareCounts,
    count_path_log_odds,
    mixed_area_laws,
    mixed_law,
    rate_law,
    reach_path_log_odds,
    share_path_log_odds,
)
from forecast_bench.rates.parameter_ranges import Range
from forecast_bench.review.card_facts import base_rate
from forecast_bench.review.row import Row
from forecast_bench.tracking import ParameterOrigin
from forecast_bench.tracking.parameter_columns import describe_parameters, parameter_columns
from forecast_bench.tracking.parameter_origin import FIXED
from forecast_bench.tracking.path import probability_of
from forecast_bench.updating import live_probability, log_odds

DAY = "2018-06-30"
JUDGMENTS = """\
report: {id: small, title: A test}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
questions:
  many: {count: {of: {actor: JNIM, type: abduction}, at_least: 20}, within: 18 months}
  few: {count: {of: {actor: JNIM, type: abduction}, at_most: 20}, within: 18 months}
  some: {count: {of: {actor: JNIM, type: abduction}, between: [10, 20]}, within: 18 months}
  more:
    change: {of: {actor: JNIM, type: abduction}, direction: increase, against: 12 months}
    within: 18 months
  share:
    share: {of: {actor: JNIM, countries: [Mali]}, also: {type: abduction}, at_least: 0.1}
    within: 18 months
  areas:
    reach: {of: {actor: JNIM, countries: [Burkina Faso, Mali]}, each: 1, at_least: 15}
    within: 18 months
judgments:
  - {id: many, statement: Many., probability: highly likely, question: many}
  - {id: few, statement: Few., probability: likely, question: few}
  - {id: some, statement: Some., probability: likely, question: some}
  - {id: more, statement: More., probability: likely, question: more}
  - {id: share, statement: A share., probability: likely, question: share}
  - {id: areas, statement: Areas., probability: likely, question: areas}
"""
BELIEVED = RateParameters(
    drift=np.array([0.3, 0.45, 0.6, 0.45]),
    dispersion=np.array([2.0, 1.0, 4.0, np.inf]),
    weight=np.array([0.25, 0.3, 0.25, 0.2]),
)
FITTED = ParameterOrigin(state="fitted", series=57, months=3420)


def seen(folder, parameters=BELIEVED, origin=FITTED):
    """Look at the workspace with what is believed of drift and dispersion filled in."""
    small_case(folder, JUDGMENTS)
    with pytest.MonkeyPatch.context() as patch:
        fill_in(patch, parameters, origin)
        found = looking.look(folder, as_of=datetime.date.fromisoformat(DAY))
    assert not found.broken, found.problems or found.alarms
    return found


def fill_in(patch, parameters, origin):
    fixed = looking.questions_to_count

    def believing(workspace, judgments):
        asked = fixed(workspace, judgments)
        return {key: one.believing(parameters, origin) for key, one in asked.items()}

    patch.setattr(looking, "questions_to_count", believing)


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    return seen(tmp_path_factory.mktemp("learned"))


def rows_of(found):
    return found.judgments.set_index("id")


def expected_odds(one):
    """Log odds of a judgment from the laws themselves, with the counts that were followed."""
    counts, asked = one.counted.counts, one.counted.asked
    window, ends = float(asked.window_months), counts.window.elapsed_months
    before = counts.baseline.count.sum(axis=0)
    if asked.question.reach:
        laws = mixed_area_laws(incidents=before, exposure_months=12, parameters=BELIEVED)
        return reach_path_log_odds(
            laws, areas=15, incidents_each=1, exposure_months=window,
            period_counts=counts.window.count, elapsed_months=ends,
        )  # fmt: skip
    law = mixed_law(incidents=before.sum(), exposure_months=12, parameters=BELIEVED)
    monthly = counts.window.count[:, 0]
    if asked.question.share:
        return share_path_log_odds(
            law, share="0.1", exposure_months=window, period_counts=monthly,
            baseline=ShareCounts(
                incidents=int(before.sum()), matches=int(counts.baseline.matching.sum())
            ),
            period_matches=counts.window.matching[:, 0], elapsed_months=ends,
        )  # fmt: skip
    fewest, most = {"many": (20, None), "few": (0, 20), "some": (10, 20), "more": (8, None)}[
        one.recorded.id
    ]
    return count_path_log_odds(
        law, fewest=fewest, most=most, exposure_months=window, period_counts=monthly,
        elapsed_months=ends,
    )  # fmt: skip


def test_every_kind_of_question_integrates_over_drift_and_dispersion(learned):
    rows = rows_of(learned)
    for one in learned.followed:
        odds = expected_odds(one)
        row = rows.loc[one.recorded.id]
        assert one.law.log_odds.tolist() == odds.tolist()
        assert row["base_rate"] == probability_of(odds[:1])[0]
        assert row["after"] == probability_of(odds[-1:])[0]
        live = live_probability(
            stated_log_odds=log_odds(row["prior_mean"]), base_log_odds=odds[0],
            after_log_odds=odds[-1],
        )  # fmt: skip
        assert row["live"] == pytest.approx(float(live), rel=1e-12)
    assert set(rows.index) == {"many", "few", "some", "more", "share", "areas"}


def test_fixed_parameters_are_one_point(tmp_path, learned):
    one = RateParameters.known(drift=0.5, dispersion=None)
    fixed = rows_of(seen(tmp_path / "point", one, FITTED))
    small_case(tmp_path / "plain", JUDGMENTS)
    plain = rows_of(looking.look(tmp_path / "plain", as_of=datetime.date.fromisoformat(DAY)))
    names = ["base_rate", "after", "live", "law_shape", "law_rate", "rate_mean", "drift"]
    assert plain[names].equals(fixed[names])
    assert (plain["parameters_from"] == "fixed").all()
    assert plain[["drift_low", "dispersion", "parameters_series"]].isna().all(axis=None)
    assert not np.isclose(
        plain["base_rate"].astype(float), rows_of(learned)["base_rate"].astype(float), rtol=1e-3
    ).any()
    law = rate_law(incidents=5, exposure_months=12)
    assert plain.loc["many", "law_shape"] == float(law.shape)
    assert plain.loc["many", "rate_mean"] == pytest.approx(float(law.shape / law.rate), rel=1e-12)


def test_the_table_tells_where_drift_and_dispersion_come_from(learned):
    row = rows_of(learned).loc["many"]
    # Distinct drifts .3, .45, .6 weigh .25, .5, .25: middles .125, .5, .875.
    assert (row["drift"], row["drift_low"], row["drift_high"]) == pytest.approx((0.45, 0.3, 0.6))
    # Reciprocals 0, .25, .5, 1 weigh .2, .25, .25, .3: middles .1, .325, .575, .85.
    assert row["dispersion"] == pytest.approx(1 / (0.25 + 0.25 * (0.5 - 0.325) / 0.25))
    assert row["dispersion_low"] == 1.0
    assert row["dispersion_high"] is None or np.isnan(float(row.fillna(np.nan)["dispersion_high"]))
    assert (row["parameters_from"], row["parameters_series"], row["parameters_months"]) == (
        "fitted",
        57,
        3420,
    )
    assert row["parameters_points"] == 4
    assert row["parameters_text"] == (
        "drift 0.45 (0.30 to 0.60), dispersion 2.4 (1.0 to no limit), learned from 57 series"
    )
    law = mixed_law(incidents=5, exposure_months=12, parameters=BELIEVED)
    assert row["rate_mean"] == float(law.mean[0])
    assert row[["law_shape", "law_rate"]].isna().all()


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (ParameterOrigin(state="prior"), "no panel to learn from: the prior speaks"),
        (ParameterOrigin(state="prior", series=2, months=24),
         "a panel of 2 series is too small: the prior speaks"),
        (FITTED, "learned from 57 series"),
    ],
)  # fmt: skip
def test_words(origin, text):
    ranges = ParameterRanges(Range(0.5, 0.2, 1.1), Range(2.0, 0.5, 12.0), points=9)
    assert describe_parameters(ranges, origin) == (
        f"drift 0.50 (0.20 to 1.10), dispersion 2.0 (0.5 to 12.0), {text}"
    )


def test_fixed_with_a_dispersion_in_words():
    ranges = ParameterRanges(Range(0.5, 0.5, 0.5), Range(1.5, 1.5, 1.5), points=1)
    assert describe_parameters(ranges, FIXED) == "drift 0.50, dispersion 1.5, both fixed"
    assert set(parameter_columns(None).values()) == {None}


def test_an_origin_fits_its_parameters(learned):
    asked = learned.followed[0].counted.asked
    with pytest.raises(ValueError, match="do not fit their origin"):
        asked.believing(BELIEVED, FIXED)
    with pytest.raises(ValueError, match="series and months must not be negative"):
        ParameterOrigin(state="prior", series=-1)
    with pytest.raises(ValueError, match="fixed parameters come from no series"):
        ParameterOrigin(state="fixed", series=3)


def test_the_card_says_it(learned):
    rows = learned.judgments.set_index("id", drop=False)
    facts = dict(base_rate(Row(dict(rows.loc["many"]))).items)
    mean = rows.loc["many", "rate_mean"]
    assert facts["Law"].replace("\u00a0", " ") == (
        f"incidents a month: {mean:.3f} on average, a mixture of 4 Gamma laws"
    )
    assert facts["Drift and dispersion"] == rows.loc["many", "parameters_text"]
    areas = dict(base_rate(Row(dict(rows.loc["areas"]))).items)
    assert "Law" not in areas
    assert areas["Drift and dispersion"].endswith("learned from 57 series")


def test_the_commands_say_it(tmp_path, monkeypatch, capsys, learned):
    small_case(tmp_path, JUDGMENTS)
    fill_in(monkeypatch, BELIEVED, FITTED)

    def said(*arguments):
        with pytest.raises(SystemExit) as left:
            main([*arguments, "--workspace", str(tmp_path), "--as-of", DAY])
        assert not left.value.code
        return capsys.readouterr().out

    row = rows_of(learned).loc["many"]
    text = said("base-rate", "many")
    assert f"law: {row['parameters_text']}\n" in text
    assert f"base rate at issue: {row['base_rate']:.6f}\n" in text
    found = json.loads(said("base-rate", "many", "--format", "json"))
    assert (found["parameters_from"], found["parameters_series"]) == ("fitted", 57)
    assert (found["drift_low"], found["dispersion_high"], found["shape"]) == (0.3, None, None)
    last = said("status").splitlines()[-1]
    assert last == "base rates: drift and dispersion learned from a panel for 6"
    summary = json.loads(said("status", "--format", "json"))["judgments"][0]
    assert summary["parameters_from"] == "fitted"


def test_status_keeps_silent_where_all_are_fixed(tmp_path, capsys):
    small_case(tmp_path, JUDGMENTS)
    with pytest.raises(SystemExit):
        main(["status", "--workspace", str(tmp_path), "--as-of", DAY])
    assert "drift" not in capsys.readouterr().out
