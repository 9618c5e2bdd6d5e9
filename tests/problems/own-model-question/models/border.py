"""Made for a test; it is never run."""
