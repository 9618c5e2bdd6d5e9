"""Small pieces of HTML and SVG for notebooks, from plain values; all text in them is escaped."""

import unicodedata
from collections.abc import Sequence

_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_LONGEST = 1200
# Said in every piece itself: a notebook has no style sheet of ours, and may be dark.
_CELL = "padding:2px 8px;vertical-align:top;text-align:"
# A word longer than this is broken wherever it must be; all others stay whole.
_LONGEST_WORD = 40
_BLUE, _BAND = "#5f5fff", "#8f8fff"


def unprintable(character: str) -> bool:
    r"""Whether a character commands the reader's screen: controls, overrides of direction.

    Examples
    --------
    >>> unprintable("\x1b"), unprintable("\u202e"), unprintable("é")
    (True, True, False)
    """
    return character in _OVERRIDES or unicodedata.category(character) in ("Cc", "Cs")


def text_html(text: object) -> str:
    r"""Text of a person as HTML: escaped, without what commands a screen, cut if very long.

    Examples
    --------
    >>> text_html("<b>two\nlines</b>")
    '&lt;b&gt;two lines&lt;/b&gt;'
    """
    # Every command loads this module for what is unprintable, and almost none the entities.
    from html import escape

    plain = " ".join(str(text).split())
    shown = "".join("\ufffd" if unprintable(one) else one for one in plain)
    return escape(shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]} … (cut)")


def table_html(
    caption: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    numeric: Sequence[str] = (),
    longest: int = 200,
) -> str:
    """Make a table of plain values as HTML.

    Parameters
    ----------
    caption : str
        Says what is in it.
    columns : sequence of str
        The heads.
    rows : sequence of sequence
        One value for each column; a `Drawn` is put in as it is, everything else is escaped.
    numeric : sequence of str
        Columns that are aligned as numbers.
    longest : int
        Rows to show; how many more there are is said below.

    Examples
    --------
    >>> "&lt;i&gt;" in table_html("One row", ["name"], [["<i>"]])
    True
    """
    aligned = ["right" if name in numeric else "left" for name in columns]
    head = "".join(
        f'<th scope="col" style="{_CELL}{align}">{text_html(name)}</th>'
        for name, align in zip(columns, aligned, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell_html, row, aligned))}</tr>" for row in rows[:longest])
    more = f"<p>and {len(rows) - longest} more rows</p>" if len(rows) > longest else ""
    said = f'<caption style="text-align:left">{text_html(caption)}</caption>'
    return f"<table>{said}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell_html(cell: object, align: str) -> str:
    if isinstance(cell, Drawn):
        return f'<td style="{_CELL}{align}">{cell.svg}</td>'
    text = "" if cell is None else str(cell)
    longest = max(map(len, text.split()), default=0)
    wrapped = ";overflow-wrap:anywhere" if longest > _LONGEST_WORD else ""
    wrapped = ";white-space:nowrap" if align == "right" else wrapped
    return f'<td style="{_CELL}{align}{wrapped}">{text_html(text)}</td>'


class Drawn:
    """A picture that this module drew, to be put into a table as it is."""

    __slots__ = ("svg",)

    def __init__(self, svg: str) -> None:
        self.svg = svg


def gauge_svg(
    *, low: float | None, high: float | None, stated: float | None = None, live: float | None = None
) -> Drawn:
    """Draw a band, a tick at the stated probability and a dot at the live one, from 0 to 100 %.

    Parameters
    ----------
    low, high, stated, live : float or None
        Probabilities in 0..1; each may be missing.

    Examples
    --------
    >>> "circle" in gauge_svg(low=0.8, high=0.9, stated=0.85).svg
    False
    """
    if low is None and stated is None and live is None:
        return Drawn("")
    parts = ['<path d="M0 7H100" stroke="currentColor" stroke-opacity="0.4"/>']
    if low is not None and high is not None:
        width = max(1.0, 100 * (high - low))
        parts.append(
            f'<rect x="{100 * low:.4g}" y="2" width="{width:.4g}" height="10" '
            f'fill="{_BAND}" fill-opacity="0.5"/>'
        )
    if stated is not None:
        parts.append(f'<path d="M{100 * stated:.4g} 1V13" stroke="currentColor" stroke-width="2"/>')
    if live is not None:
        parts.append(f'<circle cx="{100 * live:.4g}" cy="7" r="3.4" fill="{_BLUE}"/>')
    said = ", ".join(
        f"{name} {value:.1%}"
        for name, value in (("from", low), ("to", high), ("stated", stated), ("live", live))
        if value is not None
    )
    return Drawn(
        f'<svg role="img" aria-label="{text_html(said or "no number")}" width="120" height="14" '
        f'viewBox="-6 0 112 14">{"".join(parts)}</svg>'
    )


def density_svg(heights: Sequence[float], *, low: float | None, high: float | None) -> Drawn:
    """Draw a density over 0 to 1 as a small filled curve, over its band.

    Parameters
    ----------
    heights : sequence of float
        The density at evenly spaced points that divide 0 to 1, on any scale.
    low, high : float or None
        The band.

    Examples
    --------
    >>> "polygon" in density_svg([0.0, 1.0, 0.0], low=0.4, high=0.6).svg
    True
    """
    top = max(heights, default=0.0) or 1.0
    points = [
        (160 * (place + 0.5) / len(heights), 40 * (1 - height / top))
        for place, height in enumerate(heights)
    ]
    shown = " ".join(f"{across:.4g},{down:.3g}" for across, down in points)
    band = ""
    if low is not None and high is not None:
        band = (
            f'<rect x="{160 * low:.4g}" y="0" width="{max(1.0, 160 * (high - low)):.4g}" '
            f'height="40" fill="{_BAND}" fill-opacity="0.35"/>'
        )
    return Drawn(
        '<svg role="img" aria-label="density from 0 to 100 %" width="160" height="44" '
        f'viewBox="0 -2 160 44">{band}<polygon points="0,40 {shown} 160,40" fill="{_BLUE}" '
        'fill-opacity="0.6"/><path d="M0 40H160" stroke="currentColor" stroke-opacity="0.4"/></svg>'
    )
