"""What our words mean: the band, what readers hear, and what came true."""

import math
from typing import Any, Final

import pandas as pd

from forecast_bench.lexicons import load_readers, readers_of
from forecast_bench.review.document import (
    Block,
    Details,
    Figure,
    Paragraph,
    Section,
    Table,
    table,
)
from forecast_bench.review.findings import OFTEN
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.sources import all_sources_line
from forecast_bench.review.wording import (
    capitalised,
    clean,
    count,
    counted,
    ends,
    interval,
    listed,
    percent,
    points,
)

NOTHING: Final = "\u2013"
LONGEST_TABLE: Final = 300
"""Rows of analysts and phrases beyond which only those with a finding are listed."""


def phrase_section(run: Run) -> Section:
    """The phrase table as a picture and as a table; each analyst and each year folded away."""
    title = "What each phrase was worth"
    if run.phrases.empty:
        why = "Not available, because the run has no phrase table."
        return Section("phrases", title, (Paragraph(why, "absent"),))
    blocks: list[Block] = []
    for lexicon, part in run.phrases.groupby("lexicon", sort=False):
        name = clean(str(lexicon))
        blocks += _lexicon(run, name, rows_of(part))
        blocks += _by_analyst(_part(run.analyst_phrases, lexicon))
        blocks += _by_year(rows_of(part), _part(run.phrase_years, lexicon))
    return Section("phrases", title, tuple(blocks))


def _part(frame: pd.DataFrame | None, lexicon: object) -> tuple[Row, ...]:
    if frame is None or frame.empty:
        return ()
    return rows_of(frame[frame["lexicon"] == lexicon])


def label(row: Row) -> str:
    """Name a phrase with its band."""
    band = interval(row.number("band_low"), row.number("band_high"))
    return f"{_name(row)} ({band})"


def _name(row: Row) -> str:
    return clean(row.text("phrase"), longest=60)


def in_short(row: Row) -> str:
    """Say where the practice of a phrase lies beside its band."""
    if not row.number("n"):
        return "no outcome yet"
    verdict = clean(row.text("verdict")) or "cannot tell yet"
    return f"{verdict} its band" if verdict in ("below", "inside", "above") else verdict


def _lexicon(run: Run, lexicon: str, rows: tuple[Row, ...]) -> list[Block]:
    used = [one for one in rows if one.number("n")]
    said = "; ".join(
        f"{label(one)}: {count(one.number('occurred'))} of {count(one.number('n'))} came true, "
        f"posterior mean {percent(one.number('posterior_mean'))}"
        for one in used
    )
    said = said or "None has an outcome yet (n = 0)."
    frame = _frame(rows)
    heard = ""
    if frame["heard"].notna().any():
        study = load_readers()
        heard = (
            f" The diamond below the bar is what the middle of {study.people:,} readers heard, the "
            "line through it the middle half (Kucharski 2026, doi:10.5281/zenodo.18750055)."
        )
    figure = Figure(
        name=f"phrases-{''.join(c if c.isalnum() else '-' for c in lexicon)}",
        kind="phrases",
        alternative=f"{len(rows)} phrases of {lexicon}. {said}",
        caption="The bar is the band of the lexicon, the dot the posterior mean of the share that "
        "came true, the line its 90 % credible interval; at the right, how many came true. A "
        f"phrase with n = 0 shows its band alone.{heard}",
        source=all_sources_line(run),
        frames={"phrases": frame},
        behind=None,
    )
    lead = f"{lexicon}: {len(used)} of {len(rows)} phrases have outcomes.{_verdicts(used)}"
    return [Paragraph(lead, "lead"), figure, _phrase_table(lexicon, rows)]


def _verdicts(used: list[Row]) -> str:
    """Phrases outside their band, in one sentence."""
    said = []
    for verdict, how in OFTEN.items():
        names = [_name(one) for one in used if one.text("verdict") == verdict]
        many = how.replace("comes", "come").replace("its band says", "their bands say")
        if names:
            said.append(f"{listed(names)} {many if len(names) > 1 else how}")
    return f" {capitalised('; '.join(said))}." if said else ""


def _frame(rows: tuple[Row, ...]) -> pd.DataFrame:
    made = []
    for one in rows:
        heard = readers_of(one.text("phrase"))
        quartiles = (math.nan,) * 3 if heard is None else tuple(q / 100 for q in heard.quartiles)
        made.append(
            {
                "label": label(one),
                **{
                    name: one.number(name)
                    for name in ("band_low", "band_high", "posterior_mean", "low", "high")
                },
                "n": one.number("n") or 0.0,
                "tally": f"{count(one.number('occurred'))} of {count(one.number('n'))}"
                if one.number("n")
                else "n = 0",
                "heard": quartiles[1],
                "heard_low": quartiles[0],
                "heard_high": quartiles[2],
            }
        )
    frame = pd.DataFrame(made)
    return frame[frame["band_low"].notna()]


def _heard(row: Row) -> str:
    heard = readers_of(row.text("phrase"))
    if heard is None:
        return "not asked"
    low, middle, high = (one / 100 for one in heard.quartiles)
    return f"{percent(middle)} ({interval(low, high)})"


