"""What a text has that YAML does not allow, in the words of someone who writes YAML."""

import re

import yaml

from forecast_bench.problems import Location, Problem, problem
from forecast_bench.yaml_source.document import excerpt
from forecast_bench.yaml_source.lines import Lines

_NOT_ALLOWED = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # YAML 1.2, 5.1
)

# What the parser says, and what a person has most likely done.
_SAYINGS = (
    (
        "mapping values are not allowed",
        "a colon stands where no key can; put a text with a colon in quotes, or mend the "
        "indentation",
    ),
    ("scanning a quoted scalar", "the quote that opens here is not closed, or not where it should"),
    ("found a tab character", "a tab stands where spaces must; indent with spaces"),
    (
        "could not find expected ':'",
        "a key lacks its colon and space; write key: value",
    ),
    (
        "did not find expected ',' or ']'",
        "a comma or the closing ] of a list is missing before this place",
    ),
    (
        "did not find expected ',' or '}'",
        "a comma or the closing } of a mapping is missing before this place",
    ),
    ("did not find expected node content", "a value is missing between the brackets and commas"),
    (
        "did not find expected '-' indicator",
        "the indentation fits no line above; a list goes on with a dash",
    ),
    (
        "did not find expected key",
        "the indentation fits no line above, or a quote or bracket ends too early",
    ),
    (
        "block sequence entries are not allowed",
        "a dash stands where no list can begin; mend the indentation",
    ),
    (
        "did not find expected <document start>",
        "the text goes on after its end; mend the indentation, or a bracket that closes too early",
    ),
    (
        "unknown escape character",
        "a backslash in double quotes begins no escape of YAML; use single quotes",
    ),
)


def syntax_problem(failure: yaml.MarkedYAMLError, file: str, lines: Lines) -> Problem:
    """Tell what the parser stumbled over, where the mending is to be done."""
    said = " ".join(part for part in (failure.context, failure.problem) if part)
    opened, found = failure.context_mark, failure.problem_mark
    # A quote that is never closed is found at the end of the file, far from where it opens.
    mark = opened if opened and "scanning a quoted scalar" in said else found or opened
    location = lines.location(file, mark.index if mark else 0)
    shown = excerpt(lines.texts, location)
    here = shown[location.column - 1 : location.column]
    notes: tuple[str, ...] = ()
    if opened and found and opened.line < found.line and mark is found:
        notes = (f"what is not finished begins on line {lines.position(opened.index)[0]}",)
    # The C parser reports nesting that it will not follow as a fault of syntax.
    identifier = "too-deep" if "nesting" in said else "yaml-syntax"
    message = f"this is not YAML: {_in_words(said, here)}"
    return problem(identifier, message, location, excerpt=shown, notes=notes)


def _in_words(said: str, here: str) -> str:
    if "cannot start any token" in said:
        if here == "\t":
            return "a tab stands where spaces must; indent with spaces"
        return f'no text begins with "{here}"; put the text in quotes'
    return next((words for pattern, words in _SAYINGS if pattern in said), said)


def forbidden_character(text: str, file: str, lines: Lines) -> Problem | None:
    """Find the first character that no YAML text may hold."""
    found = _NOT_ALLOWED.search(text)
    if found is None:
        return None
    location = lines.location(file, found.start())
    message = f"this is not YAML: the character U+{ord(found[0]):04X} cannot stand in a text"
    return problem("yaml-syntax", message, location, excerpt=excerpt(lines.texts, location))


def not_utf8(content: bytes, failure: UnicodeDecodeError, file: str) -> Problem:
    """Say which byte is not UTF-8, counting columns in characters."""
    # The decoder counts from behind a byte order mark.
    start = failure.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
    lines = Lines(content[:start].decode("utf-8-sig", errors="replace") + " ")
    line, column = len(lines.texts), len(lines.texts[-1])
    message = f"byte 0x{content[start]:02x} is not UTF-8 text"
    return problem("not-utf8", message, Location(file, line, column, column + 1))
