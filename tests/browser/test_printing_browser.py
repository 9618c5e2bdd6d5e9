"""The print of a review by a real browser."""

from pathlib import Path

import pytest
from pypdf import PdfReader

import sample_run
from forecast_bench.review import read_run, render
from forecast_bench.review.printing import PrintingError, find_browser, print_review

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def browser() -> Path:
    try:
        return find_browser()
    except PrintingError as fault:
        pytest.skip(str(fault))


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("printing")
    render(sample_run.build(folder / "run", judgments=7, nasty=True), folder / "review")
    return folder / "review"


@pytest.fixture(scope="module")
def printed(review: Path, browser: Path) -> PdfReader:
    return PdfReader(print_review(review, browser=browser))


def test_every_judgment_is_in_the_print(printed: PdfReader, review: Path) -> None:
    run = read_run(review.parent / "run")
    text = " ".join(page.extract_text() for page in printed.pages)
    assert len(printed.pages) > 5
    for identifier in run.judgments["id"]:
        assert identifier in text
    assert "What matters now" in text


def test_scripts_stay_text(printed: PdfReader) -> None:
    text = " ".join(printed.pages[0].extract_text().split())
    assert "<script>window.broken = 1</script>" in text
    assert "/JavaScript" not in str(printed.trailer["/Root"])


def test_links_lead_within_the_print(printed: PdfReader, review: Path) -> None:
    numbers = {
        page.indirect_reference.idnum
        for page in printed.pages
        if page.indirect_reference is not None
    }
    goals = [
        one.get_object().raw_get("/Dest")[0].idnum
        for page in printed.pages
        for one in page.get("/Annots", [])
    ]
    assert goals
    assert set(goals) <= numbers
    assert str(review.parent).encode() not in (review / "review.pdf").read_bytes()


def test_the_same_review_gives_the_same_bytes(
    review: Path, browser: Path, printed: PdfReader, tmp_path: Path
) -> None:
    before = (review / "review.pdf").read_bytes()
    assert not {"/CreationDate", "/ModDate"} & set(printed.metadata or {})
    assert print_review(review, browser=browser).read_bytes() == before


def test_several_pages_are_joined(review: Path, browser: Path, tmp_path: Path) -> None:
    place = tmp_path / "several"
    place.mkdir()
    (place / "review.html").write_text('<h1>First</h1><a href="judgments.html#x">to x</a>')
    (place / "judgments.html").write_text('<h1 id="x">Second</h1><a href="review.html">back</a>')
    reader = PdfReader(print_review(place, browser=browser))
    assert [page.extract_text().split()[0] for page in reader.pages] == ["First", "Second"]
    goals = [
        one.get_object().raw_get("/Dest")[0].idnum
        for page in reader.pages
        for one in page["/Annots"]
    ]
    numbers = [page.indirect_reference.idnum for page in reader.pages if page.indirect_reference]
    assert goals == numbers[::-1]
