"""Rows with another count of fields than the header, or without a job id: `|` or a newline in what users write, or no rows at all."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from vigie.batch.files.sacct.layout import Layout
from vigie.contracts.batch import Tally

MOST_LINES = 100
MOST_WAYS = 4
_START_OF_HEADER = re.compile(r"[\w|]*JobID(?:Raw)?\b", re.IGNORECASE)
_START = re.compile(r"\d+(?:_|\+|\.|$)")


def mended(odd: Sequence[tuple[int, str]], layout: Layout, tally: Tally) -> list[list[str]]:
    """The rows that could be told, each with all its fields; the other lines go aside.

    A row is believed if every column of a known form (ids, times, counts, states) has that form.
    """
    rows: list[list[str]] = []
    at = 0
    while at < len(odd):
        taken = 1
        line, text = odd[at]
        for taken, candidate in _growing(odd, at, layout):  # read after the loop
            row = _told(candidate.split(layout.mark), layout)
            if row:
                rows.append(row)
                said = "|" if taken == 1 else "a newline"
                tally.note(f"rows with {said} in a name or a comment: mended")
                break
        else:
            count = text.count(layout.mark) + 1
            if text and not _START_OF_HEADER.match(text):  # dumps were joined
                tally.put_aside(line, _why(text, count, layout), text)
            taken = 1
        at += taken
    return rows


def _why(text: str, count: int, layout: Layout) -> str:
    if count != len(layout.names):
        return f"{count} fields where {len(layout.names)} belong"
    return f"{text.split(layout.mark)[layout.names.index(layout.key)][:80]!r} is not a job id"


def _growing(odd: Sequence[tuple[int, str]], at: int, layout: Layout) -> Iterator[tuple[int, str]]:
    """The line, then the line and the next one… while they stand below each other and could be one row."""
    line, text = odd[at]
    place = layout.names.index(layout.key)
    head = text.split(layout.mark, place + 1)
    if len(head) <= place or not _START.match(head[place]):
        return
    parts, count = [text], text.count(layout.mark) + 1
    if count > len(layout.names):
        yield 1, text
        return
    for taken, (number, more) in enumerate(odd[at + 1 : at + MOST_LINES], start=2):
        if number != line + taken - 1:
            return
        parts.append(more)
        count += more.count(layout.mark)
        if count >= len(layout.names):
            yield taken, "\n".join(parts)
            return


def _told(fields: list[str], layout: Layout) -> list[str] | None:
    """The fields with what belongs together joined again, or None."""
    extra = len(fields) - len(layout.names)
    if extra == 0:
        return fields if _fits(fields, layout) else None
    for shares in _ways(extra, len(layout.free)):
        row = list(fields)
        for column, more in sorted(zip(layout.free, shares, strict=True)):
            row[column : column + more + 1] = [layout.mark.join(row[column : column + more + 1])]
        if _fits(row, layout):
            return row
    return None


def _ways(extra: int, columns: int) -> Iterator[tuple[int, ...]]:
    """How many more fields each free column may hold: all in one first, then shared."""
    for column in range(columns):
        yield tuple(extra if column == other else 0 for other in range(columns))
    if columns and (extra <= MOST_WAYS or columns == 2):  # noqa: PLR2004 # two columns have few ways to share
        for cuts in combinations(range(extra + columns - 1), columns - 1):
            marks = (-1, *cuts, extra + columns - 1)
            shares = tuple(after - before - 1 for before, after in pairwise(marks))
            if sum(share > 0 for share in shares) > 1:
                yield shares


def _fits(row: Sequence[str], layout: Layout) -> bool:
    return all(form.fullmatch(row[column]) for column, form in layout.typed)
