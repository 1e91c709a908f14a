"""What commands print: a table for the eye on a terminal, plain columns in a pipe, JSON for programs."""

import dataclasses
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import typer


def clean(text: Any) -> str:
    """Text that can't command a terminal: what people typed may hold escape sequences."""
    return "".join(
        "�" if unicodedata.category(sign) in {"Cc", "Cf"} and sign not in "\n\t\u200d" else sign
        for sign in str(text)
    )


def line(text: Any = "") -> None:
    """One line on standard output."""
    typer.echo(clean(text))


def lines(*pairs: tuple[str, Any]) -> None:
    """`heading: value`, aligned; empty values are left out."""
    shown = [(heading, str(value)) for heading, value in pairs if str(value)]
    width = max((len(heading) for heading, _value in shown), default=0)
    for heading, value in shown:
        line(f"{heading:<{width}}  {value}")


def as_json(data: Any) -> None:
    """JSON on standard output; times in ISO form with their offset, spans in seconds."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)  # a lazy translation, a path


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """Rows under headings; `empty` is said on a terminal when there are none, and nothing in a pipe."""
    cells = [[clean("" if cell is None else cell) for cell in row] for row in rows]
    if not cells:
        if sys.stdout.isatty():
            line(empty)
        return
    if sys.stdout.isatty():
        _rich(headings, cells)
        return
    flat = [[" ".join(cell.split()) for cell in row] for row in cells]
    widths = [max(map(len, column)) for column in zip(headings, *flat, strict=True)]
    for row in [list(headings), *flat]:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _rich(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 # a tenth of a second, on a terminal only
    from rich.console import Console  # noqa: PLC0415 # same
    from rich.table import Table  # noqa: PLC0415 # same
    from rich.text import Text  # noqa: PLC0415 # same

    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        made.add_column(heading)
    for row in cells:
        made.add_row(*(Text(cell) for cell in row))
    Console().print(made)


def person(row: Any) -> Mapping[str, Any] | None:
    """A person in JSON."""
    return {"login": row.login, "name": row.name} if row else None
