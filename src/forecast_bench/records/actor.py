"""Actors: the names under which armed groups and forces appear in data."""

from typing import Literal

from pydantic import Field

from forecast_bench.records.base import Record
from forecast_bench.records.scalars import Day, Text, Texts

CompoundPolicy = Literal["either", "none", "own"]


class Actor(Record):
    """One actor with the labels that sources use for it."""

    name: Text | None = None
    aliases: Texts = ()
    part_of: dict[Text, Day] = Field(
        default_factory=dict, description="Actors that this one joined, each with the day it did."
    )
    source: Text | None = Field(
        default=None,
        description="Where its names, and the days on which it joined others, are from.",
    )
    note: Text | None = None


class CompoundLabel(Record):
    """A label that names several actors without saying which of them it was."""

    of: Texts = Field(min_length=2)
    policy: CompoundPolicy = Field(
        default="none",
        description="either: counts for each of them; none: for none of them; own: only by itself.",
    )
    source: Text | None = Field(default=None, description="Where the label is from.")


class ActorBook(Record):
    """All actors, groups of actors and compound labels of a workspace."""

    actors: dict[Text, Actor] = Field(default_factory=dict)
    groups: dict[Text, Texts] = Field(default_factory=dict)
    compound_labels: dict[Text, CompoundLabel] = Field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Every name that a question may use as an actor."""
        aliases = (alias for actor in self.actors.values() for alias in actor.aliases)
        return frozenset((*self.actors, *self.groups, *self.compound_labels, *aliases))
