"""Readers of reports: one report in five formats, with the places of its words."""

from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.lexicons import load_shipped
from forecast_bench.prose import vocabulary_of
from forecast_bench.prose.documents import (
    NoTextError,
    read_document,
    read_html,
    read_markdown,
    read_plain_text,
)
from forecast_bench.prose.extraction import Estimate, extract
from forecast_bench.prose.sentences import sentences
from forecast_bench.prose.source_text import Document, SourceText, flowing

KNOWN = load_shipped()
WORDS = vocabulary_of("en")


def found_in(document: Document) -> tuple[Estimate, ...]:
    return extract(document, lexicon=KNOWN["uk-phia@2018"], lexicons=KNOWN).estimates


def places(document: Document) -> list[tuple[str, int, int]]:
    return [(one.text, one.place.line, one.place.column) for one in found_in(document)]


MARKDOWN = """\
# Likely developments

It is *highly* **likely** that
[the road](http://x.test/likely) opens; `likely` is a word.

> It is unlikely, they hold.

| what | how |
|------|-----|
| road | likely |

- Snow is likely.
- Ice is &quot;un&shy;likely&quot; by May &amp; later.

```
likely = 1
```

It may rain.[^1]

[^1]: Rain is almost certain.
"""


def test_footnotes_in_a_row_are_apart() -> None:
    document = read_markdown("It ends.[^a] Then?[^b]\n\n[^a]: A is likely\n[^b]: B is unlikely\n")
    assert [(one.sentence, one.place.line) for one in found_in(document)] == [
        ("[^a]: A is likely", 3),
        ("[^b]: B is unlikely", 4),
    ]


def test_markdown() -> None:
    document = read_markdown(MARKDOWN)
    assert places(document) == [
        ("highly likely", 3, 8),
        ("unlikely", 6, 9),
        ("likely", 12, 11),
        ("unlikely", 13, 16),
        ("may", 19, 4),
        ("almost certain", 21, 15),
    ]
    assert [one.around.attributed for one in found_in(document)][1]


HTML = """<!doctype html><html><head><title>Likely</title><style>likely {}</style></head>
<body><nav><a>likely</a></nav><h1>Likely developments</h1>
<p>It is highly
  <em>likely</em> that it opens&#46; Snow is un&shy;likely.<br>Ice is likely.
<p>It <script>var likely</script>may rain
<blockquote><p>It is likely.</p></blockquote>
<table><tr><td>likely<td>unlikely</table>
<ul><li>Rain is almost&nbsp;certain<li>Hail is unlikely</ul>
"""


def test_html() -> None:
    document = read_html(HTML)
    assert places(document) == [
        ("highly likely", 3, 10),
        ("unlikely", 4, 46),
        ("likely", 4, 71),
        ("may", 5, 34),
        ("likely", 6, 22),
        ("almost certain", 8, 17),
        ("unlikely", 8, 48),
    ]
    assert [one.around.attributed for one in found_in(document)] == [False] * 4 + [True] + [
        False
    ] * 2


def test_pdf(tmp_path: Path) -> None:
    from fpdf import FPDF

    made = FPDF()
    made.set_font("helvetica", size=12)
    for page in (1, 2, 3):
        made.add_page()
        made.cell(text="Likely Outlook 2026, restricted", new_x="LMARGIN", new_y="NEXT")
        made.multi_cell(0, text=f"It is highly likely that part {page} ends.", new_x="LMARGIN")
        made.ln(20)
        made.cell(text=f"page {page}, likely final", new_x="LMARGIN", new_y="NEXT")
    path = tmp_path / "report.pdf"
    made.output(str(path))
    found = found_in(read_document(path, WORDS))
    assert [(one.text, one.place.page, one.place.line) for one in found] == [
        ("highly likely", page, 2) for page in (1, 2, 3)
    ]


def test_pdf_without_text(tmp_path: Path) -> None:
    from fpdf import FPDF

    made = FPDF()
    made.add_page()
    made.output(str(tmp_path / "scan.pdf"))
    with pytest.raises(NoTextError, match="OCR"):
        read_document(tmp_path / "scan.pdf")
    (tmp_path / "cut.pdf").write_bytes((tmp_path / "scan.pdf").read_bytes()[:40])
    with pytest.raises(NoTextError, match="cannot be read"):
        read_document(tmp_path / "cut.pdf")


def test_word(tmp_path: Path) -> None:
    import docx

    made = docx.Document()
    made.add_heading("Likely developments", level=1)
    line = made.add_paragraph("It is highly ")
    line.add_run("likely").bold = True
    line.add_run(" that it ends.")
    table = made.add_table(rows=1, cols=1)
    table.cell(0, 0).text = "likely"
    made.add_paragraph("Snow is un-\nlikely.", style="List Bullet")
    path = tmp_path / "report.docx"
    made.save(str(path))
    document = read_document(path, WORDS)
    assert places(document) == [("highly likely", 2, 7), ("unlikely", 4, 9)]


