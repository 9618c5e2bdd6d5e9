"""What a terminal is given: safe text, signs it can print, and three colours."""

import os
import sys
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

from forecast_bench.markup import unprintable

if TYPE_CHECKING:
    from rich.console import Console

BLUE: Final = "#5f5fff"
ORANGE: Final = "#b06000"
QUIET: Final = "#767676"
"""Blue, orange and grey of one lightness, half way between black and white.

Words in them read on a dark and on a light ground alike, and the three stay apart for those who
lack a kind of cone, since they differ from blue to yellow. Everything that a colour says, a word
and a mark say too. After Okabe and Ito, Color Universal Design (2008).
"""

LONGEST: Final = 1200
"""Characters of a line: a person's text fills a screen at most."""

_KEPT_APART = ("Cc", "Cs", "Cn")
_UNSEEN = ("Cf", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters of which plots in text are made."""

    track: str
    band: str
    shade: str
    stated: str
    live: str
    both: str
    levels: str
    heights: str
    axis: str
    corner: str
    floor: str
    above: str
    below: str
    dot: str


UNICODE: Final = Signs(
    track="\u2500",
    band="\u2592",
    shade="\u2591",
    stated="\u2503",
    live="\u25cf",
    both="\u25c9",
    levels="\u2581\u2500\u2594",
    heights="\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588",
    axis="\u2502",
    corner="\u2514",
    floor="\u2500",
    above="\u25b2",
    below="\u25bc",
    dot="\u00b7",
)
ASCII: Final = Signs(
    track="-",
    band="=",
    shade=":",
    stated="|",
    live="o",
    both="@",
    levels="_-'",
    heights=".:-=+*%#",
    axis="|",
    corner="+",
    floor="-",
    above="^",
    below="v",
    dot=".",
)

ASCII_MARKS: Final = {
    "open": "~",
    "settling": "%",
    "occurred": "+",
    "did not occur": "-",
    "void": "x",
    "cannot resolve": "?",
    "not assessed": "/",
}
"""The marks of states where the encoding of the terminal has none of the usual ones."""


def is_terminal(stream: TextIO | None = None) -> bool:
    """Whether somebody looks at what is printed: at a terminal, or where colour is forced.

    ``FORCE_COLOR`` and ``TTY_COMPATIBLE`` mean what they mean to rich; ``CLICOLOR_FORCE``, where
    it is not 0, means the same as the first.
    """
    compatible = os.environ.get("TTY_COMPATIBLE", "")
    if compatible in ("0", "1"):
        return compatible == "1"
    forced = os.environ.get("FORCE_COLOR")
    if forced is None and os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    if forced is not None:
        return forced != ""
    return (stream or sys.stdout).isatty()


def console() -> "Console":
    """Give the terminal as rich prints to it, with no colours but those that are asked for."""
    from rich.console import Console

    return Console(
        highlight=False, markup=False, emoji=False, force_terminal=is_terminal(), soft_wrap=False
    )


def signs(stream: TextIO | None = None) -> Signs:
    """Give the signs that the encoding of a stream has."""
    return UNICODE if _has_unicode(stream or sys.stdout) else ASCII


def mark(state: str) -> str:
    """Give the mark of a state, in characters that standard output can print."""
    from forecast_bench.review.states import mark_of

    return mark_of(state) if _has_unicode(sys.stdout) else ASCII_MARKS.get(state, ".")


def printable(text: str, *, stream: TextIO | None = None, longest: int = LONGEST) -> str:
    r"""Text that does nothing to a terminal but show.

    Control characters, overrides of direction and lone surrogates become a replacement character;
    what nobody can see (zero width, marks of direction) is left out; what the encoding lacks
    becomes a question mark; a line that would fill a screen is cut.

    Parameters
    ----------
    text : str
        Any text; its line breaks and spaces stay.
    stream : file, optional
        Where it goes; standard output by default.
    longest : int
        Characters of a line that are shown.

    Examples
    --------
    >>> printable("red \x1b[31m and over\u202eride, zero\u200bwidth")
    'red \ufffd[31m and over\ufffdride, zerowidth'
    """
    if text.isascii() and text.isprintable() and len(text) <= longest:
        return text
    lines = ["".join(map(_shown, line)) for line in text.split("\n")]
    cut = [one if len(one) <= longest else f"{one[:longest]} ... (cut)" for one in lines]
    encoding = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    return "\n".join(cut).encode(encoding, "replace").decode(encoding)


def in_line(text: str, *, longest: int = LONGEST) -> str:
    r"""Text for a cell of a table or one line: `printable`, its line breaks made spaces.

    Examples
    --------
    >>> in_line("two\nlines of text", longest=9)
    'two lines ... (cut)'
    """
    return printable(" ".join(text.split("\n")), longest=longest)


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    if unprintable(character) or unicodedata.category(character) in _KEPT_APART:
        return "\ufffd"
    return "" if unicodedata.category(character) in _UNSEEN else character


def _has_unicode(stream: TextIO) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "") in (
        "utf8",
        "utf16",
        "utf8sig",
    )
