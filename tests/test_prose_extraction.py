"""Estimates of a report: which are found, where, and what is read around them."""

from pathlib import Path

import pytest

from forecast_bench.lexicons import load_shipped
from forecast_bench.prose import vocabulary_of
from forecast_bench.prose.documents import read_plain_text
from forecast_bench.prose.extraction import Estimate, extract
from prose_scores import FOLDER, estimates, score

KNOWN = load_shipped()
FIRST_CASE = Path(__file__).parents[2] / "shared" / "reference" / "mali-report.txt"


def read(text: str, lexicon: str = "uk-phia@2018") -> tuple[Estimate, ...]:
    chosen = KNOWN[lexicon]
    document = read_plain_text(text, vocabulary_of(chosen.language))
    return extract(document, lexicon=chosen, lexicons=KNOWN).estimates


def only(text: str, lexicon: str = "uk-phia@2018") -> Estimate:
    (one,) = read(text, lexicon)
    return one


def test_a_text_annotated_before_the_finder_was_written() -> None:
    result = score("second-report.txt", lexicon="us-icd203@2015")
    assert len(result.found) > 90
    assert result.precision >= 0.95, [one.sentence for one in result.wrong]
    assert result.recall >= 0.95, result.missed
    for name in ("kind", "negation", "conditional", "horizon", "attributed"):
        assert result.share(name) >= 0.95, name
    assert result.share("tense") >= 0.9


@pytest.mark.parametrize(
    ("text", "lexicon", "number"),
    [
        ("third-report.md", "uk-phia@2025", 40),
        ("fourth-report.md", "us-icd203@2015", 72),
        ("danish-report.txt", "dk-fe@1", 24),
        ("french-report.txt", "grc@2007", 54),
    ],
)
def test_a_text_annotated_before_the_finder_was_run_on_it(
    text: str, lexicon: str, number: int
) -> None:
    result = score(text, lexicon=lexicon)
    assert len(result.found) == number
    assert result.precision >= 0.95, [one.sentence for one in result.wrong]
    assert result.recall >= 0.95, result.missed
    for name in ("kind", "negation", "conditional", "horizon", "attributed"):
        assert result.share(name) >= 0.95, name
    assert result.share("tense") >= 0.9


@pytest.mark.parametrize(
    ("text", "lexicon", "found", "wrong", "missed"),
    [
        ("fifth-report.txt", "us-icd203@2015", 31, 1, 2),
        ("second-french-report.txt", "grc@2007", 24, 0, 2),
    ],
)
def test_a_text_that_nothing_is_tuned_on(
    text: str, lexicon: str, found: int, wrong: int, missed: int
) -> None:
    # What was found at first sight, and no less.
    result = score(text, lexicon=lexicon)
    assert len(result.found) >= found
    assert len(result.wrong) <= wrong
    assert len(result.missed) <= missed


@pytest.mark.skipif(not FIRST_CASE.exists(), reason="the report is not part of the project")
def test_the_report_of_the_first_case() -> None:
    # As read by hand: line, phrase or words, in the order of the text.
    expected = [
        (65, "most likely", "stacked"),
        (65, "cannot be discounted", "no number"),
        (65, "unlikely", "phrase"),
        (65, "highly likely", "phrase"),
        (65, "likely", "phrase"),
        (71, "possible", "no number"),
        (71, "probably", "phrase"),
        (71, "appears", "no number"),
        (75, "highly likely", "phrase"),
        (123, "highly unlikely", "phrase"),
        (123, "realistic possibility", "phrase"),
        (126, "unlikely", "phrase"),
        (126, "most likely", "stacked"),
        (130, "unlikely", "phrase"),
        (130, "It’s clear", "certainty"),  # noqa: RUF001
        (130, "likely", "phrase"),
        (132, "highly likely", "phrase"),
        (132, "likely", "phrase"),
        (132, "highly likely", "phrase"),
        (132, "will be seriously", "certainty"),
    ]
    found = estimates(FIRST_CASE, "uk-phia@2018")
    assert [(one.place.line, one.text.replace("\xa0", " "), one.kind) for one in found] == expected
    conditional = [one for one in found if one.around.condition is not None]
    assert [one.phrase for one in conditional] == ["highly likely", "likely"]
    assert [one.around.horizon for one in found if one.around.horizon] == [
        "over the next 18 months"
    ]


def test_a_phrase_is_read_under_the_yardstick() -> None:
    one = only("It is probable that it ends.")
    assert (one.phrase, one.lexicon) == ("likely", "uk-phia@2018")
    assert one.reading is not None
    assert (one.reading.low, one.reading.high) == (0.55, 0.75)


