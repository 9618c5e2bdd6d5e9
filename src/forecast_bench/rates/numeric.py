"""Array plumbing shared by the rate laws: validation, shapes, and logarithms of sums."""

import numpy as np
import numpy.typing as npt

type FloatArray = npt.NDArray[np.float64]
type Numbers = float | FloatArray


def numbers(value: npt.ArrayLike, *, name: str) -> FloatArray:
    """Read a finite number, or an array of them, as floats; the name goes into the message."""
    array = np.asarray(value, dtype=np.float64)
    if not np.isfinite(array).all():
        msg = f"{name} must be finite, got {array[~np.isfinite(array)][0]}."
        raise ValueError(msg)
    return array


def amounts(value: npt.ArrayLike, *, name: str) -> FloatArray:
    """Read numbers that must not be negative."""
    array = numbers(value, name=name)
    if array.size and array.min() < 0:
        msg = f"{name} must not be negative, got {array.min()}."
        raise ValueError(msg)
    return array


def counts(value: npt.ArrayLike, *, name: str) -> FloatArray:
    """Read whole numbers that must not be negative."""
    return whole(amounts(value, name=name), name=name)


def whole(value: npt.ArrayLike, *, name: str) -> FloatArray:
    """Read whole numbers of either sign."""
    array = numbers(value, name=name)
    if not (array == np.floor(array)).all():
        msg = f"{name} must be whole, got {array[array != np.floor(array)][0]}."
        raise ValueError(msg)
    return array


def positive(value: npt.ArrayLike, *, name: str) -> FloatArray:
    """Read numbers that must be greater than zero."""
    array = numbers(value, name=name)
    if array.size and array.min() <= 0:
        msg = f"{name} must be positive, got {array.min()}."
        raise ValueError(msg)
    return array


def plain(array: FloatArray) -> FloatArray:
    """Give a number back for numbers, an array for arrays."""
    result: FloatArray = array[()]
    return result


def log_sum(values: FloatArray, *, axis: int = -1) -> FloatArray:
    """Return the log of the sum of exponentials along an axis; an empty or all-zero sum is -inf."""
    if values.shape[axis] == 0:
        return np.full(np.delete(values.shape, axis), -np.inf)
    top = np.max(values, axis=axis, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        total: FloatArray = np.log(np.sum(np.exp(values - shift), axis=axis))
    result: FloatArray = total + np.squeeze(shift, axis=axis)
    return result


def log_difference(larger: FloatArray, smaller: FloatArray) -> FloatArray:
    """Return log(exp(larger) - exp(smaller)); equal logs give -inf."""
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.minimum(smaller - larger, 0.0)
        result = larger + np.where(
            gap < -np.log(2.0), np.log1p(-np.exp(gap)), np.log(-np.expm1(gap))
        )
    return np.where(np.isneginf(larger), -np.inf, result)


def log_complement(log_probability: FloatArray) -> FloatArray:
    """Return log(1 - P) from log P."""
    return log_difference(np.zeros_like(log_probability), np.minimum(log_probability, 0.0))
