"""A lexicon file to a `Lexicon` and located problems."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from forecast_bench.lexicons.lexicon import Lexicon, Phrase
from forecast_bench.lexicons.lookup import normalised
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
    if not folder.exists():
        return {}, ()
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        message = f"the folder cannot be opened: {reason}"
        return {}, (problem("file-unreadable", message, Location(shown_as)),)
    found: dict[str, Lexicon] = {}
    takers = dict.fromkeys(load_shipped(), "the package")
    problems: list[Problem] = []
    for path in paths:
        shown = f"{shown_as}/{path.name}"
        document, faults = read_file(path, shown_as=shown)
        lexicon, more = _from_document(document) if document else (None, ())
        problems.extend((*faults, *more))
        if document is None or lexicon is None or faults:
            continue
        taker = takers.setdefault(lexicon.key, shown)
        if taker == shown:
            found[lexicon.key] = lexicon
        else:
            message = f"{lexicon.key} is defined already, in {taker}"
            problems.append(document.problem("duplicate-lexicon", message, ("id",)))
    return found, in_order(problems)


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
            fault = _fault_between(below, above, lexicon.structure)
            if fault:
                message = f"{_shown(above)} {fault} {_shown(below)}"
                yield document.problem("lexicon-order", message, ("phrases", index, "low"))


def _fault_between(below: Phrase, above: Phrase, structure: str) -> str | None:
    """What is wrong with one band following another, None if nothing is."""
    if (above.low, above.high) == (below.low, below.high):
        return "has the band of"
    if above.low < below.low or above.high < below.high:
        return "must stand before"
    if structure != "nested" and above.low < below.high:
        return "overlaps"
    if structure in ("partition", "open tails") and above.low > below.high:
        return "leaves a gap after"
    return None


def _shown(phrase: Phrase) -> str:
    return f'"{phrase.phrase}" ({phrase.low * 100:g}-{phrase.high * 100:g} %)'
