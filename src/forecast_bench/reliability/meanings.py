"""What each measure of a record means, in the order in which they are shown."""

from typing import Final

MEANINGS: Final = (
    ("brier", "Brier score, 0..1, lower is better"),
    ("log_score", "log score in nats, clamped to 0.0001..0.9999, lower is better"),
    ("mcb", "miscalibration (CORP), lower is better"),
    ("dsc", "discrimination (CORP), higher is better"),
    ("unc", "uncertainty (CORP); Brier = MCB - DSC + UNC"),
    ("ci", "calibration index (Murphy), lower is better"),
    ("di", "discrimination index (Murphy), higher is better"),
    ("vi", "variability index (Murphy); Brier = VI - DI + CI"),
    ("ndi", "normalised discrimination index, DI / VI"),
    ("andi", "adjusted normalised discrimination index"),
    ("roc_area", "ROC area, 0.5 for no discrimination, higher is better"),
    ("slope", "mean probability of what occurred less that of what did not"),
    ("in_the_large", "mean probability less share that occurred"),
    ("over_under", "over-confidence; negative: under-confident"),
    ("from_base_rate", "too far from base rates; negative: too near"),
    ("skill", "Brier skill, higher is better, against the {against}"),
    ("skill_climatology", "Brier skill against the share of the record that occurred"),
)
"""Fields of `Measures` with what they say; `{against}` stands for what skill is against."""
