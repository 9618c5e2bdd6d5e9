"""Questions: what is observed, in which window, and what settles it."""

import datetime
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from forecast_bench.records.base import Record
from forecast_bench.records.resolution import HandResolution
from forecast_bench.records.scalars import Flag, Identifier, Number, Text, Texts, WholeNumber
from forecast_bench.records.time import (
    Duration,
    DurationText,
    Window,
    window_after,
    window_before,
)

QuestionKind = Literal["count", "change", "share", "reach", "months", "by_hand"]
KINDS: tuple[QuestionKind, ...] = ("count", "change", "share", "reach", "months", "by_hand")


class IncidentFilter(Record):
    """Which incidents are counted; what is not given does not restrict."""

    actor: Texts | None = Field(
        default=None, description="Actors or groups of models/actors.yaml, on either side."
    )
    between: tuple[Text, Text] | None = Field(
        default=None, description="Two actors that stand on opposite sides."
    )
    type: Texts | None = Field(default=None, description="Types of incident, or groups of types.")
    countries: Texts | None = Field(
        default=None, description="Countries as the source writes them."
    )
    admin1: Texts | None = Field(default=None, description="First-level areas.")


class Count(Record):
    """At least, at most or between so many incidents in the window."""

    of: IncidentFilter = Field(description="Which incidents are counted.")
    at_least: WholeNumber | None = Field(default=None, ge=1, description="So many or more.")
    at_most: WholeNumber | None = Field(default=None, ge=0, description="So many or fewer.")
    between: tuple[WholeNumber, WholeNumber] | None = Field(
        default=None, description="From the first to the second, both included."
    )
    any: Flag | None = Field(default=None, description="true: at least one.")
    none: Flag | None = Field(default=None, description="true: not one.")

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        given = [
            name
            for name in ("at_least", "at_most", "between", "any", "none")
            if getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise PydanticCustomError(
                "threshold",
                "a count needs exactly one of at_least, at_most, between, any and none; "
                "here: {found}",
                {"found": " and ".join(given) or "none of them"},
            )
        if self.any is False or self.none is False:
            raise PydanticCustomError(
                "threshold", "any and none take only true; leave the other out"
            )
        if self.between is not None and not 0 <= self.between[0] <= self.between[1]:
            raise PydanticCustomError(
                "threshold", "between needs two counts from 0 on, the lower one first"
            )
        return self

    @property
    def bounds(self) -> tuple[int, int | None]:
        """Fewest and most incidents that make the event; None where there is no upper bound."""
        if self.between is not None:
            return self.between
        if self.at_most is not None or self.none:
            return 0, self.at_most or 0
        return self.at_least or 1, None


_FACTOR = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?|[0-9]{1,9}/[1-9][0-9]{0,8}")


def _factor(value: Any) -> Any:
    if isinstance(value, str) and not _FACTOR.fullmatch(value.strip()):
        raise ValueError(
            f'"{value}" is not a factor; write a number such as 1.5 or a fraction such as 3/2'
        )
    return value


class Change(Record):
    """The rate in the window exceeds, or falls below, the rate of the baseline before it."""

    of: IncidentFilter = Field(description="Which incidents are counted.")
    direction: Literal["increase", "decrease"] = Field(description="Which change is the event.")
    against: DurationText = Field(
        description="Length of the baseline that ends where the window starts."
    )
    factor: Annotated[Text, BeforeValidator(_factor)] = Field(
        default="1",
        pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?$|^[0-9]{1,9}/[1-9][0-9]{0,8}$",
        description="Times the baseline's rate to be exceeded; kept as text to stay exact.",
    )


class Share(Record):
    """Of the incidents matching a filter, at least a share also match a second one."""

    of: IncidentFilter = Field(description="Of which incidents.")
    also: IncidentFilter = Field(description="What a part of them also match.")
    at_least: Number = Field(gt=0, le=1, description="How large that part is, 0..1.")


class Reach(Record):
    """At least so many first-level areas have at least `each` incidents in the window."""

    of: IncidentFilter = Field(description="Which incidents are counted.")
    at_least: WholeNumber | None = Field(default=None, ge=1, description="So many areas.")
    against: DurationText | None = Field(
        default=None,
        description="Instead of at_least: more areas than in the baseline of this length.",
    )
    each: WholeNumber = Field(default=1, ge=1, description="Incidents that make an area count.")

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        if (self.at_least is None) == (self.against is None):
            raise PydanticCustomError(
                "threshold",
                "reach needs exactly one of at_least and against; here: {found}",
                {"found": "none" if self.at_least is None else "both"},
            )
        return self


class Months(Record):
    """At least so many whole calendar months of the window have at least `each` incidents."""

    of: IncidentFilter = Field(description="Which incidents are counted.")
    at_least: WholeNumber = Field(ge=1, description="So many months, whole ones of the window.")
    each: WholeNumber = Field(default=1, ge=1, description="Incidents that make a month count.")
    in_a_row: Flag = Field(default=False, description="true: the months follow each other.")

    @model_validator(mode="after")
    def _more_than_one_in_a_row(self) -> Self:
        if self.in_a_row and self.at_least == 1:
            raise PydanticCustomError(
                "threshold", "one month is always in a row; leave in_a_row out, or ask for more"
            )
        return self


class ByHand(Record):
    """A question that a person settles, with evidence."""

    asks: Text = Field(description="What is asked, so that two people would settle it alike.")
    settled_by: Text = Field(description="What evidence settles it.")


class Condition(Record):
    """What a judgment presupposes: another question, or a text settled by hand."""

    question: Identifier | None = Field(default=None, description="A question of the workspace.")
    text: Text | None = Field(default=None, description="Or words, settled by hand.")


def _condition(value: Any) -> Any:
    return {"question": value} if isinstance(value, str) else value


class Question(Record):
    """What is observed and settles a judgment, with its window."""

    count: Count | None = Field(default=None, description="So many incidents in the window.")
    change: Change | None = Field(
        default=None, description="A rate above or below that of the time before."
    )
    share: Share | None = Field(default=None, description="A share of the incidents.")
    reach: Reach | None = Field(default=None, description="A number of areas with incidents.")
    months: Months | None = Field(
        default=None, description="A number of months with so many incidents each."
    )
    by_hand: ByHand | None = Field(default=None, description="Settled by a person, on evidence.")
    within: DurationText | None = Field(
        default=None, description="Length of the window from the issue on."
    )
    window: Window | None = Field(default=None, description="Window between two days.")
    about: Literal["future", "present", "past"] = Field(
        default="future", description="What is or was needs no window."
    )
    source: Identifier | None = Field(default=None, description="A source described in incidents/.")
    rates: Identifier | None = Field(default=None, description="A rate law of models/rates/.")
    given: (
        Annotated[
            Condition, BeforeValidator(_condition, json_schema_input_type=Identifier | Condition)
        ]
        | None
    ) = Field(default=None, description="A condition; the judgment is void where it fails.")
    resolution: HandResolution | None = Field(default=None, description="For by-hand questions.")

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        kinds = [name for name in KINDS if getattr(self, name) is not None]
        if len(kinds) != 1:
            found = " and ".join(kinds) or "none"
            raise PydanticCustomError(
                "question-kind",
                "a question has one of count, change, share, reach, months and by_hand; "
                "here: {found}",
                {"found": found},
            )
        if self.within is not None and self.window is not None:
            raise PydanticCustomError(
                "no-window", "the question has two windows, within and window; keep one"
            )
        if self.about == "future" and self.within is None and self.window is None:
            raise PydanticCustomError("no-window", "the question has no window")
        if self.kind != "by_hand":
            if self.about != "future":
                raise PydanticCustomError(
                    "question-kind", "a counted question is about the future; settle it by hand"
                )
            if self.resolution is not None:
                raise PydanticCustomError(
                    "hand-resolution", "a counted question resolves itself; remove the resolution"
                )
        return self

    @property
    def kind(self) -> QuestionKind:
        """Which of the six kinds the question is."""
        return next(name for name in KINDS if getattr(self, name) is not None)

    @property
    def counted(self) -> Count | Change | Share | Reach | Months | None:
        """What is counted; None for a by-hand question."""
        return self.count or self.change or self.share or self.reach or self.months

    @property
    def has_hand_in_it(self) -> bool:
        """Whether a person settles it, or the condition in words that it stands under."""
        in_words = self.given is not None and self.given.text is not None
        return self.by_hand is not None or in_words

    def window_from(self, issued: datetime.date) -> Window | None:
        """Window of the question for a judgment issued on a day; None for past and present."""
        if self.window is not None:
            return self.window
        return None if self.within is None else window_after(issued, self.within)

    @property
    def against(self) -> Duration | None:
        """Length of the baseline that the event itself is held against, where there is one."""
        held = self.change or self.reach
        return held.against if held is not None else None

    def baseline_from(
        self,
        issued: datetime.date,
        window: Window,
        *,
        otherwise: Duration,
        whole_months: bool,
    ) -> Window:
        """Days of history that the law of a question is learned from.

        What the event itself is held against lies before the window, whoever judges it and when.
        Any other baseline ends by the issue: a base rate knows no later count.

        Parameters
        ----------
        issued : date
            Day of the judgment.
        window : Window
            The question's window for it.
        otherwise : Duration
            Length where the event is held against nothing.
        whole_months : bool
            Whether it may end only with a month, as the source counts by month.

        Raises
        ------
        OverflowError
            If the baseline begins before the calendar does.
        """
        if self.against is not None:
            return window_before(window.start, self.against)
        ends_before = min(window.start, issued + datetime.timedelta(days=1))
        if whole_months:
            ends_before = ends_before.replace(day=1)
        return window_before(ends_before, otherwise)
