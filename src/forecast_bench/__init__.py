"""forecast-bench: judgments in words, priors from the words, counts to update them, calibration to learn from.

Importing this package is cheap: the heavy libraries load only in the parts that use them.
"""

__version__ = "0.1.0"
