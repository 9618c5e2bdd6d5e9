"""The contract of a team's own model: every way to miss it, with the exact message and line."""

import json

import arviz
import numpy as np
import pytest

from forecast_bench.bayes import Series
from forecast_bench.bayes.own_models import child
from forecast_bench.bayes.own_models.contract import (
    ModelFault,
    held_next_rate,
    make_model,
    read_model,
)

SERIES = Series(
    counts=np.array([[1, 0, 2], [0, 0, 1]]),
    exposure=np.ones(3),
    actor=("JNIM", "JNIM"),
    place=("Gao", "Mopti"),
    kind=("battle", "battle"),
    months=("2017-10", "2017-11", "2017-12"),
    future_exposure=np.ones(4),
    future_months=("2018-01", "2018-02", "2018-03", "2018-04"),
)
HEAD = "import pymc as pm\n\n\ndef model(series, prior):\n"
GOOD = """\
    with pm.Model(coords=series.coords) as made:
        rate = pm.Gamma("rate", 1, 1, dims="series")
        ahead = rate[:, None] * pm.math.ones((1, series.ahead))
        pm.Deterministic("future_rate", ahead, dims=("series", "future_month"))
    return made
"""
SEQUENTIAL = """\
    with pm.Model() as made:
        pm.Gamma("rate", 1, 1)
    return made


def next_rate(draws, history):
"""


def written(folder, text):
    path = folder / "own_model.py"
    path.write_text(text, encoding="utf-8")
    return path


def fault(folder, text):
    with pytest.raises(ModelFault) as found:
        make_model(read_model(written(folder, text)), SERIES, {"level": 1.0})
    return found.value.line, found.value.message


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("def model(:\n", 1, "SyntaxError: invalid syntax"),
        ("x = 1\ny = x / 0\n", 2, "ZeroDivisionError: division by zero"),
        ("\nimport regional_tools\n", 2, "ModuleNotFoundError: No module named 'regional_tools'"),
        ("import sys\nsys.exit(3)\n", 2, "SystemExit: 3"),
        ("rate = 3\n", 1, "the file defines no function model(series, prior)"),
        ("model = 3\n", 1, "model is a int, not a function"),
    ],
)
def test_a_file_that_is_no_model(text, line, message, tmp_path):
    assert fault(tmp_path, text) == (line, message)


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("    return 3\n", 4, "model() returned a int, not a pymc.Model"),
        ('    return prior["spread"]\n', 5, "KeyError: 'spread'"),
        (
            "    with pm.Model() as made:\n        pm.Normal('a')\n    return made\n",
            4,
            'the model has no variable "future_rate", and the file no function next_rate',
        ),
        (
            "    with pm.Model() as made:\n"
            "        pm.Deterministic('future_rate', pm.math.ones((2, 4)))\n    return made\n",
            4,
            "the model has no variable to sample",
        ),
        (
            GOOD.replace(', dims=("series", "future_month")', ""),
            4,
            '"future_rate" has the dimensions: none; it needs: series, future_month',
        ),
        (
            GOOD.replace('dims=("series", "future_month")', 'dims=("future_month", "series")'),
            4,
            '"future_rate" has the dimensions: future_month, series; it needs: series, '
            "future_month",
        ),
        (
            GOOD.replace("series.ahead", "3"),
            4,
            '"future_rate" has the shape (2, 3); it needs (2, 4)',
        ),
        (
            GOOD.replace("    return", '        pm.Gamma("dispersion", 1, 1, shape=3)\n    return'),
            4,
            '"dispersion" has the shape (3,); it needs to be one number',
        ),
        (
            GOOD + "\n\ndef next_rate(draws, history):\n    return 1\n",
            4,
            'the file has both "future_rate" and next_rate; keep one',
        ),
        (
            "    with pm.Model() as made:\n        pm.Normal('a', dims='area')\n    return made\n",
            6,
            "KeyError: \"Dimensions {'area'} are unknown to the model and cannot be used to "
            'specify a `shape`."',
        ),
    ],
)
def test_a_model_that_is_not_as_agreed(body, line, message, tmp_path):
    assert fault(tmp_path, HEAD + body) == (line, message)


