"""forecast-bench: judgments in words become priors, counts update them, calibration is tracked.

Importing this package is cheap: the heavy libraries load only in the parts that use them.
"""

__version__ = "0.1.0"
