# ruff: noqa: S608 (names and values go through _quoted and _literal)
"""Rows that stay in DuckDB: it counts the values, then folds the rows to cells; only those come here.

DuckDB is whoever made the relation: nothing of it is imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vigie.lib.explain import rows as columns
from vigie.lib.explain.arriving import Asked, Rows, from_columns
from vigie.lib.explain.cube import Cube, Floats
from vigie.lib.explain.sentences import Value
from vigie.lib.explain.since import since

FEW = 5_000_000  # rows up to which fetching them all is quicker than asking several times


def from_relation(relation: Any, asked: Asked, few: int = FEW) -> Rows:
    """Rows of a DuckDB relation; fetched, if they are at most `few`."""
    names = [asked.flag, *asked.attributes, *filter(None, (asked.weight, asked.time))]
    columns.check_names(relation.columns, names)
    chosen = relation.project(", ".join(map(_quoted, dict.fromkeys(names))))
    if chosen.aggregate("count(*)").fetchall()[0][0] <= few:
        return from_columns(chosen.to_arrow_table(), asked)
    return _Folding(chosen, asked).rows()


@dataclass
class _Folding:
    relation: Any
    asked: Asked

    def rows(self) -> Rows:
        asked = self.asked
        self._check_types()
        jobs, flagged, lost = self._whole()
        support = asked.limits.support(flagged, lost or flagged)
        values, kept = [], []
        for name in asked.attributes:
            known, counts = self._values(name)
            values.append(int((counts[0] >= support.least_flagged).sum()))
            held = support.has(counts[1], counts[2] if lost else counts[1])
            kept.append(known.filter(pa.array(held)).to_pylist())
        return Rows(
            asked.attributes,
            jobs,
            flagged,
            lost,
            support,
            tuple(values),
            tuple(kept),
            lambda: self._cube(kept, weighted=lost > 0),
            self._since,
        )

    def _check_types(self) -> None:
        none = self.relation.limit(0).to_arrow_table()
        flagged = columns.flags(none.column(self.asked.flag), self.asked.flag)
        if self.asked.weight:
            columns.weights(none.column(self.asked.weight), self.asked.weight, flagged)
        if self.asked.time:
            columns.moments(none.column(self.asked.time), self.asked.time)
        for name in self.asked.attributes:
            columns.encode(none.column(name), name)

    @property
    def _flag(self) -> str:
        return f"coalesce({_quoted(self.asked.flag)}::DOUBLE = 1, false)"

    @property
    def _weight(self) -> str:
        return f"coalesce({_quoted(self.asked.weight)}::DOUBLE, 0)" if self.asked.weight else "1"

    @property
    def _measures(self) -> str:
        return (
            f"count(*)::DOUBLE, (count(*) FILTER ({self._flag}))::DOUBLE, "
            f"coalesce(sum({self._weight}) FILTER ({self._flag}), 0)::DOUBLE"
        )

    def _whole(self) -> tuple[int, int, float]:
        flag, weight = _quoted(self.asked.flag), self._weight
        [(jobs, flagged, lost, other, bad)] = self._ask(
            f"SELECT {self._measures}, count(*) FILTER ({flag}::DOUBLE NOT IN (0, 1)), "
            f"count(*) FILTER ({self._flag} AND NOT ({weight} >= 0 AND isfinite({weight}::DOUBLE))) FROM rows"
        ).fetchall()
        if other:
            raise ValueError(
                f"flag {self.asked.flag} must be true/false or 0/1; there are other numbers in it"
            )
        if bad:
            raise ValueError(
                f"weight {self.asked.weight} must be finite and not negative: {bad} flagged rows are not"
            )
        return int(jobs), int(flagged), float(lost)

    def _values(self, name: str) -> tuple[pa.Array, list[Floats]]:
        """The values of an attribute, and of each its rows, flagged rows and loss; in the order of the values."""
        table = self._ask(
            f"SELECT {_quoted(name)}, {self._measures} FROM rows "
            f"WHERE {_quoted(name)} IS NOT NULL GROUP BY 1 ORDER BY 1"
        ).to_arrow_table()
        codes, known = columns.encode(table.column(0), name)
        order = np.argsort(codes[codes > 0], kind="stable")
        return known, [np.asarray(table.column(i).to_numpy())[codes > 0][order] for i in (1, 2, 3)]

    def _cube(self, kept: list[list[Value]], *, weighted: bool) -> Cube:
        codes, joins = [], []
        for place, (name, values) in enumerate(zip(self.asked.attributes, kept, strict=True)):
            if not values:
                codes.append("0::USMALLINT")
                continue
            pairs = ", ".join(f"({_literal(value)}, {code})" for code, value in enumerate(values, 1))
            joins.append(f"LEFT JOIN (VALUES {pairs}) m{place}(v, c) ON rows.{_quoted(name)} = m{place}.v")
            codes.append(f"coalesce(m{place}.c, 0)::USMALLINT")
        cells = self._ask(
            f"SELECT {', '.join(codes)}, {self._measures} FROM rows {' '.join(joins)} "
            f"GROUP BY {', '.join(str(place + 1) for place in range(len(codes)))}"
        ).to_arrow_table()
        found = [np.asarray(column.to_numpy()) for column in cells.columns]
        order = np.lexsort((*found[: len(codes)], found[-2] == 0))
        jobs, flagged, lost = (measure[order] for measure in found[-3:])
        marked = int(np.count_nonzero(flagged))
        return Cube(
            tuple(_codes(column[order]) for column in found[: len(codes)]),
            jobs,
            flagged,
            lost if weighted else flagged,
            marked,
        )

    def _since(self, where: Mapping[str, Value]) -> datetime | None:
        if not self.asked.time:
            return None
        time = _quoted(self.asked.time)
        which = " AND ".join(f"{_quoted(name)} = {_literal(value)}" for name, value in where.items())
        found = self._ask(
            f"SELECT {time}, {self._flag} FROM rows WHERE {which} AND {time} IS NOT NULL"
        ).to_arrow_table()
        return since(
            columns.moments(found.column(0), self.asked.time), columns.flags(found.column(1), self.asked.flag)
        )

    def _ask(self, sql: str) -> Any:
        return self.relation.query("rows", sql)


def _codes(column: NDArray[Any]) -> NDArray[np.uint16]:
    return column.astype(np.uint16)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: Value) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
