"""Blind rounds: commitments that hide a judgment, and what opens them."""

from collections import defaultdict
from collections.abc import Iterator

from forecast_bench.problems import Problem
from forecast_bench.records import number_of
from forecast_bench.sealing.altered import Altered
from forecast_bench.sealing.canonical import SEAL_FORMAT, digest
from forecast_bench.sealing.content import Fields
from forecast_bench.sealing.ledger import Ledger, Line


def commitment_digest(*, round_name: str, identifier: str, nonce: str, fields: Fields) -> str:
    """Digest that binds to a judgment and hides it.

    SHA-256 over the nonce and the content: without the nonce of 256 random bits nobody can try
    likely contents, and with it nobody finds another content of the same digest.
    """
    return digest(
        {
            "seal": SEAL_FORMAT,
            "kind": "commitment",
            "round": round_name,
            "nonce": nonce,
            "judgment": identifier,
            "fields": fields,
        }
    )


def other_than_committed(altered: Altered) -> Iterator[Problem]:
    """Revealed judgments whose commitment is to something else."""
    for one, fields, line in altered.revealed:
        entry = line.entry
        opened = commitment_digest(
            round_name=entry.round or "", identifier=one.id, nonce=entry.nonce or "", fields=fields
        )
        if opened != entry.commitment:
            message = (
                f'"{one.id}" is not what was committed to in round "{entry.round}" '
                f"with {(entry.commitment or '')[:12]}"
            )
            yield one.document.problem("other-than-committed", message, (*one.path, "id"))


def unknown_commitments(ledger: Ledger) -> Iterator[Problem]:
    """Reveals of what no line above them commits to."""
    committed: set[tuple[str | None, str]] = set()
    for line in ledger.lines:
        entry = line.entry
        if entry.kind == "commitment":
            committed.add((entry.round, entry.digest))
        elif entry.kind == "reveal" and (entry.round, entry.commitment or "") not in committed:
            message = f'"{entry.judgment}" is revealed, and nothing above commits to it'
            yield line.problem("broken-ledger", message)


def waiting(ledger: Ledger) -> dict[str, list[Line]]:
    """Commitments that no line reveals, by round."""
    opened = {line.entry.commitment for line in ledger.lines}
    found: dict[str, list[Line]] = defaultdict(list)
    for line in ledger.lines:
        if line.entry.kind == "commitment" and line.entry.digest not in opened:
            found[line.entry.round or ""].append(line)
    return found


def unrevealed(ledger: Ledger) -> Iterator[Problem]:
    """Rounds of which something stays closed."""
    for name, lines in waiting(ledger).items():
        verb = "is" if len(lines) == 1 else "are"
        told = number_of(len(lines), "commitments")
        message = f'{told} of round "{name}" {verb} not revealed'
        numbers = ", ".join(str(line.at) for line in lines)
        yield lines[0].problem("not-revealed", message, notes=(f"lines {numbers}",))
