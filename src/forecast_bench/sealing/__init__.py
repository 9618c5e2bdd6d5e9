"""The sealed record: what was judged cannot be rewritten without it showing."""
