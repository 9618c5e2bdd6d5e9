"""From a file to a document, by what its name ends in."""

from pathlib import Path
from typing import Final

from forecast_bench.prose.documents.html import read_html
from forecast_bench.prose.documents.markdown import read_markdown
from forecast_bench.prose.documents.pdf import NoTextError, read_pdf
from forecast_bench.prose.documents.plain_text import read_plain_text
from forecast_bench.prose.documents.word import read_word
from forecast_bench.prose.source_text import Document
from forecast_bench.prose.vocabulary import Vocabulary

TEXT: Final = (".txt", ".text", "")
MARKDOWN: Final = (".md", ".markdown")
HTML: Final = (".html", ".htm", ".xhtml")
ENDINGS: Final = (*TEXT[:-1], *MARKDOWN, *HTML, ".pdf", ".docx")

_BYTE_ORDER = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def read_document(path: Path, words: Vocabulary | None = None) -> Document:
    """Read a report: text, Markdown, HTML, PDF or DOCX.

    Parameters
    ----------
    path : Path
        The file.
    words : Vocabulary or None
        Of the report's language.

    Raises
    ------
    NoTextError
        If it is of another kind, or holds no text that can be read.
    OSError
        If the file cannot be opened.
    """
    ending = path.suffix.casefold()
    if ending == ".pdf":
        return read_pdf(path, words)
    if ending == ".docx":
        return read_word(path)
    if ending not in (*TEXT, *MARKDOWN, *HTML):
        raise NoTextError(f'a file that ends in "{ending}" is not read; give {", ".join(ENDINGS)}')
    text, notes = _decoded(path.read_bytes())
    if not text.strip():
        raise NoTextError("the file is empty")
    if ending in MARKDOWN:
        document = read_markdown(text)
    elif ending in HTML:
        document = read_html(text)
    else:
        document = read_plain_text(text, words)
    return Document(document.source, document.blocks, document.pages, (*document.notes, *notes))


def _decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _BYTE_ORDER.items():
        if content.startswith(mark):
            return _lines(content.decode(encoding, "replace")), ()
    if b"\0" in content:
        raise NoTextError("the file is not text: it holds zero bytes")
    try:
        return _lines(content.decode("utf-8")), ()
    except UnicodeDecodeError:
        note = "the file is not UTF-8; it was read as Windows-1252"
        return _lines(content.decode("cp1252", "replace")), (note,)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
