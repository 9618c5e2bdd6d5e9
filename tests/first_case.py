"""Copies of workspaces for tests: the first case, and a small one."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]

SMALL = """\
report: {id: small, title: Two judgments}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
questions:
  clash:
    count: {of: {between: [JNIM, ISGS], type: battle}, any: true}
    within: 18 months
  abductions:
    change: {of: {actor: JNIM, type: abduction}, direction: increase, against: 12 months}
    within: 18 months
judgments:
  - {id: clash, statement: They clash., probability: likely, question: clash}
  - {id: abductions, statement: More., probability: highly likely, question: abductions}
"""


EXAMPLES = (
    "judgments/mali-2018-example.yaml",
    "judgments/own-model-example.yaml",
    "models/rates/self-exciting.yaml",
    "models/rates/regional.yaml",
)


def first_case(folder: Path, *, with_examples: bool = False) -> Path:
    """Copy the workspace of the first case, without what was derived from it.

    Its examples of a panel and of an own model are left out, whose fits take a while, unless they
    are asked for.
    """
    for name in ("judgments", "models", "incidents"):
        shutil.copytree(ROOT / name, folder / name)
    if not with_examples:
        for name in EXAMPLES:
            (folder / name).unlink()
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def small_case(folder: Path, judgments: str = SMALL) -> Path:
    """Two judgments on the incidents of the first case."""
    first_case(folder)
    shutil.rmtree(folder / "judgments")
    (folder / "judgments").mkdir()
    (folder / "judgments" / "small.yaml").write_text(judgments, encoding="utf-8")
    return folder
