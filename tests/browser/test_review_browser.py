"""The pages in a real browser: quiet, offline, narrow, printable, usable from the keyboard."""

import itertools
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sample_run
from forecast_bench.review import render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

pytestmark = [
    pytest.mark.browser,
    # The driver's own event loop and sockets close late; that is not a fault of the page.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:playwright"),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    render(sample_run.build(folder / "run", nasty=True, several=2), folder / "review")
    return folder / "review"


def pages(review: Path) -> list[Path]:
    return sorted(review.rglob("*.html"))


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(
                executable_path=CHROMIUM, args=list(ARGUMENTS), headless=True
            )
            yield started
            started.close()


@pytest.fixture
def page(browser: "Browser", review: Path) -> Iterator["Page"]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.goto((review / "review.html").as_uri())
    yield opened
    opened.close()


@pytest.fixture(params=["review", "judgments", "report", "phrases", "reliability", "models"])
def every(page: "Page", review: Path, request: pytest.FixtureRequest) -> "Page":
    """A page of each make."""
    name = request.param
    report = next(iter(sorted((review / "judgments").iterdir())))
    page.goto((report if name == "report" else review / f"{name}.html").as_uri())
    return page


def test_nothing_is_fetched_and_nothing_complains(browser: "Browser", review: Path) -> None:
    opened = browser.new_page()
    said: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    for path in pages(review):
        opened.goto(path.as_uri(), wait_until="load")
    opened.close()
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [
        path.as_uri() for path in pages(review)
    ]


def test_injected_scripts_never_run(page: "Page", review: Path) -> None:
    assert "<script>window.broken = 1</script>" in page.locator("h1").inner_text()
    for path in pages(review):
        page.goto(path.as_uri())
        assert page.evaluate("typeof window.broken") == "undefined"
        assert page.locator("script").count() == (path.name == "judgments.html")


def test_every_picture_is_decoded(page: "Page", review: Path) -> None:
    sizes = []
    for path in pages(review):
        page.goto(path.as_uri())
        sizes += page.evaluate("[...document.images].map(one => one.naturalWidth)")
    assert len(sizes) > 5
    assert all(size > 0 for size in sizes)


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("opened", [False, True], ids=["folded", "unfolded"])
def test_the_page_never_scrolls_sideways(every: "Page", width: int, opened: bool) -> None:
    every.set_viewport_size({"width": width, "height": 800})
    if opened:
        every.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    wide = every.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_headings_are_in_order(every: "Page") -> None:
    levels = every.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(one => Number(one.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_pictures_and_figures_have_words_with_numbers(page: "Page", review: Path) -> None:
    labels = []
    for path in pages(review):
        page.goto(path.as_uri())
        labels += page.evaluate(
            "[...document.querySelectorAll('img,[role=img]')]"
            ".map(one => one.alt || one.getAttribute('aria-label') || '')"
        )
        assert page.locator("figure:not(:has(img,[role=img],.absent))").count() == 0
        assert page.locator("figure:not(:has(figcaption))").count() == 0
    assert labels
    assert all(any(character.isdigit() for character in label) for label in labels)


def test_the_keyboard_reaches_everything_that_can_be_operated(page: "Page", review: Path) -> None:
    page.goto((review / "reliability.html").as_uri())
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href],summary,.scroll')]"
        ".filter(one => one.checkVisibility()).length"
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    reached = {"skip"}
    for _ in range(wanted):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.className || document.activeElement.tagName")
        )
    assert {"A", "SUMMARY", "scroll"} <= reached


def test_details_open_from_the_keyboard(page: "Page", review: Path) -> None:
    page.goto((review / "reliability.html").as_uri())
    summary = page.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details').open") is True


def test_the_skip_link_leads_to_the_review(page: "Page") -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_landmarks_and_language(every: "Page") -> None:
    assert every.locator("html").get_attribute("lang") == "en"
    for landmark in ("header", "header > nav", "main", "footer"):
        assert every.locator(f"body > {landmark}").count() == 1


def test_it_prints_with_its_details(page: "Page", review: Path) -> None:
    page.goto(max((review / "judgments").iterdir(), key=lambda one: one.stat().st_size).as_uri())
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") > 1
    page.emulate_media(media="print")
    folded = page.locator("details:not([open]) dl").first
    assert folded.evaluate("one => one.getBoundingClientRect().height") > 0


CONTRAST = """() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const channel = value => (value /= 255) <= 0.04045 ? value / 12.92
    : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const behind = one => {
    for (; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || one.closest('svg') || !one.checkVisibility()) continue;
    const pair = [parse(getComputedStyle(one).color), behind(one)].map(luminance).sort();
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) low.push([one.tagName, one.className, ratio.toFixed(2)]);
  }
  return low.slice(0, 5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_words_have_contrast_as_computed(every: "Page", scheme: str) -> None:
    every.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    every.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert every.evaluate(CONTRAST) == []


def test_axe_finds_nothing(browser: "Browser", review: Path) -> None:
    """Checks with axe-core where the npm registry gives it."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("axe-core is absent: there is no npm")
    with tempfile.TemporaryDirectory() as folder:
        got = subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@4"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        script = Path(folder) / "node_modules" / "axe-core" / "axe.min.js"
        if got.returncode != 0 or not script.is_file():
            pytest.skip(f"axe-core is absent: npm said {got.stderr.strip()[-200:]}")
        source = script.read_text("utf-8")
    found = []
    for scheme in ("light", "dark"):
        # The page forbids scripts; the checker is let in by the browser, not by the page.
        context = browser.new_context(bypass_csp=True, color_scheme=scheme)
        opened = context.new_page()
        for path in pages(review):
            opened.goto(path.as_uri())
            opened.evaluate(source)
            found += opened.evaluate(
                "axe.run(document).then(found => found.violations"
                ".map(one => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 200)]))"
            )
        context.close()
    assert found == [], found


def shown(page: "Page") -> list[str]:
    """Identifiers of the judgments that the list shows, in its order."""
    listed: list[str] = page.evaluate(
        "[...document.querySelectorAll('table.index tbody tr')]"
        ".filter(one => one.checkVisibility()).map(one => one.querySelector('a').textContent)"
    )
    return listed


@pytest.fixture
def listing(page: "Page", review: Path) -> "Page":
    page.goto((review / "judgments.html").as_uri())
    return page


def test_words_are_searched_for(listing: "Page") -> None:
    whole = shown(listing)
    assert listing.get_by_role("status").inner_text() == f"{len(whole)} judgments"
    listing.get_by_label("Find words").fill("counted-003")
    listing.get_by_text(f"1 of {len(whole)} judgments").wait_for()
    assert shown(listing) == ["counted-003"]
    listing.get_by_label("Find words").fill("no judgment says this")
    listing.get_by_text(f"0 of {len(whole)} judgments").wait_for()
    assert shown(listing) == []
    listing.get_by_label("Find words").fill("")
    listing.get_by_text(f"{len(whole)} judgments", exact=True).wait_for()
    assert shown(listing) == whole


def test_states_and_topics_are_filtered_together(listing: "Page") -> None:
    listing.get_by_label("State").select_option("occurred")
    occurred = shown(listing)
    listing.get_by_label("Topic").select_option("tempo")
    both = shown(listing)
    assert both
    assert set(both) < set(occurred)
    listing.get_by_label("State").select_option("all")
    assert set(shown(listing)) > set(both)


def test_columns_are_sorted_both_ways_and_what_is_missing_stays_last(listing: "Page") -> None:
    def live() -> list[float | None]:
        keys: list[str | None] = listing.evaluate(
            "[...document.querySelectorAll('table.index tbody tr')]"
            ".map(one => one.cells[3].dataset.key ?? null)"
        )
        return [None if key is None else float(key) for key in keys]

    head = listing.get_by_role("columnheader", name="Live")
    button = listing.get_by_role("button", name="Live")
    missing = live().count(None)
    for direction, turned in (("ascending", False), ("descending", True)):
        button.focus()
        listing.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == direction
        found = live()
        known = [one for one in found if one is not None]
        assert known == sorted(known, reverse=turned)
        assert found == [*known, *[None] * missing]
    assert listing.locator("[aria-sort]").count() == 1


def test_a_link_to_a_judgment_leads_to_its_line_and_on_to_its_card(
    page: "Page", review: Path
) -> None:
    page.goto(f"{(review / 'judgments.html').as_uri()}#judgment-counted-003")
    assert page.locator("tr:target a").inner_text() == "counted-003"
    page.locator("tr:target a").click()
    assert page.locator("article:target .id").inner_text() == "counted-003"


def test_without_scripts_every_judgment_is_listed_and_nothing_is_offered(
    browser: "Browser", review: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto((review / "judgments.html").as_uri())
    assert opened.locator("table.index tbody tr").count() == 14
    assert opened.locator("input, select, button").count() == 0
    assert opened.locator("table.index tbody tr a").first.is_visible()
    context.close()


def test_a_picture_of_the_page_is_not_empty(page: "Page", tmp_path: Path) -> None:
    page.screenshot(path=tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 20_000
