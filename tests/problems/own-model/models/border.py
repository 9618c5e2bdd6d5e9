"""Made for a test."""


def model(series, prior):
    return series.counts.sum() / prior["rate"]
