"""Pictures of a fit's health: ranks, energy, scales, effects, the worst pair, replicated data.

SVG that diffs as text: the same posterior gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from forecast_bench.bayes.covariates import COVARIATES
from forecast_bench.bayes.groups import GROUPS, INTERCEPT, LOG_SLOPE
from forecast_bench.bayes.predictive import PredictiveChecks
from forecast_bench.workspace.replacing import written_whole

# A fixed salt for the bytes; lines lose what is smaller than a pixel, three quarters of the file.
_STYLE: Any = {
    "svg.hashsalt": "forecast-bench",
    "svg.fonttype": "none",
    "path.simplify_threshold": 1.0,
}
# Rank plots take draws for independent: beyond this many a chain every second, third, … is shown.
_RANKED_DRAWS: Final = 1000
_INTERVALS: Final[dict[str, Any]] = {
    "combined": True,
    "ci_kind": "eti",
    "ci_probs": (0.5, 0.9),
    "point_estimate": "median",
}
_SCATTERED_DRAWS: Final = 250
# Of a group with more members those are shown that are surest to differ from the rest.
_MEMBERS: Final = 20
_PHRASES: Final = 25
_INK, _BAND, _PALE = "#1b4965", "#9fc4dd", "#e3e3e3"


def diagnostic_figures(idata: Any, folder: Path) -> tuple[Path, ...]:
    """Draw the diagnostic figures of a posterior.

    Parameters
    ----------
    idata
        Posterior of a fit.
    folder
        Where the files go; made if need be.

    Returns
    -------
    tuple of Path
        ``rank.svg``, ``energy.svg`` (not for independent draws, which have no energy),
        ``scales.svg`` (not without groups), ``forest.svg`` and ``pair.svg``, of the two parameters
        with the smallest effective sample size. The same posterior gives the same bytes.
    """
    import arviz

    folder.mkdir(parents=True, exist_ok=True)
    posterior = idata["posterior"].dataset
    scales = [f"{name}_scale" for name in GROUPS if f"{name}_scale" in posterior]
    common: dict[str, Any] = {"backend": "matplotlib"}
    drawn: list[Path] = []
    with _canvas():
        names = [INTERCEPT, LOG_SLOPE, *scales]
        ranks = arviz.plot_rank(_thinned(idata, _RANKED_DRAWS), var_names=names, **common)
        drawn.append(_save(ranks, folder / "rank"))
        if "sample_stats" in idata.children:
            drawn.append(_save(arviz.plot_energy(idata, **common), folder / "energy"))
        if scales:
            spread = arviz.plot_forest(idata, var_names=scales, **_INTERVALS, **common)
            drawn.append(_save(spread, folder / "scales"))
        forest = arviz.plot_forest(_effects(posterior), **_INTERVALS, **common)
        drawn.append(_save(forest, folder / "forest"))
        pair = arviz.plot_pair(_worst_pair(_thinned(idata, _SCATTERED_DRAWS), idata), **common)
        drawn.append(_save(pair, folder / "pair"))
    return tuple(drawn)


def predictive_figure(checks: PredictiveChecks, folder: Path) -> Path:
    """Draw observed shares over replicated ones: by what was stated, and by phrase.

    Parameters
    ----------
    checks
        Replicated data beside those observed.
    folder
        Where ``predictive.svg`` goes; made if need be.
    """
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    shares = checks.shares
    stated = shares[shares["by"] == "stated"]
    phrases = shares[shares["by"] == "phrase"].nlargest(_PHRASES, "n", keep="first")
    phrases = phrases.sort_values(["stated", "level"])
    with _canvas():
        drawn, (left, right) = plt.subplots(
            1, 2, figsize=(10, 2.2 + 0.28 * max(8, len(phrases))), width_ratios=(1, 1.1)
        )
        _bands(left, stated["stated"].to_numpy(), stated, upright=True)
        left.plot([0, 1], [0, 1], color="#777777", linestyle=":", linewidth=1)
        left.set(xlabel="stated", ylabel="share that occurred", xlim=(0, 1), ylim=(-0.02, 1.02))
        places = np.arange(len(phrases), dtype=float)
        _bands(right, places, phrases, upright=False)
        right.set_yticks(places, [f"{row.level} ({row.n})" for row in phrases.itertuples()])
        right.set(xlabel="share that occurred", xlim=(-0.02, 1.02))
        handles, labels = left.get_legend_handles_labels()
        drawn.legend(handles, labels, loc="upper center", ncols=3, frameon=False)
        drawn.subplots_adjust(top=0.88, wspace=0.75)
        return _save(drawn, folder / "predictive")


def _bands(panel: Any, at: Any, rows: Any, *, upright: bool) -> None:
    """Draw both replicated intervals and the observed share of each row."""
    lines = panel.vlines if upright else panel.hlines
    lines(at, rows["prior_low"], rows["prior_high"], color=_PALE, linewidth=9, label="prior")
    lines(at, rows["low"], rows["high"], color=_BAND, linewidth=5, label="posterior")
    observed = (at, rows["observed"]) if upright else (rows["observed"], at)
    panel.plot(*observed, "o", color=_INK, markersize=4, label="observed")
    panel.spines[["top", "right"]].set_visible(False)


@contextmanager
def _canvas() -> Iterator[None]:
    """Draw without a screen, in a style whose bytes do not depend on the day or the machine."""
    import matplotlib as mpl

    previous = mpl.get_backend(auto_select=False)
    mpl.use("Agg")
    try:
        with mpl.rc_context(_STYLE):
            yield
    finally:
        if previous is not None:
            mpl.use(previous)


def panel_figures(idata: Any, folder: Path) -> tuple[Path, ...]:
    """Draw a panel's posterior, as `diagnostic_figures` does.

    Parameters
    ----------
    idata
        Posterior of `fit_panel`.
    folder
        Where the files go; made if need be.

    Returns
    -------
    tuple of Path
        ``rank.svg``, ``energy.svg``, ``forest.svg`` of drift and dispersion by type, and
        ``pair.svg``, of the two parameters with the smallest effective sample size.
    """
    import arviz

    folder.mkdir(parents=True, exist_ok=True)
    common: dict[str, Any] = {"backend": "matplotlib"}
    names = ["type_log_drift", "type_log_dispersion"]
    with _canvas():
        ranks = arviz.plot_rank(_thinned(idata, _RANKED_DRAWS), var_names=names, **common)
        drawn = [_save(ranks, folder / "rank")]
        drawn.append(_save(arviz.plot_energy(idata, **common), folder / "energy"))
        forest = arviz.plot_forest(idata, var_names=names, **_INTERVALS, **common)
        drawn.append(_save(forest, folder / "forest"))
        pair = arviz.plot_pair(_worst_pair(_thinned(idata, _SCATTERED_DRAWS), idata), **common)
        drawn.append(_save(pair, folder / "pair"))
    return tuple(drawn)


def _thinned(idata: Any, most: int) -> Any:
    import xarray

    posterior = idata["posterior"].dataset
    every = max(1, posterior.sizes["draw"] // most)
    chosen = {"posterior": posterior.isel(draw=slice(None, None, every))}
    if "sample_stats" in idata.children:
        statistics = idata["sample_stats"].dataset
        chosen["sample_stats"] = statistics.isel(draw=slice(None, None, every))
    return xarray.DataTree.from_dict(chosen)


def _effects(posterior: Any) -> Any:
    """Common effects, covariates and the members of groups that are surest to differ."""
    import xarray

    groups = [name for name in GROUPS if name in posterior]
    covariates = [name for name in COVARIATES if name in posterior]
    chosen = posterior[[INTERCEPT, LOG_SLOPE, *covariates, *groups]]
    for dimension in dict.fromkeys(GROUPS[name] for name in groups):
        if chosen.sizes[dimension] <= _MEMBERS:
            continue
        sure = np.zeros(chosen.sizes[dimension])
        for name in groups:
            if GROUPS[name] == dimension:
                values = chosen[name]
                ratio = abs(values.mean(("chain", "draw"))) / values.std(("chain", "draw"))
                sure = np.maximum(sure, ratio.to_numpy())
        kept = np.sort(np.argsort(-sure, kind="stable")[:_MEMBERS])
        chosen = chosen.isel({dimension: kept})
    return xarray.DataTree.from_dict({"posterior": chosen})


def _worst_pair(thinned: Any, idata: Any) -> Any:
    """Give the draws of the two parameters with the smallest effective sample size."""
    import arviz
    import xarray

    with np.errstate(all="ignore"):
        sizes = arviz.ess(idata["posterior"].dataset, method="bulk")
    ranked: list[tuple[float, str, dict[str, int]]] = []
    for name, array in sizes.data_vars.items():
        for place, value in np.ndenumerate(array.to_numpy()):
            # What cannot be computed is worse than any figure.
            figure = -1.0 if np.isnan(value) else float(value)
            ranked.append((figure, str(name), dict(zip(array.dims, place, strict=True))))
    worst = sorted(ranked, key=lambda one: one[0])[:2]
    posterior = thinned["posterior"].dataset
    columns = {}
    for _, name, held in worst:
        levels = ", ".join(str(posterior[dim].to_numpy()[at]) for dim, at in held.items())
        label = f"{name}[{levels}]" if levels else name
        columns[label] = posterior[name].isel(held).reset_coords(drop=True)
    groups = {"posterior": xarray.Dataset(columns)}
    if "sample_stats" in thinned.children:
        groups["sample_stats"] = thinned["sample_stats"].dataset
    return xarray.DataTree.from_dict(groups)


def _save(collection: Any, stem: Path) -> Path:
    import matplotlib.pyplot as plt

    path = stem.with_suffix(".svg")
    # A fit that is made again stands beside its earlier pictures, so each is whole.
    try:
        with written_whole(path) as aside:
            # Labels are cropped without a tight box; a date would change the bytes.
            collection.savefig(aside, format="svg", bbox_inches="tight", metadata={"Date": None})
    finally:
        plt.close("all")
    return path
