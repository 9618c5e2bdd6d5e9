"""Pictures of a fit's health: ranks, energy and group scales, as SVG that diffs as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forecast_bench.bayes.groups import GROUPS, INTERCEPT, LOG_SLOPE

# A fixed salt for the bytes; lines lose what is smaller than a pixel, three quarters of the file.
_STYLE: Any = {
    "svg.hashsalt": "forecast-bench",
    "svg.fonttype": "none",
    "path.simplify_threshold": 1.0,
}
# Rank plots take draws for independent: beyond this many a chain every second, third, … is shown.
_RANKED_DRAWS = 1000


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
        ``rank.svg``, ``energy.svg`` (not for independent draws, which have no energy) and
        ``scales.svg`` (not without groups). The same posterior gives the same bytes.
    """
    import arviz
    import matplotlib as mpl

    folder.mkdir(parents=True, exist_ok=True)
    posterior = idata["posterior"].dataset
    scales = [f"{name}_scale" for name in GROUPS if f"{name}_scale" in posterior]
    common = {"backend": "matplotlib"}
    drawn: list[Path] = []
    previous = mpl.get_backend(auto_select=False)
    mpl.use("Agg")
    try:
        with mpl.rc_context(_STYLE):
            names = [INTERCEPT, LOG_SLOPE, *scales]
            ranks = arviz.plot_rank(_thinned(idata), var_names=names, **common)
            drawn.append(_save(ranks, folder / "rank"))
            if "sample_stats" in idata.children:
                drawn.append(_save(arviz.plot_energy(idata, **common), folder / "energy"))
            if scales:
                forest = arviz.plot_forest(
                    idata,
                    var_names=scales,
                    combined=True,
                    ci_kind="eti",
                    ci_probs=(0.5, 0.9),
                    point_estimate="median",
                    **common,
                )
                drawn.append(_save(forest, folder / "scales"))
    finally:
        if previous is not None:
            mpl.use(previous)
    return tuple(drawn)


def panel_figures(idata: Any, folder: Path) -> tuple[Path, ...]:
    """Draw ranks and energy of a panel's posterior, as `diagnostic_figures` does.

    Parameters
    ----------
    idata
        Posterior of `fit_panel`.
    folder
        Where the files go; made if need be.

    Returns
    -------
    tuple of Path
        ``rank.svg`` and ``energy.svg``.
    """
    import arviz
    import matplotlib as mpl

    folder.mkdir(parents=True, exist_ok=True)
    common = {"backend": "matplotlib"}
    previous = mpl.get_backend(auto_select=False)
    mpl.use("Agg")
    try:
        with mpl.rc_context(_STYLE):
            names = ["type_log_drift", "type_log_dispersion"]
            ranks = arviz.plot_rank(_thinned(idata), var_names=names, **common)
            drawn = [_save(ranks, folder / "rank")]
            drawn.append(_save(arviz.plot_energy(idata, **common), folder / "energy"))
    finally:
        if previous is not None:
            mpl.use(previous)
    return tuple(drawn)


def _thinned(idata: Any) -> Any:
    import xarray

    posterior = idata["posterior"].dataset
    every = max(1, posterior.sizes["draw"] // _RANKED_DRAWS)
    return xarray.DataTree.from_dict({"posterior": posterior.isel(draw=slice(None, None, every))})


def _save(collection: Any, stem: Path) -> Path:
    import matplotlib.pyplot as plt

    path = stem.with_suffix(".svg")
    # Labels are cropped without a tight box; a date would change the bytes.
    collection.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close("all")
    return path
