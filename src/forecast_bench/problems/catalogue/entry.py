"""What is known of one kind of problem."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of problem: its title, its level, why it is one, and what to do.

    Parameters
    ----------
    title, why, mend : str
        What is wrong, why that matters, and what to do about it.
    level : {"error", "warning", "note"}
        How much it matters; an error makes a verdict fail.
    source : str or None
        The standard or the study that the rule comes from, with its year.
    firm : bool
        Whether nothing can be computed past it: neither a setting nor a comment lowers it then.
    """

    title: str
    why: str
    mend: str
    level: Literal["error", "warning", "note"] = "error"
    source: str | None = None
    firm: bool = True
