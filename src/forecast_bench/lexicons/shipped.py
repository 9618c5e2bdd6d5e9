"""Lexicons that come with the package: released files, which never change."""

import functools
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

from forecast_bench.lexicons.lexicon import Lexicon
from forecast_bench.problems import as_text
from forecast_bench.yaml_source import read_record, read_text


@functools.cache
def load_shipped() -> Mapping[str, Lexicon]:
    """Lexicons of the package by name@version, read once in a process.

    Raises
    ------
    RuntimeError
        If a file of the package is not a lexicon: a broken installation.

    Examples
    --------
    >>> [key for key in load_shipped() if key.startswith("uk-")]
    ['uk-phia@2018', 'uk-phia@2025']
    """
    folder = resources.files("forecast_bench.lexicons") / "data"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    lexicons = (_released(name, (folder / name).read_text(encoding="utf-8")) for name in names)
    return MappingProxyType({lexicon.key: lexicon for lexicon in lexicons})


def _released(name: str, text: str) -> Lexicon:
    document, faults = read_text(text, file=name)
    if document is not None and not faults:
        lexicon, faults = read_record(document, Lexicon)
        if lexicon is not None:
            return lexicon
    raise RuntimeError("a lexicon of the package is broken:\n" + "\n".join(map(as_text, faults)))
