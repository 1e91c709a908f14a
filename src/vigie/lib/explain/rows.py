"""Rows as they come in, and as numbers: dictionary codes, flags, weights, times."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vigie.lib.explain.sentences import Value

Codes = NDArray[np.int32]
UNKNOWN = np.iinfo(np.int64).min  # a moment that is not known


def as_table(data: Any, names: Sequence[str]) -> pa.Table:
    """The columns `names` of a pyarrow Table or RecordBatch, or of a mapping of columns. Raises ValueError."""
    if isinstance(data, pa.RecordBatch):
        data = pa.Table.from_batches([data])
    present = data.column_names if isinstance(data, pa.Table) else list(data)
    names = list(dict.fromkeys(names))
    check_names(present, names)
    if isinstance(data, pa.Table):
        twice = [name for name in names if present.count(name) > 1]
        if twice:
            raise ValueError(f"several columns are named {', '.join(twice)}")
        return data.select(names)
    return _from_mapping({name: data[name] for name in names})


def check_names(present: Sequence[str], names: Sequence[str]) -> None:
    """Raises ValueError if a column is missing."""
    missing = [name for name in names if name not in present]
    if missing:
        raise ValueError(f"no column {', '.join(missing)}; there are: {', '.join(map(str, present))}")


def _from_mapping(columns: Mapping[str, Any]) -> pa.Table:
    arrays: dict[str, pa.Array] = {}
    for name, column in columns.items():
        try:
            arrays[name] = pa.array(column, from_pandas=True)
        except (pa.ArrowException, TypeError) as error:
            raise ValueError(f"column {name} can't be read: {error}") from error
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns differ in length: {lengths}")
    return pa.table(arrays)


def flags(column: pa.ChunkedArray, name: str) -> NDArray[np.bool_]:
    """True where the row is flagged; null is not flagged."""
    if pa.types.is_null(column.type):
        return np.zeros(len(column), bool)
    if pa.types.is_boolean(column.type):
        return np.asarray(column.fill_null(False).to_numpy(), bool)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise ValueError(f"flag {name} must be true/false or 0/1, not {column.type}")
    values = np.asarray(column.fill_null(0).to_numpy())
    marked = values == 1
    if not (marked | (values == 0)).all():
        raise ValueError(f"flag {name} must be true/false or 0/1; there are other numbers in it")
    return np.asarray(marked, bool)


def weights(column: pa.ChunkedArray, name: str, flagged: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The loss of each row, 0 where it is not flagged or null. NaN, infinite or negative there: ValueError."""
    if pa.types.is_null(column.type):
        return np.zeros(len(column))
    if not (
        pa.types.is_integer(column.type)
        or pa.types.is_floating(column.type)
        or pa.types.is_decimal(column.type)
    ):
        raise ValueError(f"weight {name} must be numbers, not {column.type}")
    values = np.asarray(column.cast(pa.float64(), safe=False).fill_null(0.0).to_numpy())
    bad = flagged & ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        raise ValueError(
            f"weight {name} must be finite and not negative: {int(bad.sum())} flagged rows are not, the first is row "
            f"{int(bad.argmax())} ({values[bad.argmax()]})"
        )
    return np.where(flagged, values, 0.0)


def encode(column: pa.ChunkedArray, name: str) -> tuple[Codes, pa.Array]:
    """Codes from 1, and the values: code c is the value at c - 1; 0 is null. Text, whole numbers, booleans only."""
    column = _plain(column, name)
    if column.num_chunks == 0:
        return np.zeros(0, np.int32), pa.array([], column.type.value_type)
    column = column.unify_dictionaries()
    codes = np.empty(len(column), np.int32)
    start = 0
    for chunk in column.chunks:
        np.add(
            chunk.indices.fill_null(-1).to_numpy(), 1, out=codes[start : start + len(chunk)], casting="unsafe"
        )
        start += len(chunk)
    return codes, column.chunk(0).dictionary


def _plain(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """The column as dictionary; a dictionary that came in is kept if it says each value once."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.unify_dictionaries()
        first = column.chunk(0).dictionary if column.num_chunks else None
        if first is None or (first.null_count == 0 and len(first.unique()) == len(first)):
            _check_type(kind.value_type, name)
            return column
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_null(kind):
        column, kind = column.cast(pa.string()), pa.string()
    if pa.types.is_floating(kind):
        column = _whole(column, name)
        kind = column.type
    _check_type(kind, name)
    return column.dictionary_encode()


def _check_type(kind: pa.DataType, name: str) -> None:
    types = pa.types
    if not (
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_integer(kind)
        or types.is_boolean(kind)
    ):
        raise ValueError(f"attribute {name} must be text, whole numbers or true/false, not {kind}")


def _whole(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Whole numbers that came as floats because some were missing."""
    values = column.to_numpy()
    known = ~np.isnan(values)
    if not (np.isfinite(values[known]).all() and (values[known] == np.round(values[known])).all()):
        raise ValueError(f"attribute {name} holds fractions: cut it into classes first")
    return pa.chunked_array([pa.array(np.where(known, values, 0).astype(np.int64), mask=~known)])


def matching(data: Any, where: Mapping[str, Value]) -> NDArray[np.bool_]:
    """Which rows of a table or mapping a finding speaks of."""
    table = as_table(data, list(where))
    found = np.ones(table.num_rows, bool)
    for name, value in where.items():
        column = table.column(name)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        found &= np.asarray(pc.equal(column, value).fill_null(False).to_numpy(), bool)
    return found


def moments(column: pa.ChunkedArray, name: str) -> NDArray[np.int64]:
    """Microseconds since 1970; UNKNOWN where null."""
    if not (pa.types.is_timestamp(column.type) or pa.types.is_null(column.type)):
        raise ValueError(f"time {name} must be timestamps, not {column.type}")
    kind = pa.timestamp("us", tz=getattr(column.type, "tz", None))
    return np.asarray(column.cast(kind, safe=False).cast(pa.int64()).fill_null(UNKNOWN).to_numpy())
