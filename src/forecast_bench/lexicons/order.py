"""How bands may follow each other, by the structure of a lexicon."""

from forecast_bench.lexicons.lexicon import Phrase


def fault_between(below: Phrase, above: Phrase, structure: str) -> str | None:
    """Say what is wrong with one band following another; None if nothing is."""
    if (above.low, above.high) == (below.low, below.high):
        return "has the band of"
    inside = below.low < above.low and above.high < below.high
    if inside and structure == "nested":
        return None
    if above.low < below.low or above.high < below.high:
        return "must stand before"
    if structure != "nested" and above.low < below.high:
        return "overlaps"
    if structure in ("partition", "open tails") and above.low > below.high:
        return "leaves a gap after"
    return None


def shown_band(phrase: Phrase) -> str:
    """Show a phrase with its band, for a message."""
    return f'"{phrase.phrase}" ({phrase.low * 100:g}-{phrase.high * 100:g} %)'
