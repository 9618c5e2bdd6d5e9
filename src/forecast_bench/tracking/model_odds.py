"""Odds of a question by a team's own model, as whoever asked the model found them."""

from dataclasses import dataclass

from forecast_bench.rates import PathEstimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOdds:
    """What the draws of a model say, at issue and then after each period seen.

    Parameters
    ----------
    model : str
        Its file.
    seed : int
        Of the draws at issue.
    estimates : tuple of PathEstimate
        Odds with their Monte Carlo error and effective draws.
    fitted_to : tuple of int
        How many periods of the window the draws were fitted to; the others weigh them.
    """

    model: str
    seed: int
    estimates: tuple[PathEstimate, ...]
    fitted_to: tuple[int, ...]
