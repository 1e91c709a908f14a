"""From rows to a cube: in memory by numpy, in DuckDB by SQL. Only values with support keep a code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vigie.lib.explain import rows as columns
from vigie.lib.explain.combinations import Level
from vigie.lib.explain.cube import Cube, Floats, Support, fold, sums
from vigie.lib.explain.judging import Limits
from vigie.lib.explain.sentences import Value
from vigie.lib.explain.since import since

MANY = 300_000  # rows from which two cores are worth their threads


@dataclass(frozen=True)
class Rows:
    """What is known of the rows before any combination is counted.

    `values[a]`: how many values of attribute a have rows enough to be found. `kept[a]`: those with support, by code - 1.
    """

    attributes: tuple[str, ...]
    jobs: int
    flagged: int
    lost: float
    support: Support
    values: tuple[int, ...]
    kept: tuple[list[Value], ...]
    cube: Callable[[], Cube]
    since: Callable[[Mapping[str, Value]], datetime | None]

    @property
    def sizes(self) -> list[int]:
        """One more than the greatest code of each attribute."""
        return [len(values) + 1 for values in self.kept]

    def where(self, level: Level, number: int) -> Mapping[str, Value]:
        """A combination as attributes and values."""
        return MappingProxyType(
            {
                self.attributes[a]: self.kept[a][int(code) - 1]
                for a, code in zip(level.attributes, level.values[number], strict=True)
            }
        )


@dataclass(frozen=True)
class Asked:
    """Which columns to read, and how."""

    flag: str
    weight: str | None
    attributes: tuple[str, ...]
    time: str | None
    limits: Limits


def from_columns(data: Any, asked: Asked) -> Rows:
    """Rows of a table or a mapping of columns."""
    flag, weight, attributes, time, limits = (
        asked.flag,
        asked.weight,
        asked.attributes,
        asked.time,
        asked.limits,
    )
    table = columns.as_table(data, [flag, *attributes, *filter(None, (weight, time))])
    flagged = columns.flags(table.column(flag), flag)
    lost = columns.weights(table.column(weight), weight, flagged) if weight else flagged.astype(np.float64)
    total = float(lost.sum())
    share = lost if total else flagged.astype(np.float64)
    support = limits.support(float(flagged.sum()), float(share.sum()))
    places = np.flatnonzero(flagged)
    read = partial(_attribute, table, places, share[places], support)
    if len(flagged) < MANY:
        coded = [read(name) for name in attributes]
    else:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 (a small file must not wait for it)

        with ThreadPoolExecutor() as pool:  # Arrow and numpy leave the interpreter free
            coded = list(pool.map(read, attributes))
    codes, kept = [one.codes for one in coded], [one.kept for one in coded]
    moments = columns.moments(table.column(time), time) if time else None

    def first(where: Mapping[str, Value]) -> datetime | None:
        if moments is None:
            return None
        mask = np.ones(len(flagged), bool)
        for name, value in where.items():
            a = attributes.index(name)
            mask &= codes[a] == kept[a].index(value) + 1
        mask &= moments != columns.UNKNOWN
        return since(moments[mask], flagged[mask])

    return Rows(
        attributes,
        len(flagged),
        len(places),
        total,
        support,
        tuple(one.values for one in coded),
        tuple(kept),
        lambda: fold(codes, [len(k) + 1 for k in kept], flagged, share),
        first,
    )


@dataclass(frozen=True)
class _Coded:
    codes: NDArray[np.uint16]
    kept: list[Value]
    values: int


def _attribute(
    table: pa.Table, places: NDArray[np.int64], share: Floats, support: Support, name: str
) -> _Coded:
    """One column as codes of the values that have support among the flagged rows (at `places`); 0 for all others."""
    code, known = columns.encode(table.column(name), name)
    jobs = np.bincount(code, minlength=len(known) + 1)
    marked = code[places]
    held = support.has(sums(marked, None, len(jobs)), sums(marked, share, len(jobs)))
    held[0] = False
    numbers = np.zeros(len(jobs), np.uint16)
    numbers[held] = np.arange(1, held.sum() + 1)
    kept = known.take(pa.array(np.flatnonzero(held) - 1)).to_pylist()
    return _Coded(numbers[code], kept, int((jobs[1:] >= support.least_flagged).sum()))
