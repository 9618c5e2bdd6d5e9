"""Whether draws may be believed: judged by declared limits, told in sentences with figures."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_bench.bayes.settings import DiagnosticLimits

Array = NDArray[np.float64]

_REMEDY = {
    "r_hat": "raise `tune` and `draws`; if it stays, the chains disagree about the model itself",
    "ess_bulk": "raise `draws`",
    "ess_tail": "raise `draws`",
    "divergences": "raise `target_accept` towards 0.99, narrow the prior scales, or leave out a "
    "group with hardly any members",
    "e_bfmi": "raise `tune`, or leave out a group with hardly any members",
}


@dataclass(frozen=True)
class Diagnostics:
    """The worst figure of each diagnostic, where it is, and the verdict.

    Attributes
    ----------
    r_hat, ess_bulk, ess_tail
        Largest r_hat and smallest effective sample sizes over every parameter; NaN if one is NaN.
    r_hat_parameter, ess_bulk_parameter, ess_tail_parameter
        The parameter each of them belongs to.
    divergences
        Divergent draws after adaptation.
    e_bfmi
        Smallest energy fraction over chains; None for independent draws, which have no energy.
    passed
        True if no reason was found against the draws.
    reasons
        One sentence for each limit not reached: parameter, figure, what to try.
    """

    r_hat: float
    r_hat_parameter: str
    ess_bulk: float
    ess_bulk_parameter: str
    ess_tail: float
    ess_tail_parameter: str
    divergences: int
    e_bfmi: float | None
    passed: bool
    reasons: tuple[str, ...]


def diagnose(idata: Any, limits: DiagnosticLimits) -> Diagnostics:
    """Judge a posterior by r_hat, effective sample sizes, divergences and energy.

    Whatever cannot be computed (NaN: a constant or infinite parameter, a chain too short, missing
    sampler statistics) counts as failed.

    Parameters
    ----------
    idata
        A DataTree with groups ``posterior`` and ``sample_stats`` (``diverging``, ``energy``).
        A root attribute ``sampler`` of ``"prior"`` marks independent draws, which need no
        sampler statistics.
    limits
        What must be reached.

    Returns
    -------
    Diagnostics
        Figures and verdict.

    References
    ----------
    Vehtari et al. (2021), https://doi.org/10.1214/20-BA1221; Betancourt (2016),
    https://doi.org/10.48550/arXiv.1604.00695

    Examples
    --------
    >>> import numpy as np, arviz as az
    >>> rng = np.random.default_rng(1)
    >>> stuck = np.arange(4)[:, None] + rng.normal(size=(4, 500))
    >>> tree = az.from_dict({"posterior": {"a": stuck}, "sample_stats": {
    ...     "energy": rng.normal(size=(4, 500)), "diverging": np.zeros((4, 500), bool)}})
    >>> found = diagnose(tree, DiagnosticLimits())
    >>> found.passed, found.r_hat_parameter
    (False, 'a')
    """
    import arviz

    posterior = idata["posterior"].dataset
    with np.errstate(all="ignore"):
        hat = _worst(arviz.rhat(posterior), largest=True)
        bulk = _worst(arviz.ess(posterior, method="bulk"), largest=False)
        tail = _worst(arviz.ess(posterior, method="tail"), largest=False)
    independent = idata.attrs.get("sampler") == "prior"
    divergences, energy = _sampler_figures(idata)
    reasons = [
        *_not_finite(posterior),
        *_against("r_hat", *hat, at_most=limits.r_hat),
        *_against("ess_bulk", *bulk, at_least=limits.ess_bulk),
        *_against("ess_tail", *tail, at_least=limits.ess_tail),
    ]
    if not independent:
        apart, moving = _divergent_at(idata), _moving_with_energy(idata)
        reasons += _against("divergences", divergences, apart, at_most=limits.divergences)
        reasons += _against("e_bfmi", energy, moving, at_least=limits.e_bfmi)
    return Diagnostics(
        r_hat=hat[0],
        r_hat_parameter=hat[1],
        ess_bulk=bulk[0],
        ess_bulk_parameter=bulk[1],
        ess_tail=tail[0],
        ess_tail_parameter=tail[1],
        divergences=0 if math.isnan(divergences) else int(divergences),
        e_bfmi=None if independent else energy,
        passed=not reasons,
        reasons=tuple(reasons),
    )


def _not_finite(posterior: Any) -> list[str]:
    """Name parameters with draws that are no numbers: ranks alone would let infinities pass."""
    return [
        f"draws of {name} are not finite, so nothing of it can be computed: check the data and"
        " the prior scales."
        for name, array in posterior.data_vars.items()
        if not np.isfinite(np.asarray(array.values, dtype=np.float64)).all()
    ]


def _worst(figures: Any, *, largest: bool) -> tuple[float, str]:
    """Return the worst figure of a dataset and its parameter; a NaN is worse than any number."""
    worst, where = (-math.inf if largest else math.inf), "no parameter"
    for name, array in figures.data_vars.items():
        values = np.asarray(array.values, dtype=np.float64)
        if values.size == 0:
            continue
        flat = values.ravel()
        bad = np.flatnonzero(~np.isfinite(flat))
        place = int(bad[0]) if bad.size else int(np.argmax(flat) if largest else np.argmin(flat))
        figure = math.nan if bad.size else float(flat[place])
        if math.isnan(figure) or (figure > worst if largest else figure < worst):
            worst, where = figure, _label(str(name), array, place)
        if math.isnan(worst):
            return worst, where
    return (worst, where) if math.isfinite(worst) else (math.nan, where)


def _label(name: str, array: Any, place: int) -> str:
    if not array.dims:
        return name
    index = np.unravel_index(place, array.shape)
    levels = (str(array[dim].values[at]) for dim, at in zip(array.dims, index, strict=True))
    return f"{name}[{', '.join(levels)}]"


def _sampler_figures(idata: Any) -> tuple[float, float]:
    """Return the divergences and the smallest energy fraction, NaN where there are none."""
    import arviz

    if "sample_stats" not in idata.children:
        return math.nan, math.nan
    stats = idata["sample_stats"].dataset
    divergences = float(stats["diverging"].sum()) if "diverging" in stats else math.nan
    if "energy" not in stats:
        return divergences, math.nan
    with np.errstate(all="ignore"):
        fractions = arviz.bfmi(np.asarray(stats["energy"].values, dtype=np.float64))
    return divergences, float(np.min(np.asarray(fractions)))


def _divergent_at(idata: Any) -> str:
    """Name the parameter in which divergent draws lie farthest from the others."""
    diverging = _statistic(idata, "diverging")
    if diverging is None or not diverging.any():
        return "no parameter"

    def apart(values: Array) -> Array:
        spread = values.std(axis=0)
        away = np.abs(values[diverging.astype(bool)].mean(axis=0) - values.mean(axis=0))
        found: Array = np.divide(away, spread, out=np.zeros_like(away), where=spread > 0)
        return found

    return _farthest(idata, apart)


def _moving_with_energy(idata: Any) -> str:
    """Name the parameter that the energy moves with most."""
    energy = _statistic(idata, "energy")
    if energy is None:
        return "no parameter"
    centred = energy - energy.mean()

    def together(values: Array) -> Array:
        own = values - values.mean(axis=0)
        size = np.sqrt((own**2).sum(axis=0) * (centred**2).sum())
        both = np.abs(np.tensordot(centred, own, axes=1))
        found: Array = np.divide(both, size, out=np.zeros_like(both), where=size > 0)
        return found

    return _farthest(idata, together)


def _statistic(idata: Any, name: str) -> Array | None:
    """Give a statistic of the sampler, chains joined; None where it was not kept."""
    if "sample_stats" not in idata.children or name not in idata["sample_stats"]:
        return None
    return np.asarray(idata["sample_stats"][name].to_numpy(), dtype=np.float64).ravel()


def _farthest(idata: Any, figure: Callable[[Array], Array]) -> str:
    """Name the parameter for which a figure of its draws is largest."""
    best, where = -math.inf, "no parameter"
    for name, array in idata["posterior"].dataset.data_vars.items():
        values = np.asarray(array.to_numpy(), dtype=np.float64)
        with np.errstate(all="ignore"):
            found = np.nan_to_num(figure(values.reshape(-1, *values.shape[2:])), nan=-1.0).ravel()
        if found.size and float(found.max()) > best:
            best = float(found.max())
            where = _label(str(name), array.isel(chain=0, draw=0), int(found.argmax()))
    return where


def _against(
    figure: str,
    value: float,
    parameter: str,
    *,
    at_most: float = math.inf,
    at_least: float = -math.inf,
) -> list[str]:
    """Return the sentence against a figure outside its limit; none if it is inside."""
    if not math.isnan(value) and at_least <= value <= at_most:
        return []
    # The sampler's own figures are of the whole; the parameter is where to look.
    whole = {
        "divergences": ("divergences are", f", most of all in {parameter}"),
        "e_bfmi": ("e_bfmi is", f", most of all by {parameter}"),
    }
    what, where = whole.get(figure, (f"{figure} of {parameter} is", ""))
    if math.isnan(value):
        named = figure if figure in whole else f"{figure} of {parameter}"
        return [f"{named} cannot be computed: {_REMEDY[figure]}."]
    limit = f"above {at_most:g}" if value > at_most else f"below {at_least:g}"
    shown = f"{value:.3f}" if figure in ("r_hat", "e_bfmi") else f"{value:.0f}"
    return [f"{what} {shown}, {limit}{where}: {_REMEDY[figure]}."]
