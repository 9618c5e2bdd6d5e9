"""Problems as SARIF 2.1.0, the form in which code scanners exchange what they found."""

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from forecast_bench.problems.catalogue import CATALOGUE
from forecast_bench.problems.problem import Problem

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(
    problems: Sequence[Problem],
    suppressed: Sequence[tuple[Problem, str]] = (),
    *,
    version: str,
    prefix: str = "",
) -> dict[str, Any]:
    """All problems as one SARIF document; the suppressed ones are in it, marked with their reason.

    Parameters
    ----------
    problems : sequence of Problem
        What counts.
    suppressed : sequence of (Problem, str)
        What a comment allows, and the reason it gives.
    version : str
        Of this program.
    prefix : str
        Path of the workspace in the repository, with a slash at its end; empty at its root.

    Examples
    --------
    >>> from forecast_bench.problems import Location, problem
    >>> found = as_sarif([problem("file-empty", "it is empty", Location("a.yaml"))], version="1")
    >>> found["runs"][0]["results"][0]["ruleId"]
    'file-empty'
    """
    used = sorted({one.identifier for one in (*problems, *(one for one, _ in suppressed))})
    results = [_result(one, used, prefix) for one in problems]
    for one, reason in suppressed:
        allowed = [{"kind": "inSource", "status": "accepted", "justification": reason}]
        results.append({**_result(one, used, prefix), "suppressions": allowed})
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "forecast-bench",
                        "semanticVersion": version,
                        "rules": [_rule(identifier) for identifier in used],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": True}],
                "results": results,
            }
        ],
    }


def _rule(identifier: str) -> dict[str, Any]:
    entry = CATALOGUE[identifier]
    source = f" Source: {entry.source}." if entry.source else ""
    return {
        "id": identifier,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": f"{entry.why}{source}"},
        "help": {"text": entry.mend},
        "defaultConfiguration": {"level": entry.level},
    }


def _result(one: Problem, used: list[str], prefix: str) -> dict[str, Any]:
    place = one.location
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endColumn": place.end_column,
        "snippet": {"text": one.excerpt},
    }
    if not one.excerpt:
        del region["snippet"]
    # Without the line, so that a problem stays the same one when lines move above it.
    same = "\n".join((one.identifier, place.file, one.excerpt.strip(), one.message))
    return {
        "ruleId": one.identifier,
        "ruleIndex": used.index(one.identifier),
        "level": one.level,
        "message": {"text": "\n".join((one.message, *one.notes))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(f"{prefix}{place.file}")},
                    "region": region,
                }
            }
        ],
        "partialFingerprints": {
            "problem/v1": hashlib.sha256(same.encode("utf-8", "replace")).hexdigest()
        },
    }
