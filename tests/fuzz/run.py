"""Fuzz the readers and checks for some minutes; a text that makes one raise is kept as a finding.

    python tests/fuzz/run.py --minutes 10

Every finding stands in tests/fuzz/findings/ and is tried again by the tests. The seed is printed
and can be given again.
"""

import argparse
import hashlib
import sys
import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from targets import TARGETS, Target, edited

FINDINGS = Path(__file__).parent / "findings"
_BATCH = 400


def fuzz(name: str, target: Target, *, batch_seed: int) -> tuple[int, str | None]:
    """Try one batch of texts; give how many, and the smallest one that raised."""
    tried = 0
    failing: list[str] = []

    @seed(batch_seed)
    @settings(
        max_examples=_BATCH,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(edited(target.corpus()))
    def one(text: str) -> None:
        nonlocal tried
        tried += 1
        try:
            target.run(text)
        except Exception:
            failing.append(text)
            raise

    try:
        one()
    except Exception:
        if not failing:
            raise
        traceback.print_exc()
        return tried, failing[-1]
    return tried, None


def main() -> int:
    """Fuzz every target in turn until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--targets", nargs="*", default=list(TARGETS))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    ends, round_of, tried = (
        time.monotonic() + asked.minutes * 60,
        0,
        dict.fromkeys(asked.targets, 0),
    )
    found = 0
    while time.monotonic() < ends:
        for name in asked.targets:
            number, failing = fuzz(name, TARGETS[name], batch_seed=asked.seed + round_of)
            tried[name] += number
            if failing is not None:
                found += 1
                digest = hashlib.sha256(failing.encode("utf-8", "surrogatepass")).hexdigest()[:12]
                path = FINDINGS / f"{name}-{digest}.txt"
                path.write_bytes(failing.encode("utf-8", "surrogatepass"))
                print(f"found: {path}", flush=True)
            if time.monotonic() >= ends:
                break
        round_of += 1
    for name, number in tried.items():
        print(f"{name}: {number} texts")
    print(f"{sum(tried.values())} texts in all, {found} made something raise")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
