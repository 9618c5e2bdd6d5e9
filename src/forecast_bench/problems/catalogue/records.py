"""Problems of records that lack what they need."""

from forecast_bench.problems.catalogue.entry import Entry

RECORDS = {
    "wrong-shape": Entry(
        "A value has the wrong shape",
        "A list, a mapping and a text cannot stand for one another.",
        "Write the shape that the message names.",
    ),
    "unknown-key": Entry(
        "A key that the record does not have",
        "A misspelt key would be ignored, and what it says would be lost without a word.",
        "Use one of the keys listed, or remove it.",
    ),
    "missing-key": Entry(
        "A key that the record needs is missing",
        "Without it the judgment cannot be read, settled or scored.",
        "Add the key.",
    ),
    "bad-value": Entry(
        "A value cannot be read as what its key needs",
        "Values are read as text and then by their key; none is guessed.",
        "Write the value in the form that the message names.",
    ),
    "duplicate-id": Entry(
        "One id names two things",
        "Outcomes and scores are kept by id; two judgments under one would be mixed up.",
        "Give one of them another id. Ids are unique in the whole workspace.",
    ),
    "settings": Entry(
        "A setting in pyproject.toml is wrong",
        "A job that ran with another setting than the one meant would publish wrong numbers.",
        "Mend the entry under [tool.forecast-bench].",
    ),
    "unknown-analyst": Entry(
        "A team names an analyst who made no judgment",
        "A misspelt name would leave the judgments of the analyst out of the record of the team.",
        "Write the name as it stands on the judgments. One who has judged nothing yet may stay.",
        level="note",
        firm=False,
    ),
    "no-judgments": Entry(
        "The workspace holds no judgments",
        "An empty or a mistaken folder must not pass for a workspace without problems.",
        "Run the command in a workspace, name one with --workspace, or make one with init.",
    ),
}
