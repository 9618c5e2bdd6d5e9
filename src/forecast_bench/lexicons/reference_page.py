"""The reference page of lexicons, written from the released files."""

import functools
from collections.abc import Mapping
from importlib import resources

from pydantic import Field

from forecast_bench.lexicons.lexicon import Lexicon, Phrase
from forecast_bench.lexicons.shipped import load_shipped
from forecast_bench.problems import as_text
from forecast_bench.records import Record
from forecast_bench.records.scalars import Text
from forecast_bench.yaml_source import read_record, read_text

_OPENING = """\
# Lexicons

<!-- Written by forecast_bench.lexicons.reference_page from the released files; do not edit. -->

A lexicon gives each estimative phrase a band of probability. The same word means different things
in different lexicons, so every judgment pins one by name and version, such as
`lexicon: uk-phia@2018`. A released file never changes; a phrase that goes or a band that moves
makes a new version.

A phrase is looked up as it is written: case and spaces do not matter, everything else does. A
phrase that the lexicon does not have is reported, and none is suggested in its place. The other
way round, a probability is a term, a boundary of two terms, nested in several, in a gap between
two, or outside them all; it is never moved to the nearest one.

Each table shows the band as its source prints it, and beside it as the program reads it: an open
tail gets its end, a middle with its tolerance becomes two ends. `<` and `>` mark an end that does
not belong to the band, `~` one that the source gives as approximate. How well each transcription
is confirmed is said with it:

* **primary**: the source was read;
* **transcribed**: independent transcriptions of the source agree;
* **memory**: neither, so unconfirmed.
"""

_CLOSING = """\
## House lexicons

A workspace keeps its own in `models/lexicons/`, one YAML file each, with the same keys as those
above: `id`, `version`, `title`, `source`, `structure` and `phrases`, in ascending order. It cannot
take the name and version of a lexicon listed here. It can also extend one of these, or keep one row
of it: [a yardstick of the house](../how-to/house-lexicon.md).

```yaml
id: house
version: "1"
title: House yardstick
source: Style guide of the desk, 2024
structure: gapped
phrases:
  - {phrase: unlikely, low: 0.10, high: 0.30}
  - {phrase: likely, synonyms: [probable], low: 0.60, high: 0.80}
```
"""

_STRUCTURES = {
    "gapped": "bands with gaps between them, in which no phrase applies",
    "partition": "each band begins where the one before ends, and an end without a sign belongs "
    "to both",
    "nested": "bands may lie inside one another",
    "centre and tolerance": "each band is a middle and how far it reaches to either side",
    "open tails": "each band begins where the one before ends, and the outer two lack their inner "
    "end",
}


class Printed(Record):
    """Tables of the sources."""

    tables: dict[Text, dict[Text, Text]] = Field(description="By lexicon, then by phrase.")


@functools.cache
def printed_tables() -> Mapping[str, Mapping[str, str]]:
    """Give the bands of every shipped lexicon as its source prints them.

    Raises
    ------
    RuntimeError
        If the file is broken: a broken installation.

    Examples
    --------
    >>> printed_tables()["uk-phia@2025"]["realistic possibility"]
    '~40-<50'
    """
    text = (resources.files("forecast_bench.lexicons") / "printed.yaml").read_text("utf-8")
    document, faults = read_text(text, file="printed.yaml")
    if document is not None and not faults:
        record, faults = read_record(document, Printed)
        if record is not None:
            return record.tables
    raise RuntimeError("the tables of the sources are broken:\n" + as_text(faults[0]))


def reference_page() -> str:
    """Return the text of docs/reference/lexicons.md.

    Examples
    --------
    >>> reference_page().splitlines()[0]
    '# Lexicons'
    """
    sections = [_section(lexicon) for lexicon in load_shipped().values()]
    return "\n".join([_OPENING, *sections, _CLOSING])


def _section(lexicon: Lexicon) -> str:
    facts = [f"* Source: {lexicon.source}"]
    if lexicon.licence:
        facts.append(f"* Licence: {lexicon.licence}.")
    if lexicon.in_force:
        end = f" to {lexicon.in_force.end}" if lexicon.in_force.end else " on"
        facts.append(f"* In force: from {lexicon.in_force.start}{end}.")
    else:
        facts.append("* In force: the dates are not known.")
    if lexicon.language != "en":
        facts.append(f"* Language: {lexicon.language}.")
    facts.append(f"* Structure: {lexicon.structure}, {_STRUCTURES[lexicon.structure]}.")
    if lexicon.verified:
        facts.append(f"* Verified: **{lexicon.verified.mark}**. {lexicon.verified.meaning}")
    facts.extend(
        f"* Verified, for *{one.phrase}*: **{one.verified.mark}**. {one.verified.meaning}"
        for one in lexicon.phrases
        if one.verified
    )
    if lexicon.note:
        facts.append(f"* {lexicon.note}")
    tables = [_table(lexicon, row) for row in lexicon.rows]
    return "\n".join([f"## {lexicon.key}", "", f"{lexicon.title}.", "", *facts, "", *tables])


def _table(lexicon: Lexicon, row: str) -> str:
    heading = "phrase" if len(lexicon.rows) == 1 else f"phrase ({row} row)"
    printed = printed_tables()[lexicon.key]
    lines = [f"| {heading} | in the source, % | as read, % |", "|---|---|---|"]
    lines.extend(
        f"| {' or '.join(one.wordings)} | {printed[one.phrase]} | {_ends(one)} |"
        for one in lexicon.phrases_of(row)
    )
    return "\n".join([*lines, ""])


def _ends(phrase: Phrase) -> str:
    signs = {"inclusive": ("", ""), "exclusive": (">", "<"), "approximate": ("~", "~")}
    low, high = signs[phrase.edges.low][0], signs[phrase.edges.high][1]
    return f"{low}{phrase.low * 100:g} to {high}{phrase.high * 100:g}"
