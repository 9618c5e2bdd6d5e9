"""Part of a document to a record, and a validator's errors to located problems."""

import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from forecast_bench.problems import CATALOGUE, Problem
from forecast_bench.yaml_source.document import Document, KeyPath, Plain
from forecast_bench.yaml_source.wording import in_words, is_about_shape


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
        # By the names that stand in files only: a field's name in the code is not a key.
        value = value_at(document, path)
        return record_type.model_validate(value, by_alias=True, by_name=False), ()
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
    if detail["loc"] and detail["loc"][-1] == "[key]":
        message = in_words(detail, subject="a key")
        return document.problem("bad-value", message, path[:-1], at_key=True)
    if fault == "missing" and isinstance(detail["loc"][-1], int):
        message = f"{_subject(path)} needs {detail['loc'][-1] + 1} entries"
        return document.problem("wrong-shape", message, path)
    if fault == "missing":
        message = f'"{name}" is missing'
        return document.problem(
            "missing-key", message, path[:-1], notes=_keys_note(record_type, detail["loc"][:-1])
        )
    if fault == "extra_forbidden":
        message = f'"{name}" is not a key here'
        notes = _keys_note(record_type, detail["loc"][:-1])
        return document.problem("unknown-key", message, path, notes=notes, at_key=True)
    if fault in CATALOGUE:
        return document.problem(fault, detail["msg"], path, at_key=_stands_below(document, path))
    if detail["input"] is None:
        return document.problem("bad-value", f"{_subject(path)} has no value", path, at_key=True)
    identifier = "wrong-shape" if is_about_shape(detail) else "bad-value"
    message = in_words(detail, subject=_subject(path))
    return document.problem(identifier, message, path, at_key=_stands_below(document, path))


def _stands_below(document: Document, path: KeyPath) -> bool:
    """Whether a value begins on a line below its key: then the key is the place to look at."""
    return document.place(path).line > document.key_place(path).line


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
    if not keys:
        return "the file"
    last = path[-1]
    return f'entry {last + 1} of "{keys[-1]}"' if isinstance(last, int) else f'"{keys[-1]}"'


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
        # A step that no record has names a branch of a union, or is the key of a plain mapping.
        candidates = following or _tagged(candidates, step) or candidates
    return candidates[0] if candidates else None


def _tagged(candidates: list[type[BaseModel]], tag: str) -> list[type[BaseModel]]:
    """Records that one value of one of their keys tells apart from others."""
    return [
        record
        for record in candidates
        if any(
            typing.get_args(field.annotation) == (tag,) for field in record.model_fields.values()
        )
    ]


def _records_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Record types anywhere inside an annotation such as `tuple[Revision, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif isinstance(annotation, typing.TypeAliasType):
        yield from _records_in(annotation.__value__)
    elif isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is not None:
        for part in typing.get_args(annotation):
            yield from _records_in(part)
