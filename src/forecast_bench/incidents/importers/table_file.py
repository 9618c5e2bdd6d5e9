"""A table in whichever form it comes: what a file is, is read off its first bytes."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from forecast_bench.incidents.importers.columnar import open_columnar
from forecast_bench.incidents.importers.delimited import open_delimited
from forecast_bench.incidents.importers.json_lines import open_json_lines
from forecast_bench.incidents.importers.rows import RawFile, damaged
from forecast_bench.incidents.importers.text_lines import Encoding
from forecast_bench.incidents.importers.workbook import open_workbook
from forecast_bench.problems import Location, Problem, problem

_HEAD: Final = 4096
_NOT_READ: Final = (
    (b"\xd0\xcf\x11\xe0", "this is a workbook of the old kind (XLS); save it as XLSX or CSV"),
    (b"\x1f\x8b", "the file is compressed; unpack it first"),
    (b"%PDF", "this is a PDF; save its table as CSV"),
    (b"<", "this is a page of the web or XML, not a table; a download that failed looks like this"),
    (b"[", "this is one JSON list; write one object on each line (JSON lines)"),
    (b"\xff\xfe", "the text is UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "the text is UTF-16; save it as UTF-8"),
)


def open_table(
    path: Path, shown_as: str, *, encoding: Encoding = "utf-8", sheet: str | None = None
) -> tuple[RawFile | None, tuple[Problem, ...]]:
    """Open a CSV, XLSX, Parquet or JSON-lines file as rows of text.

    Parameters
    ----------
    path : Path
        The file.
    shown_as : str
        Its path in messages.
    encoding : {"utf-8", "latin-1"}
        How a text file is encoded; see `TextLines`.
    sheet : str or None
        Sheet of a workbook.

    Returns
    -------
    RawFile or None, tuple of Problem
        None exactly where there are problems.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            # A pipe or a device would be waited for, or read without end.
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
            message = f"this is {kind}, not a file"
            return None, (problem("file-unreadable", message, Location(shown_as)),)
        with path.open("rb") as file:
            head = file.read(_HEAD)
        return _open(path, shown_as, head, encoding, sheet)
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        message = f"the file cannot be opened: {reason}"
        return None, (problem("file-unreadable", message, Location(shown_as)),)


def _open(
    path: Path, shown_as: str, head: bytes, encoding: Encoding, sheet: str | None
) -> tuple[RawFile | None, tuple[Problem, ...]]:
    if head.startswith(b"PK"):
        return open_workbook(path, shown_as, sheet)
    if head.startswith(b"PAR1"):
        return open_columnar(path, shown_as)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start and len(head) < _HEAD:
        return None, (problem("file-empty", "the file is empty", Location(shown_as)),)
    for signature, message in _NOT_READ:
        if start.startswith(signature):
            return None, (damaged(shown_as, message),)
    if start.startswith(b"{"):
        return open_json_lines(path, shown_as, encoding)
    return open_delimited(path, shown_as, encoding)