def test_a_model_as_agreed_is_taken(tmp_path):
    own = read_model(written(tmp_path, HEAD + GOOD))
    assert own.next_rate is None
    assert "future_rate" in make_model(own, SERIES, {}).named_vars


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("    return draws['level']\n", 11, "KeyError: 'level'"),
        ("    return 'many'\n", 10, "next_rate() returned a str, not numbers"),
        ("    return draws['rate']\n", 10, "next_rate() returned the shape (5,); it needs (5, 2)"),
        (
            "    return history[:, :, -1] - 1.0\n",
            10,
            "what next_rate() returned is negative in 5 of 5 draws",
        ),
        (
            "    return history[:, :, -1] * float('nan')\n",
            10,
            "what next_rate() returned is not finite in 5 of 5 draws",
        ),
        (
            "    return history[:, :, -1] + draws['rate'][:, None] * 1e10\n",
            10,
            "what next_rate() returned is above 1e+09 incidents a month in 4 of 5 draws",
        ),
    ],
)
def test_a_next_rate_that_is_none(body, line, message, tmp_path):
    own = read_model(written(tmp_path, HEAD + SEQUENTIAL + body))
    next_rate = held_next_rate(own, {"rate": np.arange(5.0)})
    with pytest.raises(ModelFault) as found:
        next_rate(np.broadcast_to(SERIES.counts[:, -1:] * 0, (5, 2, 1)))
    assert (found.value.line, found.value.message) == (line, message)


@pytest.mark.parametrize(
    ("rates", "dispersion", "message"),
    [
        ([1, np.nan, 2, np.inf], None, '"future_rate" is not finite in 2 of 4 draws'),
        ([1, -1e-9, 2, 3], None, '"future_rate" is negative in 1 of 4 draws'),
        ([2e9, 1, 1, 1], None, '"future_rate" is above 1e+09 incidents a month in 1 of 4 draws'),
        ([1, 1, 1, 1], [1, 0, np.nan, 2], '"dispersion" is not a number above 0 in 2 of 4 draws'),
    ],
)
def test_draws_that_are_no_rates(rates, dispersion, message, tmp_path, monkeypatch):
    def sampled(model, request):
        ahead = np.ones((2, 2, 2, 4)) * np.array(rates).reshape(2, 2, 1, 1)
        found = {"rate": np.ones((2, 2, 2)), "future_rate": ahead}
        if dispersion is not None:
            found["dispersion"] = np.array(dispersion).reshape(2, 2)
        return arviz.from_dict({"posterior": found})

    monkeypatch.setattr(child, "_sampled", sampled)
    written(tmp_path, HEAD + GOOD)
    with pytest.raises(ModelFault) as found:
        child.fit(tmp_path, {"series": SERIES.as_record(), "prior": {}})
    assert (found.value.line, found.value.message) == (4, message)


def test_what_the_sampler_refuses_is_told_at_the_model(tmp_path, monkeypatch):
    def sampled(model, request):
        raise ValueError("Discrete variables\nare not sampled")

    monkeypatch.setattr(child, "_sampled", sampled)
    written(tmp_path, HEAD + GOOD)
    with pytest.raises(ModelFault) as found:
        child.fit(tmp_path, {"series": SERIES.as_record(), "prior": {}})
    assert (found.value.line, found.value.message) == (
        4,
        "ValueError: Discrete variables are not sampled",
    )


def test_series_survive_their_record_and_grow_by_what_was_seen():
    again = Series.from_record(json.loads(json.dumps(SERIES.as_record())))
    assert again.as_record() == SERIES.as_record()
    later = SERIES.after(np.array([[5], [6]]))
    assert later.counts.tolist() == [[1, 0, 2, 5], [0, 0, 1, 6]]
    assert later.months[-1] == "2018-01"
    assert (later.ahead, later.future_months[0]) == (3, "2018-02")
    assert SERIES.coords["series"] == ["JNIM, Gao, battle", "JNIM, Mopti, battle"]


def test_series_of_other_lengths_are_a_mistake_of_ours():
    record = SERIES.as_record()
    for name in ("actor", "exposure", "future_exposure"):
        with pytest.raises(ValueError, match="one"):
            Series.from_record(record | {name: record[name][:1]})
