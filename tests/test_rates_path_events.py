"""Events on paths: every kind by hand, by brute force, and against its closed form."""

from fractions import Fraction
from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.rates import (
    PathEvent,
    RateLaw,
    ShareCounts,
    TooFewDraws,
    attainable_months,
    decided_by_counts,
    log_odds_between,
    log_odds_reach,
    log_odds_share,
    months_log_weight,
    months_reached,
    occurs_on_paths,
    path_odds,
    simulated_months,
)

WHOLE = (True,) * 5


def _paths(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.int64)[:, None, :]


def _longest_run(flags: list[bool]) -> int:
    return max((len(list(run)) for hit, run in groupby(flags) if hit), default=0)


@given(st.lists(st.booleans(), max_size=12))
def test_months_reached_are_the_sum_or_the_longest_run_so_far(flags: list[bool]) -> None:
    hits = np.array(flags, dtype=np.bool_)
    for in_a_row, measured in ((False, sum), (True, _longest_run)):
        expected = [measured(flags[: end + 1]) for end in range(len(flags))]
        assert months_reached(hits, in_a_row=in_a_row).tolist() == expected


def test_each_kind_by_hand() -> None:
    paths = _paths([4, 0, 5, 4, 0], [4, 4, 0, 0, 4], [9, 0, 0, 0, 0])
    count = PathEvent(kind="count", whole=WHOLE, fewest=12)
    between = PathEvent(kind="count", whole=WHOLE, fewest=0, most=12)
    months = PathEvent(kind="months", whole=WHOLE, fewest=3, each=4)
    row = PathEvent(kind="months", whole=WHOLE, fewest=2, each=4, in_a_row=True)
    assert occurs_on_paths(count, paths).tolist() == [True, True, False]
    assert occurs_on_paths(between, paths).tolist() == [False, True, True]
    assert occurs_on_paths(months, paths).tolist() == [True, True, False]
    assert occurs_on_paths(row, paths).tolist() == [True, True, False]
    areas = np.array([[[1, 1], [0, 1], [2, 0]], [[2, 0], [0, 0], [0, 1]]])
    reach = PathEvent(kind="reach", whole=(True, True), fewest=2, each=2)
    assert occurs_on_paths(reach, areas).tolist() == [True, False]
    share = PathEvent(kind="share", whole=(True, True), share=Fraction(1, 3))
    counts, matching = (
        np.array([[[2, 1]], [[3, 1]], [[0, 0]]]),
        np.array([[[1, 0]]] * 2 + [[[0, 0]]]),
    )
    # A third of three to the fraction; a quarter is less; nothing is no share.
    assert occurs_on_paths(share, counts, matching=matching).tolist() == [True, False, False]


def test_cut_months_at_the_edges_neither_count_nor_break_a_run() -> None:
    event = PathEvent(
        kind="months", whole=(False, True, True, False), fewest=2, each=3, in_a_row=True
    )
    assert occurs_on_paths(event, _paths([9, 3, 3, 9], [9, 3, 2, 9])).tolist() == [True, False]


EVENTS = [
    PathEvent(kind="count", whole=(True,) * 3, fewest=3),
    PathEvent(kind="count", whole=(True,) * 3, fewest=0, most=3),
    PathEvent(kind="count", whole=(True,) * 3, fewest=2, most=3),
    PathEvent(kind="count", whole=(True,) * 3, fewest=0, most=-1),
    PathEvent(kind="months", whole=(True,) * 3, fewest=2, each=2),
    PathEvent(kind="months", whole=(True,) * 3, fewest=2, each=2, in_a_row=True),
    PathEvent(kind="months", whole=(False, True, True), fewest=2, each=1, in_a_row=True),
    PathEvent(kind="reach", whole=(True,) * 3, fewest=1, each=3),
]


@pytest.mark.parametrize("event", EVENTS, ids=str)
def test_what_counts_decide_is_what_all_futures_share(event: PathEvent) -> None:
    for known in range(4):
        for seen in product(range(5), repeat=known):
            futures = list(product((0, 1, 2, 3, 5), repeat=3 - known))
            found = {bool(occurs_on_paths(event, _paths([*seen, *one]))[0]) for one in futures}
            expected = found.pop() if len(found) == 1 else None
            assert decided_by_counts(event, np.array([seen], dtype=np.int64)) == expected


@given(st.lists(st.integers(0, 3), max_size=5), st.booleans())
def test_attainable_months_are_those_of_the_best_future(seen: list[int], in_a_row: bool) -> None:
    event = PathEvent(kind="months", whole=WHOLE, fewest=3, each=2, in_a_row=in_a_row)
    found = attainable_months(event, np.array([seen], dtype=np.int64)).tolist()
    measured = _longest_run if in_a_row else sum
    expected = [
        measured([*(one >= 2 for one in seen[: end + 1]), *[True] * (4 - end)])
        for end in range(len(seen))
    ]
    assert found == expected


def _drawn(law: RateLaw, *, areas: int = 1, months: int = 6, seed: int = 1, draws: int = 40_000):
    random = np.random.default_rng(seed)
    rate = random.gamma(law.shape, 1 / np.asarray(law.rate), size=(draws, areas))
    rates = np.broadcast_to(rate[:, :, None], (draws, areas, months))
    return rates, simulated_months(rates, dispersion=law.dispersion, generator=random)


