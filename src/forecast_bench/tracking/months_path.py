"""Questions of months, followed by paths: no closed form says how months will line up."""

import hashlib
import json
from functools import lru_cache
from typing import Final

import numpy as np

from forecast_bench.rates import (
    MixedLaw,
    PathEstimate,
    PathEvent,
    RateLaw,
    decided_by_counts,
    path_odds,
    paths_log_odds,
    rate_draws,
    simulated_months,
)
from forecast_bench.records import exposure_months
from forecast_bench.tracking.asked import AskedQuestion
from forecast_bench.tracking.path_event import path_event, window_periods
from forecast_bench.tracking.periods import QuestionCounts

DRAWS: Final = 20_000
# So many simulated months are held at once; a window of centuries has fewer draws.
_CELLS: Final = 4_000_000

type _Law = tuple[float, float, float | None, float]


def months_estimates(
    asked: AskedQuestion, counts: QuestionCounts, law: MixedLaw
) -> tuple[PathEstimate, ...]:
    """Odds of a question of months at issue, then after each period of its window.

    Rates are drawn from the law of the question, for each point of an uncertain drift and
    dispersion in turn; observed months weigh them, and the others are simulated. What is the same
    for two judgments, or on two days, is worked out once.

    Parameters
    ----------
    asked, counts : AskedQuestion, QuestionCounts
        The question, and what was counted for it.
    law : MixedLaw
        Law of its monthly rate, learned from the baseline.

    Raises
    ------
    TooFewDraws
        If the counts leave too few draws that explain them.
    """
    event = path_event(asked, counts.baseline)
    laws = _points(law)
    seen = tuple(int(count) for count in counts.window.count.sum(axis=1))
    exposure = tuple(float(exposure_months(*one)) for one in window_periods(asked))
    seed = path_seed(asked)
    return tuple(
        _estimate(event, laws, seen[:known], exposure, seed) for known in range(len(seen) + 1)
    )


def path_seed(asked: AskedQuestion) -> int:
    """Seed of the paths of a question: what it asks, and in which windows, hashed.

    The same question has the same paths in every process, and another has others.
    """
    said = {
        "question": asked.question.model_dump(mode="json"),
        "window": asked.window.model_dump(mode="json"),
        "baseline": asked.baseline.model_dump(mode="json"),
    }
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()
    return int.from_bytes(digest[:6])  # whole in JSON, wherever it is read


def _points(mixed: MixedLaw) -> tuple[_Law, ...]:
    """Law of the rate at each point of drift and dispersion, with the point's probability."""
    weights = iter(np.exp(mixed.log_weights).tolist())
    found = []
    for law in mixed.laws:
        shapes, rates = np.ravel(law.shape).tolist(), np.ravel(law.rate).tolist()
        scatters = [None] * len(shapes)
        if law.dispersion is not None:
            scatters = np.ravel(law.dispersion).tolist()
        found += [
            (shape, rate, scatter, next(weights))
            for shape, rate, scatter in zip(shapes, rates, scatters, strict=True)
        ]
    return tuple(found)


@lru_cache(maxsize=4096)
def _estimate(
    event: PathEvent,
    laws: tuple[_Law, ...],
    seen: tuple[int, ...],
    exposure: tuple[float, ...],
    seed: int,
) -> PathEstimate:
    """Odds after the first periods were seen."""
    generator = np.random.default_rng(seed)
    known, left = len(seen), len(exposure) - len(seen)
    drawn = rate_draws(
        [(RateLaw(shape, rate, scatter), weight) for shape, rate, scatter, weight in laws],
        draws=min(DRAWS, _CELLS // len(exposure)),
        observed=seen,
        exposure_months=exposure[:known],
        generator=generator,
    )
    draws = len(drawn.rate)
    observed = np.array(seen, dtype=np.int64)[None, :]
    decided = decided_by_counts(event, observed)
    if decided is not None:
        occurs = np.full(draws, decided)
        return paths_log_odds(occurs, log_weight=drawn.log_weight, decided=decided)
    to_come = simulated_months(
        np.broadcast_to(drawn.rate[:, None, None], (draws, 1, left)),
        exposure_months=exposure[known:],
        dispersion=drawn.dispersion,
        generator=generator,
    )
    return path_odds(event, observed=observed, to_come=to_come, log_weight=drawn.log_weight)