def _phrase_table(lexicon: str, rows: tuple[Row, ...]) -> Table:
    return table(
        f"Phrases of {lexicon}: a verdict needs posterior probability 0.9; readers: median and "
        "middle half",
        (
            "Phrase",
            "Verdict",
            "n",
            "Effective n",
            "Came true",
            "Mean",
            "90 % interval",
            "Readers hear",
            "Below / inside / above",
        ),
        [
            (
                label(one),
                in_short(one),
                count(one.number("n")),
                count(one.number("effective_n")),
                count(one.number("occurred")),
                *_posterior(one),
            )
            for one in rows
        ],
        numeric=("n", "Effective n", "Came true", "Mean", "90 % interval"),
    )


def _posterior(one: Row) -> tuple[str, ...]:
    if not one.number("n"):
        return ("prior only", NOTHING, _heard(one), NOTHING)
    return (
        percent(one.number("posterior_mean")),
        interval(one.number("low"), one.number("high")),
        _heard(one),
        " / ".join(percent(one.number(name)) for name in ("below", "inside", "above")),
    )


def _by_analyst(rows: tuple[Row, ...]) -> list[Block]:
    # One analyst alone has no others to learn from: the phrases are that analyst's.
    if len({one.text("analyst") for one in rows}) < 2:
        return []
    shown = rows
    if len(rows) > LONGEST_TABLE:
        shown = tuple(one for one in rows if one.text("verdict") in OFTEN)
    note = "" if len(shown) == len(rows) else ", only those outside their band; all in numbers/"
    found = sum(one.text("verdict") in OFTEN for one in rows)
    made = table(
        "What each analyst means by a phrase: drawn towards what it means to the others, the more "
        "the less the analyst has said; a verdict needs posterior probability 0.9",
        (
            "Phrase",
            "Analyst",
            "Verdict",
            "n",
            "Effective n",
            "Came true",
            "Mean",
            "90 % interval",
            "From the others",
        ),
        [
            (
                label(one),
                clean(one.text("analyst"), longest=60),
                in_short(one),
                count(one.number("n")),
                count(one.number("effective_n")),
                count(one.number("occurred")),
                percent(one.number("posterior_mean")),
                interval(one.number("low"), one.number("high")),
                f"{percent(one.number('prior_mean'))}, weight {count(_rounded(one))}",
            )
            for one in shown
        ],
        numeric=("n", "Effective n", "Came true", "Mean", "90 % interval"),
    )
    pairs = counted(len(rows), "pair")
    summary = f"By analyst: {pairs} of phrase and analyst, {found} outside the band{note}"
    return [Details(summary, (made,))]


def _rounded(one: Row) -> float | None:
    weight = one.number("prior_weight")
    return None if weight is None else round(weight, 1)


def _by_year(phrases: tuple[Row, ...], years: tuple[Row, ...]) -> list[Block]:
    used = [one for one in phrases if one.number("n")]
    if not years or not used:
        return []
    told = [one for one in used if one.number("drift") is not None]
    moved = [one for one in told if one.text("drift_verdict") != "no change found"]
    lead = f"Over the years: {_moved(used, told, moved)}"
    drift = table(
        "Change of the share that came true, in a year (90 % interval, clustered); the chance of "
        "a false alarm, one in ten, is shared by all phrases that are tested",
        ("Phrase", "Change a year", "90 % interval", "Verdict"),
        [
            (
                label(one),
                points(one.number("drift")) if one in told else NOTHING,
                ends(one.number("drift_low"), one.number("drift_high"), places=1, times=100),
                clean(one.text("drift_verdict")) or "cannot tell yet",
            )
            for one in used
        ],
        numeric=("Change a year", "90 % interval"),
    )
    return [Paragraph(lead), Details("By year", (drift, _years(years)))]


def _moved(used: list[Row], told: list[Row], moved: list[Row]) -> str:
    if moved:
        return (
            "; ".join(
                f"{_name(one)} comes {clean(one.text('drift_verdict'))} "
                f"({points(one.number('drift'))} a year)"
                for one in moved
            )
            + "."
        )
    if not told:
        return (
            "cannot tell yet whether a phrase moved: a test needs 30 independent outcomes in 30 "
            "groups, and a year between the first and the last."
        )
    rest = len(used) - len(told)
    more = f" Of {rest} it cannot be told yet." if rest else ""
    return f"of the {len(told)} phrases that can be tested, none is found to have moved.{more}"


def _years(years: tuple[Row, ...]) -> Table:
    rows: list[Any] = [
        (
            label(one),
            count(one.number("year")),
            count(one.number("n")),
            count(one.number("effective_n")),
            count(one.number("occurred")),
            percent(one.number("posterior_mean")),
            interval(one.number("low"), one.number("high")),
        )
        for one in years
    ]
    return table(
        "Each year by itself, from the band as it stands in the lexicon",
        (
            "Phrase",
            "Year",
            "n",
            "Effective n",
            "Came true",
            "Posterior mean",
            "90 % credible interval",
        ),
        rows,
        numeric=("Year", "n", "Effective n", "Came true", "Posterior mean"),
    )
