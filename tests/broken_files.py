"""Broken files of judgments: written by hand, and made from good ones by chance."""

# Letters and digits of other scripts are what some of these files are about.
# ruff: noqa: RUF001

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SEED: Final = 20171231

ALL_KEYS: Final = """\
report: {id: border, title: Along the border, source: https://example.org/report, note: Made up.}
analyst: [r.lee, a.diallo]
issued: 2017-12-31
lexicon: uk-phia@2018
topic: borders
questions:
  talks-go-on:
    by_hand: {asks: Do talks go on?, settled_by: public reporting}
    within: 18 months
    resolution: {outcome: occurred, on: 2019-07-01, evidence: a communique}
  attacks:
    count:
      of: {actor: JNIM, type: battle, countries: [Mali], admin1: [Gao, Kidal]}
      between: [3, 9]
    window: {from: 2018-01-01, to: 2018-12-31}
    source: acled
    rates: default
  more-abductions:
    change:
      of: {actor: JNIM, type: [abduction, battle], countries: Mali}
      direction: increase
      against: 12 months
      factor: 3/2
    within: 1 year
    source: acled
    given: talks-go-on
  mostly-in-gao:
    share:
      of: {type: battle, countries: Mali}
      also: {admin1: Gao}
      at_least: 0.5
    within: 26 weeks
    source: acled
  spread:
    reach:
      of: {between: [JNIM, ISGS], type: battle}
      at_least: 2
      each: 3
    within: 90 days
    source: acled
    given: {text: no ceasefire is signed}
  busy-months:
    months:
      of: {actor: JNIM, type: battle, countries: Mali}
      at_least: 3
      each: 10
      in_a_row: true
    within: 18 months
    source: acled
  past-hand:
    by_hand: {asks: Did they meet?, settled_by: minutes}
    about: past
judgments:
  - id: attacks-likely
    statement: Several attacks are likely in 2018.
    probability: likely
    confidence: moderate
    question: attacks
    analyst: r.lee
    issued: 2017-12-30
    lexicon: us-icd203@2015
    topic: attacks
    situation: sahel-2018
    assumptions: [{text: no ceasefire, basis: history, lynchpin: true}]
    indicators:
      - {text: seizures of weapons, would: raise}
      - {text: talks, would: lower}
    sources: [{ref: report 12, grade: B2}]
    revisions:
      - {on: 2018-03-31, probability: 0.85, because: three attacks, confidence: high}
      - {on: 2018-06-30, probability: [0.8, 0.95], because: "two more: in Gao"}
    note: |
      A note of
      two lines.
  - id: abductions
    statement: 'There will be more abductions.'
    probability: [0.6, 0.8]
    question: more-abductions
  - id: unclear
    statement: Nobody can say whether they met.
    cannot_assess: no access
    question: past-hand
    resolution: {outcome: cannot resolve, on: 2018-02-01, reason: no minutes}
  - id: hedged
    statement: They may well spread.
    off_yardstick: {wording: may well, kind: no number}
    question: spread
  - id: inline
    statement: A road will be closed.
    probability: 0.3
    question:
      count: {of: {type: battle, countries: Mali}, none: true}
      within: 6 months
      source: acled
"""

