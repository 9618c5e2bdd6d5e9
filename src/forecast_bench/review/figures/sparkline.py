"""Small pictures drawn without a plotting library, for reviews of very many judgments."""

from collections.abc import Sequence

_WIDTH, _HEIGHT = 240, 48


def sparkline(live: Sequence[float | None], *, low: float | None, high: float | None) -> str:
    """Draw live probabilities in order over the stated band, as an SVG fragment from 0 to 100 %.

    Parameters
    ----------
    live : sequence of float or None
        Probabilities in the order of time, evenly spaced.
    low, high : float or None
        The stated band.

    Examples
    --------
    >>> "polyline" in sparkline([0.2, 0.8], low=0.1, high=0.3)
    True
    """
    parts = []
    if low is not None and high is not None:
        parts.append(
            f'<rect class="band" y="{_down(high):g}" width="{_WIDTH}" '
            f'height="{max(1.0, _down(low) - _down(high)):g}"/>'
        )
    points = [
        (_WIDTH * place / max(1, len(live) - 1), _down(value))
        for place, value in enumerate(live)
        if value is not None
    ]
    shown = " ".join(f"{across:.3g},{down:.3g}" for across, down in points)
    if shown:
        parts.append(f'<polyline class="live" points="{shown}"/>')
    return f'<path class="frame" d="M0 0H{_WIDTH}M0 {_HEIGHT}H{_WIDTH}"/>' + "".join(parts)


def view_box() -> str:
    """Give the extent of a sparkline.

    Examples
    --------
    >>> view_box()
    '0 -2 240 52'
    """
    return f"0 -2 {_WIDTH} {_HEIGHT + 4}"


def gauge(
    *, low: float | None, high: float | None, stated: float | None, live: float | None
) -> str:
    """Draw a stated band, a tick at the stated probability and a dot at the live one, 0 to 100.

    Examples
    --------
    >>> "circle" in gauge(low=0.8, high=0.9, stated=0.85, live=None)
    False
    """
    parts = []
    if low is not None and high is not None:
        width = max(1.0, 100 * (high - low))
        parts.append(
            f'<rect class="band" x="{100 * low:.4g}" y="2" width="{width:.4g}" height="10"/>'
        )
    if stated is not None:
        parts.append(f'<path class="stated" d="M{100 * stated:.4g} 2V12"/>')
    if live is not None:
        parts.append(f'<circle class="live" cx="{100 * live:.4g}" cy="7" r="3.4"/>')
    return "".join(parts)


def _down(probability: float) -> float:
    return round(_HEIGHT * (1 - probability), 1)
