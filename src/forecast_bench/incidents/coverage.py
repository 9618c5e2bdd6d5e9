"""Whether a count of zero would be legal: what a source covers against what is asked."""

from collections.abc import Collection, Iterable, Mapping

from forecast_bench.incidents.actors import label_key, labels_of
from forecast_bench.incidents.extent import Extent, holes
from forecast_bench.incidents.requests import roles
from forecast_bench.incidents.taxonomy import expand_types
from forecast_bench.records import ActorBook, Coverage, IncidentFilter, Window


def coverage_gap(
    incident_filter: IncidentFilter,
    window: Window,
    extent: Extent,
    labels: Mapping[str, Collection[str]],
) -> str | None:
    """Say why a zero would not mean that nothing happened; None where it would.

    Parameters
    ----------
    incident_filter : IncidentFilter
        What is asked for. What it does not restrict is counted as far as the source goes.
    window : Window
        The days asked for.
    extent : Extent
        What a vintage covers.
    labels : mapping of str to collection of str
        The labels of every actor that the filter names; see `filter_labels`.

    Returns
    -------
    str or None
        One sentence for each reason.

    Raises
    ------
    ValueError
        If a type is not known, or the labels of an actor are missing.

    Examples
    --------
    >>> coverage = Coverage.model_validate(
    ...     {
    ...         "window": {"from": "2017-01-01", "to": "2019-12-31"},
    ...         "countries": {"Mali": ["Gao"]},
    ...         "types": ["battle"],
    ...     }
    ... )
    >>> window = Window.model_validate({"from": "2019-01-01", "to": "2019-06-30"})
    >>> coverage_gap(IncidentFilter(type="riot"), window, Extent.of(coverage), {})
    '"riot" is not among the types covered: battle.'
    """
    reasons = (
        *_days(window, extent.hull.window),
        *_places(incident_filter, extent.hull),
        *_types(incident_filter, extent.hull),
        *_names(incident_filter, extent.hull, labels),
    )
    return " ".join(reasons or _between(incident_filter, window, extent)) or None


def _between(incident_filter: IncidentFilter, window: Window, extent: Extent) -> Iterable[str]:
    """Find what lies between imports, where each by itself would do."""
    if len(extent.pieces) == 1:
        return ()
    asked = extent.hull.types if incident_filter.type is None else incident_filter.type
    return holes(
        extent.pieces,
        window=window,
        countries=incident_filter.countries or extent.hull.countries,
        types=sorted(expand_types(asked)),
    )


def filter_labels(*filters: IncidentFilter, book: ActorBook) -> Mapping[str, frozenset[str]]:
    """Labels of every actor that filters name, ambiguous ones included, for `coverage_gap`.

    Raises
    ------
    ValueError
        If the book does not have a name.
    """
    names = {name for one in filters for _, names in roles(one) for name in names}
    return {name: frozenset(term.label for term in labels_of(book, name)) for name in sorted(names)}


def _days(asked: Window, covered: Window) -> Iterable[str]:
    if asked.start < covered.start or asked.end > covered.end:
        yield (
            f"The window {asked.start} to {asked.end} reaches outside the days covered, "
            f"{covered.start} to {covered.end}."
        )


def _places(incident_filter: IncidentFilter, coverage: Coverage) -> Iterable[str]:
    asked = incident_filter.countries
    missing = [name for name in asked or () if name not in coverage.countries]
    if missing:
        known = ", ".join(coverage.countries)
        yield f"{_listed(missing)} not among the countries covered: {known}."
    searched = [name for name in asked or coverage.countries if name in coverage.countries]
    areas = {area for name in searched for area in coverage.countries[name]}
    unknown = [area for area in incident_filter.admin1 or () if area not in areas]
    if unknown:
        where = _joined(searched) or "the countries asked for"
        yield f"{_listed(unknown)} not among the first-level areas covered in {where}."


def _types(incident_filter: IncidentFilter, coverage: Coverage) -> Iterable[str]:
    if incident_filter.type is None:
        return
    missing = sorted(expand_types(incident_filter.type) - expand_types(coverage.types))
    if missing:
        yield f"{_listed(missing)} not among the types covered: {', '.join(coverage.types)}."


def _names(
    incident_filter: IncidentFilter,
    coverage: Coverage,
    labels: Mapping[str, Collection[str]],
) -> Iterable[str]:
    covered = {label_key(name) for name in coverage.names}
    for name in dict.fromkeys(name for _, names in roles(incident_filter) for name in names):
        if name not in labels:
            raise ValueError(f"the labels of {name!r} are missing")
        if covered.isdisjoint(label_key(label) for label in (name, *labels[name])):
            yield (
                f'No label of "{name}" occurs in the source, nor is it declared as a name that '
                "the source covers."
            )


def _joined(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _listed(names: list[str]) -> str:
    """Quote names as the subject of a sentence, with its verb."""
    return f"{_joined([f'"{name}"' for name in names])} {'is' if len(names) == 1 else 'are'}"
