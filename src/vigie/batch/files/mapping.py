"""A table whose columns are somebody else's: which of them is which of JOBS, and its values in our units."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from vigie.batch.files import judged, vectors
from vigie.contracts.batch import JOBS, MOMENT, STATES, Refusal, Tally

_EMPTY = frozenset({""})
_SEPARATORS = re.compile(r"[\s,;|]+")


@dataclass(frozen=True)
class Match:
    """`of` maps a column of JOBS to the file's name; `others` are the file's columns that are none."""

    of: Mapping[str, str]
    others: tuple[str, ...]


def matched(names: Sequence[str], given: Mapping[str, str] | None, path: Path) -> Match:
    """The mapping that the caller gave, filled up with columns of equal name (case, space and dash don't matter).

    Raises Refusal if it names a column that JOBS, or the file, has not.
    """
    of = dict(given or {})
    for ours, theirs in of.items():
        if ours not in JOBS.names:
            raise Refusal(f"{ours}: a job has no such column; it has {', '.join(JOBS.names)}")
        if theirs not in names:
            raise Refusal(f"{path}: there is no column {theirs!r}; it has {', '.join(names)}")
    same = {re.sub(r"[\s-]+", "_", name.strip().casefold()): name for name in reversed(names)}
    taken = set(of.values())
    for ours in JOBS.names:
        if ours not in of and ours in same and same[ours] not in taken:
            of[ours] = same[ours]
    others = tuple(name for name in names if name not in of.values() and name not in JOBS.names)
    return Match(of, others)


def jobs(
    rows: pa.RecordBatch,
    mapping: Match,
    tally: Tally,
    *,
    cluster: str,
    zone: str,
    first: int = 1,
    units: Mapping[str, float] = MappingProxyType({}),
    states: Mapping[str, str] = MappingProxyType({}),
) -> pa.RecordBatch:
    """JOBS and then the other columns as they are. `first` is the number of the first row.

    `units`: how many of our units one of theirs is, by column; `states`: their words for ours.

    Where no column names the job, its number does; a row whose job has no name is left out, and noted.
    """
    found = {
        ours: _values(rows[theirs], JOBS.field(ours), zone, tally, states)
        for ours, theirs in mapping.of.items()
    }
    for ours in units.keys() & found.keys():
        found[ours] = pc.multiply(found[ours].cast(pa.float64()), units[ours])
    if "job_id" not in found:
        found["job_id"] = pa.array([str(first + place) for place in range(len(rows))], pa.string())
    named = found.get("cluster", pa.nulls(len(rows), pa.string()))
    found["cluster"] = pc.fill_null(named, cluster)
    others = [rows[name] for name in mapping.others]
    if found["job_id"].null_count:
        good = pc.is_valid(found["job_id"])
        tally.note("rows without a job id: left out", found["job_id"].null_count)
        found = {name: column.filter(good) for name, column in found.items()}
        others = [column.filter(good) for column in others]
    made = judged.batch(found, len(found["job_id"]), tally)
    fields = [*JOBS, *(pa.field(name, rows.schema.field(name).type) for name in mapping.others)]
    return pa.RecordBatch.from_arrays([*made.columns, *others], schema=pa.schema(fields))


def _values(column: Any, field: pa.Field, zone: str, tally: Tally, states: Mapping[str, str]) -> Any:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    what = f"{field.name} that can't be read: unknown"
    if field.name == "nodes":
        return _nodes(column)
    if field.name == "state":
        return _states(column.cast(pa.string()), states, tally)
    if not pa.types.is_string(column.type):
        return _typed(column, field, zone)
    if field.type == MOMENT:
        return vectors.moment(column, zone, tally, what)
    if field.type == pa.string():
        return vectors.text(column, _EMPTY)
    return vectors.number(column, pa.float64(), tally, what)


def _typed(column: Any, field: pa.Field, zone: str) -> Any:
    """A column of a file that knows types. A number as a time is seconds since 1970."""
    try:
        if field.type != MOMENT:
            return column.cast(field.type, safe=False)
        if pa.types.is_timestamp(column.type):
            local = column.type.tz is None
            return (
                pc.assume_timezone(column, zone, ambiguous="earliest", nonexistent="latest")
                if local
                else column
            ).cast(MOMENT)
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            return pc.multiply(column.cast(pa.float64()), 1e6).cast(pa.int64(), safe=False).cast(MOMENT)
        return column.cast(MOMENT)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise Refusal(f"{field.name} can't be read from a column of {column.type}: {error}") from None


def _nodes(column: Any) -> Any:
    kind = JOBS.field("nodes").type
    if not pa.types.is_string(column.type):
        return column.cast(kind)
    return vectors.each_once(
        vectors.text(column), lambda word: [name for name in _SEPARATORS.split(word) if name] or None, kind
    )


def _states(column: Any, words: Mapping[str, str], tally: Tally) -> Any:
    known = vectors.text(column, _EMPTY)
    states = vectors.each_once(known, lambda word: _state(word.strip(), words), pa.string())
    if strange := pc.sum(pc.equal(states, "unknown")).as_py():
        tally.note(f'states other than {", ".join(STATES)}: "unknown"', strange)
    return states


def _state(word: str, words: Mapping[str, str]) -> str:
    meant = words.get(word, word).lower()
    return meant if meant in STATES else "unknown"
