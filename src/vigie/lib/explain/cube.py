"""Rows folded to a cube: one cell per distinct tuple of values that could be part of a finding."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SMALL = 1 << 22  # a table of this many places is counted into directly


@dataclass(frozen=True)
class Cube:
    """`codes[a][c]` is attribute a's code in cell c, 0 for any value that can't be part of a finding.

    Beside it per cell: rows, flagged rows, loss of the flagged. Cells with flagged rows come first, `marked` of them.
    """

    codes: tuple[NDArray[np.uint16], ...]
    jobs: Floats
    flagged: Floats
    lost: Floats
    marked: int


def sums(key: NDArray[Any], weights: Floats | None, places: int) -> Floats:
    """The sum of weights (or the number of rows) per key, at least `places` of them."""
    return np.bincount(key, weights=weights, minlength=places).astype(np.float64, copy=False)


def keep(flagged: Floats, lost: Floats, *, least_flagged: float, least_lost: float) -> NDArray[np.bool_]:
    """What may go on: enough flagged rows, enough of the loss. Holds for a combination only if for all its parts."""
    return np.asarray((flagged >= least_flagged) & (lost >= least_lost))


def fold(codes: list[NDArray[np.uint16]], sizes: list[int], flagged: NDArray[np.bool_], lost: Floats) -> Cube:
    """The cube of coded rows; `sizes[a]` is one more than the greatest code of attribute a."""
    cell, first = distinct(codes, sizes, len(flagged))
    count = len(first)
    jobs = sums(cell, None, count)
    marked_cells = cell[flagged]
    marks = sums(marked_cells, None, count)
    losses = sums(marked_cells, lost[flagged], count)
    order = np.argsort(marks == 0, kind="stable")
    return Cube(
        tuple(column[first[order]] for column in codes),
        jobs[order],
        marks[order],
        losses[order],
        int(np.count_nonzero(marks)),
    )


def distinct(
    codes: list[NDArray[np.uint16]], sizes: list[int], rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each row's cell, and a row of each cell; attribute by attribute, so that the key stays small."""
    key, size = np.zeros(rows, np.int64), 1
    for column, places in zip(codes, sizes, strict=True):
        if size * places > SMALL:
            key, size = _dense(key, size)
        key *= places
        key += column
        size *= places
    cell, count = _dense(key, size)
    first = np.zeros(count, np.int64)
    first[cell[::-1]] = np.arange(rows - 1, -1, -1)
    return cell, first


def _dense(key: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], int]:
    """The same classes, numbered without gaps in the order of their keys."""
    if size > 8 * SMALL:
        seen, inverse = np.unique(key, return_inverse=True)
        return inverse, len(seen)
    present = np.zeros(size, np.int64)
    present[key] = 1
    number = np.cumsum(present) - 1
    return number[key], int(number[-1]) + 1 if size else 0
