"""What an earlier run can lend: rows, measures and figures made of what is still the same."""

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd

from forecast_bench.job.runs import read_manifest
from forecast_bench.tracking import JUDGMENT_COLUMNS

MADE_OF: Final = "made-of"
"""Name of the document of a run that says what its parts were made of."""

type Stories = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class ReusedJudgments:
    """Rows of judgments whose key is the same as in the earlier run.

    Parameters
    ----------
    ids : frozenset of str
        The judgments.
    tables : mapping of str to DataFrame
        By name: judgments, tracking, moves, counts, opinions.
    stories : dict
        By id.
    """

    ids: frozenset[str] = frozenset()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    stories: Stories = field(default_factory=dict)


NOTHING: Final = ReusedJudgments()
TABLES: Final = ("judgments", "tracking", "moves", "counts", "opinions")


@dataclass(frozen=True, eq=False)
class FormerRun:
    """An earlier run; what was altered since it was published is not lent.

    Parameters
    ----------
    folder : Path
        Where it lies.
    """

    folder: Path

    @cached_property
    def _hashes(self) -> Mapping[str, str]:
        found = read_manifest(self.folder).get("files")
        return found if isinstance(found, dict) else {}

    @cached_property
    def made_of(self) -> Mapping[str, Any]:
        """What its parts were made of; empty for a run that does not say so."""
        content = self.content(f"{MADE_OF}.json")
        return {} if content is None else json.loads(content)

    def content(self, name: str) -> bytes | None:
        """Content of a file as it was published; None where it is another one, or gone."""
        path = self.folder / name
        if name not in self._hashes or not path.is_file():
            return None
        content = path.read_bytes()
        same = hashlib.sha256(content).hexdigest() == self._hashes[name]
        return content if same else None

    def parts(
        self, *, tables: Iterable[str], document: str
    ) -> tuple[dict[str, pd.DataFrame], Any] | None:
        """Tables by name and a document, all as they were published; else None."""
        found: dict[str, pd.DataFrame] = {}
        for name in tables:
            content = self.content(f"{name}.parquet")
            if content is None:
                return None
            found[name] = pd.read_parquet(io.BytesIO(content))
        text = self.content(f"{document}.json")
        return None if text is None else (found, json.loads(text))


@dataclass(frozen=True, slots=True, eq=False)
class Reuse:
    """Whether work may be taken over, and from which run.

    Parameters
    ----------
    former : FormerRun or None
        The earlier run; None for the first.
    made_by : str
        Hash of the program and the versions of its libraries: another program does all anew.
    """

    former: FormerRun | None
    made_by: str


def reused_judgments(former: FormerRun | None, keys: Mapping[str, str]) -> ReusedJudgments:
    """Rows of the judgments that an earlier run made of the same content.

    Parameters
    ----------
    former : FormerRun or None
        The earlier run.
    keys : mapping of str to str
        As `judgment_keys` gives them.
    """
    if former is None:
        return NOTHING
    before: Mapping[str, str] = former.made_of.get("judgments") or {}
    same = frozenset(name for name, key in keys.items() if before.get(name) == key)
    lent = former.parts(tables=TABLES, document="stories") if same else None
    if lent is None:
        return NOTHING
    tables, stories = lent
    return ReusedJudgments(
        same,
        {name: _rows_of(table, name, same) for name, table in tables.items()},
        {name: stories[name] for name in same},
    )


def _rows_of(table: pd.DataFrame, name: str, same: frozenset[str]) -> pd.DataFrame:
    if name == "judgments":
        # What a recalibration adds to it is made of more than the judgment.
        return table.loc[table["id"].isin(same), list(JUDGMENT_COLUMNS)]
    return table[table["judgment"].isin(same)]
