"""What a review says of replicated data and of simpler models."""

from pathlib import Path

import pandas as pd

from forecast_bench.review.document import Details, Figure, Paragraph, Table
from forecast_bench.review.model_checks import left_out_blocks, predictive_blocks
from forecast_bench.review.row import Row
from forecast_bench.review.run import Run

NONE = pd.DataFrame({"judgment": [], "id": []})
MANIFEST = {
    "predictive": {
        "statement": "Nothing in these measures speaks against the model.",
        "replicates": 500,
        "measures": [
            {
                "measure": "mcb",
                "observed": 0.0123,
                "low": 0.004,
                "median": 0.008,
                "high": 0.02,
                "p_value": 0.305,
                "prior_low": 0.001,
                "prior_high": 0.05,
                "prior_p_value": 0.41,
            }
        ],
    },
    "left_out": [
        {
            "model": "slope",
            "elpd": -1088.96,
            "less": 11.31,
            "standard_error": None,
            "largest_k": 0.0154,
            "bad_k": 0.0,
            "outcomes": 2000,
            "clusters": 1,
            "statement": "cannot be told from the full model",
        }
    ],
}
SHARES = pd.DataFrame(
    {
        "by": ["phrase", "stated"],
        "level": ["likely", "60% to 70%"],
        "n": [40, 40],
        "stated": [0.65, 0.65],
        "observed": [0.5, 0.5],
        "low": [0.51, 0.45],
        "median": [0.6, 0.6],
        "high": [0.75, 0.75],
        "inside": [False, True],
    }
)


def run(*, pictures, shares):
    none = (NONE, NONE, NONE, NONE, NONE, None, None)
    return Run(Path(), {"recalibration": MANIFEST}, {}, (), *none, pictures, (), shares)


def texts(shown):
    return [[cell.text for cell in row] for row in shown.rows]


def test_replicated_data_are_told_drawn_and_tabled():
    picture = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    found = predictive_blocks(run(pictures={"predictive": picture}, shares=SHARES), Row(MANIFEST))
    said, measures, figure, shares = found
    assert isinstance(said, Paragraph)
    assert said.text == "Replicated data: Nothing in these measures speaks against the model."
    assert isinstance(measures, Table)
    assert texts(measures)[0] == [
        "Miscalibration (MCB, Brier)",
        "0.012",
        "0.008",
        "0.004 to 0.020",
        "0.30",
        "0.001 to 0.050",
        "0.41",
    ]
    assert isinstance(figure, Figure)
    assert figure.name == "model-predictive"
    assert figure.alternative.endswith("Nothing in these measures speaks against the model.")
    assert "from the prior (pale)" in figure.caption
    assert isinstance(shares, Details)
    (listed,) = shares.blocks
    assert [row[0] for row in texts(listed)] == ["phrase", "stated value"]
    assert [row[-1] for row in texts(listed)] == ["no", "yes"]


def test_simpler_models_stand_beside_the_full_one():
    (shown,) = left_out_blocks(Row(MANIFEST))
    assert isinstance(shown, Table)
    assert texts(shown)[0] == [
        "One slope for all",
        "\u22121089.0",
        "11.3",
        "not available",
        "0.02",
        "cannot be told from the full model",
    ]
    assert "Other outcomes of the same question are not left out with it" in shown.caption


def test_a_run_of_before_says_nothing_of_them():
    assert predictive_blocks(run(pictures={}, shares=None), Row({})) == []
    assert left_out_blocks(Row({})) == []
