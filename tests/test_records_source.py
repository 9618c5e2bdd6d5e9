import pytest

from forecast_bench.records import SourceDescription

GOOD = {
    "source": "sahel",
    "title": "Counts",
    "kind": "monthly-counts",
    "file": "counts.csv",
    "retrieved": "2020-01-31",
    "settlement": "14 days",
    "licence": "none",
    "attribution": "nobody",
    "coverage": {
        "window": {"from": "2017-01-01", "to": "2019-12-31"},
        "countries": {"Mali": ["Gao"]},
        "types": "battle",
    },
}


def _refused(**more) -> str:
    with pytest.raises(ValueError) as failure:  # noqa: PT011
        SourceDescription.model_validate({**GOOD, **more})
    return str(failure.value)


def test_a_description_is_read():
    found = SourceDescription.model_validate(GOOD)
    assert found.coverage.countries == {"Mali": ("Gao",)}
    assert found.coverage.types == ("battle",)


def test_what_was_read_before_cannot_cover_what_came_after():
    assert SourceDescription.model_validate({**GOOD, "retrieved": "2019-12-31"})
    assert "after it was retrieved" in _refused(retrieved="2019-12-30")


@pytest.mark.parametrize("lag", ["9999 years", "9999 weeks", "11 years", "121 months"])
def test_counts_settle_some_day(lag):
    assert "never settle" in _refused(settlement=lag)


@pytest.mark.parametrize("lag", ["1 day", "10 years", "120 months"])
def test_ten_years_are_enough(lag):
    assert str(SourceDescription.model_validate({**GOOD, "settlement": lag}).settlement) == lag


def test_something_is_covered():
    coverage = {**GOOD["coverage"], "countries": {}}
    assert "countries" in _refused(coverage=coverage)