# What stands in ALL_KEYS, and what breaks it.
REPLACED: Final = (
    ("2017-12-31", "1514678400", "2018-02-30", "31/12/2017", "2017-12-31T00:00", "2017", "[2017]"),
    (
        "2017-12-31",
        "20171231",
        "\uff12\uff10\uff11\uff17-12-31",
        "tomorrow",
        "''",
        "{day: 1}",
        "0000-00-00",
    ),
    ("probability: 0.3", "probability: 1_000", "probability: inf", "probability: 1e400"),
    ("probability: 0.3", "probability: 30%", "probability: 30 percent", "probability: 3"),
    ("probability: 0.3", "probability: -0.3", "probability: 0", "probability: 1.0"),
    ("probability: 0.3", "probability: .5e", "probability: nan"),
    ("probability: 0.3", "probability: \u0660.\u0663", "probability:"),
    ("probability: 0.3", "probability: {low: 0.1, high: 0.2}", "probability: highly likley"),
    ("probability: 0.3", "probability: probably", "probability: '  '", 'probability: "\\e[31m\\n"'),
    ("probability: 0.3", "probability: un\u202elikely", "probability: un\u200blikely"),
    ("[0.6, 0.8]", "[0.8, 0.6]", "[0.6]", "[0.6, 0.7, 0.8]", "[0, 1]", "[a, b]", "[[0.6], 0.8]"),
    ("[0.6, 0.8]", "[60%, 80%]", "[]", "[, 0.8]", "[0.6, 0.8", "0.6, 0.8]", "[0.6; 0.8]"),
    ("lynchpin: true", "lynchpin: yes", "lynchpin: True", "lynchpin: 1", "lynchpin: [true]"),
    ("none: true", "none: yes", "none: false", "none:", "none: true, any: true", "all: true"),
    ("[3, 9]", "[9, 3]", "[3]", "[3, 6, 9]", "3", "[3.5, 9]", "[1_000, 9]", "[-1, 9]", "{3: 9}"),
    ("[3, 9]", "[3, 99999999999999999999999999]", "[\u0663, 9]", "[3, 9e9]", "[0x3, 0o9]", "[, ]"),
    ("at_least: 0.5", "at_least: 50%", "at_least: 2", "at_least: 0", "at_least: 1e-400"),
    ("at_least: 0.5", "at_least: 1e400", "at_least: nan", "at_least: half", "at_least: [0.5]"),
    ("at_least: 2", "at_least: 0", "at_least: 2.0", "at_least: two", "against: 0 days", "each: 1"),
    ("factor: 3/2", "factor: 0", "factor: 3/0", "factor: -1", "factor: 1e9", "factor: [3, 2]"),
    ("factor: 3/2", "factor: " + "1" * 5000, "factor: 3:2", "factor: x", "factor: \u0663"),
    ("against: 12 months", "against: 9999 years", "against: 0 months", "against: 12", "against:"),
    ("against: 12 months", "against: [12, months]", "against: {number: 12, unit: month}"),
    ("within: 6 months", "within: 9999 years", "within: 0 days", "within: six months", "until: 3"),
    ("within: 6 months", "within: 18month", "within: -6 months"),
    ("within: 6 months", "within: 10000 days", "within: P6M"),
    ("within: 6 months", "within: 6 months\n      window: {from: 2018-01-01, to: 2018-02-01}"),
    ("to: 2018-12-31", "to: 2017-12-31", "to: 2018-12-32", "until: 2018-12-31", "end: 2018-12-31"),
    ("from: 2018-01-01, to: 2018-12-31", "from: 2016-01-01, to: 2016-12-31", "2018", ""),
    ("on: 2018-03-31", "on: 2016-03-31", "on: 2018-12-31", "on: 2017-12-30", "on: 2018-3-31"),
    ("on: 2019-07-01", "on: 2016-07-01", "on: today", "at: 2019-07-01"),
    ("id: inline", "id: hedged", "id: a/b", "id: ../../etc", "id: [x]", "id: {x: y}", "id:"),
    ("id: inline", "id: -x", "id: a b", "id: " + "x" * 101, "id: é"),
    ("id: inline", 'id: "x\\ny"', "id: ~", "id: ''"),
    ("question: attacks", "question: atacks", "question:", "question: [attacks]", "question: {}"),
    ("question: attacks", "question: {by_hand: }", "question: *attacks", "question: &q attacks"),
    ("given: talks-go-on", "given: talks", "given: more-abductions", "given: [talks-go-on]"),
    ("given: talks-go-on", "given: {}", "given: {question: talks-go-on, text: too}", "given: a b"),
    ("lexicon: uk-phia@2018", "lexicon: uk-phia@1998", "lexicon: [uk-phia@2018]"),
    ("lexicon: uk-phia@2018", "lexicon: uk-phia"),
    ("actor: JNIM, type: battle", "actor: JINM, type: battle", "actor: {a: b}, type: battle"),
    ("actor: JNIM, type: battle", "actor: JNIM, type: batle", "actor: '', type: battle"),
    ("[Mali]", "[mali]", "[Mali, Atlantis]", "[[Mali]]", "[Mali,,]", "[Mali: x]", "Niger"),
    ("admin1: Gao", "admin1: Goa", "admin1: [Gao, Ouest]", "admin2: Gao", "admin1: {Gao: 1}"),
    ("between: [JNIM, ISGS]", "between: JNIM", "between: [JNIM]"),
    ("between: [JNIM, ISGS]", "between: [JNIM, X]", "between: {}"),
    ("source: acled", "source: ucdp", "source: [acled]", "source: a/b", "sources: acled"),
    ("rates: default", "rates: monthly", "rates: ../default", "rates: [default]", "rate: default"),
    ("direction: increase", "direction: up", "direction: [increase]", "direction:", "director: up"),
    ("confidence: moderate", "confidence: medium", "confidence: [low]", "confidence: 0.5"),
    ("grade: B2", "grade: G2", "grade: B", "grade: B22", "grade: [B, 2]", "grade: b2"),
    ("would: raise", "would: increase", "would:", "would: {raise: true}", "will: raise"),
    ("outcome: occurred", "outcome: happened", "outcome: yes"),
    ("outcome: occurred", "outcome: open", "outcome: [occurred]"),
    ("kind: no number", "kind: vague", "kind: [no number]", "sort: no number"),
    ("cannot_assess: no access", "probability: likely\n    cannot_assess: no access", "note: x"),
    ("about: past", "about: yesterday", "about: future", "about: [past]", "within: 0 days"),
    ("analyst: [r.lee, a.diallo]", "analyst: {r.lee: 1}", "analyst: [[r.lee]]", "analyst: ['']"),
    ("report: {", "report: [", "reports: {", "report: x {"),
    ("report: {", "report {", "report: {{", "\treport: {"),
    ("judgments:\n", "judgements:\n", "judgments: {}\n"),
    ("judgments:\n", "judgments:\n\n  - x\n", "judgments:\n  -\n"),
    ("questions:\n", "questions: []\n", "questions:\n  - a\n", "questions:\n  ? [a]\n  : b\n"),
    ("questions:\n", "questions:\n  attacks: {}\n", "questions:\n  a b: {}\n", "questions: x\n"),
    ("topic: borders", "topic: &t borders", "topic: *t"),
    ("topic: borders", "topic: !!str borders", "topic: !x borders"),
    ("topic: borders", "topic: @borders", "topic: `borders", "topic: %borders", "topic: a: b"),
    ("topic: borders", "topic: 'borders", 'topic: "borders', "topic: [borders", "topic: {borders"),
    ("topic: borders", 'topic: "\\q"', 'topic: "\\ud800"', "topic: \x00"),
    ("topic: borders", "topic: \x1b[31m", "topic: \x7f"),
    ("topic: borders", "topic: \ufffe", "topic:borders", "topic: [a, b]"),
    ("topic: borders", "topic: {a: b}", "topic: ''"),
    ("topic: borders", "topic: x\ntopic: y", "<<: {topic: x}", "? [a, b]\n: c", "{a: b}: c"),
    ("topic: borders", ": x", "~: x", "'': x"),
    ("topic: borders", "topic: " + "x" * 30_000, "x" * 3000 + ": y", "- topic"),
    ("topic: borders", "topic: x\n---\ntopic: y", "topic: x\n...\ntopic: y"),
    ("topic: borders", "%YAML 1.2", "topic: |\nx"),
)
WHOLE: Final[dict[str, bytes]] = {
    "empty": b"",
    "blanks": b" \n\n  \n",
    "only tabs": b"\t\t\n",
    "only a comment": b"# nothing\n",
    "only a mark": b"---\n",
    "only a byte order mark": b"\xef\xbb\xbf",
    "a list": b"- a\n- b\n",
    "a text": b"hello\n",
    "a null": b"~\n",
    "latin 1": "# Région\n".encode("latin-1") + ALL_KEYS.encode(),
    "utf-16": ALL_KEYS.encode("utf-16"),
    "utf-32": ALL_KEYS.encode("utf-32"),
    "cut inside a character": "report: é".encode()[:-1],
    "overlong": b"report: \xc0\xaf\n",
    "a surrogate": b"report: \xed\xa0\x80\n",
    "bytes": bytes(range(256)),
    "zeros": b"\0" * 1000,
    "two documents": (ALL_KEYS + "---\n" + ALL_KEYS).encode(),
    "deep flow lists": b"judgments: " + b"[" * 10_000,
    "deep flow mappings": b"judgments: " + b"{a: " * 10_000,
    "closed deep lists": b"judgments: " + b"[" * 10_000 + b"]" * 10_000,
    "deep block list": b"judgments:\n" + b"- " * 10_000 + b"\n",
    "deep block mapping": "\n".join(" " * depth + "a:" for depth in range(1000)).encode(),
    "deep complex keys": b"? " * 10_000,
    "billion laughs": b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
    "json with comments": b'{"report": {"id": "x"}, // no\n "judgments": []}',
    "toml": b"[report]\nid = 'x'\n",
    "html": b"<!DOCTYPE html><html><body>Not found</body></html>\n",
    "a merge conflict": b"<<<<<<< HEAD\nreport: {id: a}\n=======\nreport: {id: b}\n>>>>>>> x\n",
    "a very long line": b"report: {id: x, title: " + b"x" * 1_000_000,
    "rare ends of line": "report: {id: x, title: 'a\u2028b\u2029c\x85d'}\nnope: 1\n".encode(),
    "old ends of line": b"report: {id: x, title: T}\rnope: 1\r",
    "right to left": "report: {id: x, title: T}\nתקציר: שלום\n".encode(),
}  # fmt: skip


