"""Part of a document to a record, and a validator's errors to located problems."""

import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from forecast_bench.problems import CATALOGUE, Problem
from forecast_bench.yaml_source.document import Document, KeyPath, Plain

# What pydantic calls a fault, in the words of someone who writes YAML.
_SHAPES = {
    "string_type": "a text",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
}


def read_record[RecordType: BaseModel](
    document: Document, record_type: type[RecordType], path: KeyPath = ()
) -> tuple[RecordType | None, tuple[Problem, ...]]:
    r"""Validate the value at `path` as a record.

    Parameters
    ----------
    document : Document
        A text that was read.
    record_type : type of pydantic.BaseModel
        The record expected there.
    path : key path
        Where it stands; the whole document by default.

    Returns
    -------
    record or None, tuple of Problem
        None exactly where there are problems; each is located at the value or the key at fault.

    Examples
    --------
    >>> from forecast_bench.yaml_source import read_text
    >>> class Window(BaseModel, extra="forbid"):
    ...     start: str
    >>> document, _ = read_text("start: 2018-01-01\nend: 2019-01-01\n", file="a.yaml")
    >>> record, (fault,) = read_record(document, Window)
    >>> fault.message, fault.location.line
    ('"end" is not a key here', 2)
    """
    try:
        return record_type.model_validate(value_at(document, path)), ()
    except ValidationError as failure:
        details = failure.errors(include_url=False, include_context=True)
        problems = tuple(_problem(document, record_type, path, detail) for detail in details)
        return None, tuple(dict.fromkeys(problems))


def value_at(document: Document, path: KeyPath) -> Plain:
    """Return the value at a path that exists in the document."""
    value: Any = document.values
    for step in path:
        value = value[step]
    return typing.cast("Plain", value)


def _problem(
    document: Document, record_type: type[BaseModel], base: KeyPath, detail: ErrorDetails
) -> Problem:
    location, fault = _as_written(document, base, detail["loc"]), detail["type"]
    path = (*base, *location)
    name = str(location[-1]) if location else ""
    if fault == "missing":
        message = f'"{name}" is missing'
        return document.problem(
            "missing-key", message, path[:-1], notes=_keys_note(record_type, location[:-1])
        )
    if fault == "extra_forbidden":
        message = f'"{name}" is not a key here'
        notes = _keys_note(record_type, location[:-1])
        return document.problem("unknown-key", message, path, notes=notes, at_key=True)
    if fault in CATALOGUE:
        return document.problem(fault, detail["msg"], path)
    subject = _subject(path)
    if detail["input"] is None:
        return document.problem("bad-value", f"{subject} has no value", path, at_key=True)
    if fault in _SHAPES:
        return document.problem("wrong-shape", f"{subject} must be {_SHAPES[fault]}", path)
    if fault in ("too_long", "too_short"):
        return document.problem("wrong-shape", f"{subject}: {_plain_words(detail['msg'])}", path)
    return document.problem("bad-value", f"{subject}: {_plain_words(detail['msg'])}", path)


def _as_written(document: Document, base: KeyPath, location: KeyPath) -> KeyPath:
    """Drop the steps that name a branch of a union, not a key of the text."""
    value: Any = value_at(document, base)
    steps: list[str | int] = []
    for index, step in enumerate(location):
        if _has(value, step):
            value = value[step]
        elif index < len(location) - 1 or not isinstance(value, dict):
            continue
        steps.append(step)
    return tuple(steps)


def _has(value: Any, step: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(step, int) and step < len(value)
    return isinstance(value, dict) and step in value


def _subject(path: KeyPath) -> str:
    keys = [step for step in path if isinstance(step, str)]
    return f'"{keys[-1]}"' if keys else "the file"


def _plain_words(message: str) -> str:
    return (
        message.removeprefix("Value error, ").removeprefix("Input ").replace("should be", "must be")
    )


def _keys_note(record_type: type[BaseModel], location: KeyPath) -> tuple[str, ...]:
    """List the keys of the record at `location` inside `record_type`."""
    found = _record_at(record_type, location)
    if found is None:
        return ()
    keys = [field.alias or name for name, field in found.model_fields.items()]
    needed = [
        field.alias or name for name, field in found.model_fields.items() if field.is_required()
    ]
    note = f"keys here: {', '.join(keys)}"
    return (note, f"needed: {', '.join(needed)}") if needed else (note,)


def _record_at(annotation: Any, location: KeyPath) -> type[BaseModel] | None:
    candidates = list(_records_in(annotation))
    for step in location:
        if isinstance(step, int):
            continue
        following: list[type[BaseModel]] = []
        for record in candidates:
            for name, field in record.model_fields.items():
                if step in (name, field.alias):
                    following.extend(_records_in(field.annotation))
        # A step that no record has is the key of a plain mapping: stay.
        candidates = following or candidates
    return candidates[0] if candidates else None


def _records_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Record types anywhere inside an annotation such as `tuple[Revision, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif isinstance(annotation, typing.TypeAliasType):
        yield from _records_in(annotation.__value__)
    elif isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is not None:
        for part in typing.get_args(annotation):
            yield from _records_in(part)
