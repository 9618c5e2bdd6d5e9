"""Numbers and names as a reader meets them: one way to print each, everywhere in a review."""

import hashlib
import math
import re
from collections.abc import Iterable

from forecast_bench.markup import unprintable

NOT_AVAILABLE = "not available"
_SPACE = "\u00a0"
_MINUS = "\u2212"
# A reader who scrolls sideways through one sentence reads nothing; the file has the whole text.
_LONGEST = 1200


def clean(text: str, *, longest: int = _LONGEST) -> str:
    r"""Text of a person on one line, without control or direction-override characters, cut if long.

    Examples
    --------
    >>> clean("two\nlines \u202e and an override")
    'two lines � and an override'
    """
    shown = "".join(
        " "
        if character in "\t\n\r\v\f\u2028\u2029\x85"
        else "\ufffd"
        if unprintable(character)
        else character
        for character in text
    )
    shown = " ".join(shown.split(" ")).strip()
    shown = re.sub(r" {2,}", " ", shown)
    return shown if len(shown) <= longest else f"{shown[:longest].rstrip()} … (cut)"


def percent(probability: float | None) -> str:
    """Print a probability in per cent, without rounding what is uncertain to certain.

    Examples
    --------
    >>> [percent(p).replace(chr(160), " ") for p in (0.846149, 0.997938, 1.0, 0.0004, None)]
    ['85 %', '99.8 %', '100 %', 'under 0.1 %', 'not available']
    """
    if probability is None or math.isnan(probability):
        return NOT_AVAILABLE
    if probability in (0.0, 1.0):
        return f"{probability * 100:.0f}{_SPACE}%"
    if probability < 0.001:
        return f"under 0.1{_SPACE}%"
    if probability > 0.999:
        return f"over 99.9{_SPACE}%"
    places = 1 if probability < 0.0095 or probability > 0.9905 else 0
    return f"{probability * 100:.{places}f}{_SPACE}%"


def interval(low: float | None, high: float | None) -> str:
    """Two ends of an interval of probability in per cent.

    Examples
    --------
    >>> interval(0.8, 0.9).replace(chr(160), " ").replace(chr(0x2013), "-")
    '80-90 %'
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return NOT_AVAILABLE
    ends = [_end(low), _end(high)]
    return f"{ends[0]}\u2013{ends[1]}{_SPACE}%"


def _end(probability: float) -> str:
    value = probability * 100
    rounded = round(value, 1)
    return f"{rounded:.0f}" if rounded == int(rounded) or 1 <= value <= 99 else f"{rounded:.1f}"


def number(value: float | None, *, places: int = 3) -> str:
    """Print a number with a fixed number of decimals, or that there is none.

    Examples
    --------
    >>> number(0.17546), number(None), number(float("inf"))
    ('0.175', 'not available', 'infinite')
    """
    if value is None or math.isnan(value):
        return NOT_AVAILABLE
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    shown = f"{value:.{places}f}"
    return shown.replace("-", "\u2212") if float(shown) != 0 else f"{0:.{places}f}"


def points(value: float | None, *, signed: bool = True) -> str:
    r"""Print a difference of probabilities in percentage points.

    Examples
    --------
    >>> [ascii(points(v)) for v in (0.1113, -0.002, None)]
    ["'+11.1\\xa0points'", "'\\u22120.2\\xa0points'", "'not available'"]
    """
    if value is None or math.isnan(value):
        return NOT_AVAILABLE
    shown = f"{100 * value:{'+' if signed else ''}.1f}"
    if float(shown) == 0:
        shown = "0.0"
    return f"{shown.replace('-', _MINUS)}{_SPACE}points"


def ends(low: float | None, high: float | None, *, places: int = 3, times: float = 1.0) -> str:
    r"""Print the two ends of an interval that may be negative.

    Examples
    --------
    >>> ends(0.0331, 0.28, places=1, times=100), ascii(ends(-1.0, 1.0, places=0))
    ('3.3 to 28.0', "'\\u22121 to 1'")
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return "\u2013"
    return f"{number(times * low, places=places)} to {number(times * high, places=places)}"


def count(value: float | None) -> str:
    """Print a count, with the decimals it has and no more.

    Examples
    --------
    >>> count(8.0), count(7.2), count(None)
    ('8', '7.2', 'not available')
    """
    if value is None or math.isnan(value):
        return NOT_AVAILABLE
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"


def counted(value: int, noun: str, plural: str = "") -> str:
    """Print a number with its noun.

    Examples
    --------
    >>> counted(1, "judgment"), counted(2, "judgment")
    ('1 judgment', '2 judgments')
    """
    return f"{value} {noun if value == 1 else plural or noun + 's'}"


def listed(items: Iterable[str]) -> str:
    """Join items into a phrase.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    shown = list(items)
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def capitalised(text: str) -> str:
    """Begin a sentence with a capital, leaving the rest as it is.

    Examples
    --------
    >>> capitalised("the counts of ACLED"), capitalised("")
    ('The counts of ACLED', '')
    """
    return text[:1].upper() + text[1:]


def anchor(identifier: str) -> str:
    """Turn an identifier into a fragment that is legal and stable in a page and as a file name.

    Examples
    --------
    >>> anchor("jnim-kidnap-more"), anchor("a b/c")
    ('judgment-jnim-kidnap-more', 'judgment-a_b_c-539138')
    """
    legal = re.sub(r"[^A-Za-z0-9_-]", "_", identifier)[:80]
    if legal == identifier:
        return f"judgment-{legal}"
    # Two identifiers that differ only in what was replaced must not share an anchor.
    return f"judgment-{legal}-{hashlib.sha256(identifier.encode()).hexdigest()[:6]}"
