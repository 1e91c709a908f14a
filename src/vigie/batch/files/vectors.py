"""Columns of text into columns of values, all rows at once; what can't be read becomes unknown and is counted."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from vigie.contracts.batch import MOMENT, Tally

NOTHING = frozenset({"", "Unknown", "None", "NONE", "N/A", "(null)", "null", "-1"})
_ISO = len("2026-11-22T14:53:01")
_FAR = 253_402_300_800  # the year 10000: no later time fits a calendar


def text(column: Any, nothing: Collection[str] = NOTHING) -> Any:
    """The same with the words for "nothing" as null."""
    return pc.if_else(pc.is_in(column, value_set=pa.array(sorted(nothing), pa.string())), None, column)


def not_empty(column: Any) -> Any:
    """The same with "" as null."""
    empty = pc.equal(pc.binary_length(column), 0)
    return pc.if_else(empty, None, column) if pc.any(empty).as_py() else column


def each_once(column: Any, of: Callable[[str], object], kind: pa.DataType) -> Any:
    """`of` each distinct text, called once for each; null stays null."""
    coded = column.dictionary_encode()
    values = pa.array([None if word is None else of(word) for word in coded.dictionary.to_pylist()], kind)
    return values.take(coded.indices)


def number(column: Any, kind: pa.DataType, tally: Tally, what: str) -> Any:
    """Texts as numbers of `kind`; those that are none become null, noted as `what`."""
    known = text(column)
    try:
        return known.cast(kind)
    except pa.ArrowInvalid:
        numbers = each_once(known, _float, pa.float64())
        return _noted(pc.cast(numbers, kind, safe=False), known, tally, what)


def moment(column: Any, zone: str, tally: Tally, what: str) -> Any:
    """Times as text (ISO, with or without a zone, or seconds since 1970) in UTC; those without a zone are `zone`'s.

    A time that came twice, when clocks were set back, is the first; one that never came is the end of the gap.
    """
    long = pc.equal(pc.binary_length(column), _ISO)
    plain = column if pc.all(long).as_py() else pc.if_else(long, column, None)
    try:
        local = plain.cast(pa.timestamp("s"))
    except pa.ArrowInvalid:
        plain = pa.nulls(len(column), pa.string())
        local = plain.cast(pa.timestamp("s"))
    quick = local.cast(MOMENT) if zone == "UTC" else _in_zone(local, zone)
    if plain is column or (known := text(column)).null_count == plain.null_count:
        return quick
    others = pc.if_else(pc.is_valid(plain), None, known)
    slow = each_once(others, lambda word: _moment(word, zone), MOMENT)
    return _noted(pc.coalesce(quick, slow), known, tally, what)


def _in_zone(local: Any, zone: str) -> Any:
    return pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="latest").cast(MOMENT)


def _noted(values: Any, known: Any, tally: Tally, what: str) -> Any:
    lost = values.null_count - known.null_count
    if lost > 0:
        tally.note(what, lost)
    return values


def _float(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if abs(value) < 2**63 else None


def _moment(word: str, zone: str) -> datetime | None:
    try:
        if word.replace(".", "", 1).isdigit():
            return datetime.fromtimestamp(float(word), UTC) if float(word) < _FAR else None
        then = datetime.fromisoformat(word)
        return (then if then.tzinfo else then.replace(tzinfo=_zone(zone))).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
