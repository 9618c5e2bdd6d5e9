"""What a text says in words of probability: estimates, hedges, conditions, claims."""
