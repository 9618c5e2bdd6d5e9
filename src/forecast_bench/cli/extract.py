"""`extract`: the estimates of a report, as draft judgments."""

import datetime
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    parse_day,
)
from forecast_bench.cli.output import print_json, report_problems
from forecast_bench.cli.terminal import is_terminal, printable
from forecast_bench.lexicons import Lexicon, load_shipped
from forecast_bench.prose import Vocabulary, languages, vocabulary_of
from forecast_bench.records import number_of
from forecast_bench.workspace import MODELS, find_workspace, load_workspace

if TYPE_CHECKING:
    from forecast_bench.prose.extraction import Extracted

_DEFAULT_LEXICON = "uk-phia@2025"


def extract_report(
    report: Annotated[
        Path, typer.Argument(metavar="FILE", help="Text, Markdown, HTML, PDF or DOCX.")
    ],
    *,
    lexicon: Annotated[
        str | None,
        typer.Option(
            metavar="ID@VERSION",
            help="The yardstick to read it under; the workspace's by default.",
        ),
    ] = None,
    analyst: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose judgments they are.")
    ] = None,
    issued: Annotated[
        datetime.date | None,
        typer.Option(metavar="DATE", parser=parse_day, help="The day of the report."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the drafts here; never over a file.")
    ] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Draft judgments from a report in prose.

    Every expression of likelihood is found with its line and column, and what is said around it:
    condition, horizon, negation, whose estimate it is. The drafts are YAML, to be edited; what a
    report does not say is left empty and marked, and check points at it.

    Example: forecast-bench extract report.md --issued 2018-01-31 --out judgments/report.yaml
    """
    # What reads reports is not loaded for the other commands.
    from forecast_bench.prose.documents import NoTextError, read_document
    from forecast_bench.prose.drafts import drafts
    from forecast_bench.prose.extraction import extract

    if not report.is_file():
        raise typer.BadParameter(f"{report} is not a file", param_hint="FILE")
    if out is not None and out.exists():
        raise typer.BadParameter(f"{out} exists already", param_hint="--out")
    known, chosen = _lexicons(workspace, lexicon)
    words = vocabulary_of(chosen.language)
    try:
        document = read_document(report, words)
    except NoTextError as failure:
        sys.stderr.write(f"{report}: {failure}\n")
        raise typer.Exit(ExitStatus.PROBLEMS) from None
    except OSError as failure:
        sys.stderr.write(f"{report} cannot be opened: {failure.strerror}\n")
        raise typer.Exit(ExitStatus.PROBLEMS) from None
    found = extract(document, lexicon=chosen, lexicons=known)
    text = drafts(
        found,
        words or Vocabulary(language=chosen.language),
        name=_identifier(report),
        title=report.stem,
        lexicon=chosen.key,
        analyst=analyst,
        issued=issued,
    )
    if out is not None:
        _write(out, text)
    if output is Format.json:
        print_json(_record(report, chosen, found))
    elif out is None:
        # A report is somebody else's text; whole, since the drafts may be copied from the screen.
        sys.stdout.write(printable(text, longest=len(text)) if is_terminal() else text)
    for note in (*document.notes, *_missing_vocabulary(chosen, words)):
        sys.stderr.write(f"{report}: {note}\n")
    sys.stderr.write(_summary(found) + "\n")


def _lexicons(workspace: Path | None, wanted: str | None) -> tuple[dict[str, Lexicon], Lexicon]:
    folder = workspace or find_workspace(Path.cwd())
    read = load_workspace(folder) if folder is not None else None
    known = dict(read.lexicons) if read is not None else dict(load_shipped())
    key = wanted or (read.settings.lexicon if read is not None else None) or _DEFAULT_LEXICON
    if key not in known:
        # A lexicon of the house that cannot be read is not there; its problems say why.
        faults = read.problems if read is not None else ()
        report_problems([one for one in faults if one.location.file.startswith(f"{MODELS}/")])
        listed = ", ".join(known)
        raise typer.BadParameter(f'no lexicon "{key}"; there are: {listed}', param_hint="--lexicon")
    return known, known[key]


def _identifier(report: Path) -> str:
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", report.stem).strip("-._")
    return kept or "report"


def _write(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as failure:
        sys.stderr.write(f"{out} cannot be written: {failure.strerror}\n")
        raise typer.Exit(ExitStatus.FAILED) from None


def _missing_vocabulary(chosen: Lexicon, words: Vocabulary | None) -> list[str]:
    if words is not None:
        return []
    return [
        f'there is no vocabulary of the language "{chosen.language}", only of '
        f"{', '.join(languages())}: only phrases of yardsticks were looked for"
    ]


def _summary(found: "Extracted") -> str:
    told = [one for one in found.estimates if one.around.attributed]
    confidence = [one for one in found.estimates if one.kind == "confidence"]
    own = [one for one in found.estimates if one not in told and one not in confidence]
    numbers = [one for one in own if one.reading is not None]
    parts = [f"{number_of(len(own), 'drafts')}, {len(numbers)} with a phrase of the yardstick"]
    if told:
        parts.append(f"{number_of(len(told), 'estimates')} of others")
    if confidence:
        parts.append(f"{number_of(len(confidence), 'statements')} of confidence")
    if found.claims:
        parts.append(f"{number_of(len(found.claims), 'sentences')} without a word of probability")
    return "; ".join(parts)


def _record(report: Path, chosen: Lexicon, found: "Extracted") -> dict[str, Any]:
    statements = [
        {
            "line": one.place.line,
            "column": one.place.column,
            "page": one.place.page,
            "text": one.text,
            "sentence": one.sentence,
            "clause": one.clause,
            "kind": one.kind,
            "phrase": one.phrase,
            "lexicon": one.lexicon,
            "low": one.reading.low if one.reading else None,
            "high": one.reading.high if one.reading else None,
            "others": [
                {"lexicon": other.lexicon, "low": other.low, "high": other.high}
                for other in one.others
            ],
            "negation": one.negation,
            "conditional": one.around.condition is not None,
            "condition": one.around.condition,
            "horizon": one.around.horizon,
            "tense": one.tense,
            "attributed": one.around.attributed,
        }
        for one in found.estimates
    ]
    claims = [
        {
            "line": one.place.line,
            "column": one.place.column,
            "page": one.place.page,
            "sentence": one.sentence,
        }
        for one in found.claims
    ]
    return {
        "file": str(report),
        "lexicon": chosen.key,
        "language": chosen.language,
        "statements": [one for one in statements if one["kind"] != "confidence"],
        "confidence": [one for one in statements if one["kind"] == "confidence"],
        "unhedged": claims,
    }
