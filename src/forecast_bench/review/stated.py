"""What an analyst said of a judgment, with its number always beside the word."""

from forecast_bench.lexicons import load_readers, readers_of
from forecast_bench.review.row import Row
from forecast_bench.review.wording import clean, count, interval, percent


def has_number(row: Row) -> bool:
    """Say whether the judgment carries a probability at all."""
    return row.number("now_mean") is not None


def first_stated(row: Row) -> str:
    """Print the first statement with its band, prior mean and weight.

    Examples
    --------
    >>> row = Row({"stated_kind": "phrase", "stated_text": "highly likely", "band_low": 0.8,
    ...     "band_high": 0.9, "prior_mean": 0.846, "prior_weight": 40.0})
    >>> first_stated(row).replace(chr(160), " ").replace(chr(0x2013), "-")
    'highly likely (80-90 %, prior mean 85 %, weight 40)'
    """
    kind, text = row.text("stated_kind"), clean(row.text("stated_text"))
    reason = clean(row.text("stated_reason"))
    if kind == "cannot assess":
        return f"cannot assess: {reason or 'no reason is given'}"
    if kind == "off yardstick":
        lexicon = clean(row.text("lexicon")) or "the yardstick"
        return f"\u201c{text}\u201d: not on {lexicon}, so no number is read into it"
    mean, weight = row.number("prior_mean"), row.number("prior_weight")
    if mean is None:
        return f"{text or 'not available'} (no number is recorded)"
    numbers = f"prior mean {percent(mean)}, weight {count(weight)}"
    band = interval(row.number("band_low"), row.number("band_high"))
    if kind == "number" or row.number("band_low") is None:
        return f"{text or percent(mean)}, given as a number ({numbers})"
    if kind == "range":
        return f"{band}, given as a range ({numbers})"
    return f"{text} ({band}, {numbers})"


def now_stated(row: Row) -> str:
    """Print the statement that stands now, with its band or number.

    Examples
    --------
    >>> row = Row({"stated_kind": "phrase", "now_text": "likely", "now_mean": 0.65,
    ...     "now_band_low": 0.55, "now_band_high": 0.75})
    >>> now_stated(row).replace(chr(160), " ").replace(chr(0x2013), "-")
    'likely (55-75 %)'
    """
    text = clean(row.text("now_text")) or clean(row.text("stated_text"))
    kind, mean = row.text("stated_kind"), row.number("now_mean")
    if mean is None:
        if kind == "cannot assess":
            return "cannot assess"
        if kind == "off yardstick":
            return f"\u201c{text}\u201d (no number)"
        return f"{text} (no number is recorded)".strip()
    if row.number("now_band_low") is None:
        return f"{percent(mean)} (as a number)"
    band = interval(row.number("now_band_low"), row.number("now_band_high"))
    worded = any(character.isalpha() for character in text)
    return f"{text} ({band})" if worded else f"{band} (as a range)"


def revisions(row: Row) -> tuple[str, ...]:
    """Print each dated revision with its number and its reason."""
    return tuple(
        f"{one.text('on')}: {clean(one.text('text'))} ({percent(one.number('mean'))}), "
        f"because {clean(one.text('because')) or 'no reason is given'}"
        for one in row.records("revisions")
    )


def readers_hear(row: Row, *, brief: bool = False) -> str | None:
    """Print what readers hear in the phrase that stands now; None where nobody was asked.

    `brief` leaves out who was asked, for a page that says it once.

    Examples
    --------
    >>> row = Row({"stated_kind": "phrase", "now_text": "unlikely", "now_mean": 0.3,
    ...     "now_band_low": 0.25, "now_band_high": 0.35})
    >>> said = readers_hear(row).replace(chr(160), " ").replace(chr(0x2013), "-")
    >>> said.partition(" (")[0]
    '20 %, half of them 10-25 %: outside the band of the word, so print the number with it'
    """
    text = row.text("now_text") or row.text("stated_text")
    heard = readers_of(text) if text and has_number(row) else None
    if heard is None:
        return None
    low, high = row.number("now_band_low"), row.number("now_band_high")
    apart = low is not None and high is not None and not low <= heard.median <= high
    warning = ": outside the band of the word, so print the number with it" if apart else ""
    said = (
        f"{percent(heard.median)}, half of them "
        f"{interval(heard.quartiles[0] / 100, heard.quartiles[2] / 100)}{warning}"
    )
    return said if brief else f"{said} ({readers_asked()})"


def readers_asked() -> str:
    """Say who was asked what they hear, and whose study it is.

    Examples
    --------
    >>> readers_asked()
    'middle of 5,174 readers; Kucharski 2026, CAPphrase, CC BY 4.0'
    """
    return f"middle of {load_readers().people:,} readers; Kucharski 2026, CAPphrase, CC BY 4.0"
