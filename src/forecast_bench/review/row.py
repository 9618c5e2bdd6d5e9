"""One row of a table with missing values told apart from zero, whatever the file used for them."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True, slots=True)
class Row:
    """A row by column name; a missing column reads as a missing value.

    Examples
    --------
    >>> row = Row({"live": 0.8, "note": None, "after": float("nan")})
    >>> row.number("live"), row.number("after"), row.text("note"), row.flag("early")
    (0.8, None, '', False)
    """

    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Give the text, empty where there is none."""
        value = self.values.get(name)
        if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
            return ""
        return str(value)

    def number(self, name: str) -> float | None:
        """Give the number, or None where there is none."""
        value = self.values.get(name)
        if value is None or value is pd.NA or isinstance(value, str):
            return None
        result = float(value)
        return None if math.isnan(result) else result

    def flag(self, name: str) -> bool:
        """Say whether the flag is set; missing is not set."""
        value = self.values.get(name)
        if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
            return False
        return bool(value)

    def records(self, name: str) -> "tuple[Row, ...]":
        """Give a list of records kept as JSON text; a bare text becomes ``{"text": …}``."""
        kept = self.text(name)
        if not kept:
            return ()
        loaded = json.loads(kept)
        return tuple(
            Row(one) if isinstance(one, dict) else Row({"text": one}) for one in loaded or ()
        )

    def items(self) -> tuple[tuple[str, Any], ...]:
        """Give the columns with their values, in order."""
        return tuple(self.values.items())

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of texts, empty where there is none."""
        value = self.values.get(name)
        return tuple(str(one) for one in value) if isinstance(value, list) else ()

    def listed(self, name: str) -> tuple["Row", ...]:
        """Give a list of mappings kept under a name, empty where there is none."""
        value = self.values.get(name)
        return tuple(Row(one) for one in value) if isinstance(value, list) else ()

    def within(self, name: str) -> "Row":
        """Give a mapping kept under a name, empty where there is none."""
        value = self.values.get(name)
        return Row(value) if isinstance(value, Mapping) else Row({})


def rows_of(frame: pd.DataFrame) -> tuple[Row, ...]:
    """Every row of a frame, in order.

    Examples
    --------
    >>> [one.number("n") for one in rows_of(pd.DataFrame({"n": [1, 2]}))]
    [1.0, 2.0]
    """
    records: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]
    return tuple(Row(one) for one in records)
