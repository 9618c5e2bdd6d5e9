import pytest

from forecast_bench.records import FileHeader, HandResolution, Judgment, Question

GOOD = {"id": "j", "statement": "s", "probability": "likely", "question": "q"}


def _refused(record=Judgment, **more) -> str:
    base = GOOD if record is Judgment else {}
    with pytest.raises(ValueError) as failure:  # noqa: PT011
        record.model_validate({**base, **more})
    return str(failure.value)


def test_a_judgment_says_how_likely_in_exactly_one_way():
    off = {"wording": "may well", "kind": "no number"}
    for more in ({"cannot_assess": "why"}, {"off_yardstick": off}):
        assert "no-probability" in _refused(**more)
        assert Judgment.model_validate({**GOOD, "probability": None, **more}).probability is None
    assert "here: none" in _refused(probability=None)


def test_a_question_is_named_or_written_inline():
    inline = {"by_hand": {"asks": "a", "settled_by": "b"}, "about": "past"}
    assert Judgment.model_validate(GOOD).question == "q"
    assert isinstance(Judgment.model_validate({**GOOD, "question": inline}).question, Question)


@pytest.mark.parametrize("identifier", ["a/b", "..", "-a", "a b", "é", "a\nb", "", "a" * 101, "_a"])
def test_what_could_be_a_path_or_an_option_is_no_id(identifier):
    assert _refused(id=identifier)


@pytest.mark.parametrize("identifier", ["a", "2018", "a.b_c-d", "A" * 100, "jnim-kidnap-more"])
def test_ids_are_letters_digits_and_three_marks(identifier):
    assert Judgment.model_validate({**GOOD, "id": identifier}).id == identifier


@pytest.mark.parametrize("grade", ["G1", "A7", "a1", "A", "A11", "", "A 1"])
def test_a_grade_is_a_letter_and_a_digit(grade):
    assert "such as B2" in _refused(sources=[{"ref": "r", "grade": grade}])


@pytest.mark.parametrize(
    "day",
    [
        "1514678400",
        "2018-02-30",
        "31/12/2017",
        "20171231",
        "2018-1-1",
        "2018-01-01T00:00",
        "0000-01-01",
        "",
        "\uff12\uff10\uff11\uff18-01-01",
        ["2018"],
    ],
)
def test_a_day_is_written_in_one_form(day):
    assert _refused(issued=day)


def test_records_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Judgment.model_validate(GOOD).id = "other"


@pytest.mark.parametrize(
    ("outcome", "needs", "lacks"),
    [
        ("occurred", "evidence", "reason"),
        ("did not occur", "evidence", "reason"),
        ("void", "reason", "evidence"),
        ("cannot resolve", "reason", "evidence"),
    ],
)
def test_an_outcome_by_hand_is_grounded(outcome, needs, lacks):
    found = {"outcome": outcome, "on": "2018-01-01"}
    assert HandResolution.model_validate({**found, needs: "x"}).outcome == outcome
    assert needs in _refused(HandResolution, **found, **{lacks: "x"})


def test_open_is_no_outcome_that_a_person_finds():
    assert "outcome" in _refused(HandResolution, outcome="open", on="2018-01-01", evidence="x")


def test_one_analyst_is_a_list_of_one_and_no_questions_are_none():
    header = FileHeader.model_validate(
        {"report": {"id": "r", "title": "T"}, "analyst": "r.lee", "questions": None}
    )
    assert header.analyst == ("r.lee",)
    assert header.questions == {}
