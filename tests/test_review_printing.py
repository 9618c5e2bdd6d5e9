"""A review as PDF: which browser, what is said without one, and what is made of its prints."""

import os
import sys
from pathlib import Path

import pytest
from fpdf import FPDF
from pypdf import PdfReader

import sample_run
from forecast_bench.cli import main
from forecast_bench.review.joining import joined_pages
from forecast_bench.review.printing import (
    BROWSERS,
    PrintingError,
    find_browser,
    print_review,
    printable_pages,
)

FAKE = """#!{python}
import sys
from fpdf import FPDF
{body}
"""
PRINTS = """
out = next(one.partition("=")[2] for one in sys.argv if one.startswith("--print-to-pdf="))
page = FPDF()
page.add_page()
page.set_font("Helvetica")
page.cell(text=sys.argv[-1].rpartition("/")[2])
page.output(out)
open(sys.argv[0] + ".asked", "a").write("\\n".join(sys.argv[1:]) + "\\n\\n")
"""


def browser(folder: Path, body: str, name: str = "chromium") -> Path:
    """A program in place of a browser."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(FAKE.format(python=sys.executable, body=body))
    program.chmod(0o755)
    return program


@pytest.fixture
def review(tmp_path: Path) -> Path:
    folder = tmp_path / "review"
    folder.mkdir()
    for name in ("judgments.html", "review.html", "about.html"):
        (folder / name).write_text(f"<p>{name}</p>")
    (folder / "review.md").write_text("no page")
    return folder


def test_the_first_browser_on_the_path_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    chrome = browser(tmp_path / "bin", PRINTS, "google-chrome")
    assert find_browser() == chrome
    assert find_browser() != browser(tmp_path / "bin", PRINTS, "chromium") == find_browser()
    assert find_browser(chrome) == chrome


def test_without_a_browser_it_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PrintingError) as said:
        find_browser()
    assert str(said.value) == (
        "no browser is on the path to print with (chromium, chromium-browser, google-chrome, "
        "google-chrome-stable, chrome, msedge, microsoft-edge); install chromium, or name one "
        "with --browser or FORECAST_BENCH_BROWSER"
    )
    assert ", ".join(BROWSERS) in str(said.value)


def test_pages_begin_with_the_review(review):
    assert printable_pages(review) == ["review.html", "judgments.html", "about.html"]


def test_cards_follow_the_list_of_judgments(review):
    (review / "judgments").mkdir()
    for name in ("b.html", "a.2.html", "a.html"):
        (review / "judgments" / name).write_text("")
    assert printable_pages(review) == [
        "review.html",
        "judgments.html",
        "judgments/a.html",
        "judgments/a.2.html",
        "judgments/b.html",
        "about.html",
    ]


def test_a_folder_without_pages_is_refused(tmp_path):
    with pytest.raises(PrintingError, match="holds no page to print"):
        printable_pages(tmp_path)


def test_all_pages_are_printed_in_order_into_one_file(tmp_path, review):
    program = browser(tmp_path / "bin", PRINTS)
    made = print_review(review, browser=program)
    assert made == review / "review.pdf"
    assert [page.extract_text() for page in PdfReader(made).pages] == printable_pages(review)
    assert sorted(path.name for path in review.iterdir() if path.suffix != ".html") == [
        "review.md",
        "review.pdf",
    ]


def test_only_the_pages_that_are_named_are_printed(tmp_path, review):
    program = browser(tmp_path / "bin", PRINTS)
    made = print_review(review, browser=program, pages=["judgments.html"])
    assert [page.extract_text() for page in PdfReader(made).pages] == ["judgments.html"]


def test_the_browser_gets_no_network_and_a_profile_of_its_own(tmp_path, review):
    program = browser(tmp_path / "bin", PRINTS)
    print_review(review, browser=program, pages=["review.html"])
    asked = Path(f"{program}.asked").read_text().split("\n")
    for option in (
        "--headless",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ):
        assert option in asked
    (profile,) = (one.partition("=")[2] for one in asked if one.startswith("--user-data-dir="))
    assert not Path(profile).exists()
    # Chromium refuses its sandbox to root alone.
    assert ("--no-sandbox" in asked) == (os.geteuid() == 0)


def test_the_sandbox_stays_where_it_can(tmp_path, review, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program = browser(tmp_path / "bin", PRINTS)
    print_review(review, browser=program, pages=["review.html"])
    assert "--no-sandbox" not in Path(f"{program}.asked").read_text()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("sys.exit('line one\\nno display')", "did not print review.html: no display"),
        ("pass", "did not print review.html: it says nothing"),
        (PRINTS.replace("page.output(out)", "open(out, 'w').write('x')"), "printed what cannot be"),
        ("import threading; threading.Event().wait()", "took more than 1 s for review.html"),
    ],
    ids=["fails", "prints nothing", "prints nonsense", "hangs"],
)
def test_a_browser_that_fails_is_told_and_nothing_is_left(tmp_path, review, body, said):
    before = sorted(review.iterdir())
    program = browser(tmp_path / "bin", body)
    with pytest.raises(PrintingError, match=said):
        print_review(
            review, browser=program, pages=["review.html"], seconds=1 if "wait" in body else 60
        )
    assert sorted(review.iterdir()) == before


def test_a_program_that_is_none_is_told(tmp_path, review):
    program = tmp_path / "chromium"
    program.write_text("no program")
    program.chmod(0o755)
    with pytest.raises(PrintingError, match="does not start: Exec format error"):
        print_review(review, browser=program)


def linked(folder: Path, name: str, targets: list[str]) -> Path:
    """A print of two pages whose first has links; `#` targets lead within it."""
    page = FPDF()
    page.set_font("Helvetica")
    page.add_page()
    within = page.add_link(page=1)
    for target in targets:
        page.cell(text=target, link=within if target.startswith("#") else target)
    page.add_page()
    page.output(folder / f"{name}.pdf")
    return folder / f"{name}.pdf"


def test_links_between_pages_lead_within_the_file(tmp_path):
    place = "file:///somewhere/review"
    first = linked(
        tmp_path,
        "first",
        [f"{place}/judgments.html#x", f"{place}/numbers/a.csv", "https://example.org/"],
    )
    second = linked(tmp_path, "second", [f"{place}/review.html"])
    made = tmp_path / "joined.pdf"
    made.write_bytes(joined_pages({"review.html": first, "judgments.html": second}, place=place))
    reader = PdfReader(made)
    assert len(reader.pages) == 4
    numbers = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages)}
    links = [one.get_object() for one in reader.pages[0]["/Annots"]]
    # The file of numbers is not in the print, so nothing leads there, nor tells where it was made.
    assert len(links) == 2
    assert numbers[links[0].raw_get("/Dest")[0].idnum] == 2
    assert links[1]["/A"]["/URI"] == "https://example.org/"
    (back,) = (one.get_object() for one in reader.pages[2]["/Annots"])
    assert numbers[back.raw_get("/Dest")[0].idnum] == 0
    assert b"somewhere" not in made.read_bytes()


def test_a_print_tells_no_date(tmp_path, review):
    made = print_review(review, browser=browser(tmp_path / "bin", PRINTS))
    assert not {"/CreationDate", "/ModDate"} & set(PdfReader(made).metadata or {})


@pytest.fixture
def printed(tmp_path, monkeypatch, capsys):
    """Run `review` on a made run; give its status, its output and its messages."""
    run = sample_run.build(
        tmp_path / "run", judgments=1, counted=False, fitted=False, resolved=False
    )
    monkeypatch.setattr("forecast_bench.job.find_run", lambda *_: run)
    (tmp_path / "judgments").mkdir()

    def command(*arguments):
        with pytest.raises(SystemExit) as left:
            main(["review", "--out", f"{tmp_path}/out", "--workspace", f"{tmp_path}", *arguments])
        said = capsys.readouterr()
        return left.value.code or 0, said.out, said.err

    return command


def test_the_command_prints_and_prints_again(printed, tmp_path):
    program = browser(tmp_path / "bin", PRINTS)
    for _ in range(2):
        status, _, err = printed("--pdf", "--browser", str(program))
        assert (status, err) == (0, "")
        assert (tmp_path / "out" / "review.pdf").is_file()
    # Without the option the old print goes: it would show an older review.
    status, _, _ = printed()
    assert status == 0
    assert not (tmp_path / "out" / "review.pdf").exists()


def test_the_command_without_a_browser_writes_the_rest_and_says_so(printed, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("FORECAST_BENCH_BROWSER", raising=False)
    status, out, err = printed("--pdf")
    assert (status, out) == (4, "")
    assert err == (
        "no PDF: no browser is on the path to print with (chromium, chromium-browser, "
        "google-chrome, google-chrome-stable, chrome, msedge, microsoft-edge); install chromium, "
        "or name one with --browser or FORECAST_BENCH_BROWSER\n"
        f"  = the review itself is written; open {tmp_path / 'out' / 'review.html'}\n"
    )
    assert (tmp_path / "out" / "review.html").is_file()
    assert not (tmp_path / "out" / "review.pdf").exists()


def test_the_environment_names_a_browser(printed, tmp_path, monkeypatch):
    monkeypatch.setenv("FORECAST_BENCH_BROWSER", "/no/such/browser")
    status, _, err = printed("--pdf")
    assert status == 4
    assert err.startswith("no PDF: there is no program /no/such/browser\n")
