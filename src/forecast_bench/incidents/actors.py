"""Actors matched to the labels of sources: aliases, mergers with their day, compound labels.

Labels are compared whole, after folding case and white space; never by a part of them.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from forecast_bench.records import ActorBook

# Members of an actor set with the day from which each counts; the first day where always.
type Members = dict[str, datetime.date]
ALWAYS = datetime.date.min


@dataclass(frozen=True, slots=True)
class LabelTerm:
    """A label that counts as an actor.

    Parameters
    ----------
    label : str
        As the actor book writes it.
    since : datetime.date or None
        First day on which it counts; None for always.
    certain : bool
        False where the label may or may not mean the actor: such incidents are reported apart.
    """

    label: str
    since: datetime.date | None
    certain: bool


@dataclass(frozen=True, slots=True)
class BookFault:
    """What is wrong in an actor book: the key path at fault and a sentence."""

    path: tuple[str | int, ...]
    kind: Literal["unknown", "clash"]
    message: str


def label_key(label: str) -> str:
    """Fold a label for comparison.

    Examples
    --------
    >>> label_key("  Katiba   MACINA ") == label_key("Katiba Macina")
    True
    """
    return " ".join(label.split()).casefold()


def labels_of(
    book: ActorBook, actor: str | Sequence[str], on: datetime.date | None = None
) -> tuple[LabelTerm, ...]:
    """Labels that count as an actor, a group, or any of several of them.

    An actor has its own name and aliases, those of the actors that are part of it (from the day
    they joined), and, for a group, those of all members. A compound label names several actors
    without saying which of them it was: it counts where all of them are asked for; where only some
    are, its policy decides (`either`: counts; `none`: is ambiguous; `own`: is not theirs). Asked
    for by its own name, it counts, as do compound labels with the same members.

    Parameters
    ----------
    book : ActorBook
        Names of the workspace.
    actor : str or sequence of str
        Actor, alias, group or compound label; several are counted together.
    on : datetime.date, optional
        Only the labels that count on this day.

    Returns
    -------
    tuple of LabelTerm
        By label; a label can stand twice, ambiguous from one day and certain from a later one.

    Raises
    ------
    ValueError
        If the book does not have the name.

    Examples
    --------
    >>> book = ActorBook.model_validate(
    ...     {
    ...         "actors": {
    ...             "North": {"aliases": "N"},
    ...             "Hill": {"part_of": {"North": "2020-05-01"}},
    ...             "South": {},
    ...         },
    ...         "compound_labels": {"North or South": {"of": ["North", "South"]}},
    ...     }
    ... )
    >>> for term in labels_of(book, "north"):
    ...     print(term.label, term.since, term.certain)
    Hill 2020-05-01 True
    N None True
    North None True
    North or South None False
    >>> [term.label for term in labels_of(book, ["North", "South"]) if term.certain]
    ['Hill', 'N', 'North', 'North or South', 'South']
    """
    index = _names(book)
    members: Members = {}
    own: set[str] = set()
    for name in [actor] if isinstance(actor, str) else actor:
        _collect(book, index, _find(index, name), members, own)
    _add_parts(book, index, members)
    terms = {
        (label, since, True) for name, since in members.items() for label in _labels(book, name)
    }
    terms |= _compound_terms(book, index, members, own)
    found = [
        LabelTerm(label, None if since == ALWAYS else since, certain)
        for label, since, certain in sorted(terms)
        if on is None or since <= on
    ]
    return tuple(found)


def actor_faults(book: ActorBook) -> tuple[BookFault, ...]:
    """Names in an actor book that lead nowhere, or to two things.

    Examples
    --------
    >>> book = ActorBook.model_validate({"groups": {"rebels": ["North"]}})
    >>> actor_faults(book)[0].message
    '"North" is in the group "rebels", and no actor has that name'
    """
    index = _names(book)
    faults: list[BookFault] = []

    def refer(name: str, path: tuple[str | int, ...], message: str) -> None:
        if label_key(name) not in index:
            faults.append(BookFault(path, "unknown", f'"{name}" {message}'))

    for group, members in book.groups.items():
        for at, name in enumerate(members):
            says = f'is in the group "{group}", and no actor has that name'
            refer(name, ("groups", group, at), says)
    for actor, record in book.actors.items():
        for name in record.part_of:
            found = index.get(label_key(name))
            if found is None or found[0] != "actor":
                says = f'"{name}" is what "{actor}" is part of, and no actor has that name'
                faults.append(BookFault(("actors", actor, "part_of", name), "unknown", says))
    for label, compound in book.compound_labels.items():
        for at, name in enumerate(compound.of):
            says = f'is named by the label "{label}", and no actor has that name'
            refer(name, ("compound_labels", label, "of", at), says)
    return (*faults, *_clashes(book))


def unmatched_labels(book: ActorBook, labels: Iterable[str]) -> tuple[str, ...]:
    """Labels of a source that no actor of the book has: what nobody could ask for.

    Examples
    --------
    >>> unmatched_labels(ActorBook.model_validate({"actors": {"North": {}}}), ["NORTH", "East"])
    ('East',)
    """
    known = set(_names(book)) - {label_key(name) for name in book.groups}
    return tuple(sorted(label for label in set(labels) if label_key(label) not in known))


@dataclass(frozen=True, slots=True)
class UnclearLabel:
    """A label of a source that does not mean exactly one actor.

    Parameters
    ----------
    label : str
        As the source writes it.
    incidents : int
        Incidents that it occurs in.
    actors : tuple of str
        The actors it may mean; none where no actor has it.
    """

    label: str
    incidents: int
    actors: tuple[str, ...]


def label_report(book: ActorBook, labels: Mapping[str, int]) -> tuple[UnclearLabel, ...]:
    """Labels that no actor has, or that name several: what somebody ought to look at first.

    Parameters
    ----------
    book : ActorBook
        Names of the workspace.
    labels : mapping of str to int
        Labels of a source, each with its incidents.

    Returns
    -------
    tuple of UnclearLabel
        The most frequent first.

    Examples
    --------
    >>> book = ActorBook.model_validate(
    ...     {
    ...         "actors": {"North": {}, "South": {}},
    ...         "compound_labels": {"N or S": {"of": ["North", "South"]}},
    ...     }
    ... )
    >>> for one in label_report(book, {"North": 9, "East": 3, "N or S": 5}):
    ...     print(one.label, one.incidents, one.actors)
    N or S 5 ('North', 'South')
    East 3 ()
    """
    index = _names(book)
    found = []
    for label, incidents in labels.items():
        kind, name = index.get(label_key(label), ("", ""))
        if kind == "actor":
            continue
        actors: tuple[str, ...] = ()
        if kind:
            actors = book.groups[name] if kind == "group" else book.compound_labels[name].of
        found.append(UnclearLabel(label, incidents, actors))
    return tuple(sorted(found, key=lambda one: (-one.incidents, one.label)))


def _labels(book: ActorBook, name: str) -> tuple[str, ...]:
    """Labels of one actor by itself."""
    record = book.actors[name]
    full = () if record.name is None else (record.name,)
    return tuple({label_key(label): label for label in (*full, *record.aliases, name)}.values())


type _Name = tuple[Literal["actor", "group", "compound"], str]


def _names(book: ActorBook) -> Mapping[str, _Name]:
    """Folded names with what they stand for; an actor's own name goes before an alias."""
    index: dict[str, _Name] = {}
    for label in book.compound_labels:
        index[label_key(label)] = ("compound", label)
    for name in book.actors:
        for label in _labels(book, name):
            index[label_key(label)] = ("actor", name)
    for name in book.actors:
        index[label_key(name)] = ("actor", name)
    for name in book.groups:
        index.setdefault(label_key(name), ("group", name))
    return index


