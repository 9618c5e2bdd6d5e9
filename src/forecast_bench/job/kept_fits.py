"""Fits of panels on disk, by the hash of what they were made of: read where nothing changed."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from forecast_bench import bayes
from forecast_bench.job.fits import FIT_FORMAT, fit_folder
from forecast_bench.problems import refuse_newer
from forecast_bench.rates import RateParameters
from forecast_bench.records import PanelPriors, RatePanel
from forecast_bench.workspace import DERIVED
from forecast_bench.workspace.replacing import replace_file

type Method = Literal["sampled", "approximated"]

_POSTERIOR: Final = "posterior.nc"
_POINTS: Final = ("drift", "dispersion", "weight")


def kept_fit(workspace: Path, content: str, method: Method) -> dict[str, Any] | None:
    """Read a fit that was made before; None where there is none, or it is damaged.

    Raises
    ------
    NewerFormatError
        If a newer program wrote it.
    """
    path = fit_folder(workspace, content) / f"{method}.json"
    if not path.is_file():
        return None
    try:
        found: Any = json.loads(path.read_bytes())
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    refuse_newer(found.get("format"), read=FIT_FORMAT, what="fit", where=str(path))
    return found if found.get("hash") == content else None


def approximated_fit(
    workspace: Path, counts: bayes.PanelCounts, priors: PanelPriors, content: str, stretch: float
) -> dict[str, Any]:
    """Fit a panel by nested Laplace, and keep it."""
    posterior = bayes.panel_laplace(counts, priors)
    effects = zip(posterior.effects, posterior.effect_mean, posterior.effect_scale, strict=True)
    fit = {
        "format": FIT_FORMAT,
        "hash": content,
        "method": "nested Laplace",
        "seed": None,
        "beliefs": stored_beliefs(bayes.grid_beliefs(posterior, stretch=stretch)),
        "effects": {name: [float(mean), float(scale)] for name, mean, scale in effects},
        "diagnostics": None,
        "agreement": None,
    }
    _keep(fit_folder(workspace, content) / "approximated.json", fit)
    return fit


def sampled_fit(
    workspace: Path,
    counts: bayes.PanelCounts,
    panel: RatePanel,
    priors: PanelPriors,
    *,
    content: str,
    stretch: float,
    base_seed: int,
) -> dict[str, Any]:
    """Fit a panel by NUTS, draw its diagnostics, hold it against nested Laplace, and keep it."""
    folder = fit_folder(workspace, content)
    found = bayes.fit_panel(
        counts,
        priors,
        panel.sampler,
        panel.limits,
        seed=bayes.seed_from(content, base_seed),
        cache=workspace / DERIVED / "compiled",
    )
    beliefs = bayes.sampled_beliefs(found.idata, priors, stretch=stretch)
    quick = bayes.grid_beliefs(bayes.panel_laplace(counts, priors), stretch=stretch)
    apart, where = bayes.farthest_apart(beliefs, quick)
    effect = found.idata["posterior"].dataset["effect"]
    fit = {
        "format": FIT_FORMAT,
        "hash": content,
        "method": "NUTS",
        "seed": found.seed,
        "beliefs": stored_beliefs(beliefs),
        "effects": {
            name: [float(values.mean()), float(values.std())]
            for at, name in enumerate(counts.effects)
            for values in [effect.values[..., at]]
        },
        "diagnostics": asdict(found.diagnostics),
        "agreement": {"apart": apart, "type": where},
    }
    bayes.panel_figures(found.idata, folder)
    bayes.save(found.idata, folder / _POSTERIOR)
    _keep(folder / "sampled.json", fit)
    return fit


def believed(fit: dict[str, Any]) -> dict[str, RateParameters]:
    """Points to integrate over, by type of incident."""
    return {
        one["type"]: RateParameters(**{name: np.array(one["points"][name]) for name in _POINTS})
        for one in fit["beliefs"]
    }


def stored_beliefs(beliefs: tuple[bayes.RateBelief, ...]) -> list[dict[str, Any]]:
    """What is believed of each type, ready for JSON: medians, 90 % intervals and the points."""
    return [
        {
            "type": one.name,
            "drift": list(one.drift),
            "dispersion": list(one.dispersion),
            "points": {name: getattr(one.parameters, name).tolist() for name in _POINTS},
        }
        for one in beliefs
    ]


def _keep(path: Path, fit: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, f"{json.dumps(fit, indent=1)}\n".encode())
