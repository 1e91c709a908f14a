"""What Vigie holds of a kind, as a file that `dayone.table` reads without a difference."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import tomli_w

from vigie.dayone.columns import Value, guarded, local, written
from vigie.dayone.kind import Kind
from vigie.kernel.access import Actor
from vigie.kernel.errors import BadInput

FORMATS = ("csv", "toml")


def export(actor: Actor, kind: Kind, shape: str) -> str:
    """Every row of the kind as CSV (with a byte-order mark, for spreadsheets) or TOML."""
    kind.require(actor)
    if shape not in FORMATS:
        raise BadInput("export.format", f"{shape[:20]}: {', '.join(FORMATS)}", field="format")
    rows = list(kind.present(None))
    if shape == "toml":
        return tomli_w.dumps({kind.name: [_entry(row) for row in rows]})
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\n")
    names = [column.name for column in kind.columns]
    writer.writerow(names)
    writer.writerows([guarded(written(row[name])) for name in names] for row in rows)
    return out.getvalue()


def _entry(row: Mapping[str, Value]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Value) -> Any:
    if isinstance(value, datetime):
        return local(value)
    return list(value) if isinstance(value, tuple) else value