def replacements() -> Iterator[tuple[str, bytes]]:
    for old, *news in REPLACED:
        assert old in ALL_KEYS, old
        for new in news:
            yield f"{old!r} -> {new[:40]!r}", ALL_KEYS.replace(old, new, 1).encode()


def mutations(text: str, name: str, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    lines = text.splitlines(keepends=True)
    for at in rng.sample(range(len(lines)), k=min(20, len(lines))):
        yield f"{name}: without line {at + 1}", "".join(lines[:at] + lines[at + 1 :]).encode()
        yield f"{name}: line {at + 1} twice", "".join(lines[: at + 1] + lines[at:]).encode()
        moved = rng.choice(("  ", " ", "\t")) + lines[at]
        yield (
            f"{name}: line {at + 1} indented",
            "".join([*lines[:at], moved, *lines[at + 1 :]]).encode(),
        )
        shifted = lines[at].removeprefix(" ")
        yield (
            f"{name}: line {at + 1} outdented",
            "".join([*lines[:at], shifted, *lines[at + 1 :]]).encode(),
        )
    content = text.encode()
    for end in range(0, len(content), max(1, len(content) // 20)):
        yield f"{name}: cut at byte {end}", content[:end]
    for _ in range(25):
        at = rng.randrange(len(text) - 1)
        yield (
            f"{name}: swapped at {at}",
            (text[:at] + text[at + 1] + text[at] + text[at + 2 :]).encode(),
        )
        byte = rng.randrange(256)
        at = rng.randrange(len(content))
        yield f"{name}: byte {byte:#x} at {at}", content[:at] + bytes([byte]) + content[at:]
        character = rng.choice("{}[]:,&*!|>'\"%@`#-?\t\n\r\x85\u2028\u202e\U0001f4a3\x07")
        at = rng.randrange(len(text))
        yield f"{name}: {character!r} at {at}", (text[:at] + character + text[at:]).encode()
    for found in rng.sample(list(re.finditer(r"(?<=: )[\w. -]+$", text, re.MULTILINE)), k=20):
        new = rng.choice(("[]", "{}", "~", "''", "*x", "&x y", "!!int 3", "1e999", "[[", "x: y"))
        yield (
            f"{name}: {found[0]!r} -> {new}",
            (text[: found.start()] + new + text[found.end() :]).encode(),
        )


def cases() -> list[tuple[str, bytes]]:
    rng = random.Random(SEED)
    mali = (ROOT / "judgments" / "mali-2017.yaml").read_text("utf-8")
    return [
        *WHOLE.items(),
        *replacements(),
        *mutations(ALL_KEYS, "all keys", rng),
        *mutations(mali, "mali", rng),
    ]
