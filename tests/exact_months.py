"""Questions of months by an exact road: a chain over months given the rate, and quadrature.

Given the rate, months are independent, so whether enough of them (in a row) have enough incidents
follows from the chance of each by a chain on how many there are, or how long the present run is.
"""

import numpy as np
from scipy import stats


def chance_given(hits, *, start, at_least, in_a_row):
    """P(event | rate) from the chances of the months to come, shape (months, rates).

    Parameters
    ----------
    start : int
        Months that count so far, or the length of the run that the last month stands in.
    """
    state = np.zeros((at_least + 1, hits.shape[1]))
    state[min(start, at_least)] = 1.0
    for hit in hits:
        new = np.zeros_like(state)
        new[-1] = state[-1]
        new[1:] += state[:-1] * hit
        if in_a_row:
            new[0] += state[:-1].sum(axis=0) * (1 - hit)
        else:
            new[:-1] += state[:-1] * (1 - hit)
        state = new
    return state[-1]


def exact_evidence_and_chance(
    shape, rate, dispersion, *, seen, months, at_least, each, in_a_row, exposure=None, whole=None
):
    """P(counts seen) and P(event | counts seen), by the trapezoidal rule over the log rate."""
    exposure = np.ones(months) if exposure is None else np.array(exposure)
    whole = np.ones(months, dtype=bool) if whole is None else np.array(whole)
    log_rate = np.linspace(-40.0, 12.0, 20_001)
    x = np.exp(log_rate)

    def month(index):
        mean = x * exposure[index]
        if dispersion is None:
            return stats.poisson(mean)
        return stats.nbinom(dispersion * exposure[index], dispersion / (dispersion + x))

    weight = stats.gamma.pdf(x, shape, scale=1 / rate) * x
    for index, count in enumerate(seen):
        weight = weight * month(index).pmf(count)
    run = total = longest = 0
    for index, count in enumerate(seen):
        hit = bool(whole[index]) and count >= each
        run = run + 1 if hit else 0
        total, longest = total + hit, max(longest, run)
    step = log_rate[1] - log_rate[0]
    evidence = weight.sum() * step
    if (longest if in_a_row else total) >= at_least:
        return evidence, 1.0
    to_come = [month(index).sf(each - 1) for index in range(len(seen), months) if whole[index]]
    chance = chance_given(
        np.array(to_come).reshape(-1, x.size),
        start=run if in_a_row else total,
        at_least=at_least,
        in_a_row=in_a_row,
    )
    return evidence, float((weight * chance).sum() * step / evidence)


def exact_chance(*law, **event):
    """P(event) after some months were seen."""
    return exact_evidence_and_chance(*law, **event)[1]
