import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.incidents import actor_faults, label_key, labels_of, unmatched_labels
from forecast_bench.records import ActorBook
from forecast_bench.yaml_source import read_file, read_record

BOOK = ActorBook.model_validate(
    {
        "actors": {
            "JNIM": {"aliases": ["GSIM"], "name": "Group for Support"},
            "Ansar Dine": {"aliases": ["AD"], "part_of": {"JNIM": "2017-03-02"}},
            "Cell": {"part_of": {"Ansar Dine": "2016-01-01"}},
            "ISGS": {},
            "Ansar": {},
        },
        "groups": {"rebels": ["JNIM", "ISGS"], "all": ["rebels", "Ansar"]},
        "compound_labels": {
            "JNIM and/or ISGS": {"of": ["JNIM", "ISGS"]},
            "JNIM and/or IS": {"of": ["JNIM", "ISGS"]},
            "JNIM or Ansar": {"of": ["JNIM", "Ansar"], "policy": "either"},
            "ISGS or Ansar": {"of": ["ISGS", "Ansar"], "policy": "own"},
        },
    }
)
MERGED = datetime.date(2017, 3, 2)


def terms(actor, on=None):
    return {(term.label, term.since, term.certain) for term in labels_of(BOOK, actor, on)}


def test_actor_has_its_names_its_parts_since_their_day_and_compound_labels_by_policy():
    assert terms("JNIM") == {
        ("JNIM", None, True),
        ("GSIM", None, True),
        ("Group for Support", None, True),
        ("Ansar Dine", MERGED, True),
        ("AD", MERGED, True),
        # A cell of Ansar Dine since 2016 came over with it, not before.
        ("Cell", MERGED, True),
        ("JNIM and/or ISGS", None, False),
        ("JNIM and/or IS", None, False),
        ("JNIM or Ansar", None, True),
    }


def test_day_selects_what_counts_then():
    before = {label for label, _, _ in terms("JNIM", MERGED - datetime.timedelta(days=1))}
    assert "Ansar Dine" not in before
    assert "Ansar Dine" in {label for label, _, _ in terms("JNIM", MERGED)}


def test_part_is_not_the_whole():
    assert {label for label, _, _ in terms("Ansar Dine")} == {"Ansar Dine", "AD", "Cell"}


def test_alias_and_spelling_find_the_actor():
    assert terms("  gsim ") == terms("JNIM") == terms("group  for SUPPORT")


def test_group_with_all_members_takes_the_compound_label():
    assert ("JNIM and/or ISGS", None, True) in terms("rebels")
    assert terms(("JNIM", "ISGS")) == terms("rebels")
    # Ansar is not among the rebels, so its label stays with its own policy.
    assert "ISGS or Ansar" not in {label for label, _, _ in terms("rebels")}
    assert ("ISGS or Ansar", None, True) in terms("all")


def test_compound_label_by_its_own_name_takes_labels_with_the_same_members():
    assert terms("JNIM and/or ISGS") == {
        ("JNIM and/or ISGS", None, True),
        ("JNIM and/or IS", None, True),
    }
    assert terms("ISGS or Ansar") == {("ISGS or Ansar", None, True)}


def test_compound_of_a_later_part_is_ambiguous_before_the_merger_and_certain_after():
    book = ActorBook.model_validate(
        {
            "actors": {"A": {}, "B": {"part_of": {"A": "2017-03-02"}}},
            "compound_labels": {"A or B": {"of": ["A", "B"]}},
        }
    )
    found = {(term.label, term.since, term.certain) for term in labels_of(book, "A")}
    assert {("A or B", None, False), ("A or B", MERGED, True)} <= found


@given(st.text(alphabet="JNIMGS aed/or", max_size=12))
def test_never_by_a_part_of_the_label(label):
    known = {label_key(term.label) for term in labels_of(BOOK, "JNIM")}
    unmatched = unmatched_labels(BOOK, [label])
    every = {label_key(name) for name in (*BOOK.names, "Group for Support")}
    assert (label_key(label) in every) == (not unmatched)
    assert label_key("JNIM faction") not in known


def test_unknown_name_is_refused():
    with pytest.raises(ValueError, match="Ansar Din"):
        labels_of(BOOK, "Ansar Din")


def test_circle_of_parts_ends():
    book = ActorBook.model_validate(
        {
            "actors": {
                "A": {"part_of": {"B": "2017-01-01"}},
                "B": {"part_of": {"A": "2018-01-01"}},
            },
            "groups": {"x": ["y"], "y": ["x", "A"]},
        }
    )
    found = {term.label: term.since for term in labels_of(book, "x")}
    assert found == {"A": None, "B": datetime.date(2018, 1, 1)}


def test_faults_are_located():
    book = ActorBook.model_validate(
        {
            "actors": {
                "A": {"aliases": ["x"], "part_of": {"g": "2017-01-01"}},
                "B": {"aliases": "X"},
            },
            "groups": {"g": ["A", "C"]},
            "compound_labels": {"A or D": {"of": ["A", "D"]}},
        }
    )
    assert {(fault.path, fault.kind) for fault in actor_faults(book)} == {
        (("groups", "g", 1), "unknown"),
        (("actors", "A", "part_of", "g"), "unknown"),
        (("compound_labels", "A or D", "of", 1), "unknown"),
        (("actors", "B"), "clash"),
    }
    assert actor_faults(BOOK) == ()


def test_book_of_the_first_case_is_sound():
    path = Path(__file__).parents[1] / "models" / "actors.yaml"
    document, problems = read_file(path, shown_as="models/actors.yaml")
    assert document is not None
    assert problems == ()
    book, problems = read_record(document, ActorBook)
    assert book is not None
    assert problems == ()
    assert actor_faults(book) == ()
    since = {term.label: term.since for term in labels_of(book, "NIM")}
    assert since["FLM"] == since["AQIM Sahara branch"] == MERGED
    assert "AQIM" not in since
    assert {label_key(name) for name in ("GSPC", "MUJAO", "EIGS", "Ansaroul")} <= set(
        map(label_key, book.names)
    )
