"""`vigie worker`."""

import typer

from vigie.cli.database import must_be_migrated
from vigie.cli.house import House
from vigie.cli.words import gettext as _

app = typer.Typer()


@app.command(help=_("Run the worker alone, beside web processes, until SIGTERM."))
def worker(context: typer.Context) -> None:
    house: House = context.obj
    must_be_migrated()
    house.work()
