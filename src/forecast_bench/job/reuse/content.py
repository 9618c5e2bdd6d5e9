"""What a value is made of, as one hash: equal content means that work on it need not be redone."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from pydantic import BaseModel

_MISSING: Final = "\0missing"


def content_hash(*values: Any) -> str:
    """SHA-256 of values by their content, of records and tables too; equal values hash alike.

    Raises
    ------
    TypeError
        If the content of a value cannot be told: it would be taken as unchanged.

    Examples
    --------
    >>> content_hash({"a": (1, None)}) == content_hash({"a": (1, None)})
    True
    >>> content_hash(1) == content_hash(1.0) or content_hash("1") == content_hash(1)
    False
    """
    digest = hashlib.sha256()
    for value in values:
        _feed(digest, value)
    return digest.hexdigest()


_PLAIN: Final = (bool, int, float, Fraction, datetime.date, datetime.timedelta, type(None))


def _feed(digest: "hashlib._Hash", value: Any) -> None:
    content = _content(value)
    # Each part is told with its type and its length, so that no two values spell the same.
    if content is not None:
        _tell(digest, value, content)
        return
    _tell(digest, value, b"(")
    for part in _parts(value):
        _feed(digest, part)
    _tell(digest, value, b")")


def _content(value: Any) -> bytes | None:
    """Content of a value as bytes; None where it has parts."""
    match value:
        case str():
            return value.encode("utf-8", "surrogatepass")
        case bytes():
            return value
        case np.ndarray():
            return f"{value.dtype.str}{value.shape}".encode() + value.tobytes()
        case pd.DataFrame():
            cells = value.to_csv(index=False, na_rep=_MISSING, float_format="%.17g")
            return f"{value.dtypes.to_dict()}{cells}".encode("utf-8", "surrogatepass")
        case _ if isinstance(value, _PLAIN):
            return repr(value).encode()
    return None


def _parts(value: Any) -> Iterable[Any]:
    match value:
        case Mapping():
            return value.items()
        case list() | tuple():
            return value
        case set() | frozenset():
            return sorted(value)
        case BaseModel():
            return [(name, getattr(value, name)) for name in type(value).model_fields]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return [(one.name, getattr(value, one.name)) for one in fields(value)]
    raise TypeError(f"the content of {type(value).__name__} cannot be told")


def _tell(digest: "hashlib._Hash", value: Any, content: bytes) -> None:
    digest.update(f"{type(value).__name__}:{len(content)}:".encode())
    digest.update(content)


def program_hash() -> str:
    """SHA-256 of the program's own Python and data files: other code may give other results."""
    package = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            _tell(digest, "", path.relative_to(package).as_posix().encode())
            _tell(digest, b"", path.read_bytes())
    return digest.hexdigest()
