"""Texts that once made a reader or a check raise, and a short run of fresh ones."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

sys.path.insert(0, str(Path(__file__).parent / "fuzz"))

from targets import TARGETS, edited

FINDINGS = sorted((Path(__file__).parent / "fuzz" / "findings").glob("*.txt"))


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: path.stem)
def test_a_finding_raises_no_more(path: Path) -> None:
    target = TARGETS[path.stem.rpartition("-")[0]]
    target.run(path.read_bytes().decode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", TARGETS)
def test_fresh_texts_raise_nothing(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=30, suppress_health_check=list(HealthCheck))
    @given(edited(target.corpus()))
    def one(text: str) -> None:
        target.run(text)

    one()


def test_every_target_has_texts_to_begin_from() -> None:
    assert all(target.corpus() for target in TARGETS.values())
