"""Problems of a team's own models."""

from forecast_bench.problems.catalogue.entry import Entry

OWN_MODELS = {
    "own-model-forbidden": Entry(
        "A rate law names a model that the settings do not allow",
        "A model is code: whoever can add one to the workspace could otherwise have anything run "
        "by the job, with what the job may read and write.",
        "Read the file, then list it under models in the settings.",
    ),
    "own-model-question": Entry(
        "A question that a team's own model cannot answer",
        "A model gives rates of the series that a question counts. A share needs a second filter.",
        "Name another rate law, or ask for a count, a change or a reach.",
    ),
    "own-model": Entry(
        "A team's own model does not keep to the contract, or its code fails",
        "A base rate from something else than rates would be a number without a meaning.",
        "Mend the file: see the how-to on your own model.",
    ),
}
