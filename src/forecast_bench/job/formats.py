"""Every format that the program writes and reads again: its versions, and what is done with each.

The page of formats is held against this list, and this list against the constants beside the code
that writes.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class KeptFormat:
    """A format.

    Parameters
    ----------
    name : str
        What it is called.
    where : str
        Where it lies in a workspace.
    told_by : str
        How a reader knows the version.
    present : str
        The version that is written; empty where people write it.
    read : tuple of str
        Former versions that are read as they are.
    migrated : tuple of str
        Former versions that `migrate` brings to the present one.
    neither : str
        What becomes of any other former version; empty where there is none.
    newer : str
        What becomes of a newer version.
    """

    name: str
    where: str
    told_by: str
    present: str
    read: tuple[str, ...] = ()
    migrated: tuple[str, ...] = ()
    neither: str = ""
    newer: str = "refused, exit 4"


FORMATS: Final = (
    KeptFormat(
        "run",
        "`.forecast-bench/runs/ID/`",
        "`format` in `manifest.json`",
        "1",
        read=("1 without `files`", "1 with fewer tables"),
    ),
    KeptFormat(
        "ledger",
        "`.forecast-bench/ledger.jsonl`",
        "`format` of a line; a line without it is of 2 where it has a `hash`, else of 1",
        "2",
        read=("1",),
    ),
    KeptFormat(
        "store of incidents",
        "`.forecast-bench/incidents/SOURCE/`, or where the settings say",
        "`format` in `catalogue.json`; 1 has no catalogue, and a `manifest.json` for each vintage",
        "2",
        migrated=("1", "2 without sums"),
    ),
    KeptFormat(
        "state of a fetch",
        "`.forecast-bench/fetched/REQUEST/state.json`",
        "`format`",
        "1",
    ),
    KeptFormat(
        "map",
        "`models/recalibrations/ID.json`, `.forecast-bench/recalibrations/ID.json`",
        "`format`",
        "2",
        neither="1 is told and not used: the job makes a map anew",
    ),
    KeptFormat(
        "states of maps",
        "`models/recalibrations/states.jsonl`",
        "`format` of a line; a line without it is of 1",
        "1",
    ),
    KeptFormat(
        "fit",
        "`.forecast-bench/fits/`: `good.jsonl`; `sampled.json`, `approximated.json` of panels",
        "`format`; what has none is of 1",
        "1",
    ),
    KeptFormat(
        "draws of an own model",
        "`.forecast-bench/fits/own-HASH/`",
        "a part of the hash in the name",
        "1",
        neither="none is looked at: the model is fitted anew",
        newer="not looked at",
    ),
    KeptFormat(
        "verdict of a check",
        "`.forecast-bench/verdicts/HASH.jsonl`",
        "a part of the hash in the name",
        "3",
        neither="none is looked at: the workspace is checked anew",
        newer="not looked at",
    ),
    KeptFormat(
        "diagnostics of a fit",
        "`.forecast-bench/fits/HASH/diagnostics.json`",
        "the versions of the program and its libraries, which it names",
        "the program's",
        neither="none is looked at: the draws are judged anew",
        newer="not looked at",
    ),
    KeptFormat(
        "seal",
        "`seals.jsonl`",
        "`seal` of a line",
        "1",
        newer="[`seal-format`](problems.md), exit 1",
    ),
    KeptFormat(
        "backup",
        "`.forecast-bench/backups/TIME/`",
        "`format` in `hashes.json`",
        "1",
        newer="not read: people put it back",
    ),
    KeptFormat(
        "migration that was begun",
        "`.forecast-bench/migrating.json`",
        "`format`",
        "1",
    ),
    KeptFormat(
        "files of people",
        "`judgments/`, `models/`, `incidents/*.yaml`, the settings",
        "none: keys are added, and none goes or changes its meaning; lexicons are `name@version`",
        "",
        read=("all",),
        newer="a key that is not known is a problem with its line, exit 1",
    ),
)
"""All of them."""


def format_row(one: KeptFormat) -> str:
    """Row of a format in the table of the page.

    Examples
    --------
    >>> format_row(KeptFormat("run", "`runs/`", "`format`", "1", read=("0",)))
    '| run | `runs/` | `format` | 1 | read as it is: 0 | refused, exit 4 |'
    """
    former = [
        f"{what}: {', '.join(versions)}"
        for what, versions in (("read as it is", one.read), ("`migrate`", one.migrated))
        if versions
    ]
    cells = (
        *(one.name, one.where, one.told_by, one.present or "none"),
        "; ".join([*former, *([one.neither] if one.neither else [])]) or "none",
        one.newer,
    )
    return f"| {' | '.join(cells)} |"
