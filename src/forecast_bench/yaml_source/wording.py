"""A validator's errors in the words of someone who writes YAML."""

from typing import Any, Final

from pydantic_core import ErrorDetails

_SHAPES: Final = {
    "string_type": "a text",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "date_type": "a date such as 2018-06-30",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
}
_LIMITS: Final = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}


def in_words(detail: ErrorDetails, *, subject: str) -> str:
    """Say what is wrong with a value.

    Parameters
    ----------
    detail : ErrorDetails
        One error of the validator.
    subject : str
        The value's key, or what else it is called.

    Examples
    --------
    >>> from pydantic import BaseModel, Field, ValidationError
    >>> class Law(BaseModel):
    ...     drift: float = Field(le=5)
    >>> try:
    ...     Law(drift=9)
    ... except ValidationError as failure:
    ...     in_words(failure.errors()[0], subject='"drift"')
    '"drift" must be at most 5, not 9'
    """
    said = _predicate(detail)
    if said is None:
        return f"{subject}: {detail['msg'].removeprefix('Value error, ')}"
    return f"{subject} {said}"


def _predicate(detail: ErrorDetails) -> str | None:
    fault, context = detail["type"], detail.get("ctx", {})
    if fault in _SHAPES:
        return f"must be {_SHAPES[fault]}"
    if fault in _LIMITS:
        key, words = _LIMITS[fault]
        found = detail["input"]
        shown = f"{found:g}" if isinstance(found, int | float) else str(found)
        return f"must be {words} {context[key]:g}, not {shown}"
    if fault == "literal_error":
        return _one_of(context, detail["input"])
    if fault == "string_too_short":
        return "is an empty text"
    if fault == "string_too_long":
        length, most = len(str(detail["input"])), context["max_length"]
        return f"has {length:,} characters; at most {most:,} are allowed"
    if fault == "too_short":
        return f"needs at least {_entries(context['min_length'])}, not {context['actual_length']}"
    if fault == "too_long":
        return f"takes at most {_entries(context['max_length'])}, not {context['actual_length']}"
    return None


def is_about_shape(detail: ErrorDetails) -> bool:
    """Whether a list, a mapping or a text stands where another of them must."""
    fault = detail["type"]
    composed = isinstance(detail["input"], list | dict)
    return (
        fault in _SHAPES
        or fault in ("too_short", "too_long")
        or (fault == "literal_error" and composed)
    )


def _one_of(context: dict[str, Any], found: Any) -> str:
    legal = str(context["expected"]).replace("'", "")
    return f"must be {legal}" + (f', not "{found}"' if isinstance(found, str) else "")


def _entries(number: int) -> str:
    return f"{number} entr{'y' if number == 1 else 'ies'}"
