"""A file as rows with line numbers: CSV as spreadsheets write it, or TOML. What can't be read is kept aside.

Touches no table of the database and knows no domain: a `Column` says what its header may be called.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from vigie.dayone.columns import Cell, Column, Unreadable, unguarded
from vigie.dayone.kind import Kind
from vigie.kernel.errors import BadInput

LARGEST_FILE = 50_000_000  # bytes: half a million accounts
SEPARATORS = ",;\t"
RECORD_LINES = 5  # a quoted field may hold a line end; a quote that stays open longer is a fault
_BROKEN = re.compile(r"[\udc80-\udcff\ufffd]")
_SHOWN = 200


@dataclass(frozen=True)
class Row:
    """One line that could be read: {column: what stands there}; `number` is that of its first physical line."""

    number: int
    text: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class BadLine:
    """One line that was kept aside: where, what it said, and why."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True)
class Table:
    """What a file says; `unread` are its columns that mean nothing here."""

    rows: Sequence[Row]
    bad: Sequence[BadLine]
    unread: Sequence[str] = ()


def read(source: bytes | str, kind: Kind, *, toml: bool) -> Table:
    """Read a file of this kind; a header names its columns in any order and may leave out what is no key.

    One bad line never spoils another. Raises `BadInput` if the file as a whole can't be read.
    """
    if len(source) > LARGEST_FILE:
        raise BadInput(
            "import.too_large",
            _("The file has %(size)d MB; %(limit)d MB at most.")
            % {"size": len(source) // 1_000_000, "limit": LARGEST_FILE // 1_000_000},
            hint=_("Cut it in two; what was entered already is recognised."),
            field="file",
        )
    text = _text(source)
    return _toml(text, kind) if toml else _csv(text, kind)


def _text(source: bytes | str) -> str:
    """Bytes that are no UTF-8 stay recognisable as such, so that only their line is bad."""
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        return source.decode("utf-16", "replace")
    return source.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def _csv(text: str, kind: Kind) -> Table:
    rows: list[Row] = []
    bad: list[BadLine] = []
    records = [
        (number, record)
        for number, record in _records(text)
        if record.strip() and not record.lstrip().startswith("#")
    ]
    separator = max(SEPARATORS, key=records[0][1].count) if records else ","
    order: Sequence[str] | None = None
    unread: Sequence[str] = ()
    for number, record in records:
        try:
            cells = _cells(record, separator)
            if order is None:
                order, unread = _header(cells, kind)
                if order:
                    continue
                order = [column.name for column in kind.columns]
            rows.append(Row(number, record, _by_name(order, cells)))
        except Unreadable as error:
            bad.append(BadLine(number, shown(record), str(error)))
    return Table(rows, bad, unread)


def _records(text: str) -> Iterator[tuple[int, str]]:
    """(line number, record): physical lines, joined only where a quoted field really holds a line end."""
    lines = re.split(r"\r\n|\n|\r", text)
    index = 0
    while index < len(lines):
        record = lines[index]
        if '"' in record:
            joins = ("\n".join(lines[index : index + count]) for count in range(1, RECORD_LINES + 1))
            record = next((join for join in joins if _closed(join)), record)
        yield index + 1, record
        index += 1 + record.count("\n")


def _closed(record: str) -> bool:
    """Whether every quote of the record is closed where a field ends."""
    return record.count('"') % 2 == 0 and any(_parsed(record, separator) for separator in SEPARATORS)


def _parsed(record: str, separator: str) -> list[str] | None:
    """The cells of one record; None if a quotation mark stands where none may."""
    if '"' not in record:
        return [cell.strip() for cell in record.split(separator)]
    try:
        rows = list(
            csv.reader(
                io.StringIO(record, newline=""), delimiter=separator, strict=True, skipinitialspace=True
            )
        )
    except csv.Error:
        return None
    return [cell.strip() for cell in rows[0]] if len(rows) == 1 else None


def _cells(record: str, separator: str) -> list[str]:
    if _BROKEN.search(record):
        raise Unreadable(_not_utf8(record))
    cells = _parsed(record, separator)
    if cells is None:
        raise Unreadable(_("a quotation mark is opened and never closed"))
    return cells


def _not_utf8(record: str) -> str:
    """Most such files come from a spreadsheet that writes Latin-1: show how the line would read then."""
    raw = record.encode("utf-8", "surrogateescape")
    guess = raw.decode("cp1252", "replace")
    if "\ufffd" in record or "\ufffd" in guess:
        return _("is not UTF-8; save the file as UTF-8")
    return _("is not UTF-8 but perhaps Latin-1 (“%(text)s”); save the file as UTF-8") % {
        "text": shown(guess)[:60]
    }


def _by_name(order: Sequence[str], cells: Sequence[str]) -> dict[str, Cell]:
    if any(cells[len(order) :]):
        raise Unreadable(_("has %(n)d cells, the header %(m)d") % {"n": len(cells), "m": len(order)})
    return {key: unguarded(cell) for key, cell in zip(order, cells, strict=False) if key}


def _header(cells: Sequence[str], kind: Kind) -> tuple[Sequence[str], Sequence[str]]:
    """The columns a header names ("" for one that means nothing here) and those not read; nothing: no header."""
    columns = kind.columns
    named = [next((column.name for column in columns if column.is_called(cell)), "") for cell in cells]
    known = [name for name in named if name]
    if len(known) < 2:  # noqa: PLR2004 # a line of data rarely holds even one of these words
        if kind.headless:
            return (), ()
        raise BadInput(
            "import.no_header",
            _("The first line must name the columns, for instance: %(columns)s.")
            % {"columns": ",".join(column.name for column in columns)},
            field="file",
        )
    if twice := sorted({name for name in known if known.count(name) > 1}):
        raise BadInput(
            "import.column_twice",
            _("The header names a column twice: %(columns)s.") % {"columns": ", ".join(twice)},
            field="file",
        )
    if absent := [name for name in kind.key if name not in known and kind.column(name).default == ""]:
        raise BadInput(
            "import.column_missing",
            _("The header lacks: %(columns)s.") % {"columns": ", ".join(absent)},
            hint=_("It has: %(columns)s.") % {"columns": ", ".join(filter(None, cells))[:200]},
            field="file",
        )
    return named, [cell for cell, name in zip(cells, named, strict=True) if cell and not name]


def _toml(text: str, kind: Kind) -> Table:
    """The entries `[[people]]`, say, of a TOML file; tables of other names are those of other imports."""
    if _BROKEN.search(text):
        line = text[: _BROKEN.search(text).start()].count("\n") + 1  # type: ignore[union-attr] # just found
        raise BadInput(
            "import.not_utf8",
            _("Line %(line)d is not UTF-8; save the file as UTF-8.") % {"line": line},
            field="file",
        )
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(
            "import.not_toml", _("The file is not TOML: %(why)s.") % {"why": error}, field="file"
        ) from None
    entries = content.get(kind.name)
    if not isinstance(entries, list):
        raise BadInput(
            "import.no_entries",
            _("The file has no entries [[%(name)s]].") % {"name": kind.name},
            hint=_("It has: %(names)s.") % {"names": ", ".join(content)[:200] or "–"},
            field="file",
        )
    return _entries(entries, _lines_of(text, kind.name, len(entries)), kind.columns)


def from_entries(entries: Sequence[Any], kind: Kind) -> Table:
    """Rows that another program told, numbered from 1."""
    return _entries(entries, range(1, len(entries) + 1), kind.columns)


def _lines_of(text: str, name: str, count: int) -> Sequence[int]:
    """The line of each `[[name]]`; the ordinal of the entry where they are written in another way."""
    heading = re.compile(rf"^\s*\[\[\s*\"?{re.escape(name)}\"?\s*\]\]")
    found = [number for number, line in enumerate(text.splitlines(), 1) if heading.match(line)]
    return found if len(found) == count else range(1, count + 1)


def _entries(entries: Sequence[Any], numbers: Sequence[int], columns: Sequence[Column]) -> Table:
    rows: list[Row] = []
    bad: list[BadLine] = []
    unread: dict[str, None] = {}
    for number, entry in zip(numbers, entries, strict=True):
        if not isinstance(entry, dict):
            bad.append(BadLine(number, shown(str(entry)), _("is no table of keys and values")))
            continue
        cells: dict[str, Cell] = {}
        for key, value in entry.items():
            column = next((column for column in columns if column.is_called(key)), None)
            if column is None:
                unread[key] = None
            else:
                cells[column.name] = value
        text = ", ".join(f"{key} = {value!r}" for key, value in entry.items())
        rows.append(Row(number, text, cells))
    return Table(rows, bad, list(unread))


def shown(record: str) -> str:
    """The line as it can be printed: broken bytes as �, line ends as ⏎, at most 200 characters."""
    flat = _BROKEN.sub("�", record.replace("\r\n", "⏎").replace("\n", "⏎"))
    return "".join(sign if sign.isprintable() else " " for sign in flat)[:_SHOWN]
