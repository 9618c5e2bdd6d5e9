"""Values as YAML, written by PyYAML so that every text comes back as it was."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

type Value = str | int | float | bool | datetime.date | Sequence["Value"] | Mapping[str, "Value"]

_WIDTH = 96


class _Key(str):
    """A key that is written as it is, though YAML 1.1 takes `on` for a truth."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Items of a list stand further in than its key, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Indent lists too."""
        del indentless
        return super().increase_indent(flow, indentless=False)


def _as_it_is(dumper: Any, key: _Key) -> yaml.ScalarNode:
    tag = dumper.resolve(yaml.ScalarNode, str(key), (True, False))
    return yaml.ScalarNode(tag, str(key))


_Dumper.add_representer(_Key, _as_it_is)


def block(value: Value, *, indent: int) -> str:
    r"""A mapping or a list on lines of its own.

    Parameters
    ----------
    value : Value
        What to write; leaves that are short stand on one line.
    indent : int
        Blanks before each line.

    Examples
    --------
    >>> print(block({"on": datetime.date(2018, 6, 30), "because": "a: b"}, indent=2))
      on: 2018-06-30
      because: 'a: b'
    """
    text = _dump(value, flow=None if _holds_records(value) else False, width=_WIDTH - indent)
    return "\n".join(f"{' ' * indent}{line}" if line else "" for line in text.splitlines())


def flow(value: Value) -> str:
    """A value on one line, as it stands between brackets.

    Examples
    --------
    >>> flow({"on": datetime.date(2018, 6, 30), "because": "a, b"})
    "{on: 2018-06-30, because: 'a, b'}"
    """
    return _dump(value, flow=True, width=10**9)


def _holds_records(value: Value) -> bool:
    """Whether the innermost records of a value may stand in brackets, on one line."""
    if isinstance(value, Mapping):
        return any(_is_collection(one) for one in value.values())
    if not isinstance(value, Sequence) or isinstance(value, str):
        return False
    records = [one for one in value if isinstance(one, Mapping)]
    nested = any(_is_collection(one) for each in records for one in each.values())
    return len(records) == len(value) and (nested or len(flow(value)) <= _WIDTH // 2)


def _is_collection(value: Value) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str)


def _dump(value: Value, *, flow: bool | None, width: int) -> str:
    text = yaml.dump(
        _plain(value),
        Dumper=_Dumper,
        default_flow_style=flow,
        sort_keys=False,
        allow_unicode=True,
        width=width,
    )
    return str(text).rstrip("\n")


def _plain(value: Value) -> Any:
    if isinstance(value, Mapping):
        return {_Key(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value
