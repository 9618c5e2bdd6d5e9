"""Text of sources on its way into files that people open with a spreadsheet."""

from typing import Final

# A spreadsheet takes what begins like this for a formula, and runs it.
_LIVE: Final = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula.

    Parameters
    ----------
    text : str
        As a source has it. Numbers are not for this function: a minus sign makes a text live.

    Returns
    -------
    str
        With an apostrophe before it where it would be run; spreadsheets do not show it.

    Examples
    --------
    >>> safe_cell("=cmd|' /C calc'!A0"), safe_cell("Gao")
    ("'=cmd|' /C calc'!A0", 'Gao')
    """
    return f"'{text}" if text.startswith(_LIVE) else text
