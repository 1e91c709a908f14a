"""`vigie export KIND`: what `vigie import` reads."""

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.actor import acting
from vigie.cli.errors import Wrong
from vigie.cli.options import As, single
from vigie.cli.words import gettext as _
from vigie.dayone.export import export as rows_of
from vigie.dayone.kinds import KINDS, kind_of

app = single()


@app.command("export", help=_("Carry rows away as CSV or TOML; imported again they change nothing."))
def export(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=", ".join(KINDS))],
    *,
    shape: Annotated[str, typer.Option("--format", help="csv, toml")] = "csv",
    file: Annotated[
        str, typer.Option("--to", metavar="FILE", help=_("A file; standard output otherwise."))
    ] = "",
    as_: As = "",
) -> None:
    text = rows_of(acting(as_), kind_of(kind), shape)
    if not file:
        typer.echo(text, nl=False)
        return
    try:
        Path(file).write_text(text, "utf-8", newline="")
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror}.") from None
