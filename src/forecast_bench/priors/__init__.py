"""Priors: a band or a number to the Beta distribution that an analyst's statement stands for."""

from forecast_bench.priors.maximum_entropy import Beta, encode_band
from forecast_bench.priors.prior import Prior, cap_weight, encode, interval

__all__ = ["Beta", "Prior", "cap_weight", "encode", "encode_band", "interval"]
