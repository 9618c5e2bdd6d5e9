"""`status` and `show`: every judgment now, and the story of one."""

import json
from collections import Counter
from dataclasses import replace
from typing import Annotated, Any

import typer

from forecast_bench.cli.looking import (
    looked,
    pooled_questions,
    row_of,
    rows_of,
    with_recalibrated,
)
from forecast_bench.cli.options import (
    AsOfOption,
    Format,
    FormatOption,
    WorkspaceOption,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line, print_table
from forecast_bench.cli.story import as_document, print_story, story_of
from forecast_bench.cli.terminal import is_terminal


def status(
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.text,
    *,
    due: Annotated[
        bool, typer.Option("--due", help="Only those that wait for somebody to resolve them.")
    ] = False,
) -> None:
    """Show every judgment as it stands now.

    Stated and live probability, whether it left its band, days left, and outcome; recalibrated
    beside them where a recalibration is in force. Below, the undecided questions that several
    analysts judge, with their probabilities pooled.

    Example: forecast-bench status --as-of 2018-06-30
    """
    seen = looked(workspace_folder(workspace), as_of)
    map_id, judgments = with_recalibrated(seen, as_of)
    rows = rows_of(judgments)
    if due:
        rows = [row for row in rows if _is_overdue(row)]
    pooled = [] if due else pooled_questions(seen, as_of)
    if output is Format.json:
        print_json(
            {
                "judgments": [_summary(row) for row in rows],
                "recalibration": map_id,
                "pooled": [_pooled_summary(row) for row in pooled],
            }
        )
        return
    if not rows:
        print_line("nothing waits to be resolved" if due else "no judgment was issued by that day")
        return
    # Beside what was stated, and only where a map is in force.
    more = ["recalibrated"] if map_id else []
    if is_terminal():
        from forecast_bench.cli.board import print_board

        print_board(rows, said=_said, percent=_percent, more=more)
    else:
        _print_rows(rows, more)
    if map_id:
        print_line(f"recalibrated: by map {map_id}, in force; see recalibration show {map_id}")
    if origins := _origins(rows):
        print_line(f"base rates: drift and dispersion {origins}")
    undecided = [row for row in pooled if row["state"] in ("open", "settling")]
    if undecided:
        _print_pooled(undecided)


def _print_rows(rows: list[dict[str, Any]], more: list[str]) -> None:
    print_table(
        ["judgment", "stated", *more, "base rate", "live", "band", "days left", "state"],
        [
            [
                row["id"],
                _said(row),
                *(_percent(row[name]) for name in (*more, "base_rate", "live")),
                {"none": ""}.get(row["band_state"], row["band_state"]),
                row["days_left"],
                f"{row['state']}, overdue" if _is_overdue(row) else row["state"],
            ]
            for row in rows
        ],
        numeric=[*more, "base rate", "live", "days left"],
    )


def _print_pooled(rows: list[dict[str, Any]]) -> None:
    print_line("")
    print_table(
        ["question of several analysts", "analysts", "lowest", "highest", "pooled", "state"],
        [
            [
                row["question"],
                row["analysts"],
                *(_percent(row[name]) for name in ("lowest", "highest", "pooled_live")),
                row["state"],
            ]
            for row in rows
        ],
        numeric=["analysts", "lowest", "highest", "pooled"],
    )


def _pooled_summary(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "opinions": json.loads(row["opinions"])}


def _origins(rows: list[dict[str, Any]]) -> str:
    """Say of how many base rates drift and dispersion are learned; nothing where all are fixed."""
    found = Counter(row["parameters_from"] for row in rows if row["base_rate"] is not None)
    if not found.keys() - {"fixed"}:
        return ""
    said = {"fitted": "learned from a panel", "prior": "by the prior alone", "fixed": "fixed"}
    return ", ".join(f"{text} for {found[name]}" for name, text in said.items() if found[name])


def show(
    identifier: Annotated[str, typer.Argument(metavar="ID")],
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Tell one judgment's story.

    Its statements, counts, live probability over time, outcome and scores; every move of the live
    probability with what the analyst and what the counts moved; and, once it has an outcome, a
    post-mortem.

    Example: forecast-bench show jnim-kidnap-more
    """
    from forecast_bench.cli.options import today_or
    from forecast_bench.tracking import path_table

    seen = looked(workspace_folder(workspace), as_of)
    map_id, judgments = with_recalibrated(seen, as_of)
    row = row_of(replace(seen, judgments=judgments), identifier)
    own = [one for one in seen.followed if one.recorded.id == identifier]
    path = rows_of(path_table(own, as_of=today_or(as_of)))
    story = story_of(seen, identifier, today_or(as_of))
    if output is Format.json:
        print_json({"judgment": row, "path": path, "recalibration": map_id, **as_document(story)})
        return
    _tell(row, path, map_id)
    if is_terminal():
        from forecast_bench.cli.path_plots import print_path_plots
        from forecast_bench.tracking import count_table

        print_path_plots(path, rows_of(count_table(own)))
    print_story(row, story)


def _tell(row: dict[str, Any], path: list[dict[str, Any]], map_id: str | None) -> None:
    print_line(f"{row['id']}: {row['statement']}")
    print_line(f"  {row['file']}:{row['line']}, {row['analyst']}, issued {row['issued']}")
    print_line(f"  stated: {_first_said(row)}")
    for one in json.loads(row["revisions"]):
        print_line(f"  revised {one['on']}: {one['text']} ({one['mean']:.0%}), {one['because']}")
    if map_id and row["recalibrated"] is not None:
        ends = f"{_percent(row['recalibrated_low'])} to {_percent(row['recalibrated_high'])}"
        print_line(
            f"  recalibrated, from what was first stated: {_percent(row['recalibrated'])} "
            f"(credible interval {ends}), by map {map_id}, in force"
        )
    print_line(f"  question: {row['question_text']}")
    if row["given"]:
        state = f" ({row['given_state']})" if row["given_state"] else ""
        print_line(f"  given: {row['given']}{state}")
    if row["baseline_text"]:
        print_line(f"  baseline: {row['baseline_text']}; event: {row['threshold_text']}")
        by = f", by the model {row['model']}" if row["model"] else ""
        print_line(f"  base rate at issue: {_percent(row['base_rate'])}{by}")
    outcome = f"{row['state']}{', ' + row['outcome_on'] if row['outcome_on'] else ''}"
    because = row["evidence"] or row["state_reason"]
    print_line(f"  outcome: {outcome}{' (' + because + ')' if because else ''}")
    if row["nearness"]:
        print_line(f"  how near: {row['nearness']}")
    if row["brier"] is not None:
        skill = "" if row["skill"] is None else f", skill against the base rate {row['skill']:.2f}"
        print_line(
            f"  scores (lower is better): Brier {row['brier']:.4f} of 0..1, "
            f"log {row['log_score']:.4f} nats{skill}"
        )
    if row["moved_text"]:
        print_line(f"  moved: {row['moved_text']}")
    if path:
        print_line("")
        print_table(
            ["date", "count", "stated", "base rate", "live"],
            [
                [
                    one["date"],
                    one["count"],
                    _percent(one["stated"]),
                    _percent(one["after"]),
                    _percent(one["live"]),
                ]
                for one in path
            ],
            numeric=["count", "stated", "base rate", "live"],
        )


def _summary(row: dict[str, Any]) -> dict[str, Any]:
    names = "id base_rate live state outcome_on count days_left band_state question window_end"
    names += " recalibrated recalibrated_low recalibrated_high parameters_from"
    return {
        **{name: row[name] for name in names.split()},
        "stated": row["stated_text"],
        "stated_probability": row["now_mean"],
        "low": row["now_band_low"],
        "high": row["now_band_high"],
        "outcome": row["state"] if row["state"] in ("occurred", "did not occur") else None,
        "reason": row["state_reason"],
    }


def _said(row: dict[str, Any]) -> str:
    """The word, always with its number."""
    if row["prior_mean"] is None:
        return f"{row['stated_text']} (no number)"
    return f"{row['now_text']} ({row['now_mean']:.0%})"


def _first_said(row: dict[str, Any]) -> str:
    if row["prior_mean"] is None:
        return _said(row)
    return f"{row['stated_text']} ({row['prior_mean']:.0%})"


def _is_overdue(row: dict[str, Any]) -> bool:
    return row["state"] == "open" and (row["state_reason"] or "").startswith("overdue")


def _percent(value: float | None) -> str:
    """Percent to one place; what is not certain never looks certain."""
    if value is None:
        return ""
    if 0 < value < 0.0005:
        return "<0.1%"
    if 0.9995 < value < 1:
        return ">99.9%"
    return f"{value:.1%}"
