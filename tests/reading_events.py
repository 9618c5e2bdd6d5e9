"""Reading made files of events in tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forecast_bench.incidents.importers import (
    IncidentFile,
    RejectedRow,
    UnreadableFileError,
    open_incidents,
)
from forecast_bench.incidents.schema import staged_schema
from forecast_bench.problems import Problem, as_text


def opened(path: Path, kind: str = "auto", **more: Any) -> IncidentFile:
    file, problems = open_incidents(path, kind=kind, shown_as=path.name, **more)
    assert problems == ()
    assert file is not None
    return file


def problems_of(path: Path, kind: str = "auto", **more: Any) -> tuple[Problem, ...]:
    file, problems = open_incidents(path, kind=kind, shown_as=path.name, **more)
    assert file is None
    return problems


def read_all(file: IncidentFile) -> tuple[list[dict[str, Any]], list[RejectedRow]]:
    """Every row and every rejected one, having held them against the contract of importers."""
    rows: list[dict[str, Any]] = []
    rejected: list[RejectedRow] = []
    for batch in file.batches():
        assert batch.rows.schema == staged_schema()
        batch.rows.validate(full=True)
        assert [one.line for one in batch.rejected] == sorted(one.line for one in batch.rejected)
        rows += batch.rows.to_pylist()
        rejected += batch.rejected
    for one in rejected:
        assert one.reason
        assert not one.reason.endswith(".")
        assert (one.value + one.reason + one.column).isprintable()
    for row in rows:
        for column in staged_schema():
            assert column.nullable or row[column.name] is not None
    return rows, rejected


def write_csv(folder: Path, text: str | bytes, name: str = "events.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read_csv(
    folder: Path, text: str | bytes, kind: str = "auto", **more: Any
) -> tuple[list[dict[str, Any]], list[RejectedRow]]:
    return read_all(opened(write_csv(folder, text), kind, **more))


def without(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def never_raises(path: Path, kind: str) -> tuple[int, int] | None:
    """Open and read; rows and rejected ones, or None where the file is no table of this kind."""
    file, problems = open_incidents(path, kind=kind, shown_as="events")
    assert (file is None) == bool(problems)
    for one in problems:
        as_text(one).encode()
    if file is None:
        return None
    try:
        found, rejected = read_all(file)
    except UnreadableFileError as failure:
        as_text(failure.problem).encode()
        return None
    return len(found), len(rejected)
