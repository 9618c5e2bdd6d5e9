from conftest import found_in, problems

TEXT = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
questions:
  q: {by_hand: {asks: a, settled_by: b}, within: 6 months}
judgments:
  - {id: one, statement: s, probability: 0.3, question: q}
"""


def test_an_id_is_given_once_in_a_workspace():
    again = "  - {id: one, statement: s, probability: 0.3, question: q}\n"
    assert problems(TEXT) == []
    assert problems(TEXT + again) == [(8, 10, "duplicate-id")]
    (fault,) = found_in({"judgments/a.yaml": TEXT + again})
    assert fault.message == 'the judgment id "one" is taken already, by judgments/a.yaml:7'


def test_ids_and_questions_are_unique_across_files():
    found = found_in({"judgments/a.yaml": TEXT, "judgments/b.yaml": TEXT})
    assert [(one.location.file, one.location.line, one.identifier) for one in found] == [
        ("judgments/b.yaml", 5, "duplicate-id"),
        ("judgments/b.yaml", 7, "duplicate-id"),
    ]
    assert "judgments/a.yaml:5" in found[0].message


def test_a_judgment_may_have_the_name_of_its_question():
    assert problems(TEXT.replace("id: one", "id: q")) == []


def test_someone_judged_on_some_day():
    assert problems(TEXT.replace("analyst: r.lee\n", "")) == [(6, 10, "missing-key")]
    assert problems(TEXT.replace("issued: 2017-12-31\n", "")) == [(6, 10, "missing-key")]
    nobody = TEXT.replace("r.lee", "[]")
    assert problems(nobody) == [(7, 10, "missing-key")]
    own = nobody.replace("question: q}", "question: q, analyst: a.b}")
    assert problems(own) == []
