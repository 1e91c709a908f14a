"""What a table of jobs straight from a file says of each job, as codes: texts are looked at once per value, not per job."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vigie.jobs.detect.guards import BARE
from vigie.jobs.lake.engine import Engine
from vigie.jobs.lake.prepared import NAME_SHAPE

QUARTER_S = 900  # every zone's hours begin on a quarter of an hour
DERIVED = ("name_shape", "node", "hour")


class Columns:
    """The columns of a table, its texts as dictionaries, and those that are derived; each is made once."""

    def __init__(self, table: pa.Table, engine: Engine, zone: str) -> None:
        self.table, self._engine, self._zone = table, engine, zone
        self._made: dict[str, pa.Array] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.table.column_names or name in DERIVED

    def get(self, name: str) -> pa.Array:
        """Texts as a dictionary; other types as they are. A column of the file goes before one derived."""
        if name not in self._made:
            make: dict[str, Callable[[], pa.Array]] = {
                "name_shape": self._shapes,
                "node": self._nodes,
                "hour": self._hours,
            }
            present = name in self.table.column_names
            self._made[name] = self._coded(name) if present else make[name]()
        return self._made[name]

    def _coded(self, name: str) -> pa.Array:
        column = self.table.column(name)
        texts = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        return _whole(column.dictionary_encode().unify_dictionaries() if texts else column)

    def _shapes(self) -> pa.Array:
        names = self._coded("name")
        numbered = pa.table({"n": np.arange(len(names.dictionary)), "name": names.dictionary})
        self._engine.register("names", numbered)
        found = self._engine.arrow(f"SELECT n, {NAME_SHAPE} AS shape FROM names AS j").sort_by("n")  # noqa: S608 # our own text
        return _through(names, _whole(found.column("shape").dictionary_encode().unify_dictionaries()))

    def _nodes(self) -> pa.Array:
        """Its node, if the job has one."""
        lists = _whole(self.table.column("nodes"))
        coded = lists.values.dictionary_encode()
        alone = pc.equal(pc.list_value_length(lists), 1)
        if not len(coded.indices):
            return pa.DictionaryArray.from_arrays(pa.nulls(len(lists), pa.int32()), coded.dictionary)
        starts = pc.if_else(pc.fill_null(alone, fill_value=False), lists.offsets[:-1], None)
        return pa.DictionaryArray.from_arrays(coded.indices.take(starts), coded.dictionary)

    def _hours(self) -> pa.Array:
        """The hour of the day at which it began, in the centre's zone."""
        quarters = pc.divide(_whole(self.table.column("started")).cast(pa.int64()), QUARTER_S * 1_000_000)
        coded, zone = quarters.dictionary_encode(), ZoneInfo(self._zone)
        hours = [_hour(one * QUARTER_S, zone) for one in coded.dictionary.to_pylist()]
        return pa.array(hours, pa.int8()).take(coded.indices)

    def telling(self, name: str) -> tuple[int, bool]:
        """How many values there are (0: too many numbers to say), and whether they are names rather than measures."""
        column = self.get(name)
        if pa.types.is_dictionary(column.type):
            return len(column.dictionary), True
        names = pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)
        return (pc.count_distinct(column).as_py() if names else 0), names

    def kinds(self) -> NDArray[np.int64]:
        """One number per kind of job: as `guards.KIND`, by codes instead of texts."""
        owners = [self._codes(name) for name in ("experiment", "account", "group", "user") if name in self]
        shapes = self.get("name_shape")
        bare = np.isin(np.array(shapes.dictionary.to_pylist(), dtype=object), BARE)
        said = self._codes("name_shape")
        forms = _first([np.where(np.append(bare, False)[said], -1, said), self._codes("user")])
        return _first(owners) * (int(forms.max(initial=0)) + 1) + forms

    def whose(self) -> NDArray[np.int64]:
        """One number per user, -1 where it is unknown."""
        return self._codes("user")

    def _codes(self, name: str) -> NDArray[np.int64]:
        codes = self.get(name).indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return np.asarray(codes, np.int64)


def _first(columns: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The first of these columns that is known (not negative), as a number that tells which; 0: none is."""
    found, base = np.zeros(len(columns[0]), np.int64), 1
    for codes in columns:
        found = np.where((found == 0) & (codes >= 0), codes + base, found)
        base += int(codes.max(initial=0)) + 1
    return found


def _hour(seconds: int | None, zone: ZoneInfo) -> int | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC).astimezone(zone).hour
    except (OverflowError, OSError, ValueError):
        return None


def _whole(column: Any) -> pa.Array:
    """A chunked column as one array."""
    made = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return made.chunk(0) if isinstance(made, pa.ChunkedArray) else made


def _through(coded: pa.DictionaryArray, values: pa.DictionaryArray) -> pa.DictionaryArray:
    """What each value of `coded` stands for, for each of its rows."""
    return pa.DictionaryArray.from_arrays(values.indices.take(coded.indices), values.dictionary)
