"""Shifts as a CSV file, line by line: what can be read, and what can't with its reason. Touches no table."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from vigie.duty.rules import HIGHEST_LEVEL
from vigie.lib.localtime import parse

LONGEST_FILE = 400_000  # characters: some 8,000 shifts
COLUMNS = ("duty", "person", "level", "start", "end")
NAMES = {
    "duty": {"duty", "permanence"},
    "person": {"person", "personne", "login"},
    "level": {"level", "niveau"},
    "start": {"start", "début", "debut", "starts_at"},
    "end": {"end", "fin", "ends_at"},
}
_DAY_FIRST = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})(?=[T ])")
_DATED = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}[T ]")
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # every time in a file carries its date: "now" is not asked
SEPARATORS = ",;\t"
RECORD_LINES = 5  # a quoted field may hold a line end; a quote that stays open longer is a fault


@dataclass(frozen=True)
class SheetLine:
    """One good line; `number` is that of its first physical line, from 1."""

    number: int
    duty: str
    person: str
    level: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class BadLine:
    """One line that was kept aside: where, what it said, and why."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True)
class Sheet:
    good: tuple[SheetLine, ...]
    bad: tuple[BadLine, ...]


class _Unreadable(ValueError):
    """A line that can't be taken; the text is the reason, for a person."""


def read(source: bytes | str, zone: ZoneInfo) -> Sheet:
    """Read `duty,person,level,start,end` (a header may name the columns in any order; `;` or tab separate too).

    Times are wall-clock times of `zone` (2026-11-23 08:00, 23/11/2026 08:00) or ISO with an offset. In the night
    when clocks go back a start is the first of two equal times and an end the second, so that no hole opens. One
    bad line never spoils another.
    """
    good: list[SheetLine] = []
    bad: list[BadLine] = []
    order: Sequence[str] | None = None
    records = list(_records(_text(source)))
    separator = _separator(records)
    for number, record in records:
        if not record.strip() or record.lstrip().startswith("#"):
            continue
        try:
            cells = _cells(record, separator)
            if order is None:
                order = _header(cells)
                if order is not None:
                    continue
                order = COLUMNS
            good.append(_line(number, dict(zip(order, cells, strict=False)), zone))
        except _Unreadable as error:
            bad.append(BadLine(number, _shown(record), str(error)))
    return Sheet(tuple(good), tuple(bad))


def _text(source: bytes | str) -> str:
    """Bytes that are no UTF-8 stay recognisable as such, so that only their line is bad."""
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        return source.decode("utf-16", "replace")
    return source.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def _records(text: str) -> Iterator[tuple[int, str]]:
    """(line number, record): physical lines, joined only where a quoted field really holds a line end."""
    lines = re.split(r"\r\n|\n|\r", text)
    index = 0
    while index < len(lines):
        joins = ("\n".join(lines[index : index + count]) for count in range(1, RECORD_LINES + 1))
        record = next((join for join in joins if _closed(join)), lines[index])
        yield index + 1, record
        index += 1 + record.count("\n")


def _closed(record: str) -> bool:
    """Whether every quote of the record is closed where a field ends."""
    if '"' not in record:
        return True
    return record.count('"') % 2 == 0 and any(_parsed(record, separator) for separator in SEPARATORS)


def _parsed(record: str, separator: str) -> list[str] | None:
    """The cells of one record; None if a quotation mark stands where none may."""
    try:
        rows = list(csv.reader(io.StringIO(record, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        return None
    return [cell.strip() for cell in rows[0]] if len(rows) == 1 else None


def _separator(records: Sequence[tuple[int, str]]) -> str:
    first = next((record for _number, record in records if record.strip()), "")
    return max(SEPARATORS, key=first.count)


def _cells(record: str, separator: str) -> list[str]:
    if any("\udc80" <= character <= "\udcff" or character == "\ufffd" for character in record):
        raise _Unreadable(_("is not UTF-8; save the file as UTF-8"))
    if any(character < " " and character not in "\t\n" for character in record):
        raise _Unreadable(_("holds control characters"))
    cells = _parsed(record, separator)
    if cells is None:
        raise _Unreadable(_("a quotation mark is opened and never closed"))
    return cells


def _header(cells: Sequence[str]) -> Sequence[str] | None:
    """The columns a header names; None if this is no header. `_Unreadable` if a needed column is missing."""
    named = [next((key for key, names in NAMES.items() if cell.lower() in names), "") for cell in cells]
    if sum(map(bool, named)) < 3:  # noqa: PLR2004 # a line of data rarely holds even one of these words
        return None
    if absent := [key for key in COLUMNS if key not in named and key != "level"]:
        raise _Unreadable(_("the header lacks: %(columns)s") % {"columns": ", ".join(absent)})
    return named


def _line(number: int, cells: Mapping[str, str], zone: ZoneInfo) -> SheetLine:
    for key in ("duty", "person", "start", "end"):
        if not cells.get(key):
            raise _Unreadable(_("has no %(column)s; write duty,person,level,start,end") % {"column": key})
    level = cells.get("level") or "1"
    if not (level.isascii() and level.isdigit() and 1 <= int(level[:3]) <= HIGHEST_LEVEL):
        raise _Unreadable(_("“%(level)s” is not a level; write 1 for the primary") % {"level": level[:20]})
    starts_at, ends_at = _time(cells["start"], zone), _time(cells["end"], zone, later=True)
    if ends_at <= starts_at:
        raise _Unreadable(_("ends before it starts"))
    return SheetLine(number, cells["duty"], cells["person"], int(level), starts_at, ends_at)


def _time(text: str, zone: ZoneInfo, *, later: bool = False) -> datetime:
    iso = _DAY_FIRST.sub(lambda match: f"{match[3]}-{match[2]}-{match[1]}", text)
    if _DATED.match(iso):
        with suppress(ValueError, OverflowError):
            return parse(iso, now=_NEVER, zone=zone, later=later)
    raise _Unreadable(_("“%(text)s” is not a time; write 2026-11-23 08:00") % {"text": text[:40]})


def _shown(record: str) -> str:
    """The line as it can be printed: broken bytes as �, line ends as ⏎, at most 200 characters."""
    safe = "".join(
        "�" if "\udc80" <= c <= "\udcff" else c if c.isprintable() else " " for c in record.replace("\n", "⏎")
    )
    return safe[:200]
