"""What a newer program wrote: refused, with what to do, before anything of it is used."""


class NewerFormatError(Exception):
    """What was found is newer than this program reads; the message says which and what to do."""


def refuse_newer(written: object, *, read: int, what: str, where: str) -> None:
    """Refuse what a newer program wrote.

    Parameters
    ----------
    written : object
        The version that the file gives; what is no whole number gives none, and is left to its
        reader.
    read : int
        The newest version that this program reads, 1 or more.
    what, where : str
        What it is, in words, and its place.

    Raises
    ------
    NewerFormatError
        If it is newer.

    Examples
    --------
    >>> refuse_newer(1, read=1, what="run", where="manifest.json")
    >>> refuse_newer(2, read=1, what="run", where="manifest.json")
    Traceback (most recent call last):
    forecast_bench.problems.newer.NewerFormatError: manifest.json: this run is of format 2, and \
this program reads up to 1: upgrade forecast-bench. Nothing was written
    """
    if isinstance(written, int) and not isinstance(written, bool) and written > read:
        raise NewerFormatError(
            f"{where}: this {what} is of format {written}, and this program reads up to {read}: "
            "upgrade forecast-bench. Nothing was written"
        )