def _find(index: Mapping[str, _Name], name: str) -> _Name:
    found = index.get(label_key(name))
    if found is None:
        raise ValueError(f"no actor, group or compound label is named {name!r}")
    return found


def _collect(
    book: ActorBook, index: Mapping[str, _Name], start: _Name, members: Members, own: set[str]
) -> None:
    """Add the actors and the compound labels behind a name; groups may hold groups."""
    waiting, seen = [start], set[_Name]()
    while waiting:
        found = waiting.pop()
        if found in seen:
            continue
        seen.add(found)
        kind, name = found
        if kind == "actor":
            members[name] = ALWAYS
        elif kind == "compound":
            own.add(name)
        else:
            waiting.extend(_find(index, member) for member in book.groups[name])


def _add_parts(book: ActorBook, index: Mapping[str, _Name], members: Members) -> None:
    """Add the actors that joined a member, each from the earliest day on which it counts."""
    changed = True
    while changed:
        changed = False
        for name, record in book.actors.items():
            for whole, joined in record.part_of.items():
                kind, canonical = _find(index, whole)
                if kind != "actor" or canonical not in members:
                    continue
                since = max(joined, members[canonical])
                if since < members.get(name, datetime.date.max):
                    members[name], changed = since, True


def _compound_terms(
    book: ActorBook, index: Mapping[str, _Name], members: Members, own: set[str]
) -> set[tuple[str, datetime.date, bool]]:
    asked = {frozenset(_leaves(book, index, book.compound_labels[label].of)) for label in own}
    terms: set[tuple[str, datetime.date, bool]] = set()
    for label, compound in book.compound_labels.items():
        leaves = _leaves(book, index, compound.of)
        present = [members[name] for name in leaves if name in members]
        if label in own or frozenset(leaves) in asked:
            terms.add((label, ALWAYS, True))
            continue
        if not present:
            continue
        if len(present) == len(leaves):
            terms.add((label, max(present), True))
        if compound.policy == "either":
            terms.add((label, min(present), True))
        elif compound.policy == "none" and (label, min(present), True) not in terms:
            terms.add((label, min(present), False))
    return terms


def _leaves(book: ActorBook, index: Mapping[str, _Name], names: Sequence[str]) -> set[str]:
    """Actors that a compound label names, groups replaced by their members."""
    members: Members = {}
    for name in names:
        _collect(book, index, _find(index, name), members, set())
    return set(members)


def _clashes(book: ActorBook) -> list[BookFault]:
    claims: dict[str, tuple[str, str]] = {}
    faults: list[BookFault] = []
    entries: list[tuple[str, str, tuple[str, ...]]] = [
        *(("actors", name, _labels(book, name)) for name in book.actors),
        *(("groups", name, (name,)) for name in book.groups),
        *(("compound_labels", name, (name,)) for name in book.compound_labels),
    ]
    for section, name, labels in entries:
        for label in labels:
            claim = claims.setdefault(label_key(label), (section, name))
            if claim != (section, name):
                message = f'"{label}" names both "{claim[1]}" and "{name}"'
                faults.append(BookFault((section, name), "clash", message))
    return faults
