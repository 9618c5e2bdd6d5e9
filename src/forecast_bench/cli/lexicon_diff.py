"""`lexicon diff`: what words, and the open judgments made in them, would mean under another."""

from typing import Any

from forecast_bench.cli.output import print_json, print_line, print_table
from forecast_bench.lexicons import Lexicon, Phrase, Reading, compare, look_up, read_under
from forecast_bench.records.wording import number_of
from forecast_bench.workspace import Workspace


def show_difference(
    first: Lexicon, second: Lexicon, workspace: Workspace | None, *, as_json: bool
) -> None:
    """Print what the phrases of a lexicon, and the judgments pinned to it, mean under another."""
    phrases = [(one.phrase.phrase, _row(one)) for one in compare(first, second)]
    judgments = _judgments(first, second, workspace) if workspace is not None else []
    if as_json:
        print_json(
            {
                "from": first.key,
                "to": second.key,
                "phrases": [{"phrase": name, **row} for name, row in phrases],
                "judgments": [{"id": name, **row} for name, row in judgments],
            }
        )
        return
    columns = ["phrase", first.key, second.key, "phrases there that share its band"]
    print_table(columns, [[name, *_cells(row)] for name, row in phrases])
    lost = [name for name, row in phrases if row["kind"] == "absent"]
    if lost:
        print_line(f"not in {second.key}: {', '.join(lost)}")
    if workspace is None:
        return
    print_line()
    if not judgments:
        print_line(f"no open judgment states a phrase of {first.key}")
        return
    # What counts have settled, only the counts know: `status` tells.
    columns = ["judgment not settled by hand", "states", first.key, second.key, "phrases there"]
    print_table(columns, [[name, row["phrase"], *_cells(row)] for name, row in judgments])
    kinds = [row["kind"] for _, row in judgments]
    print_line(
        f"of {number_of(len(kinds), 'judgments')}: same band {kinds.count('same')}, "
        f"another band {kinds.count('moved')}, cannot be expressed by the same word "
        f"{kinds.count('absent')}"
    )


def _judgments(
    first: Lexicon, second: Lexicon, workspace: Workspace
) -> list[tuple[str, dict[str, Any]]]:
    """Judgments pinned to the first lexicon that nobody has settled by hand, as they stand now."""
    found = []
    for one in workspace.judgments:
        asked = workspace.question_of(one)
        settled = asked is not None and workspace.resolution_of(asked) is not None
        if settled or one.lexicon(workspace.settings.lexicon) != first.key:
            continue
        now = [one.judgment.probability, *(each.probability for each in one.judgment.revisions)][-1]
        phrase = look_up(first, now.phrase) if now is not None and now.phrase else None
        if phrase is not None:
            row = _row(read_under(phrase, second))
            found.append((one.id, {"phrase": phrase.phrase, **row}))
    return found


def _row(one: Reading) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "low": one.phrase.low,
        "high": one.phrase.high,
        "low_under": one.under.low if one.under else None,
        "high_under": one.under.high if one.under else None,
        "nearby": [f"{other.phrase} {_band(other)}" for other in one.nearby],
    }


def _cells(row: dict[str, Any]) -> list[str]:
    old = f"{row['low'] * 100:g}-{row['high'] * 100:g} %"
    new = "absent"
    if row["low_under"] is not None:
        same = " (same)" if row["kind"] == "same" else ""
        new = f"{row['low_under'] * 100:g}-{row['high_under'] * 100:g} %{same}"
    return [old, new, "none" if not row["nearby"] else ", ".join(row["nearby"])]


def _band(phrase: Phrase) -> str:
    return f"{phrase.low * 100:g}-{phrase.high * 100:g} %"
