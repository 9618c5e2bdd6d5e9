"""A review as pages of HTML that need no network, and no script to be read."""

import base64
import hashlib
import math
import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from forecast_bench.review.document import Figure, Gauge, Listing, Review
from forecast_bench.review.figures import sparkline
from forecast_bench.review.pages import OVERVIEW, Page, pages_of, places

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

# Beyond this, a picture of the run folder stays a file beside the page.
_LARGEST_PICTURE = 300_000


def as_pages(review: Review, drawn: Mapping[str, str]) -> Mapping[str, str]:
    """Print a review as pages of HTML.

    Each page holds all it needs. The list of judgments alone has a script, which adds search,
    filters and sorting to a table that is whole without it.

    Parameters
    ----------
    review : Review
        What to say.
    drawn : mapping of str to str
        SVG text of each figure by name. Foreign SVG is embedded as an image, where scripts in it
        cannot run.

    Returns
    -------
    mapping of str to str
        Text of each page by its path from the folder of the review.

    Examples
    --------
    >>> from forecast_bench.review.document import Section
    >>> overview = Section("overview", "What matters now", ())
    >>> pages = as_pages(Review("<b>", "r", "2019-07-31", "", "", (overview,), ""), {})
    >>> "<b>" in pages["review.html"], "&lt;b&gt;" in pages["review.html"]
    (False, True)
    """
    pages = pages_of(review)
    where = places(pages)
    style, for_listing, script = (_own(name) for name in ("style.css", "listing.css", "listing.js"))
    template = _environment(drawn).get_template("page.html.j2")
    listed = tuple(page for page in pages if page.listed)
    titles = {page.path: page.title for page in pages}
    return {
        page.path: template.render(
            review=review,
            page=page,
            listed=listed,
            titles=titles,
            overview=page.path == OVERVIEW,
            script=script if _has_listing(page) else "",
            style=style + for_listing if _has_listing(page) else style,
            hash_of=_hash_of,
            leads=_leads(page, where),
            to=_relative(page),
        )
        for page in pages
    }


def _has_listing(page: Page) -> bool:
    return any(isinstance(block, Listing) for one in page.sections for block in one.blocks)


def _relative(page: Page) -> Callable[[str], str]:
    """Lead from this page to another by its path from the folder of the review."""
    up = "../" * page.path.count("/")
    return lambda path: f"{up}{path}"


def _leads(page: Page, where: Mapping[str, str]) -> Callable[[str], str]:
    """Lead from this page to an anchor, wherever it stands."""
    to = _relative(page)

    def leads(link: str) -> str:
        path = where[link.removeprefix("#")]
        return link if path == page.path else f"{to(path)}{link}"

    return leads


def _own(name: str) -> "Markup":
    """Read a file of this package, which needs no escape."""
    from markupsafe import Markup

    text = files("forecast_bench.review").joinpath(f"templates/{name}").read_text("utf-8")
    return Markup(text)  # noqa: S704 -- a file of this package


def _hash_of(text: str) -> str:
    """Hash by which the policy of a page knows its own style and script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _environment(drawn: Mapping[str, str]) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def shown(figure: Figure) -> str:
        svg = drawn.get(figure.name, "")
        if figure.kind == "image" and len(svg) > _LARGEST_PICTURE:
            return ""
        return _data_uri(svg)

    # The markup below is made of numbers alone, so nothing in it needs an escape.
    def spark(figure: Figure) -> Markup:
        bands, live = figure.frames["bands"], figure.frames["curve"]["live"].tolist()
        low, high = (bands[end].iloc[-1] if len(bands) else None for end in ("low", "high"))
        live = [None if math.isnan(one) else one for one in live]
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
    return environment


def _data_uri(svg: str) -> str:
    """SVG as a data URI; percent-encoding is shorter than base64 and can be read."""
    return f"data:image/svg+xml,{quote(svg, safe=_SAFE)}" if svg else ""


_SAFE = " !$()*,-./:;=?@[]^_{|}~"


def _size(svg: str) -> tuple[int, int] | None:
    """Width and height that the picture states in pixels, so that nothing jumps when it loads."""
    found = re.search(r'<svg[^>]*?\bwidth="([\d.]+)"[^>]*?\bheight="([\d.]+)"', svg)
    return (round(float(found[1])), round(float(found[2]))) if found else None
