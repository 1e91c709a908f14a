"""The lines of a piece cut into fields: where each begins and ends, for all lines at once.

No library's reader of CSV does without making a copy of every field; of the thirty of a row most are not needed, and
most of the needed ones end as a number.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vigie.batch.files.words import ROOM, Bytes, Texts, padded

_NEWLINE = ord("\n")


class Grid:
    """Rows of equally many fields, with a digit at the begin of the column `key`.

    The other lines are `odd`: (number of the line, text). `first` is the number of the first line.
    """

    def __init__(self, data: bytes, mark: str, columns: int, *, key: int, first: int) -> None:
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b" ")
        if not data.endswith(b"\n"):
            data += b"\n"
        raw = np.frombuffer(data, dtype=np.uint8)
        self._columns, self._raw = columns, raw
        self._marks = np.flatnonzero((raw == ord(mark)) | (raw == _NEWLINE))
        newlines = np.flatnonzero(raw[self._marks] == _NEWLINE)
        good = np.diff(newlines, prepend=-1) == columns
        before = newlines - (columns - key)
        begins = np.where(before >= 0, self._marks[np.maximum(before, 0)], -1) + 1
        initial = raw[begins]
        good &= (initial >= ord("0")) & (initial <= ord("9"))
        self._last = newlines[good]  # for each good row, which of the marks ends it
        self.odd = list(_texts(data, self._marks[newlines], np.flatnonzero(~good), first))
        self._added: tuple[Any, Any] | None = None  # where the fields of added rows begin and end
        self._buffer: Bytes | None = None

    def __len__(self) -> int:
        return len(self._last) + (0 if self._added is None else len(self._added[0]))

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """More rows, at the end; before the first column is asked for."""
        fields = [[field.encode() for field in row] for row in rows]
        more = b"".join(field for row in fields for field in row)
        sizes = np.array([[len(field) for field in row] for row in fields], dtype=np.int64)
        sizes = sizes.reshape(len(rows), self._columns)
        stops = np.cumsum(sizes.ravel()).reshape(sizes.shape) + len(self._raw)
        self._added = (stops - sizes, stops)
        self._buffer = padded(self._raw, np.frombuffer(more, dtype=np.uint8))

    def column(self, place: int, only: Any) -> Texts:
        """The fields of one column, of some rows."""
        own = len(self._last)
        among = only[only < own] if self._added is not None else only
        last = self._last[among]
        ends = self._marks[last - (self._columns - 1 - place)]
        before = last - (self._columns - place)
        starts = np.where(before >= 0, self._marks[before], -1) + 1
        if self._added is not None and len(among) < len(only):
            added = only[only >= own] - own
            starts = np.concatenate([starts, self._added[0][added, place]])
            ends = np.concatenate([ends, self._added[1][added, place]])
        if self._buffer is None:
            self._buffer = padded(self._raw)
        return Texts(self._buffer, starts + ROOM, ends + ROOM)


def _texts(data: bytes, newlines: Any, which: Any, first: int) -> Any:
    for line in which.tolist():
        start = int(newlines[line - 1]) + 1 if line else 0
        yield first + line, data[start : int(newlines[line])].decode(errors="replace")
