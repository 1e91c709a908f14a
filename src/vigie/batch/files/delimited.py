"""Lines cut into fields by one character, without quotes, as batch systems write them; at the speed of Arrow."""

from collections.abc import Collection, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from vigie.batch.files.source import Piece


def fields_of(
    piece: Piece, names: Sequence[str], wanted: Collection[str], delimiter: str
) -> tuple[pa.RecordBatch, list[tuple[int, str]]]:
    """The wanted columns as text ("" where empty), and the lines (number, text) that have another count of fields.

    `names` are those of the file's columns, each once. Safe in several threads at once: Arrow lets go of the lock.
    """
    odd: list[tuple[int, str]] = []

    def put(row: Any) -> str:
        odd.append((piece.line + row.number - 1, row.text))
        return "skip"

    table = pa_csv.read_csv(
        pa.BufferReader(piece.data),
        read_options=pa_csv.ReadOptions(
            use_threads=False, column_names=list(names), block_size=max(len(piece.data) + 1, 1024)
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter,
            quote_char=False,
            double_quote=False,
            escape_char=False,
            newlines_in_values=False,
            ignore_empty_lines=False,
            invalid_row_handler=put,
        ),
        convert_options=pa_csv.ConvertOptions(
            check_utf8=False,  # pieces are
            include_columns=list(wanted),
            column_types=dict.fromkeys(wanted, pa.string()),
            strings_can_be_null=False,
        ),
    )
    whole = table.combine_chunks()
    flat = [column.chunk(0) if column.num_chunks else pa.array([], pa.string()) for column in whole.columns]
    return pa.RecordBatch.from_arrays(flat, names=list(wanted)), odd
