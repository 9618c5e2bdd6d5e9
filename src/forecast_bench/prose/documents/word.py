"""DOCX, read by python-docx: paragraphs in their order, tables, footnotes."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast_bench.prose.documents.pdf import NoTextError
from forecast_bench.prose.source_text import (
    LINE_SEPARATOR,
    Block,
    BlockKind,
    Document,
    SourceText,
)

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

_FOOTNOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_word(path: Path) -> Document:
    """Read a DOCX; its lines are its paragraphs, counted from 1 in the order of the text.

    Raises
    ------
    NoTextError
        If it is no DOCX.
    """
    from zipfile import BadZipFile

    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        opened = docx.Document(str(path))
        parts = list(_parts(opened))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, SyntaxError) as failure:
        raise NoTextError(f"the file cannot be read as DOCX: {failure}") from failure
    source, blocks = "", []
    for kind, text in parts:
        # A line break inside a paragraph makes no line, so that paragraphs are what is counted.
        flat = text.replace("\n", LINE_SEPARATOR)
        blocks.append(Block(kind, SourceText.at(flat, len(source))))
        source += flat + "\n"
    if not source.strip():
        raise NoTextError("the DOCX holds no text")
    return Document(source, tuple(blocks))


def _parts(opened: Any) -> Iterator[tuple[BlockKind, str]]:
    from docx.table import Table

    for one in opened.iter_inner_content():
        if isinstance(one, Table):
            for row in one.rows:
                for cell in row.cells:
                    yield "table", cell.text
        else:
            yield _kind(one), one.text
    yield from _footnotes(opened)


def _kind(paragraph: "Paragraph") -> BlockKind:
    style = (paragraph.style.name or "").casefold() if paragraph.style is not None else ""
    for begins, kind in (("heading", "heading"), ("title", "heading"), ("subtitle", "heading")):
        if style.startswith(begins):
            return kind  # type: ignore[return-value]
    if style.startswith("caption"):
        return "caption"
    if "quote" in style:
        return "quotation"
    return "list item" if style.startswith("list") else "prose"


def _footnotes(opened: Any) -> Iterator[tuple[BlockKind, str]]:
    from docx.oxml import parse_xml

    for one in opened.part.rels.values():
        if one.reltype != _FOOTNOTES:
            continue
        root = parse_xml(one.target_part.blob)
        for note in root.iter(f"{_WORDS}footnote"):
            text = "".join(part.text or "" for part in note.iter(f"{_WORDS}t"))
            if text.strip():
                yield "list item", text
