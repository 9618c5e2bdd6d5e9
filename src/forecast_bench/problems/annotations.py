"""Problems as annotations of GitHub's workflow log."""

from forecast_bench.problems.problem import Problem

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def as_annotation(problem: Problem, *, prefix: str = "") -> str:
    """One problem as a workflow command, which GitHub shows beside the line.

    Parameters
    ----------
    problem : Problem
        What to show.
    prefix : str
        Path of the workspace in the repository, with a slash at its end; empty at its root.

    Examples
    --------
    >>> from forecast_bench.problems import Location, problem
    >>> print(as_annotation(problem("file-empty", "100 % empty", Location("judgments/a.yaml"))))
    ::error file=judgments/a.yaml,line=1,col=1,endColumn=2,title=file-empty::100 %25 empty
    """
    place = problem.location
    properties = {
        "file": f"{prefix}{place.file}",
        "line": str(place.line),
        "col": str(place.column),
        "endColumn": str(place.end_column),
        "title": problem.identifier,
    }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = "\n".join((problem.message, *problem.notes))
    return f"::{_COMMANDS[problem.level]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
