"""Sealed revisions that were edited, moved or removed; new ones below them are fine."""

from collections.abc import Iterator

from forecast_bench.problems import Problem
from forecast_bench.sealing.altered import Altered, changed_fields, said
from forecast_bench.sealing.canonical import content_digest
from forecast_bench.sealing.former import Former, former_values
from forecast_bench.sealing.ledger import Line
from forecast_bench.workspace import RecordedJudgment


def altered_revisions(altered: Altered) -> Iterator[Problem]:
    """Hold the revisions of each judgment against those that were sealed."""
    former = former_values(altered.workspace)
    for one, lines in altered.revisions:
        current = [
            content_digest("revision", altered.of_revision(one, revision))
            for revision in one.judgment.revisions
        ]
        yield from _of_judgment(altered, former, one, lines, current)


def _of_judgment(
    altered: Altered,
    former: Former,
    one: RecordedJudgment,
    lines: list[Line],
    current: list[str],
) -> Iterator[Problem]:
    sealed = {line.entry.digest for line in lines}
    lost = [line for line in lines if line.entry.digest not in current]
    for line in lost:
        number = line.entry.revision or 0
        if number <= len(current) and current[number - 1] not in sealed:
            yield from _edited(altered, former, one, line, number)
            continue
        message = f'sealed revision {number} of "{one.id}" is not there'
        notes = _sealed_on(line)
        yield one.problem("altered-revision", message, "revisions", notes=notes, at_key=True)
    if lost:
        return
    for line in lines:
        number = line.entry.revision or 0
        stands = current.index(line.entry.digest) + 1
        if stands == number:
            continue
        new = current[number - 1] not in sealed
        moved = "another was put in above it" if new else "the order was changed"
        message = f'sealed revision {number} of "{one.id}" stands as revision {stands}: {moved}'
        # One that was put in moves all below it: the first says enough.
        at = ("revisions", number - 1 if new else stands - 1)
        yield one.problem("altered-revision", message, *at, notes=_sealed_on(line))
        return


def _edited(
    altered: Altered, former: Former, one: RecordedJudgment, line: Line, number: int
) -> Iterator[Problem]:
    fields = altered.of_revision(one, one.judgment.revisions[number - 1])
    changed = dict(changed_fields(fields, line))
    for name, sealed in changed.items():
        if name == "band" and "probability" in changed:
            continue
        was = former(one, name, sealed, number) if sealed else None
        message = f'"{name}" of sealed revision {number} of "{one.id}" was changed'
        notes = said(altered.workspace, name, fields.get(name), was, sealed=sealed)
        key = "probability" if name == "band" else name
        path = ("revisions", number - 1, key)
        yield one.problem("altered-revision", message, *path, notes=notes)


def _sealed_on(line: Line) -> tuple[str, ...]:
    return (
        f"sealed on {line.entry.sealed[:10]} on line {line.at} of the ledger",
        "put the sealed revisions back as they were, and add new ones below them",
    )
