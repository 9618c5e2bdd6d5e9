"""Questions of months for tests, with what was counted for them."""

import datetime

import numpy as np

from forecast_bench.records import Question, RateSpecification, Window
from forecast_bench.tracking import (
    AskedQuestion,
    ParameterOrigin,
    QuestionCounts,
    periods,
    window_periods,
)
from forecast_bench.tracking.law_path import law_path
from forecast_bench.tracking.periods import PartCounts

DAY = datetime.date


def asked_months(*, window, months, rates=None, parameters=None):
    question = Question.model_validate(
        {"months": {"of": {}, **months}, "window": {"from": window[0], "to": window[1]}}
    )
    origin = {} if parameters is None else {"origin": ParameterOrigin(state="prior")}
    return AskedQuestion(
        name="q",
        question=question,
        issued=DAY(2017, 12, 31),
        window=question.window,
        baseline=Window(start=DAY(2017, 1, 1), end=DAY(2017, 12, 31)),
        rates=RateSpecification.model_validate({"baseline": "12 months", **(rates or {})}),
        source=None,
        parameters=parameters,
        **origin,
    )


def _part(found, counts):
    column = np.array(counts, dtype=np.int64)[:, None]
    none = np.zeros_like(column)
    return PartCounts(tuple(found[: len(counts)]), column, none, none)


def counted_months(asked, seen, *, baseline=5):
    before = periods(asked.baseline, known_until=asked.baseline.end)
    return QuestionCounts(
        _part(before, [baseline, *[0] * 11]), _part(window_periods(asked), seen), _part((), [])
    )


def months_estimates(asked, counts):
    return law_path(asked, counts).estimates


SHORT = ("2018-01-01", "2018-03-31")
LONG = ("2018-01-01", "2019-06-30")


def chances_of(asked, seen, **more):
    found = months_estimates(asked, counted_months(asked, seen, **more))
    return [(1 / (1 + np.exp(-one.log_odds)), one) for one in found]
