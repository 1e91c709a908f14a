"""`vigie demo`."""

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.house import House
from vigie.cli.words import gettext as _

app = typer.Typer()


@app.command(help=_("Start an invented centre: its desk, its worker and its mailbox in one process."))
def demo(
    context: typer.Context,
    listen: Annotated[str, typer.Option(help=_("Address and port."))] = "127.0.0.1:8000",
    data: Annotated[
        Path, typer.Option(help=_("Folder for the demo's database; ./var/demo otherwise."))
    ] = Path("var/demo"),
    fresh: Annotated[
        bool, typer.Option("--fresh", help=_("Forget what was done in this demo before."))
    ] = False,
) -> None:
    house: House = context.obj
    house.demo(listen, data, fresh)