def test_a_phrase_of_another_yardstick_keeps_no_number() -> None:
    one = only("It is very likely that it ends.")
    assert one.kind == "phrase"
    assert one.reading is None
    assert ("us-icd203@2015", 0.8, 0.95) in [
        (other.lexicon, other.low, other.high) for other in one.others
    ]


@pytest.mark.parametrize(
    ("text", "negation", "low", "high"),
    [
        ("It is not likely.", "not", 0.25, 0.45),
        ("It isn't likely.", "not", 0.25, 0.45),
        ("We do not think it likely.", "not", 0.25, 0.45),
        ("It is not unlikely.", "double", 0.65, 0.75),
        ("There is no realistic possibility of that.", "not", 0.5, 0.6),
        ("It is unlikely.", "none", 0.25, 0.35),
    ],
)
def test_a_negation_gives_the_complement(text: str, negation: str, low: float, high: float) -> None:
    one = only(text)
    assert one.reading is not None
    assert (one.negation, one.reading.low, one.reading.high) == (negation, low, high)


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("If it rains, A is likely and B is unlikely.", ["If it rains", "If it rains"]),
        ("A is likely, and B is unlikely unless it rains.", [None, "unless it rains"]),
        ("Should the talks fail, war is likely.", ["Should the talks fail"]),
        ("It looks as if it is likely.", [None]),
        ("It is likely.", [None]),
    ],
)
def test_conditions(text: str, conditions: list[str | None]) -> None:
    assert [one.around.condition for one in read(text)] == conditions


@pytest.mark.parametrize(
    ("text", "horizons"),
    [
        ("It is likely to end within six months.", ["within six months"]),
        ("It is likely by March 2027 and unlikely in 2026.", ["by March 2027", "in 2026"]),
        ("Over the next 18 months a strike is likely.", ["Over the next 18 months"]),
        ("It is likely that it ended in 2019.", [None]),
    ],
)
def test_horizons(text: str, horizons: list[str | None]) -> None:
    assert [one.around.horizon for one in read(text)] == horizons


@pytest.mark.parametrize(
    ("text", "attributed"),
    [
        ('The minister said that a deal was "likely".', True),
        ("According to the bank, a default is likely.", True),
        ("The police believe that it is likely.", True),
        ("We believe that it is likely.", False),
        ("The minister resigned, and it is likely that others follow.", False),
        ('"It is likely to rain," the farmer said.', True),
    ],
)
def test_whose_estimate_it_is(text: str, *, attributed: bool) -> None:
    assert only(text).around.attributed is attributed


@pytest.mark.parametrize(
    ("text", "tense"),
    [
        ("It is likely to happen.", "future"),
        ("It is likely to have happened.", "past"),
        ("It was probably an accident.", "past"),
        ("It is highly likely that they have already left.", "past"),
        ("It is likely that they are still here.", "present"),
        ("It will probably rain.", "future"),
    ],
)
def test_tense(text: str, tense: str) -> None:
    assert only(text).tense == tense


@pytest.mark.parametrize(
    "text",
    [
        'The words "likely" and "unlikely" are used as defined.',
        "Likely Ltd owns the trucks.",
        "The speaker was Mr Likely.",
        "In May 2018 it rained.",
        "In the unlikely event of a fire, leave.",
        "Likely Routes\n",
        "LIKELY DEVELOPMENTS\n",
        "Outlook\n=======\n",
        "Region   Outlook\n------   -------\nNorth    likely\n",
        "| a | likely |\n| b | unlikely |\n",
        "Table 2. Likely routes of supply\n",
    ],
)
def test_what_estimates_nothing(text: str) -> None:
    assert read(text) == ()


def test_words_that_a_page_has_broken() -> None:
    text = "A is high\xad\nly likely; B un-\n  likely; C is very\xa0\nlikely, D un\xadlikely."
    found = read(text)
    assert [one.phrase for one in found] == ["highly likely", "unlikely", "very likely", "unlikely"]
    assert [(one.place.line, one.place.column) for one in found] == [
        (1, 6),
        (2, 14),
        (3, 16),
        (4, 11),
    ]


def test_several_estimates_of_one_sentence_stand_apart() -> None:
    first, second = read("A strike is likely, but a lockout is highly unlikely.")
    assert (first.clause, second.clause) == (
        "A strike is likely",
        "but a lockout is highly unlikely.",
    )
    assert first.sentence == second.sentence


def test_another_language() -> None:
    text = "Det er meget sandsynligt, at presset øges inden for de næste to år, hvis krigen ender."
    one = only(text, "dk-fe@1")
    assert one.reading is not None
    assert (one.phrase, one.reading.low, one.around.condition, one.around.horizon) == (
        "meget sandsynligt",
        0.85,
        "hvis krigen ender",
        "inden for de næste to år",
    )
    assert read("It is likely.", "dk-fe@1") == ()


