"""A horizon in words as a length of time or a last day, where it names one."""

import calendar
import datetime
import re

from forecast_bench.prose.vocabulary import Period, Vocabulary


def length_of(horizon: str, words: Vocabulary) -> str | None:
    """Length of time that a horizon names, as a record is written.

    Examples
    --------
    >>> from forecast_bench.prose.vocabulary import vocabulary_of
    >>> length_of("over the next eighteen months", vocabulary_of("en"))
    '18 months'
    >>> length_of("au cours des dix-huit prochains mois", vocabulary_of("fr"))
    '18 months'
    >>> length_of("by the end of 2026", vocabulary_of("en")) is None
    True
    """
    found = _counted(words.period).search(horizon)
    if found is None:
        return None
    said = found[1].casefold()
    number = int(said) if said.isdecimal() else words.period.numbers[said]
    unit = words.period.units[found[2].casefold()]
    if not number:
        return None
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"


def _counted(period: Period) -> re.Pattern[str]:
    """A number and its unit; "twenty-four months" is not four months where 24 has no word."""
    units = "|".join(period.units) or "(?!)"
    numbers = "|".join(sorted(period.numbers, key=len, reverse=True)) or "(?!)"
    between = "|".join(period.between) or "(?!)"
    counted = rf"(?<![\w-])(\d+|{numbers})[\s-]+(?:(?:{between})\s+)?({units})\b"
    return re.compile(counted, re.IGNORECASE)


def last_day_of(horizon: str, words: Vocabulary) -> datetime.date | None:
    """Last day that a horizon names by "the end of" a month or year.

    Examples
    --------
    >>> from forecast_bench.prose.vocabulary import vocabulary_of
    >>> last_day_of("by the end of March 2026", vocabulary_of("en"))
    datetime.date(2026, 3, 31)
    >>> last_day_of("before the spring of 2026", vocabulary_of("en")) is None
    True
    """
    if words.period.end_of is None:
        return None
    months = "|".join(words.period.months) or "(?!)"
    pattern = rf"{words.period.end_of}(?:({months}) )?(\d{{4}})\Z"
    found = re.match(pattern, horizon, re.IGNORECASE)
    if found is None or not datetime.MINYEAR <= int(found[2]) <= datetime.MAXYEAR:
        return None
    names = [one.casefold() for one in words.period.months]
    month = names.index(found[1].casefold()) + 1 if found[1] else 12
    year = int(found[2])
    return datetime.date(year, month, calendar.monthrange(year, month)[1])
