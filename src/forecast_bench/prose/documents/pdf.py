"""PDF, read by pypdf: the text of its pages, without the lines that every page repeats."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from forecast_bench.prose.documents.plain_text import blocks_of
from forecast_bench.prose.source_text import Document, SourceText
from forecast_bench.prose.vocabulary import Vocabulary

_FEWEST_PAGES = 3
_NUMBER = re.compile(r"\d+")


class NoTextError(ValueError):
    """A file that has no text to read: scanned, locked or broken; the message says which."""


def read_pdf(path: Path, words: Vocabulary | None = None) -> Document:
    """Read the text of a PDF, page by page.

    Parameters
    ----------
    path : Path
        The file.
    words : Vocabulary or None
        Of the text's language.

    Raises
    ------
    NoTextError
        If it is no PDF, is locked with a password, or holds no text.
    """
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    # What it has to say of odd files is said here, in a form for analysts.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise NoTextError("the PDF is locked with a password; save a copy without one")
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as failure:
        if isinstance(failure, NoTextError):
            raise
        raise NoTextError(f"the PDF cannot be read: {failure}") from failure
    if not any(page.strip() for page in pages):
        raise NoTextError("the PDF holds no text, only pictures of it; read it with OCR first")
    return _joined(pages, words)


def _joined(pages: Sequence[str], words: Vocabulary | None) -> Document:
    repeated = _repeated(pages)
    source, starts, empty = "", [], 0
    runs: list[tuple[int, int]] = []
    for page in pages:
        starts.append(len(source))
        empty += not page.strip()
        for line in page.splitlines():
            if _bare(line) in repeated:
                source += line + "\n"
                continue
            runs.append((len(source), len(source) + len(line) + 1))
            source += line + "\n"
    text = "".join(source[start:end] for start, end in runs)
    whole = SourceText.at(source, 0)
    offsets = whole.offsets[:0]
    for start, end in runs:
        offsets.extend(whole.offsets[start:end])
    blocks = tuple(blocks_of(SourceText(text, offsets), words))
    notes = [f"{empty} of {len(pages)} pages hold no text"] if empty else []
    return Document(source, blocks, pages=tuple(starts), notes=tuple(notes))


def _repeated(pages: Sequence[str]) -> frozenset[str]:
    """First and last line, where most pages share them but for a number: headers and footers."""
    if len(pages) < _FEWEST_PAGES:
        return frozenset()
    edges: Counter[str] = Counter()
    for page in pages:
        lines = [_bare(one) for one in page.splitlines() if one.strip()]
        edges.update({*lines[:1], *lines[-1:]})
    return frozenset(one for one, count in edges.items() if count > len(pages) / 2)


def _bare(line: str) -> str:
    return _NUMBER.sub("#", line.strip())
