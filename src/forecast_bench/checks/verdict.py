"""A verdict: what counts of the problems found, after settings and allowances."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from forecast_bench.problems import CATALOGUE, Problem, in_order
from forecast_bench.workspace import Workspace
from forecast_bench.yaml_source import Allowance, Document


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A problem that a comment allows, with the reason it gives."""

    problem: Problem
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong in a workspace, and what was decided not to matter.

    Parameters
    ----------
    problems : tuple of Problem
        At the levels of the workspace's settings, in the order of files and lines.
    suppressed : tuple of Suppressed
        Allowed by comments.
    off : tuple of str
        Ids that the settings turn off.
    """

    problems: tuple[Problem, ...]
    suppressed: tuple[Suppressed, ...] = ()
    off: tuple[str, ...] = ()


def give_verdict(
    workspace: Workspace, found: Iterable[Problem], *, unseen: frozenset[str] = frozenset()
) -> Verdict:
    """Hold problems against the levels of the settings and the comments of the files.

    Parameters
    ----------
    workspace : Workspace
        As read.
    found : iterable of Problem
        What the rules found.
    unseen : frozenset of str
        Ids that were not looked for, so that an allowance of one may well be of use.
    """
    levels = workspace.settings.levels
    counted: list[Problem] = []
    for one in dict.fromkeys(found):
        level = levels.get(one.identifier, one.level)
        if level != "off":
            counted.append(one if level == one.level else replace(one, level=level))
    kept, suppressed, used = [], [], set()
    allowances = {
        (one.location.file, one.line, one.identifier): one
        for _, one in _allowances(workspace)
        if not _fault(one)
    }
    for one in counted:
        key = (one.location.file, one.location.line, one.identifier)
        if key in allowances:
            used.add(key)
            suppressed.append(Suppressed(one, allowances[key].reason))
        else:
            kept.append(one)
    off = tuple(sorted(identifier for identifier, level in levels.items() if level == "off"))
    for one in _bad_allowances(workspace, used, off, unseen):
        level = levels.get(one.identifier, one.level)
        if level != "off":
            kept.append(replace(one, level=level))
    return Verdict(in_order(kept), tuple(suppressed), off)


def _allowances(workspace: Workspace) -> Iterator[tuple[Document, Allowance]]:
    for file in workspace.files:
        for one in file.document.allowances if file.document is not None else ():
            if file.document is not None:
                yield file.document, one


def _bad_allowances(
    workspace: Workspace,
    used: set[tuple[str, int, str]],
    off: tuple[str, ...],
    unseen: frozenset[str],
) -> Iterator[Problem]:
    for document, one in _allowances(workspace):
        fault = _fault(one)
        if fault:
            yield document.problem_at("allowance", fault, one.location)
        elif one.identifier in unseen:
            continue
        elif (one.location.file, one.line, one.identifier) not in used:
            where = f"no problem {one.identifier} on line {one.line}"
            turned_off = "; the settings turn it off" if one.identifier in off else ""
            yield document.problem_at("unused-allowance", f"{where}{turned_off}", one.location)


def _fault(one: Allowance) -> str | None:
    if not one.identifier:
        return "this comment is not of the form # forecast-bench: allow ID: reason"
    if one.identifier not in CATALOGUE:
        return f'no problem has the id "{one.identifier}"'
    if CATALOGUE[one.identifier].firm:
        return f'"{one.identifier}" cannot be allowed: nothing can be computed past it'
    if not one.reason:
        return f'"{one.identifier}" is allowed without a reason'
    return None
