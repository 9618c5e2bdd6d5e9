"""Numbers of things in words."""


def number_of(number: int, plural: str) -> str:
    """Say how many there are.

    Examples
    --------
    >>> number_of(1, "incidents"), number_of(2, "areas"), number_of(0, "days")
    ('1 incident', '2 areas', '0 days')
    """
    return f"{number} {plural.removesuffix('s') if number == 1 else plural}"
