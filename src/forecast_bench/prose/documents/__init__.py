"""Readers of reports: each makes blocks of text whose characters know their places."""

from forecast_bench.prose.documents.html import read_html
from forecast_bench.prose.documents.markdown import read_markdown
from forecast_bench.prose.documents.pdf import NoTextError, read_pdf
from forecast_bench.prose.documents.plain_text import read_plain_text
from forecast_bench.prose.documents.reading import read_document
from forecast_bench.prose.documents.word import read_word

__all__ = [
    "NoTextError",
    "read_document",
    "read_html",
    "read_markdown",
    "read_pdf",
    "read_plain_text",
    "read_word",
]
