"""Joins the prints of several pages into one PDF that tells neither when nor where it was made."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject, NullObject

# The browser numbers the nodes of a page anew at every start, from another number.
_NODE = re.compile(rb"\(node(\d{8})\)")
_TOLD = ("/CreationDate", "/ModDate", "/Producer", "/Creator")


def joined_pages(printed: Mapping[str, Path], *, place: str) -> bytes:
    """Join the prints of pages.

    Parameters
    ----------
    printed : mapping of str to Path
        The PDF of each page, by the name of its HTML file, in order.
    place : str
        The address of the folder of the HTML files. Links into it lead to the pages of the PDF,
        and are taken out where they lead to a file that is not in it.

    Returns
    -------
    bytes
        One PDF, without dates; the same for the same prints wherever they were made.
    """
    readers = {name: PdfReader(path) for name, path in printed.items()}
    first, *others = readers.values()
    joined = PdfWriter(clone_from=first)
    for reader in others:
        joined.append(reader)
    begins, at = {}, 0
    for name, reader in readers.items():
        begins[name] = at
        at += len(reader.pages)
    for name, reader in readers.items():
        _relink(joined, reader, begins=begins, own=name, place=place.rstrip("/") + "/")
    joined.metadata = {
        key: value for key, value in (first.metadata or {}).items() if key not in _TOLD
    }
    written = io.BytesIO()
    joined.write(written)
    return _renumbered(written.getvalue())


def _relink(
    joined: PdfWriter, reader: PdfReader, *, begins: Mapping[str, int], own: str, place: str
) -> None:
    """Lead the links of one page to where they now stand."""
    named = reader.named_destinations
    begin = begins[own]
    for number in range(begin, begin + len(reader.pages)):
        page = joined.pages[number]
        links = page.get("/Annots")
        kept = ArrayObject()
        for one in links.get_object() if links is not None else ():
            link: Any = one.get_object()
            target = str(link.get("/Dest", "")).removeprefix("/")
            address = str(link.get("/A", {}).get("/URI", ""))
            if target or address.startswith(f"{place}{own}#"):
                target = target or unquote(address.rpartition("#")[2])
                goal = named.get(target) or named.get(f"/{target}")
                at = None if goal is None else reader.get_destination_page_number(goal)
                top = NullObject() if goal is None or goal.top is None else goal.top
                _lead(link, joined, begin + (at or 0), top)
            elif address.startswith(place):
                name = unquote(address.removeprefix(place).partition("#")[0])
                if name not in begins:
                    continue
                _lead(link, joined, begins[name], NullObject())
            kept.append(one)
        if links is not None:
            page[NameObject("/Annots")] = kept


def _lead(link: Any, joined: PdfWriter, number: int, top: Any) -> None:
    """Make a link lead to a page of the PDF, and there to a height."""
    link.pop("/A", None)
    goal = joined.pages[number].indirect_reference
    link[NameObject("/Dest")] = ArrayObject(
        [goal, NameObject("/XYZ"), NullObject(), top, NullObject()]
    )


def _renumbered(text: bytes) -> bytes:
    """Count the nodes of the structure from 0, whatever number the browser began with."""
    first = min((int(one[1]) for one in _NODE.finditer(text)), default=0)
    return _NODE.sub(lambda one: b"(node%08d)" % (int(one[1]) - first), text)
