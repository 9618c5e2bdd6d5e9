"""The sealed record: what was judged cannot be rewritten without it showing."""

from forecast_bench.sealing.appending import SealResult, seal
from forecast_bench.sealing.blind import BlindError, commit, reveal
from forecast_bench.sealing.ledger import LEDGER, Entry, Ledger, Line, read_ledger
from forecast_bench.sealing.record import sealed_record

__all__ = [
    "LEDGER",
    "BlindError",
    "Entry",
    "Ledger",
    "Line",
    "SealResult",
    "commit",
    "read_ledger",
    "reveal",
    "seal",
    "sealed_record",
]
