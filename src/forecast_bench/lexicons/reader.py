"""A lexicon file to a `Lexicon` and located problems."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from forecast_bench.lexicons.house import (
    MADE_FROM,
    Derived,
    read_derived,
    resolve_derived,
    version_faults,
)
from forecast_bench.lexicons.lexicon import Lexicon
from forecast_bench.lexicons.lookup import normalised
from forecast_bench.lexicons.order import fault_between, shown_band
from forecast_bench.lexicons.ordinal import is_ordinal
from forecast_bench.lexicons.shipped import load_shipped
from forecast_bench.problems import Location, Problem, in_order, problem
from forecast_bench.yaml_source import Document, read_file, read_record

_SUFFIXES = (".yaml", ".yml")


def read_lexicons(
    folder: Path, *, shown_as: str = "models/lexicons"
) -> tuple[Mapping[str, Lexicon], tuple[Problem, ...]]:
    """Read the house lexicons of a workspace; those shipped are not among them.

    Parameters
    ----------
    folder : Path
        Where their YAML files stand; a folder that does not exist holds none.
    shown_as : str
        Path of the folder in messages.

    Returns
    -------
    mapping of str to Lexicon
        By name@version. A file with problems gives none.
    tuple of Problem
        In the order of files and lines.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)
    except FileNotFoundError:
        return {}, ()
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        message = f"the folder cannot be opened: {reason}"
        return {}, (problem("file-unreadable", message, Location(shown_as)),)
    read: list[tuple[Document, Lexicon]] = []
    waiting: list[Derived] = []
    problems: list[Problem] = []
    for path in paths:
        document, faults = read_file(path, shown_as=f"{shown_as}/{path.name}")
        problems.extend(faults)
        if document is None or is_ordinal(document):
            continue
        if isinstance(document.values, dict) and any(key in document.values for key in MADE_FROM):
            derived, more = read_derived(document)
            problems.extend(more)
            waiting += [derived] if derived is not None and not faults else []
            continue
        lexicon, more = _from_document(document)
        problems.extend(more)
        read += [(document, lexicon)] if lexicon is not None and not faults else []
    own = {lexicon.key: lexicon for _, lexicon in reversed(read)}
    made, faults = resolve_derived(waiting, {**own, **load_shipped()})
    problems.extend(faults)
    read += [(derived.document, lexicon) for derived, lexicon in made.values()]
    found, more = _each_once(read)
    problems.extend(more)
    problems.extend(version_faults(found))
    return {key: lexicon for key, (_, lexicon) in found.items()}, in_order(problems)


def _each_once(
    read: Iterable[tuple[Document, Lexicon]],
) -> tuple[dict[str, tuple[Document, Lexicon]], tuple[Problem, ...]]:
    """Lexicons by name@version, the first of two, and none under a name of the package."""
    takers = dict.fromkeys(load_shipped(), "the package")
    found: dict[str, tuple[Document, Lexicon]] = {}
    problems: list[Problem] = []
    for document, lexicon in read:
        taker = takers.setdefault(lexicon.key, document.file)
        if taker == document.file:
            found[lexicon.key] = (document, lexicon)
        else:
            message = f"{lexicon.key} is defined already, in {taker}"
            problems.append(document.problem("duplicate-lexicon", message, ("id",)))
    return found, tuple(problems)


def read_lexicon(path: Path, *, shown_as: str) -> tuple[Lexicon | None, tuple[Problem, ...]]:
    """Read one lexicon file.

    Parameters
    ----------
    path : Path
        The file.
    shown_as : str
        Its path in messages.

    Returns
    -------
    Lexicon or None
        None where there are problems.
    tuple of Problem
        Faults of the YAML, of the record, and of the order of its bands.
    """
    document, faults = read_file(path, shown_as=shown_as)
    if document is None:
        return None, faults
    lexicon, more = _from_document(document)
    problems = in_order([*faults, *more])
    return (None if problems else lexicon), problems


def _from_document(document: Document) -> tuple[Lexicon | None, tuple[Problem, ...]]:
    lexicon, faults = read_record(document, Lexicon)
    if lexicon is None:
        return None, faults
    problems = (
        *_bad_rows(document, lexicon),
        *_bad_bands(document, lexicon),
        *_repeated_phrases(document, lexicon),
    )
    # The order of bands means something only where each is a band.
    problems = problems or tuple(_bad_order(document, lexicon))
    return (None if problems else lexicon), problems


def _bad_rows(document: Document, lexicon: Lexicon) -> Iterator[Problem]:
    if not lexicon.phrases:
        yield document.problem("wrong-shape", "a lexicon has at least one phrase", ("phrases",))
        return
    for index, row in enumerate(lexicon.rows):
        if row in lexicon.rows[:index]:
            yield document.problem("bad-value", f'"{row}" is named twice', ("rows", index))
        elif not lexicon.phrases_of(row):
            yield document.problem("bad-value", f'no phrase is of the row "{row}"', ("rows", index))
    for index, phrase in enumerate(lexicon.phrases):
        if phrase.row not in lexicon.rows:
            yield document.problem(
                "bad-value",
                f'"{phrase.row}" is not a row of this lexicon',
                ("phrases", index, "row"),
                notes=(f"rows: {', '.join(lexicon.rows)}",),
            )


def _bad_bands(document: Document, lexicon: Lexicon) -> Iterator[Problem]:
    for index, one in enumerate(lexicon.phrases):
        path = ("phrases", index, "low")
        if one.low >= one.high:
            message = f'the band of "{one.phrase}" runs from {one.low:g} to {one.high:g}'
            yield document.problem("lexicon-order", message, path)
        elif one.high - one.low == 1:
            message = f'the band of "{one.phrase}" is all of 0 to 1 and says nothing'
            yield document.problem("bad-value", message, path)


def _repeated_phrases(document: Document, lexicon: Lexicon) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, one in enumerate(lexicon.phrases):
        for position, wording in enumerate(one.wordings):
            if normalised(wording) in seen:
                last = ("phrase",) if position == 0 else ("synonyms", position - 1)
                message = f'"{wording}" is given twice in this lexicon'
                yield document.problem("duplicate-phrase", message, ("phrases", index, *last))
            seen.add(normalised(wording))


def _bad_order(document: Document, lexicon: Lexicon) -> Iterator[Problem]:
    for row in lexicon.rows:
        numbered = [(i, one) for i, one in enumerate(lexicon.phrases) if one.row == row]
        for (_, below), (index, above) in pairwise(numbered):
            fault = fault_between(below, above, lexicon.structure)
            if fault:
                message = f"{shown_band(above)} {fault} {shown_band(below)}"
                yield document.problem("lexicon-order", message, ("phrases", index, "low"))
