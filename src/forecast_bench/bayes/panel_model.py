"""The model of a panel: log rates that walk between windows, and over-dispersed months.

For series i of type k, window w and month t of it with exposure e::

    log rate[i, 0]  ~ Normal(log_rate, log_rate_scale)
    log rate[i, w]  ~ Normal(log rate[i, w - 1], drift[k])
    rate            = exp(log rate[i, w] + trend * w + season[month] + coverage steps begun)
    count           ~ negative binomial, mean rate * e, variance e * (rate + rate^2 / dispersion[k])

    log drift[k]      ~ Normal(log_drift, log_drift_spread)
    log dispersion[k] ~ Normal(log_dispersion, log_dispersion_spread)
    log_drift         ~ Normal(log(prior drift), drift_scale), its spread half-normal; alike for
    log_dispersion; trend, season and coverage steps normal around 0 with their own scales.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast_bench.bayes.panel_counts import Floats, PanelCounts
from forecast_bench.bayes.panel_laplace import centre_of
from forecast_bench.records import PanelPriors

STORED = (
    "log_drift_spread",
    "log_dispersion_spread",
    "type_log_drift",
    "type_log_dispersion",
    "effect",
)
"""Variables of a posterior that are kept; the log rates of the series are diagnosed and left."""


def panel_model(counts: PanelCounts, priors: PanelPriors) -> Any:
    """Build the PyMC model of a panel.

    A step of the walk is sampled in units of the drift where the counts say little of it, and on
    its own scale where they say much: either alone mixes badly on the other's ground.

    Parameters
    ----------
    counts
        The panel.
    priors
        Its priors; `drift` is that between windows.

    Returns
    -------
    pymc.Model
        Counts and exposures are ``pm.Data``; dimensions ``type``, ``series``, ``window``, ``step``,
        ``slot``, ``shared`` and ``alike``.

    Raises
    ------
    ValueError
        If the priors name no drift.

    References
    ----------
    Papaspiliopoulos, O., Roberts, G. O. & Sköld, M. (2007). A general framework for the
    parametrization of hierarchical models. Statistical Science 22(1).
    https://doi.org/10.1214/088342307000000014
    """
    import pymc

    centre, scatter = centre_of(priors)
    with pymc.Model(coords=_coordinates(counts)) as model:
        drift = _types("drift", centre, priors.drift_scale, priors.drift_spread)
        dispersion = _types(
            "dispersion", scatter, priors.dispersion_scale, priors.dispersion_spread
        )
        scale = pymc.Data("effect_scale", counts.effect_scale, dims="shared")
        effect = pymc.Normal("effect", 0, scale, dims="shared")
        code = pymc.Data("type_code", counts.type_code, dims="series")
        covariate = pymc.Data("covariate", counts.covariate, dims=("window", "slot", "shared"))
        shared = pymc.math.dot(covariate, effect)
        walk = _walk(counts, priors, drift[code], shared.mean())
        log_rate = walk[:, :, None] + shared[None, :, :]
        pymc.Potential("log_likelihood", _log_likelihood(counts, log_rate, dispersion, code))
    return model


def _types(name: str, centre: float, scale: float, spread: float) -> Any:
    """Declare drift or dispersion of each type, partially pooled; give it on its own scale.

    What types have in common is integrated out: their mean is sampled, which months tell well, and
    how far each lies from it. See `common_given_types` for what was integrated out.
    """
    import pymc

    apart = pymc.HalfNormal(f"log_{name}_spread", spread)
    unit = pymc.Normal(f"{name}_unit", 0, 1, dims="type")
    around = pymc.Normal(f"{name}_mean_unit", 0, 1)
    middle = centre + around * pymc.math.sqrt(scale**2 + apart**2 / unit.shape[0])
    logs = pymc.Deterministic(
        f"type_log_{name}", middle + apart * (unit - unit.mean()), dims="type"
    )
    return pymc.math.exp(logs)


def common_given_types(
    logs: Floats, apart: Floats, *, centre: float, scale: float
) -> tuple[Floats, Floats]:
    """Mean and standard deviation of a type not seen, given those that were.

    Parameters
    ----------
    logs : ndarray, shape (draws, types)
        Log drift or log dispersion of each type.
    apart : ndarray, shape (draws,)
        Standard deviation of types around what they have in common.
    centre, scale : float
        Prior of what they have in common.

    Returns
    -------
    tuple of ndarray, shape (draws,)
        Of a normal law on the log scale.

    Examples
    --------
    >>> mean, scatter = common_given_types(np.array([[1.0, 3.0]]), np.array([1e-9]),
    ...     centre=0.0, scale=1.0)
    >>> mean.round(6).tolist(), scatter.round(6).tolist()
    ([2.0], [0.0])
    """
    told = apart**2 / logs.shape[1]
    share = scale**2 / (scale**2 + told)
    mean = centre + share * (logs.mean(axis=1) - centre)
    return mean, np.sqrt(share * told + apart**2)


def _walk(counts: PanelCounts, priors: PanelPriors, drift: Any, usual: Any) -> Any:
    """Declare the walks: how high each lies on average, and its steps.

    Steps are partly in units of the drift. A series is told by its sum, so its average is sampled,
    with the usual shared effects, and where it begins follows; the prior is still that of the first
    window, since the one is the other less what the steps and the effects say.
    """
    import pymc

    # Around where the counts are, in units of how well they tell: a linear change of variable.
    level, spread = (
        pymc.Data(name, value, dims="series")
        for name, value in zip(("level", "spread"), _where(counts, priors), strict=True)
    )
    height = level + spread * pymc.Flat("height", dims="series") - usual
    walk = height[:, None]
    if counts.windows > 1:
        centred = pymc.Data("centred", centring_of(counts, priors), dims=("series", "step"))
        scale = drift[:, None] ** centred
        step = pymc.Normal("step_unit", 0, scale, dims=("series", "step"))
        moved = (step * drift[:, None] / scale).cumsum(axis=1)
        moved = pymc.math.concatenate([0.0 * moved[:, :1], moved], axis=1)
        walk = height[:, None] + moved - moved.mean(axis=1, keepdims=True)
    begun = (walk[:, 0] - priors.log_rate) / priors.log_rate_scale
    pymc.Potential("first", -0.5 * (begun**2).sum())
    return pymc.Deterministic("log_rate", walk, dims=("series", "window"))


def _where(counts: PanelCounts, priors: PanelPriors) -> tuple[Floats, ...]:
    total = counts.count.sum(axis=(1, 2))
    exposed = counts.exposure_months.sum(axis=(1, 2))
    level = np.log((total + 0.5) / (exposed + np.exp(-priors.log_rate)))
    blurred = 1 / (total + 0.5) + 1 / (priors.dispersion * np.maximum(exposed, 1.0))
    own = priors.log_rate_scale**2
    return level, np.sqrt(blurred * own / (blurred + own))


def centring_of(counts: PanelCounts, priors: PanelPriors) -> Floats:
    """How far each step is sampled on its own scale, 0 to 1: how much the counts say of it.

    Parameters
    ----------
    counts
        The panel.
    priors
        Its priors.

    Returns
    -------
    ndarray, shape (series, windows - 1)
        0: in units of the drift.
    """
    total = counts.count.sum(axis=-1)
    exposed = counts.exposure_months.sum(axis=-1)
    blurred = 1 / (total + 0.5) + 1 / (priors.dispersion * np.maximum(exposed, 0.5))
    usual = np.exp(2 * centre_of(priors)[0])
    result: Floats = usual / (usual + blurred[:, 1:] + blurred[:, :-1])
    return result


def _log_likelihood(counts: PanelCounts, log_rate: Any, dispersion: Any, code: Any) -> Any:
    """Sum the months, window by window; see `months_log_likelihood`."""
    import pymc
    from pytensor import tensor

    dims = ("series", "window", "slot")
    count = pymc.Data("count", counts.count, dims=dims)
    exposure = pymc.Data("exposure_months", counts.exposure_months, dims=dims)
    size = dispersion[code][:, None, None]
    failures = size * exposure
    terms = count * log_rate - (failures + count) * tensor.log(size + tensor.exp(log_rate))
    terms += failures * tensor.log(size)
    alike = {
        name: pymc.Data(f"alike_{name}", getattr(counts, f"alike_{name}"), dims="alike")
        for name in ("type", "count", "exposure", "months")
    }
    ways = dispersion[alike["type"]] * alike["exposure"]
    chances = tensor.gammaln(alike["count"] + ways) - tensor.gammaln(ways)
    return terms.sum() + (alike["months"] * chances).sum()


def _coordinates(counts: PanelCounts) -> dict[str, Any]:
    _, windows, slots = counts.count.shape
    return {
        "type": list(counts.types),
        "series": list(counts.series),
        "window": np.arange(windows),
        "step": np.arange(1, windows),
        "slot": np.arange(slots),
        "shared": list(counts.effects),
        "alike": np.arange(len(counts.alike_type)),
    }
