"""House lexicons that are made from another one: extended, or restricted to one of its rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from pydantic import Field

from forecast_bench.lexicons.comparison import version_step
from forecast_bench.lexicons.lexicon import Lexicon, Phrase
from forecast_bench.lexicons.lookup import look_up, normalised
from forecast_bench.lexicons.order import fault_between, shown_band
from forecast_bench.problems import Problem
from forecast_bench.records import Record
from forecast_bench.records.scalars import Identifier, Text, Texts
from forecast_bench.yaml_source import Document, KeyPath, read_record

MADE_FROM = ("extends", "restricts")


class DerivedLexicon(Record):
    """A house lexicon as it is written: what it is made from, and what it adds."""

    id: Identifier
    version: Identifier
    title: Text
    source: Text | None = Field(default=None, description="Who decided it, and when.")
    note: Text | None = None
    extends: Text | None = Field(default=None, description="A lexicon that it adds to.")
    restricts: Text | None = Field(default=None, description="A lexicon that it takes a row of.")
    row: Identifier | None = Field(default=None, description="Which row; with restricts.")
    synonyms: dict[Text, Texts] = Field(
        default_factory=dict, description="Other words for phrases of the lexicon extended."
    )
    phrases: tuple[Phrase, ...] = Field(default=(), description="Phrases in its gaps.")


@dataclass(frozen=True, slots=True)
class Derived:
    """A file that makes a lexicon from another."""

    document: Document
    record: DerivedLexicon

    @property
    def key(self) -> str:
        """Its name@version."""
        return f"{self.record.id}@{self.record.version}"

    @property
    def basis(self) -> str:
        """The lexicon that it is made from."""
        return self.record.extends or self.record.restricts or ""

    @property
    def how(self) -> str:
        """The key that names it."""
        return "extends" if self.record.extends is not None else "restricts"


def read_derived(document: Document) -> tuple[Derived | None, tuple[Problem, ...]]:
    """Read a file that makes a lexicon from another, without the other."""
    record, faults = read_record(document, DerivedLexicon)
    if record is None:
        return None, faults
    problems = list(faults)
    both = record.extends is not None and record.restricts is not None
    if both:
        message = "a lexicon either extends another or restricts it"
        problems.append(document.problem("lexicon-basis", message, ("restricts",), at_key=True))
    elif record.restricts is not None and record.row is None:
        message = "a lexicon that restricts another names the row that it keeps"
        problems.append(document.problem("lexicon-basis", message, ("restricts",)))
    for key, given in (("phrases", record.phrases), ("synonyms", record.synonyms)):
        if record.restricts is not None and given:
            message = f"a lexicon that restricts another has no {key} of its own"
            problems.append(document.problem("lexicon-basis", message, (key,), at_key=True))
    if record.extends is not None and record.row is not None:
        message = "a row goes with restricts"
        problems.append(document.problem("lexicon-basis", message, ("row",), at_key=True))
    return (None if problems else Derived(document, record)), tuple(problems)


def resolve_derived(
    waiting: Sequence[Derived], known: Mapping[str, Lexicon]
) -> tuple[dict[str, tuple[Derived, Lexicon]], tuple[Problem, ...]]:
    """Make the lexicons of all files, each after the one that it is made from.

    Parameters
    ----------
    waiting : sequence of Derived
        The files.
    known : mapping of str to Lexicon
        Lexicons that are not made from others, by name@version.

    Returns
    -------
    mapping of str to pair of Derived and Lexicon
        By name@version.
    tuple of Problem
        What has no basis, or does not fit on it.
    """
    made: dict[str, tuple[Derived, Lexicon]] = {}
    left, problems = _each_once(waiting)
    while True:
        ready = [one for one in left if one.basis in known or one.basis in made]
        if not ready:
            break
        left = [one for one in left if one not in ready]
        for one in ready:
            basis = known[one.basis] if one.basis in known else made[one.basis][1]
            lexicon, faults = _made(one, basis)
            problems.extend(faults)
            if lexicon is not None:
                made[lexicon.key] = (one, lexicon)
    unfit = {one.key for one in waiting} - made.keys()
    for one in left:
        if one.basis in unfit:
            message = f'"{one.basis}" is not there to be made from: it has faults, or is a circle'
        else:
            message = f'there is no lexicon "{one.basis}"'
        note = f"lexicons: {', '.join(sorted({*known, *made}))}"
        problems.append(one.document.problem("lexicon-basis", message, (one.how,), notes=(note,)))
    return made, tuple(problems)


def _each_once(waiting: Sequence[Derived]) -> tuple[list[Derived], list[Problem]]:
    """The first file of each name@version."""
    kept: dict[str, Derived] = {}
    problems = []
    for one in waiting:
        first = kept.setdefault(one.key, one)
        if first is not one:
            message = f"{one.key} is defined already, in {first.document.file}"
            problems.append(one.document.problem("duplicate-lexicon", message, ("id",)))
    return list(kept.values()), problems


def version_faults(files: Mapping[str, tuple[Document, Lexicon]]) -> Iterator[Problem]:
    """Versions of one house lexicon follow the rule: MAJOR.MINOR.

    MAJOR changes where a phrase goes or a band moves, MINOR where one is added. Versions that are
    not numbers, such as those by year, follow another rule and are not compared.
    """
    by_id: dict[str, list[tuple[tuple[int, int], Document, Lexicon]]] = {}
    for document, lexicon in files.values():
        number = _number(lexicon.version)
        if number is not None:
            by_id.setdefault(lexicon.id, []).append((number, document, lexicon))
    for versions in by_id.values():
        ordered = sorted(versions, key=lambda one: one[0])
        for (before, _, old), (after, document, new) in pairwise(ordered):
            if before[0] == after[0] and version_step(old, new) == "major":
                needed = f"{before[0] + 1}.0"
                message = f"phrases went or bands moved since {old.key}: this is version {needed}"
                yield document.problem("lexicon-version", message, ("version",))


def _number(version: str) -> tuple[int, int] | None:
    major, _, minor = version.partition(".")
    if not major.isdecimal() or (minor and not minor.isdecimal()):
        return None
    return int(major), int(minor or 0)


def _made(one: Derived, basis: Lexicon) -> tuple[Lexicon | None, tuple[Problem, ...]]:
    record = one.record
    named = {"id": record.id, "version": record.version, "title": record.title}
    source = record.source or f"made from {basis.key}: {basis.source}"
    update: dict[str, Any] = {
        **named,
        "source": source,
        "note": record.note,
        "made_from": basis.key,
        # The days in force are those of the basis, not of what a house makes of it.
        "in_force": None,
    }
    if record.restricts is not None:
        if record.row not in basis.rows:
            message = f'{basis.key} has no row "{record.row}"'
            note = f"rows: {', '.join(basis.rows)}"
            return None, (one.document.problem("lexicon-basis", message, ("row",), notes=(note,)),)
        row = str(record.row)
        update |= {"rows": (row,), "phrases": basis.phrases_of(row)}
        return basis.model_copy(update=update), ()
    faults = (*_taken(one, basis), *_no_such_phrase(one, basis))
    if faults:
        return None, faults
    own = [
        each if each.row is not None else each.model_copy(update={"row": basis.rows[0]})
        for each in record.phrases
    ]
    faults = tuple(_unfit(one, basis, own))
    wider = [_with_synonyms(each, record.synonyms) for each in basis.phrases]
    if faults:
        return None, faults
    phrases = sorted([*wider, *own], key=lambda each: (each.row or "", each.low, each.high))
    return basis.model_copy(update={**update, "phrases": tuple(phrases)}), ()


def _with_synonyms(phrase: Phrase, synonyms: Mapping[str, Sequence[str]]) -> Phrase:
    more = [
        word
        for named, words in synonyms.items()
        if normalised(named) in map(normalised, phrase.wordings)
        for word in words
    ]
    return phrase.model_copy(update={"synonyms": (*phrase.synonyms, *more)}) if more else phrase


def _taken(one: Derived, basis: Lexicon) -> Iterator[Problem]:
    """Words that the lexicon extended has already: it is added to, and never changed."""
    seen: set[str] = set()
    words: list[tuple[str, KeyPath]] = [
        (wording, ("phrases", index))
        for index, each in enumerate(one.record.phrases)
        for wording in each.wordings
    ]
    words += [
        (word, ("synonyms", named))
        for named, listed in one.record.synonyms.items()
        for word in listed
    ]
    for wording, path in words:
        if look_up(basis, wording) is not None:
            message = f'"{wording}" is a phrase of {basis.key}; what is there stays as it is'
            yield one.document.problem("duplicate-phrase", message, path)
        elif normalised(wording) in seen:
            message = f'"{wording}" is given twice in this lexicon'
            yield one.document.problem("duplicate-phrase", message, path)
        seen.add(normalised(wording))


def _no_such_phrase(one: Derived, basis: Lexicon) -> Iterator[Problem]:
    for named in one.record.synonyms:
        if look_up(basis, named) is None:
            message = f'{basis.key} has no phrase "{named}" to give other words for'
            path = ("synonyms", named)
            yield one.document.problem("lexicon-basis", message, path, at_key=True)


def _unfit(one: Derived, basis: Lexicon, own: Sequence[Phrase]) -> Iterator[Problem]:
    """Bands that break the structure of the lexicon extended."""
    for index, each in enumerate(own):
        path = ("phrases", index)
        if each.row not in basis.rows:
            message = f'{basis.key} has no row "{each.row}"'
            note = f"rows: {', '.join(basis.rows)}"
            yield one.document.problem("lexicon-basis", message, (*path, "row"), notes=(note,))
        elif each.low >= each.high:
            message = f'the band of "{each.phrase}" runs from {each.low:g} to {each.high:g}'
            yield one.document.problem("lexicon-order", message, path)
    pairs = [*combinations(own, 2), *((mine, its) for mine in own for its in basis.phrases)]
    for mine, other in pairs:
        if mine.row != other.row or mine.low >= mine.high:
            continue
        below, above = sorted((mine, other), key=lambda band: (band.low, band.high))
        fault = fault_between(below, above, basis.structure)
        if fault and not fault.startswith("leaves"):
            message = f"{shown_band(above)} {fault} {shown_band(below)}, in {basis.key}"
            path = ("phrases", own.index(mine))
            yield one.document.problem("lexicon-order", message, path)
