"""Canonical JSON: one text for one meaning, so that its digest can be compared by anybody."""

import datetime
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

SEAL_FORMAT = 1

# Of canonical content: a text, true or false, a list or a mapping of them; no number, no null.
type Canonical = str | bool | list["Canonical"] | dict[str, "Canonical"]

_SPACES = re.compile(r"[ \t\r\n]+")


def canonical(value: Any) -> Canonical:
    r"""Bring a value into the form that is sealed.

    Texts are in Unicode's composed form (NFC) with single spaces, numbers are texts in decimal
    digits, days are texts in ISO form; what is not given (None) is left out of mappings.

    Raises
    ------
    TypeError
        If a value of another type is given.

    Examples
    --------
    >>> import datetime
    >>> canonical({"on": datetime.date(2018, 6, 30), "low": 1e-05, "why": "a\n  b", "note": None})
    {'on': '2018-06-30', 'low': '0.00001', 'why': 'a b'}
    """
    match value:
        case str():
            return _text(value)
        case bool():
            return value
        case int() | float():
            return _number(value)
        case datetime.date():
            return value.isoformat()
        case Mapping():
            return {key: canonical(one) for key, one in value.items() if one is not None}
        case list() | tuple():
            return [canonical(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_json(value: Any) -> bytes:
    r"""Write a value as UTF-8 JSON with sorted keys and no space between its parts.

    Examples
    --------
    >>> canonical_json({"b": ["é"], "a": True})
    b'{"a":true,"b":["\xc3\xa9"]}'
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # A half of a pair, which no text may hold, is written as JSON writes it.
    return text.encode("utf-8", "backslashreplace")


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in 64 hexadecimal digits (FIPS 180-4).

    Examples
    --------
    >>> digest({})[:16]
    '44136fa355b3678a'
    """
    return hashlib.sha256(canonical_json(value)).hexdigest()


def content_digest(kind: str, fields: Mapping[str, Canonical]) -> str:
    """Digest of all that is sealed of a judgment or of a revision."""
    return digest({"seal": SEAL_FORMAT, "kind": kind, "fields": fields})


def field_digest(name: str, value: Canonical) -> str:
    """Digest of one field, with which a changed field can be named without keeping its text."""
    return digest({"seal": SEAL_FORMAT, "field": name, "value": value})


def field_digests(fields: Mapping[str, Canonical]) -> dict[str, str]:
    """Digest of each field."""
    return {name: field_digest(name, value) for name, value in fields.items()}


def _text(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _SPACES.sub(" ", text).strip(" ")


def _number(number: float) -> str:
    """Shortest decimal that reads back as the same number, without an exponent."""
    shown = format(Decimal(repr(number)), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
