"""Texts of analysts in a comment: nobody is notified, nothing is linked, nothing is done."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from forecast_bench.review.document import (
    Bullets,
    Details,
    Facts,
    Figure,
    Paragraph,
    table,
)
from forecast_bench.review.inert import inert, inert_block
from forecast_bench.review.markdown import block_as_markdown, escaped

# What GitHub and GitLab look for in the text that Markdown has become.
LIVE = re.compile(
    r"@[\w-]|#\d|\bGH-\d|!\d|(?<!\w)[~%&$]\w|\b(?:https?|ftp)://|\bwww\.\w|\b[0-9a-f]{7,40}\b"
    r"|(?m:^\s*/\w)|:[a-z_+-]+:|\b[A-Z]{2,}-\d",
    re.IGNORECASE,
)
HOSTILE = (
    "@octocat and @team/desk",
    "closes #12, octo/repo#3, octo/repo@1234567",
    "GH-7 and ABC-12",
    '!4 $5 ~bug %1 &2 ~"two words"',
    "https://evil.example/a, HTTP://x.y and www.evil.example",
    "a.b@c.example",
    "1234567890abcdef1234567890abcdef12345678 and deadbeef",
    "/close",
    "  /assign @me",
    ":tada: :+1:",
    "##1 @@me",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_live(text):
    assert LIVE.search(text)
    shown = inert(text)
    assert not LIVE.search(shown)
    assert shown.replace("\u2060", "") == text


@given(st.text(alphabet="@#!$~%&/:-.a1fGHw ", max_size=30))
def test_nothing_is_added_but_what_is_not_seen(text):
    shown = inert(text)
    assert shown.replace("\u2060", "") == text
    assert not re.search(r"[@#!]\w", shown)
    assert "://" not in shown


def test_an_ordinary_sentence_is_left_as_it_is():
    text = "Likely (65 %), 1,530 incidents & more by 2018-06-30: 50/50 in judgments/mali-2017.yaml."
    assert inert(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_every_kind_of_block_is_made_inert(text):
    blocks = (
        Paragraph(text),
        Bullets((text,)),
        Facts(((text, text),), text),
        table(text, ("a",), [(text,)]),
        Figure("f", "changes", text, text),
        Details(text, (Paragraph(text),)),
    )
    for block in blocks:
        printed = "\n\n".join(block_as_markdown(inert_block(block), {"f": "figures/f.svg"}))
        rendered = MarkdownIt("gfm-like", {"linkify": False}).render(printed)
        assert not re.search(r"<a |<script|@\w|#\d", rendered.replace("<a id", ""))


def test_what_is_escaped_afterwards_stays_inert():
    assert not LIVE.search(escaped(inert("#12 and #13")).replace("\\", ""))
