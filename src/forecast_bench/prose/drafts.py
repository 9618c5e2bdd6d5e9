"""Draft judgments of a report: a file of judgments that says what it lacks."""

import datetime
import re
import textwrap
from collections.abc import Iterator, Sequence

from forecast_bench.prose.extraction import Claim, Estimate, Extracted
from forecast_bench.prose.horizons import last_day_of, length_of
from forecast_bench.prose.vocabulary import Kind, Vocabulary

_WIDTH = 96
_NOT_YAML = re.compile("[^\t\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_OFF_YARDSTICK: dict[Kind, str] = {
    "phrase": "other words",
    "stacked": "other words",
    "other words": "other words",
    "no number": "no number",
    "certainty": "unhedged",
}


def drafts(
    extracted: Extracted,
    words: Vocabulary,
    *,
    name: str,
    title: str,
    lexicon: str,
    analyst: str | None = None,
    issued: datetime.date | None = None,
) -> str:
    """Write what was extracted as YAML, ready to be edited.

    Each estimate of the report's own becomes a judgment, in the order of the text, with its place
    in a comment. What a judgment needs and a report does not say is left empty and marked
    `missing`, so that `check` points at it. What others estimate, statements of confidence, and
    claims without a word of probability are listed at the end.

    Parameters
    ----------
    extracted : Extracted
        What the report holds.
    words : Vocabulary
        Of its language.
    name, title : str
        Identifier and title of the report.
    lexicon : str
        The yardstick that it was read under.
    analyst : str or None
        Whose judgments they are.
    issued : date or None
        When the report was issued.
    """
    head = [
        "# yaml-language-server: $schema=../.forecast-bench/judgments.schema.json",
        "# Drafted from a report. Every place that lacks something is marked: missing.",
        f"report: {{id: {name}, title: {_quoted(title)}}}",
        f"analyst: {_quoted(analyst) if analyst else '# missing: whose judgments these are'}",
        f"issued: {issued or '# missing: the day of the report, as 2018-01-31'}",
        f"lexicon: {lexicon}",
        "judgments:" if _own(extracted) else "judgments: []",
    ]
    lines = [*head]
    for number, one in enumerate(_own(extracted), start=1):
        level = _confidence_beside(one, extracted.estimates, words)
        lines += _judgment(one, f"{name}-{number}", words, issued, level)
    lines += _kept_apart(extracted)
    return "\n".join(lines) + "\n"


def confidence_level(text: str, words: Vocabulary) -> str | None:
    """Level of a statement of confidence; None where it is not one of three."""
    found = [
        level
        for level, pattern in words.levels.items()
        if re.search(rf"\b(?:{pattern})\b", text, re.IGNORECASE)
    ]
    return found[0] if found else None


def _own(extracted: Extracted) -> list[Estimate]:
    return [
        one for one in extracted.estimates if one.kind != "confidence" and not one.around.attributed
    ]


def _judgment(
    one: Estimate, name: str, words: Vocabulary, issued: datetime.date | None, level: str | None
) -> Iterator[str]:
    yield ""
    yield f"  # {_place(one)}: {_plain(_said(one))}"
    for note in _notes(one):
        yield f"  # {_plain(note)}"
    yield f"  - id: {name}"
    yield "    statement: >-"
    yield from _folded(one.clause, "      ")
    yield f"    {_stated(one)}"
    if level is not None:
        yield f"    confidence: {level}"
    yield "    question:"
    yield "      by_hand:"
    yield "        asks: # missing: what a stranger could settle, with yes or no"
    yield "        settled_by: # missing: the source that settles it"
    yield f"      {_window(one, words, issued)}"
    if one.around.condition is not None:
        yield "      given:"
        yield "        text: >-"
        yield from _folded(one.around.condition, "          ")


def _said(one: Estimate) -> str:
    said = f'"{one.text}"'
    if one.reading is not None:
        complement = ", the complement" if one.negation != "none" else ""
        band = f"{one.reading.low * 100:g} to {one.reading.high * 100:g} %"
        return f"{said} is {band} in {one.reading.lexicon}{complement}"
    if one.kind == "phrase":
        return f"{said} is not a phrase of {one.lexicon}"
    return {
        "stacked": f"{said} is on no yardstick",
        "other words": f"{said} is on no yardstick",
        "no number": f"{said} carries no number",
        "certainty": f"{said} claims certainty",
    }[one.kind]


def _notes(one: Estimate) -> Iterator[str]:
    if one.reading is None and one.others:
        listed = "; ".join(
            f"{other.low * 100:g} to {other.high * 100:g} % in {other.lexicon}"
            for other in one.others
        )
        yield f"it is {listed}"
    if one.around.horizon is not None:
        yield f'when: "{one.around.horizon}"'


def _stated(one: Estimate) -> str:
    if one.reading is not None and one.negation == "none":
        return f"probability: {one.phrase}"
    if one.reading is not None:
        return f"probability: [{one.reading.low:g}, {one.reading.high:g}]"
    kind = _OFF_YARDSTICK[one.kind]
    return f"off_yardstick: {{wording: {_quoted(one.text)}, kind: {kind}}}"


def _window(one: Estimate, words: Vocabulary, issued: datetime.date | None) -> str:
    if one.tense != "future":
        return f"about: {one.tense}"
    horizon = one.around.horizon
    length = length_of(horizon, words) if horizon else None
    if length is not None:
        return f"within: {length}"
    last = last_day_of(horizon, words) if horizon else None
    if last is not None and issued is not None and last > issued:
        return f"window: {{from: {issued + datetime.timedelta(days=1)}, to: {last}}}"
    return "within: # missing: how long the window is, as 18 months"


def _confidence_beside(
    one: Estimate, all_of_them: Sequence[Estimate], words: Vocabulary
) -> str | None:
    """Level of the only confidence that the same sentence states."""
    beside = [
        other
        for other in all_of_them
        if other.kind == "confidence" and other.sentence == one.sentence
    ]
    return confidence_level(beside[0].text, words) if len(beside) == 1 else None


def _kept_apart(extracted: Extracted) -> Iterator[str]:
    confidence = [one for one in extracted.estimates if one.kind == "confidence"]
    told = [one for one in extracted.estimates if one.around.attributed and one not in confidence]
    parts = (
        ("Statements of confidence, which are no probabilities:", confidence),
        ("Estimates of others, which are not the report's own:", told),
        ("Said of what is to come, with no word of probability:", extracted.claims),
    )
    for title, found in parts:
        if found:
            yield ""
            yield f"# {title}"
            for one in found:
                text = f"{_place(one)}: {_plain(one.sentence)}"
                yield from textwrap.wrap(
                    text,
                    _WIDTH,
                    initial_indent="#   ",
                    subsequent_indent="#     ",
                    break_long_words=False,
                    break_on_hyphens=False,
                )


def _place(one: Estimate | Claim) -> str:
    place = one.place
    page = f"page {place.page}, " if place.page is not None else ""
    return f"{page}line {place.line}, column {place.column}"


def _folded(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        _plain(text),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _plain(text: str) -> str:
    """A text without what YAML does not hold."""
    return " ".join(_NOT_YAML.sub(" ", text).split())


def _quoted(text: str) -> str:
    escaped = _plain(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
