"""A review as one HTML file that needs no network, no script and no other file."""

import base64
import hashlib
import re
from collections.abc import Mapping
from importlib.resources import files
from urllib.parse import quote

from forecast_bench.review.document import Figure, Gauge, Review
from forecast_bench.review.figures import sparkline
from forecast_bench.review.row import rows_of

# Beyond this, a picture of the run folder stays a file beside the page.
_LARGEST_PICTURE = 300_000


def as_html(review: Review, drawn: Mapping[str, str]) -> str:
    """Print a review as HTML.

    Parameters
    ----------
    review : Review
        What to say.
    drawn : mapping of str to str
        SVG text of each figure by name. Foreign SVG is embedded as an image, where scripts in it
        cannot run.

    Examples
    --------
    >>> page = as_html(Review("<b>", "r", "2019-07-31", "", "", (), ""), {})
    >>> "<b>" in page, "&lt;b&gt;" in page
    (False, True)
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def shown(figure: Figure) -> str:
        svg = drawn.get(figure.name, "")
        if figure.kind == "image" and len(svg) > _LARGEST_PICTURE:
            return ""
        return _data_uri(svg)

    # The markup below is made of numbers alone, so nothing in it needs an escape.
    def spark(figure: Figure) -> Markup:
        bands = rows_of(figure.frames["bands"])
        live = [row.number("live") for row in rows_of(figure.frames["curve"])]
        last = bands[-1] if bands else None
        low, high = (last.number("low"), last.number("high")) if last else (None, None)
        return Markup(sparkline.sparkline(live, low=low, high=high))  # noqa: S704

    def gauge(one: Gauge) -> Markup:
        drawing = sparkline.gauge(low=one.low, high=one.high, stated=one.stated, live=one.live)
        return Markup(drawing)  # noqa: S704

    def unbroken(value: object) -> object:
        """Keep the two ends of a range of numbers on one line."""
        if isinstance(value, str) and not isinstance(value, Markup):
            return re.sub("(?<=[0-9])\u2013(?=[0-9])", "\u2013\u2060", value)
        return value

    environment = Environment(
        loader=PackageLoader("forecast_bench.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=unbroken,
    )
    environment.globals.update(
        kind_of=lambda block: type(block).__name__,
        uri=shown,
        size=lambda figure: _size(drawn.get(figure.name, "")),
        spark=spark,
        gauge=gauge,
        spark_box=sparkline.view_box(),
    )
    style = files("forecast_bench.review").joinpath("templates/style.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page: str = environment.get_template("review.html.j2").render(
        review=review,
        style=Markup(style),  # noqa: S704 -- a file of this package
        style_hash=f"sha256-{digest}",
    )
    return page


def _data_uri(svg: str) -> str:
    """SVG as a data URI; percent-encoding is shorter than base64 and can be read."""
    return f"data:image/svg+xml,{quote(svg, safe=_SAFE)}" if svg else ""


_SAFE = " !$()*,-./:;=?@[]^_{|}~"


def _size(svg: str) -> tuple[int, int] | None:
    """Width and height that the picture states in pixels, so that nothing jumps when it loads."""
    found = re.search(r'<svg[^>]*?\bwidth="([\d.]+)"[^>]*?\bheight="([\d.]+)"', svg)
    return (round(float(found[1])), round(float(found[2]))) if found else None
