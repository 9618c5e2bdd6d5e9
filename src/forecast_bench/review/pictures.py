"""Figures as SVG and PNG, by vl-convert: no browser, no network, the same bytes each time."""

from forecast_bench.review.document import Figure
from forecast_bench.review.figures import FIGURES, specification


def as_svg(figure: Figure) -> str:
    """Draw a figure as SVG text.

    Raises
    ------
    ValueError
        If the kind is not one that Vega-Lite draws.

    Examples
    --------
    >>> as_svg(Figure("f", "sparkline", "alternative", "caption"))
    Traceback (most recent call last):
    ValueError: no figure is drawn for the kind 'sparkline'
    """
    if figure.kind == "image":
        return figure.picture
    if figure.kind not in FIGURES:
        raise ValueError(f"no figure is drawn for the kind {figure.kind!r}")
    import altair as alt
    import vl_convert

    drawn = specification(figure.kind, figure.frames, figure.options)
    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    svg: str = vl_convert.vegalite_to_svg(drawn, vl_version=version)
    return svg


def as_png(svg: str, *, scale: float = 2.0) -> bytes:
    """Draw an SVG text as a PNG of `scale` pixels per unit."""
    import vl_convert

    png: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return png
