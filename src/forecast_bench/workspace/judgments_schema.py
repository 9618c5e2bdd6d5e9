"""JSON Schema of a file of judgments, for editors: made from the records and the lexicons."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from forecast_bench.lexicons import Lexicon
from forecast_bench.records import FileHeader, Judgment, Question

SCHEMA_FILE: Final = "judgments.schema.json"
_DIALECT: Final = "http://json-schema.org/draft-07/schema#"

type Schema = dict[str, Any]

_STATED = ("probability", "cannot_assess", "off_yardstick")
_KINDS = ("count", "change", "share", "reach", "months", "by_hand")
_THRESHOLDS = ("at_least", "at_most", "between", "any", "none")
# Rules of whole records, as a schema can say them: of these keys, exactly one.
_ONE_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "Judgment": _STATED,
    "Question": _KINDS,
    "Count": _THRESHOLDS,
    "Reach": ("at_least", "against"),
    "Condition": ("question", "text"),
}


# One month is always in a row.
_ONE_IN_A_ROW: Final[Schema] = {
    "properties": {"in_a_row": {"enum": [True, "true"]}, "at_least": {"enum": [1, "1"]}},
    "required": ["in_a_row", "at_least"],
}


def judgments_schema(lexicons: Mapping[str, Lexicon], *, default: str | None) -> Schema:
    """Make the schema (draft 7) of a file of judgments.

    What it refuses, `check` refuses too; `check` finds much that no schema can see. An editor shows
    the phrases of the lexicon that a judgment, its file or the workspace pins.

    Parameters
    ----------
    lexicons : mapping of str to Lexicon
        Those that can be pinned, by name@version.
    default : str or None
        The lexicon of files that pin none.

    Examples
    --------
    >>> from forecast_bench.lexicons import load_shipped
    >>> schema = judgments_schema(load_shipped(), default="uk-phia@2025")
    >>> schema["definitions"]["phrases of kent@1964"]["enum"][0]
    'almost certainly not'
    """
    schema = FileHeader.model_json_schema()
    definitions = schema.pop("$defs", {})
    for record in (Judgment, Question):
        made = record.model_json_schema()
        definitions |= made.pop("$defs", {})
        definitions[record.__name__] = made
    definitions.pop("Stated", None)
    for name, keys in _ONE_OF.items():
        definitions[name]["oneOf"] = [_given(key) for key in keys]
    definitions["Question"]["not"] = _given("within", "window")
    definitions["Months"]["not"] = _ONE_IN_A_ROW
    past_or_present = {
        "properties": {"about": {"enum": ["present", "past"]}},
        "required": ["about"],
    }
    definitions["Question"]["anyOf"] = [_given("within"), _given("window"), past_or_present]
    definitions["Question"]["allOf"] = [_counted()]
    definitions["HandResolution"]["allOf"] = [
        _grounded("evidence", "occurred", "did not occur"),
        _grounded("reason", "void", "cannot resolve"),
    ]
    parts = schema["properties"]
    parts["judgments"] |= {"items": {"$ref": "#/$defs/Judgment"}}
    parts["questions"] = {
        "description": parts["questions"]["description"],
        "anyOf": [
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/Question"}},
            {"type": "null"},
        ],
    }
    definitions = {name: _draft7(part) for name, part in definitions.items()}
    for key, lexicon in lexicons.items():
        definitions[f"phrases of {key}"] = _phrases(lexicon)
        definitions[f"stated in {key}"] = _stated(lexicon)
    definitions["Judgment"]["allOf"] = [_pinned(key, _probabilities(key)) for key in lexicons]
    whole: Schema = {
        "$schema": _DIALECT,
        "title": "A file of judgments",
        **_draft7({key: part for key, part in schema.items() if key != "title"}),
        "definitions": definitions,
    }
    whole["allOf"] = [_pinned(key, _of_judgments(key)) for key in lexicons]
    if default in lexicons:
        whole["allOf"].append(
            {"if": {"not": _given("lexicon")}, "then": _of_judgments(str(default))}
        )
    for properties in (whole["properties"], definitions["Judgment"]["properties"]):
        properties["lexicon"]["examples"] = list(lexicons)
    return whole


def _given(*keys: str) -> Schema:
    """Keys are there, and not empty."""
    filled: Schema = {key: {"not": {"type": "null"}} for key in keys}
    return {"required": list(keys), "properties": filled}


def _counted() -> Schema:
    """A question that is counted is about the future, and resolves itself."""
    counted = [_given(kind) for kind in _KINDS if kind != "by_hand"]
    future = {"about": {"enum": ["future"]}, "resolution": {"type": "null"}}
    return {"if": {"anyOf": counted}, "then": {"properties": future}}


def _grounded(key: str, *outcomes: str) -> Schema:
    """What these outcomes of a by-hand question need."""
    held = {"properties": {"outcome": {"enum": list(outcomes)}}, "required": ["outcome"]}
    return {"if": held, "then": _given(key)}


def _phrases(lexicon: Lexicon) -> Schema:
    """Phrases of a lexicon from the lowest; written in any case, as the reader takes them."""
    by_height = sorted(lexicon.phrases, key=lambda one: (one.low, one.high))
    named = [(wording, one) for one in by_height for wording in one.wordings]
    return {
        "description": f"{lexicon.title} ({lexicon.key})",
        "enum": [wording for wording, _ in named],
        "enumDescriptions": [f"{one.low * 100:g} to {one.high * 100:g} %" for _, one in named],
    }


def _stated(lexicon: Lexicon) -> Schema:
    """A phrase of the lexicon in any case, a number, a range, or nothing."""
    wordings = [wording for one in lexicon.phrases for wording in one.wordings]
    any_case = "|".join(map(_in_any_case, wordings))
    number = {"type": ["number", "string"], "exclusiveMinimum": 0, "exclusiveMaximum": 1}
    end = {"type": ["number", "string"], "minimum": 0, "maximum": 1, "pattern": _NUMBER}
    return {
        "anyOf": [
            {"$ref": f"#/definitions/phrases of {lexicon.key}"},
            {"type": "string", "pattern": rf"^\s*({any_case})\s*$"},
            {**number, "pattern": _NUMBER},
            {"type": "array", "items": [end, end], "minItems": 2, "maxItems": 2},
            {"type": "null"},
        ]
    }


def _in_any_case(wording: str) -> str:
    """Pattern for a wording, as a schema's patterns know no flags."""
    words = (
        "".join(
            f"[{one.lower()}{one.upper()}]" if one.isalpha() else re.escape(one) for one in word
        )
        for word in wording.split()
    )
    return r"\s+".join(words)