def test_text_in_other_encodings(tmp_path: Path) -> None:
    text = "It’s likely.\r\nSnow is unlikely.\r\n"  # noqa: RUF001
    for encoding, noted in (("utf-8-sig", 0), ("utf-16", 0), ("cp1252", 1)):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes(text.encode(encoding))
        document = read_document(path, WORDS)
        assert places(document) == [("likely", 1, 6), ("unlikely", 2, 9)]
        assert len(document.notes) == noted


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", b"x", "ends in"),
        ("a.txt", b"", "empty"),
        ("a.txt", b"PK\0\0", "not text"),
        ("a.docx", b"not a zip", "DOCX"),
        ("a.pdf", b"not a PDF", "PDF"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NoTextError, match=reason):
        read_document(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("One two three.\nFour.\n", ["prose"]),
        ("The Outlook for Rain\n\nIt rains.", ["heading", "prose"]),
        (
            "The Outlook for Rain\nIt rains on most days of the year, and so it will.",
            ["heading", "prose"],
        ),
        ("1. It rains\n   today.\n2. It snows.", ["list item", "list item"]),
        ("It rained in\n2019. It snows.", ["prose"]),
        ("a\tb\nc\td\n", ["table"]),
        ("Table 1. Rain by month", ["caption"]),
        ("Rain\n----\n", ["heading"]),
    ],
)
def test_blocks_of_plain_text(text: str, kinds: list[str]) -> None:
    assert [one.kind for one in read_plain_text(text, WORDS).blocks] == kinds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is. It was.", ["It is.", "It was."]),
        ("Mr. Lee of the U.S. Army left. He ran.", ["Mr. Lee of the U.S. Army left.", "He ran."]),
        ("Is it? Yes! Well… No.", ["Is it?", "Yes!", "Well…", "No."]),
        ('He said: "Go." Then he went.', ['He said: "Go."', "Then he went."]),
        ("It rose by 3.5 per cent.[1] It fell.", ["It rose by 3.5 per cent.[1]", "It fell."]),
        ("no end", ["no end"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text, WORDS)] == expected


TEXTS = st.text(alphabet=st.sampled_from('ab -\n\t\xad\xa0.\u200b|#*&;<>[]"likelyun'), max_size=200)


@given(TEXTS)
def test_every_character_keeps_its_place(text: str) -> None:
    flow = flowing(SourceText.at(text, 0), known=frozenset({"unlikely"}))
    assert len(flow.text) == len(flow.offsets)
    assert list(flow.offsets) == sorted(flow.offsets)
    for one, offset in zip(flow.text, flow.offsets, strict=True):
        assert one == text[offset] or (one == " " and text[offset].isspace())
    assert "\n" not in flow.text


@given(TEXTS)
def test_no_text_breaks_a_reader(text: str) -> None:
    for document in (read_plain_text(text, WORDS), read_markdown(text), read_html(text)):
        for one in found_in(document):
            assert one.place.line >= 1
            assert one.text


@given(TEXTS)
def test_sentences_cover_the_text(text: str) -> None:
    flat = " ".join(text.split())
    spans = list(sentences(flat, WORDS))
    assert " ".join(flat[start:end] for start, end in spans) == flat


def as_html(document: Document, path: Path) -> None:
    tags = {"heading": "h2", "table": "td", "caption": "caption"}
    parts = (
        f"<{tags.get(one.kind, 'p')}>{escape(one.words.text)}</{tags.get(one.kind, 'p')}>"
        for one in document.blocks
    )
    path.write_text(f"<html><body>{''.join(parts)}</body></html>", encoding="utf-8")


def as_word(document: Document, path: Path) -> None:
    import docx

    made = docx.Document()
    for one in document.blocks:
        style = {"heading": "Heading 2", "caption": "Caption"}.get(one.kind)
        if one.kind == "table":
            made.add_table(rows=1, cols=1).cell(0, 0).text = one.words.text
        else:
            made.add_paragraph(one.words.text, style=style)
    made.save(str(path))


def as_pdf(document: Document, path: Path) -> None:
    from fpdf import FPDF

    made = FPDF()
    made.add_page()
    made.set_font("courier", size=9)
    for line in document.source.split("\n"):
        shown = line.removesuffix("\xad") + ("-" if line.endswith("\xad") else "")
        text = shown.replace("\xad", "") or " "
        made.cell(text=text, new_x="LMARGIN", new_y="NEXT", h=4)
    made.output(str(path))


@pytest.mark.parametrize("write", [as_html, as_word, as_pdf])
def test_one_report_in_every_format(
    tmp_path: Path, write: Callable[[Document, Path], None]
) -> None:
    """A long report, with tables, footnotes and broken words, says the same in each format."""
    plain = read_document(Path(__file__).parent / "prose" / "second-report.txt", WORDS)
    ending = {as_html: "html", as_word: "docx", as_pdf: "pdf"}[write]
    path = tmp_path / f"report.{ending}"
    write(plain, path)
    assert said(read_document(path, WORDS)) == said(plain)


def said(document: Document) -> list[tuple[str, str | None, str | None, bool]]:
    return [
        (one.kind, one.phrase, one.around.horizon, one.around.attributed)
        for one in found_in(document)
    ]
