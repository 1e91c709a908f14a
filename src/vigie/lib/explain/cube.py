"""Rows folded to a cube: one cell per distinct tuple of values that could be part of a finding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LARGEST = 1 << 24  # places of a table to count into, if there are rows enough for it
SMALL = 1 << 12  # so few tuples aren't worth numbering anew


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


@dataclass(frozen=True)
class Support:
    """What may be looked at: enough flagged rows, and a share of them or of the loss.

    If a combination has support, so has every part of it (apriori): what lacks it need not be combined further.
    """

    least_flagged: float
    share_flagged: float
    share_lost: float

    def has(self, flagged: Floats, lost: Floats) -> NDArray[np.bool_]:
        """Which of these have it."""
        return np.asarray(
            (flagged >= self.least_flagged) & ((flagged >= self.share_flagged) | (lost >= self.share_lost))
        )


def fold(
    codes: Sequence[NDArray[np.uint16]], sizes: Sequence[int], flagged: NDArray[np.bool_], lost: Floats
) -> Cube:
    """The cube of coded rows; `sizes[a]` is one more than the greatest code of attribute a."""
    table = min(max(4 * len(flagged), 1 << 16), LARGEST)
    key, layers = _key(codes, sizes, len(flagged), table)
    if layers[-1].size > table:
        key, layers = _renumbered(key, layers, table)
    size = layers[-1].size
    counted = np.bincount(key, minlength=size)
    marked_key = key[flagged]
    marks, losses = sums(marked_key, None, size), sums(marked_key, lost[flagged], size)
    cells = np.flatnonzero(counted)
    cells = cells[np.argsort(marks[cells] == 0, kind="stable")]
    return Cube(
        tuple(_decoded(cells, layers)),
        counted[cells].astype(np.float64),
        marks[cells],
        losses[cells],
        int(np.count_nonzero(marks)),
    )


@dataclass
class _Layer:
    """Attributes packed into one number: the first digit is an attribute's code, or a place in `known`."""

    known: NDArray[np.int64] | None
    places: list[int]
    size: int


def _key(
    codes: Sequence[NDArray[np.uint16]], sizes: Sequence[int], rows: int, table: int
) -> tuple[NDArray[Any], list[_Layer]]:
    """Each row's tuple as one number; tuples are numbered anew wherever it would grow beyond a table."""
    key: NDArray[Any] = np.zeros(rows, np.int32)
    layers = [_Layer(None, [], 1)]
    for column, places in zip(codes, sizes, strict=True):
        if layers[-1].size * places > table and layers[-1].size > SMALL:
            key, layers = _renumbered(key, layers, table)
        layer = layers[-1]
        layer.places.append(places)
        layer.size *= places
        key = key.astype(np.int64) if layer.size > np.iinfo(np.int32).max else key
        key *= places
        key += column
    return key, layers


def _renumbered(key: NDArray[Any], layers: list[_Layer], table: int) -> tuple[NDArray[Any], list[_Layer]]:
    """The same tuples, numbered without gaps."""
    size = layers[-1].size
    if size > 8 * table:
        known, inverse = np.unique(key, return_inverse=True)
        return inverse, [*layers, _Layer(known, [], len(known))]
    number = np.zeros(size, np.int32)
    number[key] = 1
    known = np.flatnonzero(number)
    number[known] = np.arange(len(known), dtype=np.int32)
    return number[key], [*layers, _Layer(known, [], len(known))]


def _decoded(cells: NDArray[np.int64], layers: list[_Layer]) -> list[NDArray[np.uint16]]:
    """The codes of every attribute, from the number of the tuple."""
    codes: list[NDArray[np.uint16]] = []
    for layer in reversed(layers):
        for places in reversed(layer.places):
            cells, code = np.divmod(cells, places)
            codes.append(code.astype(np.uint16))
        if layer.known is not None:
            cells = layer.known[cells]
    return codes[::-1]