def _probabilities(key: str) -> Schema:
    """A judgment and its revisions state phrases of one lexicon, or numbers."""
    stated = {"$ref": f"#/definitions/stated in {key}"}
    revisions = {"items": {"properties": {"probability": stated}}}
    return {"properties": {"probability": stated, "revisions": revisions}}


def _of_judgments(key: str) -> Schema:
    """Judgments of a file that pins a lexicon, but for those that pin their own."""
    items = {"if": {"not": _given("lexicon")}, "then": _probabilities(key)}
    return {"properties": {"judgments": {"items": items}}}


def _pinned(key: str, then: Schema) -> Schema:
    held = {"properties": {"lexicon": {"const": key}}, "required": ["lexicon"]}
    return {"if": held, "then": then}


def _draft7(part: Any, *, names: bool = False) -> Any:
    """What pydantic makes (2020-12) in draft 7, with scalars as an editor types them.

    The reader takes every scalar as text; an editor takes 2017 for a number and true for a truth,
    so a text may be each of them, and a number may be in quotes.
    """
    if isinstance(part, list):
        return [_draft7(one) for one in part]
    if not isinstance(part, dict):
        return part
    if names:
        return {name: _draft7(one) for name, one in part.items()}
    made = {
        _LIMITS.get(key, key): _draft7(one, names=key == "properties")
        for key, one in part.items()
        if key not in ("title", "prefixItems", "$ref", "discriminator")
    }
    if "prefixItems" in part:
        made["items"] = _draft7(part["prefixItems"])
    if "$ref" in part:
        made["$ref"] = part["$ref"].replace("#/$defs/", "#/definitions/")
    typed = _TYPED.get(part.get("type", "")) if "enum" not in part else None
    return {**made, **typed(part)} if typed is not None else made


# Limits of what may be left out keep pydantic's own names.
_LIMITS: Final[Mapping[str, str]] = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}
_NUMBER = r"^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$"


# What an editor takes some texts for, with an example.
_NO_TEXTS: Final[Mapping[str, str]] = {"number": "1", "boolean": "true"}
_DAY = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"


def _text(part: Schema) -> Schema:
    if part.get("format") == "date":
        return {"pattern": _DAY, "examples": ["2018-01-31"]}
    pattern = part.get("pattern")
    if pattern is None:
        filled = {"pattern": r"\S"} if part.get("minLength") else {}
        return {"type": ["string", *_NO_TEXTS], **filled}
    # Of the scalars that an editor takes for something else, those that the pattern lets in.
    others = [name for name, example in _NO_TEXTS.items() if re.search(pattern, example)]
    least = {"minimum": 0} if "number" in others and not re.search(pattern, "-1") else {}
    # The reader takes off the blanks around a text.
    wide = re.sub(r"\$(?=\||$)", r"\\s*$", re.sub(r"(?:^|(?<=\|))\^", r"^\\s*", pattern))
    return {"type": ["string", *others], "pattern": wide, **least}


_TYPED: Final[Mapping[str, Callable[[Schema], Schema]]] = {
    "string": _text,
    "integer": lambda _: {"type": ["integer", "string"], "pattern": r"^\s*[+-]?\d+\s*$"},
    "number": lambda _: {"type": ["number", "string"], "pattern": _NUMBER},
    "boolean": lambda _: {"type": ["boolean", "string"], "enum": [True, False, "true", "false"]},
}
