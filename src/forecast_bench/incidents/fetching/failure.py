"""Why a fetch did not end well, in words that its operator can act upon."""

from __future__ import annotations

from collections.abc import Callable

from forecast_bench.problems import Location, Problem, problem


class FetchFailed(Exception):  # noqa: N818  it says what happened, as in a report
    """A fetch gave no result; nothing that it brought may be imported.

    Parameters
    ----------
    message : str
        What is wrong.
    notes : tuple of str
        What to do about it.
    """

    def __init__(self, message: str, *notes: str) -> None:
        super().__init__(message)
        self.message = message
        self.notes = notes

    def problem(self, shown_as: str) -> Problem:
        """Make the problem of the catalogue, at the file that describes the source.

        Examples
        --------
        >>> fault = FetchFailed("the server is away", "fetch again later")
        >>> fault.problem("incidents/ucdp.yaml").message
        'the server is away'
        """
        return problem("fetch-failed", self.message, Location(shown_as), notes=self.notes)

    def in_other_words(self, words: Callable[[str], str]) -> FetchFailed:
        """Give the same failure with each of its texts changed."""
        return FetchFailed(words(self.message), *map(words, self.notes))


class DataChanged(Exception):  # noqa: N818
    """Pages do not belong together: the data changed between them. The fetch begins again."""
