"""The lines of a piece as columns of text; the lines that are no rows are told apart.

Arrow's reader of CSV cuts them: it lets go of columns that nobody asked for, and says which lines have another count
of fields.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from vigie.batch.files.sacct.layout import Layout

Odd = list[tuple[int, str]]
BLOCK = 1 << 20  # what the caches of a processor hold


def cut_up(data: bytes, layout: Layout, first: int) -> tuple[pa.RecordBatch, Odd]:
    """Of valid UTF-8: the wanted columns of the rows with as many fields as the header and a job's number in front.

    The other lines, in order: (number of the line, text); `first` is the number of the first line.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b" ")
    if not data:
        return made([], layout), []
    try:
        table, odd = _read(data, layout, first, BLOCK)
    except pa.ArrowInvalid:  # a line is longer than a block
        table, odd = _read(data, layout, first, len(data) + 1)
    rows = made([column.combine_chunks() for column in table.columns], layout)
    keys = rows[layout.key]
    numbered = pc.and_(pc.greater_equal(keys, "0"), pc.less(keys, ":"))  # begin with a digit
    if pc.all(numbered).as_py():
        return rows, odd
    nameless = np.flatnonzero(~numbered.to_numpy(zero_copy_only=False))
    return rows.filter(numbered), sorted(odd + _nameless(data, nameless, odd, first))


def _read(data: bytes, layout: Layout, first: int, block: int) -> tuple[pa.Table, Odd]:
    odd: Odd = []

    def apart(row: csv.InvalidRow) -> str:
        odd.append((first + row.number - 1, row.text))
        return "skip"

    table = csv.read_csv(
        pa.py_buffer(data),
        csv.ReadOptions(use_threads=False, block_size=block, column_names=layout.names),
        csv.ParseOptions(
            delimiter=layout.mark,
            quote_char=False,
            escape_char=False,
            ignore_empty_lines=False,  # they count as lines
            invalid_row_handler=apart,
        ),
        csv.ConvertOptions(
            check_utf8=False,
            include_columns=layout.wanted,
            column_types=dict.fromkeys(layout.wanted, pa.string()),
            strings_can_be_null=False,
        ),
    )
    return table, odd


def made(columns: list[Any], layout: Layout) -> pa.RecordBatch:
    """The wanted columns, in order, as a batch; none: without rows."""
    names = layout.wanted
    return pa.RecordBatch.from_arrays(columns or [pa.array([], pa.string())] * len(names), names)


def _nameless(data: bytes, rows: Any, odd: Odd, first: int) -> Odd:
    """Rows by their place among the rows, as lines."""
    lines = data.split(b"\n")
    regular = np.delete(np.arange(len(lines)), [number - first for number, _ in odd])
    return [(first + at, lines[at].decode()) for at in regular[rows].tolist()]
