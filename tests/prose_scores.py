"""Precision and recall of the extraction against texts annotated by hand."""

import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from forecast_bench.lexicons import load_shipped
from forecast_bench.prose import vocabulary_of
from forecast_bench.prose.documents import read_document
from forecast_bench.prose.extraction import Estimate, extract

FOLDER = Path(__file__).parent / "prose"


@dataclass(frozen=True)
class Score:
    """Which estimates were found, which were not there, which were missed."""

    found: list[tuple[dict, Estimate]]
    wrong: list[Estimate]
    missed: list[dict]

    @property
    def precision(self) -> float:
        return len(self.found) / (len(self.found) + len(self.wrong))

    @property
    def recall(self) -> float:
        return len(self.found) / (len(self.found) + len(self.missed))

    def share(self, name: str) -> float:
        """How often what is said around an expression was read as annotated; 1 where it is not."""
        held = [(wanted, one) for wanted, one in self.found if name in wanted]
        right = sum(seen(one, name) == wanted[name] for wanted, one in held)
        return right / len(held) if held else 1.0


def seen(one: Estimate, name: str) -> object:
    if name == "conditional":
        return one.around.condition is not None
    if name in ("horizon", "attributed"):
        return getattr(one.around, name)
    return getattr(one, name)


def estimates(path: Path, lexicon: str) -> tuple[Estimate, ...]:
    known = load_shipped()
    chosen = known[lexicon]
    document = read_document(path, vocabulary_of(chosen.language))
    return extract(document, lexicon=chosen, lexicons=known).estimates


def score(text: str, *, lexicon: str) -> Score:
    """Hold what is found in a text against its annotation: they must overlap on one line."""
    annotated = yaml.safe_load((FOLDER / f"{Path(text).stem}.annotated.yaml").read_text("utf-8"))
    left = list(annotated["estimates"])
    found, wrong = [], []
    for one in estimates(FOLDER / text, lexicon):
        same = next((wanted for wanted in left if _overlap(wanted, one)), None)
        if same is None:
            wrong.append(one)
        else:
            left.remove(same)
            found.append((same, one))
    return Score(found, wrong, left)


def _overlap(wanted: dict, one: Estimate) -> bool:
    begins, ends = one.place.column, one.place.column + len(one.text)
    first, last = wanted["column"], wanted["column"] + len(wanted["expression"])
    return wanted["line"] == one.place.line and begins < last and first < ends


TEXTS = (
    ("second-report.txt", "us-icd203@2015"),
    ("third-report.md", "uk-phia@2025"),
    ("fourth-report.md", "us-icd203@2015"),
    ("fifth-report.txt", "us-icd203@2015"),
    ("danish-report.txt", "dk-fe@1"),
    ("french-report.txt", "grc@2007"),
    ("second-french-report.txt", "grc@2007"),
)


def report(result: Score) -> list[str]:
    """Lines that say how good a result is, and where it is not."""
    around = ("kind", "negation", "conditional", "horizon", "attributed", "tense")
    return [
        f"precision {result.precision:.3f}, recall {result.recall:.3f}",
        *(f"  {name}: {result.share(name):.3f}" for name in around),
        *(f"  wrong {one.place}: {one.text!r} in {one.sentence!r}" for one in result.wrong),
        *(f"  missed {one['line']}:{one['column']} {one['expression']!r}" for one in result.missed),
    ]


if __name__ == "__main__":
    for text, key in TEXTS:
        if (FOLDER / text).exists():
            sys.stdout.write("\n".join([text, *report(score(text, lexicon=key)), ""]))
