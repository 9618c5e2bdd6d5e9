"""Rows that were made and rows that an earlier run lent, as one table in the order of the files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd


def joined(
    lent: pd.DataFrame | None, made: pd.DataFrame, *, order: Mapping[str, int], by: str
) -> pd.DataFrame:
    """Put two tables of the same columns together.

    Parameters
    ----------
    lent : DataFrame or None
        Rows of an earlier run.
    made : DataFrame
        Rows of this one.
    order : mapping of str to int
        Place of each judgment.
    by : str
        Column with the judgment of a row; rows of one judgment stay in their order.

    Examples
    --------
    >>> lent, made = pd.DataFrame({"id": ["c", "a"]}), pd.DataFrame({"id": ["b"]})
    >>> joined(lent, made, order={"a": 0, "b": 1, "c": 2}, by="id")["id"].tolist()
    ['a', 'b', 'c']
    """
    whole = made
    if lent is not None and len(lent):
        # A table that was read has other types than one that was made.
        whole = pd.concat([lent.astype(made.dtypes.to_dict()), made], ignore_index=True)
    places = whole[by].map(order).astype("int64")
    return whole.iloc[places.argsort(kind="stable")].reset_index(drop=True)


def places_of(names: Iterable[str]) -> dict[str, int]:
    """Place of each name in a sequence.

    Examples
    --------
    >>> places_of(["b", "a"])
    {'b': 0, 'a': 1}
    """
    return {name: place for place, name in enumerate(names)}


def in_order(documents: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Documents by name, in the order of the names; a name without a document is left out.

    Examples
    --------
    >>> in_order({"a": 1, "b": 2}, ["b", "c", "a"])
    {'b': 2, 'a': 1}
    """
    return {name: documents[name] for name in names if name in documents}