@pytest.mark.parametrize("dispersion", [None, 1.5])
def test_between_by_paths_agrees_with_the_closed_form(dispersion: float | None) -> None:
    law = RateLaw(4.0, 3.0, dispersion)
    rates, drawn = _drawn(law)
    event = PathEvent(kind="count", whole=(True,) * 6, fewest=5, most=9)
    observed = np.array([[2, 1]])
    found = path_odds(
        event,
        observed=observed,
        to_come=drawn[:, :, 2:],
        log_weight=months_log_weight(rates[:, :, :2], observed=observed, dispersion=dispersion),
    )
    exact = log_odds_between(law, low=5, high=9, exposure_months=6, incidents=3, elapsed_months=2)
    assert abs(found.log_odds - exact) < 3.5 * found.standard_error < 0.2


def test_reach_by_paths_agrees_with_the_closed_form() -> None:
    law = RateLaw(0.8, 4.0)
    rates, drawn = _drawn(law, areas=4)
    event = PathEvent(kind="reach", whole=(True,) * 6, fewest=2, each=2)
    observed = np.array([[1, 0], [0, 0], [0, 1], [0, 0]])
    found = path_odds(
        event,
        observed=observed,
        to_come=drawn[:, :, 2:],
        log_weight=months_log_weight(rates[:, :, :2], observed=observed),
    )
    laws = RateLaw(np.full(4, 0.8), np.full(4, 4.0))
    exact = log_odds_reach(
        laws, areas=2, incidents_each=2, exposure_months=6, incidents=observed.sum(axis=1),
        elapsed_months=2,
    )  # fmt: skip
    assert abs(found.log_odds - exact) < 3.5 * found.standard_error < 0.2


def test_share_by_paths_agrees_with_the_closed_form_given_any_incident() -> None:
    law = RateLaw(1.0, 1.0)
    rates, drawn = _drawn(law, months=3, seed=5)
    random = np.random.default_rng(6)
    part = random.beta(0.5 + 2, 0.5 + 3, size=len(rates))[:, None, None]
    matching = random.binomial(drawn, part)
    event = PathEvent(kind="share", whole=(True,) * 3, share=Fraction(2, 5))
    none = np.zeros((1, 0), dtype=np.int64)
    found = path_odds(
        event,
        observed=none,
        to_come=drawn,
        log_weight=np.zeros(len(rates)),
        matching=(none, matching),
    )
    exact = log_odds_share(
        law, share="2/5", baseline=ShareCounts(incidents=5, matches=2), exposure_months=3
    )
    assert abs(found.log_odds - exact) < 3.5 * found.standard_error < 0.2
    # Windows without incidents are left out of the draws: a quarter of them, P(N = 0) = 1/4.
    assert found.effective_draws == pytest.approx(0.75 * len(rates), rel=0.01)


def test_a_share_is_decided_by_its_end_alone() -> None:
    event = PathEvent(kind="share", whole=(True,), share=Fraction(1, 2))
    ended = np.zeros((300, 1, 0), dtype=np.int64)

    def over(total: int, matching: int):
        return path_odds(
            event,
            observed=np.array([[total]]),
            to_come=ended,
            log_weight=np.zeros(300),
            matching=(np.array([[matching]]), ended),
        ).log_odds

    assert (over(4, 2), over(4, 1)) == (np.inf, -np.inf)
    with pytest.raises(ValueError, match="a window without incidents is void"):
        over(0, 0)


def test_too_few_draws_come_through_and_a_decision_does_not_need_them() -> None:
    event = PathEvent(kind="count", whole=(True, True), fewest=5)
    log_weight = np.full(1000, -np.inf)
    log_weight[:10] = 0.0
    to_come = np.zeros((1000, 1, 1), dtype=np.int64)
    with pytest.raises(TooFewDraws, match=r"1000 draws are worth 10\.0"):
        path_odds(event, observed=np.array([[4]]), to_come=to_come, log_weight=log_weight)
    found = path_odds(event, observed=np.array([[5]]), to_come=to_come, log_weight=log_weight)
    assert (found.log_odds, found.effective_draws) == (np.inf, 10.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: PathEvent(kind="count", whole=()), "needs periods"),
        (lambda: PathEvent(kind="reach", whole=WHOLE, each=0), "each of 1 or more"),
        (lambda: occurs_on_paths(EVENTS[0], _paths([1, 2])), r"counts must be \(draws, areas, 3"),
        (lambda: occurs_on_paths(EVENTS[0], np.zeros((2, 3))), "counts must be"),
        (
            lambda: occurs_on_paths(PathEvent(kind="share", whole=(True,)), _paths([1])),
            "a share needs matching incidents",
        ),
        (lambda: decided_by_counts(EVENTS[0], np.zeros((1, 4), dtype=np.int64)), "4 periods of"),
        (
            lambda: path_odds(
                EVENTS[0],
                observed=np.zeros((2, 1), dtype=np.int64),
                to_come=np.zeros((9, 1, 2), dtype=np.int64),
                log_weight=np.zeros(9),
            ),
            "observed must be",
        ),
    ],
)
def test_what_is_no_path_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
