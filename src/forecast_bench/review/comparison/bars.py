"""A band and a live probability as one line of text, where no picture can be."""

from typing import Final

from forecast_bench.review.comparison.side import Standing

WIDTH: Final = 20
_EMPTY, _BAND, _LIVE = "\u2591", "\u2592", "\u2588"
LEGEND: Final = (
    f"Bars run from 0 to 100 %, 5 % a cell: {_BAND} the stated band, {_LIVE} the live probability."
)


def bar(standing: Standing | None) -> str:
    """Draw where a judgment stands, in cells of 5 %.

    Examples
    --------
    >>> bar(Standing("likely", low=0.55, high=0.75, stated=0.65, live=0.9)).count("\u2592")
    4
    """
    if standing is None or (standing.stated is None and standing.live is None):
        return ""
    cells = [_EMPTY] * WIDTH
    low, high = standing.low, standing.high
    if low is None or high is None:
        low = high = standing.stated
    if low is not None and high is not None:
        first = _cell(low)
        # A band that ends where a cell begins does not reach into it.
        last = max(first, _cell(high - 1e-9))
        cells[first : last + 1] = [_BAND] * (last + 1 - first)
    if standing.live is not None:
        cells[_cell(standing.live)] = _LIVE
    return "".join(cells)


def _cell(probability: float) -> int:
    return min(WIDTH - 1, max(0, int(probability * WIDTH + 1e-9)))