@pytest.mark.parametrize(
    ("text", "wording", "negation", "tense"),
    [
        ("Il est probable que le pont tienne.", "probable", "none", "future"),
        ("Il n'est pas probable que le pont tienne.", "pas probable", "not", "future"),
        ("Il n’est pas invraisemblable qu’il tienne.", "pas invraisemblable", "double", "future"),  # noqa: RUF001
        ("Il est peu probable que le pont tienne.", "peu probable", "none", "future"),
        ("Il a probablement fui.", "probablement", "none", "past"),
        ("Il fuira probablement.", "probablement", "none", "future"),
        ("Il se poursuivra probablement jusqu'en mai.", "probablement", "none", "future"),
        ("Il s'agit probablement d’un leurre.", "probablement", "none", "present"),  # noqa: RUF001
        ("Il est certain que le pont est miné.", "certain", "none", "present"),
    ],
)
def test_a_french_phrase(text: str, wording: str, negation: str, tense: str) -> None:
    one = only(text, "grc@2007")
    assert (one.text, one.kind, one.negation, one.tense) == (wording, "phrase", negation, tense)
    assert one.reading is not None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Il n'est pas exclu que le pont tienne.", "no number"),
        ("On ne peut exclure\u202f: le pont tient.", "no number"),
        ("Le pont pourrait céder.", "no number"),
        ("Le pont risque d’être fermé.", "no number"),  # noqa: RUF001
        ("Le pont est peut-être miné.", "no number"),
        ("Le pont sera sans aucun doute fermé.", "certainty"),
        ("Le pont sera sans doute fermé.", "other words"),
        ("Il est fort probable que le pont ferme.", "stacked"),
        ("Nous avons une confiance modérée.", "confidence"),
        ("Notre degré de confiance est élevé.", "confidence"),
    ],
)
def test_a_french_hedge_or_claim(text: str, kind: str) -> None:
    assert only(text, "grc@2007").kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "Certains villages et un certain Rell sont loin.",
        "Répondez dès que possible, le plus vite possible.",
        "Il est possible d'acheter du pain.",
        "Le risque d'incendie et le risque de guerre sont couverts.",
        "Par chance, ils ont survécu au vote de confiance.",
        "Selon la loi, le préfet devrait consulter le conseil.",
        "Le journal paraît le lundi.",
        "Les mots «\u00a0probable\u00a0» et «\u00a0vraisemblable\u00a0» sont égaux.",
        "Le pilote était Jean Probable.",
    ],
)
def test_what_estimates_nothing_in_french(text: str) -> None:
    assert read(text, "grc@2007") == ()


@pytest.mark.parametrize(
    ("text", "condition", "horizon", "attributed"),
    [
        ("S'il pleut, la crue est probable.", "S'il pleut", None, False),
        ("Il a demandé s'il est probable.", None, None, False),
        ("Même si l'eau monte, c'est probable.", None, None, False),
        ("À moins d’un gel, c’est probable.", "À moins d’un gel", None, False),  # noqa: RUF001
        ("C'est probable d’ici dix-huit mois.", None, "d'ici dix-huit mois", False),  # noqa: RUF001
        ("C'est probable avant la fin de 2027.", None, "avant la fin de 2027", False),
        (
            "C'est probable au cours des six prochains mois.",
            None,
            "au cours des six prochains mois",
            False,
        ),
        ("Selon le maire, c'est probable.", None, None, True),
        ("Selon nous, c'est probable.", None, None, False),
        ("Il est «\u00a0probable\u00a0», a dit le maire.", None, None, True),
    ],
)
def test_around_a_french_phrase(
    text: str, condition: str | None, horizon: str | None, *, attributed: bool
) -> None:
    around = only(text, "grc@2007").around
    said = around.condition.replace("\u2019", "'") if around.condition else None
    assert said == (condition.replace("\u2019", "'") if condition else None)
    assert (around.horizon, around.attributed) == (horizon, attributed)


def test_french_sentences_end_behind_their_quotation_marks() -> None:
    text = "«\u00a0Est-ce probable\u202f?\u00a0» Le maire se tait. «\u00a0Non.\u00a0»"
    assert only(text, "grc@2007").sentence == "« Est-ce probable ? »"


def test_claims_are_kept_apart_from_estimates() -> None:
    document = read_plain_text("The army will attack. It will probably lose.", vocabulary_of("en"))
    found = extract(document, lexicon=KNOWN["uk-phia@2018"], lexicons=KNOWN)
    assert [one.sentence for one in found.claims] == ["The army will attack."]
    assert [one.text for one in found.estimates] == ["probably"]


def test_the_annotated_texts_are_there() -> None:
    assert (FOLDER / "second-report.txt").exists()
