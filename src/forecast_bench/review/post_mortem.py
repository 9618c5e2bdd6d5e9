"""The post-mortem on the card of a judgment whose question has an outcome."""

from forecast_bench.review.document import Block, Bullets, Details, Facts, Paragraph, table
from forecast_bench.review.row import Row
from forecast_bench.review.story import (
    ToldMoves,
    events_of,
    move_line,
    move_text,
    moves_details,
    parts_text,
)
from forecast_bench.review.wording import capitalised, clean, number, percent

_COLUMNS = ("Date", "When", "Stated", "Base rate", "Live")


def told_details(story: Row, row: Row, moves: ToldMoves, *, brief: bool) -> tuple[Details, ...]:
    """Give what a card folds of a story: its post-mortem, then its moves; each only if there."""
    found = (
        post_mortem_details(story.within("post_mortem"), row, brief=brief),
        moves_details(moves, events_of(story), brief=brief),
    )
    return tuple(one for one in found if one is not None)


def post_mortem_details(found: Row, row: Row, *, brief: bool) -> Details | None:
    """Fold what was believed when, what moved it, who was nearer, and what is to be marked.

    Parameters
    ----------
    found : Row
        The post-mortem of the run; empty where there is none.
    row : Row
        The judgment.
    brief : bool
        Whether the dated list, and what other parts of a card say already, is left out.
    """
    if not found.values:
        return None
    blocks: list[Block] = [] if brief else [_beliefs(found)]
    blocks.append(Facts(findings(found, row, brief=brief)))
    lynchpins = found.listed("lynchpins")
    if lynchpins and not brief:
        blocks += [
            Paragraph("Lynchpin assumptions: mark whether each held", "lead"),
            Bullets(tuple(f"\u2610 {clean(one.text('text'))}" for one in lynchpins)),
        ]
    return Details("Post-mortem", tuple(blocks))


def findings(found: Row, row: Row, *, brief: bool) -> tuple[tuple[str, str], ...]:
    """Give what a post-mortem found, each under its name; what it cannot say is left out.

    Parameters
    ----------
    found, row : Row
        The post-mortem, and the judgment.
    brief : bool
        Whether what other parts of a card say already is left out.
    """
    pairs = [
        ("Nearer at issue", nearer(found)),
        ("Stated last", stated_last(found)),
        ("Half-way", half_way(found)),
        ("Before it was decided", moved_before(found)),
    ]
    if not brief:
        pairs += [
            ("Moved most by", moved_most(found, most=2)),
            ("How near it was", clean(row.text("nearness"))),
            ("Settled from", settled_from(found)),
            ("Another vintage", other_vintage(found)),
        ]
    elif flips(found):
        pairs.append(("Another vintage", other_vintage(found)))
    return tuple((name, text) for name, text in pairs if text)


def _beliefs(found: Row) -> Block:
    lines = [
        (
            one.text("on"),
            capitalised(one.text("when")),
            percent(one.number("stated")),
            "\u2013" if one.number("base_rate") is None else percent(one.number("base_rate")),
            percent(one.number("live")),
        )
        for one in found.listed("beliefs")
    ]
    return table("What was believed when", _COLUMNS, list(lines), numeric=_COLUMNS[2:])


def _score(found: Row, when: str, of: str) -> Row | None:
    for one in found.listed("scores"):
        if one.text("when") == when and one.text("of") == of:
            return one
    return None


def _brier(score: Row) -> str:
    value = score.number("brier")
    return "under 0.001" if value is not None and 0 < value < 0.0005 else number(value)


def nearer(found: Row) -> str:
    """Say whether the words or the base rate came nearer on the day of issue."""
    stated, base = (_score(found, "at issue", of) for of in ("stated", "base rate"))
    if stated is None:
        return ""
    own = _brier(stated)
    if base is None:
        return f"no base rate to compare with; the words had Brier {own}"
    if found.text("nearer") == "equal":
        return f"the words and the base rate alike (Brier {own})"
    if found.text("nearer") == "stated":
        return f"the words (Brier {own}), not the base rate ({_brier(base)})"
    return f"the base rate (Brier {_brier(base)}), not the words ({own})"


def stated_last(found: Row) -> str:
    """Say how the last statement before the outcome scored, where there was more than one."""
    last = _score(found, "last before the outcome", "stated")
    return "" if last is None else f"{percent(last.number('probability'))} (Brier {_brier(last)})"


def half_way(found: Row) -> str:
    """Say what the counts had made of both, half-way to the outcome."""
    live, base = (_score(found, "half-way", of) for of in ("live", "base rate"))
    if live is None or base is None:
        return ""
    return (
        f"live {percent(live.number('probability'))} (Brier {_brier(live)}), "
        f"base rate {percent(base.number('probability'))} ({_brier(base)})"
    )


def moved_before(found: Row) -> str:
    """Say how far it had moved by the last date before the outcome, and by whom."""
    move = found.within("before_the_outcome")
    return f"{move_text(move)} ({parts_text(move)})" if move.values else ""


def moved_most(found: Row, *, most: int) -> str:
    """Tell the largest moves with their parts; empty where nothing moved it."""
    return "; ".join(
        f"{one.text('date')}: {move_line(one)}" for one in found.listed("moves")[:most]
    )


def settled_from(found: Row) -> str:
    """Say which vintage settled it and whether its counts were final by the source's own lag."""
    vintage = found.within("vintage")
    if not vintage.values:
        return ""
    days, lag = (int(vintage.number(name) or 0) for name in ("days_after", "settlement_days"))
    late = ", in hindsight" if vintage.flag("hindsight") else ""
    said = f"{clean(vintage.text('source'))}, vintage {vintage.text('retrieved')}{late}"
    if vintage.flag("had_settled"):
        return said
    when = f"{days} days after the outcome" if days >= 0 else f"{-days} days before the outcome"
    return f"{said}: {when}, while counts settle in {lag}; a later vintage may say otherwise"


def flips(found: Row) -> bool:
    """Say whether the vintage before the one counted gives the other outcome."""
    former = found.within("vintage").within("former").text("outcome")
    return former in _DECIDED and former != found.text("outcome")


def other_vintage(found: Row) -> str:
    """Say what the vintage before the one counted makes of it."""
    vintage = found.within("vintage")
    if not vintage.values:
        return ""
    former = vintage.within("former")
    if not former.values:
        return "no earlier one was known by that day"
    said, outcome = f"under that of {former.text('retrieved')}", clean(former.text("outcome"))
    if outcome == found.text("outcome"):
        return f"the same {said}"
    return f"{said} it {'flips: it ' if flips(found) else ''}{_OUTCOMES.get(outcome, outcome)}"


_DECIDED = ("occurred", "did not occur")
_OUTCOMES = {
    "cannot resolve": "cannot be resolved",
    "open": "is open",
    "settling": "is settling",
    "void": "is void",
}
