"""Adding to a YAML text without touching what stands in it.

A reader and writer of YAML, however careful, writes the rest of a file anew: lines are wrapped
elsewhere, quotes change, a comment moves. Here the text stays, and lines are put in between.
"""

import re
from collections.abc import Sequence

import yaml

from forecast_bench.editing.snippets import Value, block, flow
from forecast_bench.yaml_source import KeyPath

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_END_OF_LINE = re.compile(r"\r\n|\r|\n")
_COLON = re.compile(r"\s*:")


class PlaceError(ValueError):
    """There is no place in the text for what is to be added."""


def added(text: str, path: KeyPath, value: Value, *, item: bool = False) -> str:
    r"""Add a value to a YAML text.

    Parameters
    ----------
    text : str
        A YAML document without anchors.
    path : tuple of str and int
        Of a key that its mapping has not, or has without a value; or of a list.
    value : Value
        The key's value, or the item.
    item : bool
        Whether the value is one more item of the list, which begins with it where there is none.

    Returns
    -------
    str
        The text with lines put in; where lists and mappings are written in brackets, with words
        put in before the bracket that closes.

    Raises
    ------
    PlaceError
        If there is no such place.

    Examples
    --------
    >>> print(added("a:\n  - b: c   # why\n# end\n", ("a", 0, "d"), ["e"]))
    a:
      - b: c   # why
        d: [e]
    # end
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    root = yaml.compose(body, Loader=_LOADER)
    if root is None:
        raise PlaceError("the file holds nothing yet")
    node, rest = _reached(root, path)
    if item and isinstance(node, yaml.SequenceNode) and not rest:
        at, words = _item(body, node, value)
    elif isinstance(node, yaml.MappingNode) and len(rest) == 1 and isinstance(rest[0], str):
        at, words = _key(body, node, rest[0], [value] if item else value)
    else:
        raise PlaceError(f"there is no place for {'.'.join(map(str, path))}")
    if words.startswith("\n"):
        at, words = _lines(body, at, words)
    return mark + body[:at] + words + body[at:]


def _reached(root: yaml.Node, path: KeyPath) -> tuple[yaml.Node, KeyPath]:
    """The innermost node of a path that is there, and the rest of the path."""
    node = root
    for index, part in enumerate(path):
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = node.value[part] if part < len(node.value) else None
        if found is None or _is_empty(found):
            return node, path[index:]
        node = found
    return node, ()


def _item(text: str, node: yaml.SequenceNode, value: Value) -> tuple[int, str]:
    if node.flow_style:
        return _in_brackets(node, [_end(text, one) for one in node.value], flow(value))
    column = node.start_mark.column
    last = node.value[-1]
    apart = len(node.value) > 1 and _blank_line_between(text, node.value[-2], last)
    # A blank line below a text that keeps its blank lines would be one of them.
    apart = apart and not _keeps_blank_lines(text, _last_scalar(last))
    lines = block([value], indent=column)
    return _end(text, last), f"\n\n{lines}" if apart else f"\n{lines}"


def _key(text: str, node: yaml.MappingNode, key: str, value: Value) -> tuple[int, str]:
    ends = [_end_of_pair(text, name, held) for name, held in node.value]
    empty = next((name for name, _ in node.value if name.value == key), None)
    if node.flow_style:
        if empty is not None:
            return text.index(":", _end(text, empty)) + 1, f" {flow(value)}"
        return _in_brackets(node, ends, f"{key}: {flow(value)}")
    column = node.value[0][0].start_mark.column
    if empty is not None:
        return text.index(":", _end(text, empty)) + 1, _under(value, column)
    return max(ends), f"\n{' ' * column}{key}:{_under(value, column)}"


def _under(value: Value, column: int) -> str:
    """A value after its key and colon: on the same line where it is short."""
    short = flow(value)
    records = isinstance(value, Sequence) and any(isinstance(one, dict) for one in value)
    if not records and (not isinstance(value, dict | list) or len(short) + column <= 60):
        return f" {short}"
    return f"\n{block(value, indent=column + 2)}"


def _in_brackets(node: yaml.CollectionNode, ends: list[int], words: str) -> tuple[int, str]:
    return (max(ends), f", {words}") if ends else (int(node.start_mark.index) + 1, words)


def _end(text: str, node: yaml.Node) -> int:
    """Index after the last character of a node that means something."""
    if isinstance(node, yaml.ScalarNode):
        end = int(node.end_mark.index)
        if _keeps_blank_lines(text, node):
            return len(text[:end].removesuffix("\n").removesuffix("\r"))
        return len(text[:end].rstrip()) if node.style in ("|", ">") else end
    if isinstance(node, yaml.CollectionNode) and node.flow_style:
        return int(node.end_mark.index)
    ends = (
        [_end_of_pair(text, name, held) for name, held in node.value]
        if isinstance(node, yaml.MappingNode)
        else [_end(text, one) for one in node.value if not _is_empty(one)]
    )
    return max(ends, default=int(node.start_mark.index) + 1)


def _end_of_pair(text: str, name: yaml.Node, held: yaml.Node) -> int:
    """Index after a key's value; after its colon where it has none."""
    if not _is_empty(held):
        return _end(text, held)
    colon = _COLON.match(text, _end(text, name))
    return colon.end() if colon else _end(text, name)


def _last_scalar(node: yaml.Node) -> yaml.Node:
    """The scalar, or the empty list or mapping, that a node ends with."""
    while isinstance(node, yaml.CollectionNode) and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def _keeps_blank_lines(text: str, node: yaml.Node) -> bool:
    if not isinstance(node, yaml.ScalarNode) or node.style not in ("|", ">"):
        return False
    header = _END_OF_LINE.split(text[node.start_mark.index :], maxsplit=1)[0]
    return "+" in header.split("#")[0]


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value == "" and not node.style


def _blank_line_between(text: str, first: yaml.Node, second: yaml.Node) -> bool:
    between = text[_end(text, first) : second.start_mark.index]
    return any(not line.strip() for line in _END_OF_LINE.split(between)[1:-1])


def _lines(text: str, at: int, words: str) -> tuple[int, str]:
    """Put lines in after the line that `at` is on, which keeps its comment."""
    found = _END_OF_LINE.search(text)
    ending = found[0] if found else "\n"
    rest = _END_OF_LINE.split(text[at:], maxsplit=1)[0]
    if rest.strip() and not rest.lstrip().startswith("#"):
        raise PlaceError("something stands on the line that lines are to be put in after")
    return at + len(rest), words.replace("\n", ending)
