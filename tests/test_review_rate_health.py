"""What the review says of the models of rates: fitted, approximated, failed, too small, own."""

from types import SimpleNamespace

import pytest

from forecast_bench.review.document import Paragraph, Table
from forecast_bench.review.rate_health import rate_blocks

PASSED = {"passed": True, "r_hat": 1.004, "ess_bulk": 812.4, "reasons": []}
PANEL = {
    "family": "sahel",
    "until": "2018-12-31",
    "state": "fitted",
    "because": "",
    "method": "NUTS",
    "series": 92,
    "months": 2208,
    "incidents": 613,
    "beliefs": [{"type": "battle", "drift": [0.82, 0.51, 1.17], "dispersion": [3.94, 2.1, 11.1]}],
    "diagnostics": PASSED,
    "agreement": {"apart": 0.123, "type": "battle"},
}
MODEL = {
    "model": "models/own.py",
    "question": "waves@2017-12-31",
    "window_months_fitted": 3,
    "draws": 8000,
    "diagnostics": PASSED,
}


def blocks(**manifest):
    return rate_blocks(SimpleNamespace(manifest=manifest))


def test_a_fitted_panel_says_what_it_rests_on_and_what_it_learned():
    said, learned = blocks(rates=[PANEL])
    assert isinstance(said, Paragraph)
    assert (said.text, said.tone) == (
        "Rates sahel, panel up to 2018-12-31: fitted by NUTS to 92 series, 2208 months, 613 "
        "incidents. Diagnostics passed: r-hat 1.004, effective sample sizes from 812. Sampling and "
        "approximation lie 0.12 posterior standard deviations apart at most.",
        "plain",
    )
    assert isinstance(learned, Table)
    assert [cell.text for cell in learned.rows[0]] == [
        "Battle",
        "0.82",
        "0.51 to 1.17",
        "3.9",
        "2.1 to 11.1",
    ]


@pytest.mark.parametrize(
    ("change", "text", "kind"),
    [
        (
            {"method": "nested Laplace", "diagnostics": None, "agreement": None},
            "fitted by nested Laplace to 92 series, 2208 months, 613 incidents. Approximated: "
            "nothing was sampled, so there is nothing to diagnose.",
            "plain",
        ),
        (
            {"diagnostics": {**PASSED, "passed": False, "reasons": ["ess_bulk is 312."]}},
            "fitted by NUTS to 92 series, 2208 months, 613 incidents. Diagnostics failed: ess_bulk "
            "is 312.",
            "alarm",
        ),
        (
            {"state": "prior speaks", "because": "it has 2 of 3 windows", "diagnostics": None},
            "too small, since it has 2 of 3 windows; the prior speaks (92 series, 2208 months, "
            "613 incidents).",
            "plain",
        ),
    ],
)
def test_what_was_not_sampled_or_failed_is_said(change, text, kind):
    said, _ = blocks(rates=[PANEL | change])
    assert said.text == f"Rates sahel, panel up to 2018-12-31: {text}"
    assert said.tone == kind


def test_own_models_are_listed_with_their_diagnostics():
    failed = MODEL | {"diagnostics": {**PASSED, "passed": False}}
    (listed,) = blocks(models=[MODEL, failed])
    assert [[cell.text for cell in row] for row in listed.rows] == [
        ["models/own.py", "waves@2017-12-31", "3", "8000", "1.004", "passed"],
        ["models/own.py", "waves@2017-12-31", "3", "8000", "1.004", "failed"],
    ]


def test_without_models_of_rates_nothing_is_said():
    assert blocks(rates=[], models=[]) == blocks() == []
