"""Figures of an earlier run, for those that would be drawn of the same numbers and words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final

from forecast_bench.job.reuse.content import content_hash
from forecast_bench.job.reuse.former_run import Reuse
from forecast_bench.review import FIGURES_FOLDER, Figure

_DRAWN_BY: Final = ("altair", "vl-convert-python")


@dataclass(slots=True, eq=False)
class FormerFigures:
    """Lends figures, and notes what each one of this run is made of.

    Parameters
    ----------
    reuse : Reuse
        What earlier runs may lend.
    made_of : dict
        Hash of what each figure was asked to show, by its name.
    lent : int
        How many were lent.
    """

    reuse: Reuse
    made_of: dict[str, str] = field(default_factory=dict)
    lent: int = 0

    def lend(self, figure: Figure, endings: tuple[str, ...]) -> Mapping[str, bytes] | None:
        """Give the files of a figure by their ending; None where it was not drawn of the same."""
        shown = (figure.kind, figure.frames, figure.options, figure.picture)
        drawn_by = [version(name) for name in _DRAWN_BY]
        made_of = self.made_of[figure.name] = content_hash(self.reuse.made_by, drawn_by, shown)
        former = self.reuse.former
        if former is None or former.made_of.get("figures", {}).get(figure.name) != made_of:
            return None
        files = {}
        for ending in endings:
            content = former.content(f"review/{FIGURES_FOLDER}/{figure.name}.{ending}")
            if content is None:
                return None
            files[ending] = content
        self.lent += 1
        return files
