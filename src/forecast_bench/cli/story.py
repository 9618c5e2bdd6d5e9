"""The story of one judgment in the terminal: every move with its two parts, and the post-mortem."""

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forecast_bench.cli.looking import rows_of
from forecast_bench.cli.output import print_line, print_table

if TYPE_CHECKING:
    import pandas as pd

    from forecast_bench.job.looking import Look


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """The moves of a judgment, its events, and its post-mortem where it has an outcome."""

    moves: "pd.DataFrame"
    events: list[dict[str, Any]]
    post_mortem: dict[str, Any] | None


def story_of(seen: "Look", identifier: str, as_of: datetime.date) -> Story:
    """Tell the story of one judgment of a look."""
    from forecast_bench.job.stories import tell_stories
    from forecast_bench.tracking import move_table

    own = [one for one in seen.followed if one.recorded.id == identifier]
    told = tell_stories(seen, as_of=as_of, only=identifier)[identifier]
    return Story(move_table(own, as_of=as_of), told["events"], told["post_mortem"])


def as_document(story: Story) -> dict[str, Any]:
    """Give a story as parts of a JSON document."""
    return {
        "moves": rows_of(story.moves),
        "events": story.events,
        "post_mortem": story.post_mortem,
    }


def print_story(row: dict[str, Any], story: Story) -> None:
    """Print what moved the live probability by half a point or more, and the post-mortem.

    Parameters
    ----------
    row : dict
        The judgment.
    story : Story
        What happened to it.
    """
    from forecast_bench.review.story import ToldMoves, move_text, signed, told_moves

    told = told_moves(story.moves, most=None).get(row["id"], ToldMoves())
    if told.shown:
        print_line("")
        print_table(
            ["date", "live", "analyst", "counts", "what happened"],
            [
                [
                    one.text("date"),
                    _plain(move_text(one)),
                    _plain(signed(one.number("analyst"))),
                    "decided" if one.flag("decided") else _plain(signed(one.number("counts"))),
                    one.text("what"),
                ]
                for one in told.shown
            ],
            numeric=["analyst", "counts"],
        )
        print_line(_plain(f"(analyst and counts in log odds) {told.rest}".strip()))
    dates = {one.text("date") for one in told.shown}
    for event in story.events:
        if event["on"] not in dates:
            print_line(f"{event['on']}: {event['text']}")
    if story.post_mortem is not None:
        _print_post_mortem(row, story.post_mortem)


def _print_post_mortem(row: dict[str, Any], found: dict[str, Any]) -> None:
    from forecast_bench.review.post_mortem import findings
    from forecast_bench.review.row import Row
    from forecast_bench.review.wording import percent

    names = ("stated", "base_rate", "live")
    print_line("")
    print_line("post-mortem")
    print_table(
        ["date", "when", "stated", "base rate", "live"],
        [
            [
                one["on"],
                one["when"],
                *("" if one[name] is None else _plain(percent(one[name])) for name in names),
            ]
            for one in found["beliefs"]
        ],
        numeric=["stated", "base rate", "live"],
    )
    for name, text in findings(Row(found), Row(row), brief=False):
        print_line(_plain(f"{name.lower()}: {text}"))
    for one in found["lynchpins"]:
        print_line(f"lynchpin, did it hold? {one['text']}")


def _plain(text: str) -> str:
    """Print numbers as the terminal does elsewhere: with signs that one types."""
    return text.replace("\u00a0%", "%").replace("\u2212", "-").replace("\u2192", "to")
