"""Numbers, sizes and clocks read eight characters at a time: one 64-bit word a row, no loop over rows.

What does not have the commonest form comes back as NaN, for a slower reader. The arithmetic on words is the well-known
one of D. Lemire, "Quickly parsing eight digits" (2018).
"""

from typing import Any

import numpy as np
import pyarrow as pa

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Words = np.ndarray[Any, np.dtype[np.uint64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
_U = np.uint64
_ZEROS, _NINES = _U(0x3030303030303030), _U(0x0606060606060606)
_HIGH, _LOW = _U(0xF0F0F0F0F0F0F0F0), _U(0x0F0F0F0F0F0F0F0F)
_ALL = _U(0xFFFFFFFFFFFFFFFF)
ROOM = 16
_INLINE = 12  # a view of strings holds so many bytes itself
_FIRST = np.array([(1 << 8 * min(n, 4)) - 1 for n in range(_INLINE + 2)], dtype=np.uint64)
_SECOND = np.array([(1 << 8 * max(0, n - 4)) - 1 for n in range(_INLINE + 1)] + [0], dtype=np.uint64)


class Texts:
    """Texts as places in one buffer of bytes, so that taking some of them copies none."""

    def __init__(self, buffer: Bytes, starts: Any, ends: Any) -> None:
        """`buffer` has ROOM bytes more than the texts need before and after them; places count from its start."""
        self.buffer, self.starts, self.ends = buffer, starts, ends
        self.lengths = ends - starts

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: Any) -> "Texts":
        return Texts(self.buffer, self.starts[rows], self.ends[rows])

    def word(self, at: Any) -> Words:
        """The eight bytes from each place on."""
        words: Words = np.ndarray(
            shape=(len(self.buffer) - 7,), dtype="<u8", buffer=self.buffer.data, strides=(1,)
        )
        found: Words = words[at]
        return found

    def is_short(self, text: bytes) -> Any:
        """Whether each is `text`, which has at most eight bytes."""
        same = self.lengths == len(text)
        if len(text):
            mask = _ALL >> _U(64 - 8 * len(text))
            same &= (self.word(self.starts) & mask) == _U(int.from_bytes(text, "little"))
        return same

    def arrow(self) -> Any:
        """As an Arrow column, by way of a view of strings: their bytes are copied once, by Arrow."""
        views = np.empty((len(self), 2), dtype=np.uint64)
        within = np.minimum(self.lengths, _INLINE + 1)
        first = self.word(self.starts) & _FIRST[within]
        views[:, 0] = self.lengths.astype(np.uint64) | (first << _U(32))
        views[:, 1] = self.word(self.starts + 4) & _SECOND[within]
        long = np.flatnonzero(self.lengths > _INLINE)
        views[long, 1] = self.starts[long].astype(np.uint64) << _U(32)
        buffers = [None, pa.py_buffer(views), pa.py_buffer(self.buffer)]
        return pa.Array.from_buffers(pa.string_view(), len(self), buffers).cast(pa.string())


def padded(*parts: Bytes) -> Bytes:
    """The parts one after the other, with the room that Texts needs."""
    room = np.zeros(ROOM, dtype=np.uint8)
    return np.concatenate([room, *parts, room])


def digits(words: Words, count: Any) -> tuple[Words, Any]:
    """The number that the first `count` (1 to 8) characters of each word are, and whether all are digits."""
    shift = (_U(8) * (_U(8) - count.astype(np.uint64))) & _U(63)
    value = (words << shift) | (_ZEROS & ~(_ALL << shift))
    good = ((value & _HIGH) == _ZEROS) & ((((value & _LOW) + _NINES) & _HIGH) == 0)
    value = value & _LOW
    value = (value * _U(2561)) >> _U(8)
    value = ((value & _U(0x00FF00FF00FF00FF)) * _U(6553601)) >> _U(16)
    return ((value & _U(0x0000FFFF0000FFFF)) * _U(42949672960001)) >> _U(32), good


def _eight(words: Words, marks: dict[int, str]) -> tuple[list[Words], Any]:
    """The digits of each word, and whether the other characters are `marks` (place → character)."""
    mask = sum(0xFF << 8 * place for place in marks)
    wanted = sum(ord(mark) << 8 * place for place, mark in marks.items())
    rest = ~_U(mask)
    good = (
        ((words & _U(mask)) == _U(wanted))
        & ((words & _HIGH & rest) == (_ZEROS & rest))
        & ((((words & _LOW & rest) + (_NINES & rest)) & _HIGH) == 0)
    )
    return [(words >> _U(8 * place)) & _U(15) for place in range(8) if place not in marks], good


def _weighed(parts: list[Words], weights: tuple[float, ...]) -> Floats:
    total = np.zeros(len(parts[0]))
    for part, weight in zip(parts, weights, strict=True):
        total += part * weight
    return total


def clocks(texts: Texts) -> Floats:
    """Seconds of HH:MM:SS, MM:SS.mmm and D-HH:MM:SS (up to 8 digits of days); NaN for every other text."""
    seconds = np.full(len(texts.lengths), np.nan)
    _short(texts, np.flatnonzero(texts.lengths == len("MM:SS.mmm")), seconds)
    _long(texts, np.flatnonzero(texts.lengths >= len("HH:MM:SS")), seconds)
    return seconds


def _short(texts: Texts, rows: Any, seconds: Floats) -> None:
    starts = texts.starts[rows]
    found, good = _eight(texts.word(starts), {2: ":", 5: "."})
    last = texts.buffer[starts + 8].astype(np.int64) - ord("0")
    good &= (last >= 0) & (last <= 9)  # noqa: PLR2004 # a digit
    value = _weighed(found, (600, 60, 10, 1, 0.1, 0.01))
    value = value + last * 0.001
    seconds[rows[good]] = value[good]


def _long(texts: Texts, rows: Any, seconds: Floats) -> None:
    ends, starts = texts.ends[rows], texts.starts[rows]
    found, good = _eight(texts.word(ends - 8), {2: ":", 5: ":"})
    value = _weighed(found, (36000, 3600, 600, 60, 10, 1))
    before = ends - starts - 8
    days = np.flatnonzero(good & (before > 0))
    good &= before == 0
    if len(days):
        width = before[days] - 1
        number, fine = digits(texts.word(starts[days]), np.clip(width, 1, 8))
        fine &= (width >= 1) & (width <= 8) & (texts.buffer[ends[days] - 9] == ord("-"))  # noqa: PLR2004 # a word
        value[days] += number.astype(np.float64) * 86400
        good[days] = fine
    seconds[rows[good]] = value[good]


def kilobytes(texts: Texts) -> Floats:
    """Bytes of 1313085K and of 0 (up to 8 digits); NaN for every other text."""
    size = np.full(len(texts.lengths), np.nan)
    size[(texts.lengths == 1) & (texts.buffer[texts.starts] == ord("0"))] = 0.0
    rows = np.flatnonzero((texts.lengths >= 2) & (texts.lengths <= 9))  # noqa: PLR2004 # a word and its K
    value, good = digits(texts.word(texts.starts[rows]), texts.lengths[rows] - 1)
    good &= texts.buffer[texts.ends[rows] - 1] == ord("K")
    size[rows[good]] = value[good].astype(np.float64) * 1024
    return size


def counts(texts: Texts) -> Floats:
    """Whole numbers of up to 8 digits; NaN for every other text."""
    number, good = digits(texts.word(texts.starts), np.clip(texts.lengths, 1, 8))
    good &= (texts.lengths >= 1) & (texts.lengths <= 8)  # noqa: PLR2004 # a word
    return np.where(good, number.astype(np.float64), np.nan)


def same_start(ours: Texts, theirs: Texts, lengths: Any) -> Any:
    """Whether the first `lengths` bytes agree, text by text (both at least so long)."""
    same = np.ones(len(ours), dtype=bool)
    for done in range(0, int(lengths.max(initial=0)), 8):
        left = np.clip(lengths - done, 0, 8)
        mask = np.where(left > 0, _ALL >> (_U(8) * (_U(8) - np.maximum(left, 1).astype(np.uint64))), _U(0))
        here = np.minimum(done, np.maximum(lengths - 1, 0))
        same &= ((ours.word(ours.starts + here) ^ theirs.word(theirs.starts + here)) & mask) == 0
    return same


def marks(texts: Texts) -> Words:
    """One number a text, equal for equal texts, seldom equal for others."""
    mixed: Words = texts.lengths.astype(np.uint64)
    for done in range(0, 24, 8):
        left = np.clip(texts.lengths - done, 0, 8)
        mask = np.where(left > 0, _ALL >> (_U(8) * (_U(8) - np.maximum(left, 1).astype(np.uint64))), _U(0))
        word = texts.word(texts.starts + np.minimum(done, np.maximum(texts.lengths - 1, 0))) & mask
        mixed = (mixed ^ word) * _U(0x9E3779B97F4A7C15)
    return mixed


def of_arrow(column: Any) -> Texts:
    """An Arrow column of strings without nulls."""
    _, offsets, data = column.buffers()
    whole = np.frombuffer(offsets, dtype=np.int32)[column.offset : column.offset + len(column) + 1].astype(
        np.int64
    )
    size = int(whole[-1])
    raw = (
        np.frombuffer(data, dtype=np.uint8)[:size]
        if data is not None and size
        else np.empty(0, dtype=np.uint8)
    )
    return Texts(padded(raw), whole[:-1] + ROOM, whole[1:] + ROOM)
